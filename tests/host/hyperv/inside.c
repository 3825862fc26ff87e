#include "inside.h"

#include <stdio.h>

#include "host/hyperv/kind.h"
#include "host/live_event_text.h"
#include "support/counted_memory.h"
#include "support/test.h"

#include <wbemcli.h>

#define PATIENCE_MS 120000

static struct wmi_counts counts;
static DWORD registration;

/* In place of event_log_load.c. */
const struct event_log_functions *event_log_load(void)
{
    return &pretended_log_functions;
}

/* What the kind says */

static void on_event(void *context, const struct vm_event *event)
{
    struct inside *machine = context;
    char text[1200], details[1200];

    vm_event_text(event, text, sizeof(text));
    vm_event_details_text(event, details, sizeof(details));
    AcquireSRWLockExclusive(&machine->lock);
    if (machine->heard_count < INSIDE_HEARD_MAX)
        snprintf(machine->heard[machine->heard_count], sizeof(machine->heard[0]), "%.100s%s%.50s", text,
                *details ? " " : "", details);
    ++machine->heard_count;
    if (event->type == VM_EVENT_STATE_CHANGE)
        machine->state = (enum vm_state)event->number;
    ReleaseSRWLockExclusive(&machine->lock);
}

static void on_state(void *context, enum vm_state state)
{
    struct inside *machine = context;

    AcquireSRWLockExclusive(&machine->lock);
    machine->state = state;
    ReleaseSRWLockExclusive(&machine->lock);
}

static void on_connection(void *context, bool connected, const char *fault)
{
    struct inside *machine = context;

    AcquireSRWLockExclusive(&machine->lock);
    machine->connected = connected;
    snprintf(machine->fault, sizeof(machine->fault), "%s", fault ? fault : "");
    ReleaseSRWLockExclusive(&machine->lock);
}

static void set(struct inside *machine, bool *flag)
{
    AcquireSRWLockExclusive(&machine->lock);
    *flag = true;
    ReleaseSRWLockExclusive(&machine->lock);
}

static void on_tried(void *context, bool has_memory)
{
    struct inside *machine = context;

    machine->no_memory = !has_memory;
    set(machine, &machine->tried);
}

static void on_refused(void *context, const char *description)
{
    struct inside *machine = context;

    (void)description;
    set(machine, &machine->refused);
}

static void on_removed(void *context)
{
    struct inside *machine = context;

    set(machine, &machine->removed);
}

static void on_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    struct inside *machine = context;

    (void)text;
    machine->logoff_result = result;
    set(machine, &machine->logged_off);
}

static void on_closed(void *context)
{
    struct inside *machine = context;

    set(machine, &machine->closed);
}

static const struct live_callbacks callbacks = {
        .event = on_event,
        .state = on_state,
        .connection = on_connection,
        .tried = on_tried,
        .logged_off = on_logged_off,
        .closed = on_closed,
        .refused = on_refused,
        .removed = on_removed,
};

/* Begin and end */

void inside_begin(void)
{
    IUnknown *factory;

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    memset(&counts, 0, sizeof(counts));
    pretended_wmi_begin(&counts, NULL, NULL);
    pretended_log_begin();
    CHECK(pretended_wmi_get_class_object(&IID_IUnknown, (void **)&factory) == S_OK);
    CHECK(CoRegisterClassObject(&CLSID_WbemLocator, factory, CLSCTX_INPROC_SERVER, REGCLS_MULTIPLEUSE, &registration)
            == S_OK);
}

static bool is_idle(void)
{
    bool idle;

    AcquireSRWLockExclusive(&pretended_log.lock);
    idle = !counts.objects && !pretended_log.handles;
    ReleaseSRWLockExclusive(&pretended_log.lock);
    return idle;
}

void inside_await_end(void)
{
    DWORD start = GetTickCount();

    while (!is_idle())
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("%ld objects and %ld handles are left", (long)counts.objects, (long)pretended_log.handles);
        Sleep(1);
    }
    if (counts.wrong)
        fail_msg("%ld calls were wrong, first %s", (long)counts.wrong, counts.wrong_text);
}

void inside_end(void)
{
    inside_await_end();
    CHECK(CoRevokeClassObject(registration) == S_OK);
    pretended_log_end();
    pretended_wmi_end();
    for (DWORD start = GetTickCount(); counted_memory_get()->live().blocks; Sleep(1))
        CHECK(GetTickCount() - start < PATIENCE_MS);
    CoUninitialize();
}

const struct wmi_counts *inside_counts(void)
{
    return &counts;
}

/* Machines */

bool inside_open(struct inside *machine, const char *address)
{
    char description[LIVE_DESCRIPTION_SIZE];
    enum live_create_result result;

    memset(machine, 0, sizeof(*machine));
    InitializeSRWLock(&machine->lock);
    result = hyperv_kind.create(address, &machine->peer, description);
    CHECK(result != LIVE_CREATE_WRONG_ADDRESS);
    if (result != LIVE_CREATED)
        return false;
    if (hyperv_kind.open(machine->peer, &callbacks, machine))
        return true;
    hyperv_kind.destroy(machine->peer);
    return false;
}

static bool is_set(struct inside *machine, const bool *flag)
{
    bool is;

    AcquireSRWLockExclusive(&machine->lock);
    is = *flag;
    ReleaseSRWLockExclusive(&machine->lock);
    return is;
}

static void await(struct inside *machine, const bool *flag, const char *what)
{
    DWORD start = GetTickCount();

    while (!is_set(machine, flag))
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("not %s: %s", what, machine->fault);
        Sleep(1);
    }
}

void inside_close(struct inside *machine)
{
    hyperv_kind.close(machine->peer);
    await(machine, &machine->closed, "closed");
    hyperv_kind.destroy(machine->peer);
}

void inside_await_tried(struct inside *machine)
{
    await(machine, &machine->tried, "tried");
}

void inside_await_connected(struct inside *machine)
{
    await(machine, &machine->connected, "connected");
}

void inside_await_state(struct inside *machine, enum vm_state state)
{
    DWORD start = GetTickCount();

    for (;; Sleep(1))
    {
        bool is;

        AcquireSRWLockExclusive(&machine->lock);
        is = machine->state == state;
        ReleaseSRWLockExclusive(&machine->lock);
        if (is)
            return;
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("the state is %s, not %s", vm_state_text(machine->state), vm_state_text(state));
    }
}

unsigned int inside_heard(struct inside *machine)
{
    unsigned int count;

    AcquireSRWLockExclusive(&machine->lock);
    count = machine->heard_count;
    ReleaseSRWLockExclusive(&machine->lock);
    return count;
}

void inside_hear(struct inside *machine, const char *text)
{
    DWORD start = GetTickCount();
    char heard[sizeof(machine->heard[0])];

    while (!inside_heard(machine))
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("not heard: %s", text);
        Sleep(1);
    }
    AcquireSRWLockExclusive(&machine->lock);
    memcpy(heard, machine->heard[0], sizeof(heard));
    memmove(machine->heard[0], machine->heard[1], (INSIDE_HEARD_MAX - 1) * sizeof(heard));
    --machine->heard_count;
    ReleaseSRWLockExclusive(&machine->lock);
    assert_string_equal(heard, text);
}

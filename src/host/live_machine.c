/*
 * What is common to all kinds: opening and closing, waiting for the first try and for a logoff, and the errors that
 * clients get of that. live/live_kind.h has the rules between this file and a kind.
 *
 * A kind's callbacks find the machine there: from open to `closed` struct live holds a reference to the machine, and
 * one to itself for the kind. The machine holds one as long as it lives. The circle ends by `closed`, after the
 * machine's removal.
 */
#include "host/live_machine_parts.h"

#include "com/error_info.h"
#include "event/text.h"
#include "host/error_source.h"
#include "host/live_address.h"
#include "host/live_event_fire.h"
#include "host/utf8.h"
#include "platform/memory.h"
#include "platform/trace.h"

#include <wchar.h>

static struct live *live_from_backend(const struct machine_backend *backend)
{
    return CONTAINING_RECORD(backend, struct live, backend);
}

void live_addref(struct live *live)
{
    InterlockedIncrement(&live->refcount);
}

void live_release(struct live *live)
{
    if (InterlockedDecrement(&live->refcount))
        return;
    if (live->peer)
        live->peer->kind->destroy(live->peer);
    if (live->removal)
        CloseThreadpoolWork(live->removal);
    if (live->tried)
        CloseHandle(live->tried);
    if (live->ended)
        CloseHandle(live->ended);
    if (live->logged_off)
        CloseHandle(live->logged_off);
    if (live->origin)
        details_release(live->origin);
    SysFreeString(live->address);
    memory_free(live);
}

/* What the kind calls */

/* What cannot be fired is the machine's fault until something else is. */
static void tell_unfired(struct live *live, BSTR reason)
{
    lock_acquire(&live->lock);
    swprintf(live->fault, LIVE_FAULT_SIZE, L"an event that was told of the machine was dropped: %ls", reason);
    lock_release(&live->lock);
    trace(TRACE_HOST, "machine \"%ls\": an event that was told is dropped: %ls", machine_name(live->machine), reason);
}

static void on_event(void *context, const struct vm_event *said)
{
    struct live *live = context;
    BSTR reason;

    live_event_fire(live->machine, said, &reason);
    if (reason)
        tell_unfired(live, reason);
    SysFreeString(reason);
}

static void on_state(void *context, enum vm_state state)
{
    struct live *live = context;

    machine_learn_state(live->machine, (VMVMState)state);
}

/* The same fault may come with each try; it is traced once. */
static void on_connection(void *context, bool connected, const char *fault)
{
    struct live *live = context;
    WCHAR text[LIVE_FAULT_SIZE];
    BOOL is_news;

    wide_from_utf8(text, ARRAYSIZE(text), fault);
    lock_acquire(&live->lock);
    is_news = !live->connected != !connected || wcscmp(live->fault, text);
    live->connected = connected;
    wcscpy(live->fault, text);
    lock_release(&live->lock);
    if (is_news)
        trace(TRACE_HOST, "machine \"%ls\" is %s%s%ls", machine_name(live->machine),
                connected ? "connected" : "not connected", *text ? ": " : "", text);
}

static void on_tried(void *context, bool has_memory)
{
    struct live *live = context;

    live->no_memory = !has_memory;
    if (!has_memory)
        on_connection(live, false, "there was no memory to attach the machine");
    SetEvent(live->tried);
}

static void on_refused(void *context, const char *description)
{
    struct live *live = context;

    wide_from_utf8(live->refusal, ARRAYSIZE(live->refusal), description);
    trace(TRACE_HOST, "machine \"%ls\" is refused: %s", machine_name(live->machine), description);
    SetEvent(live->tried);
}

static void CALLBACK remove_machine(TP_CALLBACK_INSTANCE *instance, void *context, TP_WORK *work)
{
    struct live *live = context;
    struct machine *machine = live->machine;

    (void)instance, (void)work;
    machine_remove_from_host(machine);
    machine_release(machine);
    live_release(live);
}

/* The work has a reference to each, so that both are there when it has its turn. */
static void on_removed(void *context)
{
    struct live *live = context;

    trace(TRACE_HOST, "machine \"%ls\" has been deleted where it was", machine_name(live->machine));
    machine_addref(live->machine);
    live_addref(live);
    SubmitThreadpoolWork(live->removal);
}

static void on_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    struct live *live = context;

    trace(TRACE_HOST, "machine \"%ls\": a logoff ends by %d: %s", machine_name(live->machine), result, text);
    live->logoff_result = result;
    wide_from_utf8(live->logoff_text, ARRAYSIZE(live->logoff_text), text);
    SetEvent(live->logged_off);
}

/* Ends what live_open has begun. */
static void end_opening(struct live *live)
{
    SetEvent(live->ended);
    machine_release(live->machine);
    live_release(live);
}

static void on_closed(void *context)
{
    end_opening(context);
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
        .found = live_on_found,
};

/* Logging off */

static HRESULT error_logoff(HRESULT hr, const WCHAR *description)
{
    return error_raise_format(hr, &IID_IVMEventMachine, HOST_ERROR_SOURCE, L"%ls", description);
}

static HRESULT error_no_agent(const struct live_kind *kind)
{
    return error_raise_format(VM_E_ADDITIONS_NOT_AVAIL, &IID_IVMEventMachine, HOST_ERROR_SOURCE,
            L"The guest has no agent that answers%hs%hs", kind->logoff_needs ? "; it needs " : "",
            kind->logoff_needs ? kind->logoff_needs : "");
}

static HRESULT error_not_running(void)
{
    return error_logoff(VM_E_VM_NOT_RUNNING, L"The machine does not run, so that nobody can be logged off");
}

static HRESULT logoff_answer(const struct live *live)
{
    switch (live->logoff_result)
    {
        case VM_LOGOFF_DONE:
            return S_OK;
        case VM_LOGOFF_NO_AGENT:
            return error_no_agent(live->peer->kind);
        case VM_LOGOFF_REFUSED:
            return error_raise_format(VM_E_ADDITIONS_FEATURE_NOT_AVAIL, &IID_IVMEventMachine, HOST_ERROR_SOURCE,
                    L"Nobody can be logged off: %ls", live->logoff_text);
        case VM_LOGOFF_NO_MEMORY:
            return E_OUTOFMEMORY;
        case VM_LOGOFF_TIMED_OUT:
            return error_raise_format(VM_E_TIMED_OUT, &IID_IVMEventMachine, HOST_ERROR_SOURCE,
                    L"The users have been asked to leave, but not all are gone after %u seconds",
                    live->peer->kind->logoff_seconds);
        default:
            return error_not_running();
    }
}

/* FALSE: the machine is not attached, or not any more. */
static BOOL begin_logoff(struct live *live)
{
    BOOL open;

    lock_acquire(&live->calls_lock);
    if ((open = live->opened && !live->closing))
        live->peer->kind->log_off(live->peer);
    lock_release(&live->calls_lock);
    return open;
}

/* The machine's functions */

static BSTR live_address(const struct machine_backend *backend)
{
    return live_from_backend(backend)->address;
}

static BOOL live_is_connected(struct machine_backend *backend)
{
    struct live *live = live_from_backend(backend);
    BOOL connected;

    lock_acquire_shared(&live->lock);
    connected = live->connected;
    lock_release_shared(&live->lock);
    return connected;
}

static BSTR live_fault(struct machine_backend *backend)
{
    struct live *live = live_from_backend(backend);
    struct text text = {0};

    lock_acquire_shared(&live->lock);
    text_append_shown(&text, live->fault, wcslen(live->fault));
    lock_release_shared(&live->lock);
    return text_finish(&text);
}

static HRESULT live_log_off(struct machine_backend *backend)
{
    struct live *live = live_from_backend(backend);
    const HANDLE ends[] = {live->logged_off, live->ended};
    HRESULT hr;

    lock_acquire(&live->logoff_lock);
    if (begin_logoff(live) && WaitForMultipleObjects(ARRAYSIZE(ends), ends, FALSE, INFINITE) == WAIT_OBJECT_0)
        hr = logoff_answer(live);
    else
        hr = error_not_running();
    lock_release(&live->logoff_lock);
    return hr;
}

static void live_close(struct machine_backend *backend)
{
    struct live *live = live_from_backend(backend);

    lock_acquire(&live->lock);
    live->removed = TRUE;
    lock_release(&live->lock);
    lock_acquire(&live->calls_lock);
    live->closing = TRUE;
    if (live->opened)
        live->peer->kind->close(live->peer);
    lock_release(&live->calls_lock);
}

static struct details *live_origin(const struct machine_backend *backend)
{
    return live_from_backend(backend)->origin;
}

static void live_end_reference(struct machine_backend *backend)
{
    live_release(live_from_backend(backend));
}

static const struct machine_backend_functions backend_functions = {
        .address = live_address,
        .is_connected = live_is_connected,
        .fault = live_fault,
        .log_off = live_log_off,
        .close = live_close,
        .origin = live_origin,
        .release = live_end_reference,
};

/* Beginning */

/* FALSE: out of memory. */
static BOOL make_origin(struct live *live)
{
    const struct live_kind *kind = live->peer->kind;
    const char *origin = kind->origin ? kind->origin(live->peer) : NULL;
    VMEVENTDETAIL detail = {.name = L"origin"};

    if (!origin)
        return TRUE;
    V_VT(&detail.value) = VT_BSTR;
    if ((V_BSTR(&detail.value) = bstr_from_utf8(origin)))
        live->origin = details_create(&detail, 1);
    VariantClear(&detail.value);
    return live->origin != NULL;
}

/* The peer becomes live's, also when it fails: NULL, out of memory. */
struct live *live_from_peer(struct live_peer *peer, BSTR address)
{
    struct live *live = memory_alloc(sizeof(*live));

    if (!live)
    {
        peer->kind->destroy(peer);
        return NULL;
    }
    live->backend.functions = &backend_functions;
    live->refcount = 1;
    live->peer = peer;
    lock_init(&live->calls_lock);
    lock_init(&live->lock);
    lock_init(&live->logoff_lock);
    if ((live->address = SysAllocStringLen(address, SysStringLen(address))) && make_origin(live)
            && (live->tried = CreateEventW(NULL, TRUE, FALSE, NULL))
            && (live->ended = CreateEventW(NULL, TRUE, FALSE, NULL))
            && (live->logged_off = CreateEventW(NULL, FALSE, FALSE, NULL))
            && (live->removal = CreateThreadpoolWork(remove_machine, live, NULL)))
        return live;
    live_release(live);
    return NULL;
}

HRESULT live_create(BSTR address, struct live **live)
{
    struct live_peer *peer;
    HRESULT hr;

    if (FAILED(hr = live_address_make_peer(address, &peer)))
        return hr;
    return (*live = live_from_peer(peer, address)) ? S_OK : E_OUTOFMEMORY;
}

struct machine_backend *live_as_backend(struct live *live)
{
    return &live->backend;
}

/* Another client may remove the machine before it is opened, since it stands in the table by then: that is no error. */
static HRESULT begin_opening(struct live *live)
{
    HRESULT hr = S_OK;

    lock_acquire(&live->calls_lock);
    if (!live->closing && !(live->opened = live->peer->kind->open(live->peer, &callbacks, live)))
        hr = E_OUTOFMEMORY;
    if (!live->opened)
        end_opening(live);
    lock_release(&live->calls_lock);
    return hr;
}

/* It quotes the address, and anything may stand there. */
static HRESULT error_refused(const struct live *live)
{
    struct text text = {0};

    text_append_shown(&text, live->refusal, wcslen(live->refusal));
    return error_raise_text(E_INVALIDARG, &IID_IVMEventHost, HOST_ERROR_SOURCE, &text);
}

HRESULT live_open(struct live *live, struct machine *machine)
{
    const HANDLE ends[] = {live->tried, live->ended};
    HRESULT hr;

    machine_addref(live->machine = machine);
    live_addref(live);
    if (FAILED(hr = begin_opening(live)))
        return hr;
    if (WaitForMultipleObjects(ARRAYSIZE(ends), ends, FALSE, LIVE_FIRST_TRY_MS) != WAIT_OBJECT_0)
        return S_OK;
    return *live->refusal ? error_refused(live) : live->no_memory ? E_OUTOFMEMORY : S_OK;
}

const struct live_peer *live_peer_of(const struct machine_backend *backend)
{
    return backend && backend->functions == &backend_functions ? live_from_backend(backend)->peer : NULL;
}

BOOL live_is_same_place(const struct live *live, const struct live *other)
{
    return live->peer->kind == other->peer->kind && live->peer->kind->is_same_place(live->peer, other->peer);
}

UINT live_places(const struct live *live, uint32_t places[LIVE_PLACES_MAX])
{
    places[0] = 0;
    return live->peer->kind->places ? live->peer->kind->places(live->peer, places) : 1;
}

/* First: Winsock's header has to come before windows.h. */
#include "host/qemu/attachment.h"

#include "host/qemu/live.h"

#include "com/error_info.h"
#include "event/text.h"
#include "host/qemu/loop.h"
#include "host/server.h"
#include "platform/memory.h"

#include <wchar.h>

C_ASSERT((int)VM_TURNED_OFF == (int)vmVMState_TurnedOff && (int)VM_SAVED == (int)vmVMState_Saved
        && (int)VM_RESTORING == (int)vmVMState_Restoring && (int)VM_RUNNING == (int)vmVMState_Running
        && (int)VM_PAUSED == (int)vmVMState_Paused && (int)VM_SAVING == (int)vmVMState_Saving
        && (int)VM_TURNING_OFF == (int)vmVMState_TurningOff);
C_ASSERT((int)VM_LOGOFF_NORMAL == (int)vmLogoff_Normal && (int)VM_LOGOFF_FORCED == (int)vmLogoff_Forced
        && (int)VM_LOGOFF_EXTERNAL == (int)vmLogoff_External);

/* More than a try takes. */
#define FIRST_TRY_MS (2 * ATTACHMENT_ANSWER_MS)

struct live
{
    LONG refcount; /* the machine's object, the attachment, and calls under way */
    struct machine *machine;
    BSTR text;
    struct address address;
    struct tls_credentials *credentials; /* NULL: without TLS */
    HANDLE tried;

    /* In the loop. */
    struct attachment attachment;
    BOOL opened, closed;
    BOOL failed; /* there was no memory to open it; to be read once it has been tried */
    struct loop_task open_task, close_task;

    SRWLOCK lock; /* guards the next two */
    BOOL connected;
    WCHAR fault[512]; /* empty: none */

    SRWLOCK logoff_lock; /* one logoff at a time */
    struct loop_task logoff_task;
    HANDLE logged_off;
    enum vm_logoff_result logoff_result;
    WCHAR logoff_text[256];
};

static void live_addref(struct live *live)
{
    InterlockedIncrement(&live->refcount);
}

void live_release(struct live *live)
{
    if (!live || InterlockedDecrement(&live->refcount))
        return;
    if (live->tried)
        CloseHandle(live->tried);
    if (live->logged_off)
        CloseHandle(live->logged_off);
    SysFreeString(live->text);
    tls_credentials_release(live->credentials);
    memory_free(live);
}

/* Events */

static const struct
{
    enum event_interface_index events;
    DISPID id;
} event_ids[] = {
        [VM_EVENT_STATE_CHANGE] = {MACHINE_EVENTS, vmVirtualMachineEvent_StateChanged},
        [VM_EVENT_REQUEST_SHUTDOWN] = {MACHINE_EVENTS, vmVirtualMachineEvent_RequestShutdown},
        [VM_EVENT_RESET] = {MACHINE_EVENTS, vmVirtualMachineEvent_Reset},
        [VM_EVENT_TRIPLE_FAULT] = {MACHINE_EVENTS, vmVirtualMachineEvent_TripleFault},
        [VM_EVENT_HEARTBEAT_STOPPED] = {MACHINE_EVENTS, vmVirtualMachineEvent_HeartbeatStopped},
        [VM_EVENT_CONFIGURATION_CHANGED] = {MACHINE_EVENTS, vmVirtualMachineEvent_ConfigurationChanged},
        [VM_EVENT_ADDITIONS_UNINSTALLED] = {MACHINE_EVENTS, vmVirtualMachineEvent_AdditionsUninstalled},
        [VM_EVENT_ADDITIONS_AVAILABLE] = {MACHINE_EVENTS, vmVirtualMachineEvent_AdditionsAvailable},
        [VM_EVENT_GUEST_SHUTDOWN] = {MACHINE_EVENTS, vmVirtualMachineEvent_GuestShutdown},
        [VM_EVENT_GUEST_LOGOFF] = {MACHINE_EVENTS, vmVirtualMachineEvent_GuestLogoff},
        [VM_EVENT_DISK_OUT_OF_SPACE] = {MACHINE_EVENTS, vmVirtualMachineEvent_DiskOutOfSpace},
        [VM_EVENT_DVD_INSERT] = {DVD_EVENTS, vmDVDDriveEvent_OnInsert},
        [VM_EVENT_DVD_EJECT] = {DVD_EVENTS, vmDVDDriveEvent_OnEject},
        [VM_EVENT_FLOPPY_INSERT] = {FLOPPY_EVENTS, vmFloppyDriveEvent_OnInsert},
        [VM_EVENT_FLOPPY_EJECT] = {FLOPPY_EVENTS, vmFloppyDriveEvent_OnEject},
};

static BSTR bstr_from_utf8(const char *text)
{
    int length = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    BSTR string = length ? SysAllocStringLen(NULL, (UINT)length - 1) : NULL;

    if (string)
        MultiByteToWideChar(CP_UTF8, 0, text, -1, string, length);
    return string;
}

static void wide_from_utf8(WCHAR *wide, int size, const char *text)
{
    if (text && !MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size))
        wide[size - 1] = 0;
    else if (!text)
        *wide = 0;
}

/* A number that is greater than a long is told as a double, as scripts have it anyway. */
static void set_number(VARIANT *variant, const struct vm_event *told)
{
    if (told->is_truth)
    {
        V_VT(variant) = VT_BOOL;
        V_BOOL(variant) = told->number ? VARIANT_TRUE : VARIANT_FALSE;
    }
    else if (told->number == (LONG)told->number)
    {
        V_VT(variant) = VT_I4;
        V_I4(variant) = (LONG)told->number;
    }
    else
    {
        V_VT(variant) = VT_R8;
        V_R8(variant) = (double)told->number;
    }
}

static void set_argument(VARIANT *variant, const struct event_param *param, const struct vm_event *told, BSTR text)
{
    if (param->type == VT_BSTR)
    {
        V_VT(variant) = VT_BSTR;
        V_BSTR(variant) = text;
    }
    else if (param->type == VT_BOOL)
    {
        V_VT(variant) = VT_BOOL;
        V_BOOL(variant) = told->number ? VARIANT_TRUE : VARIANT_FALSE;
    }
    else
    {
        set_number(variant, told);
    }
}

static const struct event_type *type_of(const struct vm_event *told)
{
    return event_type_get(&event_interfaces[event_ids[told->type].events], event_ids[told->type].id);
}

static void live_tell(void *context, const struct vm_event *told)
{
    const struct event_type *type = type_of(told);
    BSTR text = told->text ? bstr_from_utf8(told->text) : NULL;
    struct live *live = context;
    struct event event;

    /* Rather none than one that tells of something else. */
    if (told->text && !text)
        return;
    event_init(&event, type, machine_name(live->machine), NULL);
    for (UINT i = 0; i < type->param_count; ++i)
        set_argument(&event.args[i], &type->params[i], told, text ? text : empty_bstr);
    machine_tell(live->machine, &event);
    event_cleanup(&event);
    SysFreeString(text);
}

static void live_learn_state(void *context, enum vm_state state)
{
    struct live *live = context;

    machine_learn_state(live->machine, (VMVMState)state);
}

static void live_connection(void *context, bool connected, const char *trouble)
{
    struct live *live = context;

    AcquireSRWLockExclusive(&live->lock);
    live->connected = connected;
    wide_from_utf8(live->fault, ARRAYSIZE(live->fault), trouble);
    ReleaseSRWLockExclusive(&live->lock);
}

static void live_tried(void *context)
{
    struct live *live = context;

    SetEvent(live->tried);
}

static void live_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    struct live *live = context;

    live->logoff_result = result;
    wide_from_utf8(live->logoff_text, ARRAYSIZE(live->logoff_text), text);
    SetEvent(live->logged_off);
}

static void live_closed(void *context)
{
    struct live *live = context;

    machine_release(live->machine);
    live_release(live);
}

static const struct attachment_user attachment_user = {
        live_tell, live_learn_state, live_logged_off, live_connection, live_tried, live_closed};

/* In the loop */

static void run_open(struct loop_task *task, uv_loop_t *loop)
{
    struct live *live = CONTAINING_RECORD(task, struct live, open_task);

    live->opened = !live->closed
            && attachment_open(&live->attachment, loop, &attachment_user, live, &live->address, live->credentials);
    if (live->opened)
        return;
    /* It has been removed already, or memory has run out. */
    live->failed = !live->closed;
    live->closed = TRUE;
    live_connection(live, false, "the machine could not be attached");
    SetEvent(live->tried);
    live_closed(live);
}

static void run_close(struct loop_task *task, uv_loop_t *loop)
{
    struct live *live = CONTAINING_RECORD(task, struct live, close_task);

    (void)loop;
    if (live->opened && !live->closed)
        attachment_close(&live->attachment);
    live->closed = TRUE;
    live_release(live);
}

static void run_logoff(struct loop_task *task, uv_loop_t *loop)
{
    struct live *live = CONTAINING_RECORD(task, struct live, logoff_task);

    (void)loop;
    if (live->closed || !live->opened)
        live_logged_off(live, VM_LOGOFF_ENDED, NULL);
    else
        attachment_logoff(&live->attachment);
}

/* From other threads */

/* It quotes the address, in which anything may stand. */
static HRESULT raise_complaint(const char *complaint)
{
    BSTR string = bstr_from_utf8(complaint);
    HRESULT hr;

    if (!string)
        return E_OUTOFMEMORY;
    hr = error_raise_format(E_INVALIDARG, &IID_IVMEventHost, HOST_ERROR_SOURCE, L"%ls", string);
    SysFreeString(string);
    return hr;
}

static HRESULT parse_address(BSTR text, struct address *address)
{
    char utf8[3072], complaint[256];
    UINT length = SysStringLen(text);
    int size;

    if (string_has_nul(text))
        return error_raise_format(E_INVALIDARG, &IID_IVMEventHost, HOST_ERROR_SOURCE,
                L"The address has a NUL character in it; it must be like qemu:127.0.0.1:4444,agent=4445");
    size = length ? WideCharToMultiByte(CP_UTF8, 0, text, (int)length, utf8, sizeof(utf8) - 1, NULL, NULL) : 0;
    if (length && !size)
        return error_raise_format(E_INVALIDARG, &IID_IVMEventHost, HOST_ERROR_SOURCE,
                L"The address is longer than any can be; it must be like qemu:127.0.0.1:4444,agent=4445");
    utf8[size] = 0;
    if (!address_parse(address, utf8, complaint))
        return S_OK;
    return raise_complaint(complaint);
}

/* Those that the address names. */
static HRESULT open_credentials(const struct address *address, struct tls_credentials **credentials)
{
    struct tls_credentials_options options = {address->tls_ca, address->tls_certificate};
    char fault[TLS_FAULT_SIZE];

    *credentials = NULL;
    if (!address->tls || (*credentials = tls_credentials_open(&options, fault)))
        return S_OK;
    return *fault ? raise_complaint(fault) : E_OUTOFMEMORY;
}

HRESULT live_create(BSTR text, struct live **result)
{
    struct tls_credentials *credentials;
    struct address address;
    struct live *live;
    HRESULT hr;

    if (FAILED(hr = parse_address(text, &address)) || FAILED(hr = open_credentials(&address, &credentials)))
        return hr;
    if (!(live = memory_alloc(sizeof(*live))))
    {
        tls_credentials_release(credentials);
        return E_OUTOFMEMORY;
    }
    live->refcount = 1;
    live->address = address;
    live->credentials = credentials;
    live->open_task.run = run_open;
    live->close_task.run = run_close;
    live->logoff_task.run = run_logoff;
    InitializeSRWLock(&live->lock);
    InitializeSRWLock(&live->logoff_lock);
    live->text = SysAllocStringLen(text, SysStringLen(text));
    live->tried = CreateEventW(NULL, TRUE, FALSE, NULL);
    live->logged_off = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!live->text || !live->tried || !live->logged_off)
    {
        live_release(live);
        return E_OUTOFMEMORY;
    }
    *result = live;
    return S_OK;
}

HRESULT live_open(struct live *live, struct machine *machine)
{
    live->machine = machine;
    machine_addref(machine);
    live_addref(live);
    if (!loop_post(&live->open_task))
    {
        live_closed(live);
        return E_OUTOFMEMORY;
    }
    return WaitForSingleObject(live->tried, FIRST_TRY_MS) == WAIT_OBJECT_0 && live->failed ? E_OUTOFMEMORY : S_OK;
}

void live_close(struct live *live)
{
    live_addref(live);
    if (!loop_post(&live->close_task))
        live_release(live);
}

BSTR live_address(const struct live *live)
{
    return live->text;
}

BOOL live_is_same_place(const struct live *live, const struct live *other)
{
    return live->address.qmp_port == other->address.qmp_port && !strcmp(live->address.host, other->address.host);
}

BOOL live_is_connected(struct live *live)
{
    BOOL connected;

    AcquireSRWLockShared(&live->lock);
    connected = live->connected;
    ReleaseSRWLockShared(&live->lock);
    return connected;
}

BSTR live_fault(struct live *live)
{
    struct text text = {0};

    AcquireSRWLockShared(&live->lock);
    text_append_shown(&text, live->fault, wcslen(live->fault));
    ReleaseSRWLockShared(&live->lock);
    return text_finish(&text);
}

static HRESULT raise_logoff(HRESULT hr, const WCHAR *description)
{
    return error_raise_format(hr, &IID_IVMEventMachine, HOST_ERROR_SOURCE, L"%ls", description);
}

static HRESULT logoff_result(const struct live *live)
{
    switch (live->logoff_result)
    {
        case VM_LOGOFF_DONE:
            return S_OK;
        case VM_LOGOFF_NO_AGENT:
            return raise_logoff(VM_E_ADDITIONS_NOT_AVAIL,
                    L"The guest has no agent that answers; it needs qemu-guest-agent, and the address agent=PORT");
        case VM_LOGOFF_REFUSED:
            return error_raise_format(VM_E_ADDITIONS_FEATURE_NOT_AVAIL, &IID_IVMEventMachine, HOST_ERROR_SOURCE,
                    L"Nobody can be logged off: %ls", live->logoff_text);
        case VM_LOGOFF_NO_MEMORY:
            return E_OUTOFMEMORY;
        case VM_LOGOFF_TIMED_OUT:
            return raise_logoff(
                    VM_E_TIMED_OUT, L"The users have been asked to leave, but not all are gone after 20 seconds");
        default:
            return raise_logoff(VM_E_VM_NOT_RUNNING, L"The machine does not run, so that nobody can be logged off");
    }
}

HRESULT live_logoff(struct live *live)
{
    HRESULT hr;

    AcquireSRWLockExclusive(&live->logoff_lock);
    if (loop_post(&live->logoff_task))
    {
        WaitForSingleObject(live->logged_off, INFINITE);
        hr = logoff_result(live);
    }
    else
    {
        hr = E_OUTOFMEMORY;
    }
    ReleaseSRWLockExclusive(&live->logoff_lock);
    return hr;
}

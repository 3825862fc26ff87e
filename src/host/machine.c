#include "host/machine.h"

#include "com/clock.h"
#include "com/connections.h"
#include "com/error_info.h"
#include "com/lane.h"
#include "event/text.h"
#include "host/endings.h"
#include "host/error_source.h"
#include "host/named_events.h"
#include "host/settle.h"
#include "platform/trace.h"

BOOL machine_init(struct machine *machine, BSTR name, const struct machine_host *host, struct machine_backend *backend,
        void (*destroy)(struct machine *machine))
{
    *machine = (struct machine){
            .refcount = 1,
            .destroy = destroy,
            .host = host,
            .backend = backend,
            .lock = LOCK_INIT,
            .state = backend ? vmVMState_Invalid : vmVMState_TurnedOff,
    };
    return (machine->name = SysAllocStringLen(name, SysStringLen(name)))
            && (machine->removal = CreateEventW(NULL, TRUE, FALSE, NULL)) && (machine->source = event_source_create());
}

void machine_cleanup(struct machine *machine)
{
    if (machine->source)
    {
        connections_finish_all(machine->source);
        event_source_close(machine->source);
    }
    if (machine->removal)
        CloseHandle(machine->removal);
    if (machine->backend)
        machine->backend->functions->release(machine->backend);
    SysFreeString(machine->name);
}

ULONG machine_addref(struct machine *machine)
{
    return InterlockedIncrement(&machine->refcount);
}

ULONG machine_release(struct machine *machine)
{
    ULONG refcount = InterlockedDecrement(&machine->refcount);

    if (!refcount)
        machine->destroy(machine);
    return refcount;
}

BSTR machine_name(const struct machine *machine)
{
    return machine->name;
}

VMVMState machine_state(struct machine *machine)
{
    VMVMState state;

    lock_acquire_shared(&machine->lock);
    state = machine->state;
    lock_release_shared(&machine->lock);
    return state;
}

struct machine_backend *machine_backend(const struct machine *machine)
{
    return machine->backend;
}

struct event_source *machine_source(const struct machine *machine)
{
    return machine->source;
}

HRESULT machine_error_removed(struct machine *machine)
{
    struct text text = {0};

    text_append(&text, L"The machine ");
    text_append_quote(&text, machine->name, SysStringLen(machine->name), TEXT_QUOTE_MAX);
    text_append(&text, L" has been removed and fires no more events; CreateMachine makes a new one");
    return error_raise_text(VM_E_VM_UNKNOWN, &IID_IVMEventMachine, HOST_ERROR_SOURCE, &text);
}

BOOL machine_wait_for_removal(struct machine *machine, DWORD timeout_ms)
{
    return WaitForSingleObject(machine->removal, timeout_ms) == WAIT_OBJECT_0;
}

void machine_learn_state(struct machine *machine, VMVMState state)
{
    lock_acquire(&machine->lock);
    if (!machine->removed)
        machine->state = state;
    lock_release(&machine->lock);
    trace(TRACE_HOST, "machine \"%ls\" is found in state %d", machine->name, state);
}

void machine_remove_from_host(struct machine *machine)
{
    machine->host->remove(machine);
}

void machine_open_found(struct machine *machine, BSTR name, BSTR address, struct live_peer *peer)
{
    machine->host->open(name, address, peer);
}

static BOOL is_state_change(const struct event *event)
{
    return event->type == event_type_get(&event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_StateChanged);
}

static BOOL is_heartbeat_stopped(const struct event *event)
{
    return event->type == event_type_get(&event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_HeartbeatStopped);
}

HRESULT machine_prepare_to_fire(struct machine *machine)
{
    return event_source_prepare(machine->source) && machine->host->prepare_to_fire() ? S_OK : E_OUTOFMEMORY;
}

/* Takes on the state, if the event is a change of it. Returns whether the state is another now. */
static BOOL machine_take_state(struct machine *machine, const struct event *event)
{
    VMVMState before = machine->state;

    lock_assert_exclusive(&machine->lock);
    if (is_state_change(event))
        machine->state = (VMVMState)V_I4(&event->args[0]);
    return machine->state != before;
}

/* Fires at the machine's clients, and those who hear all machines; and at the host's when the state is another now or the
 * heartbeat has stopped, under the machine's lock, so that they hear of what the machine does in the same order. An event of
 * the host, which a scenario has named, is fired at the host's clients alone. */
static HRESULT machine_fire_one(struct machine *machine, struct event *event, BOOL tells_host)
{
    struct details *details = machine->backend ? machine->backend->functions->origin(machine->backend) : NULL;
    struct event_origin origin;
    BOOL changed;
    HRESULT hr;

    if (event_type_is_of_host(event->type))
        return machine->host->fire(event);
    changed = machine_take_state(machine, event);
    trace(TRACE_HOST, "machine \"%ls\" fires %ls, state %d", machine->name, event->type->name, machine->state);
    event->sequence = &machine->source->sequence;
    if (details && !event->view.details)
        event_set_origin(event, &origin, details, NULL);
    hr = event_source_fire(machine->source, event);
    machine->host->fire_to_all(event);
    if (changed && tells_host)
        machine->host->fire_state_change(machine->name, machine->state, details);
    if (is_heartbeat_stopped(event) && tells_host)
        machine->host->fire_heartbeat_stopped(machine->name, event_origin(event) ? event_origin(event)->known : NULL);
    if (event->view.details == &origin.details)
        event->view.details = NULL;
    return hr;
}

void machine_settle(struct machine *machine, DWORD timeout_ms)
{
    ULONGLONG start = clock_ms();

    lanes_settle(machine->source, timeout_ms);
    machine->host->settle(clock_left_ms(start, timeout_ms));
}

HRESULT machine_fire_from_backend(struct machine *machine, struct event *event)
{
    HRESULT hr = VM_E_VM_UNKNOWN;

    lock_acquire(&machine->lock);
    /* Once the machine has been removed the host may be gone too. */
    if (!machine->removed)
    {
        if (SUCCEEDED(hr = machine_prepare_to_fire(machine)))
            hr = machine_fire_one(machine, event, TRUE);
        else
            machine_take_state(machine, event);
    }
    lock_release(&machine->lock);
    return hr;
}

HRESULT machine_check_state_change(const struct machine *machine)
{
    struct text text = {0};

    if (!machine->backend)
        return S_OK;
    text_append(&text, L"OnStateChange cannot be raised by hand: ");
    text_append_quote(&text, machine->name, SysStringLen(machine->name), TEXT_QUOTE_MAX);
    text_append(&text, L" is a live machine, whose state is its own; CreateMachine makes a simulated one");
    return error_raise_text(E_ACCESSDENIED, &IID_IVMEventMachine, HOST_ERROR_SOURCE, &text);
}

HRESULT machine_fire(struct machine *machine, struct named_events *named, BOOL tells_host)
{
    HRESULT hr = machine_prepare_to_fire(machine);
    BOOL removed;

    if (FAILED(hr))
        return hr;
    if (is_state_change(&named->events[0]) && FAILED(hr = machine_check_state_change(machine)))
        return hr;
    lock_acquire(&machine->lock);
    removed = machine->removed;
    for (UINT i = 0; !removed && i < named->count && SUCCEEDED(hr); ++i)
        hr = machine_fire_one(machine, &named->events[i], tells_host);
    lock_release(&machine->lock);
    return removed ? machine_error_removed(machine) : hr;
}

HRESULT machine_raise(struct machine *machine, BSTR event_name, const VARIANT *args, UINT count, LCID lcid)
{
    struct named_events named;
    BSTR description;
    HRESULT hr;

    hr = named_events_init(&named, NAMED_AT_MACHINE, event_name, args, count, machine->name, lcid, &description);
    if (FAILED(hr))
        return error_raise(hr, &IID_IVMEventMachine, HOST_ERROR_SOURCE, description);
    if (SUCCEEDED(hr = machine_fire(machine, &named, TRUE)))
        machine_settle(machine, SETTLE_AFTER_FIRING_MS);
    named_events_cleanup(&named);
    return hr;
}

void machine_remove(struct machine *machine)
{
    const struct event_type *type = event_type_get(
            &event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_StateChanged);
    struct event event;

    event_init(&event, type, machine->name, NULL);
    V_VT(&event.args[0]) = VT_I4;
    V_I4(&event.args[0]) = vmVMState_DeleteMachine;
    lock_acquire(&machine->lock);
    machine->removed = TRUE;
    machine_fire_one(machine, &event, TRUE);
    lock_release(&machine->lock);
    event_cleanup(&event);
    trace(TRACE_HOST, "machine \"%ls\" is removed", machine->name);
    SetEvent(machine->removal);
    if (machine->backend)
        machine->backend->functions->close(machine->backend);
    connections_finish_all(machine->source);
    endings_watch();
}

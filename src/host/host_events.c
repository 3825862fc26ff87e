#include "host/host_events.h"

#include "com/connections.h"
#include "com/error_info.h"
#include "com/lane.h"
#include "host/error_source.h"
#include "host/named_events.h"
#include "host/settle.h"
#include "platform/lock.h"

static struct event_source *source;
static struct lock lock = LOCK_INIT; /* held while an event is fired, so that all clients hear them in the same order */

BOOL host_events_init(void)
{
    return (source = event_source_create()) != NULL;
}

void host_events_cleanup(void)
{
    event_source_close(source);
    source = NULL;
}

struct event_source *host_events_source(void)
{
    return source;
}

BOOL host_events_prepare(void)
{
    return event_source_prepare(source);
}

HRESULT host_events_fire(struct event *event)
{
    HRESULT hr;

    event->sequence = &source->sequence;
    lock_acquire(&lock);
    hr = event_source_fire(source, event);
    lock_release(&lock);
    return hr;
}

/* Begins an event of the host with the machine's name, which it borrows, as its first argument. */
static void init_about_machine(struct event *event, DISPID id, BSTR machine)
{
    event_init(event, event_type_get(&event_interfaces[PC_EVENTS], id), L"", NULL);
    V_VT(&event->args[0]) = VT_BSTR;
    V_BSTR(&event->args[0]) = machine;
}

/* Fires an event about a machine, with its details; NULL: it has none. */
static void fire_about_machine(struct event *event, struct details *details)
{
    struct event_origin origin;

    if (details)
        event_set_origin(event, &origin, details, NULL);
    host_events_fire(event);
    event_cleanup(event);
}

void host_events_fire_state_change(BSTR machine, VMVMState state, struct details *details)
{
    struct event event;

    init_about_machine(&event, vmVirtualPCEvent_VMStateChange, machine);
    V_VT(&event.args[1]) = VT_I4;
    V_I4(&event.args[1]) = state;
    fire_about_machine(&event, details);
}

void host_events_fire_heartbeat_stopped(BSTR machine, struct details *details)
{
    struct event event;

    init_about_machine(&event, vmVirtualPCEvent_VMHeartbeatStopped, machine);
    fire_about_machine(&event, details);
}

HRESULT host_events_raise(BSTR event_name, const VARIANT *args, UINT count, LCID lcid)
{
    struct named_events named;
    BSTR description;
    HRESULT hr;

    hr = named_events_init(&named, NAMED_AT_HOST, event_name, args, count, L"", lcid, &description);
    if (FAILED(hr))
        return error_raise(hr, &IID_IVMEventHost, HOST_ERROR_SOURCE, description);
    for (UINT i = 0; i < named.count && SUCCEEDED(hr); ++i)
        hr = host_events_fire(&named.events[i]);
    if (SUCCEEDED(hr))
        host_events_settle(SETTLE_AFTER_FIRING_MS);
    named_events_cleanup(&named);
    return hr;
}

void host_events_settle(DWORD timeout_ms)
{
    lanes_settle(source, timeout_ms);
}

void host_events_finish_connections(void)
{
    connections_finish_all(source);
}

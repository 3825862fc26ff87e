/* The twelve machine events as methods of IVMEventSink: raised by hand, from C or from a script. */
#include "com/error_info.h"
#include "com/event_invoke.h"
#include "sink/sink.h"

static HRESULT sink_refuse(
        struct sink *sink, const struct event_type *type, HRESULT hr, const struct event_fault *fault)
{
    /* The arguments may have been right. */
    if (hr == E_OUTOFMEMORY)
        return hr;
    InterlockedIncrement(&sink->source->rejected);
    if (hr == E_INVALIDARG)
        return error_raise(hr, &IID_IVMEventSink, SINK_ERROR_SOURCE, event_describe_fault(type, fault));
    return sink_error(hr, L"%ls: %ls cannot be taken", type->name, type->params[fault->param].name);
}

/* The machine events stand first in the catalogue, by their DISPIDs. */
static inline void sink_prepare(struct sink *sink, struct event *event, DISPID id)
{
    event_init(event, &event_types[id - 1], L"", &sink->source->sequence);
}

static HRESULT sink_fire(struct sink *sink, struct event *event)
{
    HRESULT hr = event_source_fire(sink->source, event);

    event_cleanup(event);
    return hr;
}

static HRESULT sink_raise(IVMEventSink *iface, DISPID id)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    struct event event;

    sink_prepare(sink, &event, id);
    return sink_fire(sink, &event);
}

static HRESULT sink_raise_enumerator(IVMEventSink *iface, DISPID id, LONG value)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    struct event_fault fault = {0, 0, value};
    struct event event;

    sink_prepare(sink, &event, id);
    if ((ULONG)value >= (ULONG)event.type->params[0].enumeration->count)
        return sink_refuse(sink, event.type, E_INVALIDARG, &fault);
    V_VT(&event.args[0]) = VT_I4;
    V_I4(&event.args[0]) = value;
    return sink_fire(sink, &event);
}

static HRESULT sink_raise_bool(IVMEventSink *iface, DISPID id, VARIANT_BOOL value)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    struct event event;

    sink_prepare(sink, &event, id);
    V_VT(&event.args[0]) = VT_BOOL;
    V_BOOL(&event.args[0]) = value ? VARIANT_TRUE : VARIANT_FALSE;
    return sink_fire(sink, &event);
}

HRESULT WINAPI sink_OnStateChange(IVMEventSink *iface, VMVMState state)
{
    return sink_raise_enumerator(iface, vmVirtualMachineEvent_StateChanged, state);
}

HRESULT WINAPI sink_OnRequestShutdown(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_RequestShutdown);
}

HRESULT WINAPI sink_OnReset(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_Reset);
}

HRESULT WINAPI sink_OnTripleFault(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_TripleFault);
}

HRESULT WINAPI sink_OnHeartbeatStopped(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_HeartbeatStopped);
}

HRESULT WINAPI sink_OnConfigurationChanged(IVMEventSink *iface, BSTR key, VARIANT data)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    struct event_fault fault = {0};
    VARIANT args[2] = {data};
    DISPPARAMS params = {args, NULL, 2, 0};
    struct event event;
    HRESULT hr;

    V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[1]) = key;
    sink_prepare(sink, &event, vmVirtualMachineEvent_ConfigurationChanged);
    if (FAILED(hr = event_decode(&event, &params, LOCALE_USER_DEFAULT, &fault)))
        return sink_refuse(sink, event.type, hr, &fault);
    return sink_fire(sink, &event);
}

HRESULT WINAPI sink_OnEnhancedVideoModeChanged(IVMEventSink *iface, VARIANT_BOOL enhanced)
{
    return sink_raise_bool(iface, vmVirtualMachineEvent_EnhancedVideoModeChanged, enhanced);
}

HRESULT WINAPI sink_OnAdditionsUninstalled(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_AdditionsUninstalled);
}

HRESULT WINAPI sink_OnAdditionsAvailable(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_AdditionsAvailable);
}

HRESULT WINAPI sink_OnGuestShutdown(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_GuestShutdown);
}

HRESULT WINAPI sink_OnGuestLogoff(IVMEventSink *iface, VMLogoffType type)
{
    return sink_raise_enumerator(iface, vmVirtualMachineEvent_GuestLogoff, type);
}

HRESULT WINAPI sink_OnDiskOutOfSpace(IVMEventSink *iface, VARIANT_BOOL critically_low)
{
    return sink_raise_bool(iface, vmVirtualMachineEvent_DiskOutOfSpace, critically_low);
}

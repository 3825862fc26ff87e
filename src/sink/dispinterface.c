/* The interfaces of the sink that events come in by: the event dispinterfaces, and the relay from other sinks. */
#include "sink/sink.h"

#include "com/dispatch_methods.h"
#include "sink/event_invoke.h"

static struct sink_dispinterface *sink_dispinterface_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct sink_dispinterface, IDispatch_iface);
}

static HRESULT WINAPI sink_dispinterface_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    return IVMEventSink_QueryInterface(
            &sink_dispinterface_from_IDispatch(iface)->sink->IVMEventSink_iface, riid, object);
}

static ULONG WINAPI sink_dispinterface_AddRef(IDispatch *iface)
{
    return IVMEventSink_AddRef(&sink_dispinterface_from_IDispatch(iface)->sink->IVMEventSink_iface);
}

static ULONG WINAPI sink_dispinterface_Release(IDispatch *iface)
{
    return IVMEventSink_Release(&sink_dispinterface_from_IDispatch(iface)->sink->IVMEventSink_iface);
}

DISPATCH_DESCRIPTION_METHODS(sink_dispinterface, IDispatch, sink_dispinterface_from_IDispatch(iface)->events->described)

/* What is not the usual way. Not inlined: its stack frame would be set up for each event. */
static HRESULT __attribute__((noinline)) WINAPI sink_dispinterface_invoke_any(IDispatch *iface, DISPID id, REFIID riid,
        LCID lcid, WORD flags, DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct sink_dispinterface *dispinterface = sink_dispinterface_from_IDispatch(iface);

    return event_invoke(dispinterface->source, dispinterface->events, L"", id, riid, lcid, flags, params, result,
            exception, arg_error);
}

/* The way of an event. The arguments that it does not use are volatile, so that the compiler leaves them on the
 * caller's stack and does not load them first. */
static HRESULT WINAPI sink_dispinterface_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *volatile result, EXCEPINFO *volatile exception, UINT *volatile arg_error)
{
    struct sink_dispinterface *dispinterface = sink_dispinterface_from_IDispatch(iface);
    const struct event_type *type = event_invoked(dispinterface->events, id, riid, flags, params);

    if (__builtin_expect(type && !result, 1))
        return event_source_pass(dispinterface->source, type, L"", params->rgvarg);
    return sink_dispinterface_invoke_any(iface, id, riid, lcid, flags, params, result, exception, arg_error);
}

static const IDispatchVtbl sink_dispinterface_vtbl = {
        sink_dispinterface_QueryInterface,
        sink_dispinterface_AddRef,
        sink_dispinterface_Release,
        sink_dispinterface_GetTypeInfoCount,
        sink_dispinterface_GetTypeInfo,
        sink_dispinterface_GetIDsOfNames,
        sink_dispinterface_Invoke,
};

/* IEventRelay */

static struct sink *sink_from_IEventRelay(IEventRelay *iface)
{
    return CONTAINING_RECORD(iface, struct sink, IEventRelay_iface);
}

static HRESULT WINAPI sink_relay_QueryInterface(IEventRelay *iface, REFIID riid, void **object)
{
    return IVMEventSink_QueryInterface(&sink_from_IEventRelay(iface)->IVMEventSink_iface, riid, object);
}

static ULONG WINAPI sink_relay_AddRef(IEventRelay *iface)
{
    return IVMEventSink_AddRef(&sink_from_IEventRelay(iface)->IVMEventSink_iface);
}

static ULONG WINAPI sink_relay_Release(IEventRelay *iface)
{
    return IVMEventSink_Release(&sink_from_IEventRelay(iface)->IVMEventSink_iface);
}

static HRESULT WINAPI sink_Relay(IEventRelay *iface, struct kept_event *kept)
{
    return event_source_relay(sink_from_IEventRelay(iface)->source, L"", kept);
}

static const IEventRelayVtbl sink_relay_vtbl = {
        sink_relay_QueryInterface,
        sink_relay_AddRef,
        sink_relay_Release,
        sink_Relay,
};

static void sink_dispinterface_init(
        struct sink_dispinterface *dispinterface, struct sink *sink, const struct event_interface *events)
{
    dispinterface->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&sink_dispinterface_vtbl;
    dispinterface->sink = sink;
    dispinterface->source = sink->source;
    dispinterface->events = events;
}

void sink_init_dispinterfaces(struct sink *sink)
{
    sink->IEventRelay_iface.lpVtbl = (IEventRelayVtbl *)&sink_relay_vtbl;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        sink_dispinterface_init(&sink->dispinterfaces[i], sink, &event_interfaces[i]);
        sink_dispinterface_init(&sink->server_dispinterfaces[i], sink, &server_interfaces[i]);
    }
}

/* The faces of the sink that events come in by: the event dispinterfaces, and the relay from other sinks. */
#include "sink/sink.h"

#include "com/dispatch_methods.h"
#include "com/event_invoke.h"

static struct sink_face *sink_face_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct sink_face, IDispatch_iface);
}

static HRESULT WINAPI sink_face_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    return IVMEventSink_QueryInterface(&sink_face_from_IDispatch(iface)->sink->IVMEventSink_iface, riid, object);
}

static ULONG WINAPI sink_face_AddRef(IDispatch *iface)
{
    return IVMEventSink_AddRef(&sink_face_from_IDispatch(iface)->sink->IVMEventSink_iface);
}

static ULONG WINAPI sink_face_Release(IDispatch *iface)
{
    return IVMEventSink_Release(&sink_face_from_IDispatch(iface)->sink->IVMEventSink_iface);
}

DISPATCH_DESCRIPTION_METHODS(sink_face, IDispatch, sink_face_from_IDispatch(iface)->events->described)

/* Not inlined, so that the usual way has nothing to set up for it. */
static HRESULT __attribute__((noinline)) WINAPI sink_face_invoke_any(IDispatch *iface, DISPID id, REFIID riid,
        LCID lcid, WORD flags, DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct sink_face *face = sink_face_from_IDispatch(iface);

    return event_invoke(face->source, face->events, L"", id, riid, lcid, flags, params, result, exception, arg_error);
}

/* What the usual way does not use is volatile, so that it stays where the caller has put it. */
static HRESULT WINAPI sink_face_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *volatile result, EXCEPINFO *volatile exception, UINT *volatile arg_error)
{
    struct sink_face *face = sink_face_from_IDispatch(iface);
    const struct event_type *type = event_invoked(face->events, id, riid, flags, params);

    if (__builtin_expect(type && !result, 1))
        return event_source_pass(face->source, type, L"", params->rgvarg);
    return sink_face_invoke_any(iface, id, riid, lcid, flags, params, result, exception, arg_error);
}

static const IDispatchVtbl sink_face_vtbl = {
        sink_face_QueryInterface,
        sink_face_AddRef,
        sink_face_Release,
        sink_face_GetTypeInfoCount,
        sink_face_GetTypeInfo,
        sink_face_GetIDsOfNames,
        sink_face_Invoke,
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

static void sink_face_init(struct sink_face *face, struct sink *sink, const struct event_interface *events)
{
    face->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&sink_face_vtbl;
    face->sink = sink;
    face->source = sink->source;
    face->events = events;
}

void sink_init_faces(struct sink *sink)
{
    sink->IEventRelay_iface.lpVtbl = (IEventRelayVtbl *)&sink_relay_vtbl;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        sink_face_init(&sink->faces[i], sink, &event_interfaces[i]);
        sink_face_init(&sink->server_faces[i], sink, &server_interfaces[i]);
    }
}

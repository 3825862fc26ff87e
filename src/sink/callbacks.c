/* IVMEventCallbacks: the sink as C programs use it. The interface is documented in include/vmevents.h. */
#include "platform/trace.h"
#include "sink/sink.h"

#include <olectl.h>

static struct sink *sink_from_IVMEventCallbacks(IVMEventCallbacks *iface)
{
    return CONTAINING_RECORD(iface, struct sink, IVMEventCallbacks_iface);
}

static HRESULT WINAPI sink_callbacks_QueryInterface(IVMEventCallbacks *iface, REFIID riid, void **object)
{
    return IVMEventSink_QueryInterface(&sink_from_IVMEventCallbacks(iface)->IVMEventSink_iface, riid, object);
}

static ULONG WINAPI sink_callbacks_AddRef(IVMEventCallbacks *iface)
{
    return IVMEventSink_AddRef(&sink_from_IVMEventCallbacks(iface)->IVMEventSink_iface);
}

static ULONG WINAPI sink_callbacks_Release(IVMEventCallbacks *iface)
{
    return IVMEventSink_Release(&sink_from_IVMEventCallbacks(iface)->IVMEventSink_iface);
}

/* The bits of the events that the filter lets through; 0: there is no such filter. */
static uint32_t events_from_filter(REFIID iid, DISPID id)
{
    const struct event_interface *events;
    const struct event_type *type;

    if (IsEqualIID(iid, &IID_NULL))
        return id == DISPID_UNKNOWN ? EVENT_ALL_MASK : 0;
    if (!(events = event_interface_find(iid)))
        return 0;
    if (id == DISPID_UNKNOWN)
        return event_interface_mask(events);
    return (type = event_type_find(events, id)) ? type->mask : 0;
}

static HRESULT WINAPI sink_callbacks_AddCallback(IVMEventCallbacks *iface, REFIID events, DISPID id,
        VMEVENTCALLBACK callback, void *context, VMEVENTRELEASE release, DWORD *cookie)
{
    struct sink *sink = sink_from_IVMEventCallbacks(iface);
    uint32_t mask, listener;

    if (cookie)
        *cookie = 0;
    if (!events || !callback || !cookie)
        return E_POINTER;
    if (!(mask = events_from_filter(events, id)))
        return E_INVALIDARG;
    if (!listeners_add(&sink->source->listeners, mask | LISTENER_CALLBACK, callback, context, release, &listener))
        return E_OUTOFMEMORY;
    poll_give_way(sink->poll);
    *cookie = listener;
    trace(TRACE_SINK, "sink %lx: callback %lu for events 0x%lx", TRACE_ID(sink), (unsigned long)listener,
            (unsigned long)mask);
    return S_OK;
}

static HRESULT WINAPI sink_callbacks_RemoveCallback(IVMEventCallbacks *iface, DWORD cookie)
{
    struct sink *sink = sink_from_IVMEventCallbacks(iface);

    if (!listeners_remove(&sink->source->listeners, cookie, LISTENER_CALLBACK))
        return CONNECT_E_NOCONNECTION;
    trace(TRACE_SINK, "sink %lx: callback %lu is removed", TRACE_ID(sink), (unsigned long)cookie);
    return S_OK;
}

static const IVMEventCallbacksVtbl sink_callbacks_vtbl = {
        sink_callbacks_QueryInterface,
        sink_callbacks_AddRef,
        sink_callbacks_Release,
        sink_callbacks_AddCallback,
        sink_callbacks_RemoveCallback,
};

void sink_init_callbacks(struct sink *sink)
{
    sink->IVMEventCallbacks_iface.lpVtbl = (IVMEventCallbacksVtbl *)&sink_callbacks_vtbl;
}

#include "sink/incoming_sink.h"

#include "com/clock.h"
#include "com/connections.h"
#include "com/dispatch_methods.h"
#include "com/event_batch.h"
#include "com/module.h"
#include "com/relay.h"
#include "platform/memory.h"
#include "sink/event_invoke.h"
#include "sink/mta.h"

#include <servprov.h>
#include <wchar.h>

struct incoming_sink
{
    IDispatch IDispatch_iface;
    IEventRelay IEventRelay_iface;
    IServiceProvider IServiceProvider_iface;
    IVMEventReceiver IVMEventReceiver_iface;
    LONG refcount;
    volatile LONG closed;
    struct incoming_sink *first; /* of those of the same connection, with a reference; NULL: it is this one */
    IUnknown *marshaler;
    struct event_source *source;
    const struct event_interface *events;
    WCHAR label[];
};

static struct incoming_sink *incoming_sink_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct incoming_sink, IDispatch_iface);
}

static HRESULT WINAPI incoming_sink_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    struct incoming_sink *sink = incoming_sink_from_IDispatch(iface);

    if (!object)
        return E_POINTER;
    *object = NULL;
    /* Once closed it is not marshalled any more. CoDisconnectObject would ask the free-threaded marshaler to disconnect
     * it, which does nothing; without one COM disconnects the object itself. */
    if (IsEqualIID(riid, &IID_IMarshal) && !sink->closed)
        return IUnknown_QueryInterface(sink->marshaler, riid, object);
    if (IsEqualIID(riid, &IID_IEventRelay))
    {
        IDispatch_AddRef(iface);
        *object = &sink->IEventRelay_iface;
        return S_OK;
    }
    if (IsEqualIID(riid, &IID_IServiceProvider))
    {
        IDispatch_AddRef(iface);
        *object = &sink->IServiceProvider_iface;
        return S_OK;
    }
    if (IsEqualIID(riid, &IID_IVMEventReceiver))
    {
        IDispatch_AddRef(iface);
        *object = &sink->IVMEventReceiver_iface;
        return S_OK;
    }
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch) && !IsEqualIID(riid, sink->events->iid))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI incoming_sink_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&incoming_sink_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI incoming_sink_Release(IDispatch *iface)
{
    struct incoming_sink *sink = incoming_sink_from_IDispatch(iface);
    ULONG refcount = InterlockedDecrement(&sink->refcount);

    if (!refcount)
    {
        if (sink->first)
            IDispatch_Release(&sink->first->IDispatch_iface);
        if (sink->marshaler)
            IUnknown_Release(sink->marshaler);
        event_source_release(sink->source);
        memory_free(sink);
        mta_forget_callee();
        module_release();
    }
    return refcount;
}

DISPATCH_DESCRIPTION_METHODS(incoming_sink, IDispatch, incoming_sink_from_IDispatch(iface)->events->described)

/* What is not the usual way. Not inlined: its stack frame would be set up for each event. */
static HRESULT __attribute__((noinline)) WINAPI incoming_sink_invoke_any(IDispatch *iface, DISPID id, REFIID riid,
        LCID lcid, WORD flags, DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct incoming_sink *sink = incoming_sink_from_IDispatch(iface);

    if (sink->closed)
        return CO_E_OBJNOTCONNECTED;
    return event_invoke(
            sink->source, sink->events, sink->label, id, riid, lcid, flags, params, result, exception, arg_error);
}

static HRESULT WINAPI incoming_sink_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct incoming_sink *sink = incoming_sink_from_IDispatch(iface);
    const struct event_type *type = event_invoked(sink->events, id, riid, flags, params);

    if (__builtin_expect(type && !result && !sink->closed, 1))
        return event_source_pass(sink->source, type, sink->label, params->rgvarg);
    return incoming_sink_invoke_any(iface, id, riid, lcid, flags, params, result, exception, arg_error);
}

static const IDispatchVtbl incoming_sink_vtbl = {
        incoming_sink_QueryInterface,
        incoming_sink_AddRef,
        incoming_sink_Release,
        incoming_sink_GetTypeInfoCount,
        incoming_sink_GetTypeInfo,
        incoming_sink_GetIDsOfNames,
        incoming_sink_Invoke,
};

/* IEventRelay */

static struct incoming_sink *incoming_sink_from_IEventRelay(IEventRelay *iface)
{
    return CONTAINING_RECORD(iface, struct incoming_sink, IEventRelay_iface);
}

static HRESULT WINAPI incoming_sink_relay_QueryInterface(IEventRelay *iface, REFIID riid, void **object)
{
    return IDispatch_QueryInterface(&incoming_sink_from_IEventRelay(iface)->IDispatch_iface, riid, object);
}

static ULONG WINAPI incoming_sink_relay_AddRef(IEventRelay *iface)
{
    return IDispatch_AddRef(&incoming_sink_from_IEventRelay(iface)->IDispatch_iface);
}

static ULONG WINAPI incoming_sink_relay_Release(IEventRelay *iface)
{
    return IDispatch_Release(&incoming_sink_from_IEventRelay(iface)->IDispatch_iface);
}

static HRESULT WINAPI incoming_sink_Relay(IEventRelay *iface, struct kept_event *kept)
{
    struct incoming_sink *sink = incoming_sink_from_IEventRelay(iface);

    return sink->closed ? CO_E_OBJNOTCONNECTED : event_source_relay(sink->source, sink->label, kept);
}

static const IEventRelayVtbl incoming_sink_relay_vtbl = {
        incoming_sink_relay_QueryInterface,
        incoming_sink_relay_AddRef,
        incoming_sink_relay_Release,
        incoming_sink_Relay,
};

/* IServiceProvider: tells a source which sinks belong together. */

static struct incoming_sink *incoming_sink_from_IServiceProvider(IServiceProvider *iface)
{
    return CONTAINING_RECORD(iface, struct incoming_sink, IServiceProvider_iface);
}

static HRESULT WINAPI incoming_sink_provider_QueryInterface(IServiceProvider *iface, REFIID riid, void **object)
{
    return IDispatch_QueryInterface(&incoming_sink_from_IServiceProvider(iface)->IDispatch_iface, riid, object);
}

static ULONG WINAPI incoming_sink_provider_AddRef(IServiceProvider *iface)
{
    return IDispatch_AddRef(&incoming_sink_from_IServiceProvider(iface)->IDispatch_iface);
}

static ULONG WINAPI incoming_sink_provider_Release(IServiceProvider *iface)
{
    return IDispatch_Release(&incoming_sink_from_IServiceProvider(iface)->IDispatch_iface);
}

static HRESULT WINAPI incoming_sink_QueryService(IServiceProvider *iface, REFGUID service, REFIID riid, void **object)
{
    struct incoming_sink *sink = incoming_sink_from_IServiceProvider(iface);

    if (!object)
        return E_POINTER;
    *object = NULL;
    if (!IsEqualGUID(service, &SID_EventListener))
        return E_NOINTERFACE;
    return IDispatch_QueryInterface(&(sink->first ? sink->first : sink)->IDispatch_iface, riid, object);
}

static const IServiceProviderVtbl incoming_sink_provider_vtbl = {
        incoming_sink_provider_QueryInterface,
        incoming_sink_provider_AddRef,
        incoming_sink_provider_Release,
        incoming_sink_QueryService,
};

/* IVMEventReceiver */

/* A call that has taken so long takes no more events: a source lets go of a client that does not return. */
#define RECEIVE_MS 1000

static struct incoming_sink *incoming_sink_from_IVMEventReceiver(IVMEventReceiver *iface)
{
    return CONTAINING_RECORD(iface, struct incoming_sink, IVMEventReceiver_iface);
}

static HRESULT WINAPI incoming_sink_receiver_QueryInterface(IVMEventReceiver *iface, REFIID riid, void **object)
{
    return IDispatch_QueryInterface(&incoming_sink_from_IVMEventReceiver(iface)->IDispatch_iface, riid, object);
}

static ULONG WINAPI incoming_sink_receiver_AddRef(IVMEventReceiver *iface)
{
    return IDispatch_AddRef(&incoming_sink_from_IVMEventReceiver(iface)->IDispatch_iface);
}

static ULONG WINAPI incoming_sink_receiver_Release(IVMEventReceiver *iface)
{
    return IDispatch_Release(&incoming_sink_from_IVMEventReceiver(iface)->IDispatch_iface);
}

/* An event of another interface than this sink's is one of another point of the same connection, which has the same source
 * and the same label. */
static HRESULT take_one(struct incoming_sink *sink, const struct batched_event *event)
{
    const WCHAR *label = event->source ? event->source : sink->label;
    VARIANT reversed[EVENT_MAX_ARGS];
    DISPPARAMS params = {reversed, NULL, event->arg_count, 0};
    struct details *details = NULL;
    HRESULT hr;

    /* More arguments than any event has, or a label that would be cut, is of no event that is known here. */
    if (!event->events || event->arg_count > EVENT_MAX_ARGS || string_has_nul(event->source))
    {
        InterlockedIncrement(&sink->source->rejected);
        return E_INVALIDARG;
    }
    arguments_reverse(reversed, event->args, event->arg_count);
    /* Without memory for its details the event comes without them. */
    if (event->details && FAILED(details_from_variant(event->details, &details)))
        details = NULL;
    hr = event_receive(sink->source, event->events, label, event->id, &params, details);
    if (details)
        details_release(details);
    return hr;
}

/* S_OK, CO_E_OBJNOTCONNECTED: it was closed on the way */
static HRESULT take_all(
        struct incoming_sink *sink, struct event_batch_reader *reader, ULONGLONG start, LONG *taken, LONG *refused)
{
    struct batched_event event;

    while (!sink->closed)
    {
        if ((*taken && clock_ms() - start >= RECEIVE_MS) || !event_batch_next(reader, &event))
            return S_OK;
        *refused += FAILED(take_one(sink, &event));
        ++*taken;
    }
    return CO_E_OBJNOTCONNECTED;
}

static HRESULT WINAPI incoming_sink_Receive(IVMEventReceiver *iface, SAFEARRAY *events, SAFEARRAY *sources,
        SAFEARRAY *arguments, SAFEARRAY *details, LONG *taken, LONG *refused)
{
    struct incoming_sink *sink = incoming_sink_from_IVMEventReceiver(iface);
    struct event_batch_reader reader;
    HRESULT hr;

    if (!taken || !refused)
        return E_POINTER;
    *taken = *refused = 0;
    if (sink->closed)
        return CO_E_OBJNOTCONNECTED;
    if (FAILED(hr = event_batch_open(&reader, events, sources, arguments, details)))
        return hr;
    hr = take_all(sink, &reader, clock_ms(), taken, refused);
    event_batch_close(&reader);
    return hr;
}

static const IVMEventReceiverVtbl incoming_sink_receiver_vtbl = {
        incoming_sink_receiver_QueryInterface,
        incoming_sink_receiver_AddRef,
        incoming_sink_receiver_Release,
        incoming_sink_Receive,
};

HRESULT incoming_sink_create(struct event_source *source, const struct event_interface *events, const WCHAR *label,
        struct incoming_sink *first, struct incoming_sink **result)
{
    struct incoming_sink *sink = memory_alloc(sizeof(*sink) + (wcslen(label) + 1) * sizeof(WCHAR));
    HRESULT hr;

    *result = NULL;
    if (!sink)
        return E_OUTOFMEMORY;
    module_addref();
    mta_note_callee();
    event_source_addref(source);
    sink->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&incoming_sink_vtbl;
    sink->IEventRelay_iface.lpVtbl = (IEventRelayVtbl *)&incoming_sink_relay_vtbl;
    sink->IServiceProvider_iface.lpVtbl = (IServiceProviderVtbl *)&incoming_sink_provider_vtbl;
    sink->IVMEventReceiver_iface.lpVtbl = (IVMEventReceiverVtbl *)&incoming_sink_receiver_vtbl;
    if ((sink->first = first))
        IDispatch_AddRef(&first->IDispatch_iface);
    sink->refcount = 1;
    sink->source = source;
    sink->events = events;
    wcscpy(sink->label, label);
    if (FAILED(hr = CoCreateFreeThreadedMarshaler(incoming_sink_identity(sink), &sink->marshaler)))
    {
        IDispatch_Release(&sink->IDispatch_iface);
        return hr;
    }
    *result = sink;
    return S_OK;
}

IUnknown *incoming_sink_identity(struct incoming_sink *sink)
{
    return (IUnknown *)&sink->IDispatch_iface;
}

void incoming_sink_close(struct incoming_sink *sink)
{
    InterlockedExchange(&sink->closed, TRUE);
    IDispatch_Release(&sink->IDispatch_iface);
}

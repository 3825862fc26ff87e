/* Subscribe, Unsubscribe and UnsubscribeAll: what scripts ask for, understood or refused with a description of what was
 * wrong. */
#include "com/call_error.h"
#include "event/failure.h"
#include "platform/trace.h"
#include "sink/argument.h"
#include "sink/handler.h"
#include "sink/sink.h"

#include <olectl.h>

/* The object that the second argument of Subscribe is, not counted. NULL: *hr says why there is none. */
static IUnknown *object_from_variant(VARIANT value, HRESULT *hr)
{
    IUnknown *object = NULL;

    *hr = S_OK;
    if (!argument_resolve(&value))
    {
        *hr = sink_error(E_POINTER, L"Subscribe: handler is a reference to nothing");
        return NULL;
    }
    if (V_VT(&value) == VT_DISPATCH || V_VT(&value) == VT_UNKNOWN)
        object = V_UNKNOWN(&value);
    else
        *hr = sink_error(E_INVALIDARG,
                L"Subscribe: handler is not an object; it has to be a function, or an object with methods named like "
                L"the events");
    if (!object && SUCCEEDED(*hr))
        *hr = sink_error(E_INVALIDARG,
                L"Subscribe: handler is Nothing; it has to be a function, or an object with methods named like the "
                L"events");
    return object;
}

/* Whether the object is the sink itself, which would give back what it has. */
static bool is_itself(struct sink *sink, IDispatch *code)
{
    IUnknown *identity;
    bool same;

    if (FAILED(IDispatch_QueryInterface(code, &IID_IUnknown, (void **)&identity)))
        return false;
    same = identity == (IUnknown *)&sink->IVMEventSink_iface;
    IUnknown_Release(identity);
    return same;
}

HRESULT sink_subscribe(struct sink *sink, VARIANT event, VARIANT handler, BSTR source, LONG *cookie)
{
    struct event_choice choice;
    uint32_t listener;
    IUnknown *object;
    IDispatch *code;
    HRESULT hr;

    if (!cookie)
        return E_POINTER;
    *cookie = 0;
    if (FAILED(hr = event_choice_from_variant(L"Subscribe", &event, &choice)))
        return hr;
    if (!(object = object_from_variant(handler, &hr)))
        return hr;
    if ((hr = IUnknown_QueryInterface(object, &IID_IDispatch, (void **)&code)) == E_OUTOFMEMORY)
        return hr;
    if (FAILED(hr))
        return sink_error(E_INVALIDARG,
                L"Subscribe: handler has no IDispatch; a C program registers callbacks by IVMEventCallbacks");
    if (is_itself(sink, code))
        hr = sink_error(E_INVALIDARG,
                L"Subscribe: handler is the sink itself, which hears the event without it; it has to be a function, "
                L"another sink, or another object with methods named like the events");
    else if (SUCCEEDED(hr = handler_subscribe(sink->source, sink->poll, &choice, source, code, &listener)))
        *cookie = (LONG)listener;
    else if (hr == DISP_E_MEMBERNOTFOUND)
        hr = sink_error(E_INVALIDARG,
                choice.events == EVENT_FAILURE_MASK
                        ? L"Subscribe: handler is an object that has no method OnFailure, and is no function"
                        : L"Subscribe: handler is an object that has no method named like an event, and is no "
                          L"function");
    else if (call_error_tell(hr) == CALL_ERROR_BUSY)
        hr = sink_error(hr,
                L"Subscribe: the program that handler is an object of rejects calls at the moment; try it again "
                L"when that is not busy");
    trace(TRACE_SINK, "sink %lx: subscription %lu to events 0x%lx ends by 0x%08lx", TRACE_ID(sink),
            (unsigned long)*cookie, (unsigned long)choice.events, (unsigned long)hr);
    IDispatch_Release(code);
    return hr;
}

HRESULT sink_unsubscribe(struct sink *sink, LONG cookie)
{
    if (listeners_remove(&sink->source->listeners, (uint32_t)cookie, LISTENER_HANDLER))
    {
        trace(TRACE_SINK, "sink %lx: subscription %lu is taken back", TRACE_ID(sink), (unsigned long)cookie);
        return S_OK;
    }
    return sink_error(CONNECT_E_NOCONNECTION,
            L"Unsubscribe: there is no subscription %ld; it takes what Subscribe returned, once", (long)cookie);
}

HRESULT sink_unsubscribe_all(struct sink *sink, LONG *count)
{
    if (!count)
        return E_POINTER;
    *count = (LONG)listeners_remove_all(&sink->source->listeners, LISTENER_HANDLER);
    trace(TRACE_SINK, "sink %lx: %ld subscriptions are taken back", TRACE_ID(sink), (long)*count);
    return S_OK;
}

/* Subscribe and Unsubscribe: what scripts ask for, understood or refused with a description of what was wrong. */
#include "event/text.h"
#include "platform/trace.h"
#include "sink/handler.h"
#include "sink/sink.h"

#include <olectl.h>
#include <wchar.h>

/* Follows a reference to the value that is meant. False: there is none. */
static bool resolve(const VARIANT **value)
{
    if (V_VT(*value) == (VT_BYREF | VT_VARIANT) && V_VARIANTREF(*value))
        *value = V_VARIANTREF(*value);
    return !(V_VT(*value) & VT_BYREF) || V_BYREF(*value);
}

static HRESULT refuse_event_name(BSTR name)
{
    struct text text = {0};

    text_append(&text, L"Subscribe: there is no event ");
    text_append_quote(&text, name ? name : L"", SysStringLen(name), TEXT_QUOTE_MAX);
    text_append(&text, string_has_nul(name) ? L", with a NUL character in its name; there are " : L"; there are ");
    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        if (!event_is_first_of_its_name(&event_types[i]))
            continue;
        text_append(&text, event_types[i].name);
        text_append(&text, L", ");
    }
    text_append(&text, L"each also as Interface.Event, and \"*\" for all");
    return sink_error_text(E_INVALIDARG, &text);
}

static HRESULT events_from_number(const VARIANT *value, uint32_t *events)
{
    const struct event_type *type;
    VARIANT number;
    HRESULT hr;

    VariantInit(&number);
    if ((hr = VariantChangeType(&number, (VARIANT *)value, 0, VT_I4)) == E_OUTOFMEMORY)
        return hr;
    if (FAILED(hr))
        return sink_error(E_INVALIDARG, L"Subscribe: event has to be a name, a number from 1 to 12, or \"*\"");
    if (!(type = event_type_find(&event_interfaces[MACHINE_EVENTS], V_I4(&number))))
        return sink_error(E_INVALIDARG,
                L"Subscribe: there is no event %ld; IVMVirtualMachineEvents has those from 1 to 12",
                (long)V_I4(&number));
    *events = type->mask;
    return S_OK;
}

/* What the first argument of Subscribe asks for. */
static HRESULT events_from_variant(const VARIANT *value, uint32_t *events, bool *all)
{
    BSTR name;

    *all = false;
    if (!resolve(&value))
        return sink_error(E_POINTER, L"Subscribe: event is a reference to nothing");
    if (V_VT(value) != VT_BSTR && V_VT(value) != (VT_BYREF | VT_BSTR))
        return events_from_number(value, events);
    name = V_VT(value) == VT_BSTR ? V_BSTR(value) : *V_BSTRREF(value);
    if ((*all = SysStringLen(name) == 1 && *name == '*'))
        *events = EVENT_ALL_MASK;
    else if (!(*events = event_mask_from_name(name, SysStringLen(name))))
        return refuse_event_name(name);
    return S_OK;
}

/* The object that the second argument of Subscribe is, not counted. NULL: *hr says why there is none. */
static IUnknown *object_from_variant(const VARIANT *value, HRESULT *hr)
{
    IUnknown *object = NULL;

    *hr = S_OK;
    if (!resolve(&value))
    {
        *hr = sink_error(E_POINTER, L"Subscribe: handler is a reference to nothing");
        return NULL;
    }
    if (V_VT(value) == VT_DISPATCH || V_VT(value) == VT_UNKNOWN)
        object = V_UNKNOWN(value);
    else if (V_VT(value) == (VT_BYREF | VT_DISPATCH) || V_VT(value) == (VT_BYREF | VT_UNKNOWN))
        object = *V_UNKNOWNREF(value);
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

HRESULT sink_subscribe(struct sink *sink, VARIANT event, VARIANT handler, LONG *cookie)
{
    uint32_t events = 0, listener;
    IUnknown *object;
    IDispatch *code;
    HRESULT hr;
    bool all;

    if (!cookie)
        return E_POINTER;
    *cookie = 0;
    if (FAILED(hr = events_from_variant(&event, &events, &all)))
        return hr;
    if (!(object = object_from_variant(&handler, &hr)))
        return hr;
    if ((hr = IUnknown_QueryInterface(object, &IID_IDispatch, (void **)&code)) == E_OUTOFMEMORY)
        return hr;
    if (FAILED(hr))
        return sink_error(E_INVALIDARG,
                L"Subscribe: handler has no IDispatch; a C program registers callbacks by IVMEventCallbacks");
    if (SUCCEEDED(hr = handler_subscribe(sink->source, sink->poll, events, code, all, &listener)))
        *cookie = (LONG)listener;
    trace(TRACE_SINK, "sink %lx: subscription %lu to events 0x%lx ends by 0x%08lx", TRACE_ID(sink),
            (unsigned long)*cookie, (unsigned long)events, (unsigned long)hr);
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

#include "sink/event_invoke.h"

#include "com/error_info.h"
#include "com/failures.h"
#include "event/refusal.h"
#include "platform/trace.h"

/* The answer to arguments that event_decode refused. */
static HRESULT event_refuse(struct event_source *source, const struct event_type *type, const WCHAR *label, HRESULT hr,
        const struct event_fault *fault, const DISPPARAMS *params, EXCEPINFO *exception, UINT *arg_error)
{
    /* Nobody knows whether the arguments were right: not counted. */
    if (hr == E_OUTOFMEMORY)
        return hr;
    trace(TRACE_SINK, "source %lx: %ls is refused by 0x%08lx, argument %u of those sent", TRACE_ID(source), type->name,
            (unsigned long)hr, fault->arg);
    InterlockedIncrement(&source->rejected);
    if (failures_are_heard(source))
        failures_add_refused(source, type, label, hr, refusal_describe(type, hr, fault, params), SINK_ERROR_SOURCE);
    if (arg_error && hr != DISP_E_BADPARAMCOUNT)
        *arg_error = fault->arg;
    if (hr != E_INVALIDARG)
        return hr;
    return error_raise_exception(
            exception, hr, SINK_ERROR_SOURCE, exception ? event_describe_fault(type, fault) : NULL);
}

/* The event of that id. NULL: there is none, which counts. */
static const struct event_type *find_type(
        struct event_source *source, const struct event_interface *events, const WCHAR *label, DISPID id)
{
    const struct event_type *type = event_type_find(events, id);

    if (type)
        return type;
    trace(TRACE_SINK, "source %lx: %ls has no event %ld, which is refused", TRACE_ID(source), events->name, (long)id);
    InterlockedIncrement(&source->rejected);
    if (failures_are_heard(source))
        failures_add_refused(
                source, NULL, label, DISP_E_MEMBERNOTFOUND, refusal_describe_id(events, id), SINK_ERROR_SOURCE);
    return NULL;
}

HRESULT event_invoke(struct event_source *source, const struct event_interface *events, const WCHAR *label, DISPID id,
        REFIID riid, LCID lcid, WORD flags, const DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception,
        UINT *arg_error)
{
    const struct event_type *type;
    struct event_fault fault;
    struct event event;
    HRESULT hr;

    if (!IsEqualIID(riid, &IID_NULL))
        return DISP_E_UNKNOWNINTERFACE;
    if (!event_is_called(flags) || !(type = find_type(source, events, label, id)))
        return DISP_E_MEMBERNOTFOUND;
    if (!params)
        return E_POINTER;
    if (result)
        V_VT(result) = VT_EMPTY;

    event_init(&event, type, label, &source->sequence);
    fault = (struct event_fault){0};
    if (FAILED(hr = event_decode(&event, params, lcid, &fault)))
        return event_refuse(source, type, label, hr, &fault, params, exception, arg_error);
    hr = event_source_fire(source, &event);
    event_cleanup(&event);
    return hr;
}

HRESULT event_receive(struct event_source *source, const struct event_interface *events, const WCHAR *label, DISPID id,
        const DISPPARAMS *params, struct details *details)
{
    const struct event_type *type = find_type(source, events, label, id);
    struct event_fault fault = {0};
    struct event_origin origin;
    struct event event;
    HRESULT hr;

    if (!type)
        return DISP_E_MEMBERNOTFOUND;
    event_init(&event, type, label, &source->sequence);
    if (details)
        event_set_origin(&event, &origin, details, NULL);
    if (FAILED(hr = event_decode(&event, params, LOCALE_USER_DEFAULT, &fault)))
    {
        hr = event_refuse(source, type, label, hr, &fault, params, NULL, NULL);
        return hr == DISP_E_EXCEPTION ? E_INVALIDARG : hr;
    }
    hr = event_source_fire(source, &event);
    event_cleanup(&event);
    return hr;
}

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
    if (!event_is_called(flags))
        return DISP_E_MEMBERNOTFOUND;
    if (!(type = event_type_find(events, id)))
    {
        trace(TRACE_SINK, "source %lx: %ls has no event %ld, which is refused", TRACE_ID(source), events->name,
                (long)id);
        InterlockedIncrement(&source->rejected);
        if (failures_are_heard(source))
            failures_add_refused(
                    source, NULL, label, DISP_E_MEMBERNOTFOUND, refusal_describe_id(events, id), SINK_ERROR_SOURCE);
        return DISP_E_MEMBERNOTFOUND;
    }
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

#include "host/named_events.h"

#include "event/refusal.h"
#include "host/named_details.h"
#include "host/named_events_describe.h"

uint32_t named_events_mask(BSTR name, enum named_at at)
{
    uint32_t all = event_mask_from_name(name, SysStringLen(name));
    uint32_t of_host = all & event_interface_mask(&event_interfaces[PC_EVENTS]), of_machine = all & ~of_host;

    if (at == NAMED_AT_HOST)
        return of_host;
    return at == NAMED_IN_SCENARIO && !of_machine ? of_host : of_machine;
}

/* What is wrong with an argument. A string that is neither an enumerator nor a number is an unknown enumerator. */
static HRESULT refuse_argument(const struct event_type *type, const struct event_fault *fault, const VARIANT *args,
        HRESULT hr, BSTR *description)
{
    UINT param = type->param_count - 1 - fault->arg;
    BSTR string = refusal_argument_string(&args[param]);

    if (hr == E_INVALIDARG)
    {
        *description = event_describe_fault(type, fault);
        return hr;
    }
    if (hr == DISP_E_TYPEMISMATCH && type->params[param].enumeration && SysStringLen(string))
    {
        *description = refusal_describe_enumerator(type, param, string);
        return E_INVALIDARG;
    }
    *description = refusal_describe_argument(type, param, string, hr);
    return hr;
}

static HRESULT decode_event(struct event *event, const VARIANT *args, UINT count, LCID lcid, BSTR *description)
{
    const struct event_type *type = event->type;
    struct event_fault fault = {0};
    VARIANT reversed[EVENT_MAX_ARGS];
    DISPPARAMS params = {reversed, NULL, type->param_count, 0};
    HRESULT hr;

    if (count < type->param_count)
    {
        *description = refusal_describe_count(type, count);
        return DISP_E_BADPARAMCOUNT;
    }
    arguments_reverse(reversed, args, type->param_count);
    if (FAILED(hr = event_decode(event, &params, lcid, &fault)) && hr != E_OUTOFMEMORY)
        return refuse_argument(type, &fault, args, hr, description);
    return hr;
}

/* Those behind the arguments, once: events of one name take as many. */
static HRESULT read_details(
        struct named_events *named, const struct event_type *type, const VARIANT *args, UINT count, BSTR *description)
{
    if (count <= type->param_count || named->details)
        return S_OK;
    return named_details_read(type, args, count, &named->details, description);
}

HRESULT named_events_init(struct named_events *named, enum named_at at, BSTR name, const VARIANT *args, UINT count,
        const WCHAR *source, LCID lcid, BSTR *description)
{
    uint32_t mask = named_events_mask(name, at);
    HRESULT hr;

    *description = NULL;
    named->count = 0;
    named->details = NULL;
    if (!mask)
    {
        *description = named_events_describe_name(name, at);
        return E_INVALIDARG;
    }
    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        struct event *event = &named->events[named->count];

        if (!(event_types[i].mask & mask))
            continue;
        event_init(event, &event_types[i], event_type_is_of_host(&event_types[i]) ? L"" : source, NULL);
        if (FAILED(hr = read_details(named, event->type, args, count, description))
                || FAILED(hr = decode_event(event, args, count, lcid, description)))
        {
            named_events_cleanup(named);
            return hr;
        }
        if (named->details)
            event_set_origin(event, &named->origin, named->details, NULL);
        ++named->count;
    }
    return S_OK;
}

void named_events_cleanup(struct named_events *named)
{
    while (named->count)
        event_cleanup(&named->events[--named->count]);
    if (named->details)
        details_release(named->details);
    named->details = NULL;
}

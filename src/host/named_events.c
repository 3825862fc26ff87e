#include "host/named_events.h"

#include "event/text.h"

#include <wchar.h>

static bool is_machine_event(const struct event_type *type)
{
    return type->interface_ != &event_interfaces[PC_EVENTS];
}

static uint32_t mask_from_name(BSTR name)
{
    return event_mask_from_name(name, SysStringLen(name));
}

uint32_t named_events_mask(BSTR name)
{
    return mask_from_name(name) & ~event_interface_mask(&event_interfaces[PC_EVENTS]);
}

/* The machine's events that are named like this one. */
static uint32_t namesakes(const struct event_type *type)
{
    return event_mask_from_name(type->name, wcslen(type->name));
}

BSTR named_events_describe_name(BSTR name)
{
    struct text text = {0};
    uint32_t named = 0;

    text_append_quote(&text, name ? name : L"", SysStringLen(name), TEXT_QUOTE_MAX);
    text_append(&text, string_has_nul(name) ? L", with a NUL character in it," : L"");
    text_append(&text,
            mask_from_name(name) ? L" is an event of the host, not of a machine; a machine has "
                                 : L" is no event of a machine; it has ");
    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        const struct event_type *type = &event_types[i];

        if (!is_machine_event(type) || (named & type->mask))
            continue;
        text_append(&text, named ? L", " : L"");
        text_append(&text, type->name);
        named |= namesakes(type);
    }
    text_append(&text, L"; IVMDVDDriveEvents.OnMediaEject is that of the DVD drive alone");
    return text_finish(&text);
}

static BSTR describe_count(const struct event_type *type, UINT count)
{
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L" takes ");
    text_append_number(&text, (LONG)type->param_count);
    text_append(&text, type->param_count == 1 ? L" argument" : L" arguments");
    for (UINT i = 0; i < type->param_count; ++i)
    {
        text_append(&text, i ? L", " : L" (");
        text_append(&text, type->params[i].name);
    }
    text_append(&text, type->param_count ? L"), not " : L", not ");
    text_append_number(&text, (LONG)count);
    return text_finish(&text);
}

static BSTR describe_enumerator(const struct event_type *type, UINT param, BSTR name)
{
    const struct enumeration *enumeration = type->params[param].enumeration;
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": ");
    text_append(&text, type->params[param].name);
    text_append(&text, L" is ");
    text_append_quote(&text, name, SysStringLen(name), TEXT_QUOTE_MAX);
    text_append(&text, string_has_nul(name) ? L", with a NUL character in it; " : L"; ");
    text_append(&text, enumeration->name);
    text_append(&text, L" has ");
    text_append_enumeration(&text, enumeration);
    return text_finish(&text);
}

static const WCHAR *type_description(const struct event_param *param)
{
    switch (param->type)
    {
        case VT_I4:
            return L"a number";
        case VT_BOOL:
            return L"True or False";
        case VT_BSTR:
            return L"a string";
        default:
            return L"a value";
    }
}

/* A string as which an argument stands, or NULL. */
static BSTR argument_string(const VARIANT *arg)
{
    if (V_VT(arg) == (VT_BYREF | VT_VARIANT) && V_VARIANTREF(arg))
        arg = V_VARIANTREF(arg);
    if (V_VT(arg) == (VT_BYREF | VT_BSTR))
        return V_BSTRREF(arg) ? *V_BSTRREF(arg) : NULL;
    return V_VT(arg) == VT_BSTR ? V_BSTR(arg) : NULL;
}

static BSTR describe_argument(const struct event_type *type, UINT param, const VARIANT *arg, HRESULT hr)
{
    BSTR string = argument_string(arg);
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": ");
    text_append(&text, type->params[param].name);
    if (hr == DISP_E_PARAMNOTOPTIONAL)
    {
        text_append(&text, L" was left out; it");
    }
    else if (string)
    {
        text_append(&text, L" is ");
        text_append_quote(&text, string, SysStringLen(string), TEXT_QUOTE_MAX);
        text_append(&text, string_has_nul(string) ? L", with a NUL character in it; it" : L"; it");
    }
    text_append(&text, L" must be ");
    text_append(&text, type_description(&type->params[param]));
    if (type->params[param].enumeration)
    {
        text_append(&text, L"; ");
        text_append(&text, type->params[param].enumeration->name);
        text_append(&text, L" has ");
        text_append_enumeration(&text, type->params[param].enumeration);
    }
    return text_finish(&text);
}

/* An enumerator by its name, as a number. False: it is none, but perhaps a number as a string, by the caller's
 * locale. */
static bool take_enumerator(VARIANT *number, const struct event_param *param, BSTR string)
{
    if (!param->enumeration || !string
            || !enumeration_value(param->enumeration, string, SysStringLen(string), &V_I4(number)))
        return false;
    V_VT(number) = VT_I4;
    return true;
}

/* What is wrong with an argument. A string that is neither an enumerator nor a number is an unknown enumerator. */
static HRESULT refuse_argument(const struct event_type *type, const struct event_fault *fault, const VARIANT *args,
        HRESULT hr, BSTR *description)
{
    UINT param = type->param_count - 1 - fault->arg;
    BSTR string = argument_string(&args[param]);

    if (hr == E_INVALIDARG)
    {
        *description = event_describe_fault(type, fault);
        return hr;
    }
    if (hr == DISP_E_TYPEMISMATCH && type->params[param].enumeration && SysStringLen(string))
    {
        *description = describe_enumerator(type, param, string);
        return E_INVALIDARG;
    }
    *description = describe_argument(type, param, &args[param], hr);
    return hr;
}

static HRESULT decode_event(struct event *event, const VARIANT *args, UINT count, LCID lcid, BSTR *description)
{
    const struct event_type *type = event->type;
    struct event_fault fault = {0};
    VARIANT reversed[EVENT_MAX_ARGS];
    DISPPARAMS params = {reversed, NULL, count, 0};
    HRESULT hr;

    if (count != type->param_count)
    {
        *description = describe_count(type, count);
        return DISP_E_BADPARAMCOUNT;
    }
    for (UINT i = 0; i < count; ++i)
    {
        VARIANT *arg = &reversed[count - 1 - i];

        if (!take_enumerator(arg, &type->params[i], argument_string(&args[i])))
            *arg = args[i];
    }
    if (FAILED(hr = event_decode(event, &params, lcid, &fault)) && hr != E_OUTOFMEMORY)
        return refuse_argument(type, &fault, args, hr, description);
    return hr;
}

HRESULT named_events_init(struct named_events *named, BSTR name, const VARIANT *args, UINT count, const WCHAR *source,
        LCID lcid, BSTR *description)
{
    uint32_t mask = named_events_mask(name);
    HRESULT hr;

    *description = NULL;
    named->count = 0;
    if (!mask)
    {
        *description = named_events_describe_name(name);
        return E_INVALIDARG;
    }
    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        struct event *event = &named->events[named->count];

        if (!(event_types[i].mask & mask))
            continue;
        event_init(event, &event_types[i], source, NULL);
        if (FAILED(hr = decode_event(event, args, count, lcid, description)))
        {
            named_events_cleanup(named);
            return hr;
        }
        ++named->count;
    }
    return S_OK;
}

void named_events_cleanup(struct named_events *named)
{
    while (named->count)
        event_cleanup(&named->events[--named->count]);
}

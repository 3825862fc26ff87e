#include "event/refusal.h"

#include "event/text.h"

BSTR refusal_describe_count(const struct event_type *type, UINT count)
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
    text_append_format(&text, type->param_count ? L"), not %lu" : L", not %lu", (unsigned long)count);
    return text_finish(&text);
}

BSTR refusal_describe_enumerator(const struct event_type *type, UINT param, BSTR string)
{
    const struct enumeration *enumeration = type->params[param].enumeration;
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": ");
    text_append(&text, type->params[param].name);
    text_append(&text, L" is ");
    text_append_quote(&text, string, SysStringLen(string), TEXT_QUOTE_MAX);
    text_append(&text, string_has_nul(string) ? L", with a NUL character in it; " : L"; ");
    text_append(&text, enumeration->name);
    text_append(&text, L" has ");
    text_append_enumeration(&text, enumeration);
    return text_finish(&text);
}

static const WCHAR *type_in_words(const struct event_param *param)
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
            return L"a value, with arrays of the type that they say";
    }
}

BSTR refusal_describe_argument(const struct event_type *type, UINT param, BSTR string, HRESULT hr)
{
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
    text_append(&text, type_in_words(&type->params[param]));
    if (type->params[param].enumeration)
    {
        text_append(&text, L"; ");
        text_append(&text, type->params[param].enumeration->name);
        text_append(&text, L" has ");
        text_append_enumeration(&text, type->params[param].enumeration);
    }
    return text_finish(&text);
}

BSTR refusal_argument_string(const VARIANT *arg)
{
    if (V_VT(arg) == (VT_BYREF | VT_VARIANT) && V_VARIANTREF(arg))
        arg = V_VARIANTREF(arg);
    if (V_VT(arg) == (VT_BYREF | VT_BSTR))
        return V_BSTRREF(arg) ? *V_BSTRREF(arg) : NULL;
    return V_VT(arg) == VT_BSTR ? V_BSTR(arg) : NULL;
}

BSTR refusal_describe(
        const struct event_type *type, HRESULT hr, const struct event_fault *fault, const DISPPARAMS *params)
{
    struct text text = {0};

    switch (hr)
    {
        case E_INVALIDARG:
            return event_describe_fault(type, fault);
        case DISP_E_BADPARAMCOUNT:
            return refusal_describe_count(type, params->cArgs);
        case DISP_E_PARAMNOTFOUND:
            text_append(&text, type->name);
            text_append(&text, L": an argument has a name that is no parameter's, or one argument was given twice");
            return text_finish(&text);
        default:
            break;
    }
    /* Arguments that were counted and are not there. */
    if (!params->rgvarg || fault->arg >= params->cArgs || fault->param >= type->param_count)
    {
        text_append(&text, type->name);
        text_append(&text, L": there are no arguments where some are counted");
        return text_finish(&text);
    }
    return refusal_describe_argument(type, fault->param, refusal_argument_string(&params->rgvarg[fault->arg]), hr);
}

BSTR refusal_describe_id(const struct event_interface *events, DISPID id)
{
    struct text text = {0};

    text_append(&text, events->name);
    text_append_format(&text, L" has no event %ld; it has those from %d to %lu", (long)id, EVENT_FIRST_ID,
            (unsigned long)events->count);
    return text_finish(&text);
}

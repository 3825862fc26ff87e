#include "com/argument_fault.h"

#include "com/type_info.h"
#include "event/given.h"
#include "event/text.h"

/* The name of a member, and of its parameters. */
#define NAMES_MAX (1 + CONVERTED_MAX)

/* What a parameter of that type takes. */
static const WCHAR *type_in_words(VARTYPE type)
{
    switch (type)
    {
        case VT_UNKNOWN:
        case VT_DISPATCH:
            return L"an object";
        case VT_I4:
            return L"a whole number from -2147483648 to 2147483647";
        case VT_BOOL:
            return L"True or False";
        case VT_BSTR:
            return L"a string";
        default:
            return L"of a type that a VARIANT has";
    }
}

static void append_value(struct text *text, const VARIANT *value)
{
    static const struct event_param any = {NULL, VT_VARIANT, NULL, UINT32_MAX};

    if (V_VT(value) == VT_BSTR)
        text_append_quote(text, V_BSTR(value), SysStringLen(V_BSTR(value)), TEXT_QUOTE_MAX);
    else if (V_VT(value) & VT_ARRAY)
        text_append(text, L"an array");
    else if (given_is_false_decimal(value))
        text_append_format(text, L"a DECIMAL that there is not (scale %u, sign %u)", V_DECIMAL(value).scale,
                V_DECIMAL(value).sign);
    else
        text_append_value(text, &any, value);
}

static void append_fault(struct text *text, HRESULT hr, const VARIANT *arg, const WCHAR *legal)
{
    VARIANT value;

    if (hr == E_POINTER)
    {
        text_append(text, L" is a reference to nothing");
        return;
    }
    VariantInit(&value);
    /* What cannot be followed is shown as a reference. */
    if (given_resolve(&arg) != S_OK || FAILED(VariantCopyInd(&value, (VARIANT *)arg)))
        V_VT(&value) = VT_BYREF;
    if (given_is_left_out(&value))
    {
        text_append(text, L" was left out; it has to be given");
    }
    else
    {
        text_append(text, L" is ");
        append_value(text, &value);
        text_append(text, L"; it has to be ");
        text_append(text, legal);
    }
    VariantClear(&value);
}

/* names[0] is the member's. */
static BSTR describe(
        BSTR *names, UINT count, HRESULT hr, const struct argument_fault *fault, const VARIANT *arg, const WCHAR *legal)
{
    struct text text = {0};

    text_append(&text, names[0]);
    if (hr == DISP_E_PARAMNOTFOUND)
    {
        text_append(&text, L": an argument has a name that is no parameter's, or one argument was given twice");
        return text_finish(&text);
    }
    text_append(&text, L": ");
    text_append(&text, fault->parameter + 1 < count ? names[fault->parameter + 1] : L"the value");
    append_fault(&text, hr, arg, legal);
    return text_finish(&text);
}

static BSTR describe_argument(
        ITypeInfo *info, const FUNCDESC *function, HRESULT hr, const struct argument_fault *fault, const VARIANT *arg)
{
    BSTR names[NAMES_MAX], description = NULL;
    const WCHAR *legal = L"";
    UINT count = 0;

    if (fault->parameter < (UINT)function->cParams)
        legal = type_in_words(declared_type(info, &function->lprgelemdescParam[fault->parameter].tdesc));
    if (FAILED(ITypeInfo_GetNames(info, function->memid, names, NAMES_MAX, &count)))
        return NULL;
    if (count)
        description = describe(names, count, hr, fault, arg, legal);
    for (UINT i = 0; i < count; ++i)
        SysFreeString(names[i]);
    return description;
}

/* "Subscribe takes 2 or 3 arguments (event, handler, source), not 1" */
static BSTR describe_wrong_count(BSTR *names, UINT least, UINT most, UINT given)
{
    struct text text = {0};

    text_append(&text, names[0]);
    text_append_format(
            &text, least < most ? L" takes %u %ls %u" : L" takes %u", least, most > least + 1 ? L"to" : L"or", most);
    text_append(&text, most == 1 ? L" argument" : L" arguments");
    for (UINT i = 1; i <= most; ++i)
    {
        text_append(&text, i > 1 ? L", " : L" (");
        text_append(&text, names[i]);
    }
    text_append_format(&text, most ? L"), not %u" : L", not %u", given);
    return text_finish(&text);
}

static BSTR describe_count(ITypeInfo *info, const FUNCDESC *function, UINT given)
{
    BSTR names[NAMES_MAX], description = NULL;
    UINT least, most, count = 0;

    arguments_count(function, &least, &most);
    if (FAILED(ITypeInfo_GetNames(info, function->memid, names, NAMES_MAX, &count)))
        return NULL;
    if (count > most)
        description = describe_wrong_count(names, least, most, given);
    for (UINT i = 0; i < count; ++i)
        SysFreeString(names[i]);
    return description;
}

struct wanted
{
    const DISPPARAMS *params;
    HRESULT hr;
    const struct argument_fault *fault;
    BSTR description;
};

/* S_FALSE: an argument is at fault. */
static HRESULT describe_function(ITypeInfo *info, const FUNCDESC *function, void *context)
{
    struct wanted *wanted = context;
    UINT place = wanted->fault->place;

    if (!arguments_count_is_right(function, wanted->params->cArgs))
        wanted->description = describe_count(info, function, wanted->params->cArgs);
    else if (place < wanted->params->cArgs)
        wanted->description = describe_argument(
                info, function, wanted->hr, wanted->fault, &wanted->params->rgvarg[place]);
    return wanted->description ? S_FALSE : S_OK;
}

BSTR argument_fault_describe(ITypeInfo *info, DISPID id, WORD flags, const DISPPARAMS *params, HRESULT hr,
        const struct argument_fault *fault)
{
    struct wanted wanted = {params, hr, fault, NULL};

    type_info_visit_functions(info, id, flags, describe_function, &wanted);
    return wanted.description;
}

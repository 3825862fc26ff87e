#include "com/argument_fault.h"

#include "com/converted.h"
#include "com/type_info.h"
#include "event/text.h"

/* The name of a member, and of its parameters. */
#define NAMES_MAX (1 + CONVERTED_MAX)

static bool is_object(VARTYPE type)
{
    return type == VT_DISPATCH || type == VT_UNKNOWN;
}

/* What a parameter of that type takes; NULL: there is nothing to say of it. */
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
            return NULL;
    }
}

static bool is_left_out(const VARIANT *value)
{
    return V_VT(value) == VT_ERROR && V_ERROR(value) == DISP_E_PARAMNOTFOUND;
}

static bool may_be_left_out(const FUNCDESC *function, UINT parameter)
{
    return function->lprgelemdescParam[parameter].paramdesc.wParamFlags & (PARAMFLAG_FOPT | PARAMFLAG_FHASDEFAULT);
}

/* Whether a parameter of that type takes the value. Null is no object, and neither is Empty. */
static bool is_taken(const VARIANT *value, VARTYPE type)
{
    VARIANT converted;
    HRESULT hr;

    if (!type_in_words(type) || is_left_out(value))
        return true;
    if (is_object(type))
        return is_object(V_VT(value));
    if (V_VT(value) == VT_BSTR && type != VT_BSTR && string_has_nul(V_BSTR(value)))
        return false;
    if (is_nan_for_whole(value, type))
        return false;
    VariantInit(&converted);
    hr = VariantChangeType(&converted, (VARIANT *)value, 0, type);
    VariantClear(&converted);
    return SUCCEEDED(hr) || hr == E_OUTOFMEMORY;
}

static void append_value(struct text *text, const VARIANT *value)
{
    static const struct event_param any = {NULL, VT_VARIANT, NULL, UINT32_MAX};

    if (V_VT(value) == VT_BSTR)
        text_append_quote(text, V_BSTR(value), SysStringLen(V_BSTR(value)), TEXT_QUOTE_MAX);
    else if (V_VT(value) & VT_ARRAY)
        text_append(text, L"an array");
    else
        text_append_value(text, &any, value);
}

/* names[0] is the member's. */
static BSTR describe(BSTR *names, UINT count, UINT parameter, const VARIANT *value, VARTYPE type)
{
    struct text text = {0};

    text_append(&text, names[0]);
    text_append(&text, L": ");
    text_append(&text, parameter + 1 < count ? names[parameter + 1] : L"the value");
    if (is_left_out(value))
    {
        text_append(&text, L" was left out; it has to be given");
        return text_finish(&text);
    }
    text_append(&text, L" is ");
    append_value(&text, value);
    text_append(&text, L"; it has to be ");
    text_append(&text, type_in_words(type));
    return text_finish(&text);
}

static BSTR describe_parameter(ITypeInfo *info, const FUNCDESC *function, UINT parameter, const VARIANT *value)
{
    VARTYPE type = declared_type(info, &function->lprgelemdescParam[parameter].tdesc);
    BSTR names[NAMES_MAX], description = NULL;
    UINT count = 0;

    bool taken = is_left_out(value) ? may_be_left_out(function, parameter) : is_taken(value, type);

    if (taken || FAILED(ITypeInfo_GetNames(info, function->memid, names, NAMES_MAX, &count)))
        return NULL;
    if (count)
        description = describe(names, count, parameter, value, type);
    for (UINT i = 0; i < count; ++i)
        SysFreeString(names[i]);
    return description;
}

/* How many arguments a function takes; what it returns is none. */
static void count_parameters(const FUNCDESC *function, UINT *least, UINT *most)
{
    *least = *most = 0;
    for (UINT i = 0; i < (UINT)function->cParams; ++i)
    {
        if (function->lprgelemdescParam[i].paramdesc.wParamFlags & PARAMFLAG_FRETVAL)
            continue;
        ++*most;
        if (!may_be_left_out(function, i))
            *least = *most;
    }
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

/* A variable number is counted by whoever takes it. The new value of a property has no name, and is one. */
static bool count_is_right(const FUNCDESC *function, UINT given)
{
    UINT least, most;

    count_parameters(function, &least, &most);
    return function->cParamsOpt < 0 || (function->invkind & ~(INVOKE_FUNC | INVOKE_PROPERTYGET))
            || (given >= least && given <= most);
}

static BSTR describe_count(ITypeInfo *info, const FUNCDESC *function, UINT given)
{
    BSTR names[NAMES_MAX], description = NULL;
    UINT least, most, count = 0;

    count_parameters(function, &least, &most);
    if (FAILED(ITypeInfo_GetNames(info, function->memid, names, NAMES_MAX, &count)))
        return NULL;
    if (count > most)
        description = describe_wrong_count(names, least, most, given);
    for (UINT i = 0; i < count; ++i)
        SysFreeString(names[i]);
    return description;
}

struct search
{
    const DISPPARAMS *params;
    UINT *arg_error;
};

static HRESULT check_type(const VARIANT *value, VARTYPE type)
{
    VARIANT converted;
    HRESULT hr;

    if (type == VT_VARIANT || type == VT_EMPTY || V_VT(value) == type)
        return S_OK;
    VariantInit(&converted);
    hr = VariantChangeType(&converted, (VARIANT *)value, 0, type);
    VariantClear(&converted);
    return hr;
}

static HRESULT check_argument(ITypeInfo *info, const FUNCDESC *function, UINT parameter, const VARIANT *arg)
{
    VARTYPE type = declared_type(info, &function->lprgelemdescParam[parameter].tdesc);
    VARIANT value;
    HRESULT hr;

    if (is_left_out(arg) && may_be_left_out(function, parameter))
        return S_OK;
    VariantInit(&value);
    if (SUCCEEDED(hr = VariantCopyInd(&value, (VARIANT *)arg)))
        hr = check_type(&value, type);
    VariantClear(&value);
    return hr;
}

static HRESULT check_all(ITypeInfo *info, const FUNCDESC *function, void *context)
{
    const struct search *search = context;
    HRESULT hr;

    if (function->cParamsOpt < 0)
        return S_OK;
    hr = count_is_right(function, search->params->cArgs) ? S_OK : DISP_E_BADPARAMCOUNT;
    for (UINT i = 0; i < (UINT)function->cParams && SUCCEEDED(hr); ++i)
    {
        UINT place = argument_place(search->params, i);

        if (place >= search->params->cArgs)
            continue;
        hr = check_argument(info, function, i, &search->params->rgvarg[place]);
        if (FAILED(hr) && search->arg_error)
            *search->arg_error = place;
    }
    return hr;
}

/* Parameters that are wrong in themselves, and a variable number, are left to ITypeInfo::Invoke. */
HRESULT argument_fault_find(ITypeInfo *info, DISPID id, WORD flags, const DISPPARAMS *params, UINT *arg_error)
{
    struct search search = {params, arg_error};

    if (params->cNamedArgs > params->cArgs || (params->cArgs && !params->rgvarg)
            || (params->cNamedArgs && !params->rgdispidNamedArgs))
        return S_OK;
    return type_info_visit_functions(info, id, flags, check_all, &search);
}

struct fault
{
    const DISPPARAMS *params;
    BSTR description;
};

/* S_FALSE: an argument is at fault. */
static HRESULT describe_first(ITypeInfo *info, const FUNCDESC *function, void *context)
{
    struct fault *fault = context;

    if (!count_is_right(function, fault->params->cArgs))
    {
        fault->description = describe_count(info, function, fault->params->cArgs);
        return S_FALSE;
    }
    for (UINT i = 0; i < (UINT)function->cParams && !fault->description; ++i)
    {
        UINT place = argument_place(fault->params, i);
        VARIANT value;

        VariantInit(&value);
        if (place < fault->params->cArgs && SUCCEEDED(VariantCopyInd(&value, &fault->params->rgvarg[place])))
            fault->description = describe_parameter(info, function, i, &value);
        VariantClear(&value);
    }
    return fault->description ? S_FALSE : S_OK;
}

BSTR argument_fault_describe(ITypeInfo *info, DISPID id, WORD flags, const DISPPARAMS *params)
{
    struct fault fault = {params, NULL};

    type_info_visit_functions(info, id, flags, describe_first, &fault);
    return fault.description;
}

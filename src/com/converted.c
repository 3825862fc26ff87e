#include "com/converted.h"

#include "com/type_info.h"
#include "event/event.h"
#include "event/given.h"

#include <math.h>

static bool is_whole(VARTYPE type)
{
    return type == VT_I1 || type == VT_I2 || type == VT_I4 || type == VT_I8 || type == VT_UI1 || type == VT_UI2
            || type == VT_UI4 || type == VT_UI8 || type == VT_INT || type == VT_UINT;
}

/* NaN is no whole number. Wine 8.0 converts it to the greatest. */
static bool is_nan(const VARIANT *value)
{
    return (V_VT(value) == VT_R8 && isnan(V_R8(value))) || (V_VT(value) == VT_R4 && isnan(V_R4(value)));
}

VARTYPE declared_type(ITypeInfo *info, const TYPEDESC *declared)
{
    VARTYPE type = declared->vt;
    ITypeInfo *named;
    TYPEATTR *attributes;

    if (type != VT_USERDEFINED)
        return type;
    /* An enumeration is a number. */
    type = VT_EMPTY;
    if (FAILED(ITypeInfo_GetRefTypeInfo(info, declared->hreftype, &named)))
        return type;
    if (SUCCEEDED(ITypeInfo_GetTypeAttr(named, &attributes)))
    {
        if (attributes->typekind == TKIND_ENUM)
            type = VT_I4;
        ITypeInfo_ReleaseTypeAttr(named, attributes);
    }
    ITypeInfo_Release(named);
    return type;
}

static bool may_be_left_out(const FUNCDESC *function, UINT parameter)
{
    return function->lprgelemdescParam[parameter].paramdesc.wParamFlags & (PARAMFLAG_FOPT | PARAMFLAG_FHASDEFAULT);
}

void arguments_count(const FUNCDESC *function, UINT *least, UINT *most)
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

bool arguments_count_is_right(const FUNCDESC *function, UINT given)
{
    UINT least, most;

    arguments_count(function, &least, &most);
    return function->cParamsOpt < 0 || (function->invkind & ~(INVOKE_FUNC | INVOKE_PROPERTYGET))
            || (given >= least && given <= most);
}

/* The place of a parameter's argument, as DISPPARAMS has it. params->cArgs: it has none. */
static UINT argument_place(const DISPPARAMS *params, UINT parameter)
{
    for (UINT i = 0; i < params->cNamedArgs; ++i)
    {
        DISPID name = params->rgdispidNamedArgs[i];

        /* The new value of a property is named DISPID_PROPERTYPUT and is the last parameter; properties here have just
         * one. */
        if (name == (DISPID)parameter || (name == DISPID_PROPERTYPUT && !parameter))
            return i;
    }
    return parameter < params->cArgs - params->cNamedArgs ? params->cArgs - 1 - parameter : params->cArgs;
}

/* Whatever the locale is, if it is one that there is not. */
static HRESULT convert_in_locale(VARIANT *value, LCID lcid, VARTYPE type)
{
    HRESULT hr = given_convert(value, value, lcid, type);

    if (FAILED(hr) && hr != E_OUTOFMEMORY && lcid != LOCALE_USER_DEFAULT)
        hr = given_convert(value, value, LOCALE_USER_DEFAULT, type);
    return hr;
}

/* Makes it a value of that type. */
static HRESULT convert_one(VARIANT *value, const VARIANT *arg, LCID lcid, VARTYPE type)
{
    HRESULT hr;

    if (FAILED(hr = given_take(value, arg, lcid, type)))
        return hr;
    hr = is_whole(type) && is_nan(value) ? DISP_E_OVERFLOW : convert_in_locale(value, lcid, type);
    if (FAILED(hr))
        VariantClear(value);
    return hr;
}

/* What the arguments are to be converted for. */
struct conversion
{
    struct converted *converted;
    LCID lcid;
    struct argument_fault *fault;
};

static HRESULT convert_at(const struct conversion *conversion, UINT place, VARTYPE type)
{
    struct converted *converted = conversion->converted;
    const VARIANT *arg = &converted->args[place];
    VARIANT value;
    HRESULT hr;

    /* Who takes a VARIANT looks at it himself. */
    if (type == VT_VARIANT || type == VT_EMPTY)
        return given_resolve(&arg);
    if (V_VT(arg) == type)
        return S_OK;
    if (FAILED(hr = convert_one(&value, arg, conversion->lcid, type)))
        return hr;
    converted->args[place] = value;
    converted->owned |= 1u << place;
    return S_OK;
}

static HRESULT convert_all(ITypeInfo *info, const FUNCDESC *function, void *context)
{
    const struct conversion *conversion = context;
    struct converted *converted = conversion->converted;
    HRESULT hr;

    /* A variable number is taken apart by whoever takes it. */
    if (function->cParamsOpt < 0)
        return S_OK;
    if (!arguments_count_is_right(function, converted->params.cArgs) || converted->params.cArgs > CONVERTED_MAX)
        return DISP_E_BADPARAMCOUNT;
    for (UINT i = 0; i < (UINT)function->cParams; ++i)
    {
        UINT place = argument_place(&converted->params, i);

        if (place >= converted->params.cArgs)
            continue;
        *conversion->fault = (struct argument_fault){i, place};
        if (converted->placed & (1u << place))
            return DISP_E_PARAMNOTFOUND;
        converted->placed |= 1u << place;
        if (given_is_left_out(&converted->args[place]) && may_be_left_out(function, i))
            continue;
        if (FAILED(hr = convert_at(conversion, place, declared_type(info, &function->lprgelemdescParam[i].tdesc))))
            return hr;
    }
    conversion->fault->place = UINT_MAX;
    return S_FALSE;
}

/* Each argument has to be a parameter's, or it would be dropped without a word. */
static HRESULT find_stray(const struct converted *converted, struct argument_fault *fault)
{
    for (UINT i = 0; i < converted->params.cArgs; ++i)
    {
        if (converted->placed & (1u << i))
            continue;
        *fault = (struct argument_fault){UINT_MAX, i};
        return DISP_E_PARAMNOTFOUND;
    }
    return S_OK;
}

HRESULT converted_init(struct converted *converted, ITypeInfo *info, DISPID id, WORD flags, LCID lcid,
        const DISPPARAMS *params, struct argument_fault *fault)
{
    struct conversion conversion = {.lcid = lcid, .fault = fault};
    HRESULT hr;

    converted->params = *params;
    converted->owned = converted->placed = 0;
    conversion.converted = converted;
    fault->place = UINT_MAX;
    if (params->cNamedArgs > params->cArgs)
        return DISP_E_BADPARAMCOUNT;
    if (params->cArgs && params->cArgs <= CONVERTED_MAX)
    {
        memcpy(converted->args, params->rgvarg, params->cArgs * sizeof(*converted->args));
        converted->params.rgvarg = converted->args;
    }
    hr = type_info_visit_functions(info, id, flags, convert_all, &conversion);
    if (hr == S_FALSE)
        hr = find_stray(converted, fault);
    if (FAILED(hr))
        converted_cleanup(converted);
    return hr;
}

void converted_cleanup(struct converted *converted)
{
    for (UINT i = 0; i < CONVERTED_MAX; ++i)
    {
        if (converted->owned & (1u << i))
            VariantClear(&converted->args[i]);
    }
    converted->owned = 0;
}

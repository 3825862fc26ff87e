#include "com/converted.h"

#include "com/type_info.h"
#include "event/event.h"

#include <math.h>

static bool is_written_by_locale(VARTYPE type)
{
    return type == VT_R4 || type == VT_R8 || type == VT_CY || type == VT_DATE || type == VT_DECIMAL;
}

static bool is_simple(VARTYPE type)
{
    return is_written_by_locale(type) || type == VT_BOOL || type == VT_INT || type == VT_UINT
            || (type >= VT_I1 && type <= VT_UI8) || type == VT_I2 || type == VT_I4;
}

/* The value behind references, as far as they are followed; its type has VT_BYREF when there is one more. */
static const VARIANT *resolve(const VARIANT *arg)
{
    if (V_VT(arg) == (VT_BYREF | VT_VARIANT) && V_VARIANTREF(arg))
        return V_VARIANTREF(arg);
    return arg;
}

/* Whether its conversion may depend on a locale. */
static bool may_depend(const VARIANT *arg)
{
    VARTYPE given = V_VT(resolve(arg)) & ~VT_BYREF;

    return given == VT_BSTR || is_written_by_locale(given);
}

bool convert_in_locale(VARIANT *value, const VARIANT *arg, VARTYPE type, LCID lcid, HRESULT *hr)
{
    VARTYPE given;

    *hr = S_OK;
    VariantInit(value);
    arg = resolve(arg);
    given = V_VT(arg) & ~VT_BYREF;
    if (!(given == VT_BSTR && is_simple(type)) && !(is_written_by_locale(given) && type == VT_BSTR))
        return false;
    if ((V_VT(arg) & VT_BYREF) && !V_BYREF(arg))
        return false;
    if (given == VT_BSTR && string_has_nul(V_VT(arg) & VT_BYREF ? *V_BSTRREF(arg) : V_BSTR(arg)))
    {
        *hr = DISP_E_TYPEMISMATCH;
        return false;
    }
    if (SUCCEEDED(*hr = VariantCopyInd(value, (VARIANT *)arg)))
        *hr = VariantChangeTypeEx(value, value, lcid, 0, type);
    if (SUCCEEDED(*hr))
        return true;
    VariantClear(value);
    if (*hr != E_OUTOFMEMORY)
        *hr = S_OK;
    return false;
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

UINT argument_place(const DISPPARAMS *params, UINT parameter)
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

bool is_nan_for_whole(const VARIANT *value, VARTYPE type)
{
    VARIANT plain = *resolve(value);
    bool is_reference = V_VT(&plain) & VT_BYREF;
    double number;

    if (type == VT_BOOL || !is_simple(type) || is_written_by_locale(type) || (is_reference && !V_BYREF(&plain)))
        return false;
    switch (V_VT(&plain) & ~VT_BYREF)
    {
        case VT_R8:
            number = is_reference ? *V_R8REF(&plain) : V_R8(&plain);
            break;
        case VT_R4:
            number = is_reference ? *V_R4REF(&plain) : V_R4(&plain);
            break;
        default:
            return false;
    }
    return isnan(number);
}

static HRESULT convert_one(struct converted *converted, UINT place, VARTYPE type, LCID lcid, UINT *arg_error)
{
    VARIANT value;
    HRESULT hr;

    if (is_nan_for_whole(&converted->args[place], type))
    {
        if (arg_error)
            *arg_error = place;
        return DISP_E_OVERFLOW;
    }
    if (convert_in_locale(&value, &converted->args[place], type, lcid, &hr))
    {
        converted->args[place] = value;
        converted->owned |= 1u << place;
    }
    else if (hr == DISP_E_TYPEMISMATCH && arg_error)
    {
        *arg_error = place;
    }
    return hr;
}

/* What the arguments are to be converted for. */
struct conversion
{
    struct converted *converted;
    LCID lcid;
    UINT *arg_error;
};

static HRESULT convert_all(ITypeInfo *info, const FUNCDESC *function, void *context)
{
    const struct conversion *conversion = context;
    struct converted *converted = conversion->converted;
    HRESULT hr = S_OK;

    for (SHORT i = 0; i < function->cParams && SUCCEEDED(hr); ++i)
    {
        UINT place = argument_place(&converted->params, (UINT)i);

        if (place < converted->params.cArgs)
            hr = convert_one(converted, place, declared_type(info, &function->lprgelemdescParam[i].tdesc),
                    conversion->lcid, conversion->arg_error);
    }
    return hr;
}

HRESULT converted_init(struct converted *converted, ITypeInfo *info, DISPID id, WORD flags, LCID lcid,
        const DISPPARAMS *params, UINT *arg_error)
{
    struct conversion conversion;
    bool any = false;
    HRESULT hr;

    converted->params = *params;
    converted->owned = 0;
    /* Parameters that are wrong in themselves are left to ITypeInfo::Invoke, which refuses them. */
    if (!params->cArgs || params->cArgs > CONVERTED_MAX || !params->rgvarg || params->cNamedArgs > params->cArgs
            || (params->cNamedArgs && !params->rgdispidNamedArgs))
        return S_OK;
    for (UINT i = 0; i < params->cArgs; ++i)
        any = any || may_depend(&params->rgvarg[i]);
    if (!any)
        return S_OK;
    memcpy(converted->args, params->rgvarg, params->cArgs * sizeof(*converted->args));
    converted->params.rgvarg = converted->args;
    conversion = (struct conversion){converted, lcid, arg_error};
    if (FAILED(hr = type_info_visit_functions(info, id, flags, convert_all, &conversion)))
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

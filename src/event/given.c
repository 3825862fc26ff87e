#include "event/given.h"

#include "event/event.h"

/* The longest chain of objects, each of which is the default value of the one before. */
#define MAX_DEFAULTS 8

HRESULT given_resolve(const VARIANT **value)
{
    for (unsigned int i = 0; V_VT(*value) == (VT_BYREF | VT_VARIANT); ++i)
    {
        if (i == GIVEN_REFERENCES_MAX)
            return DISP_E_TYPEMISMATCH;
        if (!V_VARIANTREF(*value))
            return E_POINTER;
        *value = V_VARIANTREF(*value);
    }
    if ((V_VT(*value) & VT_BYREF) && !V_BYREF(*value))
        return E_POINTER;
    return is_variant_type(V_VT(*value)) ? S_OK : DISP_E_TYPEMISMATCH;
}

static bool is_asked(const VARIANT *value, VARTYPE type)
{
    return V_VT(value) == VT_DISPATCH && V_DISPATCH(value) && type != VT_DISPATCH && type != VT_UNKNOWN;
}

/* Puts an object's default value in its place. When it fails the object stays. */
static HRESULT take_default(VARIANT *object, LCID lcid)
{
    DISPPARAMS none = {0};
    VARIANT answer, value;
    HRESULT hr;

    VariantInit(&answer);
    hr = IDispatch_Invoke(
            V_DISPATCH(object), DISPID_VALUE, &IID_NULL, lcid, DISPATCH_PROPERTYGET, &none, &answer, NULL, NULL);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : DISP_E_TYPEMISMATCH;
    hr = event_copy_argument(&value, &answer);
    VariantClear(&answer);
    if (FAILED(hr))
        return hr;
    VariantClear(object);
    *object = value;
    return S_OK;
}

HRESULT given_take(VARIANT *value, const VARIANT *given, LCID lcid, VARTYPE type)
{
    HRESULT hr = event_copy_argument(value, given);

    for (unsigned int i = 0; SUCCEEDED(hr) && is_asked(value, type); ++i)
        hr = i < MAX_DEFAULTS ? take_default(value, lcid) : DISP_E_TYPEMISMATCH;
    if (FAILED(hr))
        VariantClear(value);
    return hr;
}

static HRESULT convert_plain(VARIANT *value, const VARIANT *plain, LCID lcid, VARTYPE type)
{
    if (given_is_false_decimal(plain) || arrays_judge(plain) == ARRAYS_WRONG)
        return DISP_E_TYPEMISMATCH;
    if (type != VT_BSTR && V_VT(plain) == VT_BSTR && string_has_nul(V_BSTR(plain)))
        return DISP_E_TYPEMISMATCH;
    /* It takes its source as not const, and leaves it as it is. */
    return VariantChangeTypeEx(value, (VARIANT *)plain, lcid, 0, type);
}

HRESULT given_convert(VARIANT *value, const VARIANT *given, LCID lcid, VARTYPE type)
{
    VARIANT plain;
    HRESULT hr;

    if (!(V_VT(given) & VT_BYREF) && !is_asked(given, type))
        return convert_plain(value, given, lcid, type);
    if (FAILED(hr = given_take(&plain, given, lcid, type)))
        return hr;
    hr = convert_plain(value, &plain, lcid, type);
    VariantClear(&plain);
    return hr;
}

/*
 * From DISPPARAMS to an event, for everything that OLE Automation allows beyond what event_decode_exact takes as it
 * is: other types, references, names, and arguments that are wrong.
 */
#include "event/event.h"
#include "event/given.h"

static const struct
{
    DWORD length;
    WCHAR text[1];
} empty_bstr_storage = {0, {0}};

const BSTR empty_bstr = (BSTR)empty_bstr_storage.text;

/* Finds for each parameter its place among the arguments: first the named ones, then by position. */
static HRESULT place_arguments(
        const struct event_type *type, const DISPPARAMS *params, UINT places[EVENT_MAX_ARGS], struct event_fault *fault)
{
    bool placed[EVENT_MAX_ARGS] = {false};
    UINT count = params->cArgs, named_count = params->cNamedArgs;

    if (!arguments_are_there(params))
        return E_POINTER;
    /* No event has more than EVENT_MAX_ARGS, which gcc's analyser does not see. */
    if (count != type->param_count || count > EVENT_MAX_ARGS || named_count > count)
        return DISP_E_BADPARAMCOUNT;
    for (UINT i = 0; i < named_count; ++i)
    {
        DISPID id = params->rgdispidNamedArgs[i];

        fault->arg = i;
        if (id < 0 || (UINT)id >= count || placed[id])
            return DISP_E_PARAMNOTFOUND;
        places[id] = i;
        placed[id] = true;
    }
    /* Arguments without a name stand behind the named ones, the last first. */
    for (UINT i = 0; i < EVENT_MAX_ARGS && i < count - named_count; ++i)
    {
        UINT place = count - 1 - i;

        fault->arg = place;
        if (placed[i])
            return DISP_E_PARAMNOTFOUND;
        places[i] = place;
        placed[i] = true;
    }
    return S_OK;
}

/* Copies what references have been followed to. */
static HRESULT copy_resolved(VARIANT *value, const VARIANT *arg)
{
    enum arrays_state arrays = arrays_judge(arg);
    HRESULT hr;

    VariantInit(value);
    if (arrays == ARRAYS_WRONG)
        return DISP_E_TYPEMISMATCH;
    /* It takes its source as not const, and leaves it as it is. */
    hr = VariantCopyInd(value, (VARIANT *)arg);
    if (SUCCEEDED(hr) && given_is_false_decimal(value))
    {
        VariantInit(value);
        return DISP_E_TYPEMISMATCH;
    }
    if (SUCCEEDED(hr) && arrays == ARRAYS_BARE && FAILED(hr = arrays_mend(value)))
        VariantClear(value);
    return FAILED(hr) && hr != E_OUTOFMEMORY ? DISP_E_TYPEMISMATCH : hr;
}

HRESULT event_copy_argument(VARIANT *value, const VARIANT *arg)
{
    HRESULT hr = given_resolve(&arg);

    if (SUCCEEDED(hr))
        return copy_resolved(value, arg);
    VariantInit(value);
    return hr;
}

static HRESULT coerce(VARIANT *value, const VARIANT *arg, VARTYPE type, LCID lcid)
{
    if (type == VT_VARIANT)
        return copy_resolved(value, arg);
    VariantInit(value);
    return given_convert(value, arg, lcid, type);
}

/* An enumerator may be called by its name. */
static bool is_enumerator(const struct event_param *param, const VARIANT *arg, VARIANT *value)
{
    BSTR name;

    if (!param->enumeration || (V_VT(arg) & ~VT_BYREF) != VT_BSTR)
        return false;
    name = V_VT(arg) == VT_BSTR ? V_BSTR(arg) : *V_BSTRREF(arg);
    V_VT(value) = VT_I4;
    return name && enumeration_value(param->enumeration, name, SysStringLen(name), &V_I4(value));
}

static HRESULT event_decode_arg(struct event *event, UINT i, const VARIANT *arg, LCID lcid, struct event_fault *fault)
{
    const struct event_param *param = &event->type->params[i];
    VARIANT value;
    HRESULT hr;

    if (FAILED(hr = given_resolve(&arg)))
        return hr;
    if (given_is_left_out(arg))
        return DISP_E_PARAMNOTOPTIONAL;
    if (!is_enumerator(param, arg, &value) && FAILED(hr = coerce(&value, arg, param->type, lcid)))
        return hr == E_OUTOFMEMORY ? hr : DISP_E_TYPEMISMATCH;
    event->owned |= 1u << i;
    event->args[i] = value;
    if (!event_take_arg(event, i, &value))
    {
        fault->value = V_I4(&value);
        return E_INVALIDARG;
    }
    return S_OK;
}

HRESULT event_decode_any(struct event *event, const DISPPARAMS *params, LCID lcid, struct event_fault *fault)
{
    UINT places[EVENT_MAX_ARGS] = {0};
    HRESULT hr;

    if (FAILED(hr = place_arguments(event->type, params, places, fault)))
        return hr;
    for (UINT i = 0; i < event->type->param_count; ++i)
    {
        fault->param = i;
        fault->arg = places[i];
        if (FAILED(hr = event_decode_arg(event, i, &params->rgvarg[places[i]], lcid, fault)))
        {
            event_cleanup(event);
            return hr;
        }
    }
    return S_OK;
}

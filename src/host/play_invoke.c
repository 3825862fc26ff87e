#include "host/play_invoke.h"

#include "com/error_info.h"
#include "com/type_info.h"
#include "event/event.h"
#include "event/given.h"
#include "event/text.h"
#include "host/error_source.h"

#include <string.h>

#define PLAY_ARGS 2
#define SPEED 1 /* its number among the parameters, and the DISPID of its name */

/* The place of the speed in DISPPARAMS. params->cArgs: it was not given. */
static UINT place_of_speed(const DISPPARAMS *params)
{
    for (UINT i = 0; i < params->cNamedArgs; ++i)
    {
        if (params->rgdispidNamedArgs[i] == SPEED)
            return i;
    }
    return params->cArgs - params->cNamedArgs > SPEED ? params->cArgs - 1 - SPEED : params->cArgs;
}

static bool is_string(const VARIANT *arg)
{
    return given_resolve(&arg) == S_OK && (V_VT(arg) & ~VT_BYREF) == VT_BSTR;
}

HRESULT play_invoke(REFIID iid, void *object, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    DISPPARAMS converted;
    VARIANT args[PLAY_ARGS], speed;
    UINT place;

    /* What is wrong in itself is refused where everything is. */
    if (!params || params->cArgs > PLAY_ARGS || !arguments_are_there(params) || params->cNamedArgs > params->cArgs
            || (place = place_of_speed(params)) == params->cArgs)
        return type_info_invoke(iid, object, id, riid, lcid, flags, params, result, exception, arg_error);
    converted = *params;
    VariantInit(&speed);
    /* One that is no number Play refuses. */
    if (is_string(&params->rgvarg[place]) && given_convert(&speed, &params->rgvarg[place], lcid, VT_R8) == S_OK)
    {
        memcpy(args, params->rgvarg, params->cArgs * sizeof(*args));
        args[place] = speed;
        converted.rgvarg = args;
    }
    return type_info_invoke(iid, object, id, riid, lcid, flags, &converted, result, exception, arg_error);
}

static HRESULT refuse_speed(REFIID iid, const VARIANT *given)
{
    struct text text = {0};

    text_append(&text, L"The speed");
    if (V_VT(given) == VT_BSTR)
    {
        text_append(&text, L" is ");
        text_append_quote(&text, V_BSTR(given) ? V_BSTR(given) : L"", SysStringLen(V_BSTR(given)), TEXT_QUOTE_MAX);
        text_append(&text, L"; it");
    }
    text_append(&text, L" must be a number greater than 0: 1 plays it as it is written, 2 in half the time");
    return error_raise_text(E_INVALIDARG, iid, HOST_ERROR_SOURCE, &text);
}

HRESULT play_speed(REFIID iid, VARIANT *variant, double *speed)
{
    VARIANT given, number;
    HRESULT hr;

    *speed = 1;
    if (V_VT(variant) == VT_EMPTY || given_is_left_out(variant))
        return S_OK;
    VariantInit(&number);
    if (SUCCEEDED(hr = event_copy_argument(&given, variant)))
        hr = given_convert(&number, &given, LOCALE_USER_DEFAULT, VT_R8);
    if (SUCCEEDED(hr) && V_R8(&number) > 0)
        *speed = V_R8(&number);
    else if (hr != E_OUTOFMEMORY)
        hr = refuse_speed(iid, &given);
    VariantClear(&given);
    return hr;
}

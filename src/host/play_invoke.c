#include "host/play_invoke.h"

#include "com/converted.h"
#include "com/type_info.h"

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

HRESULT play_invoke(IVMEventMachine *machine, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params, VARIANT *result,
        EXCEPINFO *exception, UINT *arg_error)
{
    DISPPARAMS converted;
    VARIANT args[PLAY_ARGS], speed;
    HRESULT hr;
    UINT place;

    /* What is wrong in itself is refused where everything is. */
    if (!params || params->cArgs > PLAY_ARGS || !params->rgvarg || params->cNamedArgs > params->cArgs
            || (params->cNamedArgs && !params->rgdispidNamedArgs) || (place = place_of_speed(params)) == params->cArgs)
        return type_info_invoke(
                &IID_IVMEventMachine, machine, DISPID_PLAY, riid, lcid, flags, params, result, exception, arg_error);
    converted = *params;
    if (convert_in_locale(&speed, &params->rgvarg[place], VT_R8, lcid, &hr))
    {
        memcpy(args, params->rgvarg, params->cArgs * sizeof(*args));
        args[place] = speed;
        converted.rgvarg = args;
    }
    if (hr == E_OUTOFMEMORY)
        return hr;
    return type_info_invoke(
            &IID_IVMEventMachine, machine, DISPID_PLAY, riid, lcid, flags, &converted, result, exception, arg_error);
}

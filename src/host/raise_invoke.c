#include "host/raise_invoke.h"

#include "com/error_info.h"
#include "event/event.h"
#include "event/given.h"
#include "host/error_source.h"
#include "platform/memory.h"

static void free_arguments(VARIANT *args, UINT count)
{
    while (count)
        VariantClear(&args[--count]);
    memory_free(args);
}

/* Whether it is an array of arguments. No event has such an array for its first one. */
static bool holds_arguments(const VARIANT *first)
{
    return V_VT(first) == (VT_ARRAY | VT_VARIANT) && V_ARRAY(first) && SafeArrayGetDim(V_ARRAY(first)) == 1;
}

/* Puts what the first argument holds in its place. */
static HRESULT spread_first(VARIANT **args, UINT *count)
{
    UINT held = V_ARRAY(*args)->rgsabound[0].cElements, others = *count - 1;
    VARIANT *all = memory_alloc((held + others + 1) * sizeof(*all)), *elements;
    HRESULT hr;

    if (!all)
        return E_OUTOFMEMORY;
    if (FAILED(hr = SafeArrayAccessData(V_ARRAY(*args), (void **)&elements)))
    {
        memory_free(all);
        return hr;
    }
    for (UINT i = 0; i < held && SUCCEEDED(hr); ++i)
    {
        if (FAILED(hr = event_copy_argument(&all[i], &elements[i])))
            free_arguments(all, i);
    }
    SafeArrayUnaccessData(V_ARRAY(*args));
    if (FAILED(hr))
        return hr;
    memcpy(&all[held], *args + 1, others * sizeof(*all));
    free_arguments(*args, 1);
    *args = all;
    *count = held + others;
    return S_OK;
}

/*
 * The arguments behind the name of the event, in the order of declaration, for free_arguments.
 *
 * PowerShell makes an array of the argument that stands where the type library has one, the first: ("OnGuestLogoff", 1)
 * comes as ("OnGuestLogoff", [1]), and with another behind it that comes as it was given.
 */
static HRESULT collect_arguments(const DISPPARAMS *params, VARIANT **args, UINT *count)
{
    HRESULT hr;

    *count = params->cArgs - 1;
    if (!(*args = memory_alloc((*count + 1) * sizeof(**args))))
        return E_OUTOFMEMORY;
    for (UINT i = 0; i < *count; ++i)
    {
        if (SUCCEEDED(hr = event_copy_argument(&(*args)[i], &params->rgvarg[*count - 1 - i])))
            continue;
        free_arguments(*args, i);
        return hr;
    }
    if (!*count || !holds_arguments(*args) || SUCCEEDED(hr = spread_first(args, count)))
        return S_OK;
    free_arguments(*args, *count);
    return hr;
}

static HRESULT get_event_name(const DISPPARAMS *params, LCID lcid, VARIANT *name, UINT *arg_error)
{
    VARIANT *arg = &params->rgvarg[params->cArgs - 1];
    HRESULT hr;

    if (SUCCEEDED(hr = event_copy_argument(name, arg)) && SUCCEEDED(hr = given_convert(name, name, lcid, VT_BSTR)))
        return S_OK;
    VariantClear(name);
    if (hr == E_OUTOFMEMORY || hr == E_POINTER)
        return hr;
    if (arg_error)
        *arg_error = params->cArgs - 1;
    return DISP_E_TYPEMISMATCH;
}

/* Hands on the description that the thread's error object has. */
static HRESULT return_exception(EXCEPINFO *exception, HRESULT hr)
{
    IErrorInfo *info;

    if (!exception)
        return DISP_E_EXCEPTION;
    memset(exception, 0, sizeof(*exception));
    exception->scode = hr;
    if (GetErrorInfo(0, &info) == S_OK)
    {
        IErrorInfo_GetSource(info, &exception->bstrSource);
        IErrorInfo_GetDescription(info, &exception->bstrDescription);
        IErrorInfo_Release(info);
    }
    return DISP_E_EXCEPTION;
}

HRESULT raise_invoke(raise_function raise, void *object, REFIID riid, LCID lcid, WORD flags, const DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    VARIANT name, *args;
    UINT count;
    HRESULT hr;

    if (!IsEqualIID(riid, &IID_NULL))
        return DISP_E_UNKNOWNINTERFACE;
    if (!(flags & DISPATCH_METHOD))
        return DISP_E_MEMBERNOTFOUND;
    if (!params || !arguments_are_there(params))
        return E_POINTER;
    if (params->cNamedArgs)
        return DISP_E_NONAMEDARGS;
    if (!params->cArgs)
        return DISP_E_BADPARAMCOUNT;
    if (result)
        VariantInit(result);
    if (FAILED(hr = get_event_name(params, lcid, &name, arg_error)))
        return hr;
    if (SUCCEEDED(hr = collect_arguments(params, &args, &count)))
    {
        SetErrorInfo(0, NULL);
        if (FAILED(hr = raise(object, V_BSTR(&name), args, count, lcid)))
            hr = return_exception(exception, hr);
        free_arguments(args, count);
    }
    VariantClear(&name);
    return hr;
}

HRESULT raise_array(raise_function raise, void *object, REFIID iid, BSTR event_name, SAFEARRAY *arguments)
{
    VARTYPE type;
    VARIANT *args;
    HRESULT hr;

    if (!arguments)
        return raise(object, event_name, NULL, 0, LOCALE_USER_DEFAULT);
    if (SafeArrayGetDim(arguments) != 1 || FAILED(SafeArrayGetVartype(arguments, &type)) || type != VT_VARIANT)
        return error_raise_format(DISP_E_TYPEMISMATCH, iid, HOST_ERROR_SOURCE,
                L"The arguments must be an array of VARIANT with one dimension");
    if (FAILED(hr = SafeArrayAccessData(arguments, (void **)&args)))
        return hr;
    hr = raise(object, event_name, args, arguments->rgsabound[0].cElements, LOCALE_USER_DEFAULT);
    SafeArrayUnaccessData(arguments);
    return hr;
}

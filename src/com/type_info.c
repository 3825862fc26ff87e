#include "com/type_info.h"

#include "com/argument_fault.h"
#include "com/error_info.h"
#include "com/module.h"
#include "event/event.h"
#include "platform/lock.h"
#include "platform/memory.h"

/* The descriptions that have been asked for are kept, up to so many; another one would be loaded anew each time. */
#define MAX_KEPT 16

static struct lock lock = LOCK_INIT;
static struct
{
    GUID guid;
    ITypeInfo *info;
} kept[MAX_KEPT];
static UINT kept_count;

HRESULT type_library_load(ITypeLib **library)
{
    WCHAR *path = module_path();
    HRESULT hr;

    if (!path)
        return E_OUTOFMEMORY;
    hr = LoadTypeLibEx(path, REGKIND_NONE, library);
    memory_free(path);
    return hr;
}

static HRESULT type_info_load(REFGUID guid, ITypeInfo **info)
{
    ITypeLib *library;
    HRESULT hr;

    if (FAILED(hr = type_library_load(&library)))
        return hr;
    hr = ITypeLib_GetTypeInfoOfGuid(library, guid, info);
    ITypeLib_Release(library);
    return hr;
}

static ITypeInfo *type_info_find_kept(REFGUID guid)
{
    lock_assert_exclusive(&lock);
    for (UINT i = 0; i < kept_count; ++i)
    {
        if (IsEqualGUID(&kept[i].guid, guid))
            return kept[i].info;
    }
    return NULL;
}

HRESULT type_info_get(REFGUID guid, ITypeInfo **info)
{
    HRESULT hr = S_OK;

    lock_acquire(&lock);
    if (!(*info = type_info_find_kept(guid)) && SUCCEEDED(hr = type_info_load(guid, info)) && kept_count < MAX_KEPT)
    {
        kept[kept_count].guid = *guid;
        kept[kept_count++].info = *info;
        ITypeInfo_AddRef(*info);
    }
    else if (SUCCEEDED(hr))
    {
        ITypeInfo_AddRef(*info);
    }
    lock_release(&lock);
    return hr;
}

void type_info_forget(void)
{
    lock_acquire(&lock);
    for (UINT i = 0; i < kept_count; ++i)
        ITypeInfo_Release(kept[i].info);
    kept_count = 0;
    lock_release(&lock);
}

HRESULT type_info_count(UINT *count)
{
    if (!count)
        return E_POINTER;
    *count = 1;
    return S_OK;
}

HRESULT type_info_describe(REFGUID guid, UINT index, ITypeInfo **info)
{
    if (!info)
        return E_POINTER;
    *info = NULL;
    if (index)
        return DISP_E_BADINDEX;
    return type_info_get(guid, info);
}

HRESULT type_info_get_ids(REFGUID guid, REFIID riid, LPOLESTR *names, UINT count, DISPID *ids)
{
    ITypeInfo *info;
    HRESULT hr;

    if (!IsEqualIID(riid, &IID_NULL))
        return DISP_E_UNKNOWNINTERFACE;
    if (!names || !ids)
        return E_POINTER;
    if (!count)
        return E_INVALIDARG;
    for (UINT i = 0; i < count; ++i)
    {
        ids[i] = DISPID_UNKNOWN;
        if (!names[i])
            return E_POINTER;
    }
    if (FAILED(hr = type_info_get(guid, &info)))
        return hr;
    hr = ITypeInfo_GetIDsOfNames(info, names, count, ids);
    ITypeInfo_Release(info);
    return hr;
}

HRESULT type_info_visit_functions(ITypeInfo *info, DISPID id, WORD flags,
        HRESULT (*visit)(ITypeInfo *info, const FUNCDESC *function, void *context), void *context)
{
    TYPEATTR *attributes;
    FUNCDESC *function;
    HRESULT hr;

    if (FAILED(hr = ITypeInfo_GetTypeAttr(info, &attributes)))
        return hr;
    hr = S_OK;
    for (UINT i = 0; i < attributes->cFuncs && hr == S_OK; ++i)
    {
        if (FAILED(hr = ITypeInfo_GetFuncDesc(info, i, &function)))
            break;
        if (function->memid == id && (function->invkind & flags))
            hr = visit(info, function, context);
        ITypeInfo_ReleaseFuncDesc(info, function);
    }
    ITypeInfo_ReleaseTypeAttr(info, attributes);
    return hr;
}

bool type_info_has_member(REFGUID guid, DISPID id)
{
    ITypeInfo *info;
    HRESULT hr;

    /* MEMBERID_NIL means the type itself, which has documentation too. */
    if (id == MEMBERID_NIL || FAILED(type_info_get(guid, &info)))
        return false;
    hr = ITypeInfo_GetDocumentation(info, id, NULL, NULL, NULL, NULL);
    ITypeInfo_Release(info);
    return SUCCEEDED(hr);
}

static bool is_fault_of_arguments(HRESULT hr)
{
    return hr == DISP_E_TYPEMISMATCH || hr == DISP_E_OVERFLOW || hr == DISP_E_BADVARTYPE || hr == DISP_E_BADPARAMCOUNT
            || hr == DISP_E_PARAMNOTOPTIONAL || hr == DISP_E_PARAMNOTFOUND || hr == DISP_E_NOTACOLLECTION
            || hr == E_POINTER;
}

/* A visit: the property is to be had without arguments, and has been given some. */
static HRESULT expect_no_parameter(ITypeInfo *info, const FUNCDESC *function, void *context)
{
    (void)info;
    *(bool *)context = function->invkind == INVOKE_PROPERTYGET && !function->cParamsOpt
            && (!function->cParams
                    || (function->cParams == 1
                            && function->lprgelemdescParam[0].paramdesc.wParamFlags & PARAMFLAG_FRETVAL));
    return S_OK;
}

/* Wine's Invoke writes what the member has for its result, such as a string that is NULL, also where the member has
 * failed. That is taken away again. The result is empty before. */
static HRESULT invoke_by_type_info(ITypeInfo *info, void *object, DISPID id, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    HRESULT hr = ITypeInfo_Invoke(info, object, id, flags, params, result, exception, arg_error);

    if (FAILED(hr) && result)
        VariantClear(result);
    return hr;
}

/* Arguments of a property that takes none are its value's, as of sink.Events(1). Wine 8 passes them on to a value that is
 * Nothing, and the process ends; so that is done here. */
static HRESULT invoke_value(ITypeInfo *info, void *object, DISPID id, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    DISPPARAMS none = {NULL, NULL, 0, 0};
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    if (FAILED(hr = invoke_by_type_info(info, object, id, DISPATCH_PROPERTYGET, &none, &value, exception, arg_error)))
        return hr;
    if (V_VT(&value) == VT_DISPATCH && V_DISPATCH(&value))
        hr = IDispatch_Invoke(
                V_DISPATCH(&value), DISPID_VALUE, &IID_NULL, lcid, flags, params, result, exception, arg_error);
    else
        hr = DISP_E_BADPARAMCOUNT;
    VariantClear(&value);
    return hr;
}

static bool is_for_the_value(ITypeInfo *info, DISPID id, WORD flags, const DISPPARAMS *params)
{
    bool takes_none = false;

    return params->cArgs && flags & DISPATCH_PROPERTYGET
            && SUCCEEDED(type_info_visit_functions(info, id, INVOKE_PROPERTYGET, expect_no_parameter, &takes_none))
            && takes_none;
}

/* Calls the member. What is wrong with an argument is in *fault and *arg_error. */
static HRESULT invoke_member(ITypeInfo *info, void *object, DISPID id, LCID lcid, WORD flags, const DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error, struct argument_fault *fault)
{
    struct converted converted;
    HRESULT hr = converted_init(&converted, info, id, flags, lcid, params, fault);

    if (FAILED(hr))
    {
        if (arg_error && fault->place < params->cArgs)
            *arg_error = fault->place;
        return hr;
    }
    /* What an earlier call left for this thread must not become the description of this one's error. */
    SetErrorInfo(0, NULL);
    hr = invoke_by_type_info(info, object, id, flags, &converted.params, result, exception, arg_error);
    converted_cleanup(&converted);
    return hr;
}

HRESULT type_info_invoke(REFGUID guid, void *object, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct argument_fault fault = {UINT_MAX, UINT_MAX};
    BSTR description;
    ITypeInfo *info;
    HRESULT hr;

    /* Whatever fails, nobody takes what stood there before for a result. */
    if (result)
        VariantInit(result);
    if (!IsEqualIID(riid, &IID_NULL))
        return DISP_E_UNKNOWNINTERFACE;
    if (!params || !arguments_are_there(params))
        return E_POINTER;
    if (FAILED(hr = type_info_get(guid, &info)))
        return hr;
    if (is_for_the_value(info, id, flags, params))
    {
        SetErrorInfo(0, NULL);
        hr = invoke_value(info, object, id, lcid, flags, params, result, exception, arg_error);
    }
    else
    {
        hr = invoke_member(info, object, id, lcid, flags, params, result, exception, arg_error, &fault);
    }
    if (is_fault_of_arguments(hr) && exception
            && (description = argument_fault_describe(info, id, flags, params, hr, &fault)))
        hr = error_raise_exception(exception, hr, module_error_source, description);
    ITypeInfo_Release(info);
    return hr;
}

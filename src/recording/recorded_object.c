#include "recording/recorded_object.h"

static HRESULT WINAPI object_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch))
        return E_NOINTERFACE;
    *object = iface;
    return S_OK;
}

/* There is one for all, which is never freed. */
static ULONG WINAPI object_AddRef(IDispatch *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI object_Release(IDispatch *iface)
{
    (void)iface;
    return 1;
}

static HRESULT WINAPI object_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    if (!count)
        return E_POINTER;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI object_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    if (!info)
        return E_POINTER;
    *info = NULL;
    return DISP_E_BADINDEX;
}

static HRESULT WINAPI object_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)lcid;
    if (count && !ids)
        return E_POINTER;
    for (UINT i = 0; i < count; ++i)
        ids[i] = DISPID_UNKNOWN;
    return DISP_E_UNKNOWNNAME;
}

static HRESULT WINAPI object_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    (void)iface, (void)id, (void)riid, (void)lcid, (void)flags;
    (void)params, (void)result, (void)exception, (void)arg_error;
    return DISP_E_MEMBERNOTFOUND;
}

static IDispatchVtbl object_vtbl = {
        object_QueryInterface,
        object_AddRef,
        object_Release,
        object_GetTypeInfoCount,
        object_GetTypeInfo,
        object_GetIDsOfNames,
        object_Invoke,
};

static IDispatch object = {&object_vtbl};

IDispatch *recorded_object_get(void)
{
    return &object;
}

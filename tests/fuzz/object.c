#include "fuzz/object.h"

static struct object *object_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct object, IDispatch_iface);
}

static HRESULT WINAPI object_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown)
            && !(IsEqualIID(riid, &IID_IDispatch) && !object_from_IDispatch(iface)->is_unknown))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI object_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&object_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI object_Release(IDispatch *iface)
{
    return InterlockedDecrement(&object_from_IDispatch(iface)->refcount);
}

static HRESULT WINAPI object_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI object_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    *info = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI object_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid;
    *ids = DISPID_UNKNOWN;
    return DISP_E_UNKNOWNNAME;
}

static HRESULT WINAPI object_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct object *object = object_from_IDispatch(iface);

    (void)riid, (void)lcid, (void)flags, (void)params, (void)exception, (void)arg_error;
    InterlockedIncrement(&object->calls);
    if (id != DISPID_VALUE)
        return DISP_E_MEMBERNOTFOUND;
    if (FAILED(object->answer) || !result)
        return object->answer;
    V_VT(result) = object->type;
    if (object->type == VT_BSTR)
        V_BSTR(result) = SysAllocString(object->number & 1 ? L"1" : L"no number");
    else if (object->type == VT_BOOL)
        V_BOOL(result) = (VARIANT_BOOL)object->number;
    else
        V_I4(result) = object->number;
    return S_OK;
}

static const IDispatchVtbl object_vtbl = {
        object_QueryInterface,
        object_AddRef,
        object_Release,
        object_GetTypeInfoCount,
        object_GetTypeInfo,
        object_GetIDsOfNames,
        object_Invoke,
};

void object_init(struct object *object)
{
    memset(object, 0, sizeof(*object));
    object->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&object_vtbl;
    object->refcount = 1;
}

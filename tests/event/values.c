#include "event/values.h"

static HRESULT WINAPI counted_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    ++CONTAINING_RECORD(iface, struct counted, IDispatch_iface)->calls;
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI counted_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&CONTAINING_RECORD(iface, struct counted, IDispatch_iface)->refcount);
}

static ULONG WINAPI counted_Release(IDispatch *iface)
{
    return InterlockedDecrement(&CONTAINING_RECORD(iface, struct counted, IDispatch_iface)->refcount);
}

static HRESULT WINAPI counted_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    ++CONTAINING_RECORD(iface, struct counted, IDispatch_iface)->calls;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI counted_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    ++CONTAINING_RECORD(iface, struct counted, IDispatch_iface)->calls;
    (void)index;
    (void)lcid;
    *info = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI counted_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    ++CONTAINING_RECORD(iface, struct counted, IDispatch_iface)->calls;
    (void)riid;
    (void)names;
    (void)count;
    (void)lcid;
    (void)ids;
    return E_NOTIMPL;
}

static HRESULT WINAPI counted_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg)
{
    ++CONTAINING_RECORD(iface, struct counted, IDispatch_iface)->calls;
    (void)id;
    (void)riid;
    (void)lcid;
    (void)flags;
    (void)params;
    (void)result;
    (void)exception;
    (void)arg;
    return DISP_E_MEMBERNOTFOUND;
}

static IDispatchVtbl counted_vtbl = {
        counted_QueryInterface,
        counted_AddRef,
        counted_Release,
        counted_GetTypeInfoCount,
        counted_GetTypeInfo,
        counted_GetIDsOfNames,
        counted_Invoke,
};

void counted_init(struct counted *object)
{
    object->IDispatch_iface.lpVtbl = &counted_vtbl;
    object->refcount = 1;
    object->calls = 0;
}

bool type_exists(VARTYPE type)
{
    VARTYPE base = type & ~(VT_ARRAY | VT_BYREF);

    switch (base)
    {
        case VT_EMPTY:
        case VT_NULL:
            return type == base;
        case VT_I2:
        case VT_I4:
        case VT_R4:
        case VT_R8:
        case VT_CY:
        case VT_DATE:
        case VT_BSTR:
        case VT_DISPATCH:
        case VT_ERROR:
        case VT_BOOL:
        case VT_UNKNOWN:
        case VT_DECIMAL:
        case VT_I1:
        case VT_UI1:
        case VT_UI2:
        case VT_UI4:
        case VT_I8:
        case VT_UI8:
        case VT_INT:
        case VT_UINT:
        case VT_RECORD:
            return true;
        case VT_VARIANT:
            return type != VT_VARIANT;
    }
    return false;
}

static void value_make_array(VARIANT *value, VARTYPE base)
{
    V_VT(value) = VT_ARRAY | base;
    if (type_exists(VT_ARRAY | base) && base != VT_RECORD)
        V_ARRAY(value) = SafeArrayCreateVector(base, 0, 3);
}

void value_make(VARIANT *value, VARTYPE type, struct counted *object)
{
    memset(value, 0, sizeof(*value));
    V_VT(value) = type;
    switch (type)
    {
        case VT_BSTR:
            V_BSTR(value) = SysAllocString(L"2");
            return;
        case VT_DISPATCH:
        case VT_UNKNOWN:
            V_DISPATCH(value) = &object->IDispatch_iface;
            IDispatch_AddRef(V_DISPATCH(value));
            return;
        case VT_R4:
            V_R4(value) = 2;
            return;
        case VT_R8:
            V_R8(value) = 2;
            return;
        case VT_DATE:
            V_DATE(value) = 2;
            return;
        case VT_CY:
            V_CY(value).int64 = 20000;
            return;
        case VT_DECIMAL:
            V_DECIMAL(value).Lo64 = 2;
            V_VT(value) = VT_DECIMAL;
            return;
        case VT_ERROR:
            V_ERROR(value) = E_FAIL;
            return;
        case VT_RECORD:
            return;
    }
    if (type & VT_ARRAY)
        value_make_array(value, type & VT_TYPEMASK);
    else if (type_exists(type) && type != VT_EMPTY && type != VT_NULL)
        V_UI1(value) = 2;
}

void value_clear(VARIANT *value)
{
    if (V_VT(value) != VT_RECORD && type_exists(V_VT(value)))
        VariantClear(value);
}

void value_make_legal(VARIANT *value, const struct event_param *param)
{
    memset(value, 0, sizeof(*value));
    V_VT(value) = param->type == VT_VARIANT ? VT_I4 : param->type;
    switch (param->type)
    {
        case VT_I4:
        case VT_VARIANT:
            V_I4(value) = 1;
            return;
        case VT_BOOL:
            V_BOOL(value) = VARIANT_TRUE;
            return;
        case VT_BSTR:
            V_BSTR(value) = empty_bstr;
            return;
    }
    fail_msg("no argument for type %u", param->type);
}

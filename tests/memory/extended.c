#include "memory/extended.h"

#include <wchar.h>

#include "memory/refusal.h"
#include "support/test.h"

#define METHOD 77

/* {a6ef9860-c720-11d0-9337-00a0c90dcaa9}: no library of MinGW-w64 has it. */
static const IID iid_IDispatchEx = {0xa6ef9860, 0xc720, 0x11d0, {0x93, 0x37, 0x00, 0xa0, 0xc9, 0x0d, 0xca, 0xa9}};

static struct extended *extended_from_IDispatchEx(IDispatchEx *iface)
{
    return CONTAINING_RECORD(iface, struct extended, IDispatchEx_iface);
}

static HRESULT WINAPI extended_QueryInterface(IDispatchEx *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch) && !IsEqualIID(riid, &iid_IDispatchEx))
        return E_NOINTERFACE;
    if (IsEqualIID(riid, &iid_IDispatchEx) && !refusal_allows("a handler's QueryInterface"))
        return E_OUTOFMEMORY;
    IDispatchEx_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI extended_AddRef(IDispatchEx *iface)
{
    return InterlockedIncrement(&extended_from_IDispatchEx(iface)->refcount);
}

static ULONG WINAPI extended_Release(IDispatchEx *iface)
{
    LONG refcount = InterlockedDecrement(&extended_from_IDispatchEx(iface)->refcount);

    CHECK(refcount >= 1);
    return refcount;
}

static HRESULT WINAPI extended_GetTypeInfoCount(IDispatchEx *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI extended_GetTypeInfo(IDispatchEx *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid, (void)info;
    return E_NOTIMPL;
}

static HRESULT WINAPI extended_GetIDsOfNames(
        IDispatchEx *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid, (void)ids;
    return refusal_allows("a handler's GetIDsOfNames") ? E_NOTIMPL : E_OUTOFMEMORY;
}

static HRESULT WINAPI extended_Invoke(IDispatchEx *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    (void)riid, (void)lcid, (void)flags, (void)params, (void)result, (void)exception, (void)arg_error;
    CHECK(id == METHOD);
    InterlockedIncrement(&extended_from_IDispatchEx(iface)->calls);
    return S_OK;
}

static HRESULT WINAPI extended_GetDispID(IDispatchEx *iface, BSTR name, DWORD flags, DISPID *id)
{
    (void)iface, (void)flags;
    if (!refusal_allows("a handler's GetDispID"))
        return E_OUTOFMEMORY;
    *id = METHOD;
    return wcscmp(name, L"OnReset") ? DISP_E_UNKNOWNNAME : S_OK;
}

static const IDispatchExVtbl extended_vtbl = {
        .QueryInterface = extended_QueryInterface,
        .AddRef = extended_AddRef,
        .Release = extended_Release,
        .GetTypeInfoCount = extended_GetTypeInfoCount,
        .GetTypeInfo = extended_GetTypeInfo,
        .GetIDsOfNames = extended_GetIDsOfNames,
        .Invoke = extended_Invoke,
        .GetDispID = extended_GetDispID,
};

void extended_init(struct extended *extended)
{
    extended->IDispatchEx_iface.lpVtbl = (IDispatchExVtbl *)&extended_vtbl;
    extended->refcount = 1;
    extended->calls = 0;
}

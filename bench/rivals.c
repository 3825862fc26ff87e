#include "rivals.h"

/* They share everything but Invoke. */
struct rival
{
    IVMEventSink IVMEventSink_iface; /* typeinfo_sink: a vtable that ITypeInfo::Invoke can call */
    IDispatch IDispatch_iface;
    rival_callback callback;
    void *context;
    ITypeInfo *info;
};

static struct rival *rival_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct rival, IDispatch_iface);
}

static HRESULT WINAPI rival_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch)
            && !IsEqualIID(riid, &DIID_IVMVirtualMachineEvents))
    {
        *object = NULL;
        return E_NOINTERFACE;
    }
    *object = iface;
    return S_OK;
}

static ULONG WINAPI rival_AddRef(IDispatch *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI rival_Release(IDispatch *iface)
{
    (void)iface;
    return 1;
}

static HRESULT WINAPI rival_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI rival_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    *info = NULL;
    return DISP_E_BADINDEX;
}

static HRESULT WINAPI rival_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid, (void)ids;
    return DISP_E_UNKNOWNNAME;
}

static HRESULT WINAPI handwritten_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct rival *rival = rival_from_IDispatch(iface);

    (void)lcid, (void)result, (void)exception, (void)arg_error;
    if (!IsEqualIID(riid, &IID_NULL))
        return DISP_E_UNKNOWNINTERFACE;
    if (id != vmVirtualMachineEvent_GuestLogoff || !(flags & DISPATCH_METHOD))
        return DISP_E_MEMBERNOTFOUND;
    if (params->cArgs != 1)
        return DISP_E_BADPARAMCOUNT;
    if (V_VT(params->rgvarg) != VT_I4)
        return DISP_E_TYPEMISMATCH;
    if ((ULONG)V_I4(params->rgvarg) > vmLogoff_External)
        return E_INVALIDARG;
    rival->callback(V_I4(params->rgvarg), rival->context);
    return S_OK;
}

static const IDispatchVtbl handwritten_vtbl = {rival_QueryInterface, rival_AddRef, rival_Release,
        rival_GetTypeInfoCount, rival_GetTypeInfo, rival_GetIDsOfNames, handwritten_Invoke};

IDispatch *handwritten_sink(rival_callback callback, void *context)
{
    static struct rival rival;

    rival.IDispatch_iface.lpVtbl = (IDispatchVtbl *)&handwritten_vtbl;
    rival.callback = callback;
    rival.context = context;
    return &rival.IDispatch_iface;
}

static HRESULT WINAPI typeinfo_OnGuestLogoff(IVMEventSink *iface, VMLogoffType type)
{
    struct rival *rival = CONTAINING_RECORD(iface, struct rival, IVMEventSink_iface);

    if ((ULONG)type > vmLogoff_External)
        return E_INVALIDARG;
    rival->callback(type, rival->context);
    return S_OK;
}

static HRESULT WINAPI typeinfo_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct rival *rival = rival_from_IDispatch(iface);

    (void)lcid;
    if (!IsEqualIID(riid, &IID_NULL))
        return DISP_E_UNKNOWNINTERFACE;
    return ITypeInfo_Invoke(rival->info, &rival->IVMEventSink_iface, id, flags, params, result, exception, arg_error);
}

static const IDispatchVtbl typeinfo_vtbl = {rival_QueryInterface, rival_AddRef, rival_Release, rival_GetTypeInfoCount,
        rival_GetTypeInfo, rival_GetIDsOfNames, typeinfo_Invoke};

IDispatch *typeinfo_sink(ITypeLib *library, rival_callback callback, void *context)
{
    static const IVMEventSinkVtbl sink_vtbl = {.OnGuestLogoff = typeinfo_OnGuestLogoff};
    static struct rival rival;

    if (FAILED(ITypeLib_GetTypeInfoOfGuid(library, &IID_IVMEventSink, &rival.info)))
        return NULL;
    rival.IVMEventSink_iface.lpVtbl = (IVMEventSinkVtbl *)&sink_vtbl;
    rival.IDispatch_iface.lpVtbl = (IDispatchVtbl *)&typeinfo_vtbl;
    rival.callback = callback;
    rival.context = context;
    return &rival.IDispatch_iface;
}

static HRESULT WINAPI echo_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    (void)iface, (void)id, (void)riid, (void)lcid, (void)flags, (void)params, (void)result, (void)exception;
    (void)arg_error;
    return S_OK;
}

static const IDispatchVtbl echo_vtbl = {rival_QueryInterface, rival_AddRef, rival_Release, rival_GetTypeInfoCount,
        rival_GetTypeInfo, rival_GetIDsOfNames, echo_Invoke};

IDispatch *echo_dispatch(void)
{
    static struct rival rival;

    rival.IDispatch_iface.lpVtbl = (IDispatchVtbl *)&echo_vtbl;
    return &rival.IDispatch_iface;
}

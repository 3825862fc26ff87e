#include "listener.h"

#include <olectl.h>
#include <wchar.h>

static struct listener *listener_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct listener, IDispatch_iface);
}

static HRESULT WINAPI listener_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    struct listener *listener = listener_from_IDispatch(iface);

    *object = NULL;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch))
        *object = iface;
    else if (listener->receives && IsEqualIID(riid, &IID_IVMEventReceiver))
        *object = &listener->IVMEventReceiver_iface;
    else
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI listener_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&listener_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI listener_Release(IDispatch *iface)
{
    return InterlockedDecrement(&listener_from_IDispatch(iface)->refcount);
}

static HRESULT WINAPI listener_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI listener_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    *info = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI listener_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid, (void)ids;
    return E_NOTIMPL;
}

static void note_strange(struct listener *listener, const VARIANT *first)
{
    if (InterlockedIncrement(&listener->strange) == 1)
        swprintf(listener->first_strange, ARRAYSIZE(listener->first_strange), L"%ls %ls",
                listener->deleted ? L"late" : L"", first && V_VT(first) == VT_BSTR ? V_BSTR(first) : L"no text");
}

static void listener_take_time(const struct listener *listener)
{
    Sleep(listener->delay_ms);
    while (listener->held)
        Sleep(5);
}

static HRESULT listener_hear(struct listener *listener, const DISPPARAMS *params)
{
    const VARIANT *first = params->cArgs ? &params->rgvarg[params->cArgs - 1] : NULL;
    LONG number = -1;

    listener_take_time(listener);
    if (listener->rejecting > 0)
    {
        InterlockedDecrement(&listener->rejecting);
        return RPC_E_CALL_REJECTED;
    }
    if (listener->deleted || !first)
        note_strange(listener, first);
    else if (V_VT(first) == VT_I4 && V_I4(first) == vmVMState_DeleteMachine)
        InterlockedExchange(&listener->deleted, TRUE);
    else if (V_VT(first) == VT_BSTR && wcstol(V_BSTR(first), NULL, 10) == listener->heard)
        number = InterlockedIncrement(&listener->heard) - 1;
    else
        note_strange(listener, first);
    return number == listener->fails_at ? listener->failure : S_OK;
}

static HRESULT WINAPI listener_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct listener *listener = listener_from_IDispatch(iface);
    HRESULT hr;

    (void)id, (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    if (listener->on_call)
        listener->on_call(1);
    hr = listener_hear(listener, params);
    if (listener->on_call)
        listener->on_call(-1);
    return hr;
}

static const IDispatchVtbl listener_vtbl = {
        listener_QueryInterface,
        listener_AddRef,
        listener_Release,
        listener_GetTypeInfoCount,
        listener_GetTypeInfo,
        listener_GetIDsOfNames,
        listener_Invoke,
};

/* IVMEventReceiver */

static struct listener *listener_from_IVMEventReceiver(IVMEventReceiver *iface)
{
    return CONTAINING_RECORD(iface, struct listener, IVMEventReceiver_iface);
}

static HRESULT WINAPI listener_receiver_QueryInterface(IVMEventReceiver *iface, REFIID riid, void **object)
{
    return IDispatch_QueryInterface(&listener_from_IVMEventReceiver(iface)->IDispatch_iface, riid, object);
}

static ULONG WINAPI listener_receiver_AddRef(IVMEventReceiver *iface)
{
    return IDispatch_AddRef(&listener_from_IVMEventReceiver(iface)->IDispatch_iface);
}

static ULONG WINAPI listener_receiver_Release(IVMEventReceiver *iface)
{
    return IDispatch_Release(&listener_from_IVMEventReceiver(iface)->IDispatch_iface);
}

static HRESULT WINAPI listener_receiver_Receive(IVMEventReceiver *iface, SAFEARRAY *events, SAFEARRAY *sources,
        SAFEARRAY *arguments, SAFEARRAY *details, LONG *taken, LONG *refused)
{
    struct listener *listener = listener_from_IVMEventReceiver(iface);

    (void)events, (void)sources, (void)arguments, (void)details;
    *taken = *refused = 0;
    if (listener->on_call)
        listener->on_call(1);
    listener_take_time(listener);
    if (listener->on_call)
        listener->on_call(-1);
    return listener->failure;
}

static const IVMEventReceiverVtbl listener_receiver_vtbl = {
        listener_receiver_QueryInterface,
        listener_receiver_AddRef,
        listener_receiver_Release,
        listener_receiver_Receive,
};

void listener_init(struct listener *listener, DWORD delay_ms)
{
    memset(listener, 0, sizeof(*listener));
    listener->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&listener_vtbl;
    listener->IVMEventReceiver_iface.lpVtbl = (IVMEventReceiverVtbl *)&listener_receiver_vtbl;
    listener->refcount = 1;
    listener->delay_ms = delay_ms;
    listener->fails_at = -2;
}

IConnectionPoint *listener_find_point(void *source, REFIID events)
{
    IConnectionPointContainer *container;
    IConnectionPoint *point;

    CHECK(SUCCEEDED(IUnknown_QueryInterface((IUnknown *)source, &IID_IConnectionPointContainer, (void **)&container)));
    CHECK(SUCCEEDED(IConnectionPointContainer_FindConnectionPoint(container, events, &point)));
    IConnectionPointContainer_Release(container);
    return point;
}

DWORD listener_advise(struct listener *listener, void *source, REFIID events)
{
    IConnectionPoint *point = listener_find_point(source, events);
    DWORD cookie;

    CHECK(IConnectionPoint_Advise(point, (IUnknown *)&listener->IDispatch_iface, &cookie) == S_OK);
    IConnectionPoint_Release(point);
    return cookie;
}

DWORD listener_advise_on_all(struct listener *listener, void *machine)
{
    DWORD cookie = listener_advise(listener, machine, &DIID_IVMVirtualMachineEvents);

    listener_advise(listener, machine, &DIID_IVMDVDDriveEvents);
    listener_advise(listener, machine, &DIID_IVMFloppyDriveEvents);
    return cookie;
}

void await_number(volatile LONG *number, LONG wanted)
{
    for (DWORD start = GetTickCount(); *number < wanted; Sleep(5))
    {
        if (GetTickCount() - start > 240000)
            fail_msg("%ld of %ld have come", (long)*number, (long)wanted);
    }
}

void listener_await_release(struct listener *listener)
{
    for (DWORD start = GetTickCount(); listener->refcount > 1; Sleep(5))
        assert_true(GetTickCount() - start < PATIENCE_MS);
}

LONG host_count_dropped(IVMEventHost *host)
{
    LONG count = -1;

    assert_int_equal(IVMEventHost_get_Dropped(host, &count), S_OK);
    return count;
}

void listener_assert_heard(const struct listener *listener, LONG count, IVMEventHost *host)
{
    if (listener->heard != count || listener->strange)
        fail_msg("%ld of %ld heard in order, and %ld strange, of which the first was %ls; the host has dropped %ld",
                (long)listener->heard, (long)count, (long)listener->strange, listener->first_strange,
                (long)host_count_dropped(host));
}

void fire_numbers(IVMEventMachine *machine, LONG first, LONG count)
{
    static const WCHAR *const names[] = {
            L"OnConfigurationChanged", L"IVMDVDDriveEvents.OnMediaInsert", L"IVMFloppyDriveEvents.OnMediaEject"};
    WCHAR number[16];

    for (LONG i = first; i < first + count; ++i)
    {
        swprintf(number, ARRAYSIZE(number), L"%ld", (long)i);
        client_raise(machine, names[i % 3], i % 3 ? 1 : 2, value_bstr(number), value_i4(0));
    }
}

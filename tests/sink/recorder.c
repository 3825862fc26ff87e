#include "sink/recorder.h"

#include "sink/worker.h"

static struct recorder *recorder_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct recorder, IDispatch_iface);
}

static HRESULT WINAPI recorder_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    struct recorder *recorder = recorder_from_IDispatch(iface);

    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch)
            && !(recorder->answers && IsEqualIID(riid, recorder->answers)))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI recorder_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&recorder_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI recorder_Release(IDispatch *iface)
{
    struct recorder *recorder = recorder_from_IDispatch(iface);
    LONG refcount = InterlockedDecrement(&recorder->refcount);

    /* As a rule the test's own reference is the last. */
    CHECK(refcount >= (recorder->on_free ? 0 : 1));
    if (!refcount)
        recorder->on_free(recorder);
    return refcount;
}

static HRESULT WINAPI recorder_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI recorder_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid, (void)info;
    return E_NOTIMPL;
}

static HRESULT WINAPI recorder_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    const WCHAR *const *methods = recorder_from_IDispatch(iface)->methods;

    (void)lcid;
    CHECK(IsEqualIID(riid, &IID_NULL) && count == 1);
    *ids = DISPID_UNKNOWN;
    if (FAILED(recorder_from_IDispatch(iface)->names_answer))
        return recorder_from_IDispatch(iface)->names_answer;
    for (LONG i = 0; methods && methods[i]; ++i)
    {
        if (!_wcsicmp(methods[i], names[0]))
        {
            *ids = FIRST_METHOD + i;
            return S_OK;
        }
    }
    return DISP_E_UNKNOWNNAME;
}

static HRESULT WINAPI recorder_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct recorder *recorder = recorder_from_IDispatch(iface);
    struct recorder_call call = {id, flags, GetCurrentThreadId(), is_single_threaded(), params->cArgs, {{{{0}}}}};
    LONG number;

    (void)lcid, (void)exception, (void)arg_error;
    CHECK(IsEqualIID(riid, &IID_NULL) && params->cArgs <= 2 && !params->cNamedArgs);
    for (UINT i = 0; i < params->cArgs; ++i)
        CHECK(SUCCEEDED(VariantCopy(&call.args[i], &params->rgvarg[params->cArgs - 1 - i])));
    number = InterlockedIncrement(&recorder->begun);
    CHECK(number <= RECORDER_CALLS);
    recorder->log[number - 1] = call;
    if (recorder->act)
        recorder->act(recorder, &call);
    if (recorder->value && result)
        CHECK(SUCCEEDED(VariantCopy(result, (VARIANT *)recorder->value)));
    InterlockedIncrement(&recorder->calls);
    return recorder->answer;
}

static const IDispatchVtbl recorder_vtbl = {
        recorder_QueryInterface,
        recorder_AddRef,
        recorder_Release,
        recorder_GetTypeInfoCount,
        recorder_GetTypeInfo,
        recorder_GetIDsOfNames,
        recorder_Invoke,
};

void recorder_init(struct recorder *recorder)
{
    memset(recorder, 0, sizeof(*recorder));
    recorder->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&recorder_vtbl;
    recorder->refcount = 1;
}

void recorder_end(struct recorder *recorder)
{
    for (LONG i = 0; i < recorder->begun; ++i)
    {
        for (UINT arg = 0; arg < recorder->log[i].count; ++arg)
            VariantClear(&recorder->log[i].args[arg]);
    }
    /* Some thread may have delivered and be just about to let go. */
    for (ULONGLONG end = now_ms() + PATIENCE_MS; recorder->refcount > 1 && now_ms() < end;)
        Sleep(1);
    CHECK(recorder->refcount == 1);
}

VARIANT recorder_variant(struct recorder *recorder)
{
    VARIANT value;

    V_VT(&value) = VT_DISPATCH;
    V_DISPATCH(&value) = &recorder->IDispatch_iface;
    return value;
}

LONG recorder_subscribe(struct recorder *recorder, IVMEventSink *sink, const WCHAR *event)
{
    VARIANT name;
    LONG cookie = 0;

    V_VT(&name) = VT_BSTR;
    V_BSTR(&name) = SysAllocString(event);
    CHECK(IVMEventSink_Subscribe(sink, name, recorder_variant(recorder), NULL, &cookie) == S_OK);
    CHECK(cookie);
    SysFreeString(V_BSTR(&name));
    return cookie;
}

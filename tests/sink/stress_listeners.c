#include "sink/stress_listeners.h"

#include "sink/samples.h"

#define ALIVE 0x600d600dL
#define DEAD 0x0badc0deL

volatile LONG tracked_added, tracked_released, handlers_made, handlers_freed, callback_calls, handler_calls;
void (*stress_act)(struct tracked *tracked);

HRESULT stress_fire(IDispatch *face, LONG source, LONG number)
{
    VARIANT args[2];
    HRESULT hr;

    V_VT(&args[0]) = VT_I4;
    V_I4(&args[0]) = number;
    V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[1]) = SysAllocStringLen(NULL, 1);
    V_BSTR(&args[1])[0] = (WCHAR)(1 + source);
    hr = invoke(face, vmVirtualMachineEvent_ConfigurationChanged, args, 2);
    SysFreeString(V_BSTR(&args[1]));
    return hr;
}

void stress_check_order(LONG last[SOURCES], const VARIANT *key, const VARIANT *data)
{
    LONG source = V_BSTR(key)[0] - 1;

    CHECK(V_VT(key) == VT_BSTR && V_VT(data) == VT_I4);
    CHECK(source >= 0 && source < SOURCES);
    CHECK(last[source] < V_I4(data));
    last[source] = V_I4(data);
}

/* ---- callbacks ---- */

struct tracked *tracked_create(void)
{
    struct tracked *tracked = calloc(1, sizeof(*tracked));

    CHECK(tracked);
    tracked->magic = ALIVE;
    InterlockedIncrement(&tracked_added);
    return tracked;
}

void CALLBACK tracked_release(void *context)
{
    struct tracked *tracked = context;

    CHECK(tracked->magic == ALIVE);
    CHECK(!tracked->running);
    CHECK(InterlockedIncrement(&tracked->releases) == 1);
    InterlockedIncrement(&tracked_released);
    if (tracked->is_waited_for)
        return;
    tracked->magic = DEAD;
    free(tracked);
}

void CALLBACK tracked_notify(const VMEVENT *event, void *context)
{
    struct tracked *tracked = context;

    CHECK(tracked->magic == ALIVE);
    CHECK(!tracked->releases);
    CHECK(tracked->removed_by != stress_worker_number());
    CHECK(event->argCount == 2);
    stress_check_order(tracked->last, &event->args[0], &event->args[1]);
    InterlockedIncrement(&tracked->running);
    InterlockedIncrement(&callback_calls);
    if (stress_act)
        stress_act(tracked);
    CHECK(tracked->magic == ALIVE && !tracked->releases);
    InterlockedDecrement(&tracked->running);
}

/* ---- handlers ---- */

static struct handler *handler_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct handler, IDispatch_iface);
}

static HRESULT WINAPI handler_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    CHECK(handler_from_IDispatch(iface)->magic == ALIVE);
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI handler_AddRef(IDispatch *iface)
{
    CHECK(handler_from_IDispatch(iface)->magic == ALIVE);
    return InterlockedIncrement(&handler_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI handler_Release(IDispatch *iface)
{
    struct handler *handler = handler_from_IDispatch(iface);
    LONG refcount;

    CHECK(handler->magic == ALIVE);
    refcount = InterlockedDecrement(&handler->refcount);
    CHECK(refcount >= 0);
    if (!refcount)
    {
        handler->magic = DEAD;
        InterlockedIncrement(&handlers_freed);
        free(handler);
    }
    return refcount;
}

static HRESULT WINAPI handler_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI handler_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid, (void)info;
    return E_NOTIMPL;
}

static HRESULT WINAPI handler_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid;
    *ids = DISPID_UNKNOWN;
    return DISP_E_UNKNOWNNAME;
}

static HRESULT WINAPI handler_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct handler *handler = handler_from_IDispatch(iface);

    (void)id, (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    CHECK(handler->magic == ALIVE);
    /* Its own thread has unsubscribed it, and it runs nowhere else. */
    CHECK(!handler->home || handler->home == GetCurrentThreadId());
    CHECK(!handler->gone);
    CHECK(params->cArgs == 2);
    /* One event at a time. */
    CHECK(InterlockedIncrement(&handler->running) == 1);
    stress_check_order(handler->last, &params->rgvarg[1], &params->rgvarg[0]);
    InterlockedIncrement(&handler->calls);
    InterlockedIncrement(&handler_calls);
    InterlockedDecrement(&handler->running);
    return S_OK;
}

static const IDispatchVtbl handler_vtbl = {
        handler_QueryInterface,
        handler_AddRef,
        handler_Release,
        handler_GetTypeInfoCount,
        handler_GetTypeInfo,
        handler_GetIDsOfNames,
        handler_Invoke,
};

struct handler *handler_create(bool single_threaded)
{
    struct handler *handler = calloc(1, sizeof(*handler));

    CHECK(handler);
    handler->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&handler_vtbl;
    handler->refcount = 1;
    handler->magic = ALIVE;
    handler->home = single_threaded ? GetCurrentThreadId() : 0;
    InterlockedIncrement(&handlers_made);
    return handler;
}

/* Handlers as languages that are not here make them, and what a script relies on when it has several. */
#include "sink/library.h"
#include "sink/worker.h"

/*
 * A handler like AutoHotkey's objects: GetIDsOfNames has a DISPID for every name there is, and only Invoke tells
 * whether there is such a member.
 */
struct object
{
    IDispatch IDispatch_iface;
    const WCHAR *method; /* the one that it has; NULL: it is a function */
    WCHAR names[32][40]; /* those that were asked for */
    LONG name_count;
    LONG calls;
    WCHAR last[80]; /* the last argument as text */
    void (*on_call)(void *context);
    void *context;
};

static struct object *object_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct object, IDispatch_iface);
}

static HRESULT WINAPI object_QueryInterface(IDispatch *iface, REFIID riid, void **result)
{
    *result = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) ? iface : NULL;
    return *result ? S_OK : E_NOINTERFACE;
}

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
    struct object *object = object_from_IDispatch(iface);
    LONG i;

    (void)riid, (void)lcid;
    CHECK(count == 1);
    for (i = 0; i < object->name_count && wcsicmp(object->names[i], names[0]); ++i)
        ;
    CHECK(i < (LONG)ARRAYSIZE(object->names));
    if (i == object->name_count)
        wcscpy(object->names[object->name_count++], names[0]);
    ids[0] = i + 1;
    return S_OK;
}

static HRESULT WINAPI object_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct object *object = object_from_IDispatch(iface);
    VARIANT text;

    (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    if (object->method ? id < 1 || wcsicmp(object->names[id - 1], object->method) : id != DISPID_VALUE)
        return DISP_E_MEMBERNOTFOUND;
    ++object->calls;
    VariantInit(&text);
    if (params->cArgs && SUCCEEDED(VariantChangeType(&text, &params->rgvarg[0], 0, VT_BSTR)))
        lstrcpynW(object->last, V_BSTR(&text), ARRAYSIZE(object->last));
    VariantClear(&text);
    if (object->on_call)
        object->on_call(object->context);
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

static void object_subscribe(struct object *object, IVMEventSink *sink, const WCHAR *events)
{
    VARIANT event, handler;
    LONG cookie;

    object->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&object_vtbl;
    V_VT(&event) = VT_BSTR;
    V_BSTR(&event) = SysAllocString(events);
    V_VT(&handler) = VT_DISPATCH;
    V_DISPATCH(&handler) = &object->IDispatch_iface;
    CHECK(IVMEventSink_Subscribe(sink, event, handler, NULL, &cookie) == S_OK);
    VariantClear(&event);
}

static LONG failures(IVMEventSink *sink)
{
    LONG count;

    CHECK(IVMEventSink_get_Failed(sink, &count) == S_OK);
    return count;
}

static void call_function_that_claims_every_name(void *context)
{
    IVMEventSink *sink = sink_create();
    struct object function = {.method = NULL}, whole = {.method = NULL};

    (void)context;
    object_subscribe(&function, sink, L"OnGuestLogoff");
    object_subscribe(&whole, sink, L"*");
    CHECK(IVMEventSink_OnGuestLogoff(sink, vmLogoff_External) == S_OK);
    CHECK(function.calls == 1 && !wcscmp(function.last, L"2"));
    CHECK(whole.calls == 1 && !wcscmp(whole.last, L"OnGuestLogoff(logoffType=vmLogoff_External)"));
    CHECK(!failures(sink));
    CHECK(!IVMEventSink_Release(sink));
}

static void test_function_that_claims_every_name(void **state)
{
    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, call_function_that_claims_every_name, NULL);
}

static void call_object_that_claims_every_name(void *context)
{
    IVMEventSink *sink = sink_create();
    struct object object = {.method = L"OnGuestLogoff"};
    LONG ran;

    (void)context;
    object_subscribe(&object, sink, L"*");
    CHECK(IVMEventSink_OnReset(sink) == S_OK);
    CHECK(IVMEventSink_OnGuestLogoff(sink, vmLogoff_Forced) == S_OK);
    CHECK(object.calls == 1 && !wcscmp(object.last, L"1"));
    CHECK(!failures(sink));
    CHECK(IVMEventSink_Run(sink, 0, &ran) == S_OK && !ran);
    CHECK(!IVMEventSink_Release(sink));
}

static void test_object_that_claims_every_name(void **state)
{
    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, call_object_that_claims_every_name, NULL);
}

/* Several handlers of one thread */

enum
{
    EVENTS = 50
};

static void raise_resets_and_faults(void *context)
{
    IVMEventSink *sink = context;

    for (LONG i = 0; i < EVENTS; ++i)
        CHECK(IVMEventSink_OnReset(sink) == S_OK);
    CHECK(IVMEventSink_OnTripleFault(sink) == S_OK);
}

static void stop(void *context)
{
    CHECK(IVMEventSink_Stop((IVMEventSink *)context) == S_OK);
}

static void let_handlers_hear_in_order(void *context)
{
    IVMEventSink *sink = sink_create();
    struct object resets = {.method = NULL}, faults = {.method = NULL, .on_call = stop, .context = sink};
    LONG ran;

    (void)context;
    object_subscribe(&faults, sink, L"OnTripleFault");
    object_subscribe(&resets, sink, L"OnReset");
    worker_run(COINIT_MULTITHREADED, raise_resets_and_faults, sink);
    CHECK(!resets.calls);
    CHECK(IVMEventSink_Run(sink, PATIENCE_MS, &ran) == S_OK);
    CHECK(resets.calls == EVENTS);
    CHECK(ran == EVENTS + 1);
    CHECK(!IVMEventSink_Release(sink));
}

/* The handler of the last event ends Run when the handlers of all earlier ones have run. */
static void test_handlers_of_a_thread_hear_in_order(void **state)
{
    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, let_handlers_hear_in_order, NULL);
}

static void run_for_a_moment(void *context)
{
    LONG ran;

    CHECK(IVMEventSink_Run((IVMEventSink *)context, 20, &ran) == S_OK);
}

static void let_a_handler_pump(void *context)
{
    IVMEventSink *sink = sink_create();
    struct object resets = {.method = NULL, .on_call = run_for_a_moment, .context = sink}, faults = {.method = NULL};
    LONG ran, all = 0;

    (void)context;
    object_subscribe(&resets, sink, L"OnReset");
    object_subscribe(&faults, sink, L"OnTripleFault");
    worker_run(COINIT_MULTITHREADED, raise_resets_and_faults, sink);
    for (ULONGLONG end = now_ms() + PATIENCE_MS; all < EVENTS + 1 && now_ms() < end; all += ran)
        CHECK(IVMEventSink_Run(sink, 100, &ran) == S_OK);
    CHECK(resets.calls == EVENTS && faults.calls == 1);
    CHECK(!IVMEventSink_Release(sink));
}

/* The turns of a handler's events that come while it runs itself are not lost. */
static void test_a_handler_that_pumps_hears_every_event(void **state)
{
    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, let_a_handler_pump, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_function_that_claims_every_name),
            sink_test(test_object_that_claims_every_name),
            sink_test(test_handlers_of_a_thread_hear_in_order),
            sink_test(test_a_handler_that_pumps_hears_every_event),
    };

    return cmocka_run_group_tests(tests, library_load, library_unload);
}

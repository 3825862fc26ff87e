/* CatchUp: everything that was fired so far has been heard, or is counted as missing. */
#include "client.h"
#include "killing.h"
#include "sink/library.h"
#include "sink/worker.h"

#include <wchar.h>

enum
{
    EVENTS = 60
};

/* A function of a script, which takes its time. */
struct handler
{
    IDispatch IDispatch_iface;
    LONG refcount;
    DWORD delay_ms;
    volatile LONG heard;
    volatile LONG strange; /* numbers that came out of order */
    void (*act)(void);     /* inside of the first call */
};

static HRESULT WINAPI handler_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static struct handler *handler_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct handler, IDispatch_iface);
}

static ULONG WINAPI handler_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&handler_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI handler_Release(IDispatch *iface)
{
    return InterlockedDecrement(&handler_from_IDispatch(iface)->refcount);
}

static HRESULT WINAPI handler_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI handler_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    *info = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI handler_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid;
    *ids = DISPID_UNKNOWN;
    return DISP_E_UNKNOWNNAME;
}

/* OnConfigurationChanged(key, number): the numbers count up. */
static HRESULT WINAPI handler_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct handler *handler = handler_from_IDispatch(iface);

    (void)id, (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    Sleep(handler->delay_ms);
    if (handler->act && !handler->heard)
        handler->act();
    handler->strange += V_I4(&params->rgvarg[0]) != handler->heard;
    InterlockedIncrement(&handler->heard);
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

static struct handler handler;
static IVMEventSink *sink;
static IVMEventHost *host;
static IVMEventMachine *machine;
static LONG subscription;

static void subscribe(DWORD delay_ms, void (*act)(void))
{
    VARIANT event = value_bstr(L"OnConfigurationChanged"), function;

    memset(&handler, 0, sizeof(handler));
    handler.IDispatch_iface.lpVtbl = (IDispatchVtbl *)&handler_vtbl;
    handler.refcount = 1;
    handler.delay_ms = delay_ms;
    handler.act = act;
    V_VT(&function) = VT_DISPATCH;
    V_DISPATCH(&function) = &handler.IDispatch_iface;
    CHECK(IVMEventSink_Subscribe(sink, event, function, NULL, &subscription) == S_OK);
    VariantClear(&event);
}

/* A sink that is connected to a new machine of a new host. */
static void connect_sink(void)
{
    LONG cookie;

    sink = sink_create();
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    CHECK(IVMEventSink_Connect(sink, (IUnknown *)machine, NULL, &cookie) == S_OK);
}

static void let_go(void)
{
    CHECK(IVMEventSink_Release(sink) == 0);
    client_release(machine);
    client_release(host);
    for (ULONGLONG end = now_ms() + PATIENCE_MS; handler.refcount > 1; pump_ms(5))
        CHECK(now_ms() < end);
}

static void fire_number(LONG number)
{
    SAFEARRAY *arguments = SafeArrayCreateVector(VT_VARIANT, 0, 2);
    BSTR name = SysAllocString(L"OnConfigurationChanged");
    VARIANT *values;

    CHECK(SafeArrayAccessData(arguments, (void **)&values) == S_OK);
    values[0] = value_bstr(L"n");
    values[1] = value_i4(number);
    SafeArrayUnaccessData(arguments);
    CHECK(IVMEventMachine_Raise(machine, name, arguments) == S_OK);
    SafeArrayDestroy(arguments);
    SysFreeString(name);
}

static void fire(LONG first, LONG count)
{
    for (LONG i = first; i < first + count; ++i)
        fire_number(i);
}

static LONG catch_up(LONG timeout_ms)
{
    LONG missing = -1;

    CHECK(IVMEventSink_CatchUp(sink, timeout_ms, &missing) == S_OK);
    return missing;
}

static void expect_heard(LONG count)
{
    CHECK(handler.heard == count && !handler.strange);
}

static void in_each_apartment(void (*body)(void *context))
{
    worker_run(COINIT_APARTMENTTHREADED, body, NULL);
    assert_int_equal(library_check_idle(NULL), 0);
    client_await_no_host(NULL);
    worker_run(COINIT_MULTITHREADED, body, NULL);
    assert_int_equal(library_check_idle(NULL), 0);
}

/* ---- what has been heard ---- */

static void catch_up_with_all(void *context)
{
    (void)context;
    connect_sink();
    CHECK(catch_up(-1) == 0);
    subscribe(5, NULL);
    for (LONG round = 0; round < 3; ++round)
    {
        fire(round * EVENTS, EVENTS);
        CHECK(catch_up(-1) == 0);
        expect_heard((round + 1) * EVENTS);
    }
    CHECK(catch_up(0) == 0);
    let_go();
}

static void test_all_has_been_heard(void **state)
{
    (void)state;
    in_each_apartment(catch_up_with_all);
}

static volatile LONG called_back;

/* The source has what this has not returned from. */
static void CALLBACK be_slow(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
    Sleep(30);
    InterlockedIncrement(&called_back);
}

static void listen_slowly(void)
{
    IVMEventCallbacks *callbacks = query(sink, &IID_IVMEventCallbacks);
    DWORD cookie;

    called_back = 0;
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, be_slow, NULL, NULL, &cookie) == S_OK);
    IVMEventCallbacks_Release(callbacks);
}

/* Fires so many events without waiting for anybody. */
static void play(LONG count)
{
    WCHAR folder[MAX_PATH], path[MAX_PATH];
    VARIANT speed = value_i4(1000);
    BSTR string;
    FILE *file;
    LONG fired;

    CHECK(GetTempPathW(MAX_PATH, folder) && GetTempFileNameW(folder, L"vme", 0, path));
    CHECK((file = _wfopen(path, L"w")));
    for (LONG i = 0; i < count; ++i)
        fprintf(file, "0 OnConfigurationChanged \"n\" %ld\n", (long)i);
    CHECK(!fclose(file));
    CHECK((string = SysAllocString(path)));
    CHECK(IVMEventMachine_Play(machine, string, speed, &fired) == S_OK && fired == count);
    SysFreeString(string);
    CHECK(DeleteFileW(path));
}

static void catch_up_with_the_source(void *context)
{
    (void)context;
    connect_sink();
    listen_slowly();
    subscribe(0, NULL);
    play(EVENTS);
    CHECK(catch_up(0) > 0);
    CHECK(catch_up(-1) == 0);
    CHECK(called_back == EVENTS);
    expect_heard(EVENTS);
    let_go();
}

/* What the host has not delivered yet, since the sink takes its time. */
static void test_what_the_source_still_has(void **state)
{
    (void)state;
    in_each_apartment(catch_up_with_the_source);
}

static void catch_up_without_time(void *context)
{
    LONG missing;

    (void)context;
    connect_sink();
    subscribe(200, NULL);
    fire(0, 10);
    CHECK(catch_up(0) > 0);
    missing = catch_up(300);
    CHECK(missing > 0 && missing < 10);
    CHECK(catch_up(-1) == 0);
    expect_heard(10);
    let_go();
}

static void test_time_that_is_not_enough(void **state)
{
    (void)state;
    in_each_apartment(catch_up_without_time);
}

static void catch_up_with_removed_machine(void *context)
{
    (void)context;
    connect_sink();
    subscribe(5, NULL);
    fire(0, EVENTS);
    client_remove_machine(host, L"Alpha");
    CHECK(catch_up(-1) == 0);
    expect_heard(EVENTS);
    let_go();
}

static void test_machine_that_is_removed(void **state)
{
    (void)state;
    in_each_apartment(catch_up_with_removed_machine);
}

/* ---- errors ---- */

static void catch_up_with_killed_host(void *context)
{
    LONG missing;
    IErrorInfo *info;
    BSTR description;

    (void)context;
    connect_sink();
    subscribe(0, NULL);
    host_kill();
    CHECK(FAILED(IVMEventSink_CatchUp(sink, -1, &missing)));
    CHECK(GetErrorInfo(0, &info) == S_OK && IErrorInfo_GetDescription(info, &description) == S_OK);
    CHECK(has(description, L"CatchUp: a source that the sink is connected to does not answer"));
    SysFreeString(description);
    IErrorInfo_Release(info);
    let_go();
}

static void test_host_that_was_killed(void **state)
{
    (void)state;
    in_each_apartment(catch_up_with_killed_host);
}

static void test_wrong_arguments(void **state)
{
    LONG missing;

    (void)state;
    connect_sink();
    subscribe(0, NULL);
    assert_int_equal(IVMEventSink_CatchUp(sink, -2, &missing), E_INVALIDARG);
    assert_int_equal(IVMEventSink_CatchUp(sink, 0, NULL), E_POINTER);
    let_go();
    assert_int_equal(library_check_idle(state), 0);
}

/* ---- from inside ---- */

static volatile LONG called_inside;

static void catch_up_inside(void)
{
    /* The event that is being handled is not waited for. */
    catch_up(-1);
    InterlockedIncrement(&called_inside);
}

static void catch_up_in_handler(void *context)
{
    (void)context;
    called_inside = 0;
    connect_sink();
    subscribe(5, catch_up_inside);
    fire(0, 10);
    CHECK(catch_up(-1) == 0);
    CHECK(called_inside == 1);
    expect_heard(10);
    let_go();
}

static void test_inside_a_handler(void **state)
{
    (void)state;
    in_each_apartment(catch_up_in_handler);
}

static void CALLBACK catch_up_in_callback(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
    if (!called_inside)
        catch_up_inside();
}

/* The host waits for the callback, and may not be waited for there. */
static void test_inside_a_callback(void **state)
{
    IVMEventCallbacks *callbacks;
    DWORD cookie;

    called_inside = 0;
    connect_sink();
    subscribe(5, NULL);
    callbacks = query(sink, &IID_IVMEventCallbacks);
    assert_int_equal(IVMEventCallbacks_AddCallback(
                             callbacks, &IID_NULL, DISPID_UNKNOWN, catch_up_in_callback, NULL, NULL, &cookie),
            S_OK);
    IVMEventCallbacks_Release(callbacks);
    fire(0, 10);
    assert_int_equal(catch_up(-1), 0);
    assert_int_equal(called_inside, 1);
    expect_heard(10);
    let_go();
    assert_int_equal(library_check_idle(state), 0);
}

/* ---- a handler elsewhere ---- */

static volatile LONG free_to_go;

static void wait_to_be_freed(void)
{
    CHECK(wait_for(&free_to_go, 1));
}

static void catch_up_from_elsewhere(void *context)
{
    LONG missing;

    (void)context;
    missing = catch_up(100);
    CHECK(missing >= 1);
    CHECK(!handler.heard);
    InterlockedIncrement(&free_to_go);
    CHECK(catch_up(-1) == 0);
    expect_heard(10);
}

/* It keeps its time, whatever a handler of another apartment does. */
static void test_handler_that_does_not_return(void **state)
{
    static const DWORD apartments[] = {COINIT_APARTMENTTHREADED, COINIT_MULTITHREADED};

    for (size_t i = 0; i < ARRAYSIZE(apartments); ++i)
    {
        free_to_go = 0;
        connect_sink();
        subscribe(0, wait_to_be_freed);
        fire(0, 10);
        worker_run(apartments[i], catch_up_from_elsewhere, NULL);
        let_go();
        client_await_no_host(state);
        assert_int_equal(library_check_idle(state), 0);
    }
}

static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_has_been_heard),
        cmocka_unit_test(test_what_the_source_still_has),
        cmocka_unit_test(test_time_that_is_not_enough),
        cmocka_unit_test(test_machine_that_is_removed),
        cmocka_unit_test(test_host_that_was_killed),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_inside_a_handler),
        cmocka_unit_test(test_inside_a_callback),
        cmocka_unit_test(test_handler_that_does_not_return),
};

static const struct client_tests all_tests = {.name = "host_catch_up",
        .tests = tests,
        .count = ARRAYSIZE(tests),
        .begin = library_load,
        .end = library_unload};

int main(int argc, char **argv)
{
    bool done;
    int code = client_run_tests(&all_tests, argc, argv, &done);

    return done ? code : 1;
}

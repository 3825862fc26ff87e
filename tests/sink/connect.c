/* Connect and Disconnect, with a source of the same apartment. */
#include "sink/source.h"

static IVMEventSink *sink;
static struct source source;
static const struct sample *expected;
static const WCHAR *expected_label;
static LONG heard;

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)context;
    ++heard;
    assert_true(IsEqualIID(event->events, expected->iid));
    assert_int_equal(event->id, expected->id);
    assert_true(sample_has_arguments(expected, event->args));
    assert_int_equal(wcscmp(event->source, expected_label), 0);
}

static int set_up(void **state)
{
    IVMEventCallbacks *callbacks;
    DWORD cookie;

    (void)state;
    heard = 0;
    expected_label = L"";
    sink = sink_create();
    callbacks = query(sink, &IID_IVMEventCallbacks);
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie) == S_OK);
    IVMEventCallbacks_Release(callbacks);
    source_init(&source, 15);
    return 0;
}

static int tear_down(void **state)
{
    if (sink)
        CHECK(!IVMEventSink_Release(sink));
    source_end(&source);
    return library_check_idle(state);
}

static HRESULT connect_with(const WCHAR *label, LONG *cookie)
{
    BSTR string = label ? SysAllocString(label) : NULL;
    HRESULT hr = IVMEventSink_Connect(sink, (IUnknown *)&source.IDispatch_iface, string, cookie);

    SysFreeString(string);
    return hr;
}

static LONG connect_source(const WCHAR *label)
{
    LONG cookie = 0;

    assert_int_equal(connect_with(label, &cookie), S_OK);
    assert_int_not_equal(cookie, 0);
    return cookie;
}

static void fire_all(unsigned int interfaces)
{
    for (expected = samples; expected < samples + SAMPLE_COUNT; ++expected)
    {
        LONG before = heard;
        bool offered = false;

        for (UINT i = 0; i < DIID_COUNT; ++i)
            offered = offered || ((interfaces & (1u << i)) && IsEqualIID(expected->iid, diids[i]));
        assert_int_equal(source_fire(&source, expected), offered ? S_OK : CONNECT_E_NOCONNECTION);
        assert_int_equal(heard, before + offered);
    }
}

static void expect_description(const WCHAR *part)
{
    IErrorInfo *info;
    BSTR string;

    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(IErrorInfo_GetSource(info, &string), S_OK);
    assert_int_equal(wcscmp(string, L"VMEvents.Sink"), 0);
    SysFreeString(string);
    assert_int_equal(IErrorInfo_GetDescription(info, &string), S_OK);
    if (!wcsstr(string, part))
        fail_msg("the description is \"%ls\"", string);
    SysFreeString(string);
    IErrorInfo_Release(info);
}

/* Every choice of interfaces, by a source that asks for the dispinterface or only for IDispatch. */
static void test_each_set_of_interfaces(void **state)
{
    (void)state;
    for (unsigned int interfaces = 1; interfaces < 16; ++interfaces)
    {
        for (int by_dispatch = 0; by_dispatch < 2; ++by_dispatch)
        {
            LONG cookie;

            source_init(&source, interfaces);
            source.by_dispatch = by_dispatch;
            cookie = connect_source(NULL);
            assert_int_equal(source.connected, source.count);
            fire_all(interfaces);
            assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
            source_end(&source);
        }
    }
}

static void test_labels(void **state)
{
    LONG cookie;

    (void)state;
    cookie = connect_source(L"machine 1");
    expected_label = L"machine 1";
    fire_all(15);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    source.name = L"Its Name";
    cookie = connect_source(NULL);
    expected_label = L"Its Name";
    fire_all(15);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    cookie = connect_source(L"");
    fire_all(15);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    cookie = connect_source(L"another");
    expected_label = L"another";
    fire_all(15);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
}

/* In a script the label may be left out. */
static void test_late_bound(void **state)
{
    DISPPARAMS params;
    VARIANT args[2], result;

    (void)state;
    V_VT(&args[0]) = VT_DISPATCH;
    V_DISPATCH(&args[0]) = &source.IDispatch_iface;
    params = (DISPPARAMS){args, NULL, 1, 0};
    assert_int_equal(
            IVMEventSink_Invoke(sink, 102, &IID_NULL, 0, DISPATCH_METHOD, &params, &result, NULL, NULL), S_OK);
    assert_int_equal(V_VT(&result), VT_I4);
    fire_all(15);
    assert_int_equal(IVMEventSink_Disconnect(sink, V_I4(&result)), S_OK);
    args[1] = args[0];
    V_VT(&args[0]) = VT_BSTR;
    V_BSTR(&args[0]) = SysAllocString(L"late");
    params.cArgs = 2;
    assert_int_equal(
            IVMEventSink_Invoke(sink, 102, &IID_NULL, 0, DISPATCH_METHOD, &params, &result, NULL, NULL), S_OK);
    expected_label = L"late";
    fire_all(15);
    assert_int_equal(IVMEventSink_Disconnect(sink, V_I4(&result)), S_OK);
    VariantClear(&args[0]);
}

static void test_nothing_offered(void **state)
{
    LONG cookie = 5;

    (void)state;
    source_init(&source, 0);
    assert_int_equal(connect_with(NULL, &cookie), CONNECT_E_NOCONNECTION);
    expect_description(L"IVMFloppyDriveEvents");
    assert_int_equal(cookie, 0);
    source_init(&source, 15);
    source.is_no_container = true;
    cookie = 5;
    assert_int_equal(connect_with(NULL, &cookie), CONNECT_E_NOCONNECTION);
    expect_description(L"IVMVirtualMachineEvents");
    assert_int_equal(cookie, 0);
}

static void test_failure_undoes_all(void **state)
{
    LONG cookie = 5;

    (void)state;
    for (LONG failing = 1; failing <= DIID_COUNT; ++failing)
    {
        source_init(&source, 15);
        source.failing_advise = failing;
        assert_int_equal(connect_with(NULL, &cookie), CONNECT_E_ADVISELIMIT);
        expect_description(L"Connect");
        assert_int_equal(cookie, 0);
        assert_int_equal(source.advises, failing);
        source_end(&source);
    }
    /* It can be tried again. */
    cookie = connect_source(NULL);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
}

static void test_null_pointers(void **state)
{
    LONG cookie = 5;

    (void)state;
    assert_int_equal(connect_with(NULL, NULL), E_POINTER);
    assert_int_equal(source.advises, 0);
    assert_int_equal(IVMEventSink_Connect(sink, NULL, NULL, &cookie), E_POINTER);
    expect_description(L"Nothing");
    assert_int_equal(cookie, 0);
}

static void test_cookies_there_are_not(void **state)
{
    LONG cookie = connect_source(NULL);

    (void)state;
    assert_int_equal(IVMEventSink_Disconnect(sink, 0), CONNECT_E_NOCONNECTION);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie + 1), CONNECT_E_NOCONNECTION);
    assert_int_equal(source.connected, DIID_COUNT);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), CONNECT_E_NOCONNECTION);
    expect_description(L"Disconnect");
}

static void test_dead_source_is_no_error(void **state)
{
    LONG cookie = connect_source(NULL);

    (void)state;
    source.unadvise_answer = RPC_E_DISCONNECTED;
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
}

/* A source that goes on calling what it was told to let go of is not heard. */
static void test_stale_calls_are_refused(void **state)
{
    LONG cookie = connect_source(NULL), received;
    IDispatch *stale = source.points[0].sink;
    DISPPARAMS none = {0};

    (void)state;
    IDispatch_AddRef(stale);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    assert_int_equal(IDispatch_Invoke(stale, vmVirtualMachineEvent_Reset, &IID_NULL, 0, DISPATCH_METHOD, &none, NULL,
                             NULL, NULL),
            CO_E_OBJNOTCONNECTED);
    assert_int_equal(heard, 0);
    assert_int_equal(IVMEventSink_get_Received(sink, &received), S_OK);
    assert_int_equal(received, 0);
    assert_int_equal(IVMEventSink_Release(sink), 0);
    sink = NULL;
    assert_int_equal(IDispatch_Invoke(stale, vmVirtualMachineEvent_Reset, &IID_NULL, 0, DISPATCH_METHOD, &none, NULL,
                             NULL, NULL),
            CO_E_OBJNOTCONNECTED);
    assert_int_equal(library.can_unload_now(), S_FALSE);
    assert_int_equal(IDispatch_Release(stale), 0);
}

static void test_last_release_disconnects(void **state)
{
    (void)state;
    connect_source(NULL);
    assert_true(source.refcount > 1);
    /* The source's references are to the connection: they do not keep the sink. */
    assert_int_equal(IVMEventSink_Release(sink), 0);
    sink = NULL;
    assert_int_equal(source.connected, 0);
}

static void test_refusals_reach_the_source(void **state)
{
    IDispatch *face;
    EXCEPINFO exception = {0};
    DISPPARAMS params = {NULL, NULL, 1, 0};
    LONG cookie = connect_source(NULL), rejected;
    VARIANT arg;

    (void)state;
    face = source.points[0].sink;
    V_VT(&arg) = VT_I4;
    V_I4(&arg) = 3;
    params.rgvarg = &arg;
    assert_int_equal(IDispatch_Invoke(face, vmVirtualMachineEvent_GuestLogoff, &IID_NULL, 0, DISPATCH_METHOD, &params,
                             NULL, &exception, NULL),
            DISP_E_EXCEPTION);
    assert_int_equal(exception.scode, E_INVALIDARG);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    assert_int_equal(heard, 0);
    assert_int_equal(IVMEventSink_get_Rejected(sink, &rejected), S_OK);
    assert_int_equal(rejected, 1);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
}

#define connect_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            connect_test(test_each_set_of_interfaces),
            connect_test(test_labels),
            connect_test(test_late_bound),
            connect_test(test_nothing_offered),
            connect_test(test_failure_undoes_all),
            connect_test(test_null_pointers),
            connect_test(test_cookies_there_are_not),
            connect_test(test_dead_source_is_no_error),
            connect_test(test_stale_calls_are_refused),
            connect_test(test_last_release_disconnects),
            connect_test(test_refusals_reach_the_source),
    };

    return cmocka_run_group_tests_name("connections to sources", tests, library_load, library_unload);
}

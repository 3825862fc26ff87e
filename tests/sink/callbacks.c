/* Callbacks: which events they hear, what they are told, and in which order. */
#include "sink/samples.h"

static IVMEventSink *sink;
static IVMEventCallbacks *callbacks;

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    callbacks = query(sink, &IID_IVMEventCallbacks);
    return 0;
}

static int tear_down(void **state)
{
    IVMEventCallbacks_Release(callbacks);
    CHECK(!IVMEventSink_Release(sink));
    return library_check_idle(state);
}

static DWORD add(REFIID events, DISPID id, VMEVENTCALLBACK callback, void *context, VMEVENTRELEASE release)
{
    DWORD cookie = 0;

    assert_int_equal(IVMEventCallbacks_AddCallback(callbacks, events, id, callback, context, release, &cookie), S_OK);
    assert_int_not_equal(cookie, 0);
    return cookie;
}

static void CALLBACK count_call(const VMEVENT *event, void *context)
{
    (void)event;
    ++*(LONG *)context;
}

static void CALLBACK count_release(void *context)
{
    *(LONG *)context += 1000;
}

static void fire_all(void)
{
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
        sample_fire(sample, sink);
}

static void test_filters(void **state)
{
    LONG all = 0, of_interface[DIID_COUNT] = {0}, single[SAMPLE_COUNT] = {0};
    static const LONG in_interface[DIID_COUNT] = {12, 4, 2, 2};

    (void)state;
    add(&IID_NULL, DISPID_UNKNOWN, count_call, &all, NULL);
    for (size_t i = 0; i < DIID_COUNT; ++i)
        add(diids[i], DISPID_UNKNOWN, count_call, &of_interface[i], NULL);
    for (size_t i = 0; i < SAMPLE_COUNT; ++i)
        add(samples[i].iid, samples[i].id, count_call, &single[i], NULL);
    for (size_t i = 0; i < SAMPLE_COUNT; ++i)
    {
        sample_fire(&samples[i], sink);
        for (size_t j = 0; j < SAMPLE_COUNT; ++j)
            assert_int_equal(single[j], j <= i);
    }
    assert_int_equal(all, SAMPLE_COUNT);
    for (size_t i = 0; i < DIID_COUNT; ++i)
        assert_int_equal(of_interface[i], in_interface[i]);
}

static HRESULT try_to_add(REFIID events, DISPID id)
{
    DWORD cookie = 5;
    LONG told = 0;
    HRESULT hr = IVMEventCallbacks_AddCallback(callbacks, events, id, count_call, &told, count_release, &cookie);

    assert_int_equal(cookie, 0);
    assert_int_equal(told, 0);
    return hr;
}

static void test_what_AddCallback_refuses(void **state)
{
    DWORD cookie = 5;

    (void)state;
    assert_int_equal(try_to_add(&IID_NULL, 1), E_INVALIDARG);
    assert_int_equal(try_to_add(&IID_NULL, 0), E_INVALIDARG);
    assert_int_equal(try_to_add(&IID_IUnknown, DISPID_UNKNOWN), E_INVALIDARG);
    assert_int_equal(try_to_add(&IID_IVMEventSink, 1), E_INVALIDARG);
    assert_int_equal(try_to_add(&DIID_IVMVirtualMachineEvents, 0), E_INVALIDARG);
    assert_int_equal(try_to_add(&DIID_IVMVirtualMachineEvents, 13), E_INVALIDARG);
    assert_int_equal(try_to_add(&DIID_IVMVirtualMachineEvents, -2), E_INVALIDARG);
    assert_int_equal(try_to_add(&DIID_IVMVirtualPCEvents, 0), E_INVALIDARG);
    assert_int_equal(try_to_add(&DIID_IVMVirtualPCEvents, 5), E_INVALIDARG);
    assert_int_equal(try_to_add(&DIID_IVMDVDDriveEvents, 3), E_INVALIDARG);
    assert_int_equal(try_to_add(&DIID_IVMFloppyDriveEvents, 3), E_INVALIDARG);
    assert_int_equal(try_to_add(NULL, DISPID_UNKNOWN), E_POINTER);
    assert_int_equal(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, NULL, NULL, NULL, &cookie),
            E_POINTER);
    assert_int_equal(cookie, 0);
    assert_int_equal(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, count_call, NULL, NULL, NULL),
            E_POINTER);
}

static const struct sample *expected;
static const WCHAR *expected_source;
static LONG checked;

static void CALLBACK check_event(const VMEVENT *event, void *context)
{
    assert_ptr_equal(context, &checked);
    assert_true(IsEqualIID(event->events, expected->iid));
    assert_int_equal(event->id, expected->id);
    assert_int_equal(wcscmp(event->name, expected->name), 0);
    assert_int_equal(wcscmp(event->source, expected_source), 0);
    assert_int_equal(event->argCount, expected->count);
    assert_true(sample_has_arguments(expected, event->args));
    ++checked;
}

static void test_contents_of_each_event(void **state)
{
    (void)state;
    expected_source = L"";
    checked = 0;
    add(&IID_NULL, DISPID_UNKNOWN, check_event, &checked, NULL);
    for (expected = samples; expected < samples + SAMPLE_COUNT; ++expected)
    {
        VARIANT args[2];

        sample_fire(expected, sink);
        if (expected->iid != &DIID_IVMVirtualMachineEvents)
            continue;
        sample_arguments(expected, args);
        assert_int_equal(invoke(sink, expected->id, args, expected->count), S_OK);
        sample_clear(expected, args);
    }
    assert_int_equal(checked, SAMPLE_COUNT + 12);
}

static void test_contents_by_direct_call(void **state)
{
    BSTR key = SysAllocString(samples[5].args[0].string);
    VARIANT data;

    (void)state;
    V_VT(&data) = VT_I4;
    V_I4(&data) = 512;
    expected_source = L"";
    expected = samples;
    checked = 0;
    add(&IID_NULL, DISPID_UNKNOWN, check_event, &checked, NULL);
    assert_int_equal(IVMEventSink_OnStateChange(sink, vmVMState_Running), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnRequestShutdown(sink), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnTripleFault(sink), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnHeartbeatStopped(sink), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnConfigurationChanged(sink, key, data), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnEnhancedVideoModeChanged(sink, VARIANT_TRUE), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnAdditionsUninstalled(sink), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnAdditionsAvailable(sink), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnGuestShutdown(sink), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnGuestLogoff(sink, vmLogoff_Forced), S_OK);
    ++expected;
    assert_int_equal(IVMEventSink_OnDiskOutOfSpace(sink, VARIANT_FALSE), S_OK);
    assert_int_equal(checked, 12);
    SysFreeString(key);
}

static WCHAR order[64];

static void CALLBACK write_down(const VMEVENT *event, void *context)
{
    (void)event;
    wcscat(order, context);
}

static void test_order_of_adding(void **state)
{
    DWORD cookies[5];
    static const WCHAR *const names[] = {L"a", L"b", L"c", L"d", L"e"};

    (void)state;
    for (size_t i = 0; i < 5; ++i)
        cookies[i] = add(&IID_NULL, DISPID_UNKNOWN, write_down, (void *)names[i], NULL);
    order[0] = 0;
    IVMEventSink_OnReset(sink);
    assert_int_equal(wcscmp(order, L"abcde"), 0);
    assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, cookies[1]), S_OK);
    assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, cookies[0]), S_OK);
    add(&DIID_IVMVirtualMachineEvents, DISPID_UNKNOWN, write_down, (void *)L"f", NULL);
    order[0] = 0;
    IVMEventSink_OnReset(sink);
    assert_int_equal(wcscmp(order, L"cdef"), 0);
}

static void CALLBACK add_another(const VMEVENT *event, void *context)
{
    (void)event;
    wcscat(order, L"+");
    add(&IID_NULL, DISPID_UNKNOWN, write_down, context, NULL);
}

static void test_added_during_an_event(void **state)
{
    (void)state;
    add(&IID_NULL, DISPID_UNKNOWN, add_another, (void *)L"x", NULL);
    order[0] = 0;
    IVMEventSink_OnReset(sink);
    assert_int_equal(wcscmp(order, L"+"), 0);
    order[0] = 0;
    IVMEventSink_OnReset(sink);
    assert_int_equal(wcscmp(order, L"+x"), 0);
    order[0] = 0;
    IVMEventSink_OnReset(sink);
    assert_int_equal(wcscmp(order, L"+xx"), 0);
}

static void test_removal(void **state)
{
    LONG told = 0;
    DWORD cookie = add(&IID_NULL, DISPID_UNKNOWN, count_call, &told, count_release);

    (void)state;
    IVMEventSink_OnReset(sink);
    assert_int_equal(told, 1);
    assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, cookie), S_OK);
    assert_int_equal(told, 1001);
    IVMEventSink_OnReset(sink);
    assert_int_equal(told, 1001);
    assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, cookie), CONNECT_E_NOCONNECTION);
    assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, 0), CONNECT_E_NOCONNECTION);
    assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, 0xffffffff), CONNECT_E_NOCONNECTION);
    assert_int_equal(told, 1001);
}

static void test_released_with_the_sink(void **state)
{
    IVMEventSink *other = sink_create();
    IVMEventCallbacks *of_other = query(other, &IID_IVMEventCallbacks);
    LONG told[3] = {0};
    DWORD cookies[3];

    (void)state;
    for (size_t i = 0; i < 3; ++i)
        assert_int_equal(IVMEventCallbacks_AddCallback(of_other, &IID_NULL, DISPID_UNKNOWN, count_call, &told[i],
                                 i == 1 ? NULL : count_release, &cookies[i]),
                S_OK);
    IVMEventSink_OnReset(other);
    /* Another sink's cookies are none of ours. */
    assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, cookies[0]), CONNECT_E_NOCONNECTION);
    IVMEventSink_Release(other);
    assert_int_equal(told[0], 1);
    assert_int_equal(IVMEventCallbacks_Release(of_other), 0);
    assert_int_equal(told[0], 1001);
    assert_int_equal(told[1], 1);
    assert_int_equal(told[2], 1001);
}

static void test_many_callbacks(void **state)
{
    enum { MANY = 3000 };
    static LONG told[MANY];
    static DWORD cookies[MANY];

    (void)state;
    memset(told, 0, sizeof(told));
    for (size_t i = 0; i < MANY; ++i)
        cookies[i] = add(&IID_NULL, DISPID_UNKNOWN, count_call, &told[i], count_release);
    fire_all();
    for (size_t i = 0; i < MANY; i += 2)
        assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, cookies[i]), S_OK);
    fire_all();
    for (size_t i = 0; i < MANY; ++i)
        assert_int_equal(told[i], i % 2 ? 2 * SAMPLE_COUNT : SAMPLE_COUNT + 1000);
    for (size_t i = 1; i < MANY; i += 2)
        assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, cookies[i]), S_OK);
}

static void test_received_counts(void **state)
{
    LONG received;

    (void)state;
    assert_int_equal(IVMEventSink_get_Received(sink, &received), S_OK);
    assert_int_equal(received, 0);
    fire_all();
    assert_int_equal(IVMEventSink_get_Received(sink, &received), S_OK);
    assert_int_equal(received, SAMPLE_COUNT);
    assert_int_equal(IVMEventSink_get_Received(sink, NULL), E_POINTER);
    assert_int_equal(IVMEventSink_get_Rejected(sink, NULL), E_POINTER);
    assert_int_equal(IVMEventSink_get_Failed(sink, NULL), E_POINTER);
    assert_int_equal(IVMEventSink_get_Dropped(sink, NULL), E_POINTER);
}

#define callback_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            callback_test(test_filters),
            callback_test(test_what_AddCallback_refuses),
            callback_test(test_contents_of_each_event),
            callback_test(test_contents_by_direct_call),
            callback_test(test_order_of_adding),
            callback_test(test_added_during_an_event),
            callback_test(test_removal),
            callback_test(test_released_with_the_sink),
            callback_test(test_many_callbacks),
            callback_test(test_received_counts),
    };

    return cmocka_run_group_tests_name("callbacks", tests, library_load, library_unload);
}

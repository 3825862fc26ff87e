/* Subscribe and Unsubscribe: functions, objects, names, numbers, and what is refused. */
#include "sink/recorder.h"
#include "sink/samples.h"

static IVMEventSink *sink;
static struct recorder recorder;

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    recorder_init(&recorder);
    return 0;
}

static int tear_down(void **state)
{
    CHECK(!IVMEventSink_Release(sink));
    recorder_end(&recorder);
    return library_check_idle(state);
}

static void fire_all(void)
{
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
        sample_fire(sample, sink);
}

static VARIANT string_variant(const WCHAR *string)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(string);
    return value;
}

static void test_function_for_each_event(void **state)
{
    (void)state;
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
    {
        LONG cookie, begun = recorder.begun;
        WCHAR name[80];

        wcscpy(name, sample->interface_name);
        wcscat(name, L".");
        wcscat(name, sample->name);
        cookie = recorder_subscribe(&recorder, sink, name);
        fire_all();
        assert_int_equal(recorder.begun, begun + 1);
        assert_int_equal(recorder.log[begun].id, DISPID_VALUE);
        assert_int_equal(recorder.log[begun].flags, DISPATCH_METHOD);
        assert_int_equal(recorder.log[begun].count, sample->count);
        assert_true(sample_has_arguments(sample, recorder.log[begun].args));
        assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie), S_OK);
        assert_int_equal(recorder.refcount, 1);
    }
}

static LONG count_for(const WCHAR *name)
{
    LONG before = recorder.begun, cookie = recorder_subscribe(&recorder, sink, name);

    fire_all();
    assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie), S_OK);
    return recorder.begun - before;
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(count_for(L"OnGuestLogoff"), 1);
    assert_int_equal(count_for(L"onguestlogoff"), 1);
    assert_int_equal(count_for(L"ONGUESTLOGOFF"), 1);
    assert_int_equal(count_for(L"ivmvirtualmachineevents.ONRESET"), 1);
    assert_int_equal(count_for(L"OnMediaInsert"), 2);
    assert_int_equal(count_for(L"onmediaeject"), 2);
    assert_int_equal(count_for(L"IVMFloppyDriveEvents.OnMediaEject"), 1);
    assert_int_equal(count_for(L"IVMDVDDriveEvents.OnMediaEject"), 1);
    assert_int_equal(count_for(L"OnEventLogged"), 1);
    assert_int_equal(count_for(L"OnServiceEvent"), 1);
    assert_int_equal(count_for(L"OnHeartbeatStopped"), 2);
    assert_int_equal(count_for(L"IVMVirtualPCEvents.OnHeartbeatStopped"), 1);
    assert_int_equal(count_for(L"*"), SAMPLE_COUNT);
    assert_int_equal(count_for(L"**"), SAMPLE_COUNT);
    assert_int_equal(count_for(L"IVMVirtualMachineEvents.*"), 12);
    assert_int_equal(count_for(L"*Drive*.OnMedia?????"), 2);
    assert_int_equal(count_for(L"OnReset , ongUEST*"), 3);
}

/* A machine's heartbeat has no argument, the host's says whose it is. */
static void test_one_name_of_two_events(void **state)
{
    LONG cookie = recorder_subscribe(&recorder, sink, L"OnHeartbeatStopped"), begun = recorder.begun;
    UINT heard = 0;

    (void)state;
    fire_all();
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
    {
        if (wcscmp(sample->name, L"OnHeartbeatStopped"))
            continue;
        assert_int_equal(recorder.log[begun + heard].count, sample->count);
        assert_true(sample_has_arguments(sample, recorder.log[begun + heard].args));
        assert_int_equal(sample->count, heard++);
    }
    assert_int_equal(heard, 2);
    assert_int_equal(recorder.begun, begun + 2);
    assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie), S_OK);
}

static void test_numbers(void **state)
{
    (void)state;
    for (LONG id = 1; id <= 12; ++id)
    {
        VARIANT numbers[5], reference;
        BYTE small = (BYTE)id;

        V_VT(&numbers[0]) = VT_I4;
        V_I4(&numbers[0]) = id;
        V_VT(&numbers[1]) = VT_I2;
        V_I2(&numbers[1]) = (SHORT)id;
        V_VT(&numbers[2]) = VT_R8;
        V_R8(&numbers[2]) = id;
        V_VT(&numbers[3]) = VT_BYREF | VT_UI1;
        V_UI1REF(&numbers[3]) = &small;
        V_VT(&numbers[4]) = VT_BYREF | VT_VARIANT;
        V_VARIANTREF(&numbers[4]) = &numbers[0];
        V_VT(&reference) = VT_BYREF | VT_VARIANT;
        for (size_t i = 0; i < ARRAYSIZE(numbers); ++i)
        {
            VARIANT handler = recorder_variant(&recorder);
            LONG cookie, begun = recorder.begun;

            V_VARIANTREF(&reference) = &handler;
            assert_int_equal(IVMEventSink_Subscribe(sink, numbers[i], reference, NULL, &cookie), S_OK);
            fire_all();
            assert_int_equal(recorder.begun, begun + 1);
            assert_true(sample_has_arguments(&samples[id - 1], recorder.log[begun].args));
            assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie), S_OK);
        }
    }
}

static void test_function_for_all_gets_the_record(void **state)
{
    (void)state;
    recorder_subscribe(&recorder, sink, L"*");
    fire_all();
    assert_int_equal(recorder.begun, SAMPLE_COUNT);
    for (LONG i = 0; i < SAMPLE_COUNT; ++i)
    {
        const struct recorder_call *call = &recorder.log[i];
        IVMEventRecord *record;
        LONG sequence;
        BSTR text;

        assert_int_equal(call->count, 1);
        assert_int_equal(V_VT(&call->args[0]), VT_DISPATCH);
        record = query(V_DISPATCH(&call->args[0]), &IID_IVMEventRecord);
        assert_int_equal(IVMEventRecord_get_Text(record, &text), S_OK);
        assert_int_equal(wcscmp(text, samples[i].text), 0);
        assert_int_equal(IVMEventRecord_get_Sequence(record, &sequence), S_OK);
        assert_int_equal(sequence, i + 1);
        SysFreeString(text);
        IVMEventRecord_Release(record);
    }
}

/* An object is called by the methods that it has, and what it lacks is no failure. */
static void test_object_with_methods(void **state)
{
    static const WCHAR *const methods[] = {L"onstatechange", L"ONGUESTLOGOFF", L"OnMediaInsert", L"Unrelated", NULL};
    LONG failed;

    (void)state;
    recorder.methods = methods;
    recorder_subscribe(&recorder, sink, L"*");
    fire_all();
    assert_int_equal(recorder.begun, 4);
    assert_int_equal(recorder.log[0].id, FIRST_METHOD);
    assert_true(sample_has_arguments(&samples[0], recorder.log[0].args));
    assert_int_equal(recorder.log[1].id, FIRST_METHOD + 1);
    assert_true(sample_has_arguments(&samples[10], recorder.log[1].args));
    assert_int_equal(recorder.log[2].id, FIRST_METHOD + 2);
    assert_true(sample_has_arguments(sample_find(&DIID_IVMDVDDriveEvents, 1), recorder.log[2].args));
    assert_true(sample_has_arguments(sample_find(&DIID_IVMFloppyDriveEvents, 1), recorder.log[3].args));
    assert_int_equal(IVMEventSink_get_Failed(sink, &failed), S_OK);
    assert_int_equal(failed, 0);
}

static void test_object_for_one_event(void **state)
{
    static const WCHAR *const methods[] = {L"OnReset", L"OnStateChange", NULL};

    (void)state;
    recorder.methods = methods;
    assert_int_equal(count_for(L"OnReset"), 1);
    assert_int_equal(recorder.log[0].id, FIRST_METHOD);
    assert_int_equal(recorder.log[0].count, 0);
    assert_int_equal(count_for(L"OnTripleFault"), 0);
}

static void test_failing_handler_keeps_its_subscription(void **state)
{
    LONG failed, received;

    (void)state;
    recorder.answer = DISP_E_EXCEPTION;
    recorder_subscribe(&recorder, sink, L"OnReset");
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    recorder.answer = E_OUTOFMEMORY;
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(recorder.calls, 3);
    assert_int_equal(IVMEventSink_get_Failed(sink, &failed), S_OK);
    assert_int_equal(failed, 3);
    recorder.answer = S_FALSE;
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(IVMEventSink_get_Failed(sink, &failed), S_OK);
    assert_int_equal(failed, 3);
    assert_int_equal(IVMEventSink_get_Received(sink, &received), S_OK);
    assert_int_equal(received, 4);
}

static void unsubscribe_inside(struct recorder *inside, const struct recorder_call *call)
{
    (void)call;
    CHECK(IVMEventSink_Unsubscribe(sink, *(LONG *)inside->context) == S_OK);
    CHECK(inside->refcount > 1);
}

static void test_unsubscribe_inside_the_handler(void **state)
{
    LONG cookie;

    (void)state;
    recorder.act = unsubscribe_inside;
    recorder.context = &cookie;
    cookie = recorder_subscribe(&recorder, sink, L"OnReset");
    IVMEventSink_OnReset(sink);
    IVMEventSink_OnReset(sink);
    assert_int_equal(recorder.calls, 1);
    assert_int_equal(recorder.refcount, 1);
    assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie), CONNECT_E_NOCONNECTION);
}

/* The handlers hear an event that one of them fires after the one that they are hearing. */
static void fire_once(struct recorder *inside, const struct recorder_call *call)
{
    if (V_I4(&call->args[0]) == 1)
        CHECK(IVMEventSink_OnStateChange(sink, vmVMState_Saved) == S_OK);
    CHECK(inside->begun - inside->calls == 1);
}

static void test_fire_inside_the_handler(void **state)
{
    struct recorder second;

    (void)state;
    recorder_init(&second);
    recorder.act = fire_once;
    recorder_subscribe(&recorder, sink, L"OnStateChange");
    recorder_subscribe(&second, sink, L"OnStateChange");
    IVMEventSink_OnStateChange(sink, vmVMState_TurnedOff);
    assert_int_equal(recorder.calls, 2);
    assert_int_equal(second.calls, 2);
    assert_int_equal(V_I4(&recorder.log[1].args[0]), 2);
    IVMEventSink_Release(sink);
    sink = sink_create();
    recorder_end(&second);
}

static void expect_refusal(HRESULT hr, const WCHAR *first, const WCHAR *second)
{
    IErrorInfo *info;
    BSTR string;

    assert_int_equal(hr, E_INVALIDARG);
    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(IErrorInfo_GetSource(info, &string), S_OK);
    assert_int_equal(wcscmp(string, L"VMEvents.Sink"), 0);
    SysFreeString(string);
    assert_int_equal(IErrorInfo_GetDescription(info, &string), S_OK);
    if (!wcsstr(string, first) || !wcsstr(string, second))
        fail_msg("the description is \"%ls\"", string);
    SysFreeString(string);
    IErrorInfo_Release(info);
}

static void test_events_there_are_not(void **state)
{
    static const WCHAR *const names[] = {L"OnNothing", L"", L"OnGuestLogoff ", L"IVMDVDDriveEvents.OnReset",
            L"IVMEventSink.OnReset", L"IVMVirtualMachineEvents.", L".OnReset", L"OnLunch*", L"*.", L"OnRese?t", L"11"};
    VARIANT number, handler = recorder_variant(&recorder);
    LONG cookie = 5;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(names); ++i)
    {
        VARIANT name = string_variant(names[i]);

        expect_refusal(IVMEventSink_Subscribe(sink, name, handler, NULL, &cookie), names[i], L"OnGuestLogoff");
        assert_int_equal(cookie, 0);
        VariantClear(&name);
    }
    V_VT(&number) = VT_I4;
    V_I4(&number) = 13;
    expect_refusal(IVMEventSink_Subscribe(sink, number, handler, NULL, &cookie), L"13", L"from 1 to 12");
    V_I4(&number) = 0;
    expect_refusal(IVMEventSink_Subscribe(sink, number, handler, NULL, &cookie), L" 0;", L"from 1 to 12");
    V_VT(&number) = VT_NULL;
    expect_refusal(IVMEventSink_Subscribe(sink, number, handler, NULL, &cookie), L"name", L"from 1 to 12");
    V_VT(&number) = VT_BSTR;
    V_BSTR(&number) = NULL;
    expect_refusal(IVMEventSink_Subscribe(sink, number, handler, NULL, &cookie), L"\"\"", L"OnGuestLogoff");
    assert_int_equal(recorder.refcount, 1);
}

static void test_handlers_that_are_none(void **state)
{
    VARIANT name = string_variant(L"OnReset"), handler;
    IVMEventSink *other = sink_create();
    IConnectionPointContainer *hub = query(other, &IID_IConnectionPointContainer);
    IEnumConnectionPoints *no_dispatch;
    LONG cookie = 5;

    (void)state;
    V_VT(&handler) = VT_I4;
    expect_refusal(IVMEventSink_Subscribe(sink, name, handler, NULL, &cookie), L"handler", L"not an object");
    VariantInit(&handler);
    expect_refusal(IVMEventSink_Subscribe(sink, name, handler, NULL, &cookie), L"handler", L"not an object");
    V_VT(&handler) = VT_DISPATCH;
    V_DISPATCH(&handler) = NULL;
    expect_refusal(IVMEventSink_Subscribe(sink, name, handler, NULL, &cookie), L"handler", L"Nothing");
    assert_int_equal(IConnectionPointContainer_EnumConnectionPoints(hub, &no_dispatch), S_OK);
    V_VT(&handler) = VT_UNKNOWN;
    V_UNKNOWN(&handler) = (IUnknown *)no_dispatch;
    expect_refusal(IVMEventSink_Subscribe(sink, name, handler, NULL, &cookie), L"handler", L"IDispatch");
    assert_int_equal(cookie, 0);
    assert_int_equal(IVMEventSink_Subscribe(sink, name, recorder_variant(&recorder), NULL, NULL), E_POINTER);
    IEnumConnectionPoints_Release(no_dispatch);
    IConnectionPointContainer_Release(hub);
    IVMEventSink_Release(other);
    VariantClear(&name);
}

static void test_references_to_nothing(void **state)
{
    VARIANT name = string_variant(L"OnReset"), nothing;
    LONG cookie;

    (void)state;
    V_VT(&nothing) = VT_BYREF | VT_BSTR;
    V_BYREF(&nothing) = NULL;
    assert_int_equal(IVMEventSink_Subscribe(sink, nothing, recorder_variant(&recorder), NULL, &cookie), E_POINTER);
    V_VT(&nothing) = VT_BYREF | VT_VARIANT;
    assert_int_equal(IVMEventSink_Subscribe(sink, nothing, recorder_variant(&recorder), NULL, &cookie), E_POINTER);
    assert_int_equal(IVMEventSink_Subscribe(sink, name, nothing, NULL, &cookie), E_POINTER);
    V_VT(&nothing) = VT_BYREF | VT_DISPATCH;
    assert_int_equal(IVMEventSink_Subscribe(sink, name, nothing, NULL, &cookie), E_POINTER);
    VariantClear(&name);
}

static void test_cookies_there_are_not(void **state)
{
    LONG cookie = recorder_subscribe(&recorder, sink, L"OnReset");

    (void)state;
    assert_int_equal(IVMEventSink_Unsubscribe(sink, 0), CONNECT_E_NOCONNECTION);
    assert_int_equal(IVMEventSink_Unsubscribe(sink, -1), CONNECT_E_NOCONNECTION);
    assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie + 1), CONNECT_E_NOCONNECTION);
    assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie), S_OK);
    assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie), CONNECT_E_NOCONNECTION);
}

#define subscribe_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            subscribe_test(test_function_for_each_event),
            subscribe_test(test_names),
            subscribe_test(test_one_name_of_two_events),
            subscribe_test(test_numbers),
            subscribe_test(test_function_for_all_gets_the_record),
            subscribe_test(test_object_with_methods),
            subscribe_test(test_object_for_one_event),
            subscribe_test(test_failing_handler_keeps_its_subscription),
            subscribe_test(test_unsubscribe_inside_the_handler),
            subscribe_test(test_fire_inside_the_handler),
            subscribe_test(test_events_there_are_not),
            subscribe_test(test_handlers_that_are_none),
            subscribe_test(test_references_to_nothing),
            subscribe_test(test_cookies_there_are_not),
    };

    return cmocka_run_group_tests_name("subscriptions", tests, library_load, library_unload);
}

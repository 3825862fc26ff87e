/* The queue behind NextEvent: its capacity, its order, what it drops, and when it gives way. */
#include "sink/samples.h"

static IVMEventSink *sink;

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    return 0;
}

static int tear_down(void **state)
{
    CHECK(!IVMEventSink_Release(sink));
    return library_check_idle(state);
}

static void log_messages(LONG first, LONG last)
{
    IDispatch *face = face_of(sink, &DIID_IVMVirtualPCEvents);
    VARIANT arg;

    V_VT(&arg) = VT_I4;
    for (V_I4(&arg) = first; V_I4(&arg) <= last; ++V_I4(&arg))
        CHECK(invoke(face, vmVirtualPCEvent_EventLogged, &arg, 1) == S_OK);
}

/* The message number of the next event, or 0 when there is none. */
static LONG next_message(void)
{
    IVMEventRecord *record;
    VARIANT arguments;
    VARIANT *first;
    LONG number;

    CHECK(IVMEventSink_NextEvent(sink, 0, &record) == S_OK);
    if (!record)
        return 0;
    CHECK(IVMEventRecord_get_Arguments(record, &arguments) == S_OK);
    CHECK(SUCCEEDED(SafeArrayAccessData(V_ARRAY(&arguments), (void **)&first)));
    number = V_I4(first);
    SafeArrayUnaccessData(V_ARRAY(&arguments));
    VariantClear(&arguments);
    CHECK(!IVMEventRecord_Release(record));
    return number;
}

static LONG get_dropped(void)
{
    LONG dropped;

    assert_int_equal(IVMEventSink_get_Dropped(sink, &dropped), S_OK);
    return dropped;
}

static LONG get_capacity(void)
{
    LONG capacity;

    assert_int_equal(IVMEventSink_get_QueueCapacity(sink, &capacity), S_OK);
    return capacity;
}

static void test_default(void **state)
{
    (void)state;
    assert_int_equal(get_capacity(), 1024);
    assert_int_equal(IVMEventSink_get_QueueCapacity(sink, NULL), E_POINTER);
    log_messages(1, 1030);
    assert_int_equal(get_dropped(), 6);
    for (LONG i = 7; i <= 1030; ++i)
        assert_int_equal(next_message(), i);
    assert_int_equal(next_message(), 0);
}

static void test_overflow_drops_the_oldest(void **state)
{
    (void)state;
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 3), S_OK);
    assert_int_equal(get_capacity(), 3);
    log_messages(1, 3);
    assert_int_equal(get_dropped(), 0);
    log_messages(4, 5);
    assert_int_equal(get_dropped(), 2);
    assert_int_equal(next_message(), 3);
    log_messages(6, 6);
    assert_int_equal(get_dropped(), 2);
    assert_int_equal(next_message(), 4);
    assert_int_equal(next_message(), 5);
    assert_int_equal(next_message(), 6);
    assert_int_equal(next_message(), 0);
}

static void test_smaller_and_larger(void **state)
{
    (void)state;
    log_messages(1, 10);
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 4), S_OK);
    assert_int_equal(get_dropped(), 6);
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 100000), S_OK);
    log_messages(11, 3000);
    assert_int_equal(get_dropped(), 6);
    for (LONG i = 7; i <= 3000; ++i)
        assert_int_equal(next_message(), i);
    assert_int_equal(next_message(), 0);
}

static void test_off_and_on(void **state)
{
    (void)state;
    log_messages(1, 2);
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 0), S_OK);
    assert_int_equal(get_capacity(), 0);
    assert_int_equal(get_dropped(), 2);
    log_messages(3, 4);
    /* What is not to be kept is not dropped either. */
    assert_int_equal(get_dropped(), 2);
    assert_int_equal(next_message(), 0);
    assert_int_equal(get_capacity(), 0);
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 2), S_OK);
    log_messages(5, 5);
    assert_int_equal(next_message(), 5);
    assert_int_equal(next_message(), 0);
}

static void test_capacities_there_are_not(void **state)
{
    IErrorInfo *info;
    BSTR string;

    (void)state;
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, -1), E_INVALIDARG);
    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(IErrorInfo_GetDescription(info, &string), S_OK);
    assert_non_null(wcsstr(string, L"-1"));
    SysFreeString(string);
    IErrorInfo_Release(info);
    assert_int_equal(get_capacity(), 1024);
}

static void CALLBACK count_call(const VMEVENT *event, void *context)
{
    (void)event;
    ++*(LONG *)context;
}

static void add_callback(LONG *count)
{
    IVMEventCallbacks *callbacks = query(sink, &IID_IVMEventCallbacks);
    DWORD cookie;

    assert_int_equal(
            IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, count_call, count, NULL, &cookie),
            S_OK);
    IVMEventCallbacks_Release(callbacks);
}

/* A program that is called back does not poll, unless it has shown that it does. */
static void test_gives_way_to_a_callback(void **state)
{
    LONG count = 0;

    (void)state;
    log_messages(1, 2);
    add_callback(&count);
    assert_int_equal(get_capacity(), 0);
    log_messages(3, 4);
    assert_int_equal(count, 2);
    assert_int_equal(get_dropped(), 0);
    /* Asking for an event brings it back. */
    assert_int_equal(next_message(), 0);
    assert_int_equal(get_capacity(), 1024);
    log_messages(5, 5);
    assert_int_equal(next_message(), 5);
    add_callback(&count);
    assert_int_equal(get_capacity(), 1024);
}

static void test_stays_when_it_was_asked_for(void **state)
{
    LONG count = 0;

    (void)state;
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 10), S_OK);
    add_callback(&count);
    assert_int_equal(get_capacity(), 10);
    log_messages(1, 1);
    assert_int_equal(next_message(), 1);
    assert_int_equal(count, 1);
}

static void test_stays_when_it_was_polled(void **state)
{
    LONG count = 0;

    (void)state;
    assert_int_equal(next_message(), 0);
    add_callback(&count);
    log_messages(1, 1);
    assert_int_equal(next_message(), 1);
}

#define queue_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            queue_test(test_default),
            queue_test(test_overflow_drops_the_oldest),
            queue_test(test_smaller_and_larger),
            queue_test(test_off_and_on),
            queue_test(test_capacities_there_are_not),
            queue_test(test_gives_way_to_a_callback),
            queue_test(test_stays_when_it_was_asked_for),
            queue_test(test_stays_when_it_was_polled),
    };

    return cmocka_run_group_tests_name("the queue", tests, library_load, library_unload);
}

/* More events than a thread can handle. */
#include "sink/recorder.h"
#include "sink/samples.h"
#include "sink/worker.h"
#include "support/ole_memory.h"

#include <wchar.h>

static IVMEventSink *sink;

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    /* The handlers' own lanes are looked at here. */
    CHECK(IVMEventSink_put_QueueCapacity(sink, 0) == S_OK);
    return 0;
}

static int tear_down(void **state)
{
    CHECK(!IVMEventSink_Release(sink));
    return library_check_idle(state);
}

static void forget(struct recorder *recorder, const struct recorder_call *call)
{
    (void)call;
    /* The log need not hold them all. */
    InterlockedDecrement(&recorder->begun);
}

/* ---- messages behind many events ---- */

enum
{
    WAITING = 20000
};

static void fire_many(void *context)
{
    (void)context;
    for (LONG i = 0; i < WAITING; ++i)
        CHECK(IVMEventSink_OnReset(sink) == S_OK);
}

static LRESULT CALLBACK stop_on_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_APP)
        CHECK(IVMEventSink_Stop(sink) == S_OK);
    return DefWindowProcW(window, message, wparam, lparam);
}

static void run_with_message_behind_events(void *context)
{
    struct recorder recorder;
    LONG count, cookie;
    HWND window;

    (void)context;
    window = CreateWindowExW(0, L"STATIC", NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
    CHECK(window);
    SetWindowLongPtrW(window, GWLP_WNDPROC, (LONG_PTR)stop_on_message);
    recorder_init(&recorder);
    recorder.act = forget;
    cookie = recorder_subscribe(&recorder, sink, L"OnReset");
    worker_run(NO_APARTMENT, fire_many, NULL);
    CHECK(PostMessageW(window, WM_APP, 0, 0));
    CHECK(IVMEventSink_Run(sink, -1, &count) == S_OK);
    CHECK(count > 0 && count < WAITING / 2);
    CHECK(IVMEventSink_Unsubscribe(sink, cookie) == S_OK);
    recorder_end(&recorder);
    DestroyWindow(window);
}

/* The thread's messages have their turn among the events that wait for it. */
static void test_message_behind_many_events(void **state)
{
    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, run_with_message_behind_events, NULL);
}

/* The first call takes longer than a Run that was given no time goes on. */
static void take_long_once(struct recorder *recorder, const struct recorder_call *call)
{
    if (!recorder->calls)
        Sleep(1000);
    forget(recorder, call);
}

static void run_what_waits(void *context)
{
    struct recorder recorder;
    LONG count, cookie;

    (void)context;
    recorder_init(&recorder);
    recorder.act = take_long_once;
    cookie = recorder_subscribe(&recorder, sink, L"OnReset");
    worker_run(NO_APARTMENT, fire_many, NULL);
    CHECK(IVMEventSink_Run(sink, 0, &count) == S_OK);
    CHECK(count == 1);
    CHECK(IVMEventSink_Unsubscribe(sink, cookie) == S_OK);
    recorder_end(&recorder);
}

/* Run(0) begins with no other event when its time is over, however many wait. */
static void test_run_what_waits(void **state)
{
    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, run_what_waits, NULL);
}

/* ---- more events than are kept ---- */

enum
{
    FLOOD = 70000,
    KEPT = 65536
};

static volatile LONG heard, first, last, subscribed, fired;

static void check_order(struct recorder *recorder, const struct recorder_call *call)
{
    CHECK(V_I4(&call->args[0]) > last);
    last = V_I4(&call->args[0]);
    if (!heard++)
        first = last;
    forget(recorder, call);
}

static void subscribe_and_pump_late(void *context)
{
    struct recorder recorder;
    LONG cookie;

    (void)context;
    recorder_init(&recorder);
    recorder.act = check_order;
    cookie = recorder_subscribe(&recorder, sink, L"OnEventLogged");
    InterlockedIncrement(&subscribed);
    CHECK(wait_for(&fired, FLOOD));
    CHECK(pump_for(&last, FLOOD));
    CHECK(IVMEventSink_Unsubscribe(sink, cookie) == S_OK);
    recorder_end(&recorder);
}

/* The oldest are lost and counted, the others heard in order. */
static void test_thread_that_pumps_too_late(void **state)
{
    IDispatch *face = face_of(sink, &DIID_IVMVirtualPCEvents);
    HANDLE worker = worker_start(COINIT_APARTMENTTHREADED, subscribe_and_pump_late, NULL);
    LONG dropped;
    VARIANT arg;

    (void)state;
    assert_true(wait_for(&subscribed, 1));
    V_VT(&arg) = VT_I4;
    for (V_I4(&arg) = 1; V_I4(&arg) <= FLOOD; ++V_I4(&arg))
        assert_int_equal(invoke(face, vmVirtualPCEvent_EventLogged, &arg, 1), S_OK);
    assert_int_equal(IVMEventSink_get_Dropped(sink, &dropped), S_OK);
    assert_int_equal(dropped, FLOOD - KEPT);
    InterlockedExchange(&fired, FLOOD);
    worker_join(worker);
    assert_int_equal(heard, KEPT);
    assert_int_equal(first, dropped + 1);
}

/* ---- more bytes than are kept ---- */

enum
{
    MEBIBYTE = 1 << 20,
    LIMIT = 64, /* MiB: what is kept for one listener */
    BIG_EVENTS = 200,
    BLOCKS = 2 /* of OLE Automation's memory that an event holds: its two strings */
};

static LONG blocks_before;

/* An event with its number and a string of so many bytes. */
static void fire_big(LONG number, UINT bytes)
{
    WCHAR text[16];
    VARIANT args[2];

    swprintf(text, ARRAYSIZE(text), L"%ld", (long)number);
    V_VT(&args[0]) = V_VT(&args[1]) = VT_BSTR;
    CHECK((V_BSTR(&args[0]) = SysAllocStringByteLen(NULL, bytes)));
    CHECK((V_BSTR(&args[1]) = SysAllocString(text)));
    CHECK(invoke(face_of(sink, &DIID_IVMVirtualMachineEvents), vmVirtualMachineEvent_ConfigurationChanged, args, 2)
            == S_OK);
    SysFreeString(V_BSTR(&args[0]));
    SysFreeString(V_BSTR(&args[1]));
}

static LONG count_dropped(void)
{
    LONG dropped;

    CHECK(IVMEventSink_get_Dropped(sink, &dropped) == S_OK);
    return dropped;
}

/* What is held is looked at after each event. */
static void fire_big_events(void)
{
    blocks_before = ole_memory_live();
    for (LONG i = 1; i <= BIG_EVENTS; ++i)
    {
        fire_big(i, MEBIBYTE);
        CHECK(ole_memory_live() - blocks_before <= BLOCKS * LIMIT);
    }
}

/* One takes a little more than a mebibyte. */
static void expect_as_many_as_fit(LONG count)
{
    assert_int_equal(count, LIMIT - 1);
    assert_int_equal(count_dropped(), BIG_EVENTS - count);
}

static volatile LONG big_heard, big_last, big_ready, big_fired;

static void check_big(struct recorder *recorder, const struct recorder_call *call)
{
    LONG number = wcstol(V_BSTR(&call->args[0]), NULL, 10);

    /* None is missing among those that are kept. */
    CHECK(!big_heard || number == big_last + 1);
    InterlockedIncrement(&big_heard);
    VariantClear(&recorder->log[0].args[0]);
    VariantClear(&recorder->log[0].args[1]);
    forget(recorder, call);
    InterlockedExchange(&big_last, number);
}

static void hear_big_late(void *context)
{
    const LONG *last_number = context;
    struct recorder recorder;
    LONG cookie;

    recorder_init(&recorder);
    recorder.act = check_big;
    cookie = recorder_subscribe(&recorder, sink, L"OnConfigurationChanged");
    InterlockedIncrement(&big_ready);
    CHECK(wait_for(&big_fired, 1));
    CHECK(pump_for(&big_last, *last_number));
    CHECK(IVMEventSink_Unsubscribe(sink, cookie) == S_OK);
    recorder_end(&recorder);
}

static HANDLE start_hearing_big(const LONG *last_number)
{
    HANDLE worker;

    big_heard = big_last = big_ready = big_fired = 0;
    worker = worker_start(COINIT_APARTMENTTHREADED, hear_big_late, (void *)last_number);
    CHECK(wait_for(&big_ready, 1));
    return worker;
}

/* A thread that does not pump has the newest that fit into 64 MiB. */
static void test_lane_is_bounded_in_bytes(void **state)
{
    const LONG last_number = BIG_EVENTS;
    HANDLE worker = start_hearing_big(&last_number);

    (void)state;
    fire_big_events();
    InterlockedIncrement(&big_fired);
    worker_join(worker);
    expect_as_many_as_fit(big_heard);
}

/* An event that is greater than all that may be kept pushes out the others, and is heard. */
static void test_lane_keeps_the_newest_whatever_its_size(void **state)
{
    const LONG last_number = 4;
    HANDLE worker = start_hearing_big(&last_number);

    (void)state;
    for (LONG i = 1; i < last_number; ++i)
        fire_big(i, 16);
    fire_big(last_number, (LIMIT + 6) * MEBIBYTE);
    InterlockedIncrement(&big_fired);
    worker_join(worker);
    assert_int_equal(big_heard, 1);
    assert_int_equal(count_dropped(), last_number - 1);
}

/* Takes what is in the queue; the events have to be the last ones. Returns how many there were. */
static LONG take_all(LONG last_number)
{
    IVMEventRecord *record;
    LONG count = 0, number = 0;

    while (SUCCEEDED(IVMEventSink_NextEvent(sink, 0, &record)) && record)
    {
        VARIANT arguments, key;
        LONG index = 0;

        assert_int_equal(IVMEventRecord_get_Arguments(record, &arguments), S_OK);
        assert_int_equal(SafeArrayGetElement(V_ARRAY(&arguments), &index, &key), S_OK);
        assert_true(!count++ || wcstol(V_BSTR(&key), NULL, 10) == number + 1);
        number = wcstol(V_BSTR(&key), NULL, 10);
        VariantClear(&key);
        VariantClear(&arguments);
        IVMEventRecord_Release(record);
    }
    assert_int_equal(number, last_number);
    return count;
}

static void test_queue_is_bounded_in_bytes(void **state)
{
    (void)state;
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 100000), S_OK);
    fire_big_events();
    expect_as_many_as_fit(take_all(BIG_EVENTS));
    /* There is room again for all that is small. */
    for (LONG i = 1; i <= 500; ++i)
        fire_big(i, 16);
    assert_int_equal(take_all(500), 500);
    fire_big(1, 16);
    fire_big(2, (LIMIT + 6) * MEBIBYTE);
    assert_int_equal(take_all(2), 1);
}

#define flood_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            flood_test(test_message_behind_many_events),
            flood_test(test_run_what_waits),
            flood_test(test_thread_that_pumps_too_late),
            flood_test(test_lane_is_bounded_in_bytes),
            flood_test(test_lane_keeps_the_newest_whatever_its_size),
            flood_test(test_queue_is_bounded_in_bytes),
    };

    return cmocka_run_group_tests_name("floods of events", tests, library_load, library_unload);
}

/* More events than a thread can handle. */
#include "sink/recorder.h"
#include "sink/samples.h"
#include "sink/worker.h"

static IVMEventSink *sink;

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    /* The handlers' own mailboxes are looked at here. */
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

static void sleep_a_little(struct recorder *recorder, const struct recorder_call *call)
{
    Sleep(1);
    forget(recorder, call);
}

static void run_what_waits(void *context)
{
    struct recorder recorder;
    LONG count, cookie;
    ULONGLONG start;

    (void)context;
    recorder_init(&recorder);
    recorder.act = sleep_a_little;
    cookie = recorder_subscribe(&recorder, sink, L"OnReset");
    worker_run(NO_APARTMENT, fire_many, NULL);
    start = now_ms();
    CHECK(IVMEventSink_Run(sink, 0, &count) == S_OK);
    /* Less than the twenty seconds or more that all would take. */
    CHECK(now_ms() - start < 2000);
    CHECK(count > 0 && count < WAITING / 10);
    CHECK(IVMEventSink_Unsubscribe(sink, cookie) == S_OK);
    recorder_end(&recorder);
}

/* Run(0) returns soon, however much waits. */
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

#define flood_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            flood_test(test_message_behind_many_events),
            flood_test(test_run_what_waits),
            flood_test(test_thread_that_pumps_too_late),
    };

    return cmocka_run_group_tests_name("floods of events", tests, library_load, library_unload);
}

/* NextEvent and Run: time-outs, pumping, Stop and quit messages. */
#include "sink/recorder.h"
#include "sink/samples.h"
#include "sink/worker.h"

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

/* ---- time-outs ---- */

static ULONGLONG time_NextEvent(LONG timeout_ms)
{
    IVMEventRecord *record = (IVMEventRecord *)sink;
    ULONGLONG start = now_ms();

    CHECK(IVMEventSink_NextEvent(sink, timeout_ms, &record) == S_OK);
    CHECK(!record);
    return now_ms() - start;
}

static ULONGLONG time_Run(LONG timeout_ms)
{
    ULONGLONG start = now_ms();
    LONG count = 5;

    CHECK(IVMEventSink_Run(sink, timeout_ms, &count) == S_OK);
    CHECK(!count);
    return now_ms() - start;
}

static void check_timeouts(void *context)
{
    static ULONGLONG (*const waits[])(LONG timeout_ms) = {time_NextEvent, time_Run};
    static const LONG timeouts[] = {0, 1, 30, 200};

    (void)context;
    for (size_t way = 0; way < ARRAYSIZE(waits); ++way)
    {
        for (size_t i = 0; i < ARRAYSIZE(timeouts); ++i)
        {
            /* Never early, and not for ever; how late it is depends on who else uses the machine. */
            for (int attempt = 0; attempt < 3; ++attempt)
                CHECK(waits[way](timeouts[i]) + 1 >= (ULONGLONG)timeouts[i]);
        }
    }
}

static void test_timeouts(void **state)
{
    (void)state;
    worker_run(COINIT_MULTITHREADED, check_timeouts, NULL);
    worker_run(COINIT_APARTMENTTHREADED, check_timeouts, NULL);
    worker_run(NO_APARTMENT, check_timeouts, NULL);
}

static void test_wrong_arguments(void **state)
{
    IVMEventRecord *record = (IVMEventRecord *)sink;
    IErrorInfo *info;
    LONG count = 5;
    BSTR string;

    (void)state;
    assert_int_equal(IVMEventSink_NextEvent(sink, 0, NULL), E_POINTER);
    assert_int_equal(IVMEventSink_Run(sink, 0, NULL), E_POINTER);
    assert_int_equal(IVMEventSink_Run(sink, LONG_MIN, &count), E_INVALIDARG);
    assert_int_equal(count, 0);
    assert_int_equal(IVMEventSink_NextEvent(sink, -2, &record), E_INVALIDARG);
    assert_null(record);
    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(IErrorInfo_GetDescription(info, &string), S_OK);
    assert_non_null(wcsstr(string, L"NextEvent"));
    assert_non_null(wcsstr(string, L"-2"));
    SysFreeString(string);
    IErrorInfo_Release(info);
}

/* ---- events ---- */

static void fire_soon(void *context)
{
    (void)context;
    Sleep(SETTLE_MS);
    CHECK(IVMEventSink_OnTripleFault(sink) == S_OK);
}

static void wait_for_event(void *context)
{
    HANDLE worker = worker_start(NO_APARTMENT, fire_soon, NULL);
    IVMEventRecord *record;
    LONG id;

    (void)context;
    /* Nothing else ends it. */
    CHECK(IVMEventSink_NextEvent(sink, -1, &record) == S_OK && record);
    CHECK(IVMEventRecord_get_Id(record, &id) == S_OK && id == vmVirtualMachineEvent_TripleFault);
    IVMEventRecord_Release(record);
    worker_join(worker);
}

static void test_event_ends_the_wait(void **state)
{
    (void)state;
    worker_run(COINIT_MULTITHREADED, wait_for_event, NULL);
    worker_run(COINIT_APARTMENTTHREADED, wait_for_event, NULL);
}

/* ---- Stop ---- */

static void stop_soon(void *context)
{
    (void)context;
    Sleep(SETTLE_MS);
    CHECK(IVMEventSink_Stop(sink) == S_OK);
}

static void wait_for_stop(void *context)
{
    IVMEventRecord *record;
    HANDLE worker;
    LONG count;

    (void)context;
    worker = worker_start(NO_APARTMENT, stop_soon, NULL);
    CHECK(IVMEventSink_NextEvent(sink, -1, &record) == S_OK && !record);
    worker_join(worker);
    worker = worker_start(NO_APARTMENT, stop_soon, NULL);
    CHECK(IVMEventSink_Run(sink, -1, &count) == S_OK && !count);
    worker_join(worker);
    /* It is used up. */
    CHECK(time_Run(SETTLE_MS) + 1 >= SETTLE_MS);
}

static void test_stop_from_another_thread(void **state)
{
    (void)state;
    worker_run(COINIT_MULTITHREADED, wait_for_stop, NULL);
    worker_run(COINIT_APARTMENTTHREADED, wait_for_stop, NULL);
}

static volatile LONG waiting;

static void wait_without_limit(void *context)
{
    LONG count;

    (void)context;
    InterlockedIncrement(&waiting);
    CHECK(IVMEventSink_Run(sink, -1, &count) == S_OK);
}

static void test_stop_ends_all_waits(void **state)
{
    HANDLE workers[4];

    (void)state;
    waiting = 0;
    for (int i = 0; i < 4; ++i)
        workers[i] = worker_start(i % 2 ? COINIT_APARTMENTTHREADED : COINIT_MULTITHREADED, wait_without_limit, NULL);
    assert_true(wait_for(&waiting, 4));
    Sleep(SETTLE_MS);
    assert_int_equal(IVMEventSink_Stop(sink), S_OK);
    for (int i = 0; i < 4; ++i)
        worker_join(workers[i]);
}

/* A thread in an apartment with a handler, for which events wait already. */
struct waiting_events
{
    void (*body)(struct recorder *recorder);
    LONG count;
    void (*act)(struct recorder *recorder, const struct recorder_call *call);
};

static void fire_some(void *context)
{
    for (LONG i = 0; i < *(LONG *)context; ++i)
        CHECK(IVMEventSink_OnReset(sink) == S_OK);
}

static void with_waiting_events(void *context)
{
    struct waiting_events *events = context;
    struct recorder recorder;
    LONG cookie;

    recorder_init(&recorder);
    recorder.act = events->act;
    cookie = recorder_subscribe(&recorder, sink, L"OnReset");
    worker_run(NO_APARTMENT, fire_some, &events->count);
    CHECK(!recorder.begun);
    events->body(&recorder);
    CHECK(IVMEventSink_Unsubscribe(sink, cookie) == S_OK);
    recorder_end(&recorder);
}

/* A Run that has no time runs what waits, unless that takes too long. */
static void expect_three(struct recorder *recorder, LONG count, ULONGLONG start)
{
    CHECK(count == recorder->calls);
    CHECK(count == 3 || (count >= 1 && now_ms() - start >= 20));
}

static void stop_then_run(struct recorder *recorder)
{
    ULONGLONG start = now_ms();
    LONG count;

    CHECK(IVMEventSink_Stop(sink) == S_OK);
    CHECK(IVMEventSink_Run(sink, -1, &count) == S_OK);
    expect_three(recorder, count, start);
}

/* Stop before Run: what waits is run, and that is all. */
static void test_stop_before_run(void **state)
{
    struct waiting_events events = {stop_then_run, 3, NULL};

    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, with_waiting_events, &events);
}

static void stop_inside(struct recorder *recorder, const struct recorder_call *call)
{
    (void)recorder, (void)call;
    CHECK(IVMEventSink_Stop(sink) == S_OK);
}

/* What a Run that was stopped has left, later ones go on with. */
static void run_until_stopped(struct recorder *recorder)
{
    LONG count, all = 0;

    while (all < 3)
    {
        CHECK(IVMEventSink_Run(sink, -1, &count) == S_OK);
        CHECK(count >= 1);
        all += count;
        CHECK(all == recorder->calls);
    }
    CHECK(all == 3);
}

static void test_stop_from_a_handler(void **state)
{
    struct waiting_events events = {run_until_stopped, 3, stop_inside};

    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, with_waiting_events, &events);
}

static void run_without_time(struct recorder *recorder)
{
    ULONGLONG start = now_ms();
    LONG count;

    CHECK(IVMEventSink_Run(sink, 0, &count) == S_OK);
    expect_three(recorder, count, start);
}

static void test_run_without_time_runs_what_waits(void **state)
{
    struct waiting_events events = {run_without_time, 3, NULL};

    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, with_waiting_events, &events);
}

static void pump_by_NextEvent(struct recorder *recorder)
{
    IVMEventRecord *record;

    CHECK(IVMEventSink_put_QueueCapacity(sink, 0) == S_OK);
    /* It has no more than its time for them, and nothing else runs them. */
    for (ULONGLONG end = now_ms() + PATIENCE_MS; recorder->calls < 3;)
    {
        CHECK(IVMEventSink_NextEvent(sink, 200, &record) == S_OK && !record);
        CHECK(now_ms() < end);
    }
    CHECK(recorder->calls == 3);
}

static void test_next_event_pumps_handlers(void **state)
{
    struct waiting_events events = {pump_by_NextEvent, 3, NULL};

    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, with_waiting_events, &events);
}

/* ---- messages ---- */

static void ask_to_quit(void *context)
{
    Sleep(SETTLE_MS);
    CHECK(PostThreadMessageW(*(DWORD *)context, WM_QUIT, 44, 0));
}

static void quit_while_waiting(void *context)
{
    DWORD thread = GetCurrentThreadId();
    HANDLE worker;
    IVMEventRecord *record;
    MSG message;
    LONG count;

    (void)context;
    PostQuitMessage(42);
    CHECK(IVMEventSink_Run(sink, -1, &count) == S_OK && !count);
    CHECK(PeekMessageW(&message, NULL, 0, 0, PM_REMOVE) && message.message == WM_QUIT && message.wParam == 42);
    PostQuitMessage(43);
    CHECK(IVMEventSink_NextEvent(sink, -1, &record) == S_OK && !record);
    CHECK(PeekMessageW(&message, NULL, 0, 0, PM_REMOVE) && message.message == WM_QUIT && message.wParam == 43);
    /* And in the midst of the wait. */
    worker = worker_start(NO_APARTMENT, ask_to_quit, &thread);
    CHECK(IVMEventSink_Run(sink, -1, &count) == S_OK && !count);
    CHECK(PeekMessageW(&message, NULL, 0, 0, PM_REMOVE) && message.message == WM_QUIT && message.wParam == 44);
    worker_join(worker);
}

static void test_quit_message(void **state)
{
    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, quit_while_waiting, NULL);
}

#define polling_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            polling_test(test_timeouts),
            polling_test(test_wrong_arguments),
            polling_test(test_event_ends_the_wait),
            polling_test(test_stop_from_another_thread),
            polling_test(test_stop_ends_all_waits),
            polling_test(test_stop_before_run),
            polling_test(test_stop_from_a_handler),
            polling_test(test_run_without_time_runs_what_waits),
            polling_test(test_next_event_pumps_handlers),
            polling_test(test_quit_message),
    };

    return cmocka_run_group_tests_name("polling and pumping", tests, library_load, library_unload);
}

/* Handlers run in their own apartment, in order, and nobody waits for them. */
#include "sink/recorder.h"
#include "sink/samples.h"
#include "sink/worker.h"

enum
{
    EVENTS = 100
};

/* A thread with a handler of its own, and the way in which it pumps. */
struct subscriber
{
    IVMEventSink *sink;
    struct recorder recorder;
    void (*pump)(struct subscriber *subscriber);
    DWORD thread;
    LONG cookie;
    volatile LONG ready;
    volatile LONG go_on;
};

static void subscriber_init(struct subscriber *subscriber, IVMEventSink *sink)
{
    memset(subscriber, 0, sizeof(*subscriber));
    subscriber->sink = sink;
    recorder_init(&subscriber->recorder);
}

static void subscribe_and_pump(void *context)
{
    struct subscriber *subscriber = context;

    subscriber->thread = GetCurrentThreadId();
    subscriber->cookie = recorder_subscribe(&subscriber->recorder, subscriber->sink, L"OnEventLogged");
    InterlockedIncrement(&subscriber->ready);
    CHECK(wait_for(&subscriber->go_on, 1));
    subscriber->pump(subscriber);
    CHECK(IVMEventSink_Unsubscribe(subscriber->sink, subscriber->cookie) == S_OK);
}

static void log_message(IVMEventSink *sink, LONG number)
{
    VARIANT arg;

    V_VT(&arg) = VT_I4;
    V_I4(&arg) = number;
    CHECK(invoke(face_of(sink, &DIID_IVMVirtualPCEvents), vmVirtualPCEvent_EventLogged, &arg, 1) == S_OK);
}

static void expect_in_order(struct subscriber *subscriber)
{
    assert_int_equal(subscriber->recorder.calls, EVENTS);
    for (LONG i = 0; i < EVENTS; ++i)
        assert_int_equal(V_I4(&subscriber->recorder.log[i].args[0]), i);
}

static void pump_by_messages(struct subscriber *subscriber)
{
    CHECK(pump_for(&subscriber->recorder.calls, EVENTS));
}

static void pump_by_GetMessage(struct subscriber *subscriber)
{
    MSG message;

    while (subscriber->recorder.calls < EVENTS && GetMessageW(&message, NULL, 0, 0) > 0)
        DispatchMessageW(&message);
}

static void pump_by_Run(struct subscriber *subscriber)
{
    LONG count, all = 0;

    while (subscriber->recorder.calls < EVENTS)
    {
        CHECK(IVMEventSink_Run(subscriber->sink, 50, &count) == S_OK);
        all += count;
    }
    CHECK(all == EVENTS);
}

static void pump_by_NextEvent(struct subscriber *subscriber)
{
    CHECK(IVMEventSink_put_QueueCapacity(subscriber->sink, 0) == S_OK);
    while (subscriber->recorder.calls < EVENTS)
    {
        IVMEventRecord *record;

        CHECK(IVMEventSink_NextEvent(subscriber->sink, 20, &record) == S_OK && !record);
    }
}

static void test_single_threaded_apartment(void **state)
{
    static void (*const pumps[])(struct subscriber *subscriber) = {
            pump_by_messages, pump_by_GetMessage, pump_by_Run, pump_by_NextEvent};

    (void)state;
    for (size_t way = 0; way < ARRAYSIZE(pumps); ++way)
    {
        IVMEventSink *sink = sink_create();
        struct subscriber subscriber;
        HANDLE worker;

        subscriber_init(&subscriber, sink);
        subscriber.pump = pumps[way];
        worker = worker_start(COINIT_APARTMENTTHREADED, subscribe_and_pump, &subscriber);
        assert_true(wait_for(&subscriber.ready, 1));
        for (LONG i = 0; i < EVENTS; ++i)
            log_message(sink, i);
        /* The source has not waited for the thread, which does not pump yet: nothing runs before it does. */
        Sleep(SETTLE_MS / 2);
        assert_int_equal(subscriber.recorder.begun, 0);
        InterlockedIncrement(&subscriber.go_on);
        worker_join(worker);
        expect_in_order(&subscriber);
        for (LONG i = 0; i < EVENTS; ++i)
            assert_int_equal(subscriber.recorder.log[i].thread, subscriber.thread);
        assert_int_equal(IVMEventSink_Release(sink), 0);
        recorder_end(&subscriber.recorder);
    }
}

static void wait_for_all(struct subscriber *subscriber)
{
    CHECK(wait_for(&subscriber->recorder.calls, EVENTS));
}

static void test_multithreaded_apartment(void **state)
{
    IVMEventSink *sink = sink_create();
    struct subscriber subscriber;
    HANDLE worker;

    (void)state;
    subscriber_init(&subscriber, sink);
    subscriber.pump = wait_for_all;
    worker = worker_start(COINIT_MULTITHREADED, subscribe_and_pump, &subscriber);
    assert_true(wait_for(&subscriber.ready, 1));
    for (LONG i = 0; i < EVENTS; ++i)
        log_message(sink, i);
    InterlockedIncrement(&subscriber.go_on);
    worker_join(worker);
    expect_in_order(&subscriber);
    for (LONG i = 0; i < EVENTS; ++i)
        assert_false(subscriber.recorder.log[i].single_threaded);
    IVMEventSink_Release(sink);
    recorder_end(&subscriber.recorder);
}

/* On the handler's own thread there is nothing to wait for. */
static void fire_at_home(void *context)
{
    struct subscriber *subscriber = context;

    subscriber->cookie = recorder_subscribe(&subscriber->recorder, subscriber->sink, L"OnEventLogged");
    for (LONG i = 0; i < EVENTS; ++i)
    {
        log_message(subscriber->sink, i);
        CHECK(subscriber->recorder.calls == i + 1);
    }
    CHECK(IVMEventSink_Unsubscribe(subscriber->sink, subscriber->cookie) == S_OK);
}

static void test_fired_at_home(void **state)
{
    static const DWORD apartments[] = {COINIT_APARTMENTTHREADED, COINIT_MULTITHREADED, NO_APARTMENT};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(apartments); ++i)
    {
        IVMEventSink *sink = sink_create();
        struct subscriber subscriber;

        subscriber_init(&subscriber, sink);
        worker_run(apartments[i], fire_at_home, &subscriber);
        expect_in_order(&subscriber);
        IVMEventSink_Release(sink);
        recorder_end(&subscriber.recorder);
    }
}

static volatile LONG entered, inside, let_go;

static void stay_until_let_go(struct recorder *recorder, const struct recorder_call *call)
{
    (void)recorder, (void)call;
    InterlockedIncrement(&entered);
    CHECK(wait_for(&let_go, 1));
}

static void pump_one(struct subscriber *subscriber)
{
    CHECK(pump_for(&subscriber->recorder.calls, 1));
}

static void test_slow_handler_delays_nobody(void **state)
{
    IVMEventSink *sink = sink_create();
    struct subscriber slow, quick;
    HANDLE workers[2];

    (void)state;
    entered = let_go = 0;
    subscriber_init(&slow, sink);
    subscriber_init(&quick, sink);
    slow.recorder.act = stay_until_let_go;
    slow.pump = quick.pump = pump_one;
    workers[0] = worker_start(COINIT_APARTMENTTHREADED, subscribe_and_pump, &slow);
    assert_true(wait_for(&slow.ready, 1));
    workers[1] = worker_start(COINIT_APARTMENTTHREADED, subscribe_and_pump, &quick);
    assert_true(wait_for(&quick.ready, 1));
    InterlockedIncrement(&slow.go_on);
    log_message(sink, 1);
    assert_true(wait_for(&entered, 1));
    InterlockedIncrement(&quick.go_on);
    /* The quick one has been called, and its thread has ended, while the slow one is in its call. */
    worker_join(workers[1]);
    assert_int_equal(quick.recorder.calls, 1);
    assert_int_equal(slow.recorder.calls, 0);
    InterlockedIncrement(&let_go);
    worker_join(workers[0]);
    assert_int_equal(slow.recorder.calls, 1);
    IVMEventSink_Release(sink);
    recorder_end(&slow.recorder);
    recorder_end(&quick.recorder);
}

static void stay_inside(struct recorder *recorder, const struct recorder_call *call)
{
    (void)recorder, (void)call;
    CHECK(InterlockedIncrement(&inside) == 1);
    InterlockedIncrement(&entered);
    CHECK(wait_for(&let_go, 1));
    /* That another call could begin. */
    Sleep(1);
    InterlockedDecrement(&inside);
}

/* Has a handler of the multithreaded apartment in its first call, and the other events waiting for it. */
static HANDLE start_busy_handler(struct subscriber *subscriber)
{
    HANDLE worker;

    entered = inside = let_go = 0;
    subscriber->recorder.act = stay_inside;
    worker = worker_start(COINIT_MULTITHREADED, subscribe_and_pump, subscriber);
    assert_true(wait_for(&subscriber->ready, 1));
    /* The source does not wait for a call that does not end before all have been fired. */
    for (LONG i = 0; i < EVENTS; ++i)
        log_message(subscriber->sink, i);
    assert_true(wait_for(&entered, 1));
    return worker;
}

static void test_busy_multithreaded_handler(void **state)
{
    IVMEventSink *sink = sink_create();
    struct subscriber subscriber;
    HANDLE worker;

    (void)state;
    subscriber_init(&subscriber, sink);
    subscriber.pump = wait_for_all;
    worker = start_busy_handler(&subscriber);
    Sleep(SETTLE_MS);
    assert_int_equal(subscriber.recorder.begun, 1);
    assert_int_equal(subscriber.recorder.calls, 0);
    InterlockedIncrement(&let_go);
    InterlockedIncrement(&subscriber.go_on);
    worker_join(worker);
    expect_in_order(&subscriber);
    IVMEventSink_Release(sink);
    recorder_end(&subscriber.recorder);
}

static void subscribe_and_leave(void *context)
{
    struct subscriber *subscriber = context;

    subscriber->cookie = recorder_subscribe(&subscriber->recorder, subscriber->sink, L"OnEventLogged");
    InterlockedIncrement(&subscriber->ready);
    CHECK(wait_for(&subscriber->go_on, 1));
}

/* An apartment that ends with subscriptions: they end, what waits is dropped, and others go on. */
static void test_apartment_that_ends(void **state)
{
    IVMEventSink *sink = sink_create();
    struct subscriber leaving;
    struct recorder staying;
    HANDLE worker;

    (void)state;
    subscriber_init(&leaving, sink);
    recorder_init(&staying);
    recorder_subscribe(&staying, sink, L"OnEventLogged");
    worker = worker_start(COINIT_APARTMENTTHREADED, subscribe_and_leave, &leaving);
    assert_true(wait_for(&leaving.ready, 1));
    log_message(sink, 1);
    InterlockedIncrement(&leaving.go_on);
    worker_join(worker);
    assert_int_equal(leaving.recorder.refcount, 1);
    assert_int_equal(leaving.recorder.begun, 0);
    log_message(sink, 2);
    assert_int_equal(staying.calls, 2);
    /* The cookie is still good for ending what is left of it. */
    assert_int_equal(IVMEventSink_Unsubscribe(sink, leaving.cookie), S_OK);
    assert_int_equal(IVMEventSink_Unsubscribe(sink, leaving.cookie), CONNECT_E_NOCONNECTION);
    IVMEventSink_Release(sink);
    recorder_end(&staying);
    recorder_end(&leaving.recorder);
}

static void unsubscribe_from_elsewhere(void *context)
{
    struct subscriber *subscriber = context;

    CHECK(IVMEventSink_Unsubscribe(subscriber->sink, subscriber->cookie) == S_OK);
}

static void pump_a_while(struct subscriber *subscriber)
{
    pump_ms(SETTLE_MS);
    for (ULONGLONG end = now_ms() + PATIENCE_MS; subscriber->recorder.refcount > 1; pump_ms(5))
        CHECK(now_ms() < end);
    subscriber->cookie = recorder_subscribe(&subscriber->recorder, subscriber->sink, L"OnReset");
}

/* What waits for a handler does not run once another thread has unsubscribed it. */
static void test_unsubscribed_from_another_thread(void **state)
{
    IVMEventSink *sink = sink_create();
    struct subscriber subscriber;
    HANDLE worker;

    (void)state;
    subscriber_init(&subscriber, sink);
    subscriber.pump = pump_a_while;
    worker = worker_start(COINIT_APARTMENTTHREADED, subscribe_and_pump, &subscriber);
    assert_true(wait_for(&subscriber.ready, 1));
    for (LONG i = 0; i < EVENTS; ++i)
        log_message(sink, i);
    worker_run(NO_APARTMENT, unsubscribe_from_elsewhere, &subscriber);
    InterlockedIncrement(&subscriber.go_on);
    worker_join(worker);
    assert_int_equal(subscriber.recorder.begun, 0);
    IVMEventSink_Release(sink);
    recorder_end(&subscriber.recorder);
}

static void let_go_and_wait(struct subscriber *subscriber)
{
    InterlockedIncrement(&let_go);
    CHECK(wait_for(&subscriber->recorder.calls, 1));
    Sleep(SETTLE_MS);
    subscriber->cookie = recorder_subscribe(&subscriber->recorder, subscriber->sink, L"OnReset");
}

/* The call that is running ends by itself, and no other begins. */
static void test_busy_handler_unsubscribed(void **state)
{
    IVMEventSink *sink = sink_create();
    struct subscriber subscriber;
    HANDLE worker;

    (void)state;
    subscriber_init(&subscriber, sink);
    subscriber.pump = let_go_and_wait;
    worker = start_busy_handler(&subscriber);
    worker_run(NO_APARTMENT, unsubscribe_from_elsewhere, &subscriber);
    InterlockedIncrement(&subscriber.go_on);
    worker_join(worker);
    assert_int_equal(subscriber.recorder.begun, 1);
    assert_int_equal(subscriber.recorder.calls, 1);
    IVMEventSink_Release(sink);
    recorder_end(&subscriber.recorder);
}

/* A multithreaded handler is let go of once, whoever comes first: its own thread or the pool's. */
static void subscribe_fire_and_unsubscribe(void *context)
{
    struct subscriber *subscriber = context;

    while (!subscriber->go_on)
    {
        LONG cookie = recorder_subscribe(&subscriber->recorder, subscriber->sink, L"OnReset");

        InterlockedIncrement(&subscriber->ready);
        SwitchToThread();
        CHECK(IVMEventSink_Unsubscribe(subscriber->sink, cookie) == S_OK);
    }
}

static void fire_many(void *context)
{
    struct subscriber *subscriber = context;

    while (!subscriber->go_on)
        CHECK(IVMEventSink_OnReset(subscriber->sink) == S_OK);
}

static void forget(struct recorder *recorder, const struct recorder_call *call)
{
    (void)call;
    /* The log need not hold them all. */
    InterlockedDecrement(&recorder->begun);
}

static void test_unsubscribed_while_the_pool_delivers(void **state)
{
    IVMEventSink *sink = sink_create();
    struct subscriber subscriber;
    HANDLE workers[2];

    (void)state;
    subscriber_init(&subscriber, sink);
    subscriber.recorder.act = forget;
    workers[0] = worker_start(COINIT_MULTITHREADED, subscribe_fire_and_unsubscribe, &subscriber);
    workers[1] = worker_start(COINIT_MULTITHREADED, fire_many, &subscriber);
    assert_true(wait_for(&subscriber.ready, 300));
    InterlockedIncrement(&subscriber.go_on);
    worker_join(workers[0]);
    worker_join(workers[1]);
    IVMEventSink_Release(sink);
    recorder_end(&subscriber.recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_single_threaded_apartment),
            sink_test(test_multithreaded_apartment),
            sink_test(test_fired_at_home),
            sink_test(test_slow_handler_delays_nobody),
            sink_test(test_busy_multithreaded_handler),
            sink_test(test_apartment_that_ends),
            sink_test(test_unsubscribed_from_another_thread),
            sink_test(test_busy_handler_unsubscribed),
            sink_test(test_unsubscribed_while_the_pool_delivers),
    };

    return cmocka_run_group_tests_name("handlers and apartments", tests, library_load, library_unload);
}

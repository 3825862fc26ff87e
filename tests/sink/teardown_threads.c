/*
 * Threads that end without leaving their single-threaded apartment. What they had is ended as far as it can be: no object
 * of theirs is called any more, not even to be released, and nothing waits for them.
 */
#include "sink/recorder.h"
#include "sink/source.h"
#include "sink/worker.h"

enum
{
    EVENTS = 20000,
    THREADS = 20,
    RACES = 100
};

static LONG connect_to(IVMEventSink *sink, void *source)
{
    LONG cookie;

    CHECK(IVMEventSink_Connect(sink, (IUnknown *)source, NULL, &cookie) == S_OK);
    return cookie;
}

static DWORD advise(IVMEventSink *sink, void *advised)
{
    IConnectionPointContainer *container = query(sink, &IID_IConnectionPointContainer);
    IConnectionPoint *point;
    DWORD cookie;

    CHECK(IConnectionPointContainer_FindConnectionPoint(container, diids[0], &point) == S_OK);
    CHECK(IConnectionPoint_Advise(point, (IUnknown *)advised, &cookie) == S_OK);
    IConnectionPoint_Release(point);
    IConnectionPointContainer_Release(container);
    return cookie;
}

/* What a thread leaves behind. */
struct legacy
{
    IVMEventSink *sink;
    IVMEventSink *own; /* connected to itself, and to the other, and that to it */
    struct source source;
    struct recorder handler, advised;
    LONG subscription, connection;
    DWORD cookie;
    volatile LONG ready, go_on;
};

static void legacy_init(struct legacy *legacy, IVMEventSink *sink)
{
    memset(legacy, 0, sizeof(*legacy));
    legacy->sink = sink;
    source_init(&legacy->source, 15);
    recorder_init(&legacy->handler);
    recorder_init(&legacy->advised);
}

/* The thread's objects have been left alone: its references are still there. */
static void legacy_check_untouched(struct legacy *legacy, LONG handler_calls)
{
    CHECK(legacy->source.connected == DIID_COUNT);
    CHECK(legacy->source.refcount > 1);
    CHECK(legacy->handler.begun == handler_calls && legacy->handler.refcount == 2);
    CHECK(legacy->advised.begun == handler_calls && legacy->advised.refcount > 1);
}

/* Whoever owned the source and the handlers lets go of them now. */
static void legacy_end(struct legacy *legacy)
{
    CHECK(source_fire(&legacy->source, &samples[2]) == CO_E_OBJNOTCONNECTED);
    for (UINT i = 0; i < legacy->source.count; ++i)
    {
        IDispatch_Release(legacy->source.points[i].sink);
        legacy->source.points[i].sink = NULL;
    }
}

static void leave_legacy(void *context)
{
    struct legacy *legacy = context;

    legacy->subscription = recorder_subscribe(&legacy->handler, legacy->sink, L"OnStateChange");
    legacy->connection = connect_to(legacy->sink, &legacy->source.IDispatch_iface);
    legacy->cookie = advise(legacy->sink, &legacy->advised.IDispatch_iface);
    legacy->own = sink_create();
    connect_to(legacy->own, legacy->own);
    connect_to(legacy->own, legacy->sink);
    connect_to(legacy->sink, legacy->own);
    advise(legacy->own, legacy->sink);
    fire_state(legacy->sink, 5);
    IVMEventSink_Release(legacy->own);
}

/* The memory that the library holds, once it has been at most that for a moment. */
static void await_memory(size_t bytes)
{
    ULONGLONG end = now_ms() + 3 * PATIENCE_MS;

    if (!library.memory)
        return;
    while (library.memory->live().bytes > bytes)
    {
        if (now_ms() > end)
            library.memory->print();
        CHECK(now_ms() < end);
        Sleep(1);
    }
}

static size_t memory_now(void)
{
    return library.memory ? library.memory->live().bytes : 0;
}

static void count(IVMEventSink *sink, LONG *received, LONG *failed, LONG *dropped)
{
    CHECK(IVMEventSink_get_Received(sink, received) == S_OK);
    CHECK(IVMEventSink_get_Failed(sink, failed) == S_OK);
    CHECK(IVMEventSink_get_Dropped(sink, dropped) == S_OK);
}

static void test_nothing_is_kept_for_a_thread_that_is_gone(void **state)
{
    IVMEventSink *sink = sink_create();
    LONG received, failed, dropped;
    struct legacy legacy;
    size_t before;

    (void)state;
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 0), S_OK);
    before = memory_now();
    legacy_init(&legacy, sink);
    worker_run_and_lose(leave_legacy, &legacy);
    for (LONG i = 0; i < EVENTS; ++i)
        fire_state(sink, i % 8);
    /* A subscription keeps its cookie, and a few hundred bytes. */
    await_memory(before + 8192);
    count(sink, &received, &failed, &dropped);
    assert_int_equal(received, EVENTS + 1);
    assert_int_equal(failed, 0);
    assert_int_equal(dropped, 0);
    legacy_check_untouched(&legacy, 1);
    assert_int_equal(IVMEventSink_Unsubscribe(sink, legacy.subscription), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(sink, legacy.connection), S_OK);
    assert_int_equal(IVMEventSink_Release(sink), 0);
    legacy_end(&legacy);
}

/* Also when it is the last that knew the sink, and when nothing is fired any more. */
static void leave_sinks(void *context)
{
    IVMEventSink *sinks[3];

    (void)context;
    for (int i = 0; i < 3; ++i)
        sinks[i] = sink_create();
    for (int i = 0; i < 3; ++i)
        connect_to(sinks[i], sinks[(i + 1) % 3]);
    for (int i = 0; i < 3; ++i)
        IVMEventSink_Release(sinks[i]);
}

static void test_sinks_that_only_a_lost_thread_kept(void **state)
{
    (void)state;
    for (int i = 0; i < THREADS; ++i)
        worker_run_and_lose(leave_sinks, NULL);
}

/* ---- ends that meet ---- */

static void leave_legacy_in_time(void *context)
{
    struct legacy *legacy = context;

    leave_legacy(context);
    InterlockedIncrement(&legacy->ready);
    while (!legacy->go_on)
        YieldProcessor();
}

static void lose_in_time(void *context)
{
    worker_run_and_lose(leave_legacy_in_time, context);
}

static void test_others_end_what_the_thread_had(void **state)
{
    (void)state;
    for (int race = 0; race < RACES; ++race)
    {
        IVMEventSink *sink = sink_create();
        struct legacy legacy;
        HANDLE worker;

        legacy_init(&legacy, sink);
        worker = worker_start(NO_APARTMENT, lose_in_time, &legacy);
        assert_true(wait_for(&legacy.ready, 1));
        fire_state(sink, 5);
        InterlockedIncrement(&legacy.go_on);
        for (int i = race % 40; i > 0; --i)
            SwitchToThread();
        fire_state(sink, 5);
        assert_int_equal(IVMEventSink_Disconnect(sink, legacy.connection), S_OK);
        assert_int_equal(IVMEventSink_Unsubscribe(sink, legacy.subscription), S_OK);
        fire_state(sink, 5);
        worker_join(worker);
        IVMEventSink_Release(sink);
        legacy_check_untouched(&legacy, 1);
        legacy_end(&legacy);
    }
}

/* An apartment of the next thread, which may have the number of the one that is gone. */
static void live_again(void *context)
{
    struct legacy *legacy = context;
    struct recorder recorder;
    LONG cookie;

    recorder_init(&recorder);
    cookie = recorder_subscribe(&recorder, legacy->sink, L"OnStateChange");
    fire_state(legacy->sink, 5);
    CHECK(recorder.begun == 1);
    CHECK(IVMEventSink_Unsubscribe(legacy->sink, cookie) == S_OK);
    recorder_end(&recorder);
}

static void test_threads_come_and_go(void **state)
{
    static struct legacy legacies[THREADS];
    IVMEventSink *sink = sink_create();

    (void)state;
    for (int i = 0; i < THREADS; ++i)
    {
        legacy_init(&legacies[i], sink);
        worker_run_and_lose(leave_legacy, &legacies[i]);
        worker_run(COINIT_APARTMENTTHREADED, live_again, &legacies[i]);
        fire_state(sink, 5);
    }
    for (int i = 0; i < THREADS; ++i)
        assert_int_equal(IVMEventSink_Unsubscribe(sink, legacies[i].subscription), S_OK);
    IVMEventSink_Release(sink);
    for (int i = 0; i < THREADS; ++i)
    {
        legacy_check_untouched(&legacies[i], 1);
        legacy_end(&legacies[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_nothing_is_kept_for_a_thread_that_is_gone),
            sink_test(test_sinks_that_only_a_lost_thread_kept),
            sink_test(test_others_end_what_the_thread_had),
            sink_test(test_threads_come_and_go),
    };

    return cmocka_run_group_tests_name("threads that end in their apartment", tests, library_load, library_unload);
}

/* Connect across apartments: where events arrive, and who unadvises. */
#include "sink/recorder.h"
#include "sink/source.h"
#include "sink/worker.h"

/* A single-threaded apartment that connects a sink to a source. */
struct connecting
{
    IVMEventSink *sink;
    struct source *source;
    IStream *stream;
    LONG cookie;
    DWORD thread;
    volatile LONG connected, go_on, disconnected;
};

static volatile LONG heard, heard_single_threaded;

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
    if (is_single_threaded())
        InterlockedIncrement(&heard_single_threaded);
    InterlockedIncrement(&heard);
}

static IVMEventSink *listening_sink(void)
{
    IVMEventSink *sink = sink_create();
    IVMEventCallbacks *callbacks = query(sink, &IID_IVMEventCallbacks);
    DWORD cookie;

    heard = heard_single_threaded = 0;
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie) == S_OK);
    IVMEventCallbacks_Release(callbacks);
    return sink;
}

static void connect_to_multithreaded(void *context)
{
    struct connecting *connecting = context;
    IUnknown *proxy;

    CHECK(CoGetInterfaceAndReleaseStream(connecting->stream, &IID_IUnknown, (void **)&proxy) == S_OK);
    CHECK(proxy != (IUnknown *)&connecting->source->IDispatch_iface);
    CHECK(IVMEventSink_Connect(connecting->sink, proxy, NULL, &connecting->cookie) == S_OK);
    IUnknown_Release(proxy);
    connecting->thread = GetCurrentThreadId();
    InterlockedIncrement(&connecting->connected);
    /* Without dispatching a single message. */
    CHECK(wait_for(&connecting->go_on, 1));
    CHECK(IVMEventSink_Disconnect(connecting->sink, connecting->cookie) == S_OK);
}

/* A slow script must not slow the machine. */
static void test_events_do_not_wait_for_the_script(void **state)
{
    struct connecting connecting = {.sink = listening_sink()};
    struct source source;
    HANDLE worker;

    (void)state;
    source_init(&source, 15);
    source.name = L"proxied";
    connecting.source = &source;
    assert_int_equal(CoMarshalInterThreadInterfaceInStream(
                             &IID_IUnknown, (IUnknown *)&source.IDispatch_iface, &connecting.stream),
            S_OK);
    worker = worker_start(COINIT_APARTMENTTHREADED, connect_to_multithreaded, &connecting);
    assert_true(wait_for(&connecting.connected, 1));
    assert_int_equal(source.connected, DIID_COUNT);
    for (LONG i = 0; i < SAMPLE_COUNT; ++i)
    {
        /* The script's thread does not pump, so that who waited for it would wait for ever. */
        assert_int_equal(source_fire(&source, &samples[i]), S_OK);
        assert_int_equal(heard, i + 1);
    }
    assert_int_equal(heard_single_threaded, 0);
    InterlockedIncrement(&connecting.go_on);
    worker_join(worker);
    assert_int_equal(source.connected, 0);
    for (UINT i = 0; i < source.count; ++i)
        assert_int_not_equal(source.points[i].thread, connecting.thread);
    assert_int_equal(IVMEventSink_Release(connecting.sink), 0);
    source_end(&source);
}

static void connect_and_leave(void *context)
{
    struct connecting *connecting = context;
    IUnknown *proxy;

    CHECK(CoGetInterfaceAndReleaseStream(connecting->stream, &IID_IUnknown, (void **)&proxy) == S_OK);
    CHECK(IVMEventSink_Connect(connecting->sink, proxy, NULL, &connecting->cookie) == S_OK);
    IUnknown_Release(proxy);
}

/* What was advised from the multithreaded apartment goes on when the script's ends. */
static void test_proxied_connection_outlives_its_apartment(void **state)
{
    struct connecting connecting = {.sink = listening_sink()};
    struct source source;

    (void)state;
    source_init(&source, 1);
    assert_int_equal(CoMarshalInterThreadInterfaceInStream(
                             &IID_IUnknown, (IUnknown *)&source.IDispatch_iface, &connecting.stream),
            S_OK);
    worker_run(COINIT_APARTMENTTHREADED, connect_and_leave, &connecting);
    assert_int_equal(source_fire(&source, &samples[2]), S_OK);
    assert_int_equal(heard, 1);
    assert_int_equal(IVMEventSink_Release(connecting.sink), 0);
    assert_int_equal(source.connected, 0);
    source_end(&source);
}

/* ---- a source of another single-threaded apartment ---- */

static void connect_and_catch_up(void *context)
{
    struct connecting *connecting = context;
    LONG missing = -1;
    IUnknown *proxy;

    CHECK(CoGetInterfaceAndReleaseStream(connecting->stream, &IID_IUnknown, (void **)&proxy) == S_OK);
    CHECK(IVMEventSink_Connect(connecting->sink, proxy, NULL, &connecting->cookie) == S_OK);
    IUnknown_Release(proxy);
    CHECK(IVMEventSink_CatchUp(connecting->sink, -1, &missing) == S_OK && !missing);
    CHECK(IVMEventSink_Disconnect(connecting->sink, connecting->cookie) == S_OK);
    InterlockedIncrement(&connecting->disconnected);
}

static void source_in_an_apartment(void *context)
{
    struct connecting *connecting = context;
    struct source source;
    HANDLE worker;

    source_init(&source, 15);
    source.name = L"foreign";
    source.by_dispatch = true;
    connecting->source = &source;
    CHECK(CoMarshalInterThreadInterfaceInStream(
                  &IID_IUnknown, (IUnknown *)&source.IDispatch_iface, &connecting->stream)
            == S_OK);
    worker = worker_start(COINIT_APARTMENTTHREADED, connect_and_catch_up, connecting);
    CHECK(pump_for(&connecting->disconnected, 1));
    worker_join(worker);
    source_end(&source);
}

/* A source without Settle is not asked, and is no error. */
static void test_catch_up_with_a_foreign_source(void **state)
{
    struct connecting connecting = {.sink = listening_sink()};

    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, source_in_an_apartment, &connecting);
    assert_int_equal(IVMEventSink_Release(connecting.sink), 0);
}

/* ---- a source of the same single-threaded apartment ---- */

static void connect_at_home(struct connecting *connecting)
{
    IUnknown *object = (IUnknown *)&connecting->source->IDispatch_iface;

    CHECK(IVMEventSink_Connect(connecting->sink, object, NULL, &connecting->cookie) == S_OK);
    connecting->thread = GetCurrentThreadId();
    CHECK(source_fire(connecting->source, &samples[2]) == S_OK);
    CHECK(heard == 1 && heard_single_threaded == 1);
    InterlockedIncrement(&connecting->connected);
}

static void connect_at_home_and_pump(void *context)
{
    struct connecting *connecting = context;

    connect_at_home(connecting);
    CHECK(wait_for(&connecting->disconnected, 1));
    /* Silent at once, though the apartment has not got round to unadvising. */
    CHECK(connecting->source->connected == DIID_COUNT);
    CHECK(source_fire(connecting->source, &samples[2]) == CO_E_OBJNOTCONNECTED);
    for (ULONGLONG end = now_ms() + PATIENCE_MS; connecting->source->connected && now_ms() < end;)
        pump_ms(5);
    CHECK(!connecting->source->connected);
}

static void test_disconnect_from_another_thread(void **state)
{
    struct connecting connecting = {.sink = listening_sink()};
    struct source source;
    HANDLE worker;

    (void)state;
    source_init(&source, 15);
    connecting.source = &source;
    worker = worker_start(COINIT_APARTMENTTHREADED, connect_at_home_and_pump, &connecting);
    assert_true(wait_for(&connecting.connected, 1));
    assert_int_equal(IVMEventSink_Disconnect(connecting.sink, connecting.cookie), S_OK);
    InterlockedIncrement(&connecting.disconnected);
    worker_join(worker);
    for (UINT i = 0; i < source.count; ++i)
        assert_int_equal(source.points[i].thread, connecting.thread);
    assert_int_equal(heard, 1);
    assert_int_equal(IVMEventSink_Release(connecting.sink), 0);
    source_end(&source);
}

static void test_release_from_another_thread(void **state)
{
    struct connecting connecting = {.sink = listening_sink()};
    struct source source;
    HANDLE worker;

    (void)state;
    source_init(&source, 15);
    connecting.source = &source;
    worker = worker_start(COINIT_APARTMENTTHREADED, connect_at_home_and_pump, &connecting);
    assert_true(wait_for(&connecting.connected, 1));
    assert_int_equal(IVMEventSink_Release(connecting.sink), 0);
    assert_int_equal(library.can_unload_now(), S_FALSE);
    InterlockedIncrement(&connecting.disconnected);
    worker_join(worker);
    source_end(&source);
}

static void connect_at_home_and_leave(void *context)
{
    struct connecting *connecting = context;

    connect_at_home(connecting);
    CHECK(wait_for(&connecting->go_on, 1));
}

static void test_apartment_that_ends(void **state)
{
    struct connecting connecting = {.sink = listening_sink()};
    struct source source;
    HANDLE worker;

    (void)state;
    source_init(&source, 15);
    connecting.source = &source;
    worker = worker_start(COINIT_APARTMENTTHREADED, connect_at_home_and_leave, &connecting);
    assert_true(wait_for(&connecting.connected, 1));
    InterlockedIncrement(&connecting.go_on);
    worker_join(worker);
    assert_int_equal(source.connected, 0);
    assert_int_equal(source.refcount, 1);
    for (UINT i = 0; i < source.count; ++i)
        assert_int_equal(source.points[i].thread, connecting.thread);
    assert_int_equal(IVMEventSink_Disconnect(connecting.sink, connecting.cookie), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(connecting.sink, connecting.cookie), CONNECT_E_NOCONNECTION);
    assert_int_equal(IVMEventSink_Release(connecting.sink), 0);
    source_end(&source);
}

/* Two connections of one apartment; while it ends and undoes the first, another thread disconnects the second. */
struct ending
{
    struct connecting first, second;
    struct recorder handler;
    volatile LONG undoing, go_on;
};

static void connect_both_and_leave(void *context)
{
    struct ending *ending = context;

    /* The last one is undone first. */
    connect_at_home(&ending->second);
    heard = heard_single_threaded = 0;
    connect_at_home(&ending->first);
}

static void wait_inside_unadvise(struct source *source)
{
    struct ending *ending = source->context;

    InterlockedIncrement(&ending->undoing);
    CHECK(wait_for(&ending->go_on, 1));
}

static void test_disconnect_while_the_apartment_ends(void **state)
{
    struct ending ending = {.first = {.sink = listening_sink()}};
    struct source first, second;
    HANDLE worker;

    (void)state;
    source_init(&first, 15);
    source_init(&second, 15);
    first.on_unadvise = wait_inside_unadvise;
    first.context = &ending;
    ending.second.sink = ending.first.sink;
    ending.first.source = &first;
    ending.second.source = &second;
    worker = worker_start(COINIT_APARTMENTTHREADED, connect_both_and_leave, &ending);
    assert_true(wait_for(&ending.undoing, 1));
    assert_int_equal(IVMEventSink_Disconnect(ending.first.sink, ending.second.cookie), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(ending.first.sink, ending.first.cookie), S_OK);
    InterlockedIncrement(&ending.go_on);
    worker_join(worker);
    source_end(&first);
    source_end(&second);
    assert_int_equal(IVMEventSink_Release(ending.first.sink), 0);
}

static void subscribe_connect_and_leave(void *context)
{
    struct ending *ending = context;

    ending->second.cookie = recorder_subscribe(&ending->handler, ending->second.sink, L"OnGuestShutdown");
    connect_at_home(&ending->first);
}

static void test_unsubscribe_while_the_apartment_ends(void **state)
{
    struct ending ending = {.first = {.sink = listening_sink()}};
    struct source source;
    HANDLE worker;

    (void)state;
    source_init(&source, 15);
    source.on_unadvise = wait_inside_unadvise;
    source.context = &ending;
    recorder_init(&ending.handler);
    ending.first.source = &source;
    ending.second.sink = ending.first.sink;
    worker = worker_start(COINIT_APARTMENTTHREADED, subscribe_connect_and_leave, &ending);
    assert_true(wait_for(&ending.undoing, 1));
    assert_int_equal(IVMEventSink_Unsubscribe(ending.first.sink, ending.second.cookie), S_OK);
    InterlockedIncrement(&ending.go_on);
    worker_join(worker);
    assert_int_equal(ending.handler.refcount, 1);
    source_end(&source);
    recorder_end(&ending.handler);
    assert_int_equal(IVMEventSink_Release(ending.first.sink), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_events_do_not_wait_for_the_script),
            sink_test(test_proxied_connection_outlives_its_apartment),
            sink_test(test_catch_up_with_a_foreign_source),
            sink_test(test_disconnect_from_another_thread),
            sink_test(test_release_from_another_thread),
            sink_test(test_apartment_that_ends),
            sink_test(test_disconnect_while_the_apartment_ends),
            sink_test(test_unsubscribe_while_the_apartment_ends),
    };

    return cmocka_run_group_tests_name("connections and apartments", tests, library_load, library_unload);
}

/* Apartments that end in the middle: inside a handler, between connected ones, while others end what lives in them. */
#include "sink/recorder.h"
#include "sink/source.h"
#include "sink/worker.h"

enum
{
    HANDLERS = 3,
    RACES = 150
};

static LONG connect_to(IVMEventSink *sink, void *source)
{
    LONG cookie;

    CHECK(IVMEventSink_Connect(sink, (IUnknown *)source, NULL, &cookie) == S_OK);
    return cookie;
}

static LONG received(IVMEventSink *sink)
{
    LONG count;

    CHECK(IVMEventSink_get_Received(sink, &count) == S_OK);
    return count;
}

static IConnectionPoint *point_of(IVMEventSink *sink)
{
    IConnectionPointContainer *container = query(sink, &IID_IConnectionPointContainer);
    IConnectionPoint *point;

    CHECK(IConnectionPointContainer_FindConnectionPoint(container, diids[0], &point) == S_OK);
    IConnectionPointContainer_Release(container);
    return point;
}

static DWORD advise(IVMEventSink *sink, struct recorder *recorder)
{
    IConnectionPoint *point = point_of(sink);
    DWORD cookie;

    CHECK(IConnectionPoint_Advise(point, (IUnknown *)&recorder->IDispatch_iface, &cookie) == S_OK);
    IConnectionPoint_Release(point);
    return cookie;
}

struct advising
{
    IVMEventSink *sink;
    struct recorder recorder;
    DWORD cookie;
};

static void advise_and_leave(void *context)
{
    struct advising *advising = context;

    advising->cookie = advise(advising->sink, &advising->recorder);
}

/* ---- inside a handler ---- */

/* A single-threaded apartment with three handlers, or advised sinks, and a connection. The second handler leaves. */
struct leaving
{
    IVMEventSink *sink;
    struct recorder handlers[HANDLERS];
    struct source source;
    bool advises;
    bool raises_itself; /* or waits for what another thread fires */
    volatile LONG ready, left;
};

static void leave(struct recorder *recorder, const struct recorder_call *call)
{
    struct leaving *leaving = recorder->context;

    (void)call;
    CoUninitialize();
    InterlockedIncrement(&leaving->left);
}

static void leave_inside_a_handler(void *context)
{
    struct leaving *leaving = context;

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    for (LONG i = 0; i < HANDLERS; ++i)
    {
        if (leaving->advises)
            advise(leaving->sink, &leaving->handlers[i]);
        else
            recorder_subscribe(&leaving->handlers[i], leaving->sink, L"OnStateChange");
    }
    connect_to(leaving->sink, &leaving->source.IDispatch_iface);
    connect_to(leaving->sink, leaving->sink);
    InterlockedIncrement(&leaving->ready);
    if (leaving->raises_itself)
        fire_state(leaving->sink, 5);
    CHECK(pump_for(&leaving->left, 1));
}

static void test_an_apartment_that_ends_inside_a_handler(void **state)
{
    (void)state;
    for (int i = 0; i < 4; ++i)
    {
        struct leaving leaving = {.sink = sink_create(), .advises = i & 1, .raises_itself = i & 2};
        HANDLE worker;

        source_init(&leaving.source, 15);
        for (LONG handler = 0; handler < HANDLERS; ++handler)
            recorder_init(&leaving.handlers[handler]);
        leaving.handlers[1].act = leave;
        leaving.handlers[1].context = &leaving;
        worker = worker_start(NO_APARTMENT, leave_inside_a_handler, &leaving);
        assert_true(wait_for(&leaving.ready, 1));
        for (LONG event = 0; event < 5 && !leaving.raises_itself; ++event)
            fire_state(leaving.sink, 5);
        worker_join(worker);
        fire_state(leaving.sink, 5);
        /* What came after was for nobody. */
        assert_int_equal(leaving.handlers[0].begun, 1);
        assert_int_equal(leaving.handlers[1].begun, 1);
        assert_int_equal(leaving.handlers[2].begun, 0);
        for (LONG handler = 0; handler < HANDLERS; ++handler)
            recorder_end(&leaving.handlers[handler]);
        source_end(&leaving.source);
        assert_int_equal(IVMEventSink_Release(leaving.sink), 0);
    }
}

/* ---- a source that leaves COM while the sink advises ---- */

static bool leave_in_advise(const char *what)
{
    if (!strcmp(what, "a source's Advise"))
        CoUninitialize();
    return true;
}

static void leave_while_connecting(void *context)
{
    IVMEventSink *sink = sink_create();
    LONG cookie = 1;

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    CHECK(IVMEventSink_Connect(sink, (IUnknown *)&((struct source *)context)->IDispatch_iface, NULL, &cookie)
            == CO_E_NOTINITIALIZED);
    CHECK(!cookie);
    SetErrorInfo(0, NULL);
    CHECK(!IVMEventSink_Release(sink));
}

static void test_an_apartment_that_ends_inside_advise(void **state)
{
    struct source source;

    (void)state;
    source_init(&source, 1);
    source.allows = leave_in_advise;
    worker_run(NO_APARTMENT, leave_while_connecting, &source);
    source_end(&source);
}

/* ---- an object that COM itself releases, when it has told the end already ---- */

struct late
{
    IVMEventSink *sink;
    struct recorder last, handler;
    IStream *stream;
    bool subscribed;
};

static void subscribe_late(struct recorder *recorder)
{
    struct late *late = recorder->context;

    recorder_subscribe(&late->handler, late->sink, L"OnStateChange");
    late->subscribed = true;
}

static void leave_an_exported_object(void *context)
{
    struct late *late = context;

    late->last.context = late;
    late->last.on_free = subscribe_late;
    CHECK(CoMarshalInterThreadInterfaceInStream(&IID_IUnknown, (IUnknown *)&late->last.IDispatch_iface, &late->stream)
            == S_OK);
    IDispatch_Release(&late->last.IDispatch_iface);
    CHECK(!late->subscribed);
}

static void test_a_subscription_of_the_last_moment(void **state)
{
    struct late late = {.sink = sink_create()};

    (void)state;
    recorder_init(&late.last);
    recorder_init(&late.handler);
    worker_run(COINIT_APARTMENTTHREADED, leave_an_exported_object, &late);
    assert_true(late.subscribed);
    fire_state(late.sink, 5);
    assert_int_equal(late.handler.begun, 0);
    recorder_end(&late.handler);
    assert_int_equal(IVMEventSink_Release(late.sink), 0);
    IStream_Release(late.stream);
}

/* ---- an apartment that ends while an event is on its way ---- */

struct firing
{
    IVMEventSink *sink;
    volatile LONG inside, go_on;
};

static void CALLBACK stay_inside(const VMEVENT *event, void *context)
{
    struct firing *firing = context;

    (void)event;
    InterlockedIncrement(&firing->inside);
    CHECK(wait_for(&firing->go_on, 1));
}

static void fire_and_stay(void *context)
{
    fire_state(((struct firing *)context)->sink, 5);
}

/* Whoever is in a callback may be waiting for the thread that leaves. */
static void test_an_end_does_not_wait_for_callbacks(void **state)
{
    struct firing firing = {.sink = sink_create()};
    struct advising advising = {.sink = firing.sink};
    IVMEventCallbacks *callbacks = query(firing.sink, &IID_IVMEventCallbacks);
    HANDLE worker;
    DWORD cookie;

    (void)state;
    recorder_init(&advising.recorder);
    assert_int_equal(IVMEventCallbacks_AddCallback(
                             callbacks, &IID_NULL, DISPID_UNKNOWN, stay_inside, &firing, NULL, &cookie),
            S_OK);
    IVMEventCallbacks_Release(callbacks);
    worker = worker_start(COINIT_MULTITHREADED, fire_and_stay, &firing);
    assert_true(wait_for(&firing.inside, 1));
    worker_run(COINIT_APARTMENTTHREADED, advise_and_leave, &advising);
    assert_int_equal(advising.recorder.refcount, 1);
    InterlockedIncrement(&firing.go_on);
    worker_join(worker);
    recorder_end(&advising.recorder);
    assert_int_equal(IVMEventSink_Release(firing.sink), 0);
}

/* ---- two apartments whose sinks are connected ---- */

struct neighbour
{
    IVMEventSink *sink, *other;
    volatile LONG connected, go_on;
};

static void connect_and_wait(void *context)
{
    struct neighbour *neighbour = context;

    connect_to(neighbour->sink, neighbour->other);
    InterlockedIncrement(&neighbour->connected);
    CHECK(pump_for(&neighbour->go_on, 1));
}

static void test_apartments_that_end_one_after_the_other(void **state)
{
    (void)state;
    for (int first = 0; first < 2; ++first)
    {
        IVMEventSink *sinks[2] = {sink_create(), sink_create()};
        struct neighbour neighbours[2] = {{sinks[0], sinks[1], 0, 0}, {sinks[1], sinks[0], 0, 0}};
        HANDLE workers[2];

        for (int i = 0; i < 2; ++i)
        {
            workers[i] = worker_start(COINIT_APARTMENTTHREADED, connect_and_wait, &neighbours[i]);
            assert_true(wait_for(&neighbours[i].connected, 1));
        }
        InterlockedIncrement(&neighbours[first].go_on);
        worker_join(workers[first]);
        /* The other's connection is still there, and hears what this one's sink is told. */
        fire_state(sinks[first], 5);
        for (ULONGLONG end = now_ms() + PATIENCE_MS; received(sinks[!first]) < 1 && now_ms() < end;)
            Sleep(1);
        assert_int_equal(received(sinks[!first]), 1);
        assert_int_equal(received(sinks[first]), 1);
        for (int i = 0; i < 2; ++i)
            IVMEventSink_Release(sinks[i]);
        InterlockedIncrement(&neighbours[!first].go_on);
        worker_join(workers[!first]);
        /* Both sinks are gone, since no connection is left that keeps one. */
        for (ULONGLONG end = now_ms() + PATIENCE_MS; library.can_unload_now() != S_OK; Sleep(1))
            assert_true(now_ms() < end);
    }
}

/* ---- what is left to be seen of an apartment that has ended ---- */

static void test_a_sink_whose_apartment_has_ended_is_not_found(void **state)
{
    struct advising advising = {.sink = sink_create()};
    IConnectionPoint *point = point_of(advising.sink);
    IEnumConnections *connections;
    CONNECTDATA connection;

    (void)state;
    recorder_init(&advising.recorder);
    worker_run(COINIT_APARTMENTTHREADED, advise_and_leave, &advising);
    assert_int_equal(advising.recorder.refcount, 1);
    assert_int_equal(IConnectionPoint_EnumConnections(point, &connections), S_OK);
    assert_int_equal(IEnumConnections_Next(connections, 1, &connection, NULL), S_FALSE);
    IEnumConnections_Release(connections);
    assert_int_equal(IConnectionPoint_Unadvise(point, advising.cookie), CONNECT_E_NOCONNECTION);
    recorder_end(&advising.recorder);
    IConnectionPoint_Release(point);
    assert_int_equal(IVMEventSink_Release(advising.sink), 0);
}

/* ---- an end that meets others' ---- */

struct meeting
{
    IVMEventSink *sink;
    struct source source;
    struct recorder handler, advised;
    LONG connection, itself, subscription;
    DWORD cookie;
    volatile LONG ready, go_on;
};

static void live_and_meet(void *context)
{
    struct meeting *meeting = context;

    meeting->connection = connect_to(meeting->sink, &meeting->source.IDispatch_iface);
    meeting->itself = connect_to(meeting->sink, meeting->sink);
    meeting->subscription = recorder_subscribe(&meeting->handler, meeting->sink, L"OnStateChange");
    meeting->cookie = advise(meeting->sink, &meeting->advised);
    InterlockedIncrement(&meeting->ready);
    while (!meeting->go_on)
        YieldProcessor();
}

static void test_disconnect_meets_the_end_of_the_apartment(void **state)
{
    (void)state;
    for (int race = 0; race < RACES; ++race)
    {
        struct meeting meeting = {.sink = sink_create()};
        IConnectionPoint *point = point_of(meeting.sink);
        HANDLE worker;
        HRESULT hr;

        source_init(&meeting.source, 15);
        recorder_init(&meeting.handler);
        recorder_init(&meeting.advised);
        worker = worker_start(COINIT_APARTMENTTHREADED, live_and_meet, &meeting);
        assert_true(wait_for(&meeting.ready, 1));
        fire_state(meeting.sink, 5);
        InterlockedIncrement(&meeting.go_on);
        for (int i = race % 40; i > 0; --i)
            SwitchToThread();
        assert_int_equal(IVMEventSink_Disconnect(meeting.sink, meeting.itself), S_OK);
        assert_int_equal(IVMEventSink_Unsubscribe(meeting.sink, meeting.subscription), S_OK);
        assert_int_equal(IVMEventSink_Disconnect(meeting.sink, meeting.connection), S_OK);
        hr = IConnectionPoint_Unadvise(point, meeting.cookie);
        assert_true(hr == S_OK || hr == CONNECT_E_NOCONNECTION);
        worker_join(worker);
        IConnectionPoint_Release(point);
        assert_int_equal(IVMEventSink_Release(meeting.sink), 0);
        source_end(&meeting.source);
        recorder_end(&meeting.handler);
        recorder_end(&meeting.advised);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_an_apartment_that_ends_inside_a_handler),
            sink_test(test_an_apartment_that_ends_inside_advise),
            sink_test(test_a_subscription_of_the_last_moment),
            sink_test(test_an_end_does_not_wait_for_callbacks),
            sink_test(test_apartments_that_end_one_after_the_other),
            sink_test(test_a_sink_whose_apartment_has_ended_is_not_found),
            sink_test(test_disconnect_meets_the_end_of_the_apartment),
    };

    return cmocka_run_group_tests_name("apartments that end in the middle", tests, library_load, library_unload);
}

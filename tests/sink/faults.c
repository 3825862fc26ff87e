/* The sink released by what it calls, and COM ended under open connections: what is left goes on. */
#include "sink/recorder.h"
#include "sink/source.h"
#include "sink/worker.h"

static volatile LONG heard, released;

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
    InterlockedIncrement(&heard);
}

static void CALLBACK count_release(void *context)
{
    (void)context;
    InterlockedIncrement(&released);
}

static IVMEventSink *listening_sink(void)
{
    IVMEventSink *sink = sink_create();
    IVMEventCallbacks *callbacks = query(sink, &IID_IVMEventCallbacks);
    DWORD cookie;

    heard = released = 0;
    CHECK(IVMEventCallbacks_AddCallback(
                  callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, count_release, &cookie)
            == S_OK);
    IVMEventCallbacks_Release(callbacks);
    return sink;
}

/* ---- released inside ---- */

static void release_inside(struct recorder *recorder, const struct recorder_call *call)
{
    IVMEventSink *sink = InterlockedExchangePointer(&recorder->context, NULL);

    (void)call;
    if (sink)
        CHECK(IVMEventSink_Release(sink) == 0);
}

static void fire(void *context)
{
    IDispatch *face = context;

    CHECK(invoke(face, vmVirtualMachineEvent_Reset, NULL, 0) == S_OK);
}

/* The last reference goes inside a handler, which is not called again and let go of; the callback and the handler that
 * come behind it are too. */
static void test_sink_released_inside_a_handler(void **state)
{
    static struct recorder handler, behind;
    IVMEventSink *sink = listening_sink();

    (void)state;
    recorder_init(&handler);
    recorder_init(&behind);
    recorder_subscribe(&handler, sink, L"*");
    recorder_subscribe(&behind, sink, L"*");
    handler.act = release_inside;
    handler.context = sink;
    fire(face_of(sink, &DIID_IVMVirtualMachineEvents));
    assert_int_equal(handler.calls, 1);
    assert_int_equal(behind.calls, 0);
    assert_int_equal(heard, 1);
    assert_int_equal(released, 1);
    recorder_end(&handler);
    recorder_end(&behind);
}

/* The same on a thread of the pool, where the handler runs when another thread has fired. */
static void test_sink_released_inside_a_handler_of_the_pool(void **state)
{
    static struct recorder handler;
    IVMEventSink *sink = listening_sink();

    (void)state;
    recorder_init(&handler);
    recorder_subscribe(&handler, sink, L"OnReset");
    handler.act = release_inside;
    handler.context = sink;
    worker_run(NO_APARTMENT, fire, face_of(sink, &DIID_IVMVirtualMachineEvents));
    assert_true(wait_for(&handler.calls, 1));
    assert_true(wait_for(&released, 1));
    assert_int_equal(handler.calls, 1);
    recorder_end(&handler);
}

static void test_sink_released_inside_an_advised_sink(void **state)
{
    static struct recorder advised;
    IVMEventSink *sink = listening_sink();
    IConnectionPointContainer *container = query(sink, &IID_IConnectionPointContainer);
    IConnectionPoint *point;
    DWORD cookie;

    (void)state;
    recorder_init(&advised);
    assert_int_equal(
            IConnectionPointContainer_FindConnectionPoint(container, &DIID_IVMVirtualMachineEvents, &point), S_OK);
    assert_int_equal(IConnectionPoint_Advise(point, (IUnknown *)&advised.IDispatch_iface, &cookie), S_OK);
    IConnectionPoint_Release(point);
    IConnectionPointContainer_Release(container);
    advised.act = release_inside;
    advised.context = sink;
    fire(face_of(sink, &DIID_IVMVirtualMachineEvents));
    assert_int_equal(advised.calls, 1);
    assert_int_equal(released, 1);
    recorder_end(&advised);
}

static void release_in_unadvise(struct source *source)
{
    IVMEventSink *sink = InterlockedExchangePointer(&source->context, NULL);

    if (sink)
        CHECK(IVMEventSink_Release(sink) == 0);
}

/* A source that takes the sink along when it is told that it is not listened to any more. */
static void test_sink_released_inside_its_disconnecting(void **state)
{
    IVMEventSink *sink = listening_sink();
    struct source source;
    LONG cookie;

    (void)state;
    source_init(&source, 15);
    source.on_unadvise = release_in_unadvise;
    source.context = sink;
    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)&source.IDispatch_iface, NULL, &cookie), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    assert_int_equal(released, 1);
    source_end(&source);
}

/* ---- COM ended ---- */

/* The thread leaves the only apartment that there is, with everything open: what needs no COM goes on, and everything
 * does once COM is there again. */
static void test_com_ended_with_everything_open(void **state)
{
    static struct recorder handler;
    IVMEventSink *sink = listening_sink();
    struct source source, later;
    LONG cookie;

    (void)state;
    recorder_init(&handler);
    source_init(&source, 15);
    source_init(&later, 15);
    recorder_subscribe(&handler, sink, L"OnReset");
    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)&source.IDispatch_iface, NULL, &cookie), S_OK);
    CoUninitialize();

    assert_int_equal(source_fire(&source, &samples[2]), S_OK);
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(heard, 2);
    assert_int_equal(handler.calls, 2);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    assert_int_equal(source.connected, 0);

    assert_int_equal(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)&later.IDispatch_iface, NULL, &cookie), S_OK);
    assert_int_equal(source_fire(&later, &samples[2]), S_OK);
    assert_int_equal(heard, 3);
    CoUninitialize();
    /* The connection is left to the sink's end, which comes without COM too. */
    assert_int_equal(IVMEventSink_Release(sink), 0);
    assert_int_equal(released, 1);
    assert_int_equal(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    source_end(&source);
    source_end(&later);
    recorder_end(&handler);
}

struct living
{
    struct source source;
    IStream *stream;
    volatile LONG marshalled, go_on;
};

static void offer_source_and_leave(void *context)
{
    struct living *living = context;

    CHECK(CoMarshalInterThreadInterfaceInStream(
                  &IID_IUnknown, (IUnknown *)&living->source.IDispatch_iface, &living->stream)
            == S_OK);
    InterlockedIncrement(&living->marshalled);
    CHECK(pump_for(&living->go_on, 1));
    CHECK(source_fire(&living->source, &samples[2]) == S_OK);
}

/* The source's apartment ends under the connection, and its thread with it. */
static void test_apartment_of_the_source_ended(void **state)
{
    IVMEventSink *sink = listening_sink();
    struct living living = {.go_on = 0};
    IUnknown *proxy;
    HANDLE worker;
    LONG cookie;

    (void)state;
    source_init(&living.source, 1);
    /* Without registration Wine's proxies know nothing of the dispinterface. */
    living.source.by_dispatch = true;
    worker = worker_start(COINIT_APARTMENTTHREADED, offer_source_and_leave, &living);
    assert_true(wait_for(&living.marshalled, 1));
    assert_int_equal(CoGetInterfaceAndReleaseStream(living.stream, &IID_IUnknown, (void **)&proxy), S_OK);
    assert_int_equal(IVMEventSink_Connect(sink, proxy, NULL, &cookie), S_OK);
    InterlockedIncrement(&living.go_on);
    worker_join(worker);
    assert_int_equal(heard, 1);

    IUnknown_Release(proxy);
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(heard, 2);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), CONNECT_E_NOCONNECTION);
    /* Nobody can tell the object; what it still has of the sink is of no use to it, and harmless. */
    assert_int_equal(source_fire(&living.source, &samples[2]), CO_E_OBJNOTCONNECTED);
    assert_int_equal(heard, 2);
    IDispatch_Release(living.source.points[0].sink);
    assert_int_equal(IVMEventSink_Release(sink), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_sink_released_inside_a_handler),
            sink_test(test_sink_released_inside_a_handler_of_the_pool),
            sink_test(test_sink_released_inside_an_advised_sink),
            sink_test(test_sink_released_inside_its_disconnecting),
            sink_test(test_com_ended_with_everything_open),
            sink_test(test_apartment_of_the_source_ended),
    };

    return cmocka_run_group_tests_name("faults beside the sink", tests, library_load, library_unload);
}

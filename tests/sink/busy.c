/* Listeners in another apartment whose program is busy: they reject calls for now, as by a message filter, and hear all when
 * they do not. */
#include "sink/recorder.h"
#include "sink/samples.h"
#include "sink/worker.h"

#include <olectl.h>

enum
{
    EVENTS = 20
};

/* A single-threaded apartment with a listener, for others to call. */
struct program
{
    struct recorder recorder;
    LONG busy; /* so many calls it rejects */
    IStream *stream;
    volatile LONG offered, go_on;
    HANDLE worker;
};

static void reject_at_first(struct recorder *recorder, const struct recorder_call *call)
{
    struct program *program = recorder->context;

    (void)call;
    recorder->answer = S_OK;
    if (!program->busy)
        return;
    --program->busy;
    recorder->answer = RPC_E_CALL_REJECTED;
}

static void offer_and_pump(void *context)
{
    struct program *program = context;

    CHECK(CoMarshalInterThreadInterfaceInStream(
                  &IID_IDispatch, (IUnknown *)&program->recorder.IDispatch_iface, &program->stream)
            == S_OK);
    InterlockedIncrement(&program->offered);
    CHECK(pump_for(&program->go_on, 1));
}

static void program_start(struct program *program, LONG busy)
{
    memset(program, 0, sizeof(*program));
    recorder_init(&program->recorder);
    program->recorder.act = reject_at_first;
    program->recorder.context = program;
    program->busy = busy;
    program->worker = worker_start(COINIT_APARTMENTTHREADED, offer_and_pump, program);
    CHECK(wait_for(&program->offered, 1));
}

/* The listener, for the calling thread. */
static IDispatch *program_get(struct program *program)
{
    IDispatch *listener;

    CHECK(CoGetInterfaceAndReleaseStream(program->stream, &IID_IDispatch, (void **)&listener) == S_OK);
    CHECK(listener != &program->recorder.IDispatch_iface);
    return listener;
}

static void program_end(struct program *program)
{
    InterlockedIncrement(&program->go_on);
    worker_join(program->worker);
    recorder_end(&program->recorder);
}

static void fire(IVMEventSink *sink, LONG number)
{
    VARIANT arg;

    V_VT(&arg) = VT_I4;
    V_I4(&arg) = number;
    CHECK(invoke(face_of(sink, &DIID_IVMVirtualPCEvents), vmVirtualPCEvent_EventLogged, &arg, 1) == S_OK);
}

static void fire_all(void *sink)
{
    for (LONG i = 0; i < EVENTS; ++i)
        fire(sink, i);
}

/* It has been called with the first event once more for each time that it was busy, and then with all in their order. */
static void expect_all(struct program *program, LONG busy)
{
    struct recorder *recorder = &program->recorder;

    CHECK(wait_for(&recorder->calls, EVENTS + busy));
    CHECK(recorder->calls == EVENTS + busy);
    for (LONG i = 0; i < recorder->calls; ++i)
        CHECK(V_I4(&recorder->log[i].args[0]) == (i < busy ? 0 : i - busy));
}

static void expect_nothing_lost(IVMEventSink *sink)
{
    LONG failed = -1, dropped = -1;

    CHECK(IVMEventSink_get_Failed(sink, &failed) == S_OK && failed == 0);
    CHECK(IVMEventSink_get_Dropped(sink, &dropped) == S_OK && dropped == 0);
}

static LONG subscribe(IVMEventSink *sink, IDispatch *handler, HRESULT expected)
{
    VARIANT name, code;
    LONG cookie = 0;

    V_VT(&name) = VT_BSTR;
    V_BSTR(&name) = SysAllocString(L"OnEventLogged");
    V_VT(&code) = VT_DISPATCH;
    V_DISPATCH(&code) = handler;
    CHECK(IVMEventSink_Subscribe(sink, name, code, NULL, &cookie) == expected);
    SysFreeString(V_BSTR(&name));
    return cookie;
}

static void test_handler(void **state)
{
    IVMEventSink *sink = sink_create();
    struct program program;
    IDispatch *handler;
    LONG cookie;

    (void)state;
    program_start(&program, 3);
    handler = program_get(&program);
    cookie = subscribe(sink, handler, S_OK);
    IDispatch_Release(handler);
    fire_all(sink);
    expect_all(&program, 3);
    expect_nothing_lost(sink);
    assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie), S_OK);
    assert_int_equal(IVMEventSink_Release(sink), 0);
    program_end(&program);
}

static IConnectionPoint *find_point(IVMEventSink *sink)
{
    IConnectionPointContainer *container = query(sink, &IID_IConnectionPointContainer);
    IConnectionPoint *point;

    CHECK(IConnectionPointContainer_FindConnectionPoint(container, &DIID_IVMVirtualPCEvents, &point) == S_OK);
    IConnectionPointContainer_Release(container);
    return point;
}

static void test_advised_sink(void **state)
{
    IVMEventSink *sink = sink_create();
    IConnectionPoint *point = find_point(sink);
    struct program program;
    IDispatch *listener;
    DWORD cookie;

    (void)state;
    program_start(&program, 3);
    listener = program_get(&program);
    assert_int_equal(IConnectionPoint_Advise(point, (IUnknown *)listener, &cookie), S_OK);
    IDispatch_Release(listener);
    fire_all(sink);
    expect_all(&program, 3);
    expect_nothing_lost(sink);
    assert_int_equal(IConnectionPoint_Unadvise(point, cookie), S_OK);
    IConnectionPoint_Release(point);
    assert_int_equal(IVMEventSink_Release(sink), 0);
    program_end(&program);
}

/* What a script's thread fires it does not wait with: the listener hears it when that thread looks at its messages. */
static void subscribe_and_fire(void *context)
{
    IVMEventSink *sink = sink_create();
    struct program *program = context;
    IDispatch *handler = program_get(program);
    LONG cookie = subscribe(sink, handler, S_OK);

    IDispatch_Release(handler);
    fire(sink, 0);
    CHECK(program->recorder.calls == 1 && program->busy == 2);
    for (LONG i = 1; i < EVENTS; ++i)
        fire(sink, i);
    CHECK(pump_for(&program->recorder.calls, EVENTS + 3));
    expect_all(program, 3);
    expect_nothing_lost(sink);
    CHECK(IVMEventSink_Unsubscribe(sink, cookie) == S_OK);
    CHECK(IVMEventSink_Release(sink) == 0);
}

static void test_fired_in_a_single_threaded_apartment(void **state)
{
    struct program program;

    (void)state;
    program_start(&program, 3);
    worker_run(COINIT_APARTMENTTHREADED, subscribe_and_fire, &program);
    program_end(&program);
}

/* The sink ends, and may be unloaded, with the listener busy still. */
static void test_sink_ends_meanwhile(void **state)
{
    IVMEventSink *sink = sink_create();
    struct program program;
    IDispatch *handler;

    (void)state;
    program_start(&program, 1000000);
    handler = program_get(&program);
    subscribe(sink, handler, S_OK);
    IDispatch_Release(handler);
    fire_all(sink);
    assert_true(wait_for(&program.recorder.calls, 2));
    assert_int_equal(IVMEventSink_Release(sink), 0);
    program_end(&program);
}

/* What it is, a function or an object, cannot be asked for then: whoever subscribes is told. */
static void test_busy_when_it_subscribes(void **state)
{
    IVMEventSink *sink = sink_create();
    struct program program;
    IDispatch *handler;
    IErrorInfo *error;
    BSTR description;

    (void)state;
    program_start(&program, 0);
    program.recorder.names_answer = RPC_E_CALL_REJECTED;
    handler = program_get(&program);
    subscribe(sink, handler, RPC_E_CALL_REJECTED);
    assert_int_equal(GetErrorInfo(0, &error), S_OK);
    assert_int_equal(IErrorInfo_GetDescription(error, &description), S_OK);
    assert_non_null(wcsstr(description, L"rejects calls"));
    SysFreeString(description);
    IErrorInfo_Release(error);
    program.recorder.names_answer = S_OK;
    assert_int_not_equal(subscribe(sink, handler, S_OK), 0);
    IDispatch_Release(handler);
    fire_all(sink);
    expect_all(&program, 0);
    assert_int_equal(IVMEventSink_Release(sink), 0);
    program_end(&program);
}

/* An object of the sink's own apartment has no message filter before it: what it returns is its answer. */
static void test_listener_of_this_apartment(void **state)
{
    IVMEventSink *sink = sink_create();
    struct recorder recorder;
    LONG failed, dropped;

    (void)state;
    recorder_init(&recorder);
    recorder.answer = RPC_E_CALL_REJECTED;
    recorder_subscribe(&recorder, sink, L"OnEventLogged");
    fire(sink, 0);
    assert_int_equal(recorder.calls, 1);
    assert_int_equal(IVMEventSink_get_Failed(sink, &failed), S_OK);
    assert_int_equal(failed, 1);
    assert_int_equal(IVMEventSink_get_Dropped(sink, &dropped), S_OK);
    assert_int_equal(dropped, 0);
    assert_int_equal(IVMEventSink_Release(sink), 0);
    recorder_end(&recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_handler),
            sink_test(test_advised_sink),
            sink_test(test_fired_in_a_single_threaded_apartment),
            sink_test(test_sink_ends_meanwhile),
            sink_test(test_busy_when_it_subscribes),
            sink_test(test_listener_of_this_apartment),
    };

    return cmocka_run_group_tests_name("busy listeners", tests, library_load, library_unload);
}

/* WaitFor from several threads: each hears what it waits for, and every wait has an end. */
#include "sink/recorder.h"
#include "sink/samples.h"
#include "sink/worker.h"

static VARIANT string_variant(const WCHAR *string)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(string);
    return value;
}

static HRESULT wait_for_event(
        IVMEventSink *sink, const WCHAR *events, LONG timeout_ms, const WCHAR *source, IVMEventRecord **record)
{
    VARIANT choice = string_variant(events);
    BSTR from = SysAllocString(source);
    HRESULT hr = IVMEventSink_WaitFor(sink, choice, timeout_ms, from, record);

    SysFreeString(from);
    VariantClear(&choice);
    return hr;
}

/* A thread that waits for events, one after the other. */
struct waiter
{
    IVMEventSink *sink;
    DWORD apartment;
    const WCHAR *events, *expected; /* what it asks for, and the name that each has then */
    const WCHAR *source;
    LONG wanted;
    HANDLE thread;
    volatile LONG begun, heard, ended;
};

static void wait_again_and_again(void *context)
{
    struct waiter *waiter = context;

    while (waiter->heard < waiter->wanted)
    {
        IVMEventRecord *record;
        BSTR name;

        InterlockedIncrement(&waiter->begun);
        CHECK(wait_for_event(waiter->sink, waiter->events, -1, waiter->source, &record) == S_OK);
        if (!record)
            break;
        CHECK(IVMEventRecord_get_Name(record, &name) == S_OK);
        CHECK(!wcscmp(name, waiter->expected));
        SysFreeString(name);
        IVMEventRecord_Release(record);
        InterlockedIncrement(&waiter->heard);
    }
    InterlockedExchange(&waiter->ended, TRUE);
}

static void waiter_start(struct waiter *waiter, IVMEventSink *sink)
{
    waiter->sink = sink;
    waiter->thread = worker_start(waiter->apartment, wait_again_and_again, waiter);
}

static bool have_ended(const struct waiter *waiters, size_t count)
{
    for (size_t i = 0; i < count; ++i)
    {
        if (!waiters[i].ended)
            return false;
    }
    return true;
}

static void test_each_hears_its_own(void **state)
{
    struct waiter waiters[] = {
            {.apartment = COINIT_MULTITHREADED, .events = L"OnReset", .expected = L"OnReset", .wanted = 20},
            {.apartment = COINIT_APARTMENTTHREADED, .events = L"OnReset, OnRes*", .expected = L"OnReset", .wanted = 20},
            {.apartment = NO_APARTMENT, .events = L"OnTriple*", .expected = L"OnTripleFault", .wanted = 20},
            {.apartment = COINIT_APARTMENTTHREADED,
                    .events = L"*Shutdown",
                    .expected = L"OnGuestShutdown",
                    .wanted = 20},
            {.apartment = COINIT_MULTITHREADED,
                    .events = L"IVMVirtualMachineEvents.OnHeartbeat*",
                    .expected = L"OnHeartbeatStopped",
                    .wanted = 20},
    };
    IVMEventSink *sink = sink_create();

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(waiters); ++i)
        waiter_start(&waiters[i], sink);
    for (ULONGLONG end = now_ms() + PATIENCE_MS;
            !have_ended(waiters, ARRAYSIZE(waiters)) && now_ms() < end;)
    {
        assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
        assert_int_equal(IVMEventSink_OnGuestLogoff(sink, vmLogoff_Normal), S_OK);
        assert_int_equal(IVMEventSink_OnTripleFault(sink), S_OK);
        assert_int_equal(IVMEventSink_OnGuestShutdown(sink), S_OK);
        assert_int_equal(IVMEventSink_OnHeartbeatStopped(sink), S_OK);
        Sleep(1);
    }
    for (size_t i = 0; i < ARRAYSIZE(waiters); ++i)
    {
        worker_join(waiters[i].thread);
        assert_int_equal(waiters[i].heard, waiters[i].wanted);
    }
    assert_int_equal(IVMEventSink_Release(sink), 0);
}

/* Those who wait for another source are left alone. */
static void test_one_source_alone(void **state)
{
    struct waiter web = {
            .apartment = COINIT_MULTITHREADED, .events = L"*", .expected = L"OnReset", .source = L"WEB", .wanted = 1};
    struct waiter none = {
            .apartment = COINIT_MULTITHREADED, .events = L"*", .expected = L"", .source = L"Mail", .wanted = 1};
    IVMEventSink *hub = sink_create(), *sink = sink_create();
    BSTR label = SysAllocString(L"Web");
    LONG cookie;

    (void)state;
    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)hub, label, &cookie), S_OK);
    waiter_start(&web, sink);
    waiter_start(&none, sink);
    for (ULONGLONG end = now_ms() + PATIENCE_MS; !web.ended && now_ms() < end; Sleep(1))
    {
        assert_int_equal(IVMEventSink_OnTripleFault(sink), S_OK);
        assert_int_equal(IVMEventSink_OnReset(hub), S_OK);
    }
    worker_join(web.thread);
    assert_int_equal(web.heard, 1);
    /* A Stop ends who waits; one that comes before is remembered. */
    while (!none.ended)
    {
        assert_int_equal(IVMEventSink_Stop(sink), S_OK);
        Sleep(1);
    }
    worker_join(none.thread);
    assert_int_equal(none.heard, 0);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    SysFreeString(label);
    assert_int_equal(IVMEventSink_Release(sink), 0);
    assert_int_equal(IVMEventSink_Release(hub), 0);
}

/* A Stop ends all that wait at once. */
static void test_stop_ends_all(void **state)
{
    struct waiter waiters[4] = {{0}};
    IVMEventSink *sink = sink_create();

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(waiters); ++i)
    {
        waiters[i].apartment = i % 2 ? COINIT_APARTMENTTHREADED : COINIT_MULTITHREADED;
        waiters[i].events = waiters[i].expected = L"OnReset";
        waiters[i].wanted = 1;
        waiter_start(&waiters[i], sink);
    }
    while (!have_ended(waiters, ARRAYSIZE(waiters)))
    {
        assert_int_equal(IVMEventSink_Stop(sink), S_OK);
        Sleep(1);
    }
    for (size_t i = 0; i < ARRAYSIZE(waiters); ++i)
    {
        worker_join(waiters[i].thread);
        assert_int_equal(waiters[i].heard, 0);
    }
    assert_int_equal(IVMEventSink_Release(sink), 0);
}

static void raise_reset(void *context)
{
    assert_int_equal(IVMEventSink_OnReset((IVMEventSink *)context), S_OK);
}

static void release_sink(struct recorder *recorder, const struct recorder_call *call)
{
    (void)call;
    CHECK(!IVMEventSink_Release((IVMEventSink *)recorder->context));
}

/* A handler that runs meanwhile lets go of the sink: the wait ends, without an event. */
static void wait_for_the_end(void *context)
{
    struct recorder *recorder = context;
    IVMEventSink *sink = sink_create();
    IVMEventRecord *record;

    recorder->act = release_sink;
    recorder->context = sink;
    recorder_subscribe(recorder, sink, L"OnReset");
    worker_run(COINIT_MULTITHREADED, raise_reset, sink);
    CHECK(wait_for_event(sink, L"OnTripleFault", -1, NULL, &record) == S_OK);
    CHECK(!record);
    CHECK(recorder->calls == 1);
}

static void test_the_sink_goes_meanwhile(void **state)
{
    struct recorder recorder;

    (void)state;
    recorder_init(&recorder);
    worker_run(COINIT_APARTMENTTHREADED, wait_for_the_end, &recorder);
    recorder_end(&recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_each_hears_its_own),
            sink_test(test_one_source_alone),
            sink_test(test_stop_ends_all),
            sink_test(test_the_sink_goes_meanwhile),
    };

    return cmocka_run_group_tests_name("waiting for events", tests, library_load, library_unload);
}

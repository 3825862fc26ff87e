/* One sink in several apartments: the same pointer everywhere, and advised sinks called where they belong. */
#include "sink/recorder.h"
#include "sink/samples.h"
#include "sink/worker.h"

static const IID *const marshaled[] = {&IID_IUnknown, &IID_IDispatch, &IID_IVMEventSink, &DIID_IVMVirtualMachineEvents,
        &DIID_IVMVirtualPCEvents, &DIID_IVMDVDDriveEvents, &DIID_IVMFloppyDriveEvents, &IID_IVMEventCallbacks,
        &IID_IConnectionPointContainer};

struct passing
{
    IVMEventSink *sink;
    IStream *streams[ARRAYSIZE(marshaled)];
    IGlobalInterfaceTable *table;
    DWORD cookies[ARRAYSIZE(marshaled)];
};

static void take_over(void *context)
{
    struct passing *passing = context;

    for (size_t i = 0; i < ARRAYSIZE(marshaled); ++i)
    {
        IUnknown *expected = query(passing->sink, marshaled[i]), *found;

        CHECK(CoGetInterfaceAndReleaseStream(passing->streams[i], marshaled[i], (void **)&found) == S_OK);
        CHECK(found == expected);
        IUnknown_Release(found);
        CHECK(IGlobalInterfaceTable_GetInterfaceFromGlobal(
                      passing->table, passing->cookies[i], marshaled[i], (void **)&found)
                == S_OK);
        CHECK(found == expected);
        IUnknown_Release(found);
        IUnknown_Release(expected);
    }
    CHECK(IVMEventSink_OnReset(passing->sink) == S_OK);
}

static void pass_on(void *context)
{
    DWORD to = *(DWORD *)context;
    struct passing passing = {.sink = sink_create()};

    CHECK(CoCreateInstance(&CLSID_StdGlobalInterfaceTable, NULL, CLSCTX_INPROC_SERVER, &IID_IGlobalInterfaceTable,
                  (void **)&passing.table)
            == S_OK);
    for (size_t i = 0; i < ARRAYSIZE(marshaled); ++i)
    {
        IUnknown *face = query(passing.sink, marshaled[i]);

        CHECK(CoMarshalInterThreadInterfaceInStream(marshaled[i], face, &passing.streams[i]) == S_OK);
        CHECK(IGlobalInterfaceTable_RegisterInterfaceInGlobal(
                      passing.table, face, marshaled[i], &passing.cookies[i])
                == S_OK);
        IUnknown_Release(face);
    }
    worker_run(to, take_over, &passing);
    for (size_t i = 0; i < ARRAYSIZE(marshaled); ++i)
        CHECK(IGlobalInterfaceTable_RevokeInterfaceFromGlobal(passing.table, passing.cookies[i]) == S_OK);
    IGlobalInterfaceTable_Release(passing.table);
    CHECK(!IVMEventSink_Release(passing.sink));
}

static void test_same_pointer_everywhere(void **state)
{
    static DWORD kinds[] = {COINIT_MULTITHREADED, COINIT_APARTMENTTHREADED};

    (void)state;
    for (size_t from = 0; from < ARRAYSIZE(kinds); ++from)
    {
        for (size_t to = 0; to < ARRAYSIZE(kinds); ++to)
            worker_run(kinds[from], pass_on, &kinds[to]);
    }
}

/* ---- advised sinks ---- */

struct advising
{
    IVMEventSink *sink;
    struct recorder recorder;
    DWORD thread;
    volatile LONG ready, go_on;
    bool single_threaded;
    bool leaves; /* without unadvising */
};

static void advise_and_wait(void *context)
{
    struct advising *advising = context;
    IConnectionPointContainer *hub = query(advising->sink, &IID_IConnectionPointContainer);
    IConnectionPoint *point;
    DWORD cookie;

    advising->thread = GetCurrentThreadId();
    CHECK(IConnectionPointContainer_FindConnectionPoint(hub, &DIID_IVMVirtualMachineEvents, &point) == S_OK);
    CHECK(IConnectionPoint_Advise(point, (IUnknown *)&advising->recorder.IDispatch_iface, &cookie) == S_OK);
    InterlockedIncrement(&advising->ready);
    CHECK(wait_for(&advising->go_on, 1));
    if (!advising->leaves)
    {
        if (advising->single_threaded)
            CHECK(pump_for(&advising->recorder.calls, 3));
        else
            CHECK(wait_for(&advising->recorder.calls, 3));
        CHECK(IConnectionPoint_Unadvise(point, cookie) == S_OK);
    }
    IConnectionPoint_Release(point);
    IConnectionPointContainer_Release(hub);
}

static void advising_begin(struct advising *advising, HANDLE *worker)
{
    advising->sink = sink_create();
    advising->go_on = advising->ready = 0;
    recorder_init(&advising->recorder);
    *worker = worker_start(
            advising->single_threaded ? COINIT_APARTMENTTHREADED : COINIT_MULTITHREADED, advise_and_wait, advising);
    assert_true(wait_for(&advising->ready, 1));
    for (LONG i = 1; i <= 3; ++i)
        fire_state(advising->sink, i);
}

static void advising_end(struct advising *advising, HANDLE worker)
{
    InterlockedIncrement(&advising->go_on);
    worker_join(worker);
}

static void test_advised_in_a_single_threaded_apartment(void **state)
{
    static struct advising advising = {.single_threaded = true};
    HANDLE worker;

    (void)state;
    advising_begin(&advising, &worker);
    Sleep(SETTLE_MS);
    assert_int_equal(advising.recorder.begun, 0);
    advising_end(&advising, worker);
    assert_int_equal(advising.recorder.calls, 3);
    for (LONG i = 0; i < 3; ++i)
    {
        assert_int_equal(advising.recorder.log[i].thread, advising.thread);
        assert_int_equal(V_I4(&advising.recorder.log[i].args[0]), i + 1);
    }
    assert_int_equal(IVMEventSink_Release(advising.sink), 0);
    recorder_end(&advising.recorder);
}

static void test_advised_in_the_multithreaded_apartment(void **state)
{
    static struct advising advising;
    HANDLE worker;

    (void)state;
    advising_begin(&advising, &worker);
    advising_end(&advising, worker);
    assert_int_equal(advising.recorder.calls, 3);
    for (LONG i = 0; i < 3; ++i)
    {
        assert_false(advising.recorder.log[i].single_threaded);
        assert_int_equal(V_I4(&advising.recorder.log[i].args[0]), i + 1);
    }
    IVMEventSink_Release(advising.sink);
    recorder_end(&advising.recorder);
}

static void test_advised_in_an_apartment_that_ends(void **state)
{
    static struct advising advising = {.single_threaded = true, .leaves = true};
    HANDLE worker;

    (void)state;
    advising_begin(&advising, &worker);
    advising_end(&advising, worker);
    assert_int_equal(advising.recorder.begun, 0);
    assert_int_equal(advising.recorder.refcount, 1);
    fire_state(advising.sink, 4);
    assert_int_equal(IVMEventSink_Release(advising.sink), 0);
    recorder_end(&advising.recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_same_pointer_everywhere),
            sink_test(test_advised_in_a_single_threaded_apartment),
            sink_test(test_advised_in_the_multithreaded_apartment),
            sink_test(test_advised_in_an_apartment_that_ends),
    };

    return cmocka_run_group_tests_name("one sink in several apartments", tests, library_load, library_unload);
}

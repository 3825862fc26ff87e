/*
 * Objects that were given with events, when the apartment that they live in ends: COM lets go of them there. Whoever lets
 * go of such an event meanwhile, on another thread, does nothing to them.
 */
#include "sink/owned_object.h"
#include "sink/worker.h"

enum
{
    SPIES = 2,
    POOL_TURNS = 50,
    ROUNDS = 12, /* Wine 8 can start 60 single-threaded apartments that others call, and hangs then */
    THREADS = 4,
    EVENTS = 3,
    POLLERS = 2
};

/* ---- COM is asked to end the apartment ---- */

struct ending
{
    IVMEventSink *sink;
    struct owned_object objects[SPIES];
    volatile LONG ends, let_go;
};

/* Has the other thread let go of an event while the thread leaves COM. */
struct spy
{
    IInitializeSpy IInitializeSpy_iface;
    struct ending *ending;
    ULARGE_INTEGER cookie;
};

static HRESULT WINAPI spy_QueryInterface(IInitializeSpy *iface, REFIID riid, void **object)
{
    bool has = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IInitializeSpy);

    *object = has ? iface : NULL;
    return has ? S_OK : E_NOINTERFACE;
}

static ULONG WINAPI spy_AddRef(IInitializeSpy *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI spy_Release(IInitializeSpy *iface)
{
    (void)iface;
    return 1;
}

static HRESULT WINAPI spy_PreInitialize(IInitializeSpy *iface, DWORD mode, DWORD uses)
{
    (void)iface, (void)mode, (void)uses;
    return S_OK;
}

static HRESULT WINAPI spy_PostInitialize(IInitializeSpy *iface, HRESULT hr, DWORD mode, DWORD uses)
{
    (void)iface, (void)mode, (void)uses;
    return hr;
}

static HRESULT WINAPI spy_PreUninitialize(IInitializeSpy *iface, DWORD uses)
{
    struct ending *ending = CONTAINING_RECORD(iface, struct spy, IInitializeSpy_iface)->ending;

    CHECK(uses == 1);
    CHECK(wait_for(&ending->let_go, InterlockedIncrement(&ending->ends)));
    return S_OK;
}

static HRESULT WINAPI spy_PostUninitialize(IInitializeSpy *iface, DWORD uses)
{
    (void)uses;
    return CoRevokeInitializeSpy(CONTAINING_RECORD(iface, struct spy, IInitializeSpy_iface)->cookie);
}

static const IInitializeSpyVtbl spy_vtbl = {
        spy_QueryInterface,
        spy_AddRef,
        spy_Release,
        spy_PreInitialize,
        spy_PostInitialize,
        spy_PreUninitialize,
        spy_PostUninitialize,
};

static void spy_begin(struct spy *spy, struct ending *ending)
{
    *spy = (struct spy){.IInitializeSpy_iface = {(IInitializeSpyVtbl *)&spy_vtbl}, .ending = ending};
    CHECK(CoRegisterInitializeSpy(&spy->IInitializeSpy_iface, &spy->cookie) == S_OK);
}

/* One of the spies is called behind the library's, whichever that is. */
static void live_between_spies(void *context)
{
    struct ending *ending = context;
    struct spy before, behind;

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    spy_begin(&before, ending);
    for (int i = 0; i < SPIES; ++i)
    {
        owned_init(&ending->objects[i]);
        owned_raise(ending->sink, &ending->objects[i].IDispatch_iface, SHAPE_DISPATCH);
    }
    spy_begin(&behind, ending);
    CoUninitialize();
}

static void CALLBACK take_turn(TP_CALLBACK_INSTANCE *instance, void *context)
{
    (void)instance;
    SetEvent(context);
}

/* What had been given to the pool before has most likely been done then. */
static void let_pool_work(void)
{
    HANDLE done = CreateEventW(NULL, FALSE, FALSE, NULL);

    for (int i = 0; i < POOL_TURNS; ++i)
    {
        CHECK(TrySubmitThreadpoolCallback(take_turn, done, NULL));
        CHECK(WaitForSingleObject(done, PATIENCE_MS) == WAIT_OBJECT_0);
    }
    CloseHandle(done);
}

static bool let_go_of_one(IVMEventSink *sink)
{
    IVMEventRecord *record;

    CHECK(SUCCEEDED(IVMEventSink_NextEvent(sink, 0, &record)));
    if (record)
        IVMEventRecord_Release(record);
    return record != NULL;
}

static void test_an_event_goes_while_the_apartment_of_its_object_ends(void **state)
{
    struct ending ending = {.sink = sink_create()};
    HANDLE worker = worker_start(NO_APARTMENT, live_between_spies, &ending);

    (void)state;
    for (LONG i = 1; i <= SPIES; ++i)
    {
        assert_true(wait_for(&ending.ends, i));
        assert_true(let_go_of_one(ending.sink));
        let_pool_work();
        InterlockedIncrement(&ending.let_go);
    }
    worker_join(worker);
    for (int i = 0; i < SPIES; ++i)
    {
        assert_int_equal(ending.objects[i].strange, 0);
        assert_int_equal(ending.objects[i].refcount, 1);
    }
    IVMEventSink_Release(ending.sink);
}

/* ---- its thread ends without that ---- */

static struct crowd
{
    IVMEventSink *sink;
    struct owned_object objects[ROUNDS * THREADS];
    volatile LONG next, over;
} crowd;

static void raise_and_stay(void *context)
{
    struct owned_object *object = &crowd.objects[InterlockedIncrement(&crowd.next) - 1];

    (void)context;
    owned_init(object);
    for (int i = 0; i < EVENTS; ++i)
        owned_raise(crowd.sink, &object->IDispatch_iface, SHAPE_DISPATCH);
}

static void raise_and_lose(void *context)
{
    worker_run_and_lose(raise_and_stay, context);
}

static void poll(void *context)
{
    (void)context;
    while (!crowd.over)
    {
        if (!let_go_of_one(crowd.sink))
            SwitchToThread();
    }
}

/* The pool lets go of objects all the time. A thread that ends has the loader's lock, and gives the pool its own work. */
static void test_threads_end_beside_a_busy_pool(void **state)
{
    HANDLE pollers[POLLERS], workers[THREADS];

    (void)state;
    crowd.sink = sink_create();
    for (int i = 0; i < POLLERS; ++i)
        pollers[i] = worker_start(COINIT_MULTITHREADED, poll, NULL);
    for (int round = 0; round < ROUNDS; ++round)
    {
        for (int i = 0; i < THREADS; ++i)
            workers[i] = worker_start(NO_APARTMENT, raise_and_lose, NULL);
        for (int i = 0; i < THREADS; ++i)
            worker_join(workers[i]);
    }
    InterlockedIncrement(&crowd.over);
    for (int i = 0; i < POLLERS; ++i)
        worker_join(pollers[i]);
    assert_int_equal(crowd.next, ROUNDS * THREADS);
    for (int i = 0; i < ROUNDS * THREADS; ++i)
        assert_int_equal(crowd.objects[i].strange, 0);
    IVMEventSink_Release(crowd.sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_an_event_goes_while_the_apartment_of_its_object_ends),
            sink_test(test_threads_end_beside_a_busy_pool),
    };

    return cmocka_run_group_tests_name("objects whose apartment ends", tests, library_load, library_unload);
}

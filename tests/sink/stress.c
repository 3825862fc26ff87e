/*
 * Eight threads, in single-threaded apartments, the multithreaded one and none, add, fire, remove, subscribe, advise,
 * connect, poll and release on a few sinks, outside and inside callbacks. What is checked while they do: no callback
 * after RemoveCallback has returned; its release once, and by then; each listener hears each source in order; a handler
 * runs in its apartment. After each round the threads and their apartments end with subscriptions open. When a sink
 * goes, its counts must add up; at the end nothing may be left.
 *
 * VMEVENTS_STRESS_SECONDS says how long (3), VMEVENTS_TEST_SEED which random numbers.
 */
#include "sink/source.h"
#include "sink/stress_listeners.h"
#include "sink/worker.h"
#include "support/threads.h"

#define SINKS 3
#define SLOTS 8
#define ROUND_MS 400
#define QUEUE_CAPACITY 200

/* How far the thread pool may be behind. More would fill its lane, where the oldest are lost. */
#define MOST_WAITING 20000

/* A sink with what must be known to check it; the last to let go of it does. */
struct shared_sink
{
    volatile LONG users;
    IVMEventSink *sink;
    IVMEventCallbacks *callbacks;
    IDispatch *face; /* not counted */
    struct handler *listener; /* of the thread pool, and there as long as the sink */
    volatile LONG fired, heard, taken;
    LONG numbers[SOURCES];
    struct tracked *volatile slots[SLOTS];
};

/* A handler that a worker has subscribed or advised. */
struct subscription
{
    struct shared_sink *shared; /* NULL: none */
    struct handler *handler;
    IConnectionPoint *point; /* NULL: subscribed */
    DWORD cookie;
};

#define SUBSCRIPTIONS 6

struct worker
{
    LONG number; /* from 1 up */
    DWORD apartment;
    uint32_t random;
    LONG depth;                 /* of callbacks that it is in */
    struct shared_sink *firing; /* innermost */
    struct source source;
    struct subscription subscriptions[SUBSCRIPTIONS];
    ULONGLONG end;
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct shared_sink *sinks[SINKS];
static DWORD worker_slot;
static volatile LONG sinks_made, sinks_ended, connections;

static struct worker *current_worker(void)
{
    return TlsGetValue(worker_slot);
}

LONG stress_worker_number(void)
{
    return current_worker()->number;
}

static uint32_t any(struct worker *worker, uint32_t count)
{
    return test_random(&worker->random) % count;
}

/* ---- sinks ---- */

static void CALLBACK count_heard(const VMEVENT *event, void *context)
{
    (void)event;
    InterlockedIncrement(&((struct shared_sink *)context)->heard);
}

static void CALLBACK forget_shared(void *context)
{
    InterlockedIncrement(&sinks_ended);
    free(context);
}

static struct shared_sink *shared_create(void)
{
    struct shared_sink *shared = calloc(1, sizeof(*shared));
    VARIANT name, code;
    DWORD cookie;
    LONG subscription;

    CHECK(shared);
    InterlockedIncrement(&sinks_made);
    shared->users = 1;
    shared->sink = sink_create();
    shared->callbacks = query(shared->sink, &IID_IVMEventCallbacks);
    shared->face = face_of(shared->sink, &DIID_IVMVirtualMachineEvents);
    CHECK(IVMEventSink_put_QueueCapacity(shared->sink, QUEUE_CAPACITY) == S_OK);
    CHECK(IVMEventCallbacks_AddCallback(
                  shared->callbacks, &IID_NULL, DISPID_UNKNOWN, count_heard, shared, forget_shared, &cookie)
            == S_OK);
    shared->listener = handler_create(false);
    V_VT(&name) = VT_BSTR;
    V_BSTR(&name) = SysAllocString(L"OnConfigurationChanged");
    V_VT(&code) = VT_DISPATCH;
    V_DISPATCH(&code) = &shared->listener->IDispatch_iface;
    CHECK(IVMEventSink_Subscribe(shared->sink, name, code, NULL, &subscription) == S_OK);
    SysFreeString(V_BSTR(&name));
    return shared;
}

/* Takes the oldest event from the queue. False: there is none. */
static bool take(struct shared_sink *shared, LONG last[SOURCES])
{
    IVMEventRecord *record;
    VARIANT arguments, *values;

    CHECK(IVMEventSink_NextEvent(shared->sink, 0, &record) == S_OK);
    if (!record)
        return false;
    CHECK(IVMEventRecord_get_Arguments(record, &arguments) == S_OK);
    CHECK(SafeArrayAccessData(V_ARRAY(&arguments), (void **)&values) == S_OK);
    stress_check_order(last, &values[0], &values[1]);
    SafeArrayUnaccessData(V_ARRAY(&arguments));
    VariantClear(&arguments);
    IVMEventRecord_Release(record);
    return true;
}

/* Nobody fires at it any more. */
static void shared_check(struct shared_sink *shared)
{
    LONG received, rejected, failed, dropped, left = 0, last[SOURCES] = {0};

    CHECK(IVMEventSink_get_Received(shared->sink, &received) == S_OK && received == shared->fired);
    CHECK(IVMEventSink_get_Rejected(shared->sink, &rejected) == S_OK && !rejected);
    CHECK(IVMEventSink_get_Failed(shared->sink, &failed) == S_OK && !failed);
    CHECK(shared->heard == shared->fired);
    CHECK(wait_for(&shared->listener->calls, shared->fired));
    CHECK(shared->listener->calls == shared->fired);
    while (take(shared, last))
        ++left;
    CHECK(IVMEventSink_get_Dropped(shared->sink, &dropped) == S_OK);
    CHECK(shared->taken + left + dropped == shared->fired);
}

static void shared_release(struct shared_sink *shared)
{
    struct handler *listener = shared->listener;
    IVMEventSink *sink = shared->sink;

    if (InterlockedDecrement(&shared->users))
        return;
    shared_check(shared);
    IVMEventCallbacks_Release(shared->callbacks);
    /* Its callbacks are released with it; the last of them frees `shared`. */
    CHECK(IVMEventSink_Release(sink) == 0);
    IDispatch_Release(&listener->IDispatch_iface);
}

static struct shared_sink *shared_get(struct worker *worker)
{
    struct shared_sink *shared;

    AcquireSRWLockExclusive(&lock);
    shared = sinks[any(worker, SINKS)];
    InterlockedIncrement(&shared->users);
    ReleaseSRWLockExclusive(&lock);
    return shared;
}

/* Not from an apartment that ends: the listener would end with it. */
static void replace_sink(struct worker *worker)
{
    struct shared_sink *fresh, **place = &sinks[any(worker, SINKS)], *old;

    if (worker->apartment == COINIT_APARTMENTTHREADED)
        return;
    fresh = shared_create();
    AcquireSRWLockExclusive(&lock);
    old = *place;
    *place = fresh;
    ReleaseSRWLockExclusive(&lock);
    shared_release(old);
}

/* ---- callbacks ---- */

/* Whoever has taken it from its slot removes it. */
static void remove_tracked(struct worker *worker, struct shared_sink *shared, struct tracked *tracked)
{
    if (worker->depth)
    {
        InterlockedExchange(&tracked->removed_by, worker->number);
        CHECK(IVMEventCallbacks_RemoveCallback(shared->callbacks, tracked->cookie) == S_OK);
        return;
    }
    tracked->is_waited_for = true;
    CHECK(IVMEventCallbacks_RemoveCallback(shared->callbacks, tracked->cookie) == S_OK);
    CHECK(tracked->releases == 1);
    CHECK(!tracked->running);
    free(tracked);
}

static void add_callback(struct worker *worker)
{
    struct shared_sink *shared = shared_get(worker);
    struct tracked *tracked = tracked_create(), *old;

    CHECK(IVMEventCallbacks_AddCallback(shared->callbacks, &IID_NULL, DISPID_UNKNOWN, tracked_notify, tracked,
                  tracked_release, &tracked->cookie)
            == S_OK);
    old = InterlockedExchangePointer((void *volatile *)&shared->slots[any(worker, SLOTS)], tracked);
    if (old)
        remove_tracked(worker, shared, old);
    shared_release(shared);
}

static void remove_callback(struct worker *worker)
{
    struct shared_sink *shared = shared_get(worker);
    struct tracked *tracked =
            InterlockedExchangePointer((void *volatile *)&shared->slots[any(worker, SLOTS)], NULL);

    if (tracked)
        remove_tracked(worker, shared, tracked);
    shared_release(shared);
}

/* Inside itself. */
static void remove_self(struct worker *worker, struct tracked *tracked)
{
    struct shared_sink *shared = worker->firing;

    for (UINT i = 0; i < SLOTS; ++i)
    {
        if (InterlockedCompareExchangePointer((void *volatile *)&shared->slots[i], NULL, tracked) != tracked)
            continue;
        remove_tracked(worker, shared, tracked);
        return;
    }
}

/* ---- events ---- */

/* Fires one event at the sink, as the source that the worker is at this depth. */
static void fire_at(struct worker *worker, struct shared_sink *shared, IDispatch *face)
{
    LONG source = (worker->number - 1) * DEPTHS + worker->depth;
    struct shared_sink *outer = worker->firing;

    worker->firing = shared;
    CHECK(stress_fire(face, source, ++shared->numbers[source]) == S_OK);
    worker->firing = outer;
    InterlockedIncrement(&shared->fired);
}

static void fire_some(struct worker *worker)
{
    struct shared_sink *shared = shared_get(worker);

    for (uint32_t i = any(worker, 8); i; --i)
        fire_at(worker, shared, shared->face);
    while (!worker->depth && shared->fired - shared->listener->calls > MOST_WAITING)
        Sleep(1);
    shared_release(shared);
}

static void act_inside(struct tracked *tracked)
{
    struct worker *worker = current_worker();

    if (any(worker, 32))
        return;
    ++worker->depth;
    switch (any(worker, 6))
    {
        case 0:
            add_callback(worker);
            break;
        case 1:
            remove_callback(worker);
            break;
        case 2:
            remove_self(worker, tracked);
            break;
        default:
            if (worker->depth < DEPTHS)
                fire_some(worker);
            break;
    }
    --worker->depth;
}

/* A source of the worker's own, for a moment. */
static void connect_and_fire(struct worker *worker)
{
    struct shared_sink *shared = shared_get(worker);
    IDispatch *stale;
    LONG cookie;

    CHECK(IVMEventSink_Connect(shared->sink, (IUnknown *)&worker->source.IDispatch_iface, NULL, &cookie) == S_OK);
    InterlockedIncrement(&connections);
    stale = worker->source.points[0].sink;
    IDispatch_AddRef(stale);
    for (uint32_t i = any(worker, 4); i; --i)
        fire_at(worker, shared, stale);
    CHECK(IVMEventSink_Disconnect(shared->sink, cookie) == S_OK);
    CHECK(stress_fire(stale, 0, 0) == CO_E_OBJNOTCONNECTED);
    IDispatch_Release(stale);
    source_end(&worker->source);
    shared_release(shared);
}

/* ---- handlers ---- */

static void subscribe(struct worker *worker, struct subscription *subscription)
{
    VARIANT name = {.vt = VT_BSTR}, code = {.vt = VT_DISPATCH};
    IConnectionPointContainer *container;

    subscription->shared = shared_get(worker);
    subscription->handler = handler_create(worker->apartment == COINIT_APARTMENTTHREADED);
    if (any(worker, 2))
    {
        container = query(subscription->shared->sink, &IID_IConnectionPointContainer);
        CHECK(IConnectionPointContainer_FindConnectionPoint(
                      container, &DIID_IVMVirtualMachineEvents, &subscription->point)
                == S_OK);
        IConnectionPointContainer_Release(container);
        CHECK(IConnectionPoint_Advise(subscription->point, (IUnknown *)&subscription->handler->IDispatch_iface,
                      &subscription->cookie)
                == S_OK);
        return;
    }
    subscription->point = NULL;
    V_BSTR(&name) = SysAllocString(L"OnConfigurationChanged");
    V_DISPATCH(&code) = &subscription->handler->IDispatch_iface;
    CHECK(IVMEventSink_Subscribe(subscription->shared->sink, name, code, NULL, (LONG *)&subscription->cookie) == S_OK);
    SysFreeString(V_BSTR(&name));
}

/* Lets go of it all, and of the subscription itself or not: then the apartment ends it, or the sink. */
static void forget(struct subscription *subscription, bool ends)
{
    struct shared_sink *shared = subscription->shared;

    subscription->shared = NULL;
    if (ends && subscription->point)
    {
        CHECK(IConnectionPoint_Unadvise(subscription->point, subscription->cookie) == S_OK);
    }
    else if (ends)
    {
        CHECK(IVMEventSink_Unsubscribe(shared->sink, (LONG)subscription->cookie) == S_OK);
        InterlockedExchange(&subscription->handler->gone, subscription->handler->home != 0);
    }
    if (subscription->point)
        IConnectionPoint_Release(subscription->point);
    IDispatch_Release(&subscription->handler->IDispatch_iface);
    shared_release(shared);
}

static void subscribe_or_unsubscribe(struct worker *worker)
{
    struct subscription *subscription = &worker->subscriptions[any(worker, SUBSCRIPTIONS)];

    if (subscription->shared)
        forget(subscription, true);
    else
        subscribe(worker, subscription);
}

static void poll(struct worker *worker)
{
    struct shared_sink *shared = shared_get(worker);
    LONG last[SOURCES] = {0};

    for (uint32_t i = 0; i < 8 && take(shared, last); ++i)
        InterlockedIncrement(&shared->taken);
    shared_release(shared);
}

static void run_or_stop(struct worker *worker)
{
    struct shared_sink *shared = shared_get(worker);
    LONG handled;

    if (any(worker, 8))
        CHECK(IVMEventSink_Run(shared->sink, 0, &handled) == S_OK && handled >= 0);
    else
        CHECK(IVMEventSink_Stop(shared->sink) == S_OK);
    shared_release(shared);
}

/* ---- the threads ---- */

static void work(void *context)
{
    static void (*const actions[])(struct worker *worker) = {add_callback, add_callback, remove_callback, fire_some,
            fire_some, fire_some, fire_some, fire_some, connect_and_fire, subscribe_or_unsubscribe,
            subscribe_or_unsubscribe, poll, poll, run_or_stop, run_or_stop};
    struct worker *worker = context;

    TlsSetValue(worker_slot, worker);
    source_init(&worker->source, 1);
    while (now_ms() < worker->end)
    {
        if (any(worker, 64))
            actions[any(worker, ARRAYSIZE(actions))](worker);
        else
            replace_sink(worker);
    }
    for (UINT i = 0; i < SUBSCRIPTIONS; ++i)
    {
        if (worker->subscriptions[i].shared)
            forget(&worker->subscriptions[i], worker->apartment != COINIT_APARTMENTTHREADED || any(worker, 2));
    }
}

static void run_round(struct worker workers[WORKERS])
{
    HANDLE threads[WORKERS];

    for (UINT i = 0; i < WORKERS; ++i)
    {
        workers[i].end = now_ms() + ROUND_MS;
        threads[i] = worker_start(workers[i].apartment, work, &workers[i]);
    }
    for (UINT i = 0; i < WORKERS; ++i)
        worker_join(threads[i]);
}

static void test_everything_at_once(void **state)
{
    static const DWORD apartments[WORKERS] = {COINIT_MULTITHREADED, COINIT_APARTMENTTHREADED, NO_APARTMENT,
            COINIT_APARTMENTTHREADED, COINIT_MULTITHREADED, COINIT_APARTMENTTHREADED, COINIT_MULTITHREADED,
            COINIT_APARTMENTTHREADED};
    static struct worker workers[WORKERS];
    uint32_t seed = test_seed();
    ULONGLONG end = now_ms() + test_stress_ms();

    (void)state;
    worker_slot = TlsAlloc();
    stress_act = act_inside;
    for (UINT i = 0; i < SINKS; ++i)
        sinks[i] = shared_create();
    for (UINT i = 0; i < WORKERS; ++i)
    {
        workers[i].number = 1 + (LONG)i;
        workers[i].apartment = apartments[i];
        workers[i].random = test_random(&seed);
    }
    while (now_ms() < end)
        run_round(workers);
    for (UINT i = 0; i < SINKS; ++i)
        shared_release(sinks[i]);

    assert_int_equal(sinks_ended, sinks_made);
    assert_int_equal(tracked_released, tracked_added);
    assert_true(wait_for(&handlers_freed, handlers_made));
    assert_int_equal(handlers_freed, handlers_made);
    assert_true(callback_calls > 0 && handler_calls > 0 && connections > 0 && sinks_made > SINKS);
    print_message("%ld sinks, %ld callbacks added, %ld calls of them, %ld handlers, %ld calls, %ld connections\n",
            (long)sinks_made, (long)tracked_added, (long)callback_calls, (long)handlers_made, (long)handler_calls,
            (long)connections);
    TlsFree(worker_slot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_everything_at_once),
    };

    return cmocka_run_group_tests_name("everything at once", tests, library_load, library_unload);
}

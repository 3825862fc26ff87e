/*
 * The ends of objects that keep each other alive. Whatever a connection or a subscription lets go of may be the last
 * that kept the owner of the list it stands in, and what is called then may end it once more.
 */
#include "sink/recorder.h"
#include "sink/source.h"
#include "sink/worker.h"
#include "support/threads.h"

enum
{
    MOST = 4
};

static void await_idle(void)
{
    for (ULONGLONG end = now_ms() + PATIENCE_MS; library.can_unload_now() != S_OK; Sleep(1))
        CHECK(now_ms() < end);
}

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

/* ---- sinks that are connected to each other ---- */

struct ring
{
    LONG count;
    LONG step; /* from a sink to the one that it is connected to; 0: to each, itself too */
};

/* Connects them, sees that in one ring each hears an event once, and lets go of all. */
static void leave_ring(void *context)
{
    struct ring *ring = context;
    IVMEventSink *sinks[MOST];

    for (LONG i = 0; i < ring->count; ++i)
        sinks[i] = sink_create();
    for (LONG i = 0; i < ring->count; ++i)
    {
        for (LONG other = 0; !ring->step && other < ring->count; ++other)
            connect_to(sinks[i], sinks[other]);
        if (ring->step)
            connect_to(sinks[i], sinks[(i + ring->step) % ring->count]);
    }
    fire_state(sinks[0], 5);
    for (LONG i = 0; i < ring->count; ++i)
        CHECK(ring->step != 1 || received(sinks[i]) == 1);
    for (LONG i = 0; i < ring->count; ++i)
        CHECK(IVMEventSink_Release(sinks[i]) > 0);
    CHECK(library.can_unload_now() == S_FALSE);
}

static void test_rings_end_with_their_apartment(void **state)
{
    (void)state;
    for (LONG count = 1; count <= MOST; ++count)
    {
        for (LONG step = 0; step <= count; ++step)
        {
            struct ring ring = {count, step};

            worker_run(COINIT_APARTMENTTHREADED, leave_ring, &ring);
            await_idle();
        }
    }
}

/* The last reference of the sink's is that of the connection which it ends. */
static void disconnect_from_itself(void *context)
{
    IVMEventSink *sink = sink_create();
    LONG cookie = connect_to(sink, sink);

    (void)context;
    fire_state(sink, 5);
    CHECK(received(sink) == 1);
    CHECK(IVMEventSink_Release(sink) > 0);
    CHECK(IVMEventSink_Disconnect(sink, cookie) == S_OK);
    await_idle();
}

static void test_a_sink_disconnects_from_itself(void **state)
{
    (void)state;
    worker_run(COINIT_APARTMENTTHREADED, disconnect_from_itself, NULL);
    worker_run(COINIT_MULTITHREADED, disconnect_from_itself, NULL);
}

/* ---- a source that owns its sink ---- */

enum how_it_ends
{
    BY_APARTMENT,
    BY_DISCONNECT,
    BY_RELEASE,
    WAYS_TO_END
};

struct owner
{
    struct source source;
    IVMEventSink *sink; /* NULL: it has let go of it */
    LONG cookie;
    bool given_away; /* the test's own reference to the source */
    bool left;       /* COM */
    void (*act)(struct owner *owner);
    bool acted;
};

static void owner_let_go_of_sink(struct owner *owner)
{
    IVMEventSink *sink = owner->sink;

    owner->sink = NULL;
    if (sink)
        IVMEventSink_Release(sink);
}

static void owner_give_away(struct owner *owner)
{
    if (owner->given_away)
        return;
    owner->given_away = true;
    IDispatch_Release(&owner->source.IDispatch_iface);
}

static void owner_disconnect(struct owner *owner)
{
    HRESULT hr;

    if (!owner->sink)
        return;
    hr = IVMEventSink_Disconnect(owner->sink, owner->cookie);
    CHECK(hr == S_OK || hr == CONNECT_E_NOCONNECTION);
}

static void owner_leave(struct owner *owner)
{
    owner->left = true;
    CoUninitialize();
}

static void owner_do_all(struct owner *owner)
{
    owner_disconnect(owner);
    owner_let_go_of_sink(owner);
    owner_leave(owner);
    owner_give_away(owner);
}

static void owner_act(struct source *source)
{
    struct owner *owner = source->context;

    if (!owner->act || owner->acted)
        return;
    owner->acted = true;
    owner->act(owner);
}

static void owner_on_free(struct source *source)
{
    owner_let_go_of_sink(source->context);
}

struct ending
{
    enum how_it_ends how;
    void (*act)(struct owner *owner); /* inside of a call of the sink's, NULL: nothing */
    bool in_release;                  /* rather than in Unadvise */
    bool given_away;                  /* the source and the sink keep only each other */
    struct owner owner;
};

static void live_and_end(void *context)
{
    struct ending *ending = context;
    struct owner *owner = &ending->owner;

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    source_init(&owner->source, 15);
    owner->source.context = owner;
    owner->source.on_free = owner_on_free;
    owner->sink = sink_create();
    owner->cookie = connect_to(owner->sink, &owner->source.IDispatch_iface);
    owner->act = ending->act;
    if (ending->in_release)
        owner->source.on_release = owner_act;
    else
        owner->source.on_unadvise = owner_act;
    if (ending->given_away)
        owner_give_away(owner);
    if (ending->how == BY_DISCONNECT)
        owner_disconnect(owner);
    else if (ending->how == BY_RELEASE)
        owner_let_go_of_sink(owner);
    if (ending->how != BY_APARTMENT || !ending->given_away)
        owner_give_away(owner);
    if (!owner->left)
        CoUninitialize();
}

static void test_a_source_that_owns_its_sink(void **state)
{
    static void (*const acts[])(struct owner * owner) = {NULL, owner_disconnect, owner_let_go_of_sink, owner_give_away,
            owner_leave, owner_do_all};

    (void)state;
    for (unsigned int i = 0; i < WAYS_TO_END * ARRAYSIZE(acts) * 4; ++i)
    {
        struct ending ending = {
                .how = i % WAYS_TO_END,
                .act = acts[i / WAYS_TO_END % ARRAYSIZE(acts)],
                .in_release = i / WAYS_TO_END / ARRAYSIZE(acts) % 2,
                .given_away = i / WAYS_TO_END / ARRAYSIZE(acts) / 2,
        };

        worker_run(NO_APARTMENT, live_and_end, &ending);
        source_end(&ending.owner.source);
        assert_null(ending.owner.sink);
        await_idle();
    }
}

/* The same for a source of the multithreaded apartment that a single-threaded one is connected to: the calls come in on
 * other threads than the end. */
struct proxied
{
    struct ending ending;
    IStream *stream;
};

static void connect_and_end(void *context)
{
    struct proxied *proxied = context;
    struct owner *owner = &proxied->ending.owner;
    IUnknown *proxy;

    CHECK(CoGetInterfaceAndReleaseStream(proxied->stream, &IID_IUnknown, (void **)&proxy) == S_OK);
    CHECK(proxy != (IUnknown *)&owner->source.IDispatch_iface);
    owner->cookie = connect_to(owner->sink, proxy);
    IUnknown_Release(proxy);
    owner->act = proxied->ending.act;
    if (proxied->ending.given_away)
        owner_give_away(owner);
    if (proxied->ending.how == BY_DISCONNECT)
        owner_disconnect(owner);
    else
        owner_let_go_of_sink(owner);
}

static void test_a_proxied_source_that_owns_its_sink(void **state)
{
    static void (*const acts[])(struct owner * owner) = {NULL, owner_disconnect, owner_let_go_of_sink, owner_give_away};

    (void)state;
    for (unsigned int i = 0; i < ARRAYSIZE(acts) * 4; ++i)
    {
        struct proxied proxied = {.ending = {
                                          .how = i & 1 ? BY_DISCONNECT : BY_RELEASE,
                                          .act = acts[i / 4],
                                          .given_away = i & 2,
                                  }};
        struct owner *owner = &proxied.ending.owner;

        source_init(&owner->source, 15);
        owner->source.context = owner;
        owner->source.on_free = owner_on_free;
        owner->source.on_unadvise = owner_act;
        owner->sink = sink_create();
        assert_int_equal(CoMarshalInterThreadInterfaceInStream(
                                 &IID_IUnknown, (IUnknown *)&owner->source.IDispatch_iface, &proxied.stream),
                S_OK);
        worker_run(COINIT_APARTMENTTHREADED, connect_and_end, &proxied);
        owner_give_away(owner);
        await_idle();
        source_end(&owner->source);
        assert_null(owner->sink);
    }
}

/* ---- owners of several ---- */

enum
{
    SOURCES = 3,
    SINKS = 4,
    ROUNDS = 300
};

struct company
{
    uint32_t random;
    struct source sources[SOURCES];
    IVMEventSink *owned[SINKS];
    LONG owners[SINKS]; /* the source that has the test's reference to that sink */
};

static void company_on_free(struct source *source)
{
    struct company *company = source->context;

    for (LONG i = 0; i < SINKS; ++i)
    {
        if (&company->sources[company->owners[i]] == source)
            IVMEventSink_Release(company->owned[i]);
    }
}

/* Sources that own sinks that are connected to sources and sinks: any shape that there is. */
static void found_and_leave(void *context)
{
    struct company *company = context;

    for (LONG i = 0; i < SOURCES; ++i)
    {
        source_init(&company->sources[i], 15);
        company->sources[i].context = company;
        company->sources[i].on_free = company_on_free;
    }
    for (LONG i = 0; i < SINKS; ++i)
    {
        company->owned[i] = sink_create();
        company->owners[i] = (LONG)(test_random(&company->random) % SOURCES);
    }
    for (LONG i = 0; i < SOURCES; ++i)
        connect_to(company->owned[test_random(&company->random) % SINKS], &company->sources[i].IDispatch_iface);
    for (LONG i = 0; i < SINKS; ++i)
        connect_to(company->owned[i], company->owned[test_random(&company->random) % SINKS]);
    for (LONG i = 0; i < SOURCES; ++i)
        IDispatch_Release(&company->sources[i].IDispatch_iface);
}

static void test_owners_of_several(void **state)
{
    uint32_t seed = test_seed();

    (void)state;
    for (LONG round = 0; round < ROUNDS; ++round)
    {
        struct company company = {.random = test_random(&seed)};

        worker_run(COINIT_APARTMENTTHREADED, found_and_leave, &company);
        for (LONG i = 0; i < SOURCES; ++i)
            source_end(&company.sources[i]);
        await_idle();
    }
}

/* ---- handlers and advised sinks that own the sink ---- */

struct subscriber
{
    struct recorder recorder;
    IVMEventSink *sink;
    IConnectionPoint *point; /* NULL: it is subscribed */
    LONG cookie;
    bool advises;
    bool ends_inside; /* of its own call */
    bool freed;
};

static void subscriber_on_free(struct recorder *recorder)
{
    struct subscriber *subscriber = recorder->context;

    subscriber->freed = true;
    IVMEventSink_Release(subscriber->sink);
}

static void subscriber_end(struct subscriber *subscriber)
{
    if (subscriber->advises)
        CHECK(IConnectionPoint_Unadvise(subscriber->point, (DWORD)subscriber->cookie) == S_OK);
    else
        CHECK(IVMEventSink_Unsubscribe(subscriber->sink, subscriber->cookie) == S_OK);
}

static void subscriber_act(struct recorder *recorder, const struct recorder_call *call)
{
    (void)call;
    subscriber_end(recorder->context);
}

static void subscriber_begin(struct subscriber *subscriber)
{
    IConnectionPointContainer *container;

    recorder_init(&subscriber->recorder);
    subscriber->recorder.context = subscriber;
    subscriber->recorder.on_free = subscriber_on_free;
    subscriber->sink = sink_create();
    if (!subscriber->advises)
    {
        subscriber->cookie = recorder_subscribe(&subscriber->recorder, subscriber->sink, L"OnStateChange");
        return;
    }
    container = query(subscriber->sink, &IID_IConnectionPointContainer);
    CHECK(IConnectionPointContainer_FindConnectionPoint(container, diids[0], &subscriber->point) == S_OK);
    CHECK(IConnectionPoint_Advise(subscriber->point, (IUnknown *)&subscriber->recorder.IDispatch_iface,
                  (DWORD *)&subscriber->cookie)
            == S_OK);
    /* Both are the sink, which the subscriber keeps. */
    IConnectionPoint_Release(subscriber->point);
    IConnectionPointContainer_Release(container);
}

static void subscribe_and_end(void *context)
{
    struct subscriber *subscriber = context;

    subscriber_begin(subscriber);
    if (subscriber->ends_inside)
        subscriber->recorder.act = subscriber_act;
    IDispatch_Release(&subscriber->recorder.IDispatch_iface);
    fire_state(subscriber->sink, 5);
    if (!subscriber->ends_inside)
        subscriber_end(subscriber);
    await_idle();
}

static void subscribe_and_leave(void *context)
{
    struct subscriber *subscriber = context;

    subscriber_begin(subscriber);
    IDispatch_Release(&subscriber->recorder.IDispatch_iface);
    fire_state(subscriber->sink, 5);
}

static void test_a_handler_that_owns_its_sink(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < 8; ++i)
    {
        struct subscriber subscriber = {.advises = i & 1, .ends_inside = i & 2};
        bool by_apartment = i & 4;

        if (by_apartment && subscriber.ends_inside)
            continue;
        worker_run(COINIT_APARTMENTTHREADED, by_apartment ? subscribe_and_leave : subscribe_and_end, &subscriber);
        await_idle();
        assert_int_equal(subscriber.recorder.calls, 1);
        assert_true(subscriber.freed);
    }
}

/* ---- calls that let go of the sink they are calls of ---- */

static void release_sink(struct source *source)
{
    IVMEventSink *sink = InterlockedExchangePointer(&source->context, NULL);

    if (sink)
        IVMEventSink_Release(sink);
}

static bool allow_and_release(const char *what);
static struct source *releasing;

static bool allow_and_release(const char *what)
{
    if (!strcmp(what, "a source's Advise"))
        release_sink(releasing);
    return true;
}

/* The source lets go of the sink inside of its Advise: the connection ends as soon as it is there. */
static void test_a_sink_that_is_released_while_it_connects(void **state)
{
    struct source source;
    LONG cookie;

    (void)state;
    source_init(&source, 15);
    source.context = sink_create();
    source.allows = allow_and_release;
    releasing = &source;
    assert_int_equal(IVMEventSink_Connect((IVMEventSink *)source.context, (IUnknown *)&source.IDispatch_iface, NULL,
                             &cookie),
            S_OK);
    source_end(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_rings_end_with_their_apartment),
            sink_test(test_a_sink_disconnects_from_itself),
            sink_test(test_a_source_that_owns_its_sink),
            sink_test(test_a_proxied_source_that_owns_its_sink),
            sink_test(test_owners_of_several),
            sink_test(test_a_handler_that_owns_its_sink),
            sink_test(test_a_sink_that_is_released_while_it_connects),
    };

    return cmocka_run_group_tests_name("objects that keep each other", tests, library_load, library_unload);
}

/* The removal guarantee: after RemoveCallback a callback does not run, and has been released once. */
#include "sink/samples.h"
#include "sink/worker.h"

struct probe
{
    IVMEventSink *sink;
    IVMEventCallbacks *callbacks;
    DWORD cookie;
    struct probe *other;
    void (*act)(struct probe *probe);
    volatile LONG calls;
    volatile LONG releases;
    volatile LONG entered;
    volatile LONG go_on;
    volatile LONG removing;
    volatile LONG removed;
};

static void CALLBACK probe_notify(const VMEVENT *event, void *context)
{
    struct probe *probe = context;

    (void)event;
    CHECK(!probe->releases);
    InterlockedIncrement(&probe->calls);
    if (probe->act)
        probe->act(probe);
}

static void CALLBACK probe_release(void *context)
{
    CHECK(InterlockedIncrement(&((struct probe *)context)->releases) == 1);
}

static void probe_add(struct probe *probe, IVMEventSink *sink, DISPID id)
{
    probe->sink = sink;
    probe->callbacks = query(sink, &IID_IVMEventCallbacks);
    IVMEventCallbacks_Release(probe->callbacks);
    CHECK(IVMEventCallbacks_AddCallback(probe->callbacks, &DIID_IVMVirtualMachineEvents, id, probe_notify, probe,
                  probe_release, &probe->cookie)
            == S_OK);
}

static HRESULT probe_remove(struct probe *probe)
{
    return IVMEventCallbacks_RemoveCallback(probe->callbacks, probe->cookie);
}

static void act_wait(struct probe *probe)
{
    InterlockedIncrement(&probe->entered);
    CHECK(wait_for(&probe->go_on, 1));
    CHECK(!probe->releases);
}

static void fire_reset(void *sink)
{
    CHECK(IVMEventSink_OnReset((IVMEventSink *)sink) == S_OK);
}

static void fire_shutdown(void *sink)
{
    CHECK(IVMEventSink_OnGuestShutdown((IVMEventSink *)sink) == S_OK);
}

static void remove_and_tell(void *context)
{
    struct probe *probe = context;

    InterlockedIncrement(&probe->removing);
    CHECK(probe_remove(probe) == S_OK);
    CHECK(probe->releases == 1);
    InterlockedIncrement(&probe->removed);
}

static void test_waits_for_a_running_callback(void **state)
{
    IVMEventSink *sink = sink_create();
    struct probe probe = {.act = act_wait};
    HANDLE firing, removing;

    (void)state;
    probe_add(&probe, sink, vmVirtualMachineEvent_Reset);
    firing = worker_start(COINIT_MULTITHREADED, fire_reset, sink);
    assert_true(wait_for(&probe.entered, 1));
    removing = worker_start(COINIT_MULTITHREADED, remove_and_tell, &probe);
    assert_true(wait_for(&probe.removing, 1));
    Sleep(SETTLE_MS);
    assert_int_equal(probe.removed, 0);
    assert_int_equal(probe.releases, 0);
    InterlockedIncrement(&probe.go_on);
    worker_join(removing);
    worker_join(firing);
    IVMEventSink_OnReset(sink);
    assert_int_equal(probe.calls, 1);
    IVMEventSink_Release(sink);
    assert_int_equal(probe.releases, 1);
}

static void act_remove_itself(struct probe *probe)
{
    CHECK(probe_remove(probe) == S_OK);
    CHECK(!probe->releases);
    CHECK(probe_remove(probe) == CONNECT_E_NOCONNECTION);
}

static void test_inside_itself(void **state)
{
    IVMEventSink *sink = sink_create();
    struct probe probe = {.act = act_remove_itself}, after = {0};

    (void)state;
    probe_add(&probe, sink, vmVirtualMachineEvent_Reset);
    probe_add(&after, sink, vmVirtualMachineEvent_Reset);
    IVMEventSink_OnReset(sink);
    assert_int_equal(probe.releases, 1);
    IVMEventSink_OnReset(sink);
    assert_int_equal(probe.calls, 1);
    assert_int_equal(after.calls, 2);
    IVMEventSink_Release(sink);
    assert_int_equal(probe.releases, 1);
    assert_int_equal(after.releases, 1);
}

static void act_remove_other(struct probe *probe)
{
    CHECK(probe_remove(probe->other) == S_OK);
}

/* Who is removed by an earlier callback of the same event is not called for it any more. */
static void test_the_next_one(void **state)
{
    IVMEventSink *sink = sink_create();
    struct probe next = {0}, probe = {.act = act_remove_other, .other = &next};

    (void)state;
    probe_add(&probe, sink, vmVirtualMachineEvent_Reset);
    probe_add(&next, sink, vmVirtualMachineEvent_Reset);
    IVMEventSink_OnReset(sink);
    assert_int_equal(next.calls, 0);
    assert_int_equal(next.releases, 1);
    IVMEventSink_Release(sink);
}

static void act_meet_and_remove(struct probe *probe)
{
    InterlockedIncrement(&probe->entered);
    CHECK(wait_for(&probe->other->entered, 1));
    CHECK(probe_remove(probe->other) == S_OK);
    CHECK(!probe->other->releases);
    InterlockedIncrement(&probe->removed);
    CHECK(wait_for(&probe->other->removed, 1));
}

static void test_each_other(void **state)
{
    (void)state;
    for (int round = 0; round < 50; ++round)
    {
        IVMEventSink *sink = sink_create();
        struct probe first = {.act = act_meet_and_remove}, second = {.act = act_meet_and_remove, .other = &first};
        HANDLE workers[2];

        first.other = &second;
        probe_add(&first, sink, vmVirtualMachineEvent_Reset);
        probe_add(&second, sink, vmVirtualMachineEvent_GuestShutdown);
        workers[0] = worker_start(NO_APARTMENT, fire_reset, sink);
        workers[1] = worker_start(NO_APARTMENT, fire_shutdown, sink);
        worker_join(workers[0]);
        worker_join(workers[1]);
        assert_int_equal(first.releases, 1);
        assert_int_equal(second.releases, 1);
        IVMEventSink_Release(sink);
    }
}

static void act_release_sink(struct probe *probe)
{
    CHECK(!IVMEventSink_Release(probe->sink));
}

static void fire_through_face(IVMEventSink *sink)
{
    fire_state(sink, 1);
}

static void fire_by_call(IVMEventSink *sink)
{
    CHECK(IVMEventSink_OnStateChange(sink, vmVMState_Saved) == S_OK);
}

/* The last reference goes while the event is still on its way. */
static void test_sink_released_inside_a_callback(void **state)
{
    static void (*const fires[])(IVMEventSink * sink) = {fire_through_face, fire_by_call};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(fires); ++i)
    {
        IVMEventSink *sink = sink_create();
        struct probe before = {0}, probe = {.act = act_release_sink}, after = {0};

        probe_add(&before, sink, DISPID_UNKNOWN);
        probe_add(&probe, sink, DISPID_UNKNOWN);
        probe_add(&after, sink, DISPID_UNKNOWN);
        fires[i](sink);
        assert_int_equal(before.calls, 1);
        assert_int_equal(probe.calls, 1);
        assert_int_equal(after.calls, 0);
        assert_int_equal(before.releases, 1);
        assert_int_equal(probe.releases, 1);
        assert_int_equal(after.releases, 1);
        assert_int_equal(library.can_unload_now(), S_OK);
    }
}

static void act_fire_again(struct probe *probe)
{
    if (probe->calls < 5)
        CHECK(IVMEventSink_OnReset(probe->sink) == S_OK);
    else
        CHECK(probe_remove(probe) == S_OK);
    CHECK(!probe->releases);
}

static void test_events_within_events(void **state)
{
    IVMEventSink *sink = sink_create();
    struct probe probe = {.act = act_fire_again};

    (void)state;
    probe_add(&probe, sink, vmVirtualMachineEvent_Reset);
    IVMEventSink_OnReset(sink);
    assert_int_equal(probe.calls, 5);
    assert_int_equal(probe.releases, 1);
    IVMEventSink_Release(sink);
}

static void act_end_thread(struct probe *probe)
{
    InterlockedIncrement(&probe->entered);
    ExitThread(0);
}

/* A thread that ends inside a callback is not waited for. */
static void test_thread_ends_inside_a_callback(void **state)
{
    IVMEventSink *sink = sink_create();
    struct probe probe = {.act = act_end_thread};

    (void)state;
    probe_add(&probe, sink, vmVirtualMachineEvent_Reset);
    worker_run(NO_APARTMENT, fire_reset, sink);
    assert_int_equal(probe.entered, 1);
    assert_int_equal(probe_remove(&probe), S_OK);
    assert_int_equal(probe.releases, 1);
    IVMEventSink_Release(sink);
}

/* ---- all at once ---- */

enum
{
    THREADS = 8,
    ROUNDS = 1500
};

struct mixing
{
    IVMEventSink *sink;
    LONG number;
};

struct short_lived
{
    volatile LONG inside, calls, gone;
};

static void CALLBACK short_lived_notify(const VMEVENT *event, void *context)
{
    struct short_lived *probe = context;

    CHECK(event->argCount == 1 && V_I4(&event->args[0]) == 5);
    InterlockedIncrement(&probe->inside);
    CHECK(!probe->gone);
    InterlockedIncrement(&probe->calls);
    if (probe->calls % 64 == 0)
        SwitchToThread();
    CHECK(!probe->gone);
    InterlockedDecrement(&probe->inside);
}

static void CALLBACK short_lived_release(void *context)
{
    struct short_lived *probe = context;

    CHECK(!probe->inside);
    CHECK(InterlockedIncrement(&probe->gone) == 1);
}

static void mix(void *context)
{
    struct mixing *mixing = context;
    IVMEventCallbacks *callbacks = query(mixing->sink, &IID_IVMEventCallbacks);

    for (LONG round = 0; round < ROUNDS; ++round)
    {
        struct short_lived *probe = calloc(1, sizeof(*probe));
        DWORD cookie;

        CHECK(IVMEventCallbacks_AddCallback(callbacks, &DIID_IVMVirtualMachineEvents, 1, short_lived_notify, probe,
                      short_lived_release, &cookie)
                == S_OK);
        for (LONG i = 0; i < (round + mixing->number) % 4 + 1; ++i)
            fire_state(mixing->sink, 5);
        CHECK(probe->calls);
        CHECK(IVMEventCallbacks_RemoveCallback(callbacks, cookie) == S_OK);
        CHECK(probe->gone == 1 && !probe->inside);
        /* Whoever came back to it now would find this. */
        memset(probe, 0xee, sizeof(*probe));
        free(probe);
    }
    IVMEventCallbacks_Release(callbacks);
}

static void test_eight_threads_add_fire_and_remove(void **state)
{
    IVMEventSink *sink = sink_create();
    struct mixing mixings[THREADS];
    HANDLE workers[THREADS];
    LONG received, fired = 0;

    (void)state;
    for (LONG i = 0; i < THREADS; ++i)
    {
        mixings[i] = (struct mixing){sink, i};
        workers[i] = worker_start(i % 2 ? COINIT_MULTITHREADED : NO_APARTMENT, mix, &mixings[i]);
        for (LONG round = 0; round < ROUNDS; ++round)
            fired += (round + i) % 4 + 1;
    }
    for (LONG i = 0; i < THREADS; ++i)
        worker_join(workers[i]);
    assert_int_equal(IVMEventSink_get_Received(sink, &received), S_OK);
    assert_int_equal(received, fired);
    IVMEventSink_Release(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_waits_for_a_running_callback),
            sink_test(test_inside_itself),
            sink_test(test_the_next_one),
            sink_test(test_each_other),
            sink_test(test_sink_released_inside_a_callback),
            sink_test(test_events_within_events),
            sink_test(test_thread_ends_inside_a_callback),
            sink_test(test_eight_threads_add_fire_and_remove),
    };

    return cmocka_run_group_tests_name("removal of callbacks", tests, library_load, library_unload);
}

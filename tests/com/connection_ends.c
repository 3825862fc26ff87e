/* The ends of connections, when a source that finishes and a client that unadvises come together. */
#include "com/connections.h"

#include "com/receiver.h"
#include "dispatch/readers.h"
#include "platform/memory.h"

#include <olectl.h>

/* Where no lock can hold the two threads they meet by chance. So often is enough to see each go first. */
#define ROUNDS 50

/* An advised sink. */
struct sink
{
    IDispatch IDispatch_iface;
    LONG refcount;
    atomic_int called;
    atomic_int held; /* its calls do not end while it is set */
};

static struct sink *sink_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct sink, IDispatch_iface);
}

static HRESULT WINAPI sink_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI sink_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&sink_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI sink_Release(IDispatch *iface)
{
    return InterlockedDecrement(&sink_from_IDispatch(iface)->refcount);
}

static HRESULT WINAPI sink_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct sink *sink = sink_from_IDispatch(iface);

    (void)id, (void)riid, (void)lcid, (void)flags, (void)params, (void)result, (void)exception, (void)arg_error;
    atomic_fetch_add(&sink->called, 1);
    while (atomic_load(&sink->held))
        test_sleep_ms(1);
    return S_OK;
}

static const IDispatchVtbl sink_vtbl = {
        .QueryInterface = sink_QueryInterface,
        .AddRef = sink_AddRef,
        .Release = sink_Release,
        .Invoke = sink_Invoke,
};

/* A source, a sink that it has called and that has not returned, and an event that waits for it. */
struct case_of_two
{
    struct event_source *source;
    struct sink sink;
    DWORD cookie;
    atomic_int done; /* the other thread's call has returned */
    HRESULT result;
    ULONG missing;
};

static const struct event_interface *const events = &event_interfaces[MACHINE_EVENTS];

static void fire(struct case_of_two *those)
{
    event_source_pass(those->source, event_type_find(events, 3), L"", NULL);
}

static void case_begin(struct case_of_two *those)
{
    memset(those, 0, sizeof(*those));
    those->source = source_create();
    those->sink.IDispatch_iface.lpVtbl = (IDispatchVtbl *)&sink_vtbl;
    those->sink.refcount = 1;
    atomic_store(&those->sink.held, 1);
    assert_int_equal(connections_advise(those->source, events, LANE_HOME_NONE, (IUnknown *)&those->sink.IDispatch_iface,
                             &those->cookie),
            S_OK);
    fire(those);
    fire(those);
    await(&those->sink.called, 1);
}

static void case_end(struct case_of_two *those)
{
    connections_end_all(those->source);
    source_end(those->source);
    assert_int_equal(those->sink.refcount, 1);
}

static void await_refcount(struct case_of_two *those, LONG refcount)
{
    uint64_t end = test_time_ms() + TEST_PATIENCE_MS;

    while (InterlockedCompareExchange(&those->sink.refcount, 0, 0) != refcount && test_time_ms() < end)
        test_sleep_ms(1);
    assert_int_equal(those->sink.refcount, refcount);
}

static UINT connection_count(struct case_of_two *those)
{
    CONNECTDATA *connections;
    UINT count;

    assert_non_null(connections = connections_list(those->source, events, &count));
    for (UINT i = 0; i < count; ++i)
        IUnknown_Release(connections[i].pUnk);
    memory_free(connections);
    return count;
}

static void await_unlisted(struct case_of_two *those)
{
    uint64_t end = test_time_ms() + TEST_PATIENCE_MS;

    while (connection_count(those) && test_time_ms() < end)
        test_sleep_ms(1);
    assert_int_equal(connection_count(those), 0);
}

static void await_finishing(void)
{
    uint64_t end = test_time_ms() + TEST_PATIENCE_MS;

    while (!lanes_let_go(INFINITE) && test_time_ms() < end)
        test_sleep_ms(1);
    assert_int_equal(lanes_let_go(INFINITE), 1);
}

static void unadvise(void *context)
{
    struct case_of_two *those = context;

    those->result = connections_unadvise(those->source, events, those->cookie);
    atomic_store(&those->done, 1);
}

static void finish(void *context)
{
    struct case_of_two *those = context;

    connections_finish_all(those->source);
}

static void settle(void *context)
{
    struct case_of_two *those = context;

    those->result = connections_settle(those->source, those->cookie, INFINITE, &those->missing);
    atomic_store(&those->done, 1);
}

/* The one that unadvises has found the connection, and stands where it asks for the listener, while the lane comes to the
 * end of all. It has the connection to cut then, and nothing that has been given back. */
static void test_unadvise_while_the_end_is_done(void **state)
{
    struct case_of_two those;
    test_thread thread;

    (void)state;
    case_begin(&those);
    connections_finish_all(those.source);
    lock_acquire(&dispatch_lock);
    thread = test_thread_start(unadvise, &those);
    await_unlisted(&those);
    atomic_store(&those.sink.held, 0);
    await_refcount(&those, 1);
    test_sleep_ms(TEST_SETTLE_MS);
    lock_release(&dispatch_lock);
    await(&those.done, 1);
    test_thread_join(thread);
    assert_int_equal(those.result, S_OK);
    case_end(&those);
    assert_int_equal(those.sink.called, 2);
}

/* When Unadvise has returned no delivery begins, though the connection is finishing. The one that finishes it waits for the
 * lock, and has yet to wake when this thread has released it: the listener is most often removed by Unadvise. */
static void test_unadvise_while_finishing_begins(void **state)
{
    (void)state;
    for (UINT round = 0; round < ROUNDS; ++round)
    {
        struct case_of_two those;
        test_thread thread;

        case_begin(&those);
        lock_acquire(&dispatch_lock);
        thread = test_thread_start(finish, &those);
        await_finishing();
        test_sleep_ms(1 + round % 5);
        lock_release(&dispatch_lock);
        assert_int_equal(connections_unadvise(those.source, events, those.cookie), S_OK);
        test_thread_join(thread);
        atomic_store(&those.sink.held, 0);
        await_refcount(&those, 1);
        assert_int_equal(those.sink.called, 1);
        case_end(&those);
    }
}

/* Who waits for a connection's events has what it waits by until it returns, though the connection ends meanwhile. */
static void test_settle_until_the_end(void **state)
{
    (void)state;
    for (UINT round = 0; round < ROUNDS; ++round)
    {
        struct case_of_two those;
        test_thread thread;

        case_begin(&those);
        thread = test_thread_start(settle, &those);
        test_sleep_ms(round % 5);
        connections_finish_all(those.source);
        atomic_store(&those.sink.held, 0);
        await(&those.done, 1);
        test_thread_join(thread);
        /* It may have come when the connection had ended. */
        assert_true(those.result == CONNECT_E_NOCONNECTION || (those.result == S_OK && !those.missing));
        case_end(&those);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_unadvise_while_the_end_is_done),
            cmocka_unit_test(test_unadvise_while_finishing_begins),
            cmocka_unit_test(test_settle_until_the_end),
    };

    return cmocka_run_group_tests(tests, lanes_set_up, lanes_tear_down);
}

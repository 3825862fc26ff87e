/* The sink's own connection points: it fires on what it receives. */
#include "sink/recorder.h"
#include "sink/samples.h"

static IVMEventSink *sink;
static IConnectionPointContainer *hub;
static struct recorder recorder;

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    hub = query(sink, &IID_IConnectionPointContainer);
    recorder_init(&recorder);
    return 0;
}

static int tear_down(void **state)
{
    IConnectionPointContainer_Release(hub);
    CHECK(!IVMEventSink_Release(sink));
    recorder_end(&recorder);
    return library_check_idle(state);
}

/* The point for the events of that DIID, without a reference. */
static IConnectionPoint *find_point(REFIID diid)
{
    IConnectionPoint *point;

    assert_int_equal(IConnectionPointContainer_FindConnectionPoint(hub, diid, &point), S_OK);
    IConnectionPoint_Release(point);
    return point;
}

static DWORD advise(REFIID diid, void *object)
{
    DWORD cookie = 0;

    assert_int_equal(IConnectionPoint_Advise(find_point(diid), (IUnknown *)object, &cookie), S_OK);
    assert_int_not_equal(cookie, 0);
    return cookie;
}

static void fire_all(void)
{
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
        sample_fire(sample, sink);
}

static UINT count_connections(REFIID diid)
{
    IEnumConnections *connections;
    CONNECTDATA connection;
    UINT count = 0;

    assert_int_equal(IConnectionPoint_EnumConnections(find_point(diid), &connections), S_OK);
    for (; IEnumConnections_Next(connections, 1, &connection, NULL) == S_OK; ++count)
        IUnknown_Release(connection.pUnk);
    IEnumConnections_Release(connections);
    return count;
}

static void test_finding_points(void **state)
{
    IConnectionPoint *point = (IConnectionPoint *)state;

    for (size_t i = 0; i < DIID_COUNT; ++i)
    {
        IConnectionPointContainer *container;
        IUnknown *identity;
        void *object;
        IID iid;

        point = find_point(diids[i]);
        assert_int_equal(IConnectionPoint_GetConnectionInterface(point, &iid), S_OK);
        assert_true(IsEqualIID(&iid, diids[i]));
        assert_int_equal(IConnectionPoint_GetConnectionInterface(point, NULL), E_POINTER);
        assert_int_equal(IConnectionPoint_GetConnectionPointContainer(point, &container), S_OK);
        assert_ptr_equal(container, hub);
        IConnectionPointContainer_Release(container);
        assert_int_equal(IConnectionPoint_GetConnectionPointContainer(point, NULL), E_POINTER);

        /* A point is an object of its own. */
        identity = query(point, &IID_IUnknown);
        assert_ptr_equal(identity, point);
        IUnknown_Release(identity);
        assert_int_equal(
                IConnectionPoint_QueryInterface(point, &IID_IConnectionPointContainer, &object), E_NOINTERFACE);
        assert_null(object);
        assert_int_equal(IConnectionPoint_QueryInterface(point, &IID_IUnknown, NULL), E_POINTER);
    }
    assert_int_equal(
            IConnectionPointContainer_FindConnectionPoint(hub, &IID_IVMEventSink, &point), CONNECT_E_NOCONNECTION);
    assert_null(point);
    assert_int_equal(IConnectionPointContainer_FindConnectionPoint(hub, diids[0], NULL), E_POINTER);
}

static void test_enumerating_points(void **state)
{
    IEnumConnectionPoints *points, *clone;
    IConnectionPoint *four[DIID_COUNT + 1];
    ULONG fetched = 9;

    (void)state;
    assert_int_equal(IConnectionPointContainer_EnumConnectionPoints(hub, NULL), E_POINTER);
    assert_int_equal(IConnectionPointContainer_EnumConnectionPoints(hub, &points), S_OK);
    assert_int_equal(IEnumConnectionPoints_Next(points, DIID_COUNT + 1, four, &fetched), S_FALSE);
    assert_int_equal(fetched, DIID_COUNT);
    for (size_t i = 0; i < DIID_COUNT; ++i)
    {
        assert_ptr_equal(four[i], find_point(diids[i]));
        IConnectionPoint_Release(four[i]);
    }
    assert_int_equal(IEnumConnectionPoints_Next(points, 1, four, &fetched), S_FALSE);
    assert_int_equal(fetched, 0);
    assert_int_equal(IEnumConnectionPoints_Reset(points), S_OK);
    assert_int_equal(IEnumConnectionPoints_Skip(points, 3), S_OK);
    assert_int_equal(IEnumConnectionPoints_Clone(points, &clone), S_OK);
    assert_int_equal(IEnumConnectionPoints_Next(clone, 1, four, NULL), S_OK);
    assert_ptr_equal(four[0], find_point(diids[3]));
    IConnectionPoint_Release(four[0]);
    assert_int_equal(IEnumConnectionPoints_Skip(points, 2), S_FALSE);
    assert_int_equal(IEnumConnectionPoints_Next(points, 2, four, NULL), E_POINTER);
    assert_int_equal(IEnumConnectionPoints_Next(points, 1, NULL, &fetched), E_POINTER);
    /* Nothing is fetched, wherever it is to go, and the position stays. */
    assert_int_equal(IEnumConnectionPoints_Reset(points), S_OK);
    fetched = 9;
    assert_int_equal(IEnumConnectionPoints_Next(points, 0, NULL, &fetched), S_OK);
    assert_int_equal(fetched, 0);
    assert_int_equal(IEnumConnectionPoints_Next(points, 0, NULL, NULL), S_OK);
    assert_int_equal(IEnumConnectionPoints_Next(points, 1, four, &fetched), S_OK);
    assert_ptr_equal(four[0], find_point(diids[0]));
    IConnectionPoint_Release(four[0]);
    assert_int_equal(IEnumConnectionPoints_Release(clone), 0);
    assert_int_equal(IEnumConnectionPoints_Release(points), 0);
}

/* An advised sink hears the events of its interface, whether it knows the dispinterface or IDispatch alone. */
static void test_firing(void **state)
{
    (void)state;
    for (size_t i = 0; i < DIID_COUNT; ++i)
    {
        for (int knows_interface = 0; knows_interface < 2; ++knows_interface)
        {
            LONG begun = recorder.begun, next = begun;
            DWORD cookie;

            recorder.answers = knows_interface ? diids[i] : NULL;
            cookie = advise(diids[i], &recorder.IDispatch_iface);
            fire_all();
            for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
            {
                if (sample->iid != diids[i])
                    continue;
                assert_int_equal(recorder.log[next].id, sample->id);
                assert_int_equal(recorder.log[next].flags, DISPATCH_METHOD);
                assert_int_equal(recorder.log[next].count, sample->count);
                assert_true(sample_has_arguments(sample, recorder.log[next].args));
                ++next;
            }
            assert_int_equal(recorder.begun, next);
            assert_true(next > begun);
            assert_int_equal(IConnectionPoint_Unadvise(find_point(diids[i]), cookie), S_OK);
            assert_int_equal(recorder.refcount, 1);
        }
    }
}

static void test_what_Advise_refuses(void **state)
{
    IEnumConnectionPoints *no_dispatch;
    DWORD cookie = 5;

    (void)state;
    assert_int_equal(IConnectionPoint_Advise(find_point(diids[0]), NULL, &cookie), E_POINTER);
    assert_int_equal(cookie, 0);
    assert_int_equal(
            IConnectionPoint_Advise(find_point(diids[0]), (IUnknown *)&recorder.IDispatch_iface, NULL), E_POINTER);
    assert_int_equal(IConnectionPointContainer_EnumConnectionPoints(hub, &no_dispatch), S_OK);
    cookie = 5;
    assert_int_equal(IConnectionPoint_Advise(find_point(diids[0]), (IUnknown *)no_dispatch, &cookie),
            CONNECT_E_CANNOTCONNECT);
    assert_int_equal(cookie, 0);
    assert_int_equal(IEnumConnectionPoints_Release(no_dispatch), 0);
}

static void test_what_Unadvise_refuses(void **state)
{
    DWORD cookie = advise(diids[0], &recorder.IDispatch_iface);
    LONG subscription = recorder_subscribe(&recorder, sink, L"OnReset");

    (void)state;
    assert_int_equal(IConnectionPoint_Unadvise(find_point(diids[0]), 0), CONNECT_E_NOCONNECTION);
    assert_int_equal(IConnectionPoint_Unadvise(find_point(diids[1]), cookie), CONNECT_E_NOCONNECTION);
    assert_int_equal(IConnectionPoint_Unadvise(find_point(diids[0]), (DWORD)subscription), CONNECT_E_NOCONNECTION);
    assert_int_equal(IConnectionPoint_Unadvise(find_point(diids[0]), cookie), S_OK);
    assert_int_equal(IConnectionPoint_Unadvise(find_point(diids[0]), cookie), CONNECT_E_NOCONNECTION);
}

static void test_enumerating_connections(void **state)
{
    DWORD cookies[3];
    IEnumConnections *connections;
    CONNECTDATA found[4];
    ULONG fetched;

    (void)state;
    assert_int_equal(IConnectionPoint_EnumConnections(find_point(diids[0]), NULL), E_POINTER);
    for (size_t i = 0; i < 3; ++i)
        cookies[i] = advise(diids[0], &recorder.IDispatch_iface);
    advise(diids[2], &recorder.IDispatch_iface);
    assert_int_equal(IConnectionPoint_EnumConnections(find_point(diids[0]), &connections), S_OK);
    assert_int_equal(IEnumConnections_Next(connections, 4, found, &fetched), S_FALSE);
    assert_int_equal(fetched, 3);
    for (size_t i = 0; i < 3; ++i)
    {
        assert_int_equal(found[i].dwCookie, cookies[i]);
        assert_ptr_equal(found[i].pUnk, &recorder.IDispatch_iface);
        IUnknown_Release(found[i].pUnk);
    }
    assert_int_equal(IEnumConnections_Next(connections, 0, NULL, &fetched), S_OK);
    assert_int_equal(fetched, 0);
    assert_int_equal(IEnumConnections_Release(connections), 0);
    assert_int_equal(count_connections(diids[1]), 0);
    assert_int_equal(count_connections(diids[2]), 1);
}

static void test_subscriber_that_is_gone_is_dropped(void **state)
{
    static const HRESULT gone[] = {RPC_E_DISCONNECTED, CO_E_OBJNOTCONNECTED, RPC_E_SERVER_DIED,
            HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE), HRESULT_FROM_WIN32(RPC_S_CALL_FAILED)};
    LONG failed;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(gone); ++i)
    {
        LONG calls = recorder.calls;
        DWORD cookie = advise(diids[0], &recorder.IDispatch_iface);

        recorder.answer = gone[i];
        IVMEventSink_OnReset(sink);
        IVMEventSink_OnReset(sink);
        assert_int_equal(recorder.calls, calls + 1);
        assert_int_equal(recorder.refcount, 1);
        assert_int_equal(count_connections(diids[0]), 0);
        assert_int_equal(IConnectionPoint_Unadvise(find_point(diids[0]), cookie), CONNECT_E_NOCONNECTION);
    }
    assert_int_equal(IVMEventSink_get_Failed(sink, &failed), S_OK);
    assert_int_equal(failed, 0);
}

static void test_failing_subscriber_stays(void **state)
{
    LONG failed;

    (void)state;
    advise(diids[0], &recorder.IDispatch_iface);
    recorder.answer = E_FAIL;
    IVMEventSink_OnReset(sink);
    assert_int_equal(IVMEventSink_get_Failed(sink, &failed), S_OK);
    assert_int_equal(failed, 1);
    /* An event that it does not care for. */
    recorder.answer = DISP_E_MEMBERNOTFOUND;
    IVMEventSink_OnReset(sink);
    recorder.answer = E_NOTIMPL;
    IVMEventSink_OnReset(sink);
    assert_int_equal(IVMEventSink_get_Failed(sink, &failed), S_OK);
    assert_int_equal(failed, 1);
    assert_int_equal(recorder.calls, 3);
    assert_int_equal(count_connections(diids[0]), 1);
}

static DWORD own_cookie;

static void unadvise_inside(struct recorder *inside, const struct recorder_call *call)
{
    (void)call;
    CHECK(IConnectionPoint_Unadvise((IConnectionPoint *)inside->context, own_cookie) == S_OK);
}

static void test_unadvise_inside_the_call(void **state)
{
    (void)state;
    recorder.act = unadvise_inside;
    recorder.context = find_point(diids[0]);
    own_cookie = advise(diids[0], &recorder.IDispatch_iface);
    IVMEventSink_OnReset(sink);
    IVMEventSink_OnReset(sink);
    assert_int_equal(recorder.calls, 1);
    assert_int_equal(recorder.refcount, 1);
}

/* An advised sink does not keep the sink that fires, and is let go of with it. */
static void test_connections_end_with_the_sink(void **state)
{
    IVMEventSink *other = sink_create();
    IConnectionPointContainer *of_other = query(other, &IID_IConnectionPointContainer);
    IConnectionPoint *point;
    DWORD cookie;

    (void)state;
    assert_int_equal(IConnectionPointContainer_FindConnectionPoint(of_other, diids[3], &point), S_OK);
    assert_int_equal(IConnectionPoint_Advise(point, (IUnknown *)&recorder.IDispatch_iface, &cookie), S_OK);
    assert_true(recorder.refcount > 1);
    IConnectionPointContainer_Release(of_other);
    assert_int_equal(IVMEventSink_Release(other), 1);
    assert_int_equal(IConnectionPoint_Release(point), 0);
    assert_int_equal(recorder.refcount, 1);
}

#define hub_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            hub_test(test_finding_points),
            hub_test(test_enumerating_points),
            hub_test(test_firing),
            hub_test(test_what_Advise_refuses),
            hub_test(test_what_Unadvise_refuses),
            hub_test(test_enumerating_connections),
            hub_test(test_subscriber_that_is_gone_is_dropped),
            hub_test(test_failing_subscriber_stays),
            hub_test(test_unadvise_inside_the_call),
            hub_test(test_connections_end_with_the_sink),
    };

    return cmocka_run_group_tests_name("the hub", tests, library_load, library_unload);
}

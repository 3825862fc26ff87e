/* Memory that runs out on connections: Connect to a source, in each apartment, and the sink's own connection points. */
#include "memory/operation.h"
#include "sink/worker.h"

#define MTA COINIT_MULTITHREADED
#define STA COINIT_APARTMENTTHREADED

static IUnknown *source_object(struct world *world)
{
    return (IUnknown *)&world->source->IDispatch_iface;
}

static HRESULT connect_to(struct world *world, IUnknown *object, const WCHAR *label)
{
    BSTR string = label ? SysAllocString(label) : NULL;
    HRESULT hr = IVMEventSink_Connect(world->sink, object, string, &world->cookie);

    SysFreeString(string);
    EXPECT(SUCCEEDED(hr) == (world->cookie != 0));
    return hr;
}

static HRESULT connect_labelled(struct world *world)
{
    return connect_to(world, source_object(world), L"a label");
}

static void prepare_name(struct world *world)
{
    world->source->name = L"a name";
}

/* Without a label it is the source's name, and nothing less for want of memory. */
static HRESULT connect_named(struct world *world)
{
    return connect_to(world, source_object(world), NULL);
}

static void check_name_and_disconnect(struct world *world)
{
    IVMEventRecord *record;
    BSTR label;

    EXPECT(source_fire(world->source, &samples[2]) == S_OK);
    EXPECT(IVMEventSink_NextEvent(world->sink, 0, &record) == S_OK && record);
    EXPECT(IVMEventRecord_get_Source(record, &label) == S_OK && !wcscmp(label, L"a name"));
    SysFreeString(label);
    IVMEventRecord_Release(record);
    EXPECT(IVMEventSink_Disconnect(world->sink, world->cookie) == S_OK);
}

static void undo_connection(struct world *world)
{
    EXPECT(IVMEventSink_Disconnect(world->sink, world->cookie) == S_OK);
    EXPECT(world->source->connected == 0);
}

static void prepare_connection(struct world *world)
{
    EXPECT(connect_labelled(world) == S_OK);
}

static HRESULT disconnect_source(struct world *world)
{
    return IVMEventSink_Disconnect(world->sink, world->cookie);
}

static void check_disconnected(struct world *world)
{
    EXPECT(world->source->connected == 0);
}

/* The source lives in the multithreaded apartment, so that it is a proxy here. */
struct marshalling
{
    IUnknown *object;
    IStream *stream;
};

static void marshal(void *context)
{
    struct marshalling *marshalling = context;

    CHECK(CoMarshalInterThreadInterfaceInStream(&IID_IUnknown, marshalling->object, &marshalling->stream) == S_OK);
}

static void prepare_proxy(struct world *world)
{
    struct marshalling marshalling = {.object = source_object(world)};

    prepare_name(world);
    world->has_proxy = true;
    world->source->allows = NULL; /* Wine's proxies do not tell why they have no interface */
    worker_run(MTA, marshal, &marshalling);
    EXPECT(CoGetInterfaceAndReleaseStream(marshalling.stream, &IID_IUnknown, &world->object2) == S_OK);
    EXPECT(world->object2 != source_object(world));
}

static void end_proxy(struct world *world)
{
    IUnknown_Release((IUnknown *)world->object2);
}

static HRESULT connect_to_proxy(struct world *world)
{
    return connect_to(world, world->object2, NULL);
}

static void prepare_connected_proxy(struct world *world)
{
    prepare_proxy(world);
    EXPECT(connect_to_proxy(world) == S_OK);
    EXPECT(world->source->connected == DIID_COUNT);
}

/* The hub */

static IConnectionPointContainer *container_of(struct world *world)
{
    IConnectionPointContainer *container = query(world->sink, &IID_IConnectionPointContainer);

    IConnectionPointContainer_Release(container);
    return container;
}

static void find_point(struct world *world)
{
    EXPECT(IConnectionPointContainer_FindConnectionPoint(
                   container_of(world), &DIID_IVMVirtualMachineEvents, (IConnectionPoint **)&world->object2)
            == S_OK);
}

static void release_object2(struct world *world)
{
    IUnknown_Release((IUnknown *)world->object2);
}

static HRESULT find_each_point(struct world *world)
{
    for (UINT i = 0; i < DIID_COUNT; ++i)
    {
        IConnectionPoint *point;

        EXPECT(IConnectionPointContainer_FindConnectionPoint(container_of(world), diids[i], &point) == S_OK);
        IConnectionPoint_Release(point);
    }
    return S_OK;
}

static HRESULT enumerate_points(struct world *world)
{
    HRESULT hr = IConnectionPointContainer_EnumConnectionPoints(
            container_of(world), (IEnumConnectionPoints **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static void prepare_points(struct world *world)
{
    EXPECT(IConnectionPointContainer_EnumConnectionPoints(
                   container_of(world), (IEnumConnectionPoints **)&world->object2)
            == S_OK);
}

static HRESULT clone_points(struct world *world)
{
    HRESULT hr = IEnumConnectionPoints_Clone(
            (IEnumConnectionPoints *)world->object2, (IEnumConnectionPoints **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static HRESULT next_points(struct world *world)
{
    IConnectionPoint *points[DIID_COUNT];
    ULONG fetched;

    EXPECT(IEnumConnectionPoints_Reset((IEnumConnectionPoints *)world->object2) == S_OK);
    EXPECT(IEnumConnectionPoints_Next((IEnumConnectionPoints *)world->object2, DIID_COUNT, points, &fetched) == S_OK);
    while (fetched--)
        IConnectionPoint_Release(points[fetched]);
    return S_OK;
}

static HRESULT advise_object(struct world *world, IUnknown *object)
{
    DWORD cookie = 1;
    HRESULT hr = IConnectionPoint_Advise((IConnectionPoint *)world->object2, object, &cookie);

    EXPECT(SUCCEEDED(hr) == (cookie != 0));
    world->cookie = (LONG)cookie;
    return hr;
}

static HRESULT advise(struct world *world)
{
    return advise_object(world, (IUnknown *)&world->recorder->IDispatch_iface);
}

static HRESULT unadvise(struct world *world)
{
    return IConnectionPoint_Unadvise((IConnectionPoint *)world->object2, (DWORD)world->cookie);
}

static void undo_advise(struct world *world)
{
    EXPECT(unadvise(world) == S_OK);
    EXPECT(world->recorder->refcount == 1);
}

static void prepare_advised(struct world *world)
{
    find_point(world);
    EXPECT(advise(world) == S_OK);
}

static void advise_here(void *context)
{
    EXPECT(advise(context) == S_OK);
}

static void prepare_advised_elsewhere(struct world *world)
{
    find_point(world);
    worker_run(MTA, advise_here, world);
}

static HRESULT enumerate_connections(struct world *world)
{
    HRESULT hr = IConnectionPoint_EnumConnections(
            (IConnectionPoint *)world->object2, (IEnumConnections **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static void end_advised(struct world *world)
{
    EXPECT(unadvise(world) == S_OK);
    release_object2(world);
}

/* A call with one event: it is refused by itself, and not counted. */
static SAFEARRAY *codes, *labels, *arguments;

static SAFEARRAY *array_of_one(VARTYPE type, void *element)
{
    SAFEARRAY *array = SafeArrayCreateVector(type, 0, 1);
    LONG place = 0;

    EXPECT(array && SafeArrayPutElement(array, &place, element) == S_OK);
    return array;
}

static void prepare_receiver(struct world *world)
{
    LONG eject = 2 << 24 | 1 << 16 | vmDVDDriveEvent_OnEject;
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(L"Web");
    codes = array_of_one(VT_I4, &eject);
    labels = array_of_one(VT_BSTR, V_BSTR(&value));
    arguments = array_of_one(VT_VARIANT, &value);
    VariantClear(&value);
    prepare_connection(world);
    world->object2 = query(world->source->points[0].sink, &IID_IVMEventReceiver);
}

static HRESULT receive(struct world *world)
{
    LONG taken, refused;

    EXPECT(IVMEventReceiver_Receive(
                   (IVMEventReceiver *)world->object2, codes, labels, arguments, NULL, &taken, &refused)
            == S_OK);
    EXPECT(taken == 1);
    return refused ? E_OUTOFMEMORY : S_OK;
}

static void end_receiver(struct world *world)
{
    release_object2(world);
    EXPECT(IVMEventSink_Disconnect(world->sink, world->cookie) == S_OK);
    SafeArrayDestroy(codes);
    SafeArrayDestroy(labels);
    SafeArrayDestroy(arguments);
}

static void test_connect(void **state)
{
    static const struct operation operations[] = {
            {"Connect with a label", MTA, NULL, connect_labelled, undo_connection, NULL, PLAIN, 9, NULL},
            {"Connect, STA", STA, NULL, connect_labelled, undo_connection, NULL, PLAIN, 14, NULL},
            {"Connect to a named source", MTA, prepare_name, connect_named, check_name_and_disconnect, NULL, PLAIN, 10,
                    NULL},
            {"Connect to a proxy", STA, prepare_proxy, connect_to_proxy, check_name_and_disconnect, end_proxy, PLAIN,
                    18, NULL},
            {"Receive", MTA, prepare_receiver, receive, NULL, end_receiver, EVENT, 2, NULL},
            {"Disconnect", MTA, prepare_connection, disconnect_source, check_disconnected, NULL, PLAIN, 0, NULL},
            {"Disconnect, STA", STA, prepare_connection, disconnect_source, check_disconnected, NULL, PLAIN, 0, NULL},
            {"Disconnect from a proxy", STA, prepare_connected_proxy, disconnect_source, check_disconnected, end_proxy,
                    PLAIN, 0, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

static void test_connection_points(void **state)
{
    static const struct operation operations[] = {
            {"FindConnectionPoint", MTA, NULL, find_each_point, NULL, NULL, PLAIN, 0, NULL},
            {"EnumConnectionPoints", MTA, NULL, enumerate_points, undo_object, NULL, PLAIN, 1, NULL},
            {"Clone of connection points", MTA, prepare_points, clone_points, undo_object, release_object2, PLAIN, 1,
                    NULL},
            {"Next of connection points", MTA, prepare_points, next_points, NULL, release_object2, PLAIN, 0, NULL},
            {"Advise", MTA, find_point, advise, undo_advise, release_object2, PLAIN, 3, NULL},
            {"Advise, STA", STA, find_point, advise, undo_advise, release_object2, PLAIN, 6, NULL},
            {"Unadvise", MTA, prepare_advised, unadvise, NULL, release_object2, PLAIN, 0, NULL},
            {"Unadvise elsewhere", MTA, prepare_advised_elsewhere, unadvise, NULL, release_object2, PLAIN, 0, NULL},
            {"EnumConnections", MTA, prepare_advised, enumerate_connections, undo_object, end_advised, PLAIN, 2, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_connect),
            cmocka_unit_test(test_connection_points),
    };

    return cmocka_run_group_tests_name("memory that runs out on connections", tests, library_load, library_unload);
}

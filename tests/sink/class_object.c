/* What COM asks of the library: class objects, aggregation, locks, and when it may be unloaded. */
#include "sink/library.h"

static IClassFactory *get_factory(void)
{
    IClassFactory *factory;

    assert_int_equal(library.get_class_object(&CLSID_VMEventSink, &IID_IClassFactory, (void **)&factory), S_OK);
    return factory;
}

static void test_class_objects_there_are_not(void **state)
{
    static const CLSID *const others[] = {&CLSID_VMEventHost, &CLSID_VMEventRecord, &CLSID_VMEventMachine, &IID_NULL};
    void *object;

    for (size_t i = 0; i < ARRAYSIZE(others); ++i)
    {
        object = state;
        assert_int_equal(
                library.get_class_object(others[i], &IID_IClassFactory, &object), CLASS_E_CLASSNOTAVAILABLE);
        assert_null(object);
    }
    object = state;
    assert_int_equal(library.get_class_object(&CLSID_VMEventSink, &IID_IDispatch, &object), E_NOINTERFACE);
    assert_null(object);
    assert_int_equal(library.get_class_object(&CLSID_VMEventSink, &IID_IClassFactory, NULL), E_POINTER);
}

static void test_class_object(void **state)
{
    IClassFactory *factory = get_factory();
    IUnknown *identity = query(factory, &IID_IUnknown);
    void *object = state;

    assert_int_equal(IClassFactory_QueryInterface(factory, &IID_IDispatch, &object), E_NOINTERFACE);
    assert_null(object);
    assert_int_equal(IClassFactory_QueryInterface(factory, &IID_IUnknown, NULL), E_POINTER);
    assert_int_equal(library.can_unload_now(), S_FALSE);
    IUnknown_Release(identity);
    IClassFactory_Release(factory);
}

static void test_create_instance(void **state)
{
    IClassFactory *factory = get_factory();
    void *object = state;

    assert_int_equal(IClassFactory_CreateInstance(factory, NULL, &IID_IVMEventSink, NULL), E_POINTER);
    assert_int_equal(IClassFactory_CreateInstance(factory, NULL, &IID_IClassFactory, &object), E_NOINTERFACE);
    assert_null(object);
    assert_int_equal(IClassFactory_CreateInstance(factory, NULL, &IID_IUnknown, &object), S_OK);
    IClassFactory_Release(factory);
    assert_int_equal(library.can_unload_now(), S_FALSE);
    assert_int_equal(IUnknown_Release((IUnknown *)object), 0);
}

static void test_aggregation_is_refused(void **state)
{
    IClassFactory *factory = get_factory();
    IVMEventSink *outer = sink_create();
    void *object = state;

    assert_int_equal(IClassFactory_CreateInstance(factory, (IUnknown *)outer, &IID_IUnknown, &object),
            CLASS_E_NOAGGREGATION);
    assert_null(object);
    object = state;
    assert_int_equal(IClassFactory_CreateInstance(factory, (IUnknown *)outer, &IID_IVMEventSink, &object),
            CLASS_E_NOAGGREGATION);
    assert_null(object);
    assert_int_equal(count_references(outer), 1);
    IVMEventSink_Release(outer);
    IClassFactory_Release(factory);
}

static void test_locks(void **state)
{
    IClassFactory *factory = get_factory();

    (void)state;
    assert_int_equal(IClassFactory_LockServer(factory, TRUE), S_OK);
    assert_int_equal(IClassFactory_LockServer(factory, TRUE), S_OK);
    IClassFactory_Release(factory);
    assert_int_equal(library.can_unload_now(), S_FALSE);
    factory = get_factory();
    assert_int_equal(IClassFactory_LockServer(factory, FALSE), S_OK);
    assert_int_equal(library.can_unload_now(), S_FALSE);
    assert_int_equal(IClassFactory_LockServer(factory, FALSE), S_OK);
    IClassFactory_Release(factory);
    assert_int_equal(library.can_unload_now(), S_OK);
}

/* Enumerators, records and points keep the library as the sink does. */
static void test_every_object_keeps_the_library(void **state)
{
    IVMEventSink *sink = sink_create();
    IConnectionPointContainer *hub = query(sink, &IID_IConnectionPointContainer);
    IEnumConnectionPoints *enumerator;
    IVMEventRecord *record;

    (void)state;
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(IVMEventSink_NextEvent(sink, 0, &record), S_OK);
    assert_non_null(record);
    assert_int_equal(IConnectionPointContainer_EnumConnectionPoints(hub, &enumerator), S_OK);
    IConnectionPointContainer_Release(hub);
    IVMEventSink_Release(sink);

    assert_int_equal(library.can_unload_now(), S_FALSE);
    assert_int_equal(IEnumConnectionPoints_Release(enumerator), 0);
    assert_int_equal(library.can_unload_now(), S_FALSE);
    assert_int_equal(IVMEventRecord_Release(record), 0);
    assert_int_equal(library.can_unload_now(), S_OK);
}

/* The library goes and comes again within one process. */
static void test_unload_and_load(void **state)
{
    for (int i = 0; i < 5; ++i)
    {
        IVMEventSink *sink = sink_create();
        ITypeInfo *info;

        assert_int_equal(IVMEventSink_GetTypeInfo(sink, 0, 0, &info), S_OK);
        ITypeInfo_Release(info);
        assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
        IVMEventSink_Release(sink);
        assert_int_equal(library.can_unload_now(), S_OK);
        library_unload(state);
        assert_int_equal(library_load(state), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_class_objects_there_are_not),
            sink_test(test_class_object),
            sink_test(test_create_instance),
            sink_test(test_aggregation_is_refused),
            sink_test(test_locks),
            sink_test(test_every_object_keeps_the_library),
            sink_test(test_unload_and_load),
    };

    return cmocka_run_group_tests_name("the library as COM sees it", tests, library_load, library_unload);
}

/* One object with many faces: the rules of QueryInterface, reference counts, and use without COM. */
#include "sink/library.h"

#include "sink/worker.h"

static const IID *const faces[] = {&IID_IUnknown, &IID_IDispatch, &IID_IVMEventSink, &DIID_IVMVirtualMachineEvents,
        &DIID_IVMVirtualPCEvents, &DIID_IVMDVDDriveEvents, &DIID_IVMFloppyDriveEvents, &IID_IVMEventCallbacks,
        &IID_IConnectionPointContainer, &IID_IProvideClassInfo, &IID_IProvideClassInfo2, &IID_ISupportErrorInfo,
        &IID_IMarshal, &iid_agile_object};

/* From every face to every face: that makes it reflexive, symmetric and transitive. */
static void test_every_face_leads_to_every_face(void **state)
{
    IVMEventSink *sink = sink_create();
    IUnknown *identity = query(sink, &IID_IUnknown);

    (void)state;
    for (size_t from = 0; from < ARRAYSIZE(faces); ++from)
    {
        IUnknown *first = query(sink, faces[from]);

        for (size_t to = 0; to < ARRAYSIZE(faces); ++to)
        {
            IUnknown *second = query(first, faces[to]), *same = query(second, &IID_IUnknown),
                     *direct = query(sink, faces[to]);

            assert_ptr_equal(same, identity);
            assert_ptr_equal(second, direct);
            IUnknown_Release(direct);
            IUnknown_Release(same);
            IUnknown_Release(second);
        }
        IUnknown_Release(first);
    }
    IUnknown_Release(identity);
    assert_int_equal(IVMEventSink_Release(sink), 0);
}

static void test_faces_of_events_are_apart(void **state)
{
    IVMEventSink *sink = sink_create();
    IDispatch *plain = query(sink, &IID_IDispatch);

    (void)state;
    assert_ptr_equal(plain, sink);
    for (size_t i = 0; i < DIID_COUNT; ++i)
    {
        assert_ptr_not_equal(face_of(sink, diids[i]), plain);
        for (size_t j = 0; j < i; ++j)
            assert_ptr_not_equal(face_of(sink, diids[i]), face_of(sink, diids[j]));
    }
    IDispatch_Release(plain);
    IVMEventSink_Release(sink);
}

static void test_all_faces_share_one_count(void **state)
{
    IVMEventSink *sink = sink_create();
    ULONG expected = 1;
    IUnknown *held[ARRAYSIZE(faces)];

    (void)state;
    assert_int_equal(count_references(sink), 1);
    for (size_t i = 0; i < ARRAYSIZE(faces); ++i)
    {
        held[i] = query(sink, faces[i]);
        assert_int_equal(count_references(sink), ++expected);
        assert_int_equal(count_references(held[i]), expected);
    }
    for (size_t i = 0; i < ARRAYSIZE(faces); ++i)
        assert_int_equal(IUnknown_Release(held[i]), --expected);
    assert_int_equal(IVMEventSink_Release(sink), 0);
}

/* Whichever face goes last ends the object. */
static void test_last_face_ends_the_sink(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(faces); ++i)
    {
        IVMEventSink *sink = sink_create();
        IUnknown *last = query(sink, faces[i]);

        assert_int_equal(IVMEventSink_Release(sink), 1);
        assert_int_equal(library.can_unload_now(), S_FALSE);
        assert_int_equal(IUnknown_Release(last), 0);
        assert_int_equal(library.can_unload_now(), S_OK);
    }
}

static void test_interfaces_it_does_not_have(void **state)
{
    static const IID *const others[] = {&IID_IClassFactory, &IID_IConnectionPoint, &IID_IEnumVARIANT,
            &IID_IVMEventRecord, &IID_IVMEventHost, &IID_NULL, &CLSID_VMEventSink};
    IVMEventSink *sink = sink_create();

    (void)state;
    for (size_t from = 0; from < ARRAYSIZE(faces); ++from)
    {
        IUnknown *face = query(sink, faces[from]);

        for (size_t i = 0; i < ARRAYSIZE(others); ++i)
        {
            void *object = face;

            assert_int_equal(IUnknown_QueryInterface(face, others[i], &object), E_NOINTERFACE);
            assert_null(object);
        }
        IUnknown_Release(face);
    }
    for (size_t from = 0; from < ARRAYSIZE(faces); ++from)
    {
        IUnknown *face;

        /* The marshaler is the system's, which need not look. */
        if (IsEqualIID(faces[from], &IID_IMarshal))
            continue;
        face = query(sink, faces[from]);
        assert_int_equal(IUnknown_QueryInterface(face, &IID_IUnknown, NULL), E_POINTER);
        IUnknown_Release(face);
    }
    assert_int_equal(IVMEventSink_Release(sink), 0);
}

static void test_create_sink(void **state)
{
    void *object = state;

    assert_int_equal(library.create_sink(&IID_IVMEventSink, NULL), E_POINTER);
    assert_int_equal(library.create_sink(NULL, &object), E_POINTER);
    assert_null(object);
    object = state;
    assert_int_equal(library.create_sink(&IID_IClassFactory, &object), E_NOINTERFACE);
    assert_null(object);
    for (size_t i = 0; i < ARRAYSIZE(faces); ++i)
    {
        assert_int_equal(library.create_sink(faces[i], &object), S_OK);
        assert_int_equal(IUnknown_Release((IUnknown *)object), 0);
    }
}

static void create_use_and_release(void *context)
{
    IVMEventSink *sink = sink_create();
    IConnectionPointContainer *hub = query(sink, &IID_IConnectionPointContainer);
    IMarshal *marshaler = query(sink, &IID_IMarshal);

    (void)context;
    CHECK(IVMEventSink_OnReset(sink) == S_OK);
    IMarshal_Release(marshaler);
    IConnectionPointContainer_Release(hub);
    CHECK(!IVMEventSink_Release(sink));
}

static void test_thread_that_never_met_COM(void **state)
{
    (void)state;
    worker_run(NO_APARTMENT, create_use_and_release, NULL);
}

static void test_error_info_support(void **state)
{
    IVMEventSink *sink = sink_create();
    ISupportErrorInfo *support = query(sink, &IID_ISupportErrorInfo);

    (void)state;
    assert_int_equal(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IVMEventSink), S_OK);
    assert_int_equal(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IVMEventCallbacks), S_FALSE);
    assert_int_equal(ISupportErrorInfo_InterfaceSupportsErrorInfo(support, &IID_IUnknown), S_FALSE);
    ISupportErrorInfo_Release(support);
    IVMEventSink_Release(sink);
}

static void test_class_info(void **state)
{
    IVMEventSink *sink = sink_create();
    IProvideClassInfo2 *provider = query(sink, &IID_IProvideClassInfo2);
    ITypeInfo *info = NULL;
    TYPEATTR *attributes;
    GUID guid;

    (void)state;
    assert_int_equal(IProvideClassInfo2_GetGUID(provider, GUIDKIND_DEFAULT_SOURCE_DISP_IID, &guid), S_OK);
    assert_true(IsEqualGUID(&guid, &DIID_IVMVirtualMachineEvents));
    assert_int_equal(IProvideClassInfo2_GetGUID(provider, 0, &guid), E_INVALIDARG);
    assert_true(IsEqualGUID(&guid, &GUID_NULL));
    assert_int_equal(IProvideClassInfo2_GetGUID(provider, 2, &guid), E_INVALIDARG);
    assert_int_equal(IProvideClassInfo2_GetGUID(provider, GUIDKIND_DEFAULT_SOURCE_DISP_IID, NULL), E_POINTER);

    assert_int_equal(IProvideClassInfo2_GetClassInfo(provider, NULL), E_POINTER);
    assert_int_equal(IProvideClassInfo2_GetClassInfo(provider, &info), S_OK);
    assert_int_equal(ITypeInfo_GetTypeAttr(info, &attributes), S_OK);
    assert_int_equal(attributes->typekind, TKIND_COCLASS);
    assert_true(IsEqualGUID(&attributes->guid, &CLSID_VMEventSink));
    assert_int_equal(attributes->cImplTypes, 5);
    ITypeInfo_ReleaseTypeAttr(info, attributes);
    ITypeInfo_Release(info);
    IProvideClassInfo2_Release(provider);
    IVMEventSink_Release(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_every_face_leads_to_every_face),
            sink_test(test_faces_of_events_are_apart),
            sink_test(test_all_faces_share_one_count),
            sink_test(test_last_face_ends_the_sink),
            sink_test(test_interfaces_it_does_not_have),
            sink_test(test_create_sink),
            sink_test(test_thread_that_never_met_COM),
            sink_test(test_error_info_support),
            sink_test(test_class_info),
    };

    return cmocka_run_group_tests_name("the sink's identity", tests, library_load, library_unload);
}

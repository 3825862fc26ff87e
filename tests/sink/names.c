/* GetIDsOfNames and type information of each face. */
#include "sink/samples.h"

static void to_case(WCHAR *to, const WCHAR *from, int way)
{
    for (size_t i = 0;; ++i)
    {
        to[i] = way == 0 ? from[i] : way == 1 ? towupper(from[i]) : towlower(from[i]);
        if (!from[i])
            return;
    }
}

static void expect_names(IDispatch *face, const struct sample *sample)
{
    for (int way = 0; way < 3; ++way)
    {
        WCHAR buffers[3][64];
        LPOLESTR names[3] = {buffers[0], buffers[1], buffers[2]};
        DISPID ids[3] = {-7, -7, -7};

        to_case(buffers[0], sample->name, way);
        for (UINT i = 0; i < sample->count; ++i)
            to_case(buffers[1 + i], sample->args[i].name, way);
        assert_int_equal(
                IDispatch_GetIDsOfNames(face, &IID_NULL, names, 1 + sample->count, LOCALE_USER_DEFAULT, ids), S_OK);
        assert_int_equal(ids[0], sample->id);
        for (UINT i = 0; i < sample->count; ++i)
            assert_int_equal(ids[1 + i], i);
    }
}

static void test_events_and_parameters(void **state)
{
    IVMEventSink *sink = sink_create();

    (void)state;
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
    {
        expect_names(face_of(sink, sample->iid), sample);
        if (sample->iid == &DIID_IVMVirtualMachineEvents)
            expect_names((IDispatch *)sink, sample);
    }
    IVMEventSink_Release(sink);
}

static void test_own_members(void **state)
{
    static const struct
    {
        const WCHAR *name;
        DISPID id;
    } members[] = {{L"Subscribe", 100}, {L"Unsubscribe", 101}, {L"Connect", 102}, {L"Disconnect", 103},
            {L"NextEvent", 104}, {L"Run", 105}, {L"Stop", 106}, {L"QueueCapacity", 107}, {L"Received", 108},
            {L"Rejected", 109}, {L"Failed", 110}, {L"Dropped", 111}, {L"nextevent", 104}, {L"QUEUECAPACITY", 107}};
    IVMEventSink *sink = sink_create();

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(members); ++i)
    {
        LPOLESTR name = (LPOLESTR)members[i].name;
        DISPID id;

        assert_int_equal(IVMEventSink_GetIDsOfNames(sink, &IID_NULL, &name, 1, 0, &id), S_OK);
        assert_int_equal(id, members[i].id);
        for (size_t face = 0; face < DIID_COUNT; ++face)
            assert_int_equal(IDispatch_GetIDsOfNames(face_of(sink, diids[face]), &IID_NULL, &name, 1, 0, &id),
                    DISP_E_UNKNOWNNAME);
    }
    IVMEventSink_Release(sink);
}

static void expect_refusals(IDispatch *face)
{
    LPOLESTR unknown = (LPOLESTR)L"OnNothing", nothing = NULL;
    DISPID id = 5;

    assert_int_equal(IDispatch_GetIDsOfNames(face, &IID_NULL, &unknown, 1, 0, &id), DISP_E_UNKNOWNNAME);
    assert_int_equal(id, DISPID_UNKNOWN);
    assert_int_equal(IDispatch_GetIDsOfNames(face, &IID_IDispatch, &unknown, 1, 0, &id), DISP_E_UNKNOWNINTERFACE);
    assert_int_equal(IDispatch_GetIDsOfNames(face, &IID_NULL, NULL, 1, 0, &id), E_POINTER);
    assert_int_equal(IDispatch_GetIDsOfNames(face, &IID_NULL, &unknown, 1, 0, NULL), E_POINTER);
    assert_int_equal(IDispatch_GetIDsOfNames(face, &IID_NULL, &nothing, 1, 0, &id), E_POINTER);
    assert_true(FAILED(IDispatch_GetIDsOfNames(face, &IID_NULL, &unknown, 0, 0, &id)));
}

static void test_names_there_are_not(void **state)
{
    LPOLESTR member_and_unknown[2] = {(LPOLESTR)L"OnGuestLogoff", (LPOLESTR)L"noSuchParameter"};
    IVMEventSink *sink = sink_create();
    DISPID ids[2];

    (void)state;
    expect_refusals((IDispatch *)sink);
    for (size_t i = 0; i < DIID_COUNT; ++i)
        expect_refusals(face_of(sink, diids[i]));
    assert_int_equal(IVMEventSink_GetIDsOfNames(sink, &IID_NULL, member_and_unknown, 2, 0, ids), DISP_E_UNKNOWNNAME);
    assert_int_equal(ids[1], DISPID_UNKNOWN);
    IVMEventSink_Release(sink);
}

static void expect_type_info(IDispatch *face, REFIID iid, TYPEKIND kind)
{
    ITypeInfo *info = NULL;
    TYPEATTR *attributes;
    UINT count = 0;

    assert_int_equal(IDispatch_GetTypeInfoCount(face, &count), S_OK);
    assert_int_equal(count, 1);
    assert_int_equal(IDispatch_GetTypeInfoCount(face, NULL), E_POINTER);
    assert_int_equal(IDispatch_GetTypeInfo(face, 0, 0, NULL), E_POINTER);
    assert_int_equal(IDispatch_GetTypeInfo(face, 1, 0, &info), DISP_E_BADINDEX);
    assert_null(info);
    assert_int_equal(IDispatch_GetTypeInfo(face, 0, 0, &info), S_OK);
    assert_int_equal(ITypeInfo_GetTypeAttr(info, &attributes), S_OK);
    assert_true(IsEqualGUID(&attributes->guid, iid));
    assert_int_equal(attributes->typekind, kind);
    ITypeInfo_ReleaseTypeAttr(info, attributes);
    ITypeInfo_Release(info);
}

static void test_type_information(void **state)
{
    IVMEventSink *sink = sink_create();

    (void)state;
    for (size_t i = 0; i < DIID_COUNT; ++i)
        expect_type_info(face_of(sink, diids[i]), diids[i], TKIND_DISPATCH);
    expect_type_info((IDispatch *)sink, &IID_IVMEventSink, TKIND_DISPATCH);
    IVMEventSink_Release(sink);
}

/* What a late-bound language does with the sink's own members. */
static void test_own_members_late_bound(void **state)
{
    IVMEventSink *sink = sink_create();
    DISPPARAMS none = {0}, one;
    DISPID put = DISPID_PROPERTYPUT;
    EXCEPINFO exception = {0};
    VARIANT result, arg;

    (void)state;
    assert_int_equal(IVMEventSink_Invoke(sink, 107, &IID_NULL, 0, DISPATCH_PROPERTYGET, &none, &result, NULL, NULL),
            S_OK);
    assert_int_equal(V_VT(&result), VT_I4);
    assert_int_equal(V_I4(&result), 1024);
    V_VT(&arg) = VT_I2;
    V_I2(&arg) = 7;
    one = (DISPPARAMS){&arg, &put, 1, 1};
    assert_int_equal(
            IVMEventSink_Invoke(sink, 107, &IID_NULL, 0, DISPATCH_PROPERTYPUT, &one, NULL, NULL, NULL), S_OK);
    assert_int_equal(IVMEventSink_Invoke(sink, 107, &IID_NULL, 0, DISPATCH_METHOD | DISPATCH_PROPERTYGET, &none,
                             &result, NULL, NULL),
            S_OK);
    assert_int_equal(V_I4(&result), 7);

    /* NextEvent without its argument would wait for ever; with one it has an object, or none, to give. */
    V_VT(&arg) = VT_I4;
    V_I4(&arg) = 0;
    one = (DISPPARAMS){&arg, NULL, 1, 0};
    assert_int_equal(IVMEventSink_Invoke(sink, 104, &IID_NULL, 0, DISPATCH_METHOD, &one, &result, NULL, NULL), S_OK);
    assert_int_equal(V_VT(&result), VT_DISPATCH);
    assert_null(V_DISPATCH(&result));
    assert_int_equal(IVMEventSink_Stop(sink), S_OK);
    assert_int_equal(IVMEventSink_Invoke(sink, 104, &IID_NULL, 0, DISPATCH_METHOD, &none, &result, NULL, NULL), S_OK);
    assert_null(V_DISPATCH(&result));

    V_I4(&arg) = 4711;
    assert_int_equal(IVMEventSink_Invoke(sink, 101, &IID_NULL, 0, DISPATCH_METHOD, &one, NULL, &exception, NULL),
            DISP_E_EXCEPTION);
    assert_int_equal(exception.scode, CONNECT_E_NOCONNECTION);
    assert_int_equal(wcscmp(exception.bstrSource, L"VMEvents.Sink"), 0);
    assert_non_null(wcsstr(exception.bstrDescription, L"4711"));
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    SysFreeString(exception.bstrHelpFile);
    assert_int_equal(IVMEventSink_Invoke(sink, 101, &IID_NULL, 0, DISPATCH_METHOD, NULL, NULL, NULL, NULL), E_POINTER);
    assert_int_equal(IVMEventSink_Invoke(sink, 101, &IID_IDispatch, 0, DISPATCH_METHOD, &one, NULL, NULL, NULL),
            DISP_E_UNKNOWNINTERFACE);
    assert_int_equal(IVMEventSink_Release(sink), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_events_and_parameters),
            sink_test(test_own_members),
            sink_test(test_names_there_are_not),
            sink_test(test_type_information),
            sink_test(test_own_members_late_bound),
    };

    return cmocka_run_group_tests_name("names and type information", tests, library_load, library_unload);
}

/* Virtual Server's event interfaces, which have other IIDs than Virtual PC's, wherever those are understood. */
#include "sink/recorder.h"
#include "sink/source.h"

/* In the order of diids, whose events they have. */
static const struct
{
    const IID *iid;
    const WCHAR *name;
    DISPID last;
} interfaces[DIID_COUNT] = {
        {&DIID_VirtualServer_IVMVirtualMachineEvents, L"IVMVirtualMachineEvents", 6},
        {&DIID_VirtualServer_IVMVirtualServerEvents, L"IVMVirtualServerEvents", 4},
        {&DIID_VirtualServer_IVMDVDDriveEvents, L"IVMDVDDriveEvents", 2},
        {&DIID_VirtualServer_IVMFloppyDriveEvents, L"IVMFloppyDriveEvents", 2},
};

static IVMEventSink *sink;
static IVMEventCallbacks *callbacks;
static struct recorder recorder;

/* What the callback has heard last. */
static struct
{
    LONG count;
    IID events;
    DISPID id;
    WCHAR source[16];
    const struct sample *expected;
} heard;

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)context;
    ++heard.count;
    heard.events = *event->events;
    heard.id = event->id;
    wcscpy(heard.source, event->source);
    assert_int_equal(wcscmp(event->name, heard.expected->name), 0);
    assert_true(sample_has_arguments(heard.expected, event->args));
}

static int set_up(void **state)
{
    DWORD cookie;

    (void)state;
    memset(&heard, 0, sizeof(heard));
    sink = sink_create();
    recorder_init(&recorder);
    callbacks = query(sink, &IID_IVMEventCallbacks);
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie) == S_OK);
    CHECK(IVMEventSink_put_QueueCapacity(sink, 100) == S_OK);
    return 0;
}

static int tear_down(void **state)
{
    IVMEventCallbacks_Release(callbacks);
    CHECK(!IVMEventSink_Release(sink));
    recorder_end(&recorder);
    return library_check_idle(state);
}

/* The sample of Virtual PC's interface, fired by Virtual Server's. */
static HRESULT fire(UINT i, const struct sample *sample)
{
    VARIANT args[2];
    HRESULT hr;

    heard.expected = sample;
    sample_arguments(sample, args);
    hr = invoke(face_of(sink, interfaces[i].iid), sample->id, args, sample->count);
    sample_clear(sample, args);
    return hr;
}

static LONG get_rejected(void)
{
    LONG rejected;

    assert_int_equal(IVMEventSink_get_Rejected(sink, &rejected), S_OK);
    return rejected;
}

static void assert_record_names(const WCHAR *interface_name, const struct sample *sample)
{
    IVMEventRecord *record;
    BSTR string;
    LONG id;

    assert_int_equal(IVMEventSink_NextEvent(sink, 0, &record), S_OK);
    assert_non_null(record);
    assert_int_equal(IVMEventRecord_get_Interface(record, &string), S_OK);
    assert_int_equal(wcscmp(string, interface_name), 0);
    SysFreeString(string);
    assert_int_equal(IVMEventRecord_get_Text(record, &string), S_OK);
    assert_int_equal(wcscmp(string, sample->text), 0);
    SysFreeString(string);
    assert_int_equal(IVMEventRecord_get_Id(record, &id), S_OK);
    assert_int_equal(id, sample->id);
    IVMEventRecord_Release(record);
}

#define FOR_EACH_SAMPLE_OF(i, sample)                                                                                  \
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)                             \
        if (sample->iid == diids[i])

static void test_faces_take_the_events(void **state)
{
    (void)state;
    for (UINT i = 0; i < DIID_COUNT; ++i)
    {
        IUnknown *identity = query(face_of(sink, interfaces[i].iid), &IID_IUnknown), *own = query(sink, &IID_IUnknown);

        assert_ptr_equal(identity, own);
        assert_ptr_not_equal(face_of(sink, interfaces[i].iid), face_of(sink, diids[i]));
        IUnknown_Release(identity);
        IUnknown_Release(own);
        FOR_EACH_SAMPLE_OF(i, sample)
        {
            bool known = sample->id <= interfaces[i].last;
            LONG count = heard.count, rejected = get_rejected();

            assert_int_equal(fire(i, sample), known ? S_OK : DISP_E_MEMBERNOTFOUND);
            assert_int_equal(heard.count, count + known);
            assert_int_equal(get_rejected(), rejected + !known);
            if (!known)
                continue;
            assert_true(IsEqualIID(&heard.events, interfaces[i].iid));
            assert_int_equal(heard.id, sample->id);
            assert_record_names(interfaces[i].name, sample);
        }
    }
    assert_int_equal(heard.count, 6 + 4 + 2 + 2);
}

/* A legal type but not a legal value, and a name for a DISPID. */
static void test_faces_refuse_and_name_as_the_others_do(void **state)
{
    IDispatch *face = face_of(sink, &DIID_VirtualServer_IVMVirtualServerEvents);
    LPOLESTR names[] = {(LPOLESTR)L"OnVMStateChange", (LPOLESTR)L"virtualMachineState"};
    EXCEPINFO exception = {0};
    DISPID ids[2] = {-1, -1};
    VARIANT args[2];
    DISPPARAMS params = {args, NULL, 2, 0};
    UINT count, wrong = 9;
    ITypeInfo *info;

    (void)state;
    V_VT(&args[0]) = VT_I4;
    V_I4(&args[0]) = 11;
    V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[1]) = NULL;
    assert_int_equal(
            IDispatch_Invoke(face, 2, &IID_NULL, 0, DISPATCH_METHOD, &params, NULL, &exception, &wrong),
            DISP_E_EXCEPTION);
    assert_int_equal(exception.scode, E_INVALIDARG);
    assert_int_equal(wrong, 0);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    assert_int_equal(get_rejected(), 1);
    assert_int_equal(IDispatch_GetIDsOfNames(face, &IID_NULL, names, 2, 0, ids), S_OK);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[1], 1);
    assert_int_equal(IDispatch_GetTypeInfoCount(face, &count), S_OK);
    assert_int_equal(count, 1);
    assert_int_equal(IDispatch_GetTypeInfo(face, 0, 0, &info), S_OK);
    ITypeInfo_Release(info);
}

static void CALLBACK count_call(const VMEVENT *event, void *context)
{
    (void)event;
    ++*(LONG *)context;
}

static HRESULT add(REFIID events, DISPID id, LONG *calls)
{
    DWORD cookie;

    return IVMEventCallbacks_AddCallback(callbacks, events, id, count_call, calls, NULL, &cookie);
}

/* Who listens to one interface hears what comes by the other. */
static void test_listeners_hear_both(void **state)
{
    const struct sample *reset = sample_find(&DIID_IVMVirtualMachineEvents, 3);
    const struct sample *logoff = sample_find(&DIID_IVMVirtualMachineEvents, 11);
    LONG of_pc = 0, of_server = 0, one = 0, none = 0;

    (void)state;
    assert_int_equal(add(&DIID_IVMVirtualMachineEvents, DISPID_UNKNOWN, &of_pc), S_OK);
    assert_int_equal(add(&DIID_VirtualServer_IVMVirtualMachineEvents, DISPID_UNKNOWN, &of_server), S_OK);
    assert_int_equal(add(&DIID_VirtualServer_IVMVirtualMachineEvents, 3, &one), S_OK);
    assert_int_equal(add(&DIID_VirtualServer_IVMVirtualMachineEvents, 7, &none), E_INVALIDARG);
    assert_int_equal(add(&DIID_VirtualServer_IVMDVDDriveEvents, DISPID_UNKNOWN, &none), S_OK);
    assert_int_equal(fire(0, reset), S_OK);
    sample_fire(reset, sink);
    heard.expected = logoff;
    sample_fire(logoff, sink);
    assert_int_equal(of_pc, 3);
    /* Its machines have no such event. */
    assert_int_equal(of_server, 2);
    assert_int_equal(one, 2);
    assert_int_equal(none, 0);
}

static void test_names_for_scripts(void **state)
{
    static const struct
    {
        const WCHAR *name;
        LONG calls;
    } names[] = {
            {L"OnHeartbeatStopped", 2},
            {L"IVMVirtualServerEvents.OnHeartbeatStopped", 1},
            {L"IVMVirtualPCEvents.OnHeartbeatStopped", 1},
            {L"*", 6 + 4 + 2 + 2},
    };

    (void)state;
    for (size_t n = 0; n < ARRAYSIZE(names); ++n)
    {
        LONG begun = recorder.begun, cookie = recorder_subscribe(&recorder, sink, names[n].name);

        for (UINT i = 0; i < DIID_COUNT; ++i)
        {
            FOR_EACH_SAMPLE_OF(i, sample)
            {
                if (sample->id <= interfaces[i].last)
                    assert_int_equal(fire(i, sample), S_OK);
            }
        }
        assert_int_equal(recorder.begun, begun + names[n].calls);
        assert_int_equal(IVMEventSink_Unsubscribe(sink, cookie), S_OK);
    }
}

/* Fires at what the source's point of that interface has been given. */
static void fire_by(struct source *source, const IID *iid, const struct sample *sample)
{
    struct sample fired = *sample;

    fired.iid = iid;
    heard.expected = sample;
    assert_int_equal(source_fire(source, &fired), S_OK);
}

static LONG connect_to(struct source *source)
{
    BSTR label = SysAllocString(L"server");
    LONG cookie;

    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)&source->IDispatch_iface, label, &cookie), S_OK);
    SysFreeString(label);
    return cookie;
}

static void test_connecting_to_virtual_server(void **state)
{
    struct source source;
    LONG cookie;

    (void)state;
    source_init(&source, 0);
    for (UINT i = 0; i < DIID_COUNT; ++i)
        source_offer(&source, interfaces[i].iid);
    cookie = connect_to(&source);
    assert_int_equal(source.connected, DIID_COUNT);
    for (UINT i = 0; i < DIID_COUNT; ++i)
    {
        FOR_EACH_SAMPLE_OF(i, sample)
        {
            if (sample->id > interfaces[i].last)
                continue;
            fire_by(&source, interfaces[i].iid, sample);
            assert_true(IsEqualIID(&heard.events, interfaces[i].iid));
            assert_int_equal(wcscmp(heard.source, L"server"), 0);
            assert_record_names(interfaces[i].name, sample);
        }
    }
    assert_int_equal(heard.count, 6 + 4 + 2 + 2);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    source_end(&source);
}

/* A source that offers both fires each event twice: the sink listens to one of them. */
static void test_connecting_to_a_source_of_both(void **state)
{
    struct source source;
    LONG cookie;

    (void)state;
    source_init(&source, 15);
    for (UINT i = 0; i < DIID_COUNT; ++i)
        source_offer(&source, interfaces[i].iid);
    cookie = connect_to(&source);
    assert_int_equal(source.connected, DIID_COUNT);
    for (UINT i = 0; i < DIID_COUNT; ++i)
    {
        FOR_EACH_SAMPLE_OF(i, sample)
            fire_by(&source, diids[i], sample);
    }
    assert_int_equal(heard.count, SAMPLE_COUNT);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    source_end(&source);
}

static IConnectionPoint *find_point(REFIID iid)
{
    IConnectionPointContainer *hub = query(sink, &IID_IConnectionPointContainer);
    IConnectionPoint *point;

    assert_int_equal(IConnectionPointContainer_FindConnectionPoint(hub, iid, &point), S_OK);
    IConnectionPointContainer_Release(hub);
    return point;
}

/* An advised sink gets what its interface has, whichever it came by, and is one of that interface's connections. */
static void test_the_hub(void **state)
{
    (void)state;
    for (UINT i = 0; i < DIID_COUNT; ++i)
    {
        IConnectionPoint *point = find_point(interfaces[i].iid), *other = find_point(diids[i]);
        LONG next = recorder.begun;
        DWORD cookie;
        IID iid;

        assert_int_equal(IConnectionPoint_GetConnectionInterface(point, &iid), S_OK);
        assert_true(IsEqualIID(&iid, interfaces[i].iid));
        recorder.answers = interfaces[i].iid;
        assert_int_equal(IConnectionPoint_Advise(point, (IUnknown *)&recorder.IDispatch_iface, &cookie), S_OK);
        for (heard.expected = samples; heard.expected < samples + SAMPLE_COUNT; ++heard.expected)
        {
            const struct sample *sample = heard.expected;

            sample_fire(sample, sink);
            if (sample->iid != diids[i] || sample->id > interfaces[i].last)
                continue;
            assert_int_equal(fire(i, sample), S_OK);
            for (int by = 0; by < 2; ++by, ++next)
            {
                assert_int_equal(recorder.log[next].id, sample->id);
                assert_true(sample_has_arguments(sample, recorder.log[next].args));
            }
        }
        assert_int_equal(recorder.begun, next);
        assert_int_equal(IConnectionPoint_Unadvise(other, cookie), CONNECT_E_NOCONNECTION);
        assert_int_equal(IConnectionPoint_Unadvise(point, cookie), S_OK);
        IConnectionPoint_Release(point);
        IConnectionPoint_Release(other);
    }
}

#define server_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            server_test(test_faces_take_the_events),
            server_test(test_faces_refuse_and_name_as_the_others_do),
            server_test(test_listeners_hear_both),
            server_test(test_names_for_scripts),
            server_test(test_connecting_to_virtual_server),
            server_test(test_connecting_to_a_source_of_both),
            server_test(test_the_hub),
    };

    return cmocka_run_group_tests_name("Virtual Server's events", tests, library_load, library_unload);
}

/* Memory that runs out while an event comes in, for every event, every way in and every kind of listener; and in the
 * records that are made of events. */
#include "memory/operation.h"
#include "sink/worker.h"

#define MTA COINIT_MULTITHREADED
#define STA COINIT_APARTMENTTHREADED

static LONG heard;

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)context;
    for (UINT i = 0; i < event->argCount; ++i)
        EXPECT(V_VT(&event->args[i]) != VT_BSTR || V_BSTR(&event->args[i]));
    InterlockedIncrement(&heard);
}

static void add_callback(struct world *world)
{
    DWORD cookie;

    EXPECT(IVMEventCallbacks_AddCallback(world->callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie)
            == S_OK);
}

static void subscribe(struct world *world)
{
    world->cookie = recorder_subscribe(world->recorder, world->sink, L"*");
}

static void unsubscribe(struct world *world)
{
    EXPECT(IVMEventSink_Unsubscribe(world->sink, world->cookie) == S_OK);
}

static void subscribe_here(void *context)
{
    subscribe(context);
}

/* From a thread of the multithreaded apartment that has left: a thread of the pool calls it. */
static void subscribe_elsewhere(struct world *world)
{
    worker_run(MTA, subscribe_here, world);
}

static IConnectionPoint *find_point(struct world *world, REFIID iid)
{
    IConnectionPointContainer *container = query(world->sink, &IID_IConnectionPointContainer);
    IConnectionPoint *point;

    EXPECT(IConnectionPointContainer_FindConnectionPoint(container, iid, &point) == S_OK);
    IConnectionPointContainer_Release(container);
    return point;
}

static void advise(struct world *world)
{
    IConnectionPoint *point = find_point(world, world->sample->iid);
    DWORD cookie;

    EXPECT(IConnectionPoint_Advise(point, (IUnknown *)&world->recorder->IDispatch_iface, &cookie) == S_OK);
    IConnectionPoint_Release(point);
}

/* Everything at once. */
static void listen_in_all_ways(struct world *world)
{
    EXPECT(IVMEventSink_put_QueueCapacity(world->sink, 4) == S_OK);
    add_callback(world);
    advise(world);
    subscribe(world);
}

/* As a caller does that knows the types. */
static HRESULT invoke_exact(struct world *world)
{
    VARIANT args[2];
    HRESULT hr;

    sample_arguments(world->sample, args);
    hr = invoke(face_of(world->sink, world->sample->iid), world->sample->id, args, world->sample->count);
    sample_clear(world->sample, args);
    return hr;
}

/* As a script does that has all its values in variables, strings where numbers are meant, and names them. */
static HRESULT invoke_coerced(struct world *world)
{
    const struct sample *sample = world->sample;
    VARIANT args[2], references[2], result;
    DISPID names[2] = {(DISPID)sample->count - 1, 0};
    DISPPARAMS params = {references, names, sample->count, sample->count};
    EXCEPINFO exception = {0};
    HRESULT hr;

    sample_arguments(sample, args);
    for (UINT i = 0; i < sample->count; ++i)
    {
        if (V_VT(&args[i]) != VT_BSTR)
            EXPECT(VariantChangeType(&args[i], &args[i], 0, VT_BSTR) == S_OK);
        V_VT(&references[i]) = VT_BYREF | VT_VARIANT;
        V_VARIANTREF(&references[i]) = &args[i];
    }
    VariantInit(&result);
    hr = IDispatch_Invoke(face_of(world->sink, sample->iid), sample->id, &IID_NULL, LOCALE_USER_DEFAULT,
            DISPATCH_METHOD, &params, &result, &exception, NULL);
    EXPECT(V_VT(&result) == VT_EMPTY && !exception.bstrDescription);
    sample_clear(sample, args);
    return hr;
}

/* The same by what Connect has advised. */
static HRESULT fire_source(struct world *world)
{
    return source_fire(world->source, world->sample);
}

static void connect_source(struct world *world)
{
    add_callback(world);
    EXPECT(IVMEventSink_Connect(world->sink, (IUnknown *)&world->source->IDispatch_iface, NULL, &world->cookie)
            == S_OK);
}

static void disconnect_source(struct world *world)
{
    EXPECT(IVMEventSink_Disconnect(world->sink, world->cookie) == S_OK);
}

/* A row for each event. */
static void check_for_each_sample(struct operation operation)
{
    for (UINT i = 0; i < SAMPLE_COUNT; ++i)
    {
        char name[128];

        snprintf(name, sizeof(name), "%s: %ls", operation.name, samples[i].name);
        operation_check(&(struct operation){name, operation.apartment, operation.prepare, operation.run, operation.undo,
                operation.end, operation.kind, operation.requests, &samples[i]});
    }
}

static void test_invoke_to_a_callback(void **state)
{
    (void)state;
    check_for_each_sample(
            (struct operation){"to a callback", MTA, add_callback, invoke_exact, NULL, NULL, PLAIN, 3, NULL});
}

static void test_invoke_to_all_kinds(void **state)
{
    (void)state;
    check_for_each_sample((struct operation){
            "to all kinds of listeners", STA, listen_in_all_ways, invoke_exact, NULL, unsubscribe, EVENT, 5, NULL});
}

static void test_invoke_coerced(void **state)
{
    (void)state;
    check_for_each_sample((struct operation){"coerced", MTA, add_callback, invoke_coerced, NULL, NULL, PLAIN, 3, NULL});
}

static void test_invoke_by_a_source(void **state)
{
    (void)state;
    check_for_each_sample((struct operation){
            "by a source", MTA, connect_source, fire_source, NULL, disconnect_source, PLAIN, 3, NULL});
}

/* Each listener by itself, so that what is lost is what that listener counts. */
static void test_each_kind_of_listener(void **state)
{
    static const struct operation operations[] = {
            {"to the queue", MTA, NULL, invoke_exact, NULL, NULL, EVENT, 5, &samples[5]},
            {"to a handler", STA, subscribe, invoke_exact, NULL, unsubscribe, EVENT, 5, &samples[5]},
            {"to a handler elsewhere", MTA, subscribe_elsewhere, invoke_exact, NULL, unsubscribe, EVENT, 5,
                    &samples[5]},
            {"to an advised sink", MTA, advise, invoke_exact, NULL, NULL, EVENT, 5, &samples[5]},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

/* The twelve methods of IVMEventSink, which scripts raise events by. */

#define RAISE(name, call)                                                                                              \
    static HRESULT raise_##name(struct world *world)                                                                   \
    {                                                                                                                  \
        IVMEventSink *sink = world->sink;                                                                              \
                                                                                                                       \
        return call;                                                                                                   \
    }

static HRESULT raise_configuration(IVMEventSink *sink)
{
    BSTR key = SysAllocString(L"memory/ram_size");
    VARIANT data;
    HRESULT hr;

    V_VT(&data) = VT_BYREF | VT_BSTR;
    V_BSTRREF(&data) = &key;
    hr = IVMEventSink_OnConfigurationChanged(sink, key, data);
    SysFreeString(key);
    return hr;
}

RAISE(state_change, IVMEventSink_OnStateChange(sink, vmVMState_Running))
RAISE(request_shutdown, IVMEventSink_OnRequestShutdown(sink))
RAISE(reset, IVMEventSink_OnReset(sink))
RAISE(triple_fault, IVMEventSink_OnTripleFault(sink))
RAISE(heartbeat_stopped, IVMEventSink_OnHeartbeatStopped(sink))
RAISE(configuration_changed, raise_configuration(sink))
RAISE(video_mode_changed, IVMEventSink_OnEnhancedVideoModeChanged(sink, VARIANT_TRUE))
RAISE(additions_uninstalled, IVMEventSink_OnAdditionsUninstalled(sink))
RAISE(additions_available, IVMEventSink_OnAdditionsAvailable(sink))
RAISE(guest_shutdown, IVMEventSink_OnGuestShutdown(sink))
RAISE(guest_logoff, IVMEventSink_OnGuestLogoff(sink, vmLogoff_Normal))
RAISE(disk_out_of_space, IVMEventSink_OnDiskOutOfSpace(sink, VARIANT_TRUE))

static void test_methods(void **state)
{
    static const struct operation operations[] = {
            {"OnStateChange", STA, add_callback, raise_state_change, NULL, NULL, PLAIN, 3, NULL},
            {"OnRequestShutdown", STA, add_callback, raise_request_shutdown, NULL, NULL, PLAIN, 3, NULL},
            {"OnReset", STA, add_callback, raise_reset, NULL, NULL, PLAIN, 3, NULL},
            {"OnTripleFault", STA, add_callback, raise_triple_fault, NULL, NULL, PLAIN, 3, NULL},
            {"OnHeartbeatStopped", STA, add_callback, raise_heartbeat_stopped, NULL, NULL, PLAIN, 3, NULL},
            {"OnConfigurationChanged", STA, add_callback, raise_configuration_changed, NULL, NULL, PLAIN, 5, NULL},
            {"OnEnhancedVideoModeChanged", STA, add_callback, raise_video_mode_changed, NULL, NULL, PLAIN, 3, NULL},
            {"OnAdditionsUninstalled", STA, add_callback, raise_additions_uninstalled, NULL, NULL, PLAIN, 3, NULL},
            {"OnAdditionsAvailable", STA, add_callback, raise_additions_available, NULL, NULL, PLAIN, 3, NULL},
            {"OnGuestShutdown", STA, add_callback, raise_guest_shutdown, NULL, NULL, PLAIN, 3, NULL},
            {"OnGuestLogoff", STA, add_callback, raise_guest_logoff, NULL, NULL, PLAIN, 3, NULL},
            {"OnDiskOutOfSpace", STA, add_callback, raise_disk_out_of_space, NULL, NULL, PLAIN, 3, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

/* A value that is not legal is told as that, with or without a description. */
static HRESULT raise_illegal(struct world *world)
{
    LONG before, after;
    HRESULT hr;

    EXPECT(IVMEventSink_get_Rejected(world->sink, &before) == S_OK);
    hr = IVMEventSink_OnGuestLogoff(world->sink, 3);
    EXPECT(IVMEventSink_get_Rejected(world->sink, &after) == S_OK);
    EXPECT(hr == E_INVALIDARG && after == before + 1);
    return S_OK;
}

static HRESULT invoke_illegal(struct world *world)
{
    EXCEPINFO exception = {0};
    VARIANT arg;
    DISPPARAMS params = {&arg, NULL, 1, 0};
    HRESULT hr;

    V_VT(&arg) = VT_I4;
    V_I4(&arg) = 3;
    hr = IDispatch_Invoke(face_of(world->sink, &DIID_IVMVirtualMachineEvents), vmVirtualMachineEvent_GuestLogoff,
            &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, NULL, &exception, NULL);
    if (hr == E_OUTOFMEMORY)
        return hr;
    EXPECT(hr == DISP_E_EXCEPTION && exception.scode == E_INVALIDARG);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    return S_OK;
}

static HRESULT subscribe_to_nothing(struct world *world)
{
    VARIANT name;
    HRESULT hr;

    V_VT(&name) = VT_BSTR;
    V_BSTR(&name) = SysAllocString(L"OnNothing");
    hr = IVMEventSink_Subscribe(world->sink, name, recorder_variant(world->recorder), NULL, &world->cookie);
    SysFreeString(V_BSTR(&name));
    EXPECT(!world->cookie && (hr == E_INVALIDARG || hr == E_OUTOFMEMORY));
    return S_OK;
}

/* What fails anyway fails the same without memory for the reason, or tells that there was none. */
static void test_errors(void **state)
{
    static const struct operation operations[] = {
            {"an illegal value", MTA, NULL, raise_illegal, NULL, NULL, FAILING, 2, NULL},
            {"an illegal value by Invoke", MTA, NULL, invoke_illegal, NULL, NULL, FAILING, 2, NULL},
            {"an unknown event", MTA, NULL, subscribe_to_nothing, NULL, NULL, FAILING, 2, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

/* Records */

static void prepare_record(struct world *world)
{
    world->sample = &samples[5];
    sample_fire(world->sample, world->sink);
    EXPECT(IVMEventSink_NextEvent(world->sink, 0, (IVMEventRecord **)&world->object2) == S_OK);
    EXPECT(world->object2 != NULL);
}

static void end_record(struct world *world)
{
    IVMEventRecord_Release((IVMEventRecord *)world->object2);
}

static HRESULT check_string(HRESULT hr, BSTR string)
{
    EXPECT(SUCCEEDED(hr) == (string != NULL));
    SysFreeString(string);
    return hr;
}

#define GET_STRING(name)                                                                                               \
    static HRESULT get_##name(struct world *world)                                                                     \
    {                                                                                                                  \
        BSTR string = NULL;                                                                                            \
        HRESULT hr = IVMEventRecord_get_##name((IVMEventRecord *)world->object2, &string);                             \
                                                                                                                       \
        return check_string(hr, string);                                                                               \
    }

GET_STRING(Text)
GET_STRING(Source)
GET_STRING(Interface)
GET_STRING(Name)

static HRESULT get_Arguments(struct world *world)
{
    VARIANT arguments;
    HRESULT hr = IVMEventRecord_get_Arguments((IVMEventRecord *)world->object2, &arguments);

    EXPECT(V_VT(&arguments) == (SUCCEEDED(hr) ? VT_ARRAY | VT_VARIANT : VT_EMPTY));
    VariantClear(&arguments);
    return hr;
}

/* The numbers need no memory. */
static HRESULT get_numbers(struct world *world)
{
    IVMEventRecord *record = world->object2;
    LONG number;
    DATE time;

    EXPECT(IVMEventRecord_get_Sequence(record, &number) == S_OK);
    EXPECT(IVMEventRecord_get_Id(record, &number) == S_OK);
    return IVMEventRecord_get_Time(record, &time);
}

static HRESULT get_type_info(struct world *world)
{
    return IVMEventRecord_GetTypeInfo((IVMEventRecord *)world->object2, 0, 0, (ITypeInfo **)&world->object);
}

static HRESULT get_text_by_invoke(struct world *world)
{
    DISPPARAMS none = {0};
    VARIANT result;
    EXCEPINFO exception = {0};
    HRESULT hr;

    VariantInit(&result);
    hr = IVMEventRecord_Invoke((IVMEventRecord *)world->object2, DISPID_VALUE, &IID_NULL, LOCALE_USER_DEFAULT,
            DISPATCH_PROPERTYGET, &none, &result, &exception, NULL);
    EXPECT(FAILED(hr) || (V_VT(&result) == VT_BSTR && SysStringLen(V_BSTR(&result))));
    /* In case of failure Wine leaves an empty string. */
    VariantClear(&result);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    return hr == DISP_E_EXCEPTION ? exception.scode : hr;
}

static void test_records(void **state)
{
    static const struct operation operations[] = {
            {"Text", MTA, prepare_record, get_Text, NULL, end_record, PLAIN, 2, NULL},
            {"Source", MTA, prepare_record, get_Source, NULL, end_record, PLAIN, 1, NULL},
            {"Interface", MTA, prepare_record, get_Interface, NULL, end_record, PLAIN, 1, NULL},
            {"Name", MTA, prepare_record, get_Name, NULL, end_record, PLAIN, 1, NULL},
            {"Arguments", MTA, prepare_record, get_Arguments, NULL, end_record, PLAIN, 3, NULL},
            {"Sequence, Id, Time", MTA, prepare_record, get_numbers, NULL, end_record, PLAIN, 0, NULL},
            {"GetTypeInfo of a record", MTA, prepare_record, get_type_info, undo_object, end_record, PLAIN, 2, NULL},
            {"Text by Invoke", MTA, prepare_record, get_text_by_invoke, NULL, end_record, PLAIN, 4, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_invoke_to_a_callback),
            cmocka_unit_test(test_invoke_to_all_kinds),
            cmocka_unit_test(test_invoke_coerced),
            cmocka_unit_test(test_invoke_by_a_source),
            cmocka_unit_test(test_each_kind_of_listener),
            cmocka_unit_test(test_methods),
            cmocka_unit_test(test_errors),
            cmocka_unit_test(test_records),
    };

    return cmocka_run_group_tests_name("memory that runs out under events", tests, library_load, library_unload);
}

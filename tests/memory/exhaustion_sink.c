/* Memory that runs out in the sink: creating it, its faces, callbacks, subscriptions, and its queue. */
#include "memory/extended.h"
#include "memory/operation.h"
#include "sink/worker.h"

static HRESULT create_by_export(struct world *world)
{
    HRESULT hr = library.create_sink(&IID_IVMEventSink, &world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static HRESULT create_by_factory(struct world *world)
{
    IClassFactory *factory;
    HRESULT hr;

    EXPECT(library.get_class_object(&CLSID_VMEventSink, &IID_IClassFactory, (void **)&factory) == S_OK);
    hr = IClassFactory_CreateInstance(factory, NULL, &IID_IDispatch, &world->object);
    IClassFactory_Release(factory);
    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static HRESULT query_marshaler(struct world *world)
{
    HRESULT hr = IVMEventSink_QueryInterface(world->sink, &IID_IMarshal, &world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static HRESULT get_type_info(struct world *world)
{
    HRESULT hr = IVMEventSink_GetTypeInfo(world->sink, 0, LOCALE_USER_DEFAULT, (ITypeInfo **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static HRESULT get_type_info_of_face(struct world *world)
{
    IDispatch *face = face_of(world->sink, &DIID_IVMDVDDriveEvents);
    HRESULT hr = IDispatch_GetTypeInfo(face, 0, LOCALE_USER_DEFAULT, (ITypeInfo **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static HRESULT get_class_info(struct world *world)
{
    IProvideClassInfo2 *provider = query(world->sink, &IID_IProvideClassInfo2);
    HRESULT hr = IProvideClassInfo2_GetClassInfo(provider, (ITypeInfo **)&world->object);

    IProvideClassInfo2_Release(provider);
    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static HRESULT get_ids(IDispatch *face, const WCHAR *name)
{
    LPOLESTR names[] = {(LPOLESTR)name};
    DISPID id;
    HRESULT hr = IDispatch_GetIDsOfNames(face, &IID_NULL, names, 1, LOCALE_USER_DEFAULT, &id);

    EXPECT(SUCCEEDED(hr) == (id != DISPID_UNKNOWN));
    return hr;
}

static HRESULT get_ids_of_names(struct world *world)
{
    return get_ids((IDispatch *)world->sink, L"Subscribe");
}

static HRESULT get_ids_of_names_of_face(struct world *world)
{
    return get_ids(face_of(world->sink, &DIID_IVMVirtualPCEvents), L"OnEventLogged");
}

static HRESULT get_property_by_invoke(struct world *world)
{
    DISPPARAMS none = {0};
    VARIANT result;
    HRESULT hr;

    VariantInit(&result);
    hr = IVMEventSink_Invoke(
            world->sink, 108, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_PROPERTYGET, &none, &result, NULL, NULL);
    EXPECT(V_VT(&result) == (SUCCEEDED(hr) ? VT_I4 : VT_EMPTY));
    return hr;
}

/* Callbacks */

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
}

/* A release that runs though the callback was not added, or does not run though it was, shows. */
static void CALLBACK release_recorder(void *context)
{
    IDispatch_Release((IDispatch *)context);
}

static HRESULT add_callback(struct world *world)
{
    DWORD cookie = 1;
    HRESULT hr;

    IDispatch_AddRef(&world->recorder->IDispatch_iface);
    hr = IVMEventCallbacks_AddCallback(world->callbacks, &IID_NULL, DISPID_UNKNOWN, hear,
            &world->recorder->IDispatch_iface, release_recorder, &cookie);
    EXPECT(SUCCEEDED(hr) == (cookie != 0));
    if (FAILED(hr))
        IDispatch_Release(&world->recorder->IDispatch_iface);
    world->cookie = (LONG)cookie;
    return hr;
}

/* So many that the next needs more room. */
static void fill_with_callbacks(struct world *world)
{
    DWORD cookie;

    for (unsigned int i = 0; i < 71; ++i)
        EXPECT(IVMEventCallbacks_AddCallback(world->callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie)
                == S_OK);
    /* The first turned the queue off, so its place is free. */
    EXPECT(IVMEventCallbacks_AddCallback(world->callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie)
            == S_OK);
}

static void undo_callback(struct world *world)
{
    EXPECT(IVMEventCallbacks_RemoveCallback(world->callbacks, (DWORD)world->cookie) == S_OK);
}

static void prepare_callback(struct world *world)
{
    EXPECT(add_callback(world) == S_OK);
}

static HRESULT remove_callback(struct world *world)
{
    return IVMEventCallbacks_RemoveCallback(world->callbacks, (DWORD)world->cookie);
}

/* Subscriptions */

static const WCHAR *const methods[] = {L"OnReset", L"OnGuestLogoff", NULL};

static HRESULT subscribe_as(struct world *world, const WCHAR *event)
{
    VARIANT name, reference;
    HRESULT hr;

    V_VT(&name) = VT_BSTR;
    V_BSTR(&name) = SysAllocString(event);
    V_VT(&reference) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&reference) = &name;
    hr = IVMEventSink_Subscribe(world->sink, reference, recorder_variant(world->recorder), NULL, &world->cookie);
    SysFreeString(V_BSTR(&name));
    EXPECT(SUCCEEDED(hr) == (world->cookie != 0));
    return hr;
}

static HRESULT subscribe_function(struct world *world)
{
    return subscribe_as(world, L"OnGuestLogoff");
}

static HRESULT subscribe_to_all(struct world *world)
{
    return subscribe_as(world, L"*");
}

static HRESULT subscribe_object(struct world *world)
{
    world->recorder->methods = methods;
    return subscribe_as(world, L"IVMVirtualMachineEvents.OnReset");
}

static HRESULT subscribe_by_number(struct world *world)
{
    VARIANT number;
    HRESULT hr;

    V_VT(&number) = VT_R8;
    V_R8(&number) = 11;
    hr = IVMEventSink_Subscribe(world->sink, number, recorder_variant(world->recorder), NULL, &world->cookie);
    EXPECT(SUCCEEDED(hr) == (world->cookie != 0));
    return hr;
}

static struct extended extended;

/* It is an object with a method, and must not be taken for a function because it cannot say so. */
static HRESULT subscribe_extended_object(struct world *world)
{
    VARIANT name, handler;
    HRESULT hr;

    extended_init(&extended);
    V_VT(&handler) = VT_DISPATCH;
    V_DISPATCH(&handler) = (IDispatch *)&extended.IDispatchEx_iface;
    V_VT(&name) = VT_BSTR;
    V_BSTR(&name) = SysAllocString(L"*");
    hr = IVMEventSink_Subscribe(world->sink, name, handler, NULL, &world->cookie);
    SysFreeString(V_BSTR(&name));
    EXPECT(SUCCEEDED(hr) == (world->cookie != 0));
    EXPECT(extended.refcount == (SUCCEEDED(hr) ? 2 : 1));
    return hr;
}

static void undo_extended_subscription(struct world *world)
{
    EXPECT(IVMEventSink_OnReset(world->sink) == S_OK);
    EXPECT(IVMEventSink_OnGuestShutdown(world->sink) == S_OK);
    EXPECT(extended.calls == 1);
    EXPECT(IVMEventSink_Unsubscribe(world->sink, world->cookie) == S_OK);
    EXPECT(extended.refcount == 1);
}

static HRESULT subscribe_by_invoke(struct world *world)
{
    VARIANT args[2] = {recorder_variant(world->recorder)}, result;
    DISPPARAMS params = {args, NULL, 2, 0};
    EXCEPINFO exception = {0};
    HRESULT hr;

    V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[1]) = SysAllocString(L"OnReset");
    VariantInit(&result);
    hr = IVMEventSink_Invoke(
            world->sink, 100, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, &result, &exception, NULL);
    SysFreeString(V_BSTR(&args[1]));
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    world->cookie = SUCCEEDED(hr) ? V_I4(&result) : 0;
    return hr == DISP_E_EXCEPTION ? exception.scode : hr;
}

static void undo_subscription(struct world *world)
{
    EXPECT(IVMEventSink_Unsubscribe(world->sink, world->cookie) == S_OK);
    /* In the multithreaded apartment a thread of the pool may be letting go of it. */
    for (ULONGLONG end = now_ms() + PATIENCE_MS; world->recorder->refcount > 1 && now_ms() < end;)
        Sleep(1);
    EXPECT(world->recorder->refcount == 1);
}

static void prepare_subscription(struct world *world)
{
    EXPECT(subscribe_function(world) == S_OK);
}

static void subscribe_here(void *context)
{
    EXPECT(subscribe_function(context) == S_OK);
}

/* On a thread that has left: the pool has to let go of the handler. */
static void prepare_subscription_elsewhere(struct world *world)
{
    worker_run(COINIT_MULTITHREADED, subscribe_here, world);
}

/* Whoever unsubscribes has no use for a no. */
static HRESULT unsubscribe(struct world *world)
{
    return IVMEventSink_Unsubscribe(world->sink, world->cookie);
}

/* The queue */

static void prepare_event(struct world *world)
{
    EXPECT(IVMEventSink_OnGuestLogoff(world->sink, vmLogoff_Forced) == S_OK);
}

static HRESULT take_event(struct world *world)
{
    HRESULT hr = IVMEventSink_NextEvent(world->sink, 0, (IVMEventRecord **)&world->object);

    /* The event that could not be taken is still there for the next try. */
    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static HRESULT take_nothing(struct world *world)
{
    HRESULT hr = IVMEventSink_NextEvent(world->sink, 0, (IVMEventRecord **)&world->object);

    EXPECT(!world->object);
    return hr;
}

static HRESULT run(struct world *world)
{
    LONG count = -1;
    HRESULT hr = IVMEventSink_Run(world->sink, 0, &count);

    EXPECT(count == 0);
    return hr;
}

static void prepare_no_queue(struct world *world)
{
    EXPECT(IVMEventSink_put_QueueCapacity(world->sink, 0) == S_OK);
    fill_with_callbacks(world);
}

static HRESULT turn_queue_on(struct world *world)
{
    return IVMEventSink_put_QueueCapacity(world->sink, 7);
}

static void turn_queue_off(struct world *world)
{
    EXPECT(IVMEventSink_put_QueueCapacity(world->sink, 0) == S_OK);
}

static HRESULT stop(struct world *world)
{
    return IVMEventSink_Stop(world->sink);
}

/* Waiting, and what went wrong */

static HRESULT wait_for_events(struct world *world, const WCHAR *events)
{
    BSTR source = SysAllocString(L"Web");
    VARIANT choice;
    HRESULT hr;

    V_VT(&choice) = VT_BSTR;
    V_BSTR(&choice) = SysAllocString(events);
    hr = IVMEventSink_WaitFor(world->sink, choice, 0, source, (IVMEventRecord **)&world->object);
    SysFreeString(V_BSTR(&choice));
    SysFreeString(source);
    EXPECT(!world->object);
    return hr;
}

static HRESULT wait_for_one(struct world *world)
{
    return wait_for_events(world, L"OnReset");
}

static HRESULT wait_for_several(struct world *world)
{
    return wait_for_events(world, L"OnReset, OnGuest*");
}

static HRESULT subscribe_to_failures(struct world *world)
{
    return subscribe_as(world, L"!");
}

static HRESULT subscribe_to_a_list(struct world *world)
{
    return subscribe_as(world, L"OnReset, OnGuest*");
}

static void prepare_failure(struct world *world)
{
    world->recorder->answer = E_FAIL;
    EXPECT(subscribe_function(world) == S_OK);
    EXPECT(IVMEventSink_OnGuestLogoff(world->sink, vmLogoff_Forced) == S_OK);
    for (ULONGLONG end = now_ms() + PATIENCE_MS; !world->recorder->calls && now_ms() < end;)
        Sleep(1);
    EXPECT(IVMEventSink_UnsubscribeAll(world->sink, &world->cookie) == S_OK && world->cookie == 1);
}

static HRESULT get_last_failure(struct world *world)
{
    HRESULT hr = IVMEventSink_get_LastFailure(world->sink, (IVMEventFailure **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static void prepare_last_failure(struct world *world)
{
    prepare_failure(world);
    EXPECT(IVMEventSink_get_LastFailure(world->sink, (IVMEventFailure **)&world->object2) == S_OK);
}

static HRESULT get_failure_text(struct world *world)
{
    BSTR text;
    HRESULT hr = IVMEventFailure_get_Text((IVMEventFailure *)world->object2, &text);

    EXPECT(SUCCEEDED(hr) == (text != NULL));
    SysFreeString(text);
    return hr;
}

static HRESULT get_failure_record(struct world *world)
{
    HRESULT hr = IVMEventFailure_get_Record((IVMEventFailure *)world->object2, (IVMEventRecord **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static void end_object2(struct world *world)
{
    IUnknown_Release((IUnknown *)world->object2);
}

/* What events there are */

static HRESULT get_events(struct world *world)
{
    HRESULT hr = IVMEventSink_get_Events(world->sink, (IVMEventCollection **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static HRESULT get_events_of(struct world *world)
{
    HRESULT hr = IVMEventSink_EventsOf(world->sink, (IUnknown *)world->sink, (IVMEventCollection **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

static void prepare_events(struct world *world)
{
    EXPECT(IVMEventSink_get_Events(world->sink, (IVMEventCollection **)&world->object2) == S_OK);
}

static HRESULT get_event(struct world *world)
{
    VARIANT index, item;
    HRESULT hr;

    V_VT(&index) = VT_BSTR;
    V_BSTR(&index) = SysAllocString(L"OnReset");
    hr = IVMEventCollection_get_Item((IVMEventCollection *)world->object2, index, &item);
    SysFreeString(V_BSTR(&index));
    EXPECT(V_VT(&item) == (SUCCEEDED(hr) ? VT_DISPATCH : VT_EMPTY));
    world->object = SUCCEEDED(hr) ? V_DISPATCH(&item) : NULL;
    return hr;
}

static HRESULT enumerate_events(struct world *world)
{
    HRESULT hr = IVMEventCollection_get__NewEnum((IVMEventCollection *)world->object2, (IUnknown **)&world->object);

    EXPECT(SUCCEEDED(hr) == (world->object != NULL));
    return hr;
}

#define MTA COINIT_MULTITHREADED
#define STA COINIT_APARTMENTTHREADED

static void test_sink(void **state)
{
    static const struct operation operations[] = {
            {"VMEventsCreateSink", MTA, NULL, create_by_export, undo_object, NULL, PLAIN, 4, NULL},
            {"CreateInstance", STA, NULL, create_by_factory, undo_object, NULL, PLAIN, 4, NULL},
            {"QueryInterface for IMarshal", MTA, NULL, query_marshaler, undo_object, NULL, PLAIN, 1, NULL},
            {"GetTypeInfo", MTA, NULL, get_type_info, undo_object, NULL, PLAIN, 2, NULL},
            {"GetTypeInfo of a face", MTA, NULL, get_type_info_of_face, undo_object, NULL, PLAIN, 2, NULL},
            {"GetClassInfo", MTA, NULL, get_class_info, undo_object, NULL, PLAIN, 2, NULL},
            {"GetIDsOfNames", MTA, NULL, get_ids_of_names, NULL, NULL, PLAIN, 2, NULL},
            {"GetIDsOfNames of a face", MTA, NULL, get_ids_of_names_of_face, NULL, NULL, PLAIN, 2, NULL},
            {"a property by Invoke", MTA, NULL, get_property_by_invoke, NULL, NULL, PLAIN, 2, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

static void test_callbacks(void **state)
{
    static const struct operation operations[] = {
            {"AddCallback", MTA, fill_with_callbacks, add_callback, undo_callback, NULL, PLAIN, 1, NULL},
            {"RemoveCallback", MTA, prepare_callback, remove_callback, NULL, NULL, PLAIN, 0, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

static void test_subscriptions(void **state)
{
    static const struct operation operations[] = {
            {"Subscribe a function", MTA, NULL, subscribe_function, undo_subscription, NULL, PLAIN, 2, NULL},
            {"Subscribe a function, STA", STA, NULL, subscribe_function, undo_subscription, NULL, PLAIN, 5, NULL},
            {"Subscribe to all", STA, NULL, subscribe_to_all, undo_subscription, NULL, PLAIN, 5, NULL},
            {"Subscribe an object", STA, NULL, subscribe_object, undo_subscription, NULL, PLAIN, 5, NULL},
            {"Subscribe an extended object", STA, NULL, subscribe_extended_object, undo_extended_subscription, NULL,
                    PLAIN, 20, NULL},
            {"Subscribe by number", MTA, NULL, subscribe_by_number, undo_subscription, NULL, PLAIN, 3, NULL},
            {"Subscribe by Invoke", STA, NULL, subscribe_by_invoke, undo_subscription, NULL, PLAIN, 5, NULL},
            {"Subscribe to a list", STA, NULL, subscribe_to_a_list, undo_subscription, NULL, PLAIN, 5, NULL},
            {"Subscribe to failures", STA, NULL, subscribe_to_failures, undo_subscription, NULL, PLAIN, 5, NULL},
            {"Unsubscribe", MTA, prepare_subscription, unsubscribe, NULL, NULL, PLAIN, 0, NULL},
            {"Unsubscribe elsewhere", MTA, prepare_subscription_elsewhere, unsubscribe, NULL, NULL, PLAIN, 0, NULL},
            {"Unsubscribe, STA", STA, prepare_subscription, unsubscribe, NULL, NULL, PLAIN, 0, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

static void test_queue(void **state)
{
    static const struct operation operations[] = {
            {"NextEvent", MTA, prepare_event, take_event, undo_object, NULL, PLAIN, 1, NULL},
            {"NextEvent, nothing there", MTA, NULL, take_nothing, NULL, NULL, PLAIN, 1, NULL},
            {"NextEvent, nothing there, STA", STA, NULL, take_nothing, NULL, NULL, PLAIN, 4, NULL},
            {"Run", MTA, NULL, run, NULL, NULL, PLAIN, 1, NULL},
            {"Run, STA", STA, NULL, run, NULL, NULL, PLAIN, 4, NULL},
            {"Stop", MTA, NULL, stop, NULL, NULL, PLAIN, 0, NULL},
            {"QueueCapacity", MTA, prepare_no_queue, turn_queue_on, turn_queue_off, NULL, PLAIN, 1, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

static void test_waiting_and_failures(void **state)
{
    static const struct operation operations[] = {
            {"WaitFor", MTA, NULL, wait_for_one, NULL, NULL, PLAIN, 2, NULL},
            {"WaitFor, STA", STA, NULL, wait_for_one, NULL, NULL, PLAIN, 5, NULL},
            {"WaitFor several", MTA, NULL, wait_for_several, NULL, NULL, PLAIN, 2, NULL},
            {"LastFailure", MTA, prepare_failure, get_last_failure, undo_object, NULL, PLAIN, 1, NULL},
            {"the text of a failure", MTA, prepare_last_failure, get_failure_text, NULL, end_object2, PLAIN, 1, NULL},
            {"the record of a failure", MTA, prepare_last_failure, get_failure_record, undo_object, end_object2, PLAIN,
                    1, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

static void test_descriptions(void **state)
{
    static const struct operation operations[] = {
            {"Events", MTA, NULL, get_events, undo_object, NULL, PLAIN, 1, NULL},
            {"EventsOf", MTA, NULL, get_events_of, undo_object, NULL, PLAIN, 1, NULL},
            {"an event by its name", MTA, prepare_events, get_event, undo_object, end_object2, PLAIN, 1, NULL},
            {"_NewEnum", MTA, prepare_events, enumerate_events, undo_object, end_object2, PLAIN, 20, NULL},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_sink),
            cmocka_unit_test(test_callbacks),
            cmocka_unit_test(test_subscriptions),
            cmocka_unit_test(test_queue),
            cmocka_unit_test(test_waiting_and_failures),
            cmocka_unit_test(test_descriptions),
    };

    return cmocka_run_group_tests_name("memory that runs out in the sink", tests, library_load, library_unload);
}

/* Memory that runs out in the host's objects: machines, their clients and their events. */
#include "memory/host_operation.h"

#include "com/event_batch.h"
#include "support/test.h"

#include <olectl.h>
#include <string.h>
#include <wchar.h>

/* Machines */

static HRESULT create_machine(void)
{
    return check_object(IVMEventHost_CreateMachine(world.host, names[BETA], (IVMEventMachine **)&world.object));
}

static void remove_beta(void)
{
    release_object();
    EXPECT(IVMEventHost_RemoveMachine(world.host, names[BETA]) == S_OK);
}

/* With Alpha they fill the table. */
static void create_fifteen(void)
{
    WCHAR text[] = L"Number 0";

    for (unsigned int i = 0; i < 15; ++i)
    {
        IVMEventMachine *machine;
        BSTR name;

        text[7] = (WCHAR)(L'a' + i);
        name = SysAllocString(text);
        EXPECT(IVMEventHost_CreateMachine(world.host, name, &machine) == S_OK);
        IVMEventMachine_Release(machine);
        SysFreeString(name);
    }
}

static void create_beta(void)
{
    EXPECT(create_machine() == S_OK);
    release_object();
}

static HRESULT remove_machine(void)
{
    return IVMEventHost_RemoveMachine(world.host, names[BETA]);
}

static HRESULT find_machine(void)
{
    return check_object(IVMEventHost_FindMachine(world.host, names[ALPHA], (IVMEventMachine **)&world.object));
}

static HRESULT get_item(VARTYPE type)
{
    VARIANT index;

    V_VT(&index) = type;
    if (type == VT_BSTR)
        V_BSTR(&index) = names[ALPHA];
    else
        V_R8(&index) = 1;
    return check_object(IVMEventMachines_get_Item(world.machines, index, (IVMEventMachine **)&world.object));
}

static HRESULT get_item_by_name(void)
{
    return get_item(VT_BSTR);
}

static HRESULT get_item_by_number(void)
{
    return get_item(VT_R8);
}

static HRESULT enumerate(void)
{
    return check_object(IVMEventMachines_get__NewEnum(world.machines, (IUnknown **)&world.object));
}

static HRESULT enumerate_and_clone(void)
{
    IEnumVARIANT *enumerator;
    HRESULT hr = IVMEventMachines_get__NewEnum(world.machines, (IUnknown **)&enumerator);

    if (FAILED(hr))
        return hr;
    hr = IEnumVARIANT_Clone(enumerator, (IEnumVARIANT **)&world.object);
    IEnumVARIANT_Release(enumerator);
    return check_object(hr);
}

static HRESULT enumerate_and_take(void)
{
    IEnumVARIANT *enumerator;
    VARIANT machine;
    ULONG fetched;
    HRESULT hr = IVMEventMachines_get__NewEnum(world.machines, (IUnknown **)&enumerator);

    if (FAILED(hr))
        return hr;
    if ((hr = IEnumVARIANT_Next(enumerator, 1, &machine, &fetched)) == S_OK)
        VariantClear(&machine);
    IEnumVARIANT_Release(enumerator);
    return hr;
}

static HRESULT get_name(void)
{
    BSTR name = NULL;
    HRESULT hr = IVMEventMachine_get_Name(world.machine, &name);

    EXPECT(SUCCEEDED(hr) == (name != NULL));
    SysFreeString(name);
    return hr;
}

static void test_machines(void **state)
{
    static const struct operation operations[] = {
            {"CreateMachine", NULL, create_machine, remove_beta, PLAIN, 6},
            {"CreateMachine, the 17th", create_fifteen, create_machine, remove_beta, PLAIN, 9},
            {"FindMachine", NULL, find_machine, release_object, PLAIN, 0},
            {"RemoveMachine", create_beta, remove_machine, NULL, PLAIN, 2},
            {"Item by name", NULL, get_item_by_name, release_object, PLAIN, 1},
            {"Item by number", NULL, get_item_by_number, release_object, PLAIN, 2},
            {"_NewEnum", NULL, enumerate, release_object, PLAIN, 2},
            {"Clone", NULL, enumerate_and_clone, release_object, PLAIN, 3},
            {"Next", NULL, enumerate_and_take, NULL, PLAIN, 4},
            {"Name", NULL, get_name, NULL, PLAIN, 1},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

/* Type information */

static HRESULT get_type_info_of_host(void)
{
    return check_object(IVMEventHost_GetTypeInfo(world.host, 0, 0, (ITypeInfo **)&world.object));
}

static HRESULT get_type_info_of_machine(void)
{
    return check_object(IVMEventMachine_GetTypeInfo(world.machine, 0, 0, (ITypeInfo **)&world.object));
}

static HRESULT get_ids_of_names(void)
{
    LPOLESTR name = (LPOLESTR)L"Count";
    DISPID id;

    return IVMEventMachines_GetIDsOfNames(world.machines, &IID_NULL, &name, 1, 0, &id);
}

static HRESULT get_class_info(void)
{
    IProvideClassInfo2 *provider;
    HRESULT hr;

    EXPECT(IVMEventMachine_QueryInterface(world.machine, &IID_IProvideClassInfo2, (void **)&provider) == S_OK);
    hr = IProvideClassInfo2_GetClassInfo(provider, (ITypeInfo **)&world.object);
    IProvideClassInfo2_Release(provider);
    return check_object(hr);
}

static void test_type_information(void **state)
{
    static const struct operation operations[] = {
            {"GetTypeInfo of the host", NULL, get_type_info_of_host, release_object, PLAIN, 2},
            {"GetTypeInfo of a machine", NULL, get_type_info_of_machine, release_object, PLAIN, 2},
            {"GetIDsOfNames of the machines", NULL, get_ids_of_names, NULL, PLAIN, 2},
            {"GetClassInfo", NULL, get_class_info, release_object, PLAIN, 2},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

/* Clients and events */

static void find_point(void *object, REFIID iid)
{
    IConnectionPointContainer *container;

    EXPECT(IUnknown_QueryInterface((IUnknown *)object, &IID_IConnectionPointContainer, (void **)&container) == S_OK);
    EXPECT(IConnectionPointContainer_FindConnectionPoint(container, iid, &world.point) == S_OK);
    IConnectionPointContainer_Release(container);
}

static void find_point_of_machine(void)
{
    find_point(world.machine, &DIID_IVMVirtualMachineEvents);
}

static void find_point_of_host(void)
{
    find_point(world.host, &DIID_IVMVirtualPCEvents);
}

static HRESULT advise(void)
{
    HRESULT hr = IConnectionPoint_Advise(world.point, (IUnknown *)&world.client.IDispatch_iface, &world.cookie);

    EXPECT(SUCCEEDED(hr) == (world.cookie != 0));
    return hr;
}

static HRESULT unadvise(void)
{
    return IConnectionPoint_Unadvise(world.point, world.cookie);
}

static void undo_advise(void)
{
    EXPECT(unadvise() == S_OK);
}

static void prepare_advised(void)
{
    find_point_of_machine();
    EXPECT(advise() == S_OK);
}

static HRESULT enumerate_connections(void)
{
    return check_object(IConnectionPoint_EnumConnections(world.point, (IEnumConnections **)&world.object));
}

static void set_argument(const WCHAR *text)
{
    LONG place = 0;
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(text);
    world.args = SafeArrayCreateVector(VT_VARIANT, 0, 1);
    EXPECT(SUCCEEDED(SafeArrayPutElement(world.args, &place, &value)));
    SysFreeString(V_BSTR(&value));
}

static void prepare_logoff(void)
{
    set_argument(L"vmLogoff_Forced");
}

static void prepare_logoff_to_client(void)
{
    prepare_advised();
    prepare_logoff();
}

static HRESULT raise_logoff(void)
{
    return IVMEventMachine_Raise(world.machine, names[LOGOFF], world.args);
}

static void find_point_of_all(void)
{
    find_point(world.machines, &DIID_IVMVirtualMachineEvents);
}

/* One that hears all machines, and none that hears this one. */
static void prepare_logoff_to_all(void)
{
    find_point_of_all();
    EXPECT(advise() == S_OK);
    prepare_logoff();
}

static void prepare_insert(void)
{
    find_point(world.machine, &DIID_IVMDVDDriveEvents);
    EXPECT(advise() == S_OK);
    set_argument(L"C:\\one.iso");
}

/* Two events that share them. */
static void prepare_insert_with_details(void)
{
    static const WCHAR *const texts[] = {L"C:\\one.iso", L"drive=cd0"};
    VARIANT value;

    find_point(world.machine, &DIID_IVMDVDDriveEvents);
    EXPECT(advise() == S_OK);
    world.args = SafeArrayCreateVector(VT_VARIANT, 0, ARRAYSIZE(texts));
    for (LONG i = 0; i < (LONG)ARRAYSIZE(texts); ++i)
    {
        V_VT(&value) = VT_BSTR;
        V_BSTR(&value) = SysAllocString(texts[i]);
        EXPECT(SUCCEEDED(SafeArrayPutElement(world.args, &i, &value)));
        SysFreeString(V_BSTR(&value));
    }
}

/* Two events: both, or neither. */
static HRESULT raise_insert(void)
{
    return IVMEventMachine_Raise(world.machine, names[INSERT], world.args);
}

/* Each event has a string of its own, made of the number. */
static void prepare_coerced_insert(void)
{
    LONG place = 0;
    VARIANT value;

    V_VT(&value) = VT_I4;
    V_I4(&value) = 42;
    world.args = SafeArrayCreateVector(VT_VARIANT, 0, 1);
    EXPECT(SUCCEEDED(SafeArrayPutElement(world.args, &place, &value)));
}

/* The state changes, and the host's clients hear of that, or nothing happens. */
static void prepare_state(void)
{
    find_point_of_host();
    EXPECT(advise() == S_OK);
    set_argument(L"vmVMState_Running");
}

static HRESULT raise_state(void)
{
    VMVMState state;
    HRESULT hr = IVMEventMachine_Raise(world.machine, names[STATE], world.args);

    EXPECT(IVMEventMachine_get_State(world.machine, &state) == S_OK);
    EXPECT(FAILED(hr) == (state == vmVMState_TurnedOff));
    return hr;
}

/* An event of the machine's and one of the host's: both, or neither. */
static void prepare_heartbeat(void)
{
    find_point_of_host();
    EXPECT(advise() == S_OK);
}

static HRESULT raise_heartbeat(void)
{
    return IVMEventMachine_Raise(world.machine, names[HEARTBEAT], NULL);
}

static void prepare_name(void)
{
    set_argument(L"Alpha");
}

static void prepare_name_to_client(void)
{
    prepare_heartbeat();
    prepare_name();
}

static HRESULT raise_at_host(void)
{
    return IVMEventHost_Raise(world.host, names[HEARTBEAT], world.args);
}

static HRESULT log_off_simulated(void)
{
    return IVMEventMachine_LogoffGuest(world.machine);
}

static HRESULT invoke_raise(void *object, DISPID *id, BSTR name)
{
    VARIANT args[2], *event = &args[1], *value = &args[0];
    DISPPARAMS params = {args, NULL, 2, 0};
    EXCEPINFO exception = {0};
    LPOLESTR method = (LPOLESTR)L"Raise";
    IDispatch *dispatch = object; /* of a dual interface */
    HRESULT hr;

    V_VT(event) = VT_BSTR;
    V_BSTR(event) = name;
    V_VT(value) = VT_R8;
    V_R8(value) = 1;
    if (!*id)
        EXPECT(IDispatch_GetIDsOfNames(dispatch, &IID_NULL, &method, 1, 0, id) == S_OK);
    hr = IDispatch_Invoke(
            dispatch, *id, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, NULL, &exception, NULL);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    return hr == DISP_E_EXCEPTION ? exception.scode : hr;
}

static HRESULT raise_by_invoke(void)
{
    static DISPID id;

    return invoke_raise(world.machine, &id, names[LOGOFF]);
}

static HRESULT raise_at_host_by_invoke(void)
{
    static DISPID id;

    return invoke_raise(world.host, &id, names[LOGGED]);
}

static void prepare_by_invoke(void)
{
    EXPECT(raise_by_invoke() == S_OK && raise_at_host_by_invoke() == S_OK);
}

/* One event, so that all that can run out does so before it is fired. */
static const WCHAR *write_scenario(const char *scenario)
{
    static WCHAR path[MAX_PATH];
    WCHAR directory[MAX_PATH];
    DWORD written;
    HANDLE file;

    EXPECT(GetTempPathW(MAX_PATH, directory) && GetTempFileNameW(directory, L"vme", 0, path));
    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    EXPECT(WriteFile(file, scenario, (DWORD)strlen(scenario), &written, NULL));
    CloseHandle(file);
    return path;
}

static void set_scenario(const char *scenario)
{
    world.text = SysAllocString(write_scenario(scenario));
    V_VT(&world.speed) = VT_I4;
    V_I4(&world.speed) = 2;
}

static void prepare_play(void)
{
    prepare_advised();
    set_scenario("0 OnConfigurationChanged \"key\" 1.5\n");
}

static void prepare_play_at_host(void)
{
    prepare_heartbeat();
    set_scenario("0 IVMVirtualPCEvents.OnHeartbeatStopped \"Alpha\"\n");
}

static HRESULT play(void)
{
    LONG fired = -1;
    HRESULT hr = IVMEventMachine_Play(world.machine, world.text, world.speed, &fired);

    EXPECT(fired == (SUCCEEDED(hr) ? 1 : 0));
    return hr;
}

static void prepare_recording(void)
{
    prepare_advised();
    set_scenario(
            "{\"time\":\"2026-01-31T09:05:01.000Z\",\"source\":\"Alpha\",\"interface\":\"IVMVirtualMachineEvents\","
            "\"name\":"
            "\"OnReset\",\"arguments\":{},\"details\":{\"user\":\"alice\"}}\n");
}

static HRESULT play_recording(void)
{
    LONG fired = -1;
    HRESULT hr = IVMEventHost_Play(world.host, world.text, world.speed, &fired);

    EXPECT(fired == (SUCCEEDED(hr) ? 1 : 0));
    return hr;
}

static void test_clients(void **state)
{
    static const struct operation operations[] = {
            {"Advise on a machine", find_point_of_machine, advise, undo_advise, PLAIN, 4},
            {"Advise on the host", find_point_of_host, advise, undo_advise, PLAIN, 4},
            {"Advise on all machines", find_point_of_all, advise, undo_advise, PLAIN, 4},
            {"Unadvise", prepare_advised, unadvise, NULL, PLAIN, 0},
            {"EnumConnections", prepare_advised, enumerate_connections, release_object, PLAIN, 2},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

static void test_events(void **state)
{
    static const struct operation operations[] = {
            {"Raise", prepare_logoff, raise_logoff, NULL, PLAIN, 3},
            {"Raise to a client", prepare_logoff_to_client, raise_logoff, NULL, LOSING, 5},
            {"Raise to a client of all machines", prepare_logoff_to_all, raise_logoff, NULL, LOSING, 5},
            {"Raise two events", prepare_insert, raise_insert, NULL, LOSING, 5},
            {"Raise two events with details", prepare_insert_with_details, raise_insert, NULL, LOSING, 9},
            {"Raise two events, coerced", prepare_coerced_insert, raise_insert, NULL, PLAIN, 4},
            {"Raise a change of state", prepare_state, raise_state, NULL, LOSING, 5},
            {"Raise by Invoke", prepare_by_invoke, raise_by_invoke, NULL, PLAIN, 5},
            {"Raise at the host", prepare_name, raise_at_host, NULL, PLAIN, 2},
            {"Raise at the host to a client", prepare_name_to_client, raise_at_host, NULL, LOSING, 4},
            {"Raise at the host by Invoke", prepare_by_invoke, raise_at_host_by_invoke, NULL, PLAIN, 4},
            {"Raise the end of heartbeats", prepare_heartbeat, raise_heartbeat, NULL, LOSING, 4},
            {"Play", prepare_play, play, NULL, LOSING, 10},
            {"Play an event of the host", prepare_play_at_host, play, NULL, LOSING, 10},
            {"Play a recording", prepare_recording, play, NULL, LOSING, 10},
            {"Play a recording at the host", prepare_recording, play_recording, NULL, LOSING, 10},
            {"LogoffGuest", prepare_advised, log_off_simulated, NULL, LOSING, 5},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

/* What goes to a client in another process in one call. */
static HRESULT make_batch(void)
{
    static const struct event_batch_size size = {
            .count = 1, .argument_count = 1, .has_labels = true, .has_details = true};
    static struct event_sequence sequence;
    struct event_batch batch;
    struct kept_event *kept;
    struct event event;
    HRESULT hr;

    event_init(&event, event_type_find(&event_interfaces[DVD_EVENTS], vmDVDDriveEvent_OnEject), L"Alpha", &sequence);
    V_VT(&event.args[0]) = VT_BSTR;
    V_BSTR(&event.args[0]) = names[ALPHA];
    kept = event_keep(&event);
    event_cleanup(&event);
    if (!kept)
        return E_OUTOFMEMORY;
    if (SUCCEEDED(hr = event_batch_begin(&batch, &size)))
    {
        hr = event_batch_add(&batch, &event_interfaces[DVD_EVENTS], kept);
        event_batch_end(&batch);
    }
    kept_event_release(kept);
    return hr;
}

static void test_batches(void **state)
{
    static const struct operation operations[] = {
            {"Several events for one call", NULL, make_batch, NULL, PLAIN, 7},
    };

    (void)state;
    OPERATIONS_CHECK(operations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_machines),
            cmocka_unit_test(test_type_information),
            cmocka_unit_test(test_clients),
            cmocka_unit_test(test_events),
            cmocka_unit_test(test_batches),
    };

    return cmocka_run_group_tests_name(
            "memory that runs out in the host", tests, operations_set_up, operations_tear_down);
}

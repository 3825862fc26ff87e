/*
 * Memory that runs out in the host: its objects in this process, without COM in between. Each try begins with a new
 * host, whose pools are empty, and ends with no memory left.
 */
/* First: Winsock's header has to come before windows.h. */
#include "host/qemu/loop.h"

#include "memory/refusal.h"

#include "com/apartment.h"
#include "com/module.h"
#include "com/type_info.h"
#include "dispatch/readers.h"
#include "fuzz/object.h"
#include "host/host.h"
#include "host/machine.h"
#include "host/machines.h"
#include "host/threads.h"
#include "support/ole_memory.h"
#include "support/test.h"

#include <olectl.h>
#include <wchar.h>

#define PATIENCE_MS 20000

static struct world
{
    IVMEventHost *host;
    IVMEventMachines *machines;
    IVMEventMachine *machine;
    IConnectionPoint *point;
    struct object client;
    DWORD cookie;
    void *object;
    BSTR text;
    VARIANT speed;
    SAFEARRAY *args;
} world;

struct operation
{
    const char *name;
    void (*prepare)(void); /* may be NULL */
    HRESULT (*run)(void);
    void (*undo)(void); /* may be NULL */
    bool may_be_lost;   /* it may succeed though a client, whose mailbox has no room, does not hear of it; or a live
                         * machine's connection, which is tried again */
    LONG requests;
};

static const struct operation *current;
static LONG number;
static bool is_done_here; /* what other threads request meanwhile is not of the operation */

#define EXPECT(condition) ((condition) ? (void)0 : operation_failed(__FILE__, __LINE__, #condition))

static _Noreturn void operation_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s, request %ld refused (%s): not so: %s\n", file, line, current->name, (long)number,
            refusal_of(), condition);
    fflush(stderr);
    abort();
}

/* The strings and arrays of the test, made while nothing is refused. */
static BSTR names[6];
enum
{
    ALPHA,
    BETA,
    LOGOFF,
    INSERT,
    STATE,
    ADDRESS
};

static void names_make(void)
{
    static const WCHAR *const texts[] = {
            L"Alpha", L"Beta", L"OnGuestLogoff", L"OnMediaInsert", L"OnStateChange", L"qemu:127.0.0.1:1"};

    for (size_t i = 0; i < ARRAYSIZE(names); ++i)
        names[i] = SysAllocString(texts[i]);
}

static void names_free(void)
{
    for (size_t i = 0; i < ARRAYSIZE(names); ++i)
        SysFreeString(names[i]);
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

/* State that anybody can see */

struct state
{
    LONG count;
    VMVMState state;
    ULONG machine_references;
    LONG client_references, client_calls;
};

static void state_read(struct state *state)
{
    memset(state, 0, sizeof(*state));
    EXPECT(IVMEventMachines_get_Count(world.machines, &state->count) == S_OK);
    EXPECT(IVMEventMachine_get_State(world.machine, &state->state) == S_OK);
    IVMEventMachine_AddRef(world.machine);
    state->machine_references = IVMEventMachine_Release(world.machine);
    state->client_references = world.client.refcount;
    state->client_calls = world.client.calls;
}

static void world_begin(void)
{
    memset(&world, 0, sizeof(world));
    EXPECT(threads_init() && host_init());
    world.host = host_get();
    world.machines = machines_get_collection();
    object_init(&world.client);
    EXPECT(IVMEventHost_CreateMachine(world.host, names[ALPHA], &world.machine) == S_OK);
    if (current->prepare)
        current->prepare();
}

/* Threads of the pool may be letting go of the client. */
static void await_end_of_connections(void)
{
    for (DWORD start = GetTickCount(); module_in_use() && GetTickCount() - start < PATIENCE_MS;)
        Sleep(1);
    EXPECT(!module_in_use());
    EXPECT(world.client.refcount == 1);
}

static void world_end(void)
{
    if (world.point)
        IConnectionPoint_Release(world.point);
    IVMEventMachine_Release(world.machine);
    IVMEventMachines_Release(world.machines);
    if (world.args)
        SafeArrayDestroy(world.args);
    if (world.text)
        DeleteFileW(world.text);
    SysFreeString(world.text);
    machines_remove_all();
    host_end_connections();
    await_end_of_connections();
    host_cleanup();
    type_info_forget();
    apartments_cleanup();
    dispatch_cleanup();
}

/* Threads of the pool may still be letting go of what was half made. */
static bool becomes_as_before(const struct state *before)
{
    struct state after;

    for (DWORD start = GetTickCount(); GetTickCount() - start < PATIENCE_MS; Sleep(1))
    {
        state_read(&after);
        if (!memcmp(before, &after, sizeof(after)))
            return true;
    }
    return false;
}

static bool attempt(void)
{
    struct state before;
    bool refused;
    HRESULT hr;

    world_begin();
    state_read(&before);
    if (is_done_here)
        refusal_arm_here(number);
    else
        refusal_arm(number);
    hr = current->run();
    if ((refused = refusal_disarm()))
    {
        if (hr == S_OK && current->may_be_lost)
        {
            if (current->undo)
                current->undo();
        }
        else
        {
            EXPECT(hr == E_OUTOFMEMORY);
            EXPECT(becomes_as_before(&before));
        }
        hr = current->run();
    }
    EXPECT(hr == S_OK);
    if (current->undo)
        current->undo();
    world_end();
    return refused;
}

/* The loop of the live machines may still be at the end of one. */
static bool all_blocks_are_freed(void)
{
    for (DWORD start = GetTickCount(); counted_memory_get()->live().blocks && GetTickCount() - start < PATIENCE_MS;)
        Sleep(1);
    return !counted_memory_get()->live().blocks;
}

static void check(const struct operation *operation)
{
    LONG ole_blocks = ole_memory_live();

    current = operation;
    for (number = 1; attempt(); ++number)
    {
        EXPECT(all_blocks_are_freed());
        SetErrorInfo(0, NULL);
        EXPECT(ole_memory_live() == ole_blocks);
    }
    printf("%s: %ld refused\n", operation->name, (long)number - 1);
    EXPECT(number > operation->requests);
}

#define CHECK_EACH(operations)                                                                                         \
    for (size_t i = 0; i < ARRAYSIZE(operations); ++i)                                                                 \
    check(&operations[i])

/* Machines */

static HRESULT check_object(HRESULT hr)
{
    EXPECT(SUCCEEDED(hr) == (world.object != NULL));
    return hr;
}

static void release_object(void)
{
    IUnknown_Release((IUnknown *)world.object);
    world.object = NULL;
}

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
            {"CreateMachine", NULL, create_machine, remove_beta, false, 5},
            {"CreateMachine, the 17th", create_fifteen, create_machine, remove_beta, false, 6},
            {"FindMachine", NULL, find_machine, release_object, false, 0},
            {"RemoveMachine", create_beta, remove_machine, NULL, false, 2},
            {"Item by name", NULL, get_item_by_name, release_object, false, 1},
            {"Item by number", NULL, get_item_by_number, release_object, false, 2},
            {"_NewEnum", NULL, enumerate, release_object, false, 2},
            {"Clone", NULL, enumerate_and_clone, release_object, false, 3},
            {"Next", NULL, enumerate_and_take, NULL, false, 4},
            {"Name", NULL, get_name, NULL, false, 1},
    };

    (void)state;
    CHECK_EACH(operations);
}

/* Live machines. Nobody listens at the address. */

static HRESULT open_machine(void)
{
    return check_object(
            IVMEventHost_OpenMachine(world.host, names[BETA], names[ADDRESS], (IVMEventMachine **)&world.object));
}

/* Once the loop has closed it, nobody else has a reference. */
static void remove_live(void)
{
    DWORD start = GetTickCount();

    EXPECT(IVMEventHost_RemoveMachine(world.host, names[BETA]) == S_OK);
    do
    {
        Sleep(1);
        IUnknown_AddRef((IUnknown *)world.object);
    } while (IUnknown_Release((IUnknown *)world.object) > 1 && GetTickCount() - start < PATIENCE_MS);
    release_object();
}

static void prepare_live(void)
{
    EXPECT(open_machine() == S_OK);
}

static HRESULT get_address(void)
{
    BSTR address = NULL;
    HRESULT hr = IVMEventMachine_get_Address((IVMEventMachine *)world.object, &address);

    EXPECT(SUCCEEDED(hr) == (address != NULL));
    SysFreeString(address);
    return hr;
}

static HRESULT get_fault(void)
{
    BSTR fault = NULL;
    HRESULT hr = IVMEventMachine_get_Fault((IVMEventMachine *)world.object, &fault);

    EXPECT(SUCCEEDED(hr) == (fault != NULL));
    EXPECT(FAILED(hr) || SysStringLen(fault));
    SysFreeString(fault);
    return hr;
}

static HRESULT get_connected(void)
{
    VARIANT_BOOL connected;
    HRESULT hr = IVMEventMachine_get_Connected((IVMEventMachine *)world.object, &connected);

    EXPECT(connected == VARIANT_FALSE);
    return hr;
}

static void do_nothing(struct loop_task *task, uv_loop_t *loop)
{
    (void)task, (void)loop;
}

/* The loop that serves all of them starts with the first, and then is there for good. */
static void test_start_of_the_loop(void **state)
{
    static struct loop_task task = {.run = do_nothing};
    LONG requests = 1;

    (void)state;
    for (;; ++requests)
    {
        bool posted;

        refusal_arm(requests);
        posted = loop_post(&task);
        if (!refusal_disarm())
        {
            assert_true(posted);
            break;
        }
        assert_false(posted);
    }
    printf("start of the loop: %ld refused\n", (long)requests - 1);
    assert_true(requests > 5);
}

static void test_live_machines(void **state)
{
    static const struct operation operations[] = {
            {"OpenMachine", NULL, open_machine, remove_live, true, 15},
    };

    (void)state;
    CHECK_EACH(operations);
}

/* The loop tries to connect all the time. */
static void test_properties_of_live_machines(void **state)
{
    static const struct operation operations[] = {
            {"Address", prepare_live, get_address, remove_live, false, 1},
            {"Fault", prepare_live, get_fault, remove_live, false, 1},
            {"Connected", prepare_live, get_connected, remove_live, false, 0},
    };

    (void)state;
    is_done_here = true;
    CHECK_EACH(operations);
    is_done_here = false;
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
            {"GetTypeInfo of the host", NULL, get_type_info_of_host, release_object, false, 2},
            {"GetTypeInfo of a machine", NULL, get_type_info_of_machine, release_object, false, 2},
            {"GetIDsOfNames of the machines", NULL, get_ids_of_names, NULL, false, 2},
            {"GetClassInfo", NULL, get_class_info, release_object, false, 2},
    };

    (void)state;
    CHECK_EACH(operations);
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

static void prepare_insert(void)
{
    find_point(world.machine, &DIID_IVMDVDDriveEvents);
    EXPECT(advise() == S_OK);
    set_argument(L"C:\\one.iso");
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

static HRESULT log_off_simulated(void)
{
    return IVMEventMachine_LogoffGuest(world.machine);
}

static HRESULT raise_by_invoke(void)
{
    VARIANT args[2], *event = &args[1], *value = &args[0];
    DISPPARAMS params = {args, NULL, 2, 0};
    EXCEPINFO exception = {0};
    LPOLESTR name = (LPOLESTR)L"Raise";
    static DISPID id;
    HRESULT hr;

    V_VT(event) = VT_BSTR;
    V_BSTR(event) = names[LOGOFF];
    V_VT(value) = VT_R8;
    V_R8(value) = 1;
    if (!id)
        EXPECT(IVMEventMachine_GetIDsOfNames(world.machine, &IID_NULL, &name, 1, 0, &id) == S_OK);
    hr = IVMEventMachine_Invoke(
            world.machine, id, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, NULL, &exception, NULL);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    return hr == DISP_E_EXCEPTION ? exception.scode : hr;
}

static void prepare_by_invoke(void)
{
    EXPECT(raise_by_invoke() == S_OK);
}

/* One event, so that all that can run out does so before it is fired. */
static const WCHAR *write_scenario(void)
{
    static const char scenario[] = "0 OnConfigurationChanged \"key\" 1.5\n";
    static WCHAR path[MAX_PATH];
    WCHAR directory[MAX_PATH];
    DWORD written;
    HANDLE file;

    EXPECT(GetTempPathW(MAX_PATH, directory) && GetTempFileNameW(directory, L"vme", 0, path));
    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    EXPECT(WriteFile(file, scenario, sizeof(scenario) - 1, &written, NULL));
    CloseHandle(file);
    return path;
}

static void prepare_play(void)
{
    prepare_advised();
    world.text = SysAllocString(write_scenario());
    V_VT(&world.speed) = VT_I4;
    V_I4(&world.speed) = 2;
}

static HRESULT play(void)
{
    LONG fired = -1;
    HRESULT hr = IVMEventMachine_Play(world.machine, world.text, world.speed, &fired);

    EXPECT(fired == (SUCCEEDED(hr) ? 1 : 0));
    return hr;
}

static void test_clients(void **state)
{
    static const struct operation operations[] = {
            {"Advise on a machine", find_point_of_machine, advise, undo_advise, false, 4},
            {"Advise on the host", find_point_of_host, advise, undo_advise, false, 4},
            {"Unadvise", prepare_advised, unadvise, NULL, false, 0},
            {"EnumConnections", prepare_advised, enumerate_connections, release_object, false, 2},
    };

    (void)state;
    CHECK_EACH(operations);
}

static void test_events(void **state)
{
    static const struct operation operations[] = {
            {"Raise", prepare_logoff, raise_logoff, NULL, false, 3},
            {"Raise to a client", prepare_logoff_to_client, raise_logoff, NULL, true, 5},
            {"Raise two events", prepare_insert, raise_insert, NULL, true, 5},
            {"Raise two events, coerced", prepare_coerced_insert, raise_insert, NULL, false, 4},
            {"Raise a change of state", prepare_state, raise_state, NULL, true, 5},
            {"Raise by Invoke", prepare_by_invoke, raise_by_invoke, NULL, false, 5},
            {"Play", prepare_play, play, NULL, true, 10},
            {"LogoffGuest", prepare_advised, log_off_simulated, NULL, true, 5},
    };

    (void)state;
    CHECK_EACH(operations);
}

/* What libuv has by itself. */

static void *uv_malloc(size_t size)
{
    return refusal_allows("libuv's memory") ? malloc(size) : NULL;
}

static void *uv_realloc(void *memory, size_t size)
{
    return refusal_allows("libuv's memory") ? realloc(memory, size) : NULL;
}

static void *uv_calloc(size_t count, size_t size)
{
    return refusal_allows("libuv's memory") ? calloc(count, size) : NULL;
}

static int set_up(void **state)
{
    (void)state;
    CHECK(!uv_replace_allocator(uv_malloc, uv_realloc, uv_calloc, free));
    module_instance = GetModuleHandleW(NULL);
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    ole_memory_watch();
    names_make();
    refusal_install(GetModuleHandleW(NULL), counted_memory_get());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    names_free();
    CoUninitialize();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_start_of_the_loop),
            cmocka_unit_test(test_machines),
            cmocka_unit_test(test_live_machines),
            cmocka_unit_test(test_properties_of_live_machines),
            cmocka_unit_test(test_type_information),
            cmocka_unit_test(test_clients),
            cmocka_unit_test(test_events),
    };

    return cmocka_run_group_tests_name("memory that runs out in the host", tests, set_up, tear_down);
}

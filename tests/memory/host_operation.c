#include "memory/host_operation.h"

#include "memory/refusal.h"

#include "com/apartment.h"
#include "com/module.h"
#include "com/type_info.h"
#include "dispatch/readers.h"
#include "host/fleet_events.h"
#include "host/host.h"
#include "host/host_events.h"
#include "host/machine.h"
#include "host/machine_collection.h"
#include "host/machines.h"
#include "host/threads.h"
#include "support/ole_memory.h"
#include "support/test.h"

#define PATIENCE_MS 120000

struct world world;

static const struct operation *current;
static LONG number;

_Noreturn void operation_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s, request %ld refused (%s): not so: %s\n", file, line, current->name, (long)number,
            refusal_of(), condition);
    fflush(stderr);
    abort();
}

BSTR names[NAMES];

static void names_make(void)
{
    static const WCHAR *const texts[] = {
            L"Alpha", L"Beta", L"OnGuestLogoff", L"OnMediaInsert", L"OnStateChange", L"OnHeartbeatStopped",
            L"OnEventLogged", L"qemu:127.0.0.1:1",
            L"mqtt:127.0.0.1:1/web-1/Web"};

    for (size_t i = 0; i < ARRAYSIZE(names); ++i)
        names[i] = SysAllocString(texts[i]);
}

static void names_free(void)
{
    for (size_t i = 0; i < ARRAYSIZE(names); ++i)
        SysFreeString(names[i]);
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
    world.machines = machine_collection_get();
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
    fleet_events_finish_connections();
    host_events_finish_connections();
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
    if (current->kind == HERE)
        refusal_arm_here(number);
    else
        refusal_arm(number);
    hr = current->run();
    if ((refused = refusal_disarm()))
    {
        if (hr == S_OK && current->kind == LOSING)
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

void operation_check(const struct operation *operation)
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

HRESULT check_object(HRESULT hr)
{
    EXPECT(SUCCEEDED(hr) == (world.object != NULL));
    return hr;
}

void release_object(void)
{
    IUnknown_Release((IUnknown *)world.object);
    world.object = NULL;
}

int operations_set_up(void **state)
{
    (void)state;
    module_instance = GetModuleHandleW(NULL);
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    ole_memory_watch();
    names_make();
    refusal_install(GetModuleHandleW(NULL), counted_memory_get());
    return 0;
}

int operations_tear_down(void **state)
{
    (void)state;
    names_free();
    CoUninitialize();
    return 0;
}

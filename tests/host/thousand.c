/*
 * Many machines, simulated and live ones, and ten clients that each hear them all by one connection: everybody hears
 * everything once, under the right name, and nothing of it costs a thread. Forty machines, or a thousand: "stress".
 */
#include "client.h"
#include "sink/library.h"
#include "support/many_qemus.h"

#include <psapi.h>
#include <tlhelp32.h>
#include <wchar.h>

#define CLIENTS 10
#define MACHINES_MAX 1000

/* What the host may take for a machine, that of its connection to QEMU and of its events included. */
#define MACHINE_BYTES (32 << 10)

static LONG machine_count = 40;

/* What a client has heard of each machine. */
struct heard
{
    volatile LONG events[MACHINES_MAX], ends[MACHINES_MAX];
    volatile LONG strange;
};

static struct heard heard[CLIENTS];
static IVMEventSink *sinks[CLIENTS];
static IVMEventMachine *machines[MACHINES_MAX];
static IVMEventHost *host;

static bool is_live(LONG number)
{
    return number % 2;
}

/* "Machine 17" */
static LONG number_of(const WCHAR *source)
{
    LONG number = !wcsncmp(source, L"Machine ", 8) ? wcstol(source + 8, NULL, 10) : -1;

    return number < machine_count ? number : -1;
}

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    struct heard *client = context;
    LONG number = number_of(event->source);

    if (number < 0 || client->ends[number])
        InterlockedIncrement(&client->strange);
    else if (!wcscmp(event->name, L"OnReset"))
        InterlockedIncrement(&client->events[number]);
    else if (!wcscmp(event->name, L"OnStateChange") && V_I4(&event->args[0]) == vmVMState_DeleteMachine)
        InterlockedIncrement(&client->ends[number]);
}

static void connect_client(LONG number)
{
    IVMEventCallbacks *callbacks;
    IVMEventMachines *collection;
    DWORD callback;
    LONG cookie;

    sinks[number] = sink_create();
    callbacks = query(sinks[number], &IID_IVMEventCallbacks);
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, &heard[number], NULL, &callback)
            == S_OK);
    IVMEventCallbacks_Release(callbacks);
    CHECK(IVMEventHost_get_Machines(host, &collection) == S_OK);
    CHECK(IVMEventSink_Connect(sinks[number], (IUnknown *)collection, NULL, &cookie) == S_OK);
    IVMEventMachines_Release(collection);
}

static void make_machine(LONG number)
{
    WCHAR name[32], address[64];
    BSTR place, string;

    swprintf(name, ARRAYSIZE(name), L"Machine %ld", (long)number);
    if (!is_live(number))
    {
        machines[number] = client_create_machine(host, name);
        return;
    }
    many_qemus_address((unsigned int)number, address, ARRAYSIZE(address));
    string = SysAllocString(name);
    place = SysAllocString(address);
    CHECK(IVMEventHost_OpenMachine(host, string, place, &machines[number]) == S_OK);
    SysFreeString(place);
    SysFreeString(string);
}

static void remove_machine(LONG number)
{
    WCHAR name[32];

    swprintf(name, ARRAYSIZE(name), L"Machine %ld", (long)number);
    client_release(machines[number]);
    client_remove_machine(host, name);
}

static void catch_up(void)
{
    for (LONG i = 0; i < CLIENTS; ++i)
    {
        LONG missing = -1;

        CHECK(IVMEventSink_CatchUp(sinks[i], -1, &missing) == S_OK);
        assert_int_equal(missing, 0);
        assert_int_equal(heard[i].strange, 0);
    }
}

static void expect_each(size_t offset, LONG times)
{
    for (LONG i = 0; i < CLIENTS; ++i)
    {
        const volatile LONG *counts = (const volatile LONG *)((char *)&heard[i] + offset);

        for (LONG k = 0; k < machine_count; ++k)
        {
            if (counts[k] != times)
                fail_msg("client %ld has heard %ld of machine %ld, not %ld", (long)i, (long)counts[k], (long)k,
                        (long)times);
        }
    }
}

/* Live ones tell when they have heard of it. */
static void await_all_resets(void)
{
    for (ULONGLONG end = now_ms() + PATIENCE_MS; now_ms() < end; Sleep(50))
    {
        LONG k = 0;

        catch_up();
        while (k < machine_count && heard[CLIENTS - 1].events[k])
            ++k;
        if (k == machine_count)
            return;
    }
}

static void await_all_connected(void)
{
    ULONGLONG end = now_ms() + PATIENCE_MS;

    for (LONG k = 0; k < machine_count; ++k)
    {
        VARIANT_BOOL connected = VARIANT_FALSE;

        while (IVMEventMachine_get_Connected(machines[k], &connected) == S_OK && !connected && now_ms() < end)
            Sleep(20);
        CHECK(connected);
    }
    assert_int_equal(many_qemus_connected(), machine_count / 2);
}

/* The process of the host, and how many threads it has. */
static DWORD find_host(DWORD *threads)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W entry = {.dwSize = sizeof(entry)};
    DWORD id = 0;

    for (BOOL found = Process32FirstW(snapshot, &entry); found; found = Process32NextW(snapshot, &entry))
    {
        if (_wcsicmp(entry.szExeFile, L"vmhost.exe"))
            continue;
        id = entry.th32ProcessID;
        *threads = entry.cntThreads;
    }
    CloseHandle(snapshot);
    CHECK(id);
    return id;
}

struct taken
{
    DWORD threads;
    SIZE_T bytes;
};

static struct taken host_takes(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};
    struct taken taken = {0};
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, find_host(&taken.threads));

    CHECK(process && GetProcessMemoryInfo(process, &counters, sizeof(counters)));
    taken.bytes = counters.WorkingSetSize;
    CloseHandle(process);
    return taken;
}

/* What comes with the first machines and clients is not a machine's. */
static void expect_little(struct taken before)
{
    struct taken after = host_takes();
    double bytes = ((double)after.bytes - (double)before.bytes) / machine_count;

    print_message("%ld machines: %lu threads, before %lu; %.0f bytes a machine\n", (long)machine_count,
            (unsigned long)after.threads, (unsigned long)before.threads, bytes);
    if (machine_count < MACHINES_MAX)
        return;
    assert_true(after.threads < before.threads + 100);
    assert_true(bytes <= MACHINE_BYTES);
}

static void test_everybody_hears_all(void **state)
{
    BSTR reset = SysAllocString(L"OnReset");
    struct taken before;

    (void)state;
    many_qemus_start();
    host = client_create_host();
    for (LONG i = 0; i < CLIENTS; ++i)
        connect_client(i);
    make_machine(0);
    make_machine(1);
    before = host_takes();
    for (LONG k = 2; k < machine_count; ++k)
        make_machine(k);
    await_all_connected();
    many_qemus_reset();
    for (LONG k = 0; k < machine_count; ++k)
    {
        if (!is_live(k))
            CHECK(IVMEventMachine_Raise(machines[k], reset, NULL) == S_OK);
    }
    SysFreeString(reset);
    await_all_resets();
    expect_each(offsetof(struct heard, events), 1);
    expect_little(before);
    for (LONG k = 0; k < machine_count; ++k)
        remove_machine(k);
    catch_up();
    expect_each(offsetof(struct heard, ends), 1);
    expect_each(offsetof(struct heard, events), 1);
    for (LONG i = 0; i < CLIENTS; ++i)
        CHECK(IVMEventSink_Release(sinks[i]) == 0);
    client_release(host);
}

static const struct CMUnitTest tests[] = {sink_test(test_everybody_hears_all)};

static const struct client_tests all_tests = {.name = "host_thousand",
        .tests = tests,
        .count = ARRAYSIZE(tests),
        .begin = library_load,
        .end = library_unload};

int main(int argc, char **argv)
{
    bool done;
    int code;

    if (getenv("VMEVENTS_TEST_MANY"))
        machine_count = MACHINES_MAX;
    code = client_run_tests(&all_tests, argc, argv, &done);
    return done ? code : 1;
}

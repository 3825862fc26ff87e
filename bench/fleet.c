/*
 * A thousand machines at one host, and ten clients that hear them all: what opening, connecting, firing and removing cost
 * with the number of machines that are there already, what a machine takes of memory, and what all of them cost while
 * nothing happens. And events that wait for a client of another process: what they cost in one call after another.
 */
#include "measure.h"
#include "report.h"
#include "sinks.h"
#include "subjects.h"

#include "support/many_qemus.h"

#include <psapi.h>
#include <stdio.h>
#include <tlhelp32.h>
#include <wchar.h>

#define MACHINES 1000
#define STEP 100 /* machines of which the middle one is a point of the chart */
#define STEPS (MACHINES / STEP)
#define CLIENTS 10
#define IDLE_MS 20000
#define FIRST_TURN_MS 12000 /* until each machine of so many has been asked once (docs/qemu.md) */
#define FLOOD 10000

static IVMEventHost *host;
static IVMEventMachine *machines[MACHINES];
static IVMEventSink *sinks[CLIENTS];
static volatile LONG heard, held;

/* What one thing costs, in microseconds, with so many hundred machines there before. */
struct series
{
    const char *name;
    double us[STEPS];
};

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
    while (held)
        Sleep(1);
    InterlockedIncrement(&heard);
}

static LONG connect_client(IVMEventSink *sink, void *source)
{
    LONG cookie;

    check("Connect", IVMEventSink_Connect(sink, source, NULL, &cookie));
    return cookie;
}

static IVMEventSink *new_client(void)
{
    IVMEventSink *sink = sink_with_callbacks(0);
    IVMEventCallbacks *callbacks = callbacks_of(sink);
    DWORD cookie;

    check("AddCallback",
            IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie));
    IVMEventCallbacks_Release(callbacks);
    return sink;
}

static IVMEventMachines *all_machines(void)
{
    IVMEventMachines *all;

    check("Machines", IVMEventHost_get_Machines(host, &all));
    return all;
}

static void begin(void)
{
    IVMEventMachines *all;

    check("CoCreateInstance",
            CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&host));
    all = all_machines();
    for (UINT i = 0; i < CLIENTS; ++i)
        connect_client(sinks[i] = new_client(), all);
    IVMEventMachines_Release(all);
}

static void end(void)
{
    for (UINT i = 0; i < CLIENTS; ++i)
        IVMEventSink_Release(sinks[i]);
    IVMEventHost_Release(host);
}

static BSTR name_of(UINT number)
{
    WCHAR name[32];

    swprintf(name, ARRAYSIZE(name), L"Machine %u", number);
    return SysAllocString(name);
}

/* What is measured, for the machine of that number */

static void create_machine(UINT number)
{
    BSTR name = name_of(number);

    check("CreateMachine", IVMEventHost_CreateMachine(host, name, &machines[number]));
    SysFreeString(name);
}

static void open_machine(UINT number)
{
    BSTR name = name_of(number), place;
    WCHAR address[64];

    many_qemus_address(number, address, ARRAYSIZE(address));
    place = SysAllocString(address);
    check("OpenMachine", IVMEventHost_OpenMachine(host, name, place, &machines[number]));
    SysFreeString(place);
    SysFreeString(name);
}

static void find_machine(UINT number)
{
    BSTR name = name_of(number);
    IVMEventMachine *machine;

    check("FindMachine", IVMEventHost_FindMachine(host, name, &machine));
    IVMEventMachine_Release(machine);
    SysFreeString(name);
}

/* One client more, that hears them all, and its end. */
static void connect_to_all(UINT number)
{
    IVMEventMachines *all = all_machines();
    LONG cookie;

    (void)number;
    cookie = connect_client(sinks[0], all);
    check("Disconnect", IVMEventSink_Disconnect(sinks[0], cookie));
    IVMEventMachines_Release(all);
}

/* With what it takes until all ten clients have got it. */
static void fire(UINT number)
{
    BSTR name = SysAllocString(L"OnReset");

    check("Raise", IVMEventMachine_Raise(machines[number], name, NULL));
    SysFreeString(name);
}

static void remove_machine(UINT number)
{
    BSTR name = name_of(number);

    IVMEventMachine_Release(machines[number]);
    check("RemoveMachine", IVMEventHost_RemoveMachine(host, name));
    SysFreeString(name);
}

/* The middle one of so many, which what else the machine does moves least. */
static void measure_step(struct series *series, UINT step, UINT times, void (*act)(UINT number))
{
    double us[STEP];

    for (UINT i = 0; i < times; ++i)
    {
        double start = clock_ns();

        act(step * STEP + i);
        us[i] = (clock_ns() - start) / 1e3;
    }
    series->us[step] = median(us, times);
}

static double last_to_first(const struct series *series)
{
    return series->us[STEPS - 1] / series->us[0];
}

static void report(const struct series *series, const char *key, const char *detail)
{
    report_row(key, detail, last_to_first(series), "times", AT_MOST, 1.5, "%.0f us, %.0f us", series->us[STEPS - 1],
            series->us[0]);
    report_series(series->name, STEP, series->us, STEPS);
}

/* The host's process */

struct taken
{
    double bytes, cpu_ms;
    DWORD threads;
};

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
    return id;
}

static double as_ms(FILETIME time)
{
    return (double)((ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime) / 1e4;
}

static struct taken host_takes(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};
    FILETIME created, ended, kernel, user;
    struct taken taken = {0};
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, find_host(&taken.threads));

    if (!process || !GetProcessMemoryInfo(process, &counters, sizeof(counters))
            || !GetProcessTimes(process, &created, &ended, &kernel, &user))
        fail("what the host's process takes", HRESULT_FROM_WIN32(GetLastError()));
    taken.bytes = (double)counters.WorkingSetSize;
    taken.cpu_ms = as_ms(kernel) + as_ms(user);
    CloseHandle(process);
    return taken;
}

static void report_taken(const char *kind, struct taken before)
{
    struct taken after = host_takes();
    char key[64], detail[128];

    snprintf(key, sizeof(key), "fleet_%s_memory", kind);
    snprintf(detail, sizeof(detail), "working set a %s machine, of %u", kind, MACHINES);
    report_row(key, detail, (after.bytes - before.bytes) / MACHINES, "bytes", AT_MOST, 32 << 10, NULL);
    snprintf(key, sizeof(key), "fleet_%s_threads", kind);
    snprintf(detail, sizeof(detail), "threads more with %u %s machines", MACHINES, kind);
    report_row(key, detail, (double)after.threads - before.threads, "", STATED, 0, NULL);
}

/* After the first time that each has been asked, for more than at others. */
static void report_idle(void)
{
    struct taken before;

    Sleep(FIRST_TURN_MS);
    before = host_takes();
    Sleep(IDLE_MS);
    report_row("fleet_idle", "of a core, 1,000 live machines at which nothing happens",
            100 * (host_takes().cpu_ms - before.cpu_ms) / IDLE_MS, "%", AT_MOST, 2, "over %u s", IDLE_MS / 1000);
}

/* The machines */

static void catch_up(void)
{
    LONG missing;

    for (UINT i = 0; i < CLIENTS; ++i)
    {
        check("CatchUp", IVMEventSink_CatchUp(sinks[i], -1, &missing));
        if (missing)
            fail("events were lost on the way to a client", E_UNEXPECTED);
    }
}

/* Removing begins with all of them there, so that its points are those with so many left. */
static void measure_removal(struct series *series)
{
    for (UINT step = STEPS; step--;)
        measure_step(series, step, STEP, remove_machine);
}

static void measure_simulated(void)
{
    static struct series create = {"CreateMachine", {0}}, find = {"FindMachine", {0}},
                         connect = {"Connect to all, and Disconnect", {0}}, raise = {"Raise to ten clients", {0}},
                         removal = {"RemoveMachine", {0}};
    struct taken before;

    begin();
    before = host_takes();
    for (UINT step = 0; step < STEPS; ++step)
    {
        measure_step(&create, step, STEP, create_machine);
        measure_step(&find, step, STEP, find_machine);
        measure_step(&connect, step, STEP / 4, connect_to_all);
        measure_step(&raise, step, STEP / 4, fire);
    }
    report_taken("simulated", before);
    measure_removal(&removal);
    catch_up();
    end();
    report(&create, "fleet_create", "CreateMachine, the last 100 of 1,000 / the first");
    report(&find, "fleet_find", "FindMachine among 1,000 / among 100");
    report(&connect, "fleet_connect", "Connect to all of 1,000 / of 100");
    report(&raise, "fleet_raise", "Raise heard by ten clients, of 1,000 machines / of 100");
    report(&removal, "fleet_remove", "RemoveMachine of 1,000 / of 100");
}

static void await_connected(void)
{
    for (UINT i = 0; i < MACHINES; ++i)
    {
        VARIANT_BOOL connected = VARIANT_FALSE;

        while (SUCCEEDED(IVMEventMachine_get_Connected(machines[i], &connected)) && !connected)
            Sleep(20);
    }
}

static void measure_live(void)
{
    static struct series open = {"OpenMachine", {0}}, removal = {"RemoveMachine of a live one", {0}};
    struct taken before;

    begin();
    before = host_takes();
    for (UINT step = 0; step < STEPS; ++step)
        measure_step(&open, step, STEP, open_machine);
    await_connected();
    report_taken("live", before);
    report_idle();
    measure_removal(&removal);
    catch_up();
    end();
    report(&open, "fleet_open", "OpenMachine, the last 100 of 1,000 / the first");
    report(&removal, "fleet_remove_live", "RemoveMachine of a live one, of 1,000 / of 100");
}

/* Events that wait */

static BSTR write_scenario(void)
{
    static WCHAR path[MAX_PATH];
    WCHAR folder[MAX_PATH];
    FILE *file;

    if (!GetTempPathW(MAX_PATH, folder) || !GetTempFileNameW(folder, L"vme", 0, path) || !(file = _wfopen(path, L"w")))
        fail("a scenario cannot be written", E_FAIL);
    for (UINT i = 0; i < FLOOD; ++i)
        fprintf(file, "0 OnGuestLogoff 1\n");
    fclose(file);
    return SysAllocString(path);
}

/* In nanoseconds an event. */
static double time_of_flood(IVMEventMachine *machine, BSTR path, VARIANT speed)
{
    double start;
    LONG fired;

    heard = 0;
    held = TRUE;
    check("Play", IVMEventMachine_Play(machine, path, speed, &fired));
    start = clock_ns();
    held = FALSE;
    while (heard < FLOOD)
        Sleep(1);
    return (clock_ns() - start) / FLOOD;
}

static void measure_flood(double echo_ns)
{
    IVMEventSink *sink = new_client();
    BSTR path = write_scenario();
    double best = 0;
    VARIANT speed;

    check("CoCreateInstance",
            CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&host));
    create_machine(0);
    connect_client(sink, machines[0]);
    V_VT(&speed) = VT_I4;
    V_I4(&speed) = 1000;
    for (UINT round = 0; round < 5; ++round)
    {
        double ns = time_of_flood(machines[0], path, speed);

        best = !best || ns < best ? ns : best;
    }
    report_row("fleet_flood", "10,000 events that wait / a bare IDispatch, events/s", echo_ns / best, "times", AT_LEAST,
            10, "%.1f us, %.1f us", best / 1e3, echo_ns / 1e3);
    DeleteFileW(path);
    SysFreeString(path);
    remove_machine(0);
    IVMEventSink_Release(sink);
    IVMEventHost_Release(host);
}

void bench_fleet(double echo_ns)
{
    many_qemus_start();
    measure_flood(echo_ns);
    measure_simulated();
    measure_live();
}

/*
 * Every kind of client at once, on a machine that has other things to do: whoever is alive hears all that was fired, in
 * the order that everybody hears. This program starts itself as the clients, and as busy loops.
 *
 * An event carries a number of its raiser, "2 41", which counts up. Of the order in which a client has heard all of
 * them it tells a fingerprint; those of all clients have to be one.
 */
#include "client.h"
#include "recorder.h"

#include "support/process.h"

#include <wchar.h>

#define RAISERS 3
#define INTERFACES 3 /* of the machine; an event's number tells on which it comes */

/* How long it may take until a condition holds. */
#define MINUTES(count) ((count) * 60000u)

/* ---- what a client hears ---- */

/* A sink on all four interfaces. Its orders are checked as it hears. */
struct hearing
{
    IDispatch IDispatch_iface;
    LONG refcount;
    DWORD delay_ms;
    LONG next[RAISERS];        /* of the machine's events */
    volatile LONG heard;       /* the machine's events */
    volatile LONG deleted;     /* vmVMState_DeleteMachine */
    volatile LONG host_events; /* OnVMStateChange */
    LONG fingerprint;          /* of the order of the machine's events */
    LONG step;                 /* of the numbers: INTERFACES for who hears one interface, and begins in the middle */
};

static struct hearing *hearing_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct hearing, IDispatch_iface);
}

static HRESULT WINAPI hearing_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI hearing_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&hearing_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI hearing_Release(IDispatch *iface)
{
    return InterlockedDecrement(&hearing_from_IDispatch(iface)->refcount);
}

static HRESULT WINAPI hearing_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI hearing_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    *info = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI hearing_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid, (void)ids;
    return E_NOTIMPL;
}

static void hear_number(struct hearing *hearing, const WCHAR *text)
{
    LONG raiser = text[0] - L'0', number = wcstol(text + 2, NULL, 10);

    CHECK(!hearing->deleted && raiser >= 0 && raiser < RAISERS);
    if (hearing->step > 1 && !hearing->next[raiser])
        hearing->next[raiser] = number;
    if (number != hearing->next[raiser])
        fprintf(stderr, "%ls came when %ld was the next of its raiser\n", text, (long)hearing->next[raiser]);
    CHECK(number == hearing->next[raiser]);
    hearing->next[raiser] += hearing->step;
    hearing->fingerprint = (LONG)((ULONG)hearing->fingerprint * 31 + (ULONG)(raiser * 100003 + number));
    InterlockedIncrement(&hearing->heard);
}

static HRESULT WINAPI hearing_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct hearing *hearing = hearing_from_IDispatch(iface);
    const VARIANT *first = &params->rgvarg[params->cArgs - 1];

    (void)id, (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    CHECK(params->cArgs);
    if (hearing->delay_ms)
        Sleep(hearing->delay_ms);
    if (V_VT(first) == VT_BSTR && V_BSTR(first)[1] == L' ')
        hear_number(hearing, V_BSTR(first));
    else if (V_VT(first) == VT_BSTR)
        InterlockedIncrement(&hearing->host_events);
    else if (V_I4(first) == vmVMState_DeleteMachine)
        InterlockedExchange(&hearing->deleted, TRUE);
    return S_OK;
}

static const IDispatchVtbl hearing_vtbl = {
        hearing_QueryInterface,
        hearing_AddRef,
        hearing_Release,
        hearing_GetTypeInfoCount,
        hearing_GetTypeInfo,
        hearing_GetIDsOfNames,
        hearing_Invoke,
};

static DWORD advise(struct hearing *hearing, void *source, REFIID events)
{
    IConnectionPoint *point = get_connection_point(source, events);
    DWORD cookie;

    CHECK(IConnectionPoint_Advise(point, (IUnknown *)&hearing->IDispatch_iface, &cookie) == S_OK);
    IConnectionPoint_Release(point);
    return cookie;
}

static void hearing_init(struct hearing *hearing, DWORD delay_ms, LONG step)
{
    memset(hearing, 0, sizeof(*hearing));
    hearing->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&hearing_vtbl;
    hearing->refcount = 1;
    hearing->delay_ms = delay_ms;
    hearing->step = step;
}

static void await(volatile LONG *number, LONG wanted)
{
    for (DWORD start = GetTickCount(); *number < wanted; Sleep(10))
    {
        if (GetTickCount() - start < MINUTES(20))
            continue;
        fprintf(stderr, "%ld of %ld have come\n", (long)*number, (long)wanted);
        CHECK(!"all have come");
    }
}

/* ---- the clients ---- */

/* What the processes share: how many events there will be, and what those who have heard all say. */
struct shared
{
    LONG events;
    volatile LONG ready;
    volatile LONG fingerprints[16];
    volatile LONG done;
};

static struct shared *share(void)
{
    HANDLE mapping = CreateFileMappingW(
            INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(struct shared), L"vmevents load test");
    struct shared *shared = mapping ? MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, sizeof(*shared)) : NULL;

    CHECK(shared);
    return shared;
}

/* Advises again and again while the machine lives; nothing is missing between one Advise and its end. */
static void reconnect(struct hearing *hearing, IVMEventMachine *machine)
{
    IConnectionPoint *point = get_connection_point(machine, &DIID_IVMVirtualMachineEvents);

    while (!hearing->deleted)
    {
        static struct hearing again;
        DWORD cookie;

        hearing_init(&again, 0, INTERFACES);
        cookie = advise(&again, machine, &DIID_IVMVirtualMachineEvents);
        Sleep(100);
        /* The end of the machine may have come first, and be on its way. */
        if (IConnectionPoint_Unadvise(point, cookie) != S_OK)
            await(&hearing->deleted, 1);
        for (DWORD start = GetTickCount(); again.refcount > 1; Sleep(5))
            CHECK(GetTickCount() - start < MINUTES(20));
    }
    IConnectionPoint_Release(point);
}

static void advise_on_all(struct hearing *hearing, IVMEventHost *host, IVMEventMachine *machine)
{
    advise(hearing, machine, &DIID_IVMVirtualMachineEvents);
    advise(hearing, machine, &DIID_IVMDVDDriveEvents);
    advise(hearing, machine, &DIID_IVMFloppyDriveEvents);
    advise(hearing, host, &DIID_IVMVirtualPCEvents);
}

/* "client number kind": a kind is the time that a call takes, or what the client does. */
static void run_client(LONG number, const char *kind)
{
    static struct hearing hearing;
    struct shared *shared = share();
    bool hangs = !strcmp(kind, "hung");
    IVMEventMachine *machine;
    IVMEventHost *host;

    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    host = client_create_host();
    machine = client_find_machine(host, L"Alpha");
    hearing_init(&hearing, hangs ? INFINITE : (DWORD)atoi(kind), 1);
    advise_on_all(&hearing, host, machine);
    InterlockedIncrement(&shared->ready);
    if (!strcmp(kind, "again"))
        reconnect(&hearing, machine);
    client_release(machine);
    client_release(host);
    if (hangs)
        Sleep(INFINITE);
    await(&hearing.deleted, 1);
    CHECK(hearing.heard == shared->events);
    CHECK(hearing.host_events);
    shared->fingerprints[number] = hearing.fingerprint;
    InterlockedIncrement(&shared->done);
    ExitProcess(0);
}

static void run_busy(void)
{
    for (volatile LONG i = 0;; ++i)
        ;
}

/* ---- the test ---- */

struct raiser
{
    LONG number;
    LONG count;
    IVMEventMachine *machine;
    HANDLE thread;
};

static void raise_text(IVMEventMachine *machine, const WCHAR *event, const WCHAR *text, bool data)
{
    SAFEARRAY *arguments = SafeArrayCreateVector(VT_VARIANT, 0, data ? 2 : 1);
    BSTR name = SysAllocString(event);
    VARIANT *values;

    CHECK(SafeArrayAccessData(arguments, (void **)&values) == S_OK);
    values[0] = value_bstr(text);
    if (data)
        values[1] = value_i4(0);
    SafeArrayUnaccessData(arguments);
    CHECK(IVMEventMachine_Raise(machine, name, arguments) == S_OK);
    SafeArrayDestroy(arguments);
    SysFreeString(name);
}

/* Of three events one on each of the machine's interfaces; now and then one of the host's. */
static DWORD WINAPI raise_all(void *context)
{
    static const WCHAR *const names[INTERFACES] = {
            L"OnConfigurationChanged", L"IVMDVDDriveEvents.OnMediaInsert", L"IVMFloppyDriveEvents.OnMediaEject"};
    struct raiser *raiser = context;
    WCHAR text[32];

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    for (LONG i = 0; i < raiser->count; ++i)
    {
        swprintf(text, ARRAYSIZE(text), L"%ld %ld", (long)raiser->number, (long)i);
        raise_text(raiser->machine, names[i % INTERFACES], text, i % INTERFACES == 0);
        if (i % 10 == 0)
            raise_text(raiser->machine, L"OnStateChange",
                    i % 20 ? L"vmVMState_Running" : L"vmVMState_Paused", false);
    }
    CoUninitialize();
    return 0;
}

static HANDLE start_client(LONG number, const WCHAR *kind)
{
    struct shared *shared = share();
    WCHAR arguments[64];
    HANDLE child;

    swprintf(arguments, ARRAYSIZE(arguments), L"client %ld %ls", (long)number, kind);
    child = child_launch(arguments);
    await(&shared->ready, number + 1);
    return child;
}

static LONG count_events(void)
{
    const char *wanted = getenv("VMEVENTS_LOAD_EVENTS");

    return (wanted ? atoi(wanted) : 500) / RAISERS * RAISERS;
}

static void start_busy_loops(void)
{
    SYSTEM_INFO system;

    GetSystemInfo(&system);
    for (DWORD i = 0; i < 4 * system.dwNumberOfProcessors; ++i)
        child_launch(L"busy");
}

static void await_ends(const HANDLE *children, UINT count)
{
    for (UINT i = 0; i < count; ++i)
        assert_int_equal(process_end(children[i], MINUTES(20)), 0);
}

/* Those that live on come first; one of them advises more sinks all the time. */
static const WCHAR *const kinds[] = {L"0", L"0", L"0", L"1", L"1", L"20", L"20", L"again", L"hung", L"0"};

enum
{
    CLIENTS = ARRAYSIZE(kinds),
    ALIVE = 8,
    HUNG = 8,
    KILLED = 9
};

static void test_everyone_alive_hears_all(void **state)
{
    struct shared *shared = share();
    IVMEventHost *host = client_create_host();
    IVMEventMachine *machine = client_create_machine(host, L"Alpha");
    struct raiser raisers[RAISERS];
    HANDLE children[CLIENTS];
    LONG dropped;

    memset(shared, 0, sizeof(*shared));
    shared->events = count_events();
    for (LONG i = 0; i < CLIENTS; ++i)
        children[i] = start_client(i, kinds[i]);
    start_busy_loops();
    for (LONG i = 0; i < RAISERS; ++i)
    {
        raisers[i] = (struct raiser){.number = i, .count = shared->events / RAISERS, .machine = machine};
        raisers[i].thread = CreateThread(NULL, 0, raise_all, &raisers[i], 0, NULL);
        assert_non_null(raisers[i].thread);
    }
    Sleep(500);
    child_kill(children[KILLED]);
    for (LONG i = 0; i < RAISERS; ++i)
        assert_int_equal(WaitForSingleObject(raisers[i].thread, MINUTES(20)), WAIT_OBJECT_0);
    client_remove_machine(host, L"Alpha");
    await_ends(children, ALIVE);
    assert_int_equal(shared->done, ALIVE);
    for (LONG i = 1; i < ALIVE; ++i)
        assert_int_equal(shared->fingerprints[i], shared->fingerprints[0]);

    /* The hung one is let go, and what it has not heard is counted. */
    for (DWORD start = GetTickCount();; Sleep(100))
    {
        assert_int_equal(IVMEventHost_get_Dropped(host, &dropped), S_OK);
        if (dropped >= shared->events)
            break;
        assert_true(GetTickCount() - start < MINUTES(5));
    }
    client_release(machine);
    client_release(host);
    client_await_no_host(state);
    child_kill(children[HUNG]);
}

static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everyone_alive_hears_all),
};

static const struct client_tests all_tests = {.name = "host_load", .tests = tests, .count = ARRAYSIZE(tests)};

int main(int argc, char **argv)
{
    bool done;
    int code;

    if (argc == 4)
        run_client(atoi(argv[2]), argv[3]);
    if (argc == 2 && !strcmp(argv[1], "busy"))
        run_busy();
    if (argc == 2 && !strcmp(argv[1], "stress"))
    {
        /* For the processes that this one starts. */
        SetEnvironmentVariableA("VMEVENTS_LOAD_EVENTS", "10000");
        argc = 1;
    }
    code = client_run_tests(&all_tests, argc, argv, &done);
    return done ? code : 1;
}

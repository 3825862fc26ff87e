/*
 * Listeners whose programs do not take every call: one that is busy, whose message filter rejects calls, hears all when it
 * takes calls again; one that hangs has no more than so many; a call that COM fails at is told of. This program starts
 * itself as a client that is busy, or hangs.
 */
#include "listener.h"

#include <stdlib.h>
#include <wchar.h>

static IVMEventHost *host;
static IVMEventMachine *machine;

static int set_up(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    return 0;
}

static int tear_down(void **state)
{
    client_release(machine);
    client_release(host);
    (void)state;
    return 0;
}

static LONG settle(DWORD cookie, LONG timeout_ms)
{
    LONG missing = -1;

    assert_int_equal(IVMEventMachine_Settle(machine, (LONG)cookie, timeout_ms, &missing), S_OK);
    return missing;
}

/* ---- the other client process: a program with windows, which has a message filter ---- */

#define REJECTED_CALLS 8

static LONG calls_to_reject = REJECTED_CALLS;

static HRESULT WINAPI filter_QueryInterface(IMessageFilter *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IMessageFilter))
        return E_NOINTERFACE;
    *object = iface;
    return S_OK;
}

static ULONG WINAPI filter_AddRef(IMessageFilter *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI filter_Release(IMessageFilter *iface)
{
    (void)iface;
    return 1;
}

static DWORD WINAPI filter_HandleInComingCall(
        IMessageFilter *iface, DWORD type, HTASK caller, DWORD tick_count, INTERFACEINFO *info)
{
    (void)iface, (void)type, (void)caller, (void)tick_count, (void)info;
    if (!calls_to_reject)
        return SERVERCALL_ISHANDLED;
    --calls_to_reject;
    return SERVERCALL_REJECTED;
}

static DWORD WINAPI filter_RetryRejectedCall(IMessageFilter *iface, HTASK callee, DWORD tick_count, DWORD reject_type)
{
    (void)iface, (void)callee, (void)tick_count, (void)reject_type;
    return (DWORD)-1;
}

static DWORD WINAPI filter_MessagePending(IMessageFilter *iface, HTASK callee, DWORD tick_count, DWORD pending_type)
{
    (void)iface, (void)callee, (void)tick_count, (void)pending_type;
    return PENDINGMSG_WAITNOPROCESS;
}

static IMessageFilterVtbl filter_vtbl = {
        filter_QueryInterface,
        filter_AddRef,
        filter_Release,
        filter_HandleInComingCall,
        filter_RetryRejectedCall,
        filter_MessagePending,
};

static void dispatch_messages(void)
{
    MSG message;

    MsgWaitForMultipleObjects(0, NULL, FALSE, 50, QS_ALLINPUT);
    while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE))
        DispatchMessageW(&message);
}

/* Ends by 0 when it has heard 20 events and the machine's end, in their order, having rejected calls at first. */
static int run_busy(void)
{
    static IMessageFilter filter = {&filter_vtbl};
    static struct listener listener;
    BSTR name = SysAllocString(L"Alpha");
    DWORD start = GetTickCount();

    CHECK(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    host = client_create_host();
    CHECK(IVMEventHost_FindMachine(host, name, &machine) == S_OK);
    SysFreeString(name);
    listener_init(&listener, 0);
    listener_advise_on_all(&listener, machine);
    CHECK(CoRegisterMessageFilter(&filter, NULL) == S_OK);
    child_ready();
    while (!listener.deleted && GetTickCount() - start < PATIENCE_MS)
        dispatch_messages();
    return calls_to_reject || !listener.deleted || listener.heard != 20 || listener.strange;
}

/* ---- the other client process: one that hangs, and listens to many machines ---- */

#define MANY_MAX 1000

/* How many calls to a client the host has under way at most. */
#define CALLS_AT_ONCE 16

static int count_many(void)
{
    const char *wanted = getenv("VMEVENTS_TEST_MACHINES");

    return wanted ? min(atoi(wanted), MANY_MAX) : 40;
}

static const WCHAR *machine_name(int index)
{
    static WCHAR name[16];

    swprintf(name, ARRAYSIZE(name), L"Many %d", index);
    return name;
}

/* Set to have the calls return, all over the computer; of one run of the test. */
static HANDLE create_end_of_hanging(void)
{
    return CreateEventW(NULL, TRUE, FALSE, L"vmevents host_busy, end of hanging");
}

static struct listener *many;
static volatile LONG calls_now, calls_most;

static void note_call(LONG change)
{
    LONG now = InterlockedExchangeAdd(&calls_now, change) + change;

    if (change > 0 && now > calls_most)
        InterlockedExchange(&calls_most, now);
}

/* Ends by 0 when it has heard three events of each machine, in their order, and was never called by more threads than there
 * may be. */
static int run_hanging(void)
{
    HANDLE end = create_end_of_hanging();
    int count = count_many();
    LONG most;

    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    CHECK(end && (many = calloc(count, sizeof(*many))));
    host = client_create_host();
    for (int i = 0; i < count; ++i)
    {
        BSTR name = SysAllocString(machine_name(i));

        CHECK(IVMEventHost_FindMachine(host, name, &machine) == S_OK);
        SysFreeString(name);
        listener_init(&many[i], 0);
        many[i].held = true;
        many[i].on_call = note_call;
        listener_advise_on_all(&many[i], machine);
        client_release(machine);
    }
    child_ready();
    CHECK(WaitForSingleObject(end, 4 * PATIENCE_MS) == WAIT_OBJECT_0);
    await_number(&calls_now, CALLS_AT_ONCE);
    Sleep(500);
    most = calls_most;
    for (int i = 0; i < count; ++i)
        many[i].held = false;
    for (int i = 0; i < count; ++i)
        await_number(&many[i].heard, 3);
    for (int i = 0; i < count; ++i)
        CHECK(!many[i].strange);
    return most != CALLS_AT_ONCE;
}

/* ---- the other client process: one that hangs when there is much of its to let go of ---- */

enum
{
    THINGS = 150
};

static struct listener things[2 * THINGS];
static DWORD cookies[THINGS];

static void advise_things(void)
{
    for (UINT i = 0; i < THINGS; ++i)
    {
        listener_init(&things[i], 0);
        cookies[i] = listener_advise(&things[i], machine, &DIID_IVMDVDDriveEvents);
    }
}

/* Raises events with objects of this apartment, which are let go of when they have been heard. */
static void raise_with_things(void)
{
    for (UINT i = 0; i < THINGS; ++i)
    {
        struct listener *thing = &things[THINGS + i];
        WCHAR number[16];
        VARIANT data;

        listener_init(thing, 0);
        swprintf(number, ARRAYSIZE(number), L"%u", i);
        V_VT(&data) = VT_DISPATCH;
        V_DISPATCH(&data) = &thing->IDispatch_iface;
        client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(number), data);
    }
}

/* On another thread than the one that has advised, which looks at no message. */
static DWORD CALLBACK unadvise_things(void *context)
{
    IVMEventMachine *found;
    IConnectionPoint *point;
    BSTR name = SysAllocString(L"Alpha");

    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    host = client_create_host();
    CHECK(IVMEventHost_FindMachine(host, name, &found) == S_OK);
    SysFreeString(name);
    point = listener_find_point(found, &DIID_IVMDVDDriveEvents);
    for (UINT i = 0; i < THINGS; ++i)
        CHECK(IConnectionPoint_Unadvise(point, cookies[i]) == S_OK);
    IConnectionPoint_Release(point);
    client_release(found);
    client_release(host);
    CoUninitialize();
    (void)context;
    return 0;
}

static bool all_things_are_let_go(void)
{
    UINT i;

    for (i = 0; i < ARRAYSIZE(things) && things[i].refcount == 1; ++i)
        ;
    return i == ARRAYSIZE(things);
}

/* Ends by 0 when all has been let go of, once it looks at its messages again. */
static int run_leaving(void)
{
    HANDLE end = create_end_of_hanging(), unadvising;
    BSTR name = SysAllocString(L"Alpha");
    DWORD start;

    CHECK(end && CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    host = client_create_host();
    CHECK(IVMEventHost_FindMachine(host, name, &machine) == S_OK);
    SysFreeString(name);
    advise_things();
    raise_with_things();
    CHECK((unadvising = CreateThread(NULL, 0, unadvise_things, NULL, 0, NULL)));
    CHECK(WaitForSingleObject(unadvising, PATIENCE_MS) == WAIT_OBJECT_0);
    CloseHandle(unadvising);
    child_ready();
    CHECK(WaitForSingleObject(end, 4 * PATIENCE_MS) == WAIT_OBJECT_0);
    for (start = GetTickCount(); !all_things_are_let_go() && GetTickCount() - start < PATIENCE_MS;)
        dispatch_messages();
    return !all_things_are_let_go();
}

/* ---- the tests ---- */

static void expect_success(HANDLE child)
{
    DWORD code = STILL_ACTIVE;

    assert_int_equal(WaitForSingleObject(child, 4 * PATIENCE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(child, &code));
    assert_int_equal(code, 0);
    CloseHandle(child);
}

static void test_program_that_rejects_calls(void **state)
{
    static struct listener other;
    HANDLE child = child_start(L"busy");

    (void)state;
    listener_init(&other, 0);
    listener_advise_on_all(&other, machine);
    fire_numbers(machine, 0, 20);
    client_remove_machine(host, L"Alpha");
    await_number(&other.deleted, 1);
    listener_assert_heard(&other, 20, host);
    expect_success(child);
    assert_int_equal(host_count_dropped(host), 0);
}

/* Its calls would take the threads of the pool, with which everybody is served, and leave none. */
static void test_program_that_hangs_with_many_machines(void **state)
{
    HANDLE end = create_end_of_hanging(), child;
    static IVMEventMachine *machines[MANY_MAX];
    static struct listener other;
    int count = count_many();

    (void)state;
    assert_non_null(end);
    for (int i = 0; i < count; ++i)
        machines[i] = client_create_machine(host, machine_name(i));
    child = child_start(L"hang");
    listener_init(&other, 0);
    listener_advise_on_all(&other, machine);
    for (int i = 0; i < count; ++i)
        fire_numbers(machines[i], 0, 3);
    fire_numbers(machine, 0, 20);
    await_number(&other.heard, 20);
    listener_assert_heard(&other, 20, host);
    assert_true(SetEvent(end));
    expect_success(child);
    assert_int_equal(host_count_dropped(host), 0);
    for (int i = 0; i < count; ++i)
        client_release(machines[i]);
    CloseHandle(end);
    client_remove_machine(host, L"Alpha");
    listener_await_release(&other);
}

/* A release by another process does not return either while the object's thread hangs. */
static void test_program_that_hangs_with_many_objects(void **state)
{
    HANDLE end = create_end_of_hanging(), child;
    static struct listener other;
    UINT threads;

    (void)state;
    assert_non_null(end);
    listener_init(&other, 0);
    listener_advise_on_all(&other, machine);
    threads = client_count_host_threads();
    /* What is heard only when the other hangs is let go of then. */
    other.held = true;
    child = child_start(L"leave");
    other.held = false;
    await_number(&other.heard, THINGS);
    for (UINT i = 0; i < 20; ++i)
    {
        fire_numbers(machine, THINGS + (LONG)i, 1);
        assert_true(client_count_host_threads() < threads + THINGS / 2);
        Sleep(20);
    }
    await_number(&other.heard, THINGS + 20);
    listener_assert_heard(&other, THINGS + 20, host);
    assert_true(SetEvent(end));
    expect_success(child);
    CloseHandle(end);
    client_remove_machine(host, L"Alpha");
    listener_await_release(&other);
}

/* As long as it rejects calls it has not got the events, and whoever asks is told so; then it gets all. */
static void test_events_of_a_busy_listener_wait(void **state)
{
    static struct listener busy, other;
    DWORD cookie, others_cookie;

    (void)state;
    listener_init(&busy, 0);
    listener_init(&other, 0);
    busy.rejecting = 1000000;
    cookie = listener_advise_on_all(&busy, machine);
    others_cookie = listener_advise_on_all(&other, machine);
    fire_numbers(machine, 0, 30);
    assert_int_equal(settle(others_cookie, -1), 0);
    listener_assert_heard(&other, 30, host);
    assert_int_equal(settle(cookie, 0), 30);
    assert_int_equal(busy.heard, 0);
    busy.rejecting = 0;
    assert_int_equal(settle(cookie, -1), 0);
    listener_assert_heard(&busy, 30, host);
    assert_int_equal(host_count_dropped(host), 0);
    client_remove_machine(host, L"Alpha");
    listener_await_release(&busy);
    listener_await_release(&other);
}

static void test_unadvise_of_a_busy_listener(void **state)
{
    IConnectionPoint *point = listener_find_point(machine, &DIID_IVMVirtualMachineEvents);
    static struct listener busy;
    DWORD cookie;

    (void)state;
    listener_init(&busy, 0);
    busy.rejecting = 1000000;
    cookie = listener_advise(&busy, machine, &DIID_IVMVirtualMachineEvents);
    client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(L"0"), value_i4(0));
    for (DWORD start = GetTickCount(); busy.rejecting > 999998; Sleep(5))
        assert_true(GetTickCount() - start < PATIENCE_MS);
    assert_int_equal(IConnectionPoint_Unadvise(point, cookie), S_OK);
    listener_await_release(&busy);
    assert_int_equal(busy.heard + busy.strange, 0);
    IConnectionPoint_Release(point);
}

/* What becomes of an event whose call is answered by that error. */
static void assert_lost(HRESULT failure, LONG lost)
{
    static struct listener listener;
    LONG dropped = host_count_dropped(host);
    IConnectionPoint *point;
    DWORD cookie;

    listener_init(&listener, 0);
    listener.fails_at = 1;
    listener.failure = failure;
    cookie = listener_advise(&listener, machine, &DIID_IVMVirtualMachineEvents);
    for (LONG i = 0; i < 3; ++i)
    {
        const WCHAR number[] = {(WCHAR)('0' + i), 0};

        client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(number), value_i4(0));
    }
    assert_int_equal(settle(cookie, -1), lost);
    listener_assert_heard(&listener, 3, host);
    assert_int_equal(host_count_dropped(host) - dropped, lost);
    point = listener_find_point(machine, &DIID_IVMVirtualMachineEvents);
    assert_int_equal(IConnectionPoint_Unadvise(point, cookie), S_OK);
    IConnectionPoint_Release(point);
    listener_await_release(&listener);
}

/* COM's errors leave open whether the listener has been called; its own do not. */
static void test_calls_that_com_fails_at(void **state)
{
    (void)state;
    assert_lost(RPC_E_CLIENT_CANTMARSHAL_DATA, 1);
    assert_lost(__HRESULT_FROM_WIN32(RPC_X_BAD_STUB_DATA), 1);
    assert_lost(__HRESULT_FROM_WIN32(RPC_S_OUT_OF_RESOURCES), 1);
    assert_lost(CO_E_OBJNOTREG, 1);
    assert_lost(E_FAIL, 0);
    assert_lost(E_NOTIMPL, 0);
    assert_lost(DISP_E_EXCEPTION, 0);
    assert_lost(RPC_E_SERVERFAULT, 0);
    assert_lost(__HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND), 0);
}

#define busy_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static const struct CMUnitTest tests[] = {
        busy_test(test_program_that_rejects_calls),
        busy_test(test_program_that_hangs_with_many_machines),
        busy_test(test_program_that_hangs_with_many_objects),
        busy_test(test_events_of_a_busy_listener_wait),
        busy_test(test_unadvise_of_a_busy_listener),
        busy_test(test_calls_that_com_fails_at),
};

int main(int argc, char **argv)
{
    bool done;
    int code = client_run_tests("host_busy", tests, ARRAYSIZE(tests), argc, argv, &done);

    if (done)
        return code;
    if (!strcmp(argv[1], "hang"))
        return run_hanging();
    return !strcmp(argv[1], "leave") ? run_leaving() : run_busy();
}

/*
 * Listeners whose programs do not take every call: one that is busy, whose message filter rejects calls, hears all when it
 * takes calls again; a call that COM fails at is told of, unless the listener has left. This program starts itself as a client
 * that is busy.
 */
#include "alpha.h"
#include "listener.h"

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

/* Ends by 0 when it has heard 20 events and the machine's end, in their order, having rejected calls at first. */
static int run_busy(void)
{
    static IMessageFilter filter = {&filter_vtbl};
    static struct listener listener;
    DWORD start = GetTickCount();

    CHECK(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    alpha_find();
    listener_init(&listener, 0);
    listener_advise_on_all(&listener, machine);
    CHECK(CoRegisterMessageFilter(&filter, NULL) == S_OK);
    child_ready();
    while (!listener.deleted && GetTickCount() - start < PATIENCE_MS)
        client_dispatch_messages();
    return calls_to_reject || !listener.deleted || listener.heard != 20 || listener.strange;
}

/* ---- the tests ---- */

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
    child_expect_success(child);
    assert_int_equal(host_count_dropped(host), 0);
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
    assert_int_equal(alpha_settle(others_cookie, -1), 0);
    listener_assert_heard(&other, 30, host);
    assert_int_equal(alpha_settle(cookie, 0), 30);
    assert_int_equal(busy.heard, 0);
    busy.rejecting = 0;
    assert_int_equal(alpha_settle(cookie, -1), 0);
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

static volatile LONG calls;

static void count_call(LONG change)
{
    if (change > 0)
        InterlockedIncrement(&calls);
}

/* A sink that is done with the source before a call to it returns may say so, and nothing has been lost. */
static void test_unadvise_inside_a_call(void **state)
{
    static struct listener leaving;
    IVMEventMachines *machines;
    IConnectionPoint *point;
    DWORD cookie;

    (void)state;
    listener_init(&leaving, 0);
    leaving.receives = true;
    leaving.held = true;
    leaving.failure = CO_E_OBJNOTCONNECTED;
    leaving.on_call = count_call;
    CHECK(IVMEventHost_get_Machines(host, &machines) == S_OK);
    cookie = listener_advise(&leaving, machines, &DIID_IVMVirtualMachineEvents);
    client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(L"0"), value_i4(0));
    await_number(&calls, 1);
    point = listener_find_point(machines, &DIID_IVMVirtualMachineEvents);
    assert_int_equal(IConnectionPoint_Unadvise(point, cookie), S_OK);
    leaving.held = false;
    listener_await_release(&leaving);
    assert_int_equal(host_count_dropped(host), 0);
    IConnectionPoint_Release(point);
    IVMEventMachines_Release(machines);
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
    assert_int_equal(alpha_settle(cookie, -1), lost);
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

#define busy_test(function) cmocka_unit_test_setup_teardown(function, alpha_set_up, alpha_tear_down)

static const struct CMUnitTest tests[] = {
        busy_test(test_program_that_rejects_calls),
        busy_test(test_events_of_a_busy_listener_wait),
        busy_test(test_unadvise_of_a_busy_listener),
        busy_test(test_unadvise_inside_a_call),
        busy_test(test_calls_that_com_fails_at),
};

static const struct client_tests all_tests = {.name = "host_busy", .tests = tests, .count = ARRAYSIZE(tests)};

int main(int argc, char **argv)
{
    bool done;
    int code = client_run_tests(&all_tests, argc, argv, &done);

    return done ? code : run_busy();
}

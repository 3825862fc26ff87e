/*
 * What a listener is promised whatever its speed: one order for all that it hears of a source, and an end that is not
 * a cut. This program starts itself as a client that hangs or stalls.
 */
#include "alpha.h"
#include "listener.h"

#include <olectl.h>

static void test_one_order_on_several_interfaces(void **state)
{
    static struct listener fast, slow;

    (void)state;
    listener_init(&fast, 0);
    listener_init(&slow, 40);
    listener_advise_on_all(&fast, machine);
    listener_advise_on_all(&slow, machine);
    fire_numbers(machine, 0, 60);
    await_number(&fast.heard, 60);
    await_number(&slow.heard, 60);
    listener_assert_heard(&fast, 60, host);
    listener_assert_heard(&slow, 60, host);
    client_remove_machine(host, L"Alpha");
    listener_await_release(&fast);
    listener_await_release(&slow);
}

static void test_removed_machine_delivers_all(void **state)
{
    static const DWORD delays[] = {0, 25, 250, 2000};
    static struct listener listeners[ARRAYSIZE(delays)];

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(delays); ++i)
    {
        listener_init(&listeners[i], delays[i]);
        listener_advise_on_all(&listeners[i], machine);
    }
    fire_numbers(machine, 0, 12);
    client_remove_machine(host, L"Alpha");
    for (UINT i = 0; i < ARRAYSIZE(delays); ++i)
    {
        await_number(&listeners[i].deleted, 1);
        listener_assert_heard(&listeners[i], 12, host);
        listener_await_release(&listeners[i]);
    }
}

static void test_ended_host_delivers_all(void **state)
{
    static struct listener listener, second;

    listener_init(&listener, 300);
    listener_init(&second, 40);
    listener_advise_on_all(&listener, machine);
    listener_advise_on_all(&second, machine);
    fire_numbers(machine, 0, 15);
    client_release(machine);
    client_release(host);
    await_number(&listener.deleted, 1);
    listener_assert_heard(&listener, 15, host);
    await_number(&second.deleted, 1);
    listener_assert_heard(&second, 15, host);
    listener_await_release(&listener);
    listener_await_release(&second);
    client_await_no_host(state);
    alpha_set_up(state);
}

static void test_unadvise_is_immediate_at_an_end(void **state)
{
    IConnectionPoint *point = listener_find_point(machine, &DIID_IVMVirtualMachineEvents);
    static struct listener listener;
    DWORD cookie;

    (void)state;
    listener_init(&listener, 0);
    listener.held = true;
    cookie = listener_advise(&listener, machine, &DIID_IVMVirtualMachineEvents);
    for (LONG i = 0; i < 40; ++i)
        client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(L"0"), value_i4(i));
    client_remove_machine(host, L"Alpha");
    assert_int_equal(IConnectionPoint_Unadvise(point, cookie), S_OK);
    assert_int_equal(listener.heard + listener.strange, 0);
    listener.held = false;
    listener_await_release(&listener);
    /* The call that was under way. */
    assert_true(listener.heard + listener.strange <= 1);
    assert_false(listener.deleted);
    assert_int_equal(IConnectionPoint_Unadvise(point, cookie), CONNECT_E_NOCONNECTION);
    IConnectionPoint_Release(point);
}

static void test_settle(void **state)
{
    static struct listener listener;
    struct outcome outcome;
    VARIANT args[2];
    DWORD cookie;

    (void)state;
    listener_init(&listener, 0);
    cookie = listener_advise_on_all(&listener, machine);
    assert_int_equal(alpha_settle(cookie, 0), 0);
    listener.held = true;
    fire_numbers(machine, 0, 30);
    assert_int_not_equal(alpha_settle(cookie, 0), 0);
    assert_int_not_equal(alpha_settle(cookie, 100), 0);
    listener.held = false;
    assert_int_equal(alpha_settle(cookie, -1), 0);
    listener_assert_heard(&listener, 30, host);

    args[0] = value_i4((LONG)cookie + 1000);
    args[1] = value_i4(0);
    outcome = client_call(machine, L"Settle", NULL, 2, args);
    assert_int_equal(outcome.hr, CONNECT_E_NOCONNECTION);
    assert_true(has(outcome.description, L"there is no connection"));
    args[0] = value_i4((LONG)cookie);
    args[1] = value_i4(-2);
    outcome = client_call(machine, L"Settle", NULL, 2, args);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(has(outcome.description, L"timeoutMs is -2"));
    client_remove_machine(host, L"Alpha");
    listener_await_release(&listener);
}

/* ---- the other client processes ---- */

/* Hears one event and never returns from it. Has nothing of the host's but its connections. */
static void run_hanging(void)
{
    static struct listener listener;

    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    alpha_find();
    listener_init(&listener, INFINITE);
    listener_advise_on_all(&listener, machine);
    client_release(machine);
    client_release(host);
    child_ready();
    Sleep(INFINITE);
}

/* Raises an event with an object of its single-threaded apartment, and never looks at its messages again. */
static void run_stalling(void)
{
    static struct listener object;
    VARIANT data;

    CHECK(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    alpha_find();
    listener_init(&object, 0);
    V_VT(&data) = VT_DISPATCH;
    V_DISPATCH(&data) = &object.IDispatch_iface;
    for (LONG i = 0; i < 3; ++i)
    {
        const WCHAR number[] = {(WCHAR)('0' + i), 0};

        client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(number), data);
    }
    child_ready();
    Sleep(INFINITE);
}

/* It is let go when it has not returned for a time, and counted; nobody else waits for that. */
static void test_hanging_client_is_let_go(void **state)
{
    static struct listener listener;
    HANDLE child = child_start(L"hang");

    (void)state;
    listener_init(&listener, 0);
    listener_advise_on_all(&listener, machine);
    fire_numbers(machine, 0, 6);
    client_remove_machine(host, L"Alpha");
    await_number(&listener.deleted, 1);
    listener_assert_heard(&listener, 6, host);
    assert_int_equal(host_count_dropped(host), 0);
    /* All but the event that it has: five, and the machine's end. */
    for (DWORD start = GetTickCount(); host_count_dropped(host) != 6; Sleep(50))
        assert_true(GetTickCount() - start < 240000);
    child_kill(child);
}

static void test_hanging_client_does_not_keep_host(void **state)
{
    HANDLE child = child_start(L"hang");

    fire_numbers(machine, 0, 6);
    client_release(machine);
    client_release(host);
    client_await_no_host(state);
    child_kill(child);
    alpha_set_up(state);
}

/* Whoever hears of an object does not wait for the process that it is in, nor do those behind. */
static void test_object_of_a_stalling_client(void **state)
{
    static struct listener listeners[4];
    HANDLE child;

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(listeners); ++i)
    {
        listener_init(&listeners[i], 0);
        listener_advise_on_all(&listeners[i], machine);
    }
    child = child_start(L"stall");
    fire_numbers(machine, 3, 9);
    client_remove_machine(host, L"Alpha");
    for (UINT i = 0; i < ARRAYSIZE(listeners); ++i)
    {
        await_number(&listeners[i].deleted, 1);
        listener_assert_heard(&listeners[i], 12, host);
    }
    assert_int_equal(WaitForSingleObject(child, 0), WAIT_TIMEOUT);
    child_kill(child);
}

#define lanes_test(function) cmocka_unit_test_setup_teardown(function, alpha_set_up, alpha_tear_down)

static const struct CMUnitTest tests[] = {
        lanes_test(test_one_order_on_several_interfaces),
        lanes_test(test_removed_machine_delivers_all),
        lanes_test(test_ended_host_delivers_all),
        lanes_test(test_unadvise_is_immediate_at_an_end),
        lanes_test(test_settle),
        lanes_test(test_object_of_a_stalling_client),
        lanes_test(test_hanging_client_is_let_go),
        lanes_test(test_hanging_client_does_not_keep_host),
};

static const struct client_tests all_tests = {.name = "host_lanes", .tests = tests, .count = ARRAYSIZE(tests)};

int main(int argc, char **argv)
{
    bool done;
    int code = client_run_tests(&all_tests, argc, argv, &done);

    if (done)
        return code;
    if (!strcmp(argv[1], "hang"))
        run_hanging();
    else
        run_stalling();
    return 0;
}

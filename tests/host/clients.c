/*
 * Clients that hang, die or leave: none of them delays or keeps the host, and the others hear everything in order.
 * This program starts itself as such a client.
 */
#include "recorder.h"

#include "platform/wine.h"

#include <wchar.h>

#define EVENTS 40

static struct journal journal;

/* Client processes that leave a machine in the host, named as they are told. */

static void run_visitor(const WCHAR *name)
{
    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    client_create_machine(client_create_host(), name);
    Sleep(INFINITE);
}

/* The other client processes: each finds the machine Alpha, advises a sink on it and says that it is ready. */

static void run_child(const WCHAR *kind)
{
    IVMEventHost *host;
    IVMEventMachine *machine;
    BSTR name = SysAllocString(L"Alpha");
    struct recorder recorder;

    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    CHECK(CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&host) == S_OK);
    if (IVMEventHost_FindMachine(host, name, &machine) != S_OK)
        CHECK(IVMEventHost_CreateMachine(host, name, &machine) == S_OK);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, !wcscmp(kind, L"hang") ? NULL : L"child");
    recorder_advise(&recorder, machine);
    if (!wcscmp(kind, L"forget"))
    {
        /* Everything is released but the connection, which the process can no longer end. */
        IVMEventMachine_Release(machine);
        IVMEventHost_Release(host);
    }
    child_ready();
    if (!wcscmp(kind, L"leave"))
        ExitProcess(0);
    Sleep(INFINITE);
}

static IVMEventHost *host;
static IVMEventMachine *machine;
static struct recorder recorder;
static DWORD cookie;

static int setup(void **state)
{
    client_await_no_host(state);
    journal_init(&journal);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    cookie = recorder_advise(&recorder, machine);
    return 0;
}

static int teardown(void **state)
{
    recorder_unadvise(&recorder, machine, cookie);
    client_release(machine);
    client_release(host);
    (void)state;
    return 0;
}

static void raise_number(LONG number)
{
    client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(L"n"), value_i4(number));
}

static DWORD WINAPI raise_eleven(void *first)
{
    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    for (LONG i = 0; i < 11; ++i)
    {
        VARIANT args[3] = {value_bstr(L"OnConfigurationChanged"), value_bstr(L"n"), value_i4(*(LONG *)first + i)};

        CHECK(client_call(machine, L"Raise", NULL, 3, args).hr == S_OK);
    }
    CoUninitialize();
    return 0;
}

static void assert_heard_in_order(LONG count)
{
    WCHAR line[40];

    journal_await(&journal, (UINT)count);
    for (LONG i = 0; i < count; ++i)
    {
        swprintf(line, ARRAYSIZE(line), L"machine.6 n %ld", (long)i);
        if (wcscmp(journal.lines[i], line))
            fail_msg("event %ld is \"%ls\"", (long)i, journal.lines[i]);
    }
}

/* Raise does not wait for a client that hangs in its sink: the first one and the later ones return while it hangs. */
static void test_hung_client(void **state)
{
    LONG number = 0;

    (void)state;
    for (UINT attempt = 0; attempt < 3; ++attempt)
    {
        HANDLE child = child_start(L"hang"), raiser;

        assert_int_equal(count_connections(machine, &DIID_IVMVirtualMachineEvents), 2);
        raiser = CreateThread(NULL, 0, raise_eleven, &number, 0, NULL);
        assert_non_null(raiser);
        assert_int_equal(WaitForSingleObject(raiser, PATIENCE_MS), WAIT_OBJECT_0);
        CloseHandle(raiser);
        number += 11;
        assert_int_equal(WaitForSingleObject(child, 0), WAIT_TIMEOUT);
        journal_await(&journal, (UINT)number);
        child_kill(child);
        /* It is found out by a call that fails, which may be the one under way. */
        raise_number(number++);
        await_connections(machine, &DIID_IVMVirtualMachineEvents, 1);
    }
    assert_heard_in_order(number);
}

/* A client that is killed is dropped, and those that are left hear every event in order. */
static void test_killed_client(void **state)
{
    HANDLE child = child_start(L"hold");

    (void)state;
    assert_int_equal(count_connections(machine, &DIID_IVMVirtualMachineEvents), 2);
    for (LONG i = 0; i < EVENTS; ++i)
    {
        if (i == EVENTS / 2)
            child_kill(child);
        raise_number(i);
    }
    assert_heard_in_order(EVENTS);
    await_connections(machine, &DIID_IVMVirtualMachineEvents, 1);
}

/* Windows releases what a dead client held after some minutes; a test does not wait for that. */
#define SKIP_ON_WINDOWS()                                                                                              \
    if (!is_wine())                                                                                                    \
    skip()

/* A client that was killed while it held references does not keep the host once the others have ended. */
static void test_host_ends_after_killed_client(void **state)
{
    HANDLE killed, other;

    SKIP_ON_WINDOWS();
    client_await_no_host(state);
    killed = child_start(L"hold");
    other = child_start(L"hold");
    assert_int_equal(client_count_hosts(), 1);
    child_kill(killed);
    Sleep(1000);
    assert_int_equal(client_count_hosts(), 1);
    child_kill(other);
    client_await_no_host(state);
}

static void test_host_ends_after_client_that_left(void **state)
{
    SKIP_ON_WINDOWS();
    client_await_no_host(state);
    CloseHandle(child_start(L"leave"));
    client_await_no_host(state);
}

/* A connection alone is nothing that a client holds. */
static void test_connection_does_not_keep_host(void **state)
{
    HANDLE child;

    client_await_no_host(state);
    child = child_start(L"forget");
    client_await_no_host(state);
    child_kill(child);
}

/* Every object that a client may hold keeps the host, and the last one that goes ends it. */
static void test_references_keep_host(void **state)
{
    IVMEventHost *own_host;
    IVMEventMachine *own_machine;
    IConnectionPoint *point;
    IEnumConnections *connections;

    client_await_no_host(state);
    own_host = client_create_host();
    own_machine = client_create_machine(own_host, L"Alpha");
    client_release(own_host);
    Sleep(600);
    assert_int_equal(client_count_hosts(), 1);
    point = get_connection_point(own_machine, &DIID_IVMDVDDriveEvents);
    client_release(own_machine);
    Sleep(600);
    assert_int_equal(client_count_hosts(), 1);
    assert_int_equal(IConnectionPoint_EnumConnections(point, &connections), S_OK);
    client_release(point);
    Sleep(600);
    assert_int_equal(client_count_hosts(), 1);
    client_release(connections);
    client_await_no_host(state);
}

/* All clients have one host, with the same machines. */
static void test_shared_host(void **state)
{
    HANDLE child;

    client_await_no_host(state);
    child = child_start(L"hold");
    host = client_create_host();
    assert_int_equal(client_count_hosts(), 1);
    machine = client_find_machine(host, L"Alpha");
    assert_int_equal(count_connections(machine, &DIID_IVMVirtualMachineEvents), 1);
    client_release(machine);
    client_release(host);
    child_kill(child);
}

static void await_machine(const WCHAR *name)
{
    BSTR string = SysAllocString(name);
    IVMEventMachine *found;

    for (DWORD start = GetTickCount(); IVMEventHost_FindMachine(host, string, &found) != S_OK; Sleep(20))
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("the machine %ls is not in this host", name);
    }
    client_release(found);
    SysFreeString(string);
}

/* Also when they come at the same moment, and none was there. */
static void test_shared_host_of_simultaneous_clients(void **state)
{
    static const WCHAR *const names[] = {L"visitor-1", L"visitor-2", L"visitor-3", L"visitor-4", L"visitor-5"};
    HANDLE visitors[ARRAYSIZE(names)];

    client_await_no_host(state);
    for (UINT i = 0; i < ARRAYSIZE(names); ++i)
        visitors[i] = child_launch(names[i]);
    host = client_create_host();
    for (UINT i = 0; i < ARRAYSIZE(names); ++i)
        await_machine(names[i]);
    for (DWORD start = GetTickCount(); client_count_hosts() != 1; Sleep(20))
        assert_true(GetTickCount() - start < PATIENCE_MS);
    client_release(host);
    for (UINT i = 0; i < ARRAYSIZE(names); ++i)
        child_kill(visitors[i]);
}

static IVMEventHost *activate(void)
{
    IVMEventHost *activated;

    /* Under Wine it fails in the very instant in which the class object is withdrawn (wine_clients.h). */
    if (is_wine()
            && SUCCEEDED(CoCreateInstance(
                    &CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&activated)))
        return activated;
    return client_create_host();
}

/* Activations that come while a host is about to end get a host that works. */
static void test_activation_at_the_end(void **state)
{
    static const DWORD delays[] = {0, 0, 0, 1, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 50, 1000, 0, 0, 1, 2, 1000};

    client_await_no_host(state);
    for (UINT i = 0; i < ARRAYSIZE(delays); ++i)
    {
        host = activate();
        client_release(client_create_machine(host, L"Alpha"));
        client_remove_machine(host, L"Alpha");
        client_release(host);
        Sleep(delays[i]);
    }
    client_await_no_host(state);
}

static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_hung_client, setup, teardown),
        cmocka_unit_test_setup_teardown(test_killed_client, setup, teardown),
        cmocka_unit_test(test_host_ends_after_killed_client),
        cmocka_unit_test(test_host_ends_after_client_that_left),
        cmocka_unit_test(test_connection_does_not_keep_host),
        cmocka_unit_test(test_references_keep_host),
        cmocka_unit_test(test_shared_host),
        cmocka_unit_test(test_shared_host_of_simultaneous_clients),
        cmocka_unit_test(test_activation_at_the_end),
};

static const struct client_tests all_tests = {.name = "host_clients", .tests = tests, .count = ARRAYSIZE(tests)};

int main(int argc, char **argv)
{
    WCHAR kind[16];
    bool done;
    int code = client_run_tests(&all_tests, argc, argv, &done);

    if (done)
        return code;
    swprintf(kind, ARRAYSIZE(kind), L"%hs", argv[1]);
    if (!wcsncmp(kind, L"visitor", 7))
        run_visitor(kind);
    else
        run_child(kind);
    return 0;
}

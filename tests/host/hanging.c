/*
 * Programs that hang, with much that the host has to do with them: they take few of its threads, and everybody else is
 * served. This program starts itself as such a program.
 */
#include "alpha.h"
#include "listener.h"

#include <stdlib.h>
#include <wchar.h>

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
    return CreateEventW(NULL, TRUE, FALSE, L"vmevents host_hanging, end of hanging");
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
        machine = client_find_machine(host, machine_name(i));
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
    IVMEventHost *found_host;
    IVMEventMachine *found;
    IConnectionPoint *point;

    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    found_host = client_create_host();
    found = client_find_machine(found_host, L"Alpha");
    point = listener_find_point(found, &DIID_IVMDVDDriveEvents);
    for (UINT i = 0; i < THINGS; ++i)
        CHECK(IConnectionPoint_Unadvise(point, cookies[i]) == S_OK);
    IConnectionPoint_Release(point);
    client_release(found);
    client_release(found_host);
    CoUninitialize();
    (void)context;
    return 0;
}

/* Those that were not made have no reference. */
static bool all_things_are_let_go(void)
{
    UINT i;

    for (i = 0; i < ARRAYSIZE(things) && things[i].refcount <= 1; ++i)
        ;
    return i == ARRAYSIZE(things);
}

static int await_letting_go(void)
{
    for (DWORD start = GetTickCount(); !all_things_are_let_go() && GetTickCount() - start < PATIENCE_MS;)
        client_dispatch_messages();
    return !all_things_are_let_go();
}

/* Ends by 0 when all has been let go of, once it looks at its messages again. */
static int run_leaving(void)
{
    HANDLE end = create_end_of_hanging(), unadvising;

    CHECK(end && CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    alpha_find();
    advise_things();
    raise_with_things();
    CHECK((unadvising = CreateThread(NULL, 0, unadvise_things, NULL, 0, NULL)));
    CHECK(WaitForSingleObject(unadvising, PATIENCE_MS) == WAIT_OBJECT_0);
    CloseHandle(unadvising);
    child_ready();
    CHECK(WaitForSingleObject(end, 4 * PATIENCE_MS) == WAIT_OBJECT_0);
    return await_letting_go();
}

/* ---- the other client process: one that is done with the host, and looks at no message when that ends ---- */

/* Ends by 0 when its sinks have been let go of, once it looks at its messages again. */
static int run_parting(void)
{
    CHECK(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    advise_things();
    client_release(machine);
    client_release(host);
    Sleep(3000);
    return await_letting_go();
}

/* ---- the tests ---- */

/* Its calls would take the threads of the pool, with which everybody is served, and leave none. */
static void test_many_machines(void **state)
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
    child_expect_success(child);
    assert_int_equal(host_count_dropped(host), 0);
    for (int i = 0; i < count; ++i)
        client_release(machines[i]);
    CloseHandle(end);
    client_remove_machine(host, L"Alpha");
    listener_await_release(&other);
}

/* A release by another process does not return either while the object's thread hangs. */
static void test_many_objects(void **state)
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
    child_expect_success(child);
    CloseHandle(end);
    client_remove_machine(host, L"Alpha");
    listener_await_release(&other);
}

/* The host's end lets go of the sinks that are left, and waits for a client that is slow about that. */
static void test_objects_at_the_end(void **state)
{
    (void)state;
    child_expect_success(child_launch(L"part"));
}

#define hanging_test(function) cmocka_unit_test_setup_teardown(function, alpha_set_up, alpha_tear_down)

static const struct CMUnitTest tests[] = {
        hanging_test(test_many_machines),
        hanging_test(test_many_objects),
        cmocka_unit_test_setup(test_objects_at_the_end, client_await_no_host),
};

static const struct client_tests all_tests = {.name = "host_hanging", .tests = tests, .count = ARRAYSIZE(tests)};

int main(int argc, char **argv)
{
    bool done;
    int code = client_run_tests(&all_tests, argc, argv, &done);

    if (done)
        return code;
    if (!strcmp(argv[1], "hang"))
        return run_hanging();
    return !strcmp(argv[1], "part") ? run_parting() : run_leaving();
}

/* vmwatch --all: every machine of the host, those that come later too, and those that come again. */
#include "program.h"

#include "../host/client.h"

#include <string.h>

static IVMEventHost *host;
static struct program program;
static char line[LINE_MAX_LENGTH];

/* Whether the line is of that machine and that event. */
static bool is_line(const char *machine, const char *event)
{
    char expected[256];

    snprintf(expected, sizeof(expected), "  %s  %s", machine, event);
    return strstr(line, expected) != NULL;
}

/* Nobody tells when vmwatch has connected to the machine, so that OnReset is raised until one is heard. */
static void await_connection(IVMEventMachine *machine, const char *name)
{
    DWORD start = GetTickCount();

    while (!program_has_output(&program))
    {
        assert_true(GetTickCount() - start < PATIENCE_MS);
        client_raise(machine, L"OnReset", 0);
        Sleep(50);
    }
    assert_true(program_read_line(&program, line));
    assert_true(is_line(name, "OnReset()"));
}

/* The program ends by itself: Wine keeps what a killed client held of the host. */
static void end_program(IVMEventMachine *machine)
{
    program_stop_reading(&program);
    client_raise(machine, L"OnReset", 0);
    assert_int_equal(program_end(&program), 1);
}

/* Skips what was raised meanwhile. */
static void expect(const char *machine, const char *event)
{
    do
        assert_true(program_read_line(&program, line));
    while (strstr(line, "  OnReset()"));
    if (!is_line(machine, event))
        fail_msg("\"%s\" is not of %s, %s", line, machine, event);
}

static int setup(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    return 0;
}

static int teardown(void **state)
{
    client_release(host);
    return client_await_no_host(state);
}

static void test_machines_that_come_and_come_again(void **state)
{
    IVMEventMachine *early = client_create_machine(host, L"Early"), *late, *again;

    (void)state;
    program_start(&program, L"--all");
    await_connection(early, "Early");
    client_raise(early, L"OnGuestShutdown", 0);
    expect("Early", "OnGuestShutdown()");

    /* Heard from its first event on. */
    late = client_create_machine(host, L"La  te");
    client_raise(late, L"OnTripleFault", 0);
    expect("\"La  te\"", "OnTripleFault()");
    client_raise(early, L"OnTripleFault", 0);
    expect("Early", "OnTripleFault()");

    /* All that it has fired comes, and the others go on. */
    client_remove_machine(host, L"La  te");
    expect("\"La  te\"", "OnStateChange(virtualMachineState=vmVMState_DeleteMachine)");
    client_raise(early, L"OnGuestShutdown", 0);
    expect("Early", "OnGuestShutdown()");
    client_release(late);

    again = client_create_machine(host, L"La  te");
    client_raise(again, L"OnAdditionsAvailable", 0);
    expect("\"La  te\"", "OnAdditionsAvailable()");

    end_program(again);
    client_release(again);
    client_release(early);
}

/* A state that says so is none of the host's doing: the machine is there, and heard once. */
static void test_machine_that_says_it_is_deleted(void **state)
{
    IVMEventMachine *machine = client_create_machine(host, L"Liar");
    VARIANT deleted = value_i4(vmVMState_DeleteMachine);

    (void)state;
    program_start(&program, L"--all --only OnReset,OnGuest*");
    await_connection(machine, "Liar");
    client_raise(machine, L"OnStateChange", 1, deleted);
    /* It has looked after the machines meanwhile. */
    Sleep(2500);
    client_raise(machine, L"OnGuestShutdown", 0);
    expect("Liar", "OnGuestShutdown()");
    client_raise(machine, L"OnGuestLogoff", 1, value_i4(vmLogoff_Normal));
    expect("Liar", "OnGuestLogoff(logoffType=vmLogoff_Normal)");
    end_program(machine);
    client_release(machine);
}

static void test_end_of_count(void **state)
{
    IVMEventMachine *machine = client_create_machine(host, L"Demo");

    (void)state;
    program_start(&program, L"--all --count 2 --only OnGuestShutdown,OnReset");
    await_connection(machine, "Demo");
    client_raise(machine, L"OnTripleFault", 0);
    client_raise(machine, L"OnGuestShutdown", 0);
    assert_true(program_read_line(&program, line));
    assert_false(program_read_line(&program, line));
    assert_int_equal(program_end(&program), 0);
    client_release(machine);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_machines_that_come_and_come_again, setup, teardown),
            cmocka_unit_test_setup_teardown(test_machine_that_says_it_is_deleted, setup, teardown),
            cmocka_unit_test_setup_teardown(test_end_of_count, setup, teardown),
    };
    const struct client_tests all_tests = {.name = "vmwatch --all", .tests = tests, .count = ARRAYSIZE(tests)};
    bool done;
    int result = client_run_tests(&all_tests, argc, argv, &done);

    return done ? result : 1;
}

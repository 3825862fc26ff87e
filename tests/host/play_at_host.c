/* IVMEventHost::Play: a recording of several machines as one timeline. What is looked at is the order of events, never how soon
 * they come. */
#include "recorder.h"

#include <stdio.h>
#include <wchar.h>

static IVMEventHost *host;
static IVMEventMachines *machines;
static struct journal journal;
static struct recorder at_all, at_host;
static DWORD all_cookie, host_cookie;
static WCHAR path[MAX_PATH];

static int setup(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    assert_int_equal(IVMEventHost_get_Machines(host, &machines), S_OK);
    journal_init(&journal);
    recorder_init(&at_all, &journal, &DIID_IVMVirtualMachineEvents, L"all");
    recorder_init(&at_host, &journal, &DIID_IVMVirtualPCEvents, L"host");
    all_cookie = recorder_advise(&at_all, machines);
    host_cookie = recorder_advise(&at_host, host);
    assert_true(GetTempPathW(MAX_PATH - 40, path));
    swprintf(path + wcslen(path), 40, L"vmevents-all-%lu.jsonl", (unsigned long)GetCurrentProcessId());
    return 0;
}

static int teardown(void **state)
{
    recorder_unadvise(&at_all, machines, all_cookie);
    recorder_unadvise(&at_host, host, host_cookie);
    client_release(machines);
    client_release(host);
    DeleteFileW(path);
    return client_await_no_host(state);
}

static struct outcome play_at(double speed, LONG *fired)
{
    VARIANT args[2] = {value_bstr(path), {.vt = VT_R8}}, result;
    struct outcome outcome;

    V_R8(&args[1]) = speed;
    outcome = client_call(host, L"Play", &result, 2, args);
    *fired = outcome.hr ? 0 : V_I4(&result);
    return outcome;
}

static struct outcome play(const char *text, LONG *fired)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;

    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &written, NULL));
    CloseHandle(file);
    return play_at(1000, fired);
}

static LONG count_machines(void)
{
    LONG count;

    assert_int_equal(IVMEventMachines_get_Count(machines, &count), S_OK);
    return count;
}

#define LINE_OF(interface, time, source, name, arguments)                                                              \
    "{\"time\":\"2026-01-31T09:" time ":00.000Z\",\"source\":\"" source                                                \
    "\",\"interface\":\"" interface "\",\"name\":\"" name "\",\"arguments\":{" arguments "}}\n"
#define LINE(time, source, name, arguments) LINE_OF("IVMVirtualMachineEvents", time, source, name, arguments)
#define STATE(time, source, number) LINE(time, source, "OnStateChange", "\"virtualMachineState\":" number)
#define HOST(time, name, arguments) LINE_OF("IVMVirtualPCEvents", time, "", name, arguments)

/* All in the order of the recording, however close together; machines that are not there are made. */
static void test_one_timeline(void **state)
{
    enum
    {
        MACHINES = 7,
        EVENTS = 600
    };
    static char text[EVENTS * 256];
    static WCHAR lines[EVENTS][32];
    static const WCHAR *heard[EVENTS];
    IVMEventMachine *there = client_create_machine(host, L"VM-4");
    size_t length = 0;
    LONG fired;

    (void)state;
    for (UINT i = 0; i < EVENTS; ++i)
    {
        length += snprintf(text + length, sizeof(text) - length,
                LINE("%02u", "vm-%u", "OnConfigurationChanged", "\"configKey\":\"vm-%u\",\"configData\":%u"), i / 60,
                i * i % MACHINES, i * i % MACHINES, i);
        swprintf(lines[i], ARRAYSIZE(lines[i]), L"all.6 vm-%u %u", i * i % MACHINES, i);
        heard[i] = lines[i];
    }
    assert_int_equal(play(text, &fired).hr, S_OK);
    assert_int_equal(fired, EVENTS);
    journal_expect(&journal, EVENTS, heard);
    /* Squares leave no more remainders, and one of the machines was there. */
    assert_int_equal(count_machines(), 4);
    client_release(there);
}

static void test_states(void **state)
{
    static const WCHAR *const heard[] = {L"all.1 5", L"host.2 Web 5", L"all.1 6", L"host.2 Database 6", L"all.3",
            L"all.1 1", L"host.2 Web 1", L"all.1 5", L"host.2 Database 5"};
    LONG fired;

    (void)state;
    assert_int_equal(play(STATE("01", "Web", "5") STATE("02", "Database", "6") LINE("02", "WEB", "OnReset", "")
                                     STATE("03", "web", "1") STATE("01", "Database", "5"),
                             &fired)
                             .hr,
            S_OK);
    assert_int_equal(fired, 5);
    journal_expect(&journal, ARRAYSIZE(heard), heard);
    assert_int_equal(client_find_state(host, L"Web"), vmVMState_TurnedOff);
    assert_int_equal(client_find_state(host, L"Database"), vmVMState_Running);
    assert_int_equal(count_machines(), 2);
}

/* What the host's clients heard then they hear again, and once: not also what follows from the machines'. */
static void test_events_of_the_host(void **state)
{
    static const WCHAR *const heard[] = {
            L"host.3 42", L"all.1 5", L"host.2 Web 5", L"all.5", L"host.4 Web", L"host.1 7"};
    LONG fired;

    (void)state;
    assert_int_equal(play(HOST("01", "OnEventLogged", "\"logMessageID\":42") STATE("02", "Web", "5") HOST(
                                  "02", "OnVMStateChange", "\"virtualMachineConfig\":\"Web\",\"virtualMachineState\":5")
                                     LINE("03", "Web", "OnHeartbeatStopped", "")
                                             HOST("03", "OnHeartbeatStopped", "\"virtualMachineConfig\":\"Web\"")
                                                     HOST("04", "OnServiceEvent", "\"logMessageID\":7"),
                             &fired)
                             .hr,
            S_OK);
    assert_int_equal(fired, 6);
    journal_expect(&journal, ARRAYSIZE(heard), heard);
    assert_int_equal(client_find_state(host, L"Web"), vmVMState_Running);
}

static void test_refused(void **state)
{
    static const struct
    {
        HRESULT hr;
        const char *text;
        const WCHAR *description[2];
    } tests[] = {
            {E_INVALIDARG, "0 OnReset\n", {L"is a scenario", L"Play of a machine"}},
            {E_INVALIDARG, LINE("01", "Web", "OnReset", "") LINE("01", "Web", "OnGuestLogoff", ""),
                    {L", line 2: ", L"\"logoffType\""}},
            {VM_E_CONFIG_NO_NAME, LINE("01", "Web", "OnReset", "") "\n" LINE("01", "", "OnReset", ""),
                    {L", line 3: ", L"is empty"}},
            {VM_E_CONFIG_NAME_INVALID_CHAR, LINE("01", "Web", "OnReset", "") LINE("01", "a:b", "OnReset", ""),
                    {L", line 2: ", L"a:b"}},
            {VM_E_CONFIG_NAME_TOO_LONG,
                    LINE("01", "0123456789012345678901234567890123456789012345678901234567890123456789012345678901",
                            "OnReset", ""),
                    {L", line 1: ", L"82 characters"}},
    };
    LONG fired;

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(tests); ++i)
    {
        struct outcome outcome = play(tests[i].text, &fired);

        if (outcome.hr != tests[i].hr)
            fail_msg("%u: %08lx %ls", i, (unsigned long)outcome.hr, outcome.description);
        assert_true(has(outcome.description, path));
        for (UINT k = 0; k < ARRAYSIZE(tests[i].description); ++k)
            assert_true(has(outcome.description, tests[i].description[k]));
    }
    assert_int_equal(play_at(0, &fired).hr, E_INVALIDARG);
    assert_int_equal(count_machines(), 0);
    assert_int_equal(play("", &fired).hr, S_OK);
    assert_int_equal(fired, 0);
}

/* A live machine's state is its own, which is found out before anything is fired. */
static void test_live_machine(void **state)
{
    static const WCHAR *const heard[] = {L"all.3", L"all.9"};
    VARIANT args[2] = {value_bstr(L"Live"), value_bstr(L"qemu:127.0.0.1:1")}, machine;
    struct outcome outcome;
    LONG fired;

    (void)state;
    assert_int_equal(client_call(host, L"OpenMachine", &machine, 2, args).hr, S_OK);
    outcome = play(LINE("01", "New", "OnReset", "") STATE("02", "live", "5"), &fired);
    assert_int_equal(outcome.hr, E_ACCESSDENIED);
    assert_true(has(outcome.description, L", line 2: ") && has(outcome.description, L"\"Live\" is a live machine"));
    assert_int_equal(count_machines(), 1);
    assert_int_equal(
            play(LINE("01", "New", "OnReset", "") LINE("02", "live", "OnAdditionsAvailable", ""), &fired).hr, S_OK);
    journal_expect(&journal, ARRAYSIZE(heard), heard);
    client_remove_machine(host, L"Live");
    VariantClear(&machine);
}

static DWORD WINAPI remove_machine_soon(void *unused)
{
    (void)unused;
    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    journal_await(&journal, 2);
    client_remove_machine(host, L"Web");
    CoUninitialize();
    return 0;
}

static void test_removed_meanwhile(void **state)
{
    static const char text[] = LINE("01", "Web", "OnReset", "") LINE("01", "Other", "OnReset", "")
            "{\"time\":\"2027-01-31T09:00:00.000Z\",\"source\":\"Web\",\"interface\":\"IVMVirtualMachineEvents\",\"name\":"
            "\"OnReset\",\"arguments\":{}}\n";
    HANDLE thread = CreateThread(NULL, 0, remove_machine_soon, NULL, 0, NULL);
    struct outcome outcome;
    LONG fired;

    (void)state;
    outcome = play(text, &fired);
    assert_int_equal(outcome.hr, VM_E_VM_UNKNOWN);
    assert_true(has(outcome.description, L"\"Web\" has been removed"));
    assert_int_equal(WaitForSingleObject(thread, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_one_timeline, setup, teardown),
            cmocka_unit_test_setup_teardown(test_states, setup, teardown),
            cmocka_unit_test_setup_teardown(test_events_of_the_host, setup, teardown),
            cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
            cmocka_unit_test_setup_teardown(test_live_machine, setup, teardown),
            cmocka_unit_test_setup_teardown(test_removed_meanwhile, setup, teardown),
    };

    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}

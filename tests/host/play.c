/* IVMEventMachine::Play: scenario files as a client sees them. What is looked at is the order of events, never how
 * soon they come. */
#include "recorder.h"

#include <wchar.h>

static IVMEventHost *host;
static IVMEventMachine *machine;
static struct journal journal;
static struct recorder recorders[4];
static DWORD cookies[4];
static WCHAR path[MAX_PATH];

static const struct
{
    const IID *iid;
    const WCHAR *name;
} interfaces[4] = {
        {&DIID_IVMVirtualMachineEvents, L"machine"},
        {&DIID_IVMDVDDriveEvents, L"dvd"},
        {&DIID_IVMFloppyDriveEvents, L"floppy"},
        {&DIID_IVMVirtualPCEvents, L"host"},
};

static void *source(UINT i)
{
    return i == 3 ? (void *)host : (void *)machine;
}

static int setup(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    journal_init(&journal);
    for (UINT i = 0; i < 4; ++i)
    {
        recorder_init(&recorders[i], &journal, interfaces[i].iid, interfaces[i].name);
        cookies[i] = recorder_advise(&recorders[i], source(i));
    }
    assert_true(GetTempPathW(MAX_PATH - 40, path));
    swprintf(path + wcslen(path), 40, L"vmevents-test-%lu.txt", (unsigned long)GetCurrentProcessId());
    return 0;
}

static int teardown(void **state)
{
    for (UINT i = 0; i < 4; ++i)
        recorder_unadvise(&recorders[i], source(i), cookies[i]);
    client_release(machine);
    client_release(host);
    DeleteFileW(path);
    return client_await_no_host(state);
}

static void write_file(const void *text, size_t size)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;

    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)size, &written, NULL));
    CloseHandle(file);
}

/* speed 0: it is left out. */
static struct outcome play(const char *text, double speed, LONG *fired)
{
    VARIANT args[2] = {value_bstr(path)}, result;
    struct outcome outcome;

    if (text)
        write_file(text, strlen(text));
    V_VT(&args[1]) = VT_R8;
    V_R8(&args[1]) = speed;
    outcome = client_call(machine, L"Play", &result, speed ? 2 : 1, args);
    *fired = outcome.hr ? 0 : V_I4(&result);
    return outcome;
}

static void test_scenario(void **state)
{
    static const WCHAR *const heard[] = {
            L"machine.9",
            L"machine.6 memory/ram_size 2048",
            L"machine.6 a \"quoted\" key yes, \x00e4",
            L"machine.6 ratio 0.5",
            L"machine.6 on True",
            L"machine.7 True",
            L"machine.12 False",
            L"dvd.1 C:\\Images\\tools.iso",
            L"floppy.2 A disk # 1",
            L"machine.11 1",
            L"machine.11 2",
            L"machine.3",
    };
    LONG fired;

    (void)state;
    assert_int_equal(play("\xef\xbb\xbf# A scenario with everything\r\n"
                          "\r\n"
                          "0    OnAdditionsAvailable\r\n"
                          "0\tOnConfigurationChanged \"memory/ram_size\" 2048\n"
                          "10   onconfigurationchanged \"a \"\"quoted\"\" key\" \"yes, \xc3\xa4\"\n"
                          "10   OnConfigurationChanged \"ratio\" 0.5\n"
                          "10   OnConfigurationChanged \"on\" True\n"
                          "10   OnEnhancedVideoModeChanged true # a comment\n"
                          "20   OnDiskOutOfSpace False\r\n"
                          "   30   IVMDVDDriveEvents.OnMediaInsert \"C:\\Images\\tools.iso\"\n"
                          "30   IVMFloppyDriveEvents.OnMediaEject \"A disk # 1\"\n"
                          "40   OnGuestLogoff vmLogoff_Forced\n"
                          "40   OnGuestLogoff 2\n"
                          "50   OnReset",
                             0, &fired)
                             .hr,
            S_OK);
    assert_int_equal(fired, ARRAYSIZE(heard));
    journal_expect(&journal, ARRAYSIZE(heard), heard);
}

/* The host's events, by their names; a name that a machine has too is the machine's, of which the host tells by itself. */
static void test_events_of_the_host(void **state)
{
    static const WCHAR *const heard[] = {
            L"host.3 42",
            L"host.4 Demo",
            L"machine.5",
            L"host.4 Alpha",
            L"host.2 Other 5",
            L"host.1 7",
            L"machine.3",
            L"host.4 x",
    };
    VMVMState last;
    LONG fired;

    (void)state;
    assert_int_equal(play("0 OnEventLogged 42\n"
                          "0 IVMVirtualPCEvents.OnHeartbeatStopped \"Demo\"\n"
                          "10 OnHeartbeatStopped\n"
                          "10 onvmstatechange \"Other\" vmVMState_Running\n"
                          "20 ivmvirtualserverevents.OnServiceEvent 7\n"
                          "20 OnReset\n"
                          "30 IVMVirtualServerEvents.OnHeartbeatStopped \"x\" # by Virtual Server's name\n",
                             1, &fired)
                             .hr,
            S_OK);
    assert_int_equal(fired, ARRAYSIZE(heard) - 1);
    journal_expect(&journal, ARRAYSIZE(heard), heard);
    assert_int_equal(IVMEventMachine_get_State(machine, &last), S_OK);
    assert_int_equal(last, vmVMState_TurnedOff);
}

static void test_states(void **state)
{
    LONG fired;
    VMVMState last;

    (void)state;
    assert_int_equal(play("0 OnStateChange vmVMState_TurningOn\n10 OnStateChange 5\n", 1, &fired).hr, S_OK);
    assert_int_equal(fired, 2);
    journal_await(&journal, 4);
    assert_int_equal(IVMEventMachine_get_State(machine, &last), S_OK);
    assert_int_equal(last, vmVMState_Running);
}

/* Of two scenarios at once the events come in the order of all their times. */
static DWORD WINAPI play_in_thread(void *unused)
{
    VARIANT arg = value_bstr(path), result;

    (void)unused;
    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    CHECK(client_call(machine, L"Play", &result, 1, &arg).hr == S_OK);
    CHECK(V_I4(&result) == 2);
    CoUninitialize();
    return 0;
}

static void test_two_at_once(void **state)
{
    static const WCHAR *const heard[] = {L"machine.2", L"machine.2", L"machine.10", L"machine.10"};
    HANDLE threads[2];

    (void)state;
    write_file("0 OnRequestShutdown\n1500 OnGuestShutdown\n", 41);
    for (UINT i = 0; i < 2; ++i)
        threads[i] = CreateThread(NULL, 0, play_in_thread, NULL, 0, NULL);
    assert_int_equal(WaitForMultipleObjects(2, threads, TRUE, PATIENCE_MS), WAIT_OBJECT_0);
    for (UINT i = 0; i < 2; ++i)
        CloseHandle(threads[i]);
    journal_expect(&journal, ARRAYSIZE(heard), heard);
}

/* At a tenth of an hour a line, only the speed brings it to its end. */
static void test_speed(void **state)
{
    static const char text[] = "0 OnReset\n360000 OnReset\n720000 OnReset\n";
    DWORD start = GetTickCount();
    LONG fired;

    (void)state;
    assert_int_equal(play(text, 1e300, &fired).hr, S_OK);
    assert_int_equal(fired, 3);
    assert_int_equal(play(text, 3600, &fired).hr, S_OK);
    assert_int_equal(fired, 3);
    assert_true(GetTickCount() - start < PATIENCE_MS);

    /* It does wait: half a second at double speed. */
    start = GetTickCount();
    assert_int_equal(play("1000 OnReset\n", 2, &fired).hr, S_OK);
    assert_true(GetTickCount() - start >= 480);
}

static DWORD WINAPI remove_machine_soon(void *unused)
{
    (void)unused;
    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    journal_await(&journal, 1);
    client_remove_machine(host, L"Alpha");
    CoUninitialize();
    return 0;
}

static void assert_ends_with_the_machine(const char *scenario)
{
    HANDLE thread = CreateThread(NULL, 0, remove_machine_soon, NULL, 0, NULL);
    struct outcome outcome;
    LONG fired;

    outcome = play(scenario, 1, &fired);
    assert_int_equal(outcome.hr, VM_E_VM_UNKNOWN);
    assert_true(has(outcome.description, L"removed"));
    assert_int_equal(WaitForSingleObject(thread, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(thread);

    /* The connections went with it; teardown needs some to end. */
    for (UINT i = 0; i < 3; ++i)
    {
        await_connections(machine, interfaces[i].iid, 0);
        cookies[i] = recorder_advise(&recorders[i], machine);
    }
}

static void test_removed_meanwhile(void **state)
{
    (void)state;
    assert_ends_with_the_machine("0 OnReset\n3600000 OnReset\n");
}

/* So do the host's events in it, also those that it is time for. */
static void test_removed_meanwhile_with_events_of_the_host(void **state)
{
    static const WCHAR *const heard[] = {L"host.3 1", L"machine.1 10", L"host.2 Alpha 10"};
    LONG fired;

    (void)state;
    assert_ends_with_the_machine("0 OnEventLogged 1\n3600000 OnEventLogged 2\n");
    assert_int_equal(play("0 OnEventLogged 3\n", 1, &fired).hr, VM_E_VM_UNKNOWN);
    journal_expect(&journal, ARRAYSIZE(heard), heard);
}

static void test_bad_lines(void **state)
{
    static const struct
    {
        const char *text;
        const WCHAR *description[3]; /* parts of it */
    } tests[] = {
            {"0 OnReset\nsoon OnReset\n", {L", line 2: ", L"time in milliseconds", L""}},
            {"0 OnReset\n\n# comment\n-5 OnReset\n", {L", line 4: ", L"digits only", L""}},
            {"10 OnReset\n9 OnReset\n", {L", line 2: ", L"earlier", L"order"}},
            {"0\n", {L", line 1: ", L"name of an event is missing", L""}},
            {"0 OnNothing\n", {L", line 1: ", L"\"OnNothing\"", L"OnGuestLogoff"}},
            {"0 OnNothing\n",
                    {L"no event of a machine or of the host; a machine has OnStateChange",
                            L"DVD drive alone; the host has "
                            L"OnServiceEvent",
                            L"OnEventLogged"}},
            {"0 OnVMStateChange x 1\n", {L", line 1: ", L"x is neither a number", L""}},
            {"0 OnVMStateChange \"x\"\n", {L", line 1: ", L"2 arguments", L"not 1"}},
            {"0 OnVMStateChange \"x\" vmVMState_Off\n", {L", line 1: ", L"\"vmVMState_Off\"", L"vmVMState_Paused"}},
            {"0 OnReset\n0 OnEventLogged \"one\"\n", {L", line 2: ", L"logMessageID", L"a number"}},
            {"0 OnHeartbeatStopped \"x\"\n", {L", line 1: ", L"0 arguments", L"not 1"}},
            {"0 IVMVirtualPCEvents.OnHeartbeatStopped\n", {L", line 1: ", L"virtualMachineConfig", L"not 0"}},
            {"0 IVMVirtualPCEvents.OnReset\n", {L", line 1: ", L"\"IVMVirtualPCEvents.OnReset\"", L"no event"}},
            {"0 OnGuestLogoff\n", {L", line 1: ", L"1 argument", L"not 0"}},
            {"0 OnReset 1\n", {L", line 1: ", L"0 arguments", L"not 1"}},
            {"0 OnGuestLogoff vmLogoff_Soft\n", {L", line 1: ", L"\"vmLogoff_Soft\"", L"vmLogoff_Forced"}},
            {"0 OnGuestLogoff 3\n", {L", line 1: ", L"logoffType is 3", L"vmLogoff_Forced"}},
            {"0 OnGuestLogoff 99999999999\n", {L", line 1: ", L"99999999999", L"too great"}},
            {"0 OnDiskOutOfSpace perhaps\n", {L", line 1: ", L"perhaps", L"True"}},
            {"0 IVMDVDDriveEvents.OnMediaEject C:\\a.iso\n", {L", line 1: ", L"C:\\a.iso", L"double quotes"}},
            {"0 OnMediaEject 5\n", {L", line 1: ", L"5", L"double quotes"}},
            {"0 OnMediaEject \"C:\\a.iso\n", {L", line 1: ", L"closing double quote", L""}},
            {"0 OnMediaEject \"a\"b\n", {L", line 1: ", L"space is missing", L""}},
            {"0 OnMediaEject \"\xff\"\n", {L", line 1: ", L"UTF-8", L""}},
    };
    LONG fired;

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(tests); ++i)
    {
        struct outcome outcome = play(tests[i].text, 1, &fired);

        assert_true(FAILED(outcome.hr));
        assert_true(has(outcome.description, path));
        for (UINT j = 0; j < ARRAYSIZE(tests[i].description); ++j)
            assert_true(has(outcome.description, tests[i].description[j]));
        assert_true(!wcscmp(outcome.source, L"VMEvents.Host"));
    }
    /* Of all these files not one event was fired, though some have good lines before the bad one. */
    client_raise(machine, L"OnTripleFault", 0);
    journal_await(&journal, 1);
}

static void test_bad_arguments(void **state)
{
    const struct
    {
        HRESULT hr;
        const WCHAR *description;
        VARIANT path;
        VARIANT speed;
    } tests[] = {
            {E_INVALIDARG, L"full path", value_bstr(L"workday.txt"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"C:workday.txt"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"\\workday.txt"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L""), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"\\\\.\\pipe\\workday"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"//./pipe/workday"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"\\\\?\\pipe\\workday"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"\\\\?\\UNC\\localhost\\pipe\\workday"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"\\\\localhost\\PIPE\\workday"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"\\\\localhost\\mailslot\\workday"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"\\\\localhost"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"\\\\.\\PhysicalDrive0"), value_i4(1)},
            {E_INVALIDARG, L"full path", value_bstr(L"\\\\.\\C:\\workday.txt"), value_i4(1)},
            {HRESULT_FROM_WIN32(ERROR_BAD_FILE_TYPE), L"C:\\NUL", value_bstr(L"C:\\NUL"), value_i4(1)},
            {HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND), L"C:\\no such file.txt", value_bstr(L"C:\\no such file.txt"),
                    value_i4(1)},
            {E_INVALIDARG, L"speed", value_bstr(path), value_i4(0)},
            {E_INVALIDARG, L"speed", value_bstr(path), value_i4(-1)},
            {E_INVALIDARG, L"\"fast\"", value_bstr(path), value_bstr(L"fast")},
            {E_INVALIDARG, L"\"2<U+0000>x\"", value_bstr(path), value_bstr_part(L"2\0x", 3)},
            {E_INVALIDARG, L".txt<U+0000>x\" has a NUL character", value_bstr_part(L"C:\\a.txt\0x", 10), value_i4(1)},
            {E_INVALIDARG, L"greater than 0", value_bstr(path), value_bstr(L"1.000.000")},
    };
    VARIANT german[2] = {value_bstr(path), value_bstr(L"1.000.000")}, count;
    LONG fired;

    (void)state;
    assert_int_equal(play("0 OnReset\n", 1, &fired).hr, S_OK);
    for (UINT i = 0; i < ARRAYSIZE(tests); ++i)
    {
        VARIANT args[2] = {tests[i].path, tests[i].speed}, result;
        struct outcome outcome = client_call(machine, L"Play", &result, 2, args);

        if (outcome.hr != tests[i].hr)
            fail_msg("%u: %08lx %ls", i, (unsigned long)outcome.hr, outcome.description);
        assert_true(has(outcome.description, tests[i].description));
    }
    /* A number to a caller who writes it so. */
    assert_int_equal(client_call_in(LCID_GERMAN, machine, L"Play", &count, 2, german).hr, S_OK);
}

static void test_file_size(void **state)
{
    size_t limit = 64 << 20;
    char *text = malloc(limit + 1);
    struct outcome outcome;
    LONG fired;

    (void)state;
    memset(text, '\n', limit + 1);
    memcpy(text, "0 OnReset\n", 10);
    write_file(text, limit);
    assert_int_equal(play(NULL, 1, &fired).hr, S_OK);
    assert_int_equal(fired, 1);
    write_file(text, limit + 1);
    outcome = play(NULL, 1, &fired);
    assert_int_equal(outcome.hr, HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE));
    assert_true(has(outcome.description, L"64 MiB"));
    free(text);
}

/* It says that it is empty. */
static void test_file_that_cannot_be_read(void **state)
{
    static const WCHAR unreadable[] = L"Z:\\proc\\self\\mem";
    VARIANT arg = value_bstr(unreadable), result;
    struct outcome outcome = client_call(machine, L"Play", &result, 1, &arg);

    (void)state;
    /* Where Windows is no guest of Wine's it is not there. */
    assert_true(FAILED(outcome.hr));
    assert_true(has(outcome.description, L"mem\" cannot be read: "));
}

static void test_empty_file(void **state)
{
    LONG fired;

    (void)state;
    assert_int_equal(play("", 1, &fired).hr, S_OK);
    assert_int_equal(fired, 0);
    assert_int_equal(play("# nothing\n\n", 1, &fired).hr, S_OK);
    assert_int_equal(fired, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_scenario, setup, teardown),
            cmocka_unit_test_setup_teardown(test_events_of_the_host, setup, teardown),
            cmocka_unit_test_setup_teardown(test_states, setup, teardown),
            cmocka_unit_test_setup_teardown(test_two_at_once, setup, teardown),
            cmocka_unit_test_setup_teardown(test_speed, setup, teardown),
            cmocka_unit_test_setup_teardown(test_removed_meanwhile, setup, teardown),
            cmocka_unit_test_setup_teardown(test_removed_meanwhile_with_events_of_the_host, setup, teardown),
            cmocka_unit_test_setup_teardown(test_bad_lines, setup, teardown),
            cmocka_unit_test_setup_teardown(test_bad_arguments, setup, teardown),
            cmocka_unit_test_setup_teardown(test_file_size, setup, teardown),
            cmocka_unit_test_setup_teardown(test_file_that_cannot_be_read, setup, teardown),
            cmocka_unit_test_setup_teardown(test_empty_file, setup, teardown),
    };

    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}

/* Hyper-V's machines through vmhost.exe as it is shipped, and a WMI that is pretended: what a client hears, in which order, and
 * that it is no more. */
#include "hyperv/outside.h"

#include "support/process.h"

#include <stdio.h>
#include <wchar.h>

#define WEB "5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90"
#define TWIN "1B7D0C36-90E2-4D8A-8F13-5C2E7A9B4D01"
#define OTHER_TWIN "C0FFEE00-1234-4ABC-8DEF-0123456789AB"

static void say_machines(void)
{
    stage_say(
            "0 is Msvm_ComputerSystem Name=\"VMHOST01\" ElementName=\"VMHOST01\" EnabledState=2\n"
            "0 is Msvm_ComputerSystem Name=\"" WEB
            "\" ElementName=\"Web\" EnabledState=2\n"
            "0 is Msvm_ComputerSystem Name=\"" TWIN
            "\" ElementName=\"Twin\" EnabledState=3\n"
            "0 is Msvm_ComputerSystem Name=\"" OTHER_TWIN "\" ElementName=\"twin\" EnabledState=3\n");
}

/* A machine's state becomes that, and WMI tells of it. */
static void change_state(const char *guid, int enabled_state)
{
    stage_say_format(
            "0 is Msvm_ComputerSystem Name=\"%s\" ElementName=\"Web\" EnabledState=%d\n"
            "0 tells modified Msvm_ComputerSystem Name=\"%s\" ElementName=\"Web\" EnabledState=%d\n",
            guid, enabled_state, guid, enabled_state);
}

static void play(void **state)
{
    outside_play(*state);
}

static void expect_refusal(const WCHAR *address, const WCHAR *part, const WCHAR *other_part)
{
    IDispatch *machine;
    struct outcome outcome = outside_open_named(L"Refused", address, &machine);
    VARIANT name = value_bstr(L"Refused");

    assert_null(machine);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(!wcscmp(outcome.source, L"VMEvents.Host"));
    if (!has(outcome.description, part) || !has(outcome.description, other_part))
        fail_msg("\"%ls\" is not opened otherwise", address);
    assert_int_equal(client_call(outside_host(), L"FindMachine", NULL, 1, &name).hr, VM_E_VM_UNKNOWN);
    VariantClear(&name);
}

static void test_names(void **state)
{
    IDispatch *machine;

    (void)state;
    say_machines();
    expect_refusal(L"hyperv:Twin", L"Hyper-V has 2 machines named \"Twin\"; name one by its GUID",
            L"{" TWIN "}, {" OTHER_TWIN "}");
    expect_refusal(L"hyperv:Wev", L"Hyper-V shows no machine \"Wev\", but 3 others",
            L"without elevation or the group Hyper-V Administrators Windows shows none");
    expect_refusal(L"hyperv:{00000000-0000-0000-0000-000000000001}", L"shows no machine {00000000",
            L"without elevation or the group Hyper-V Administrators Windows shows none");
    /* The computer's own entry is no machine. */
    expect_refusal(L"hyperv:VMHOST01", L"shows no machine \"VMHOST01\"", L"3 others");
    machine = outside_open(L"hyperv:{" TWIN "}");
    outside_await_state(machine, "TurnedOff");
    client_release(machine);
}

/* One machine is opened once, whatever it is called by. */
static void test_one_machine_by_two_names(void **state)
{
    IDispatch *by_name, *again;

    (void)state;
    say_machines();
    by_name = outside_open(L"hyperv:web");
    expect_refusal(L"hyperv:{" WEB "}", L"{" WEB "} is open already, as hyperv:web", L"");
    expect_refusal(L"hyperv:Web", L"The machine at that address is open already, by the name of \"Web0\"", L"");
    change_state(WEB, 9);
    outside_hear("OnStateChange(Paused)");
    client_remove_machine(outside_host(), L"Web0");
    outside_hear("OnStateChange(DeleteMachine)");
    client_release(by_name);
    /* And once it is closed it can be had by the other. */
    again = outside_open(L"hyperv:{" WEB "}");
    expect_refusal(L"hyperv:Web", L"{" WEB "} is open already, as hyperv:{" WEB "}", L"");
    change_state(WEB, 2);
    outside_hear("OnStateChange(Running)");
    outside_hear_nothing();
    client_release(again);
}

/* The service is restarted: its connections end, it is not to be had, has gaps, and comes back with news. */
static void test_service_restart(void **state)
{
    IDispatch *machine;

    (void)state;
    say_machines();
    machine = outside_open(L"hyperv:Web");
    outside_await_connection(machine, true, "");
    stage_say("0 fails next 800706BA\n0 fails connect 800706BA");
    outside_await_connection(machine, false, "WMI cannot be reached (0x800706BA); it is tried again");
    outside_await_state(machine, "Running");
    stage_say("0 gone Msvm_ComputerSystem " WEB "\n0 fails next 0\n0 fails connect 0");
    outside_await_query(HV_CLASS_SYSTEM);
    stage_say("0 is Msvm_ComputerSystem Name=\"" WEB "\" ElementName=\"Web\" EnabledState=9");
    outside_hear("OnStateChange(Paused)");
    outside_await_connection(machine, true, "");
    /* It is heard of by the new subscription, and of nothing twice. */
    change_state(WEB, 2);
    outside_hear("OnStateChange(Running)");
    outside_hear_nothing();
    assert_int_equal(stage_counts()->subscribed, 1);
    assert_int_equal(stage_counts()->most_connections, 1);
    client_release(machine);
}

/* One class is slow, and one fails, while the others go on. */
static void test_slow_and_failing_queries(void **state)
{
    IDispatch *machine;

    (void)state;
    say_machines();
    machine = outside_open(L"hyperv:Web");
    stage_say("0 fails query:Msvm_HeartbeatComponent 80041001\n0 slows query:Msvm_ConcreteJob 3000");
    outside_await_connection(machine, true,
            "WMI fails to answer what is asked of Msvm_HeartbeatComponent (0x80041001); it is asked again");
    outside_await_query(HV_CLASS_JOB);
    change_state(WEB, 9);
    outside_hear("OnStateChange(Paused)");
    stage_say("0 fails query:Msvm_HeartbeatComponent 0\n0 slows query:Msvm_ConcreteJob 0");
    outside_await_connection(machine, true, "");
    outside_hear_nothing();
    client_release(machine);
}

/* Another computer's is asked for by its path. An object of this process has no proxy that could be made safe. */
static void test_another_computer(void **state)
{
    IDispatch *here, *there;

    (void)state;
    say_machines();
    here = outside_open(L"hyperv:Web");
    there = outside_open(L"hyperv:{" WEB "},host=hv1.example.com,allow-remote");
    outside_await_connection(there, true, "");
    assert_int_equal(stage_counts()->most_connections, 2);
    client_release(here);
    client_release(there);
}

/* More than ten a second, none of which is waited for: each is heard once, in its order. */
static void test_quick_changes(void **state)
{
    IDispatch *machine;

    (void)state;
    say_machines();
    machine = outside_open(L"hyperv:Web");
    for (int i = 0; i < 100; ++i)
    {
        stage_say_format("0 is Msvm_ComputerSystem Name=\"" WEB
                         "\" ElementName=\"Web\" EnabledState=%d "
                         "TimeOfLastStateChange=\"20260101%02d%02d00.000000-000\"\n"
                         "0 tells modified Msvm_ComputerSystem Name=\"" WEB
                         "\" ElementName=\"Web\" EnabledState=%d "
                         "TimeOfLastStateChange=\"20260101%02d%02d00.000000-000\"\n",
                i % 2 ? 2 : 9, i / 60, i % 60, i % 2 ? 2 : 9, i / 60, i % 60);
        Sleep(5);
    }
    for (int i = 0; i < 100; ++i)
        outside_hear(i % 2 ? "OnStateChange(Running)" : "OnStateChange(Paused)");
    outside_hear_nothing();
    client_release(machine);
}

/* What no Hyper-V says, and no crash, event or fault comes of: numbers that are none or too large, dates that are none, texts for
 * numbers, arrays for values, megabytes. */
static void test_nonsense(void **state)
{
    static const char *const nonsense[] = {"EnabledState=2147483647", "EnabledState=-2147483648",
            "EnabledState=\"99999999999999999999\"", "EnabledState=\"running\"",
            "EnabledState=1 OtherEnabledState=\"x\"*900000", "RequestedState=\"-11\"",
            "HealthState=\"18446744073709551615\"", "OperationalStatus=[-1,2147483647]", "OperationalStatus=\"low\"",
            "OperationalStatus=[]", "OnTimeInMilliseconds=\"-9223372036854775809\"",
            "OnTimeInMilliseconds=\"18446744073709551616\"", "TimeOfLastStateChange=\"99999999999999.999999+999\"",
            "TimeOfLastStateChange=\"*\"*900000", "TimeOfLastConfigurationChange=\"00000000000000.000000:000\"",
            "TimeOfLastConfigurationChange=\"20260101\"", "EnhancedSessionModeState=\"2; DROP TABLE\""};
    IDispatch *machine;

    (void)state;
    say_machines();
    machine = outside_open(L"hyperv:Web");
    for (UINT i = 0; i < ARRAYSIZE(nonsense); ++i)
    {
        stage_say_format("0 is Msvm_ComputerSystem Name=\"" WEB
                         "\" ElementName=\"Web\" %s\n"
                         "0 tells modified Msvm_ComputerSystem Name=\"" WEB "\" ElementName=\"Web\" %s\n",
                nonsense[i], nonsense[i]);
        outside_await_query(HV_CLASS_SYSTEM);
    }
    stage_say("0 tells modified Msvm_ComputerSystem Name=\"" WEB
              "x\" EnabledState=3\n"
              "0 tells modified Msvm_ComputerSystem Name=\"x\"*900000 EnabledState=3\n"
              "0 tells created Msvm_ComputerSystem EnabledState=3\n"
              "0 tells modified Msvm_VirtualSystemSettingData VirtualSystemIdentifier=\"" WEB
              "\" VirtualSystemType=7\n"
              "0 is Msvm_HeartbeatComponent SystemName=\"" WEB
              "\" EnabledState=\"on\" OperationalStatus=[\"13\"]\n"
              "0 is Msvm_ConcreteJob InstanceID=\"J\"*900000 JobType=16\n"
              "0 is Msvm_ConcreteJob InstanceID=\"J\\\"} WHERE 1=1\" JobType=16\n"
              "0 is Msvm_ConcreteJob InstanceID=\"J2\" JobType=\"99999999999999999999\"\n"
              "0 is Msvm_StorageAllocationSettingData InstanceID=\"Microsoft:" WEB
              "\\\\D0\" ResourceSubType=\"x\"*900000 "
              "HostResource=[\"C:\\\\a.iso\"]\n"
              "0 is Msvm_StorageAllocationSettingData InstanceID=\"Microsoft:" WEB
              "\\\\D1\" ResourceSubType="
              "\"Microsoft:Hyper-V:Virtual CD/DVD Disk\" HostResource=7\n");
    outside_await_query(HV_CLASS_HEARTBEAT);
    outside_await_query(HV_CLASS_MEDIA);
    outside_await_query(HV_CLASS_JOB);
    outside_await_connection(machine, true, "");
    outside_await_state(machine, "Running");
    outside_hear_nothing();
    change_state(WEB, 9);
    outside_hear("OnStateChange(Paused)");
    client_release(machine);
}

/* Names are what they are: in an event as they were said, in an error as what they are. */
static void test_markup_in_names(void **state)
{
    IDispatch *machine;

    (void)state;
    say_machines();
    stage_say(
            "0 is Msvm_ComputerSystem Name=\"C0FFEE00-1234-4ABC-8DEF-0123456789AC\" "
            "ElementName=\"<b>O'Neill\\\\'s</b>\" "
            "EnabledState=2");
    machine = outside_open(L"hyperv:<B>o'neill\\'s</b>");
    outside_await_state(machine, "Running");
    stage_say(
            "0 is Msvm_StorageAllocationSettingData "
            "InstanceID=\"Microsoft:C0FFEE00-1234-4ABC-8DEF-0123456789AC\\\\D1\" "
            "ResourceSubType=\"Microsoft:Hyper-V:Virtual CD/DVD Disk\" "
            "HostResource=[\"C:\\\\<script>'&quot;\\\\%s%n.iso\"]");
    outside_hear("DVD.OnMediaInsert(C:\\<script>'&quot;\\%s%n.iso)");
    client_release(machine);
    expect_refusal(L"hyperv:' OR ElementName LIKE '%", L"Hyper-V shows no machine \"' OR ElementName LIKE '%\"", L"");
    expect_refusal(L"hyperv:a\x1b[2J\x202e", L"\"a<U+001B>[2J<U+202E>\"", L"");
}

/* The path of a file that is not there. */
static void path_of_recording(WCHAR path[MAX_PATH])
{
    CHECK(GetTempPathW(MAX_PATH - 32, path));
    swprintf(path + wcslen(path), 32, L"vmevents-%lu.txt", (unsigned long)GetCurrentProcessId());
    DeleteFileW(path);
}

static HANDLE start_recording(const WCHAR *address, const WCHAR *path)
{
    WCHAR command[2 * MAX_PATH + 128], program[MAX_PATH];

    CHECK(GetModuleFileNameW(NULL, program, MAX_PATH));
    *wcsrchr(program, '\\') = 0;
    *wcsrchr(program, '\\') = 0;
    swprintf(command, ARRAYSIZE(command),
            L"\"%ls\\bin\\vmwatch.exe\" %ls --record-raw \"%ls\" --replace-names --count 2", program, address, path);
    return process_start(command, NULL, NULL);
}

static void read_recording(const WCHAR *path, char *text, size_t size)
{
    FILE *file = _wfopen(path, L"rb");

    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = 0;
    fclose(file);
}

static void expect_in_order(const char *text, size_t count, const char *const *parts)
{
    const char *found = text;

    for (size_t i = 0; i < count; ++i)
    {
        if (!(found = strstr(found, parts[i])))
            fail_msg("\"%s\" is not there in its order:\n%s", parts[i], text);
    }
}

/* vmwatch records by itself, in its own process: what it writes is a conversation. */
static void test_recording(void **state)
{
    static const char *const parts[] = {"fails log ", "is Msvm_ComputerSystem Name=\"00000000-0000-0000-0000-",
            "opens hyperv:name", "EnabledState=9", "tells modified Msvm_ComputerSystem Name=\"00000000-0000-0000-0000-",
            "EnabledState=9", "EnabledState=2", "tells modified"};
    static char text[65536];
    WCHAR path[MAX_PATH];
    HANDLE process;

    (void)state;
    path_of_recording(path);
    say_machines();
    process = start_recording(L"hyperv:Web", path);
    /* Once for the machine, and once for all, which ends the beginning. */
    for (DWORD start = GetTickCount(); stage_counts()->queries[HV_CLASS_PROCESSOR] < 2; Sleep(5))
        assert_true(GetTickCount() - start < PATIENCE_MS);
    change_state(WEB, 9);
    outside_await_query(HV_CLASS_SYSTEM);
    change_state(WEB, 2);
    assert_int_equal(process_end(process, PATIENCE_MS), 0);
    read_recording(path, text, sizeof(text));
    expect_in_order(text, ARRAYSIZE(parts), parts);
    assert_null(strstr(text, "Web"));
    assert_null(strstr(text, "VMHOST01"));
    assert_null(strstr(text, "5AC1B4E8"));
    /* A file that is there is left as it is. */
    assert_int_equal(process_end(start_recording(L"hyperv:Web", path), PATIENCE_MS), 1);
    assert_true(DeleteFileW(path));
    /* And it has to be one of Hyper-V's. */
    assert_int_equal(process_end(start_recording(L"qemu:127.0.0.1:1", path), PATIENCE_MS), 1);
    assert_int_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
}

int main(void)
{
    enum
    {
        OTHERS = 9
    };
    static const char *const names[] = {"by_wmi", "deleted_without_log", "disk_space", "late", "moved", "no_hyperv",
            "no_rights", "older_windows", "polled", "service_down", "session", "stale", "states_of_version_1"};
    struct CMUnitTest tests[ARRAYSIZE(names) + OTHERS] = {
            outside_test(test_names),
            outside_test(test_one_machine_by_two_names),
            outside_test(test_service_restart),
            outside_test(test_slow_and_failing_queries),
            outside_test(test_another_computer),
            outside_test(test_quick_changes),
            outside_test(test_nonsense),
            outside_test(test_markup_in_names),
            outside_test(test_recording),
    };

    for (UINT i = 0; i < ARRAYSIZE(names); ++i)
        tests[OTHERS + i] = (struct CMUnitTest){names[i], play, outside_setup, outside_teardown, (void *)names[i]};
    return cmocka_run_group_tests_name(
            "Hyper-V through a pretended WMI", tests, outside_setup_group, outside_teardown_group);
}

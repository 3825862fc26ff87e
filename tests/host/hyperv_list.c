/* The machines that Hyper-V has, as Available of vmhost.exe and vmwatch --list tell them, through a WMI that is pretended. */
#include "hyperv/outside.h"
#include "watch/program.h"

#include <wchar.h>

#define WEB "5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90"
#define TWIN "1B7D0C36-90E2-4D8A-8F13-5C2E7A9B4D01"
#define OTHER_TWIN "C0FFEE00-1234-4ABC-8DEF-0123456789AB"

#define NO_RIGHTS L"without elevation or the group Hyper-V Administrators Windows shows none"

static void say_machines(void)
{
    stage_say(
            "0 is Msvm_ComputerSystem Name=\"VMHOST01\" ElementName=\"VMHOST01\" EnabledState=2\n"
            "0 is Msvm_ComputerSystem Name=\"" WEB
            "\" ElementName=\"Web\" EnabledState=2\n"
            "0 is Msvm_ComputerSystem Name=\"" TWIN
            "\" ElementName=\"Twin\" EnabledState=32769\n"
            "0 is Msvm_ComputerSystem Name=\"" OTHER_TWIN
            "\" ElementName=\"twin\" EnabledState=3 OperationalStatus=[2,32772]\n");
}

static IDispatch *get_available(void)
{
    VARIANT result;
    struct outcome outcome = client_call(outside_host(), L"Available", &result, 0, NULL);

    if (FAILED(outcome.hr))
        fail_msg("Available: %lx, %ls", (unsigned long)outcome.hr, outcome.description);
    assert_int_equal(V_VT(&result), VT_DISPATCH);
    return V_DISPATCH(&result);
}

static void expect_count(LONG count)
{
    IDispatch *available = get_available();
    VARIANT result;

    assert_int_equal(client_call(available, L"Count", &result, 0, NULL).hr, S_OK);
    assert_int_equal(V_I4(&result), count);
    client_release(available);
}

static void expect_text(IDispatch *item, const WCHAR *property, const WCHAR *text)
{
    VARIANT result;

    assert_int_equal(client_call(item, property, &result, 0, NULL).hr, S_OK);
    assert_int_equal(V_VT(&result), VT_BSTR);
    if (wcscmp(V_BSTR(&result) ? V_BSTR(&result) : L"", text))
        fail_msg("%ls is \"%ls\" in place of \"%ls\"", property, V_BSTR(&result), text);
    VariantClear(&result);
}

/* The machine of that index says so of itself. */
static void expect_machine(
        VARIANT index, const WCHAR *address, const WCHAR *name, VMVMState state, const WCHAR *machine)
{
    IDispatch *available = get_available(), *item;
    VARIANT result;

    assert_int_equal(client_call(available, L"Item", &result, 1, &index).hr, S_OK);
    item = V_DISPATCH(&result);
    client_release(available);
    expect_text(item, L"Address", address);
    expect_text(item, L"Name", name);
    assert_int_equal(client_call(item, L"State", &result, 0, NULL).hr, S_OK);
    assert_int_equal(V_I4(&result), state);
    expect_text(item, L"Machine", machine);
    VariantClear(&index);
    client_release(item);
}

static void expect_failure(HRESULT hr, const WCHAR *part)
{
    VARIANT result;
    struct outcome outcome = client_call(outside_host(), L"Available", &result, 0, NULL);

    assert_int_equal(outcome.hr, hr);
    assert_true(!wcscmp(outcome.source, L"VMEvents.Host"));
    if (!has(outcome.description, part))
        fail_msg("\"%ls\" does not say \"%ls\"", outcome.description, part);
}

/* The lines that vmwatch writes have to be these, up to a NULL. */
static void expect_lines(const WCHAR *arguments, const char *const *lines)
{
    struct program program = {0};
    char line[LINE_MAX_LENGTH];

    program_start(&program, arguments);
    for (; *lines; ++lines)
    {
        assert_true(program_read_line(&program, line));
        assert_string_equal(line, *lines);
    }
    assert_false(program_read_line(&program, line));
    assert_int_equal(program_end(&program), 0);
}

/* vmwatch writes no more than the heading, and what is wrong to standard error. */
static void expect_complaint(const char *part)
{
    static const char *const lines[] = {"NAME  STATE          ADDRESS", NULL};
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    HANDLE before = GetStdHandle(STD_ERROR_HANDLE), read, write;
    char text[LINE_MAX_LENGTH];
    DWORD length;

    CHECK(CreatePipe(&read, &write, &inherited, 0));
    CHECK(SetHandleInformation(read, HANDLE_FLAG_INHERIT, 0));
    CHECK(SetStdHandle(STD_ERROR_HANDLE, write));
    expect_lines(L"--list", lines);
    CHECK(SetStdHandle(STD_ERROR_HANDLE, before));
    CloseHandle(write);
    CHECK(ReadFile(read, text, sizeof(text) - 1, &length, NULL));
    CloseHandle(read);
    text[length] = 0;
    if (!strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

/* All but the computer itself, each with its state, as far as nothing is known of it from before. */
static void test_machines(void **state)
{
    VARIANT unknown = value_bstr(L"Mail");
    IDispatch *available;

    (void)state;
    say_machines();
    expect_count(3);
    expect_machine(value_bstr(L"web"), L"hyperv:{" WEB L"}", L"Web", vmVMState_Running, L"");
    expect_machine(value_bstr(L"hyperv:{" TWIN L"}"), L"hyperv:{" TWIN L"}", L"Twin", vmVMState_Saved, L"");
    expect_machine(value_bstr(L"hyperv:{" OTHER_TWIN L"}"), L"hyperv:{" OTHER_TWIN L"}", L"twin",
            vmVMState_MergingDrives, L"");
    available = get_available();
    assert_int_equal(client_call(available, L"Item", NULL, 1, &unknown).hr, DISP_E_BADINDEX);
    VariantClear(&unknown);
    client_release(available);
    /* Nothing is kept. */
    stage_await_end();
    stage_say("0 gone Msvm_ComputerSystem " TWIN);
    expect_count(2);
}

/* Which of them the host has is told, whatever they were opened by and are called by now. */
static void test_open_machines(void **state)
{
    IDispatch *by_name, *by_guid;

    (void)state;
    say_machines();
    by_name = outside_open(L"hyperv:web");
    by_guid = outside_open(L"hyperv:{" TWIN L"}");
    expect_machine(value_bstr(L"hyperv:{" WEB L"}"), L"hyperv:{" WEB L"}", L"Web", vmVMState_Running, L"Web0");
    stage_say("0 is Msvm_ComputerSystem Name=\"" WEB
              "\" ElementName=\"Shop\" EnabledState=9\n"
              "0 is Msvm_ComputerSystem Name=\"" OTHER_TWIN "\" ElementName=\"Web\" EnabledState=3\n");
    expect_machine(value_bstr(L"Shop"), L"hyperv:{" WEB L"}", L"Shop", vmVMState_Paused, L"Web0");
    expect_machine(value_bstr(L"Twin"), L"hyperv:{" TWIN L"}", L"Twin", vmVMState_Saved, L"Web1");
    expect_machine(value_bstr(L"Web"), L"hyperv:{" OTHER_TWIN L"}", L"Web", vmVMState_TurnedOff, L"");
    client_remove_machine(outside_host(), L"Web0");
    expect_machine(value_bstr(L"Shop"), L"hyperv:{" WEB L"}", L"Shop", vmVMState_Paused, L"");
    client_release(by_name);
    client_release(by_guid);
}

static void test_no_rights(void **state)
{
    (void)state;
    expect_failure(
            E_ACCESSDENIED, L"nothing of Hyper-V is to be seen, not even its entry of this computer; " NO_RIGHTS);
    expect_complaint("vmwatch: machines that could be opened are not listed: nothing of Hyper-V is to be seen");
    say_machines();
    stage_say("0 fails connect 80041003");
    expect_failure(E_ACCESSDENIED, L"WMI refuses the user that the host runs as (0x80041003); " NO_RIGHTS);
    stage_say("0 fails connect 0\n0 fails query:Msvm_ComputerSystem 80041001");
    expect_failure(E_FAIL, L"WMI does not tell which machines Hyper-V has (0x80041001)");
    stage_say("0 fails query:Msvm_ComputerSystem 0");
    expect_count(3);
}

/* No machines, and none is no error. */
static void test_no_hyperv(void **state)
{
    static const char *const lines[] = {"NAME  STATE          ADDRESS", NULL};

    (void)state;
    stage_say("0 fails connect 8004100E");
    expect_count(0);
    stage_say("0 fails connect 80040154");
    expect_count(0);
    expect_lines(L"--list", lines);
}

/* Others do not wait for who waits. */
static DWORD WINAPI list_slowly(void *context)
{
    VARIANT result;

    (void)context;
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    CHECK(client_call(outside_host(), L"Available", &result, 0, NULL).hr == E_FAIL);
    CoUninitialize();
    return 0;
}

static void test_slow(void **state)
{
    IVMEventMachine *machine;
    VARIANT event;
    HANDLE thread;

    (void)state;
    say_machines();
    stage_say("0 slows query:Msvm_ComputerSystem 60000");
    CHECK((thread = CreateThread(NULL, 0, list_slowly, NULL, 0, NULL)) != NULL);
    for (DWORD start = GetTickCount(); !stage_counts()->queries[HV_CLASS_SYSTEM]; Sleep(5))
        assert_true(GetTickCount() - start < PATIENCE_MS);
    machine = client_create_machine(outside_host(), L"Office");
    event = value_bstr(L"OnReset");
    assert_int_equal(client_call(machine, L"Raise", NULL, 1, &event).hr, S_OK);
    VariantClear(&event);
    client_release(machine);
    assert_int_equal(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    expect_failure(E_FAIL, L"WMI does not answer within 10 seconds which machines Hyper-V has");
    assert_int_equal(WaitForSingleObject(thread, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(thread);
}

static void test_vmwatch(void **state)
{
    static const char *const lines[] = {"NAME  STATE          ADDRESS",
            "Web0  Running        hyperv:web  the event log of Hyper-V cannot be read",
            "Web   Running        hyperv:{" WEB "}  open as Web0", "Twin  Saved          hyperv:{" TWIN "}  not open",
            "twin  MergingDrives  hyperv:{" OTHER_TWIN "}  not open", NULL};
    static const char *const objects[] = {
            "{\"name\":\"Web\",\"state\":5,\"stateName\":\"vmVMState_Running\",\"address\":\"hyperv:{" WEB
            "}\",\"machine\":\"\"}",
            "{\"name\":\"Twin\",\"state\":2,\"stateName\":\"vmVMState_Saved\",\"address\":\"hyperv:{" TWIN
            "}\",\"machine\":\"\"}",
            "{\"name\":\"twin\",\"state\":9,\"stateName\":\"vmVMState_MergingDrives\",\"address\":\"hyperv:{" OTHER_TWIN
            "}\",\"machine\":\"\"}",
            NULL};
    struct program program = {0};
    char line[LINE_MAX_LENGTH];
    IDispatch *machine;

    (void)state;
    say_machines();
    expect_lines(L"--list --json", objects);
    machine = outside_open(L"hyperv:web");
    program_start(&program, L"--list");
    for (const char *const *expected = lines; *expected; ++expected)
    {
        assert_true(program_read_line(&program, line));
        /* Of a fault its beginning. */
        line[strlen(*expected)] = 0;
        assert_string_equal(line, *expected);
    }
    assert_false(program_read_line(&program, line));
    assert_int_equal(program_end(&program), 0);
    client_release(machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            outside_test(test_machines),
            outside_test(test_open_machines),
            outside_test(test_no_rights),
            outside_test(test_no_hyperv),
            outside_test(test_slow),
            outside_test(test_vmwatch),
    };

    return cmocka_run_group_tests_name(
            "Hyper-V's machines in a list", tests, outside_setup_group, outside_teardown_group);
}

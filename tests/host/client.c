#include "client.h"

#include "support/process.h"

#include <stdarg.h>
#include <tlhelp32.h>
#include <wchar.h>

#define READY_EVENT L"vmevents test child is ready"

static DWORD run(WCHAR *command)
{
    return process_end(process_start(command, NULL, NULL), 30 * PATIENCE_MS);
}

static void program_command(WCHAR *command, size_t size, const WCHAR *arguments)
{
    WCHAR path[MAX_PATH];

    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH) < MAX_PATH);
    swprintf(command, size, L"\"%ls\" %ls", path, arguments);
}

DWORD program_run(const WCHAR *arguments)
{
    WCHAR command[MAX_PATH + 64];

    program_command(command, ARRAYSIZE(command), arguments);
    return run(command);
}

/* The test lies in tests/, the host in bin/ beside it. */
static DWORD run_host(const WCHAR *option)
{
    WCHAR path[MAX_PATH], command[MAX_PATH + 64];

    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH) < MAX_PATH);
    *wcsrchr(path, '\\') = 0;
    *wcsrchr(path, '\\') = 0;
    swprintf(command, ARRAYSIZE(command), L"\"%ls\\bin\\vmhost.exe\" %ls", path, option);
    return run(command);
}

int client_setup(void **state)
{
    (void)state;
    assert_int_equal(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    assert_int_equal(run_host(L"/regserver"), 0);
    return 0;
}

int client_teardown(void **state)
{
    client_await_no_host(state);
    assert_int_equal(run_host(L"/unregserver"), 0);
    CoUninitialize();
    return 0;
}

/* How many host processes run; *threads is how many threads they have. */
static UINT count_hosts(UINT *threads)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof(entry)};
    HANDLE processes = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    UINT count = 0;

    *threads = 0;
    assert_true(processes != INVALID_HANDLE_VALUE);
    for (BOOL found = Process32FirstW(processes, &entry); found; found = Process32NextW(processes, &entry))
    {
        if (_wcsicmp(entry.szExeFile, L"vmhost.exe"))
            continue;
        ++count;
        *threads += entry.cntThreads;
    }
    CloseHandle(processes);
    return count;
}

UINT client_count_hosts(void)
{
    UINT threads;

    return count_hosts(&threads);
}

UINT client_count_host_threads(void)
{
    UINT threads;

    assert_int_equal(count_hosts(&threads), 1);
    return threads;
}

int client_await_no_host(void **state)
{
    DWORD start = GetTickCount();

    (void)state;
    while (client_count_hosts())
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("a host process is still there");
        Sleep(20);
    }
    return 0;
}

IVMEventHost *client_create_host(void)
{
    IVMEventHost *host;

    assert_int_equal(
            CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&host), S_OK);
    return host;
}

IVMEventMachine *client_create_machine(IVMEventHost *host, const WCHAR *name)
{
    BSTR string = SysAllocString(name);
    IVMEventMachine *machine;

    assert_int_equal(IVMEventHost_CreateMachine(host, string, &machine), S_OK);
    SysFreeString(string);
    return machine;
}

IVMEventMachine *client_find_machine(IVMEventHost *host, const WCHAR *name)
{
    BSTR string = SysAllocString(name);
    IVMEventMachine *machine;

    CHECK(IVMEventHost_FindMachine(host, string, &machine) == S_OK);
    SysFreeString(string);
    return machine;
}

void client_remove_machine(IVMEventHost *host, const WCHAR *name)
{
    BSTR string = SysAllocString(name);

    assert_int_equal(IVMEventHost_RemoveMachine(host, string), S_OK);
    SysFreeString(string);
}

VMVMState client_find_state(IVMEventHost *host, const WCHAR *name)
{
    VARIANT arg = value_bstr(name), machine, state;

    assert_int_equal(client_call(host, L"FindMachine", &machine, 1, &arg).hr, S_OK);
    assert_int_equal(client_call(V_DISPATCH(&machine), L"State", &state, 0, NULL).hr, S_OK);
    VariantClear(&machine);
    return (VMVMState)V_I4(&state);
}

void client_release(void *object)
{
    IUnknown_Release((IUnknown *)object);
}

static void note_exception(struct outcome *outcome, EXCEPINFO *exception)
{
    outcome->hr = exception->scode;
    if (exception->bstrSource)
        swprintf(outcome->source, ARRAYSIZE(outcome->source), L"%ls", exception->bstrSource);
    if (exception->bstrDescription)
        swprintf(outcome->description, ARRAYSIZE(outcome->description), L"%ls", exception->bstrDescription);
    SysFreeString(exception->bstrSource);
    SysFreeString(exception->bstrDescription);
    SysFreeString(exception->bstrHelpFile);
}

struct outcome client_call(void *object, const WCHAR *name, VARIANT *result, UINT count, const VARIANT *args)
{
    return client_call_in(LOCALE_USER_DEFAULT, object, name, result, count, args);
}

struct outcome client_call_in(
        LCID lcid, void *object, const WCHAR *name, VARIANT *result, UINT count, const VARIANT *args)
{
    struct outcome outcome = {0};
    EXCEPINFO exception = {0};
    VARIANT reversed[8];
    DISPPARAMS params = {reversed, NULL, count, 0};
    IDispatch *dispatch;
    DISPID id;

    assert_int_equal(IUnknown_QueryInterface((IUnknown *)object, &IID_IDispatch, (void **)&dispatch), S_OK);
    assert_int_equal(IDispatch_GetIDsOfNames(dispatch, &IID_NULL, (WCHAR **)&name, 1, LOCALE_USER_DEFAULT, &id), S_OK);
    for (UINT i = 0; i < count; ++i)
        reversed[count - 1 - i] = args[i];
    if (result)
        VariantInit(result);
    outcome.hr = IDispatch_Invoke(
            dispatch, id, &IID_NULL, lcid, DISPATCH_METHOD | DISPATCH_PROPERTYGET, &params, result, &exception, NULL);
    if (outcome.hr == DISP_E_EXCEPTION)
        note_exception(&outcome, &exception);
    IDispatch_Release(dispatch);
    return outcome;
}

VARIANT value_i4(LONG number)
{
    VARIANT value;

    V_VT(&value) = VT_I4;
    V_I4(&value) = number;
    return value;
}

VARIANT value_missing(void)
{
    VARIANT value;

    V_VT(&value) = VT_ERROR;
    V_ERROR(&value) = DISP_E_PARAMNOTFOUND;
    return value;
}

VARIANT value_bool(bool truth)
{
    VARIANT value;

    V_VT(&value) = VT_BOOL;
    V_BOOL(&value) = truth ? VARIANT_TRUE : VARIANT_FALSE;
    return value;
}

VARIANT value_bstr(const WCHAR *string)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(string);
    return value;
}

VARIANT value_bstr_part(const WCHAR *string, UINT length)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocStringLen(string, length);
    return value;
}

void client_raise(void *machine, const WCHAR *event, UINT count, ...)
{
    VARIANT args[3] = {value_bstr(event)};
    struct outcome outcome;
    va_list list;

    va_start(list, count);
    for (UINT i = 0; i < count; ++i)
        args[1 + i] = va_arg(list, VARIANT);
    va_end(list);
    outcome = client_call(machine, L"Raise", NULL, 1 + count, args);
    if (outcome.hr != S_OK)
        fail_msg("Raise %ls: %08lx %ls", event, (unsigned long)outcome.hr, outcome.description);
}

bool has(const WCHAR *text, const WCHAR *part)
{
    if (wcsstr(text, part))
        return true;
    print_error("\"%ls\" is not in \"%ls\"\n", part, text);
    return false;
}

/* Ends the children with this process, also when a test has failed, but not what they start. */
static HANDLE children(void)
{
    static HANDLE job;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};

    if (!job)
    {
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
                | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
        assert_non_null(job = CreateJobObjectW(NULL, NULL));
        assert_true(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)));
    }
    return job;
}

HANDLE child_launch(const WCHAR *arguments)
{
    WCHAR command[MAX_PATH + 64];
    HANDLE child;

    program_command(command, ARRAYSIZE(command), arguments);
    /* No test runs in a child, and cmocka ends a process without a word then, unless it is to abort. */
    assert_true(SetEnvironmentVariableA("CMOCKA_TEST_ABORT", "1"));
    child = process_start(command, NULL, NULL);
    assert_true(SetEnvironmentVariableA("CMOCKA_TEST_ABORT", NULL));
    assert_true(AssignProcessToJobObject(children(), child));
    return child;
}

HANDLE child_start(const WCHAR *arguments)
{
    HANDLE ready = CreateEventW(NULL, FALSE, FALSE, READY_EVENT);
    HANDLE waited[2];

    assert_non_null(ready);
    waited[0] = ready;
    waited[1] = child_launch(arguments);
    assert_int_equal(WaitForMultipleObjects(2, waited, FALSE, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(ready);
    return waited[1];
}

void child_ready(void)
{
    HANDLE ready = OpenEventW(EVENT_MODIFY_STATE, FALSE, READY_EVENT);

    CHECK(ready && SetEvent(ready));
    CloseHandle(ready);
}

void child_kill(HANDLE child)
{
    assert_true(TerminateProcess(child, 1));
    assert_int_equal(WaitForSingleObject(child, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(child);
}

static const struct CMUnitTest *outer_tests;

static void run_test_in_process(void **state)
{
    WCHAR arguments[16];

    swprintf(arguments, ARRAYSIZE(arguments), L"%d", (int)((const struct CMUnitTest *)*state - outer_tests));
    assert_int_equal(program_run(arguments), 0);
    client_await_no_host(state);
}

static int run_in_processes(const struct client_tests *tests)
{
    struct CMUnitTest *outer = calloc(tests->count, sizeof(*outer));
    int code;

    assert_non_null(outer);
    outer_tests = tests->tests;
    for (size_t i = 0; i < tests->count; ++i)
        outer[i] = (struct CMUnitTest){tests->tests[i].name, run_test_in_process, NULL, NULL, (void *)&tests->tests[i]};
    code = test_run_group(tests->name, outer, tests->count, client_setup, client_teardown);
    free(outer);
    return code;
}

static int enter_apartment(void **state)
{
    (void)state;
    return CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK ? 0 : -1;
}

int client_run_tests(const struct client_tests *tests, int argc, char **argv, bool *done)
{
    const struct CMUnitTest *test;

    *done = true;
    if (argc == 1)
        return run_in_processes(tests);
    if (argv[1][0] >= '0' && argv[1][0] <= '9')
    {
        test = &tests->tests[atoi(argv[1])];
        return test_run_group(test->name, test, 1, tests->begin ? tests->begin : enter_apartment, tests->end);
    }
    *done = false;
    return 0;
}

void client_dispatch_messages(void)
{
    MSG message;

    MsgWaitForMultipleObjects(0, NULL, FALSE, 50, QS_ALLINPUT);
    while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE))
        DispatchMessageW(&message);
}

void child_expect_success(HANDLE child)
{
    assert_int_equal(process_end(child, 4 * PATIENCE_MS), 0);
}

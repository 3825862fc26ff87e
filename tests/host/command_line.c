/* vmhost.exe on the command line: what it says, its exit codes, and what they stand for. */
#include "client.h"

#include "support/process.h"

#include <string.h>
#include <wchar.h>

/* What a run of the host wrote. */
static char output[4096], errors[4096];

static void read_all(HANDLE read, char *text)
{
    DWORD size, length = 0;

    while (length < sizeof(output) - 1 && ReadFile(read, text + length, sizeof(output) - 1 - length, &size, NULL))
        length += size;
    text[length] = 0;
    CloseHandle(read);
}

/* What it writes fits into the pipes. is_read: somebody reads its output. */
static DWORD run_host_for(const WCHAR *arguments, bool is_read)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    WCHAR path[MAX_PATH], command[MAX_PATH + 2048];
    HANDLE read_output, read_errors, process;

    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH) < MAX_PATH);
    *wcsrchr(path, '\\') = 0;
    *wcsrchr(path, '\\') = 0;
    swprintf(command, ARRAYSIZE(command), L"\"%ls\\bin\\vmhost.exe\" %ls", path, arguments);
    assert_true(CreatePipe(&read_output, &startup.hStdOutput, &inherited, 0));
    assert_true(CreatePipe(&read_errors, &startup.hStdError, &inherited, 0));
    if (!is_read)
    {
        CloseHandle(read_output);
        *output = 0;
    }
    process = process_start(command, NULL, &startup);
    CloseHandle(startup.hStdOutput);
    CloseHandle(startup.hStdError);
    if (is_read)
        read_all(read_output, output);
    read_all(read_errors, errors);
    return process_end(process, PATIENCE_MS);
}

static DWORD run_host(const WCHAR *arguments)
{
    return run_host_for(arguments, true);
}

static void assert_said(const char *part)
{
    if (!strstr(output, part))
        fail_msg("\"%s\" is not in \"%s\"", part, output);
}

static void test_usage(void **state)
{
    (void)state;
    assert_int_equal(run_host(L""), 2);
    assert_said("VMEvents.Host");
    assert_said("/regserver");
}

static void test_help_and_version(void **state)
{
    static const WCHAR *const help[] = {L"--help", L"-h", L"/?", L"-?", L"/help", L"--HELP"};

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(help); ++i)
    {
        assert_int_equal(run_host(help[i]), 0);
        assert_said("usage: vmhost /regserver [/user]");
        assert_said("--version");
        assert_string_equal(errors, "");
    }
    assert_int_equal(run_host(L"--version"), 0);
    assert_string_equal(output, "vmhost (vmevents) " VMEVENTS_TEST_VERSION "\n");
    assert_string_equal(errors, "");
}

/* Whoever has read enough of it has gone, and needs no sentence about that. */
static void test_output_that_nobody_reads(void **state)
{
    (void)state;
    assert_int_equal(run_host_for(L"--help", false), 1);
    assert_string_equal(errors, "");
}

/* It is shown on one line, by a part of it, and whatever letters it has. */
static void test_strange_options(void **state)
{
    WCHAR arguments[2048] = L"/\"\n\x1b\xe4\x65e5";

    (void)state;
    for (size_t length = wcslen(arguments); length < 1500; ++length)
        arguments[length] = 'x';
    wcscat(arguments, L"\"");
    assert_int_equal(run_host(arguments), 2);
    assert_string_equal(output, "");
    assert_non_null(strstr(errors, "vmhost: there is no option /<U+000A><U+001B>\xc3\xa4\xe6\x97\xa5xxx"));
    assert_non_null(strstr(errors, "...; vmhost --help lists what there is\n"));
    assert_int_equal(strlen(errors) - 1, strchr(errors, '\n') - errors);
}

static void test_unknown_options(void **state)
{
    static const struct
    {
        const WCHAR *arguments;
        const char *said;
    } tests[] = {
            {L"/register", "/register"},
            {L"regserver", "regserver"},
            {L"/regserver /all", "/all"},
            {L"/regserver /user /user", "/user"},
            {L"-Embedding now", "now"},
    };

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(tests); ++i)
    {
        assert_int_equal(run_host(tests[i].arguments), 2);
        assert_non_null(strstr(errors, "vmhost: "));
        if (!strstr(errors, tests[i].said))
            fail_msg("\"%s\" is not in \"%s\"", tests[i].said, errors);
    }
}

static HRESULT create_host(void)
{
    IUnknown *host;
    HRESULT hr = CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IUnknown, (void **)&host);

    if (SUCCEEDED(hr))
        IUnknown_Release(host);
    return hr;
}

static void test_registration(void **state)
{
    static const WCHAR *const options[][2] = {
            {L"/regserver", L"/unregserver"},
            {L"-RegServer", L"-UNREGSERVER"},
    };

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(options); ++i)
    {
        assert_int_equal(create_host(), REGDB_E_CLASSNOTREG);
        assert_int_equal(run_host(options[i][0]), 0);
        assert_string_equal(output, "");
        assert_int_equal(create_host(), S_OK);
        client_await_no_host(state);
        assert_int_equal(run_host(options[i][1]), 0);
        assert_string_equal(output, "");
    }
}

static int setup(void **state)
{
    (void)state;
    return CoInitializeEx(NULL, COINIT_MULTITHREADED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_usage),
            cmocka_unit_test(test_help_and_version),
            cmocka_unit_test(test_output_that_nobody_reads),
            cmocka_unit_test(test_strange_options),
            cmocka_unit_test(test_unknown_options),
            cmocka_unit_test(test_registration),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}

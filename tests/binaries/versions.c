/* Every file that users get names its version in its resources, and every program answers --version and --help. */
#include "support/process.h"
#include "support/test.h"

#include <string.h>
#include <wchar.h>

#include <windows.h>

#define PATIENCE_MS 120000

static WCHAR folder[MAX_PATH];
static char output[16384];

static void set_folder(void)
{
    assert_true(GetModuleFileNameW(NULL, folder, MAX_PATH) < MAX_PATH - 16);
    *wcsrchr(folder, '\\') = 0;
    *wcsrchr(folder, '\\') = 0;
    wcscat(folder, L"\\bin");
}

/* Calls for each file of that kind with its path and its name without the ending. Returns how many there are. */
static UINT for_each_file(const WCHAR *kind, void (*check)(const WCHAR *path, const WCHAR *name))
{
    WCHAR pattern[MAX_PATH + 8], path[2 * MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;
    UINT count = 0;

    set_folder();
    swprintf(pattern, ARRAYSIZE(pattern), L"%ls\\*.%ls", folder, kind);
    if ((search = FindFirstFileW(pattern, &found)) == INVALID_HANDLE_VALUE)
        return 0;
    do
    {
        swprintf(path, ARRAYSIZE(path), L"%ls\\%ls", folder, found.cFileName);
        *wcsrchr(found.cFileName, '.') = 0;
        check(path, found.cFileName);
        ++count;
    } while (FindNextFileW(search, &found));
    FindClose(search);
    return count;
}

static void assert_string(void *resource, const WCHAR *what, const WCHAR *expected)
{
    WCHAR key[64];
    WCHAR *value;
    UINT length;

    swprintf(key, ARRAYSIZE(key), L"\\StringFileInfo\\040904b0\\%ls", what);
    if (!VerQueryValueW(resource, key, (void **)&value, &length))
        fail_msg("there is no %ls", what);
    if (wcscmp(value, expected) != 0)
        fail_msg("%ls is %ls instead of %ls", what, value, expected);
}

static void check_resource(const WCHAR *path, const WCHAR *name)
{
    static const WCHAR version[] = L"" VMEVENTS_TEST_VERSION;
    DWORD ignored, size = GetFileVersionInfoSizeW(path, &ignored);
    VS_FIXEDFILEINFO *fixed;
    void *resource = calloc(size + 1, 1);
    WCHAR text[64];
    UINT length;

    if (!size || !GetFileVersionInfoW(path, 0, size, resource)
            || !VerQueryValueW(resource, L"\\", (void **)&fixed, &length))
        fail_msg("%ls has no version", path);
    swprintf(text, ARRAYSIZE(text), L"%u.%u.%u", HIWORD(fixed->dwFileVersionMS), LOWORD(fixed->dwFileVersionMS),
            HIWORD(fixed->dwFileVersionLS));
    if (wcscmp(text, version) != 0 || fixed->dwProductVersionMS != fixed->dwFileVersionMS
            || fixed->dwProductVersionLS != fixed->dwFileVersionLS)
        fail_msg("%ls says that it is %ls, which is not %ls", path, text, version);
    assert_string(resource, L"FileVersion", version);
    assert_string(resource, L"ProductVersion", version);
    assert_string(resource, L"ProductName", L"vmevents");
    assert_string(resource, L"InternalName", name);
    free(resource);
}

static void test_resources(void **state)
{
    (void)state;
    assert_true(for_each_file(L"exe", check_resource) >= 2);
    assert_true(for_each_file(L"dll", check_resource) >= 1);
}

/* What the program prints; it has to succeed, and to complain of nothing. */
static void run(const WCHAR *path, const WCHAR *option)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    WCHAR command[2 * MAX_PATH + 32];
    DWORD code, size, length = 0;
    HANDLE read, process;

    swprintf(command, ARRAYSIZE(command), L"\"%ls\" %ls", path, option);
    assert_true(CreatePipe(&read, &startup.hStdOutput, &inherited, 0));
    startup.hStdError = startup.hStdOutput;
    process = process_start(command, NULL, &startup);
    CloseHandle(startup.hStdOutput);
    while (length < sizeof(output) - 1 && ReadFile(read, output + length, sizeof(output) - 1 - length, &size, NULL))
        length += size;
    output[length] = 0;
    CloseHandle(read);
    if ((code = process_end(process, PATIENCE_MS)))
        fail_msg("%ls: exit code %lu\n%s", command, (unsigned long)code, output);
}

static void check_answers(const WCHAR *path, const WCHAR *name)
{
    char expected[128];

    run(path, L"--version");
    snprintf(expected, sizeof(expected), "%ls (vmevents) " VMEVENTS_TEST_VERSION "\n", name);
    assert_string_equal(output, expected);
    run(path, L"--help");
    snprintf(expected, sizeof(expected), "usage: %ls ", name);
    if (strncmp(output, expected, strlen(expected)) != 0)
        fail_msg("%ls --help:\n%s", path, output);
    assert_non_null(strstr(output, "--help"));
    assert_non_null(strstr(output, "--version"));
}

static void test_answers(void **state)
{
    (void)state;
    assert_true(for_each_file(L"exe", check_answers) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_resources),
            cmocka_unit_test(test_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

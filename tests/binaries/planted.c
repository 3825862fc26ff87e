/*
 * DLLs that somebody has put into the current directory, under the names of those that a program uses: the shipped
 * programs load none of them.
 */
#include "binaries/image.h"
#include "host/client.h"
#include "support/process.h"

#include <tlhelp32.h>
#include <wchar.h>

/* Not the name of anything: whoever finds it has looked into the current directory. */
#define STRANGER L"vmevents_stranger.dll"

static WCHAR directory[MAX_PATH]; /* the current one of the programs */
static WCHAR planted[MAX_PATH];

static bool is_there(const WCHAR *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static void plant(const WCHAR *name)
{
    WCHAR path[MAX_PATH];

    swprintf(path, MAX_PATH, L"%ls\\%ls", directory, name);
    assert_true(is_there(path) || CopyFileW(planted, path, FALSE));
}

static void make_directory(WCHAR *path, const WCHAR *name)
{
    WCHAR base[MAX_PATH];

    assert_true(GetTempPathW(MAX_PATH - 64, base));
    swprintf(path, MAX_PATH, L"%lsvmevents-planted-%lu-%ls", base, (unsigned long)GetCurrentProcessId(), name);
    assert_true(CreateDirectoryW(path, NULL));
}

static void remove_directory(const WCHAR *path)
{
    WCHAR file[2 * MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;

    swprintf(file, ARRAYSIZE(file), L"%ls\\*", path);
    search = FindFirstFileW(file, &found);
    assert_true(search != INVALID_HANDLE_VALUE);
    do
    {
        swprintf(file, ARRAYSIZE(file), L"%ls\\%ls", path, found.cFileName);
        DeleteFileW(file);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    assert_true(RemoveDirectoryW(path));
}

static int setup(void **state)
{
    client_await_no_host(state);
    make_directory(directory, L"current");
    return 0;
}

static int teardown(void **state)
{
    /* A host that Wine has started is in its client's directory. */
    client_await_no_host(state);
    remove_directory(directory);
    return 0;
}

static HANDLE start(const WCHAR *program, const WCHAR *arguments)
{
    WCHAR command[2 * MAX_PATH];

    swprintf(command, ARRAYSIZE(command), L"\"%ls\" %ls", program, arguments);
    return process_start(command, directory, NULL);
}

static DWORD end_of(HANDLE process)
{
    return process_end(process, 6 * PATIENCE_MS);
}

/* Calls take with the name of each module that the process has loaded. How many there are. */
static UINT for_each_module(HANDLE process, void (*take)(const WCHAR *name))
{
    MODULEENTRY32W entry = {.dwSize = sizeof(entry)};
    UINT count = 0;
    HANDLE modules;

    /* It fails while the process has just begun, and while it loads a module. */
    modules = CreateToolhelp32Snapshot(TH32CS_SNAPMODULE, GetProcessId(process));
    for (DWORD begun = GetTickCount(); modules == INVALID_HANDLE_VALUE; Sleep(10))
    {
        assert_true(GetTickCount() - begun < PATIENCE_MS);
        modules = CreateToolhelp32Snapshot(TH32CS_SNAPMODULE, GetProcessId(process));
    }
    for (BOOL found = Module32FirstW(modules, &entry); found; found = Module32NextW(modules, &entry), ++count)
        take(entry.szModule);
    CloseHandle(modules);
    return count;
}

static bool has_library;
static const WCHAR *library_name;

static void look_for_library(const WCHAR *name)
{
    has_library = has_library || !_wcsicmp(name, library_name);
}

/* Returns when the process has loaded that DLL. */
static void await_library(HANDLE process, const WCHAR *name)
{
    has_library = false;
    library_name = name;
    for (DWORD begun = GetTickCount(); !has_library; Sleep(20))
    {
        assert_true(GetTickCount() - begun < PATIENCE_MS);
        for_each_module(process, look_for_library);
    }
}

static void plant_library(const WCHAR *name)
{
    if (!_wcsicmp(name + wcslen(name) - 4, L".dll"))
        plant(name);
}

/* Has the process load a DLL by its name alone. */
static void load_in(HANDLE process, const WCHAR *name)
{
    FARPROC load = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "LoadLibraryW");
    SIZE_T size = (wcslen(name) + 1) * sizeof(*name);
    void *remote = VirtualAllocEx(process, NULL, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    HANDLE thread;

    assert_non_null(remote);
    assert_true(WriteProcessMemory(process, remote, name, size, NULL));
    thread = CreateRemoteThread(process, NULL, 0, (LPTHREAD_START_ROUTINE)(ULONG_PTR)load, remote, 0, NULL);
    assert_non_null(thread);
    assert_int_equal(WaitForSingleObject(thread, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(thread);
}

static void assert_nothing_was_loaded(void)
{
    WCHAR pattern[MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;

    swprintf(pattern, MAX_PATH, L"%ls\\*.loaded", directory);
    search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    FindClose(search);
    fail_msg("%ls comes from the current directory", found.cFileName);
}

/* That the trap works at all: a program that says nothing about directories is caught in it. */
static void test_stranger_is_found_by_others(void **state)
{
    WCHAR self[MAX_PATH], mark[MAX_PATH];

    (void)state;
    assert_true(GetModuleFileNameW(NULL, self, MAX_PATH));
    plant(STRANGER);
    assert_int_equal(end_of(start(self, STRANGER)), 0);
    swprintf(mark, MAX_PATH, L"%ls\\%ls.loaded", directory, STRANGER);
    assert_true(is_there(mark));
}

/* Without its DLL beside it vmwatch does not take another. */
static void test_vmwatch_without_its_library(void **state)
{
    WCHAR program[MAX_PATH], folder[MAX_PATH], copy[MAX_PATH];

    (void)state;
    make_directory(folder, L"program");
    image_path("vmwatch.exe", program);
    swprintf(copy, MAX_PATH, L"%ls\\vmwatch.exe", folder);
    assert_true(CopyFileW(program, copy, FALSE));
    plant(L"vmevents.dll");
    assert_int_equal(end_of(start(copy, L"Office --timeout 1")), 1);
    assert_nothing_was_loaded();
    remove_directory(folder);
}

/* The first run shows which names there are, the second has all of them in its current directory. */
static void test_vmwatch(void **state)
{
    WCHAR program[MAX_PATH];
    IVMEventHost *host;
    HANDLE process;

    image_path("vmwatch.exe", program);
    for (UINT run = 0; run < 2; ++run)
    {
        process = start(program, L"Office");
        await_library(process, L"vmevents.dll");
        plant(STRANGER);
        load_in(process, STRANGER);
        assert_true(for_each_module(process, plant_library) > 5);
        /* Without its machine it ends, with an error. */
        host = client_create_host();
        client_remove_machine(host, L"Office");
        client_release(host);
        assert_int_equal(end_of(process), 1);
        assert_nothing_was_loaded();
        client_await_no_host(state);
    }
}

static void get_server_key(WCHAR *key, size_t size)
{
    WCHAR clsid[40];

    assert_true(StringFromGUID2(&CLSID_VMEventHost, clsid, ARRAYSIZE(clsid)));
    swprintf(key, size, L"CLSID\\%ls\\LocalServer32", clsid);
}

static void set_server(const WCHAR *path)
{
    WCHAR key[64];

    get_server_key(key, ARRAYSIZE(key));
    assert_int_equal(RegSetKeyValueW(HKEY_CLASSES_ROOT, key, NULL, REG_SZ, path, (wcslen(path) + 1) * sizeof(*path)),
            ERROR_SUCCESS);
}

/* The host that was started by hand. It takes a while until it offers its class, and COM is kept from starting another
 * meanwhile: what is registered is not there. */
static IVMEventHost *await_host(void)
{
    IVMEventHost *host = NULL;
    WCHAR key[64], path[2 * MAX_PATH];
    DWORD size = sizeof(path), begun = GetTickCount();

    get_server_key(key, ARRAYSIZE(key));
    assert_int_equal(RegGetValueW(HKEY_CLASSES_ROOT, key, NULL, RRF_RT_REG_SZ, NULL, path, &size), ERROR_SUCCESS);
    set_server(L"C:\\vmevents-nowhere\\vmhost.exe");
    while (FAILED(CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&host))
            && GetTickCount() - begun < PATIENCE_MS)
        Sleep(20);
    set_server(path);
    assert_non_null(host);
    return host;
}

static void test_vmhost(void **state)
{
    WCHAR program[MAX_PATH];
    IVMEventHost *host;
    IVMEventMachine *machine;
    HANDLE process;

    image_path("vmhost.exe", program);
    for (UINT run = 0; run < 2; ++run)
    {
        process = start(program, L"-Embedding");
        host = await_host();
        machine = client_create_machine(host, L"Office");
        client_raise(machine, L"OnReset", 0);
        plant(STRANGER);
        load_in(process, STRANGER);
        assert_true(for_each_module(process, plant_library) > 5);
        client_remove_machine(host, L"Office");
        client_release(machine);
        client_release(host);
        assert_int_equal(end_of(process), 0);
        assert_nothing_was_loaded();
        client_await_no_host(state);
    }
}

/* What it loads itself is the library of Windows' sessions. */
static void test_vmguest(void **state)
{
    WCHAR program[MAX_PATH];
    HANDLE process;

    (void)state;
    image_path("vmguest.exe", program);
    for (UINT run = 0; run < 2; ++run)
    {
        process = start(program, L"/console");
        await_library(process, L"wtsapi32.dll");
        plant(STRANGER);
        load_in(process, STRANGER);
        assert_true(for_each_module(process, plant_library) > 4);
        assert_true(TerminateProcess(process, 0));
        assert_int_equal(end_of(process), 0);
        assert_nothing_was_loaded();
    }
}

static int group_setup(void **state)
{
    WCHAR path[MAX_PATH];

    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH));
    wcscpy(wcsrchr(path, '\\') + 1, L"planted_library.dll");
    wcscpy(planted, path);
    return client_setup(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_stranger_is_found_by_others, setup, teardown),
            cmocka_unit_test_setup_teardown(test_vmwatch_without_its_library, setup, teardown),
            cmocka_unit_test_setup_teardown(test_vmwatch, setup, teardown),
            cmocka_unit_test_setup_teardown(test_vmhost, setup, teardown),
            cmocka_unit_test_setup_teardown(test_vmguest, setup, teardown),
    };

    if (argc == 2)
        return LoadLibraryA(argv[1]) ? 0 : 1;
    return cmocka_run_group_tests_name("planted libraries", tests, group_setup, client_teardown);
}

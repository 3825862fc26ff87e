#include "installed.h"

#include <wchar.h>

#include "support/bits32.h"
#include "support/process.h"

#define LONGEST_PATH 1024

const WCHAR *const build_names[] = {L"win64", L"win32"};
const REGSAM views[] = {KEY_WOW64_64KEY, KEY_WOW64_32KEY};

/* Wine's marshaler reads the library's path in the ANSI code page, so only the dll can have letters beyond it. */
static const WCHAR *const dll_directories[] = {L"\u8a66\u9a13 win64", L"\u8a66\u9a13 win32"};
static const WCHAR *const host_directories[] = {L"h\u00f4te win64", L"h\u00f4te win32"};

static const WCHAR second_directory[] = L"second copy";

static WCHAR directory[LONGEST_PATH];
bool both_bitnesses, second_copy;

static DWORD run(const WCHAR *format, ...)
{
    WCHAR command[4 * LONGEST_PATH];
    DWORD code;
    va_list args;

    va_start(args, format);
    _vsnwprintf(command, ARRAYSIZE(command), format, args);
    va_end(args);
    if ((code = process_end(process_start(command, NULL, NULL), 240000)))
        fprintf(stderr, "%ls: exit code %lu\n", command, code);
    return code;
}

/* Where Windows has its own programs of that bitness. */
static const WCHAR *system_directory(enum bitness bitness)
{
    static WCHAR path[MAX_PATH];

    GetWindowsDirectoryW(path, ARRAYSIZE(path) - 16);
    wcscat(path, bitness == OWN_BITNESS ? L"\\system32" : L"\\syswow64");
    return path;
}

DWORD regsvr32(enum bitness bitness, const WCHAR *options)
{
    return run(L"%ls\\regsvr32.exe /s %ls \"%ls\\%ls\\vmevents.dll\"", system_directory(bitness), options, directory,
            second_copy ? second_directory : dll_directories[bitness]);
}

DWORD vmhost(enum bitness bitness, const WCHAR *options)
{
    return run(L"\"%ls\\%ls\\vmhost.exe\" %ls", directory,
            second_copy ? second_directory : host_directories[bitness], options);
}

bool script_can_make_a_sink(enum bitness bitness)
{
    return !run(L"%ls\\cscript.exe //nologo \"%ls\\make.js\"", system_directory(bitness), directory);
}

/* The directory that the build has put this bitness's binaries into. */
static void find_binaries(enum bitness bitness, WCHAR *path)
{
    WCHAR *end;

    GetModuleFileNameW(NULL, path, LONGEST_PATH - 32);
    for (int up = bitness == OWN_BITNESS ? 2 : 3; up; --up)
    {
        assert_non_null(end = wcsrchr(path, '\\'));
        *end = 0;
    }
    if (bitness != OWN_BITNESS)
        swprintf(end, 16, L"\\%ls", build_names[bitness]);
    wcscat(path, L"\\bin");
}

static bool copy_binary(enum bitness bitness, const WCHAR *name, const WCHAR *subdirectory)
{
    WCHAR from[LONGEST_PATH], to[LONGEST_PATH];

    find_binaries(bitness, from);
    wcscat(from, L"\\");
    wcscat(from, name);
    swprintf(to, ARRAYSIZE(to), L"%ls\\%ls", directory, subdirectory);
    CreateDirectoryW(to, NULL);
    wcscat(to, L"\\");
    wcscat(to, name);
    return CopyFileW(from, to, FALSE);
}

static bool copy_binaries(enum bitness bitness)
{
    return copy_binary(bitness, L"vmevents.dll", dll_directories[bitness]) &&
            copy_binary(bitness, L"vmhost.exe", host_directories[bitness]);
}

static void write_file(const WCHAR *name, const char *text)
{
    WCHAR path[LONGEST_PATH];
    FILE *file;

    swprintf(path, ARRAYSIZE(path), L"%ls\\%ls", directory, name);
    assert_non_null(file = _wfopen(path, L"wb"));
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void write_scripts(void)
{
    static const char script[] = "var sink = new ActiveXObject(\"VMEvents.Sink\");\r\n"
                                 "WScript.Quit(sink.Received === 0 ? 0 : 1);\r\n";
    write_file(L"make.js", script);
    write_file(L"nothing.js", "\r\n");
}

/* What a test that was interrupted may have left. */
static void unregister_all(void)
{
    for (int bitness = 0; bitness < 2; ++bitness)
    {
        if (bitness != OWN_BITNESS && (!both_bitnesses || second_copy))
            continue;
        regsvr32(bitness, L"/u");
        regsvr32(bitness, L"/u /n /i:user");
        vmhost(bitness, L"/unregserver");
        vmhost(bitness, L"/unregserver /user");
    }
}

int install(void **state)
{
    WCHAR temporary[MAX_PATH];

    (void)state;
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    GetTempPathW(ARRAYSIZE(temporary), temporary);
    swprintf(directory, ARRAYSIZE(directory), L"%lsvmevents Pr\u00fcfung %lu", temporary, GetCurrentProcessId());
    assert_true(CreateDirectoryW(directory, NULL));
    assert_true(copy_binaries(OWN_BITNESS));
    assert_true(copy_binary(OWN_BITNESS, L"vmevents.dll", second_directory));
    assert_true(copy_binary(OWN_BITNESS, L"vmhost.exe", second_directory));
    both_bitnesses = OWN_BITNESS == BITS_64 && copy_binaries(BITS_32) && bits32_run();
    write_scripts();
    unregister_all();
    /* Wine's cscript registers itself when it is run for the first time. */
    for (int bitness = 0; bitness < 2; ++bitness)
    {
        if (bitness == OWN_BITNESS || both_bitnesses)
            run(L"%ls\\cscript.exe //nologo \"%ls\\nothing.js\"", system_directory(bitness), directory);
    }
    return 0;
}

/* A host ends a little after its last client. */
static void delete_file(const WCHAR *subdirectory, const WCHAR *name)
{
    WCHAR path[LONGEST_PATH];

    swprintf(path, ARRAYSIZE(path), L"%ls\\%ls\\%ls", directory, subdirectory, name);
    for (int tries = 0; tries < 1200 && !DeleteFileW(path) && GetLastError() == ERROR_ACCESS_DENIED; ++tries)
        Sleep(100);
}

static void remove_directory(const WCHAR *subdirectory, const WCHAR *file)
{
    WCHAR path[LONGEST_PATH];

    delete_file(subdirectory, file);
    swprintf(path, ARRAYSIZE(path), L"%ls\\%ls", directory, subdirectory);
    RemoveDirectoryW(path);
}

int uninstall(void **state)
{
    (void)state;
    CoUninitialize();
    second_copy = true;
    unregister_all();
    second_copy = false;
    unregister_all();
    for (int bitness = 0; bitness < 2; ++bitness)
    {
        remove_directory(dll_directories[bitness], L"vmevents.dll");
        remove_directory(host_directories[bitness], L"vmhost.exe");
    }
    delete_file(second_directory, L"vmhost.exe");
    remove_directory(second_directory, L"vmevents.dll");
    delete_file(L".", L"make.js");
    delete_file(L".", L"nothing.js");
    assert_true(RemoveDirectoryW(directory));
    return 0;
}

static struct snapshot machine_before, user_before;

int look(void **state)
{
    (void)state;
    snapshot_take(&machine_before, HKEY_LOCAL_MACHINE);
    snapshot_take_all(&user_before, HKEY_CURRENT_USER);
    return 0;
}

bool is_as_before(void)
{
    struct snapshot machine, user;

    snapshot_take(&machine, HKEY_LOCAL_MACHINE);
    snapshot_take_all(&user, HKEY_CURRENT_USER);
    /* Both are compared, and printed, whatever the first says. */
    return snapshots_equal(&machine_before, &machine) & snapshots_equal(&user_before, &user);
}

void put(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *string)
{
    HKEY key;

    assert_int_equal(RegCreateKeyExW(root, path, 0, NULL, 0, KEY_ALL_ACCESS | view, NULL, &key, NULL), 0);
    if (string)
        assert_int_equal(RegSetValueExW(key, NULL, 0, REG_SZ, (const BYTE *)string,
                                 (DWORD)((wcslen(string) + 1) * sizeof(*string))),
                0);
    RegCloseKey(key);
}

bool exists(HKEY root, REGSAM view, const WCHAR *path)
{
    HKEY key;

    if (RegOpenKeyExW(root, path, 0, KEY_READ | view, &key))
        return false;
    RegCloseKey(key);
    return true;
}

bool class_is_registered(HKEY root, enum bitness bitness)
{
    return exists(root, views[bitness], CLASSES L"CLSID\\{70112073-6C7C-44AE-BF7B-1D398D5CCE05}\\InprocServer32");
}

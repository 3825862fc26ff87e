#include "installation.h"

#include "support/process.h"

#include <msi.h>
#include <msiquery.h>
#include <shlobj.h>
#include <wchar.h>

static WCHAR packages[PATH_LENGTH], log_file[PATH_LENGTH];

DWORD run(bool other, const WCHAR *format, ...)
{
    WCHAR command[4 * PATH_LENGTH];
    size_t used = 0;
    va_list args;

    if (*format != '"')
    {
        GetWindowsDirectoryW(command, MAX_PATH);
        wcscat(command, other ? L"\\syswow64\\" : L"\\system32\\");
        used = wcslen(command);
    }
    va_start(args, format);
    _vsnwprintf(command + used, ARRAYSIZE(command) - used, format, args);
    va_end(args);
    return process_end(process_start(command, NULL, NULL), 900000);
}

static void find_package(const WCHAR *version, WCHAR *path)
{
#ifdef _WIN64
    swprintf(path, PATH_LENGTH, L"%ls\\vmevents-%ls-x64.msi", packages, version);
#else
    swprintf(path, PATH_LENGTH, L"%ls\\vmevents-%ls-x86.msi", packages, version);
#endif
    if (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
        fail_msg("there is no %ls", path);
}

DWORD msiexec(const WCHAR *option, const WCHAR *version, const WCHAR *properties)
{
    WCHAR package[PATH_LENGTH];

    find_package(version, package);
    DeleteFileW(log_file);
    return run(false, L"msiexec.exe %ls \"%ls\" /qn /l*v \"%ls\" %ls", option, package, log_file, properties);
}

const WCHAR *installer_log(void)
{
    static WCHAR text[1 << 20];
    FILE *file = _wfopen(log_file, L"rb");
    size_t length;

    assert_non_null(file);
    length = fread(text, 1, sizeof(text) - sizeof(*text), file);
    fclose(file);
    memset((char *)text + length, 0, sizeof(*text));
    if (length > 1 && !*((char *)text + 1))
    {
        text[length / sizeof(*text)] = 0;
        return text;
    }
    /* Wine writes it in the ANSI code page. */
    char *bytes = malloc(length + 1);
    assert_non_null(bytes);
    memcpy(bytes, text, length);
    bytes[length] = 0;
    assert_true(MultiByteToWideChar(CP_ACP, 0, bytes, -1, text, ARRAYSIZE(text)));
    free(bytes);
    return text;
}

const WCHAR *machine_place(void)
{
    static WCHAR path[PATH_LENGTH];

    assert_int_equal(SHGetFolderPathW(NULL, CSIDL_PROGRAM_FILES, NULL, 0, path), S_OK);
    wcscat(path, L"\\vmevents");
    return path;
}

const WCHAR *user_place(void)
{
    static WCHAR path[PATH_LENGTH];

    assert_int_equal(SHGetFolderPathW(NULL, CSIDL_LOCAL_APPDATA, NULL, 0, path), S_OK);
    wcscat(path, L"\\Programs\\vmevents");
    return path;
}

bool file_exists(const WCHAR *folder, const WCHAR *name)
{
    WCHAR path[PATH_LENGTH];

    swprintf(path, ARRAYSIZE(path), L"%ls\\%ls", folder, name);
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

bool says(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *name, const WCHAR *string)
{
    WCHAR value[PATH_LENGTH] = L"";
    DWORD size = sizeof(value) - sizeof(*value);
    HKEY key;
    LSTATUS status;

    if (RegOpenKeyExW(root, path, 0, KEY_READ | view, &key))
        return false;
    status = RegQueryValueExW(key, name, NULL, NULL, (BYTE *)value, &size);
    RegCloseKey(key);
    return !status && !wcscmp(value, string);
}

void put(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *name, const WCHAR *string)
{
    HKEY key;

    assert_int_equal(RegCreateKeyExW(root, path, 0, NULL, 0, KEY_ALL_ACCESS | view, NULL, &key, NULL), 0);
    assert_int_equal(
            RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)string, (DWORD)((wcslen(string) + 1) * sizeof(*string))),
            0);
    RegCloseKey(key);
}

void take(HKEY root, REGSAM view, const WCHAR *path)
{
    HKEY key;

    if (RegOpenKeyExW(root, path, 0, KEY_ALL_ACCESS | view, &key))
        return;
    RegDeleteTreeW(key, NULL);
    RegCloseKey(key);
    RegDeleteKeyExW(root, path, view, 0);
}

void remember(struct registered *registered)
{
    snapshot_take(&registered->machine, HKEY_LOCAL_MACHINE);
    snapshot_take(&registered->user, HKEY_CURRENT_USER);
}

void remember_rest(struct snapshot *rest)
{
    static const WCHAR *const keys[] = {
            L"System\\CurrentControlSet\\Services",
            L"Software\\vmevents",
            L"Software\\vmguest",
            L"Software\\Wow6432Node\\vmevents",
            L"Software\\Microsoft\\Virtual Machine",
            L"Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
            L"Software\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
    };
    static const int folders[] = {
            CSIDL_PROGRAM_FILES, CSIDL_PROGRAM_FILESX86, CSIDL_COMMON_APPDATA, CSIDL_LOCAL_APPDATA};
    WCHAR path[MAX_PATH];

    memset(rest, 0, sizeof(*rest));
    for (size_t i = 0; i < ARRAYSIZE(keys); ++i)
        snapshot_add_key(rest, HKEY_LOCAL_MACHINE, keys[i]);
    snapshot_add_key(rest, HKEY_CURRENT_USER, L"Software\\vmevents");
    snapshot_add_key(rest, HKEY_CURRENT_USER, L"Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall");
    for (size_t i = 0; i < ARRAYSIZE(folders); ++i)
    {
        if (SHGetFolderPathW(NULL, folders[i], NULL, 0, path) == S_OK)
            snapshot_add_files(rest, path);
    }
    GetWindowsDirectoryW(path, ARRAYSIZE(path) - 16);
    wcscat(path, L"\\Installer");
    snapshot_add_files(rest, path);
}

bool is_still(struct registered *registered)
{
    struct registered now;

    remember(&now);
    /* Both are compared, and printed, whatever the first says. */
    return snapshots_equal(&registered->machine, &now.machine) & snapshots_equal(&registered->user, &now.user);
}

/* Whether that very version is: Wine would take out parts of another one. */
static bool is_installed(const WCHAR *version)
{
    WCHAR package[PATH_LENGTH], code[64];
    DWORD size = ARRAYSIZE(code);
    MSIHANDLE database, view, record;

    find_package(version, package);
    assert_int_equal(MsiOpenDatabaseW(package, MSIDBOPEN_READONLY, &database), 0);
    assert_int_equal(
            MsiDatabaseOpenViewW(database, L"SELECT Value FROM Property WHERE Property = 'ProductCode'", &view), 0);
    assert_int_equal(MsiViewExecute(view, 0), 0);
    assert_int_equal(MsiViewFetch(view, &record), 0);
    assert_int_equal(MsiRecordGetStringW(record, 1, code, &size), 0);
    MsiCloseHandle(record);
    MsiCloseHandle(view);
    MsiCloseHandle(database);
    return MsiQueryProductStateW(code) == INSTALLSTATE_DEFAULT;
}

void remove_installed(void)
{
    static const WCHAR *const versions[] = {NEXT_VERSION, OWN_VERSION};

    for (size_t i = 0; i < ARRAYSIZE(versions); ++i)
    {
        if (is_installed(versions[i]))
            msiexec(L"/x", versions[i], file_exists(user_place(), L"LICENSE.txt") ? FOR_USER : L"");
    }
}

bool packages_were_made(void)
{
    WCHAR *end;

    GetModuleFileNameW(NULL, packages, ARRAYSIZE(packages) - 16);
    for (int up = 0; up < 2; ++up)
    {
        if ((end = wcsrchr(packages, '\\')))
            *end = 0;
    }
    wcscat(packages, L"\\packages");
    return GetFileAttributesW(packages) != INVALID_FILE_ATTRIBUTES;
}

/* Windows Installer's own list, which Windows has always had and Wine makes with the first product. */
static void make_list_of_products(void)
{
    HKEY key;

    assert_int_equal(RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"Software\\Classes\\Installer", 0, NULL, 0,
                             KEY_WRITE | KEY_WOW64_64KEY, NULL, &key, NULL),
            0);
    RegCloseKey(key);
}

/* Newer versions of Wine have the folder for it among those that are compared: there it is from the beginning. */
static void make_log(void)
{
    FILE *file;

    GetTempPathW(ARRAYSIZE(log_file) - 32, log_file);
    swprintf(log_file + wcslen(log_file), 32, L"vmevents %lu.log", GetCurrentProcessId());
    file = _wfopen(log_file, L"wb");
    assert_non_null(file);
    fclose(file);
}

/* The folder in which programs of one user are, and which stays when there is none any more. */
static void make_users_programs(void)
{
    WCHAR path[PATH_LENGTH];

    wcscpy(path, user_place());
    *wcsrchr(path, '\\') = 0;
    CreateDirectoryW(path, NULL);
}

int begin_installing(void **state)
{
    (void)state;
    make_list_of_products();
    make_users_programs();
    make_log();
    remove_installed();
    return 0;
}

int end_installing(void **state)
{
    (void)state;
    remove_installed();
    DeleteFileW(log_file);
    return 0;
}

/* The beginning and the end of a test */

struct registered before;
static struct snapshot rest_before;

int look(void **state)
{
    (void)state;
    look_again();
    snapshot_free(&rest_before);
    remember_rest(&rest_before);
    return 0;
}

void look_again(void)
{
    snapshot_free(&before.machine);
    snapshot_free(&before.user);
    remember(&before);
}

bool nothing_is_left(void)
{
    struct snapshot rest;

    remember_rest(&rest);
    return is_still(&before) & snapshots_equal(&rest_before, &rest);
}

int take_out(void **state)
{
    (void)state;
    remove_installed();
    take(HKEY_LOCAL_MACHINE, OWN_VIEW, EVENTS);
    return 0;
}

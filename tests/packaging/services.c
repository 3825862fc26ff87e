#include "services.h"

#include "installation.h"

#include <tlhelp32.h>
#include <wchar.h>

#define ITEMS L"Software\\Microsoft\\Virtual Machine\\Guest"

static SC_HANDLE manager;

static void open_manager(void)
{
    if (!manager)
        manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    assert_non_null(manager);
}

static SC_HANDLE open_service(const WCHAR *name)
{
    open_manager();
    return OpenServiceW(manager, name, SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS | SERVICE_STOP);
}

void remove_services(void)
{
    static const WCHAR *const names[] = {L"vmguest", L"vmforward"};
    SERVICE_STATUS status;

    open_manager();
    for (size_t i = 0; i < ARRAYSIZE(names); ++i)
    {
        SC_HANDLE service = OpenServiceW(manager, names[i], SERVICE_STOP | DELETE);

        if (!service)
            continue;
        ControlService(service, SERVICE_CONTROL_STOP, &status);
        DeleteService(service);
        CloseServiceHandle(service);
    }
}

/* Waits until there is such a service that runs, or that has stopped. */
static void await_service(const WCHAR *name, DWORD state)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    SERVICE_STATUS status = {0};

    do
    {
        SC_HANDLE service = open_service(name);

        if (service)
        {
            assert_true(QueryServiceStatus(service, &status));
            CloseServiceHandle(service);
            if (status.dwCurrentState == state)
                return;
        }
        Sleep(20);
    } while (GetTickCount64() < until);
    fail_msg("%ls is in the state %lu and not %lu", name, status.dwCurrentState, state);
}

static void stop_service(const WCHAR *name)
{
    SC_HANDLE service = open_service(name);
    SERVICE_STATUS status;

    assert_non_null(service);
    assert_true(ControlService(service, SERVICE_CONTROL_STOP, &status));
    CloseServiceHandle(service);
    await_service(name, SERVICE_STOPPED);
}

/* A service that is marked for deletion is there until the last who knows of it has gone. */
static void await_no_service(const WCHAR *name)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    SC_HANDLE service;

    while ((service = open_service(name)))
    {
        CloseServiceHandle(service);
        assert_true(GetTickCount64() < until);
        Sleep(20);
    }
    assert_int_equal(GetLastError(), ERROR_SERVICE_DOES_NOT_EXIST);
}

static bool is_running(const WCHAR *program)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof(entry)};
    HANDLE processes = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    bool found = false;

    assert_true(processes != INVALID_HANDLE_VALUE);
    for (BOOL more = Process32FirstW(processes, &entry); more && !found; more = Process32NextW(processes, &entry))
        found = !wcsicmp(entry.szExeFile, program);
    CloseHandle(processes);
    return found;
}

static void await_no_process(const WCHAR *program)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;

    while (is_running(program))
    {
        assert_true(GetTickCount64() < until);
        Sleep(20);
    }
}

static void check_configuration(const WCHAR *name, const WCHAR *title, const WCHAR *command)
{
    SC_HANDLE service = open_service(name);
    BYTE buffer[8192];
    QUERY_SERVICE_CONFIGW *config = (QUERY_SERVICE_CONFIGW *)buffer;
    DWORD size;

    assert_non_null(service);
    assert_true(QueryServiceConfigW(service, config, sizeof(buffer), &size));
    CloseServiceHandle(service);
    assert_int_equal(config->dwServiceType, SERVICE_WIN32_OWN_PROCESS);
    assert_int_equal(config->dwStartType, SERVICE_AUTO_START);
    if (wcscmp(config->lpDisplayName, title) || wcsicmp(config->lpBinaryPathName, command))
        fail_msg(
                "%ls is \"%ls\" and runs %ls, not %ls", name, config->lpDisplayName, config->lpBinaryPathName, command);
}

/* What the program writes once it runs. */
static bool item_is_there(void)
{
    WCHAR value[PATH_LENGTH];
    DWORD size = sizeof(value);
    HKEY key;
    LSTATUS status;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, ITEMS, 0, KEY_READ | KEY_WOW64_64KEY, &key))
        return false;
    status = RegQueryValueExW(key, L"vmevents.guest", NULL, NULL, (BYTE *)value, &size);
    RegCloseKey(key);
    return !status;
}

static void await_item(void)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;

    while (!item_is_there())
    {
        assert_true(GetTickCount64() < until);
        Sleep(20);
    }
}

static void check_guest_runs(void)
{
    WCHAR command[PATH_LENGTH];

    swprintf(command, ARRAYSIZE(command), L"\"%ls\\bin\\vmguest.exe\" /service", machine_place());
    check_configuration(L"vmguest", L"Guest part of vmevents", command);
    await_service(L"vmguest", SERVICE_RUNNING);
    await_item();
}

/* Hyper-V's part in the guest has this key; so it is no matter of the package's. What a vmguest that was killed has left there
 * would go with the first that is removed. */
static void make_items_key(void)
{
    static const WCHAR *const items[] = {L"vmevents.guest", L"vmevents.users", L"vmevents.left", L"vmevents.answer"};
    HKEY key;

    assert_int_equal(
            RegCreateKeyExW(HKEY_LOCAL_MACHINE, ITEMS, 0, NULL, 0, KEY_WRITE | KEY_WOW64_64KEY, NULL, &key, NULL), 0);
    for (size_t i = 0; i < ARRAYSIZE(items); ++i)
        RegDeleteValueW(key, items[i]);
    RegCloseKey(key);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, L"Software\\vmguest", KEY_WOW64_64KEY, 0);
}

void test_part_in_a_guest(void **state)
{
    WCHAR path[PATH_LENGTH];

    make_items_key();
    look(state);
    assert_int_equal(msiexec(L"/i", OWN_VERSION, L"ADDLOCAL=Guest"), DONE);
    assert_false(file_exists(machine_place(), L"bin\\vmevents.dll"));
    check_guest_runs();

    /* Repaired, it runs again. */
    stop_service(L"vmguest");
    await_no_process(L"vmguest.exe");
    swprintf(path, ARRAYSIZE(path), L"%ls\\bin\\vmguest.exe", machine_place());
    assert_true(DeleteFileW(path));
    assert_int_equal(msiexec(L"/i", OWN_VERSION, L"REINSTALL=ALL REINSTALLMODE=omus"), DONE);
    check_guest_runs();

    /* Windows keeps to the features that there are; Wine has to be told of them. */
    assert_int_equal(msiexec(L"/i", NEXT_VERSION, L"ADDLOCAL=Guest"), DONE);
    assert_false(file_exists(machine_place(), L"bin\\vmevents.dll"));
    check_guest_runs();
    assert_int_equal(msiexec(L"/i", OWN_VERSION, L""), INSTALL_FAILURE);
    check_guest_runs();
    assert_int_equal(msiexec(L"/x", NEXT_VERSION, L""), DONE);
    await_no_service(L"vmguest");
    assert_false(item_is_there());
    assert_true(nothing_is_left());
}

static void write_file(const WCHAR *path, const char *text)
{
    FILE *file = _wfopen(path, L"wb");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* A forwarder is made a service by hand, since it has to be told of its configuration. An upgrade leaves it that, and starts it
 * with the new program; it goes with the program. */
void test_forwarder_that_is_a_service(void **state)
{
    WCHAR folder[PATH_LENGTH], config[PATH_LENGTH], command[2 * PATH_LENGTH];
    static const WCHAR *const made[] = {
            L"spool.db", L"spool.db-wal", L"spool.db-shm", L"spool.db.prom", L"vmforward.conf"};

    (void)state;
    GetTempPathW(ARRAYSIZE(folder) - 32, folder);
    wcscat(folder, L"vmevents forwarder");
    CreateDirectoryW(folder, NULL);
    swprintf(config, ARRAYSIZE(config), L"%ls\\vmforward.conf", folder);
    write_file(config, "host = installer\r\nspool = spool.db\r\n");

    assert_int_equal(msiexec(L"/i", OWN_VERSION, L"ADDLOCAL=Sink,Host,Forwarder"), DONE);
    await_no_service(L"vmforward");
    assert_int_equal(run(false, L"\"%ls\\bin\\vmforward.exe\" /install --config \"%ls\"", machine_place(), config), 0);
    swprintf(command, ARRAYSIZE(command), L"\"%ls\\bin\\vmforward.exe\" --service --config \"%ls\"", machine_place(),
            config);
    check_configuration(L"vmforward", L"vmevents forwarder", command);
    await_service(L"vmforward", SERVICE_RUNNING);

    /* The steps of an upgrade one by one: Wine 8 does not tell the old version that it is replaced. And it leaves the file of a
     * program that still runs, which Windows moves out of the way. */
    assert_int_equal(msiexec(L"/x", OWN_VERSION, L"UPGRADINGPRODUCTCODE={11111111-2222-3333-4444-555555555555}"), DONE);
    await_service(L"vmforward", SERVICE_STOPPED);
    await_no_process(L"vmforward.exe");
    await_no_process(L"vmhost.exe");
    assert_int_equal(msiexec(L"/i", NEXT_VERSION, L"ADDLOCAL=Sink,Host,Forwarder"), DONE);
    check_configuration(L"vmforward", L"vmevents forwarder", command);
    await_service(L"vmforward", SERVICE_RUNNING);

    stop_service(L"vmforward");
    await_no_process(L"vmforward.exe");
    await_no_process(L"vmhost.exe");
    assert_int_equal(msiexec(L"/x", NEXT_VERSION, L""), DONE);
    await_no_service(L"vmforward");
    for (size_t i = 0; i < ARRAYSIZE(made); ++i)
    {
        swprintf(config, ARRAYSIZE(config), L"%ls\\%ls", folder, made[i]);
        DeleteFileW(config);
    }
    assert_true(RemoveDirectoryW(folder));
    assert_true(nothing_is_left());
}

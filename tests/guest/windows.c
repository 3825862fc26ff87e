/*
 * vmguest as Windows runs it, with sessions that are pretended: what Windows tells a service goes to the service's own handler,
 * and what the host would read stands in the registry. The last one installs the real service.
 */
#include "guest/windows/exchange.h"
#include "guest/windows/service.h"
#include "guest/windows/watcher.h"

#include "support/process.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include <wtsapi32.h>

/* How long anything is waited for. */
#define PATIENCE_MS 120000

/* Nothing is looked at by itself in all that time. */
#define NEVER_MS 1000000

struct session
{
    DWORD number;
    uint64_t since;
    const WCHAR *user;
};

struct world
{
    struct watcher watcher;
    HANDLE thread;
    DWORD result;
    struct lock lock; /* guards what follows */
    struct session sessions[8];
    size_t count;
    DWORD ended[8], ended_count, end_error;
};

static bool list(
        void *context, void (*take)(void *taker, DWORD session, uint64_t since, const WCHAR *user), void *taker)
{
    struct world *world = context;

    lock_acquire(&world->lock);
    for (size_t i = 0; i < world->count; ++i)
        take(taker, world->sessions[i].number, world->sessions[i].since, world->sessions[i].user);
    lock_release(&world->lock);
    return true;
}

static DWORD end_session(void *context, DWORD session)
{
    struct world *world = context;
    DWORD error;

    lock_acquire(&world->lock);
    if (world->ended_count < ARRAYSIZE(world->ended))
        world->ended[world->ended_count++] = session;
    error = world->end_error;
    lock_release(&world->lock);
    return error;
}

static const struct session_source pretended = {list, end_session};

static DWORD WINAPI run(void *context)
{
    struct world *world = context;

    world->result = watcher_run(&world->watcher);
    return 0;
}

static void start(struct world *world)
{
    assert_int_equal(watcher_init(&world->watcher, &pretended, world, NEVER_MS), 0);
    world->thread = CreateThread(NULL, 0, run, world, 0, NULL);
    assert_non_null(world->thread);
}

/* control: what Windows tells the service by which it ends. */
static void end(struct world *world, DWORD control)
{
    service_handle(control, 0, NULL, &world->watcher);
    assert_int_equal(WaitForSingleObject(world->thread, PATIENCE_MS), WAIT_OBJECT_0);
    assert_int_equal(world->result, 0);
    CloseHandle(world->thread);
    world->thread = NULL;
    watcher_cleanup(&world->watcher);
}

/* A start of Windows that nothing has been written in. */
static int setup(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    HKEY key;

    assert_non_null(world);
    lock_init(&world->lock);
    assert_int_equal(watcher_remove_items(), 0);
    assert_int_equal(RegCreateKeyExW(HKEY_LOCAL_MACHINE, EXCHANGE_OF_HOST, 0, NULL, 0, KEY_SET_VALUE | KEY_WOW64_64KEY,
                             NULL, &key, NULL),
            0);
    RegDeleteValueW(key, L"vmevents.request");
    RegCloseKey(key);
    start(world);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    if (world->thread)
        end(world, SERVICE_CONTROL_STOP);
    free(world);
    return watcher_remove_items() != 0;
}

static void tell(struct world *world, DWORD event, DWORD session)
{
    WTSSESSION_NOTIFICATION notification = {sizeof(notification), session};

    assert_int_equal(service_handle(SERVICE_CONTROL_SESSIONCHANGE, event, &notification, &world->watcher), NO_ERROR);
}

static void list_session(struct world *world, DWORD number, uint64_t since, const WCHAR *user)
{
    lock_acquire(&world->lock);
    world->sessions[world->count++] = (struct session){number, since, user};
    lock_release(&world->lock);
}

static void log_on(struct world *world, DWORD number, uint64_t since, const WCHAR *user)
{
    list_session(world, number, since, user);
    tell(world, WTS_SESSION_LOGON, number);
}

static void unlist_session(struct world *world, DWORD number)
{
    size_t kept = 0;

    lock_acquire(&world->lock);
    for (size_t i = 0; i < world->count; ++i)
    {
        if (world->sessions[i].number != number)
            world->sessions[kept++] = world->sessions[i];
    }
    world->count = kept;
    lock_release(&world->lock);
}

static void log_off(struct world *world, DWORD number)
{
    unlist_session(world, number);
    tell(world, WTS_SESSION_LOGOFF, number);
}

/* Waits until the item is so, but for the start's name. */
static void await_item(const char *name, const char *expected)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    char value[GUEST_VALUE_SIZE];

    do
    {
        if (exchange_read(EXCHANGE_OF_GUEST, name, value))
            *value = 0;
        if (strlen(value) > 3 + GUEST_BOOT_DIGITS && !strcmp(value + 3 + GUEST_BOOT_DIGITS, expected))
            return;
        Sleep(20);
    } while (GetTickCount64() < until);
    fail_msg("%s is \"%s\" and not \"%s\"", name, value, expected);
}

static void tells_who_is_there_and_who_leaves(void **state)
{
    struct world *world = *state;

    await_item(GUEST_ITEM_SUMMARY, "0 0 -");
    log_on(world, 1, 100, L"LAB\\alice");
    log_on(world, 2, 200, L"LAB\\Zo\x00EB");
    await_item(GUEST_ITEM_USERS, "2 LAB\\alice LAB\\Zo%C3%AB");
    await_item(GUEST_ITEM_SUMMARY, "0 2 -");
    log_off(world, 1);
    await_item(GUEST_ITEM_SUMMARY, "1 1 0");
    await_item(GUEST_ITEM_LEFT, "1 LAB\\alice=0");
}

/* What has been told to be over counts as that, though it is listed for a while, and its number is used again. */
static void believes_what_is_told(void **state)
{
    struct world *world = *state;

    log_on(world, 1, 100, L"alice");
    await_item(GUEST_ITEM_SUMMARY, "0 1 -");
    tell(world, WTS_SESSION_LOCK, 1);
    tell(world, WTS_SESSION_LOGOFF, 1);
    await_item(GUEST_ITEM_SUMMARY, "1 0 0");
    unlist_session(world, 1);
    log_on(world, 1, 200, L"alice");
    await_item(GUEST_ITEM_SUMMARY, "1 1 0");
    /* One without a time. */
    log_on(world, 2, 0, L"bob");
    await_item(GUEST_ITEM_SUMMARY, "1 2 0");
    tell(world, WTS_SESSION_LOGOFF, 2);
    await_item(GUEST_ITEM_SUMMARY, "2 1 00");
    tell(world, WTS_SESSION_LOGON, 2);
    await_item(GUEST_ITEM_SUMMARY, "2 2 00");
    /* Nothing that no notification is. */
    service_handle(SERVICE_CONTROL_SESSIONCHANGE, WTS_SESSION_LOGOFF, NULL, &world->watcher);
    assert_int_equal(service_handle(SERVICE_CONTROL_PAUSE, 0, NULL, &world->watcher), ERROR_CALL_NOT_IMPLEMENTED);
}

static void thrown_out_by_a_shutdown(void **state)
{
    struct world *world = *state;

    log_on(world, 1, 100, L"alice");
    log_on(world, 2, 200, L"bob");
    await_item(GUEST_ITEM_SUMMARY, "0 2 -");
    log_off(world, 1);
    end(world, SERVICE_CONTROL_PRESHUTDOWN);
    await_item(GUEST_ITEM_SUMMARY, "1 1 1");
}

static void goes_on_after_its_end(void **state)
{
    struct world *world = *state;

    log_on(world, 1, 100, L"alice");
    log_on(world, 2, 200, L"bob");
    await_item(GUEST_ITEM_SUMMARY, "0 2 -");
    end(world, SERVICE_CONTROL_STOP);
    await_item(GUEST_ITEM_SUMMARY, "0 2 -");
    unlist_session(world, 2);
    start(world);
    await_item(GUEST_ITEM_SUMMARY, "1 1 0");
}

static void ask(uint64_t number)
{
    struct guest_request request = {.number = number};
    char value[GUEST_VALUE_SIZE];
    WCHAR wide[GUEST_VALUE_SIZE];
    HKEY key;

    assert_int_equal(exchange_read(EXCHANGE_OF_GUEST, GUEST_ITEM_SUMMARY, value), 0);
    memcpy(request.boot, value + 2, GUEST_BOOT_DIGITS);
    guest_request_write(&request, value);
    MultiByteToWideChar(CP_UTF8, 0, value, -1, wide, ARRAYSIZE(wide));
    assert_int_equal(RegOpenKeyExW(HKEY_LOCAL_MACHINE, EXCHANGE_OF_HOST, 0, KEY_SET_VALUE | KEY_WOW64_64KEY, &key), 0);
    assert_int_equal(RegSetValueExW(key, L"vmevents.request", 0, REG_SZ, (const BYTE *)wide,
                             (DWORD)((wcslen(wide) + 1) * sizeof(WCHAR))),
            0);
    RegCloseKey(key);
}

static void does_what_the_host_asks(void **state)
{
    struct world *world = *state;

    log_on(world, 1, 100, L"alice");
    log_on(world, 2, 200, L"alice");
    await_item(GUEST_ITEM_SUMMARY, "0 1 -");
    ask(5);
    await_item(GUEST_ITEM_ANSWER, "5 asked");
    log_off(world, 1);
    log_off(world, 2);
    await_item(GUEST_ITEM_SUMMARY, "1 0 2");
    await_item(GUEST_ITEM_ANSWER, "5 done");
    assert_int_equal(world->ended_count, 2);
    assert_int_equal(world->ended[0] + world->ended[1], 3);
    log_on(world, 3, 300, L"bob");
    await_item(GUEST_ITEM_SUMMARY, "1 1 2");
    world->end_error = ERROR_ACCESS_DENIED;
    ask(6);
    await_item(GUEST_ITEM_ANSWER, "6 refused: Windows does not log off a session (error 5)");
}

/* The service */

static SC_HANDLE open_service(SC_HANDLE manager)
{
    return OpenServiceW(manager, SERVICE_NAME, SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS);
}

static void call_vmguest(const WCHAR *option, DWORD code)
{
    WCHAR path[MAX_PATH], command[MAX_PATH + 64];

    assert_in_range(GetModuleFileNameW(NULL, path, ARRAYSIZE(path)), 1, ARRAYSIZE(path) - 1);
    *wcsrchr(path, L'\\') = 0;
    swprintf(command, ARRAYSIZE(command), L"\"%ls\\..\\bin\\vmguest.exe\" %ls", path, option);
    assert_int_equal(process_end(process_start(command, NULL, NULL), PATIENCE_MS), code);
}

static void assert_configured(SC_HANDLE service)
{
    BYTE buffer[8192];
    const QUERY_SERVICE_CONFIGW *config = (const void *)buffer;
    DWORD size;

    assert_true(QueryServiceConfigW(service, (QUERY_SERVICE_CONFIGW *)buffer, sizeof(buffer), &size));
    assert_int_equal(config->dwStartType, SERVICE_AUTO_START);
    assert_int_equal(config->lpBinaryPathName[0], '"');
    assert_non_null(wcsstr(config->lpBinaryPathName, L"vmguest.exe\" /service"));
}

static void is_installed_and_uninstalled(void **state)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service;
    char value[GUEST_VALUE_SIZE];
    SERVICE_STATUS status;

    (void)state;
    assert_non_null(manager);
    assert_int_equal(watcher_remove_items(), 0);
    call_vmguest(L"/install", 0);
    assert_non_null(service = open_service(manager));
    assert_configured(service);
    await_item(GUEST_ITEM_LEFT, "0");
    assert_true(QueryServiceStatus(service, &status));
    assert_int_equal(status.dwCurrentState, SERVICE_RUNNING);
    /* Once more is no harm. */
    call_vmguest(L"/install", 0);
    CloseServiceHandle(service);
    call_vmguest(L"/uninstall", 0);
    assert_null(open_service(manager));
    assert_int_equal(exchange_read(EXCHANGE_OF_GUEST, GUEST_ITEM_SUMMARY, value), ERROR_FILE_NOT_FOUND);
    assert_int_equal(exchange_read(EXCHANGE_START, "Start", value), ERROR_FILE_NOT_FOUND);
    call_vmguest(L"/uninstall", 0);
    CloseServiceHandle(manager);
}

static void knows_its_command_line(void **state)
{
    (void)state;
    call_vmguest(L"--help", 0);
    call_vmguest(L"/?", 0);
    call_vmguest(L"--version", 0);
    call_vmguest(L"", 2);
    call_vmguest(L"/instal", 2);
    call_vmguest(L"/install now", 2);
    /* The service control manager has not started it. */
    call_vmguest(L"/service", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(tells_who_is_there_and_who_leaves, setup, teardown),
            cmocka_unit_test_setup_teardown(believes_what_is_told, setup, teardown),
            cmocka_unit_test_setup_teardown(thrown_out_by_a_shutdown, setup, teardown),
            cmocka_unit_test_setup_teardown(goes_on_after_its_end, setup, teardown),
            cmocka_unit_test_setup_teardown(does_what_the_host_asks, setup, teardown),
            cmocka_unit_test(is_installed_and_uninstalled),
            cmocka_unit_test(knows_its_command_line),
    };

    return cmocka_run_group_tests_name("vmguest on Windows", tests, NULL, NULL);
}

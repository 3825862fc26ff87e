#include "guest/windows/service.h"

#include "guest/windows/exchange.h"
#include "guest/windows/watcher.h"
#include "platform/service_stop.h"

#include <stdio.h>

/* How long Windows waits for it when it shuts down, and we for it to stop. */
#define SHUTDOWN_MS 10000
#define STOP_MS 30000

/* Every change of a session is told; this is for what might not be. */
#define LOOK_MS 10000

/* The service itself. One in a process. */
static struct watcher watcher;
static SERVICE_STATUS_HANDLE status_handle;
static DWORD result;

static void set_status(DWORD state, DWORD error)
{
    SERVICE_STATUS status = {
            .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
            .dwCurrentState = state,
            .dwWin32ExitCode = error,
            .dwWaitHint = state == SERVICE_STOP_PENDING ? SHUTDOWN_MS : 0,
    };

    if (state == SERVICE_RUNNING)
        status.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SESSIONCHANGE | SERVICE_ACCEPT_PRESHUTDOWN;
    if (status_handle)
        SetServiceStatus(status_handle, &status);
}

DWORD WINAPI service_handle(DWORD control, DWORD event, void *data, void *context)
{
    const WTSSESSION_NOTIFICATION *notification = data;

    switch (control)
    {
        case SERVICE_CONTROL_INTERROGATE:
            return NO_ERROR;
        case SERVICE_CONTROL_SESSIONCHANGE:
            if (notification && notification->cbSize >= sizeof(*notification))
                watcher_note(context, event, notification->dwSessionId);
            return NO_ERROR;
        case SERVICE_CONTROL_STOP:
        case SERVICE_CONTROL_PRESHUTDOWN:
            set_status(SERVICE_STOP_PENDING, NO_ERROR);
            watcher_end(context, control == SERVICE_CONTROL_PRESHUTDOWN);
            return NO_ERROR;
        default:
            return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

static void WINAPI service_main(DWORD argc, WCHAR **argv)
{
    (void)argc;
    (void)argv;
    if (!(status_handle = RegisterServiceCtrlHandlerExW(SERVICE_NAME, service_handle, &watcher)))
    {
        result = GetLastError();
        return;
    }
    if (!(result = watcher_init(&watcher, &wts_sessions, NULL, LOOK_MS)))
    {
        set_status(SERVICE_RUNNING, NO_ERROR);
        result = watcher_run(&watcher);
    }
    /* With an error it counts as failed, and is started again. */
    set_status(SERVICE_STOPPED, result);
}

DWORD service_run(void)
{
    static WCHAR name[] = SERVICE_NAME;
    const SERVICE_TABLE_ENTRYW services[] = {{name, service_main}, {NULL, NULL}};

    return StartServiceCtrlDispatcherW(services) ? result : GetLastError();
}

/* Installing it */

static DWORD configure(SC_HANDLE service)
{
    static WCHAR text[] = L"Tells the host of Hyper-V, by the data exchange, who is logged on and how each leaves.";
    SERVICE_DESCRIPTIONW description = {text};
    SC_ACTION actions[] = {{SC_ACTION_RESTART, 1000}, {SC_ACTION_RESTART, 5000}, {SC_ACTION_RESTART, 60000}};
    SERVICE_FAILURE_ACTIONSW failure = {
            .dwResetPeriod = 24 * 60 * 60, .cActions = ARRAYSIZE(actions), .lpsaActions = actions};
    SERVICE_FAILURE_ACTIONS_FLAG on_errors = {TRUE};
    SERVICE_PRESHUTDOWN_INFO shutdown = {SHUTDOWN_MS};

    if (!ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &description)
            || !ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure))
        return GetLastError();
    /* Without these it works, but for rarer cases; Wine has them not. */
    ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &on_errors);
    ChangeServiceConfig2W(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &shutdown);
    return ERROR_SUCCESS;
}

static DWORD open_or_create(SC_HANDLE manager, const WCHAR *command, SC_HANDLE *service)
{
    *service = CreateServiceW(manager, SERVICE_NAME, L"Guest part of vmevents", SERVICE_ALL_ACCESS,
            SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command, NULL, NULL, NULL, NULL, NULL);
    if (*service)
        return ERROR_SUCCESS;
    if (GetLastError() != ERROR_SERVICE_EXISTS || !(*service = OpenServiceW(manager, SERVICE_NAME, SERVICE_ALL_ACCESS)))
        return GetLastError();
    return ChangeServiceConfigW(*service, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command,
                   NULL, NULL, NULL, NULL, NULL, NULL)
            ? ERROR_SUCCESS
            : GetLastError();
}

DWORD service_install(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CREATE_SERVICE), service = NULL;
    WCHAR path[MAX_PATH], command[MAX_PATH + 32];
    DWORD length = GetModuleFileNameW(NULL, path, ARRAYSIZE(path)), error;

    if (!manager)
        return GetLastError();
    swprintf(command, ARRAYSIZE(command), L"\"%ls\" /service", path);
    error = !length || length == ARRAYSIZE(path) ? ERROR_FILENAME_EXCED_RANGE
                                                 : open_or_create(manager, command, &service);
    if (!error && !(error = configure(service)))
        error = service_stop(service, STOP_MS);
    if (!error && !StartServiceW(service, 0, NULL))
        error = GetLastError();
    if (service)
        CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return error;
}

static DWORD remove_service(SC_HANDLE manager)
{
    SC_HANDLE service = OpenServiceW(manager, SERVICE_NAME, SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE);
    DWORD error;

    if (!service)
        return GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST ? ERROR_SUCCESS : GetLastError();
    if (!(error = service_stop(service, STOP_MS)) && !DeleteService(service))
        error = GetLastError();
    CloseServiceHandle(service);
    return error;
}

DWORD service_uninstall(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    DWORD error;

    if (!manager)
        return GetLastError();
    error = remove_service(manager);
    CloseServiceHandle(manager);
    if (!error)
        error = watcher_remove_items();
    return error ? error : (DWORD)exchange_forget_boot();
}

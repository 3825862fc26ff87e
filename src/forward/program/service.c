#include "forward/program/service.h"

#include <stdio.h>
#include <wchar.h>

#include "forward/program/output.h"
#include "platform/service_stop.h"
#include "platform/wine.h"

/* How long is waited for an end, and after how long it is started again when it has failed. */
#define END_MS 20000
#define CHECKPOINT_MS 10000

static int (*service_run_function)(void);
static void (*service_stop_function)(void);
static SERVICE_STATUS_HANDLE handle;
static DWORD checkpoint;

/* Installing */

static bool make_command(const WCHAR *config, WCHAR *command, size_t size)
{
    WCHAR program[4096];
    DWORD length = GetModuleFileNameW(NULL, program, ARRAYSIZE(program));
    int written;

    if (!length || length == ARRAYSIZE(program))
        return false;
    written = _snwprintf(command, size, L"\"%ls\" --service --config \"%ls\"", program, config);
    return written > 0 && (size_t)written < size;
}

/* Describes it, and says what is done when it fails: it is started again, later each time. */
static bool configure(SC_HANDLE service)
{
    static WCHAR text[] =
            L"Sends the events of virtual machines to a broker. Events are kept on disk until the broker has "
            L"them.";
    SC_ACTION actions[] = {{SC_ACTION_RESTART, 5000}, {SC_ACTION_RESTART, 30000}, {SC_ACTION_RESTART, 60000}};
    SERVICE_FAILURE_ACTIONSW failures = {
            .dwResetPeriod = 86400, .cActions = ARRAYSIZE(actions), .lpsaActions = actions};
    SERVICE_FAILURE_ACTIONS_FLAG flag = {TRUE}; /* also when it ends by itself with an error */
    SERVICE_DESCRIPTIONW description = {text};

    if (!ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &description)
            || !ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failures))
        return false;
    /* Wine 8.0 does not know this one. */
    return ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &flag) || is_wine();
}

static SC_HANDLE create(SC_HANDLE manager, const WCHAR *command)
{
    SC_HANDLE service = CreateServiceW(manager, SERVICE_NAME, L"vmevents forwarder", SERVICE_ALL_ACCESS,
            SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command, NULL, NULL, NULL, NULL, NULL);

    if (service || GetLastError() != ERROR_SERVICE_EXISTS)
        return service;
    if (!(service = OpenServiceW(manager, SERVICE_NAME, SERVICE_ALL_ACCESS)))
        return NULL;
    if (ChangeServiceConfigW(service, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command,
                NULL, NULL, NULL, NULL, NULL, NULL))
        return service;
    CloseServiceHandle(service);
    return NULL;
}

static SC_HANDLE open_manager(DWORD access)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, access);

    if (!manager)
        output_complain_of(
                GetLastError(), "cannot speak with the service control manager; this takes an administrator");
    return manager;
}

bool service_install(const WCHAR *config)
{
    SC_HANDLE manager, service;
    WCHAR command[8300];
    bool done = false;

    if (!make_command(config, command, ARRAYSIZE(command)))
    {
        output_complain("the paths of the program and the configuration are too long");
        return false;
    }
    if (!(manager = open_manager(SC_MANAGER_CREATE_SERVICE)))
        return false;
    if (!(service = create(manager, command)))
        output_complain_of(GetLastError(), "cannot make the service");
    else if (!configure(service))
        output_complain_of(GetLastError(), "cannot describe the service");
    else if (!StartServiceW(service, 0, NULL) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING)
        output_complain_of(GetLastError(), "the service is there, but cannot be started");
    else
        done = true;
    if (service)
        CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return done;
}

bool service_uninstall(void)
{
    SC_HANDLE manager = open_manager(SC_MANAGER_CONNECT), service;
    bool done = true;

    if (!manager)
        return false;
    if ((service = OpenServiceW(manager, SERVICE_NAME, SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE)))
    {
        /* One that does not end in time goes with its end. */
        service_stop(service, END_MS);
        done = DeleteService(service) || GetLastError() == ERROR_SERVICE_MARKED_FOR_DELETE;
    }
    else
    {
        done = GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST;
    }
    if (!done)
        output_complain_of(GetLastError(), "cannot remove the service");
    if (service)
        CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return done;
}

/* Running */

static void report(DWORD state, DWORD code)
{
    bool waits = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
    SERVICE_STATUS status = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS,
            .dwCurrentState = state,
            .dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0,
            .dwWin32ExitCode = code ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR,
            .dwServiceSpecificExitCode = code,
            .dwCheckPoint = waits ? ++checkpoint : 0,
            .dwWaitHint = waits ? CHECKPOINT_MS : 0};

    SetServiceStatus(handle, &status);
}

static DWORD WINAPI on_control(DWORD control, DWORD type, void *data, void *context)
{
    (void)type;
    (void)data;
    (void)context;
    if (control == SERVICE_CONTROL_INTERROGATE)
        return NO_ERROR;
    if (control != SERVICE_CONTROL_STOP && control != SERVICE_CONTROL_SHUTDOWN)
        return ERROR_CALL_NOT_IMPLEMENTED;
    report(SERVICE_STOP_PENDING, 0);
    service_stop_function();
    return NO_ERROR;
}

static void WINAPI service_main(DWORD argc, WCHAR **argv)
{
    int code;

    (void)argc;
    (void)argv;
    if (!(handle = RegisterServiceCtrlHandlerExW(SERVICE_NAME, on_control, NULL)))
        return;
    report(SERVICE_RUNNING, 0);
    code = service_run_function();
    report(SERVICE_STOPPED, (DWORD)code);
}

bool service_run(int (*run)(void), void (*stop)(void))
{
    static WCHAR name[] = SERVICE_NAME;
    const SERVICE_TABLE_ENTRYW table[] = {{name, service_main}, {NULL, NULL}};

    service_run_function = run;
    service_stop_function = stop;
    if (StartServiceCtrlDispatcherW(table))
        return true;
    output_complain_of(GetLastError(), "--service is for the service control manager, which /install tells of it");
    return false;
}

#include "platform/service_stop.h"

#define LOOK_MS 50

/* NULL: it has none, or none that we may wait for. */
static HANDLE open_process(SC_HANDLE service)
{
    SERVICE_STATUS_PROCESS status;
    DWORD needed;

    if (!QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof(status), &needed)
            || !status.dwProcessId)
        return NULL;
    return OpenProcess(SYNCHRONIZE, FALSE, status.dwProcessId);
}

static DWORD await_stopped(SC_HANDLE service, ULONGLONG until)
{
    SERVICE_STATUS status;

    while (QueryServiceStatus(service, &status) && status.dwCurrentState != SERVICE_STOPPED)
    {
        if (GetTickCount64() >= until)
            return ERROR_SERVICE_REQUEST_TIMEOUT;
        Sleep(LOOK_MS);
    }
    return ERROR_SUCCESS;
}

static DWORD await_end(HANDLE process, ULONGLONG until)
{
    ULONGLONG now = GetTickCount64();

    return WaitForSingleObject(process, now < until ? (DWORD)(until - now) : 0) == WAIT_OBJECT_0
            ? ERROR_SUCCESS
            : ERROR_SERVICE_REQUEST_TIMEOUT;
}

DWORD service_stop(SC_HANDLE service, DWORD timeout_ms)
{
    ULONGLONG until = GetTickCount64() + timeout_ms;
    HANDLE process = open_process(service);
    SERVICE_STATUS status;
    DWORD error = ERROR_SUCCESS;

    if (!ControlService(service, SERVICE_CONTROL_STOP, &status) && GetLastError() != ERROR_SERVICE_NOT_ACTIVE
            && GetLastError() != ERROR_SERVICE_CANNOT_ACCEPT_CTRL)
        error = GetLastError();
    if (!error)
        error = await_stopped(service, until);
    if (!error && process)
        error = await_end(process, until);
    if (process)
        CloseHandle(process);
    return error;
}

#include "killing.h"

#include "client.h"
#include "platform/wine.h"

#include <tlhelp32.h>
#include <wchar.h>

/* Wine 8.0 hands out the class object of a server that was killed for as long as its rpcss runs. COM starts that again
 * when it is needed. */
static void wine_forget_the_dead(void)
{
    SC_HANDLE manager, service;
    SERVICE_STATUS status;

    if (!is_wine())
        return;
    assert_non_null(manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT));
    assert_non_null(service = OpenServiceW(manager, L"RpcSs", SERVICE_STOP | SERVICE_QUERY_STATUS));
    assert_true(ControlService(service, SERVICE_CONTROL_STOP, &status));
    for (DWORD begun = GetTickCount(); status.dwCurrentState != SERVICE_STOPPED; Sleep(10))
    {
        assert_true(GetTickCount() - begun < PATIENCE_MS);
        assert_true(QueryServiceStatus(service, &status));
    }
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
}

void host_kill(void)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof(entry)};
    HANDLE processes = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0), host;

    assert_true(processes != INVALID_HANDLE_VALUE);
    for (BOOL found = Process32FirstW(processes, &entry); found; found = Process32NextW(processes, &entry))
    {
        if (_wcsicmp(entry.szExeFile, L"vmhost.exe"))
            continue;
        host = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, entry.th32ProcessID);
        assert_non_null(host);
        child_kill(host);
    }
    CloseHandle(processes);
    wine_forget_the_dead();
}

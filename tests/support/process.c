#include "support/process.h"

#include "support/test.h"

HANDLE process_start(WCHAR *command, const WCHAR *directory, STARTUPINFOW *startup)
{
    STARTUPINFOW nothing = {.cb = sizeof(nothing)};
    PROCESS_INFORMATION process;

    if (!process_try(command, directory, 0, startup ? startup : &nothing, &process))
        fail_msg("cannot start %ls: error %lu", command, GetLastError());
    CloseHandle(process.hThread);
    return process.hProcess;
}

DWORD process_end(HANDLE process, DWORD patience_ms)
{
    DWORD code;

    assert_int_equal(WaitForSingleObject(process, patience_ms), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(process, &code));
    CloseHandle(process);
    return code;
}

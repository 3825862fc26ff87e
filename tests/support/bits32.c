#include "support/bits32.h"

#include "support/process.h"

#include <wchar.h>
#include <windows.h>

#define ANSWER 42

static bool start_one(void)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    WCHAR program[MAX_PATH], command[2 * MAX_PATH];
    PROCESS_INFORMATION process;
    DWORD code = 0;

    GetWindowsDirectoryW(program, ARRAYSIZE(program) - 32);
    wcscat(program, L"\\syswow64\\cmd.exe");
    if (GetFileAttributesW(program) == INVALID_FILE_ATTRIBUTES)
        return false;
    _snwprintf(command, ARRAYSIZE(command), L"\"%ls\" /c exit %d", program, ANSWER);
    if (!process_try(command, NULL, 0, &startup, &process))
        return false;
    if (WaitForSingleObject(process.hProcess, 120000) == WAIT_OBJECT_0)
        GetExitCodeProcess(process.hProcess, &code);
    else
        TerminateProcess(process.hProcess, 1);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return code == ANSWER;
}

bool bits32_run(void)
{
    static enum { NOT_TRIED, YES, NO } answer;

    if (answer == NOT_TRIED)
        answer = start_one() ? YES : NO;
    return answer == YES;
}

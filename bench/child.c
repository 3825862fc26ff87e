#include "child.h"

#include "sinks.h"

#include <stdio.h>

static void put(const WCHAR *path, const void *bytes, size_t size)
{
    FILE *file = _wfopen(path, L"wb");

    if (!file || fwrite(bytes, size, 1, file) != 1 || fclose(file))
        fail("a temporary file", E_FAIL);
}

static void get(const WCHAR *path, void *bytes, size_t size)
{
    FILE *file = _wfopen(path, L"rb");

    if (!file || fread(bytes, size, 1, file) != 1)
        fail("a temporary file", E_FAIL);
    fclose(file);
}

static void run(const WCHAR *what, const WCHAR *path)
{
    WCHAR program[MAX_PATH], command[3 * MAX_PATH];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    DWORD code;

    GetModuleFileNameW(NULL, program, ARRAYSIZE(program));
    swprintf(command, ARRAYSIZE(command), L"\"%ls\" %ls \"%ls\"", program, what, path);
    if (!CreateProcessW(program, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
        fail("CreateProcess", HRESULT_FROM_WIN32(GetLastError()));
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    if (code)
        fail("the other process", E_FAIL);
}

void child_run(const WCHAR *what, const void *given, size_t given_size, void *answer, size_t answer_size)
{
    WCHAR directory[MAX_PATH], path[MAX_PATH];

    GetTempPathW(ARRAYSIZE(directory), directory);
    GetTempFileNameW(directory, L"vmb", 0, path);
    put(path, given, given_size);
    run(what, path);
    get(path, answer, answer_size);
    DeleteFileW(path);
}

void child_take(const WCHAR *path, void *given, size_t size)
{
    get(path, given, size);
}

void child_answer(const WCHAR *path, const void *answer, size_t size)
{
    put(path, answer, size);
}

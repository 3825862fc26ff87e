/*
 * run_tests FOLDER... [--only TEXT] [--stress]: runs the test programs of these folders, one after the other, on a Windows
 * that has nothing else of the project's, and tells what `./run test` tells at its end.
 *
 * A folder has a list, tests.txt, of a line for each test: NAME|SECONDS|KIND|COMMAND. The command is relative to the
 * folder; SECONDS is how long it may take, and KIND is `test` or `stress`. A line NAME|0|left-out|REASON is a test that is
 * not there. Each test's output is put into the file logs\NAME.log of its folder.
 */
#include "support/process.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

#define LINE_LENGTH 4096
#define MOST_FOLDERS 4
#define SKIPPED 77

enum verdict
{
    PASSED,
    FAILED,
    LEFT_OUT
};

struct test
{
    const WCHAR *folder;
    WCHAR *name, *seconds, *kind, *command; /* into the line */
    WCHAR line[LINE_LENGTH];
};

static const WCHAR *only;
static bool stress;
static unsigned int counts[3];
static WCHAR *reasons;

static const WCHAR *folder_name(const WCHAR *folder)
{
    const WCHAR *name = wcsrchr(folder, '\\');

    return name ? name + 1 : folder;
}

static void remember_reason(const struct test *test, const WCHAR *reason)
{
    size_t length = reasons ? wcslen(reasons) : 0;
    size_t size = length + wcslen(test->name) + wcslen(reason) + wcslen(folder_name(test->folder)) + 32;
    WCHAR *longer = realloc(reasons, size * sizeof(*longer));

    if (!longer)
        exit(1);
    reasons = longer;
    swprintf(
            reasons + length, size - length, L"skipped: %ls %ls: %ls\n", folder_name(test->folder), test->name, reason);
}

/* Ends the string at the next bar and returns what follows that. */
static WCHAR *cut(WCHAR *text)
{
    WCHAR *bar = text ? wcschr(text, '|') : NULL;

    if (!bar)
        return NULL;
    *bar = 0;
    return bar + 1;
}

static bool read_test(struct test *test, FILE *list)
{
    if (!fgetws(test->line, LINE_LENGTH, list))
        return false;
    test->line[wcscspn(test->line, L"\r\n")] = 0;
    test->name = test->line;
    test->seconds = cut(test->name);
    test->kind = cut(test->seconds);
    test->command = cut(test->kind);
    if (!test->command)
    {
        fwprintf(stderr, L"run_tests: %ls\\tests.txt has a line that is no NAME|SECONDS|KIND|COMMAND: %ls\n",
                test->folder, test->line);
        exit(2);
    }
    return true;
}

static HANDLE open_log(const struct test *test, WCHAR *path)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};

    swprintf(path, MAX_PATH, L"%ls\\logs", test->folder);
    CreateDirectoryW(path, NULL);
    swprintf(path, MAX_PATH, L"%ls\\logs\\%ls.log", test->folder, test->name);
    return CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ, &inherited, CREATE_ALWAYS, 0, NULL);
}

/* Starts it in a job, which ends with all that the test has started. */
static HANDLE start(const struct test *test, HANDLE log, HANDLE *job)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
            .BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    STARTUPINFOW startup = {
            .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES, .hStdOutput = log, .hStdError = log};
    PROCESS_INFORMATION process;
    WCHAR command[LINE_LENGTH + MAX_PATH], directory[MAX_PATH];

    *job = CreateJobObjectW(NULL, NULL);
    SetInformationJobObject(*job, JobObjectExtendedLimitInformation, &limits, sizeof(limits));
    swprintf(command, ARRAYSIZE(command), L"%ls\\%ls", test->folder, test->command);
    swprintf(directory, ARRAYSIZE(directory), L"%ls\\tests", test->folder);
    if (!process_try(command, directory, CREATE_SUSPENDED, &startup, &process))
    {
        CloseHandle(*job);
        return NULL;
    }
    AssignProcessToJobObject(*job, process.hProcess);
    ResumeThread(process.hThread);
    CloseHandle(process.hThread);
    return process.hProcess;
}

/* What the test's output has behind "SKIP: ". */
static void read_reason(const WCHAR *path, WCHAR *reason, size_t size)
{
    FILE *log = _wfopen(path, L"r");
    char line[1024];

    wcscpy(reason, L"no reason given");
    while (log && fgets(line, sizeof(line), log))
    {
        if (!strncmp(line, "SKIP: ", 6))
        {
            line[strcspn(line, "\r\n")] = 0;
            MultiByteToWideChar(CP_UTF8, 0, line + 6, -1, reason, (int)size);
        }
    }
    if (log)
        fclose(log);
}

static enum verdict judge(const struct test *test, DWORD code, bool in_time, const WCHAR *log_path)
{
    WCHAR reason[1024];

    if (!in_time || (code && code != SKIPPED))
        return FAILED;
    if (!code)
        return PASSED;
    read_reason(log_path, reason, ARRAYSIZE(reason));
    remember_reason(test, reason);
    return LEFT_OUT;
}

static enum verdict run(const struct test *test)
{
    WCHAR log_path[MAX_PATH];
    HANDLE log = open_log(test, log_path), job, process = start(test, log, &job);
    DWORD code = 1, limit = (DWORD)_wtoi(test->seconds) * 1000;
    bool in_time;

    CloseHandle(log);
    if (!process)
    {
        wprintf(L"(it cannot be started: error %lu) ", GetLastError());
        return FAILED;
    }
    in_time = WaitForSingleObject(process, limit) == WAIT_OBJECT_0;
    if (in_time)
        GetExitCodeProcess(process, &code);
    CloseHandle(process);
    CloseHandle(job);
    return judge(test, code, in_time, log_path);
}

static void take_turn(const struct test *test)
{
    static const WCHAR *const words[] = {L"passed", L"FAILED", L"skipped"};
    ULONGLONG began = GetTickCount64();
    enum verdict verdict;

    if (only && !wcsstr(test->name, only))
        return;
    if (!wcscmp(test->kind, L"left-out"))
    {
        remember_reason(test, test->command);
        ++counts[LEFT_OUT];
        return;
    }
    if (wcscmp(test->kind, stress ? L"stress" : L"test"))
        return;
    wprintf(L"%ls %-50ls ", folder_name(test->folder), test->name);
    fflush(stdout);
    verdict = run(test);
    ++counts[verdict];
    wprintf(L"%ls %8.2f s\n", words[verdict], (double)(GetTickCount64() - began) / 1000);
    fflush(stdout);
}

static void run_folder(const WCHAR *folder)
{
    static struct test test;
    WCHAR path[MAX_PATH];
    FILE *list;

    test.folder = folder;
    swprintf(path, ARRAYSIZE(path), L"%ls\\tests.txt", folder);
    if (!(list = _wfopen(path, L"r")))
    {
        fwprintf(stderr, L"run_tests: there is no %ls\n", path);
        exit(2);
    }
    while (read_test(&test, list))
        take_turn(&test);
    fclose(list);
}

/* The entry of a Unicode program (-municode); no header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    const WCHAR *folders[MOST_FOLDERS];
    unsigned int count = 0;

    for (int i = 1; i < argc; ++i)
    {
        if (!wcscmp(argv[i], L"--stress"))
            stress = true;
        else if (!wcscmp(argv[i], L"--only") && i + 1 < argc)
            only = argv[++i];
        else if (*argv[i] != '-' && count < MOST_FOLDERS)
            folders[count++] = argv[i];
        else
            count = MOST_FOLDERS + 1;
    }
    if (!count || count > MOST_FOLDERS)
    {
        fwprintf(stderr, L"usage: run_tests FOLDER... [--only TEXT] [--stress]\n");
        return 2;
    }
    for (unsigned int i = 0; i < count; ++i)
        run_folder(folders[i]);
    wprintf(L"\n%ls", reasons ? reasons : L"");
    if (!counts[PASSED] && !counts[FAILED] && !counts[LEFT_OUT])
        wprintf(L"no test ran\n");
    wprintf(L"%u passed, %u failed, %u skipped\n", counts[PASSED], counts[FAILED], counts[LEFT_OUT]);
    return counts[FAILED] || (!counts[PASSED] && !counts[LEFT_OUT]);
}

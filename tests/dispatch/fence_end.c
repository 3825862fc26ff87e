/*
 * The end of a process one of whose threads fences the one that ends it. Where threads are stopped for a fence, the one
 * that has stopped the other may be ended before it lets it go: then the process stayed for ever, in one of three times.
 * (Wine later than 8 has that still.)
 */
#include "../support/process.h"
#include "../support/test.h"

#include "platform/fence.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define TIMES 24
#define ENDED 7

/* Longer than a process takes to end on a busy machine. */
#define PATIENCE_MS 120000

static struct fence_thread first;
static volatile LONG fences;

/* The process that ends */

static DWORD WINAPI fence_for_ever(void *context)
{
    (void)context;
    for (;;)
    {
        if (!fence_process())
            fence_thread(&first);
        InterlockedIncrement(&fences);
    }
    return 0;
}

static int end_while_fenced(LONG after)
{
    if (!fence_init() || !fence_thread_open(&first) || !CreateThread(NULL, 0, fence_for_ever, NULL, 0, NULL))
        return 1;
    while (fences < after)
        SwitchToThread();
    ExitProcess(ENDED);
}

/* The test */

static void test_a_process_ends_while_it_is_fenced(void **state)
{
    WCHAR path[MAX_PATH], command[MAX_PATH + 32];

    (void)state;
    assert_true(fence_init());
    if (!fence_process())
    {
        print_message("threads are stopped here\n");
        skip();
    }
    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH) < MAX_PATH);
    for (int i = 0; i < TIMES; ++i)
    {
        STARTUPINFOW startup = {.cb = sizeof(startup)};
        PROCESS_INFORMATION process;
        DWORD code = 0, waited;

        swprintf(command, ARRAYSIZE(command), L"\"%ls\" end %d", path, 20 + 7 * i);
        assert_true(process_try(command, NULL, 0, &startup, &process));
        waited = WaitForSingleObject(process.hProcess, PATIENCE_MS);
        GetExitCodeProcess(process.hProcess, &code);
        if (waited != WAIT_OBJECT_0)
            TerminateProcess(process.hProcess, 1);
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
        assert_int_equal(waited, WAIT_OBJECT_0);
        assert_int_equal(code, ENDED);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_a_process_ends_while_it_is_fenced),
    };

    if (argc > 2 && !strcmp(argv[1], "end"))
        return end_while_fenced(atoi(argv[2]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}

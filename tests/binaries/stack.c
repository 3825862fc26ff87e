/* A function that writes behind the end of its array does not return. */
#include "support/process.h"
#include "support/test.h"

#include <windows.h>

#include <wchar.h>

extern uintptr_t __stack_chk_guard;

/* Runs this program once more; its exit code. */
static DWORD run(const WCHAR *argument)
{
    WCHAR path[MAX_PATH], command[MAX_PATH + 32];

    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH) < MAX_PATH);
    swprintf(command, ARRAYSIZE(command), L"\"%ls\" %ls", path, argument);
    return process_end(process_start(command, NULL, NULL), 240000);
}

/* Volatile, or the compiler would see what is wrong with it. */
static __attribute__((noinline)) int fill(volatile size_t count)
{
    volatile char array[16];

    for (volatile size_t i = 0; i < count; ++i)
        array[i] = 'x';
    return array[0];
}

static void test_overflow_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(run(L"16"), 'x');
    assert_int_equal(run(L"40"), STATUS_STACK_BUFFER_OVERRUN);
}

/* The lower bits in an exit code; those of the lowest byte are zero. */
static void test_guard_is_another_in_each_process(void **state)
{
    DWORD first = run(L"guard"), second = run(L"guard");

    (void)state;
    assert_int_equal(first & 0xff, 0);
    assert_true(first);
    assert_int_not_equal(first, second);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_overflow_ends_the_process),
            cmocka_unit_test(test_guard_is_another_in_each_process),
    };

    if (argc == 2 && argv[1][0] == 'g')
        ExitProcess((UINT)__stack_chk_guard);
    if (argc == 2)
        ExitProcess((UINT)fill((size_t)atoi(argv[1])));
    return cmocka_run_group_tests_name("the stack's guard", tests, NULL, NULL);
}

/* QEMU's log of resets, as far as it has been written. */
#include "host/qemu/reset_log.h"
#include "support/test.h"

#include <stdio.h>

#define RESET "CPU Reset (CPU 0)\n"
#define TRIPLE_FAULT "Triple fault\n"

/* Beside this program, several of which may run at a time. */
static char path[1024];

static void append(const char *text, size_t size)
{
    FILE *file = fopen(path, "ab");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

#define APPEND(text) append(text, sizeof(text) - 1)

static int remove_log(void **state)
{
    (void)state;
    remove(path);
    return 0;
}

static void test_resets_and_triple_faults(void **state)
{
    struct reset_log log = {.path = path};

    (void)state;
    APPEND(TRIPLE_FAULT RESET);
    reset_log_skip(&log);
    assert_false(reset_log_take(&log));
    APPEND(RESET);
    assert_false(reset_log_take(&log));
    APPEND(TRIPLE_FAULT RESET);
    assert_true(reset_log_take(&log));
    assert_false(reset_log_take(&log));
    APPEND(TRIPLE_FAULT);
    assert_true(reset_log_take_last(&log));
}

/* What else is logged may be anything, and hides nothing behind it. */
static void test_zeros_inside(void **state)
{
    struct reset_log log = {.path = path};

    (void)state;
    APPEND("\0\0anything\0");
    assert_false(reset_log_take(&log));
    APPEND(TRIPLE_FAULT "\0" RESET);
    assert_true(reset_log_take(&log));
    assert_false(reset_log_take(&log));
    APPEND("\0" RESET);
    assert_false(reset_log_take(&log));
}

static void test_no_log(void **state)
{
    struct reset_log none = {.path = ""}, missing = {.path = path};

    (void)state;
    assert_false(reset_log_take(&none));
    assert_false(reset_log_take(&missing));
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_resets_and_triple_faults, remove_log, remove_log),
            cmocka_unit_test_setup_teardown(test_zeros_inside, remove_log, remove_log),
            cmocka_unit_test_setup_teardown(test_no_log, remove_log, remove_log),
    };

    (void)argc;
    snprintf(path, sizeof(path), "%s.log", argv[0]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Leaks on purpose, and everything else is in order: the program has to fail. */
#include "support/test.h"

#include "platform/memory.h"

static void test_nothing_wrong(void **state)
{
    (void)state;
    memory_free(memory_alloc(16));
    assert_non_null(memory_alloc(24));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_nothing_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

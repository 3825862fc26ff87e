/* A group whose teardown fails has failed: checks that stand in one would be none. */
#include "support/test.h"

static void test_nothing(void **state)
{
    (void)state;
}

static int succeeds(void **state)
{
    (void)state;
    return 0;
}

static int fails(void **state)
{
    (void)state;
    return -1;
}

static int asserts(void **state)
{
    (void)state;
    assert_true(false);
    return 0;
}

static int run_with(CMFixtureFunction teardown)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}

int main(void)
{
    CHECK(run_with(NULL) == 0);
    CHECK(run_with(fails) == 1);
    CHECK(run_with(succeeds) == 0);
    CHECK(run_with(asserts) == 1);
    CHECK(run_with(succeeds) == 0);
    return 0;
}

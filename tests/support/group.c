#include "support/test.h"

static CMFixtureFunction group_teardown;
static bool teardown_failed;

/* Has failed unless it returns, since an assertion jumps out of it. */
static int run_teardown(void **state)
{
    int code;

    teardown_failed = true;
    code = group_teardown(state);
    teardown_failed = code != 0;
    return code;
}

int test_run_group(const char *name, const struct CMUnitTest *tests, size_t count, CMFixtureFunction setup,
        CMFixtureFunction teardown)
{
    int failed;

    group_teardown = teardown;
    teardown_failed = false;
    failed = _cmocka_run_group_tests(name, tests, count, setup, teardown ? run_teardown : NULL);
    return failed + teardown_failed;
}

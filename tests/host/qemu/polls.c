/* When machines are asked, by themselves and among many. */
#include "host/qemu/polls.h"

#include "support/test.h"

#include <string.h>

#define MANY 1000

static struct polls polls[MANY];
static unsigned int asked[MANY];

/* What the machines do until that moment, looking at the clock when they are due. Returns the most at one moment. */
static unsigned int go_on(unsigned int count, uint64_t *now_ms, uint64_t end_ms)
{
    unsigned int most = 0;

    for (; *now_ms <= end_ms; *now_ms += 100)
    {
        unsigned int together = 0;

        for (unsigned int i = 0; i < count; ++i)
        {
            if (polls_due_ms(&polls[i]) > *now_ms)
                continue;
            polls_share(&polls[i], count, i + 1);
            if (!polls_take(&polls[i], *now_ms))
                continue;
            ++asked[i];
            ++together;
        }
        most = together > most ? together : most;
    }
    return most;
}

static void begin(unsigned int count, uint64_t now_ms)
{
    memset(polls, 0, sizeof(polls));
    memset(asked, 0, sizeof(asked));
    for (unsigned int i = 0; i < count; ++i)
    {
        polls_share(&polls[i], count, i + 1);
        polls_begin(&polls[i], now_ms);
    }
}

static void expect_asked(unsigned int count, unsigned int times)
{
    for (unsigned int i = 0; i < count; ++i)
        assert_int_equal(asked[i], times);
}

static void test_few_are_asked_all_at_once(void **state)
{
    uint64_t now_ms = 12300;

    (void)state;
    begin(POLL_TOGETHER, now_ms);
    assert_int_equal(go_on(POLL_TOGETHER, &now_ms, now_ms + 5 * POLL_MS), POLL_TOGETHER);
    expect_asked(POLL_TOGETHER, 5);
}

static void test_many_take_turns(void **state)
{
    uint64_t now_ms = 12300;

    (void)state;
    begin(MANY, now_ms);
    assert_int_equal(go_on(MANY, &now_ms, now_ms + MANY / POLL_TOGETHER * POLL_MS), POLL_TOGETHER);
    expect_asked(MANY, 1);
    assert_int_equal(go_on(MANY, &now_ms, now_ms + MANY / POLL_TOGETHER * POLL_MS), POLL_TOGETHER);
    expect_asked(MANY, 2);
}

static void test_what_is_seldom_asked(void **state)
{
    struct polls *one = &polls[0];

    (void)state;
    begin(1, 0);
    assert_true(polls_take_stats(one, POLL_MS));
    assert_false(polls_take_stats(one, POLL_SELDOM_MS));
    assert_true(polls_take_stats(one, POLL_MS + POLL_SELDOM_MS));
    /* Of many it is asked as seldom as it has its turn. */
    begin(MANY, 0);
    assert_true(polls_take_stats(one, POLL_MS));
    assert_false(polls_take_stats(one, POLL_MS + POLL_SELDOM_MS));
    assert_true(polls_take_stats(one, POLL_MS + MANY / POLL_TOGETHER * POLL_SELDOM_MS));
    assert_true(polls_take_blocks(one, false, POLL_MS));
    assert_false(polls_take_blocks(one, false, POLL_MS + POLL_SELDOM_MS));
    assert_true(polls_take_blocks(one, true, POLL_MS + POLL_SELDOM_MS));
}

/* One that has become many, and is few again, is asked as often as those. */
static void test_turns_change_with_the_number(void **state)
{
    uint64_t now_ms = 0;

    (void)state;
    begin(1, now_ms);
    go_on(1, &now_ms, 2 * POLL_MS);
    expect_asked(1, 2);
    polls_share(&polls[0], MANY, 3);
    assert_true(polls_take(&polls[0], 3 * POLL_MS));
    assert_true(polls_due_ms(&polls[0]) > 4 * POLL_MS);
    assert_true(polls_due_ms(&polls[0]) <= 3 * POLL_MS + MANY / POLL_TOGETHER * POLL_MS);
    polls_share(&polls[0], 1, 3);
    now_ms = polls_due_ms(&polls[0]);
    assert_true(polls_take(&polls[0], now_ms));
    assert_int_equal(polls_due_ms(&polls[0]), now_ms + POLL_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_few_are_asked_all_at_once),
            cmocka_unit_test(test_many_take_turns),
            cmocka_unit_test(test_what_is_seldom_asked),
            cmocka_unit_test(test_turns_change_with_the_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

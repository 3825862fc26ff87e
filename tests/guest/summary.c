/* The items' texts: what one side writes the other reads, and nothing else. */
#include "guest/summary.h"

#include "support/test.h"

#include <stdio.h>
#include <string.h>

#define BOOT "0123456789abcdef"

static void assert_reads_back(const struct guest_summary *summary)
{
    char value[GUEST_VALUE_SIZE];
    struct guest_summary read;

    guest_summary_write(summary, value);
    assert_true(guest_summary_parse(&read, value));
    assert_string_equal(read.boot, summary->boot);
    assert_int_equal(read.total, summary->total);
    assert_int_equal(read.users, summary->users);
    assert_string_equal(read.recent, summary->recent);
}

static void writes_what_it_reads(void **state)
{
    struct guest_summary summary = {.boot = BOOT, .users = GUEST_USERS_MAX};
    char value[GUEST_VALUE_SIZE];

    (void)state;
    guest_summary_write(&summary, value);
    assert_string_equal(value, "1 " BOOT " 0 1000 -");
    for (unsigned int i = 0; i < 1000; ++i)
    {
        assert_reads_back(&summary);
        guest_summary_add(&summary, i % 7 % 3);
    }
    assert_int_equal(strlen(summary.recent), GUEST_RECENT_MAX);
    /* The last is the 999th. */
    assert_int_equal(summary.recent[GUEST_RECENT_MAX - 1], '0' + 999 % 7 % 3);
    assert_int_equal(summary.recent[0], '0' + (1000 - GUEST_RECENT_MAX) % 7 % 3);
    summary.total = GUEST_TOTAL_MAX;
    assert_reads_back(&summary);
    guest_summary_add(&summary, 0);
    assert_int_equal(summary.total, GUEST_TOTAL_MAX);
}

static void refuses_all_else(void **state)
{
    static const char *const wrong[] = {
            "",
            "1",
            "1 ",
            "2 " BOOT " 1 0 0",
            "11 " BOOT " 1 0 0",
            " 1 " BOOT " 1 0 0",
            "1 0123456789abcde 1 0 0",
            "1 0123456789abcdeff 1 0 0",
            "1 0123456789ABCDEF 1 0 0",
            "1 " BOOT " 1 0",
            "1 " BOOT " 1 0 ",
            "1 " BOOT " 1 0 -",
            "1 " BOOT " 1 0 3",
            "1 " BOOT " 1 0 0 ",
            "1 " BOOT " 1 0 00",
            "1 " BOOT " 2 0 0",
            "1 " BOOT " 0 0 ",
            "1 " BOOT " 0 0 0",
            "1 " BOOT " 0 1001 -",
            "1 " BOOT " 1000000000 0 -",
            "1 " BOOT " 18446744073709551616 0 -",
            "1 " BOOT " -1 0 -",
            "1 " BOOT " +1 0 0",
            "1 " BOOT " 01 0 0",
            "1 " BOOT " 0x1 0 0",
    };
    struct guest_summary summary;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); ++i)
    {
        if (guest_summary_parse(&summary, wrong[i]))
            fail_msg("taken for a summary: %s", wrong[i]);
    }
}

static void reads_requests(void **state)
{
    static const char *const wrong[] = {"", "1 " BOOT " 5", "1 " BOOT " 5 logoff ", "1 " BOOT " 5 reboot",
            "1 " BOOT " 9999999999999999999 logoff", "1 " BOOT " 05 logoff", "1 short 5 logoff", "2 " BOOT " 5 logoff"};
    struct guest_request request = {BOOT, 13400000000000}, read;
    char value[GUEST_VALUE_SIZE];

    (void)state;
    guest_request_write(&request, value);
    assert_string_equal(value, "1 " BOOT " 13400000000000 logoff");
    assert_true(guest_request_parse(&read, value));
    assert_string_equal(read.boot, BOOT);
    assert_true(read.number == request.number);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); ++i)
        assert_false(guest_request_parse(&read, wrong[i]));
}

static void reads_answers(void **state)
{
    static const char *const wrong[] = {"1 " BOOT " 5 ", "1 " BOOT " 5 done ", "1 " BOOT " 5 donee",
            "1 " BOOT " 5 refused", "1 " BOOT " 5 refused: ", "1 " BOOT " 5 refused: a\nb",
            "1 " BOOT " 5 refused: \x1b[2J", "1 " BOOT " 5 refused: \xc3\xa9"};
    struct guest_answer answer = {.request = {BOOT, 5}}, read;
    char value[GUEST_VALUE_SIZE];

    (void)state;
    for (unsigned int word = GUEST_ANSWER_ASKED; word <= GUEST_ANSWER_REFUSED; ++word)
    {
        answer.word = (enum guest_answer_word)word;
        if (answer.word == GUEST_ANSWER_REFUSED)
            memset(answer.reason, '~', GUEST_REASON_MAX);
        guest_answer_write(&answer, value);
        assert_true(guest_answer_parse(&read, value));
        assert_int_equal(read.word, answer.word);
        assert_string_equal(read.reason, answer.reason);
        assert_string_equal(read.request.boot, BOOT);
        assert_true(read.request.number == 5);
    }
    strcat(value, "~");
    assert_false(guest_answer_parse(&read, value));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); ++i)
        assert_false(guest_answer_parse(&read, wrong[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(writes_what_it_reads),
            cmocka_unit_test(refuses_all_else),
            cmocka_unit_test(reads_requests),
            cmocka_unit_test(reads_answers),
    };

    return cmocka_run_group_tests_name("a guest's items", tests, NULL, NULL);
}

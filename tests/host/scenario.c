/* The syntax of scenario files, without a host. */
#include "support/test.h"

#include "host/simulated/scenario.h"

#include <string.h>

static void assert_word(const struct scenario_word *word, const char *expected, bool quoted)
{
    char *text = malloc(word->length + 1);

    assert_int_equal(scenario_word_copy(word, text), strlen(expected));
    assert_string_equal(text, expected);
    assert_int_equal(word->quoted, quoted);
    free(text);
}

static void parse(struct scenario *scenario, const char *text, size_t size)
{
    struct scenario_fault fault;

    if (!scenario_parse(scenario, text, size, &fault))
        fail_msg("line %u: %s", fault.line, fault.reason);
}

static void test_lines(void **state)
{
    static const char text[] =
            "# comment\n"
            "\n"
            "   \t \r\n"
            "0 OnReset\n"
            "\t7\tOnConfigurationChanged  \"key\"\t12 # twelve\r\n"
            "4294967295 OnReset#1";
    struct scenario scenario;

    (void)state;
    parse(&scenario, text, strlen(text));
    assert_int_equal(scenario.count, 3);
    assert_int_equal(scenario.lines[0].time_ms, 0);
    assert_int_equal(scenario.lines[0].number, 4);
    assert_int_equal(scenario.lines[0].arg_count, 0);
    assert_word(&scenario.lines[0].event, "OnReset", false);
    assert_int_equal(scenario.lines[1].time_ms, 7);
    assert_int_equal(scenario.lines[1].number, 5);
    assert_int_equal(scenario.lines[1].arg_count, 2);
    assert_word(&scenario.lines[1].args[0], "key", true);
    assert_word(&scenario.lines[1].args[1], "12", false);
    /* A comment begins where a word could. */
    assert_int_equal(scenario.lines[2].time_ms, 4294967295u);
    assert_word(&scenario.lines[2].event, "OnReset#1", false);
    scenario_cleanup(&scenario);
}

static void test_strings(void **state)
{
    static const struct
    {
        const char *word;
        const char *meaning;
    } tests[] = {
            {"\"\"", ""},
            {"\"a\"", "a"},
            {"\"a b\tc\"", "a b\tc"},
            {"\"# no comment\"", "# no comment"},
            {"\"\"\"\"", "\""},
            {"\"\"\"a\"\"\"", "\"a\""},
            {"\"a\"\"\"\"b\"", "a\"\"b"},
            {"\"C:\\a\\\"", "C:\\a\\"},
            {"\"\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80\"", "\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80"},
    };
    struct scenario scenario;
    char text[80];

    (void)state;
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); ++i)
    {
        snprintf(text, sizeof(text), "0 e %s %s", tests[i].word, tests[i].word);
        parse(&scenario, text, strlen(text));
        assert_int_equal(scenario.lines[0].arg_count, 2);
        assert_word(&scenario.lines[0].args[0], tests[i].meaning, true);
        assert_word(&scenario.lines[0].args[1], tests[i].meaning, true);
        scenario_cleanup(&scenario);
    }
}

static void test_byte_order_mark(void **state)
{
    struct scenario scenario;

    (void)state;
    parse(&scenario,
            "\xef\xbb\xbf"
            "5 e",
            6);
    assert_int_equal(scenario.count, 1);
    assert_int_equal(scenario.lines[0].time_ms, 5);
    scenario_cleanup(&scenario);
    parse(&scenario, "\xef\xbb\xbf", 3);
    assert_int_equal(scenario.count, 0);
    scenario_cleanup(&scenario);
}

static void test_many_lines(void **state)
{
    enum
    {
        COUNT = 1000
    };
    char *text = malloc(COUNT * 16), *end = text;
    struct scenario scenario;

    (void)state;
    for (unsigned int i = 0; i < COUNT; ++i)
        end += sprintf(end, "%u e %u\n", i, i);
    parse(&scenario, text, end - text);
    assert_int_equal(scenario.count, COUNT);
    for (unsigned int i = 0; i < COUNT; ++i)
    {
        assert_int_equal(scenario.lines[i].time_ms, i);
        assert_int_equal(scenario.lines[i].number, i + 1);
        assert_int_equal(scenario.lines[i].arg_count, 1);
    }
    scenario_cleanup(&scenario);
    free(text);
}

#define BYTES(string) string, sizeof(string) - 1

static void test_faults(void **state)
{
    static const struct
    {
        const char *text;
        size_t size;
        uint32_t line;
        const char *reason; /* a part of it */
    } tests[] = {
            {BYTES("e"), 1, "time in milliseconds"},
            {BYTES("\n\n1x e"), 3, "digits only"},
            {BYTES("-1 e"), 1, "digits only"},
            {BYTES("1.5 e"), 1, "digits only"},
            {BYTES("\"1\" e"), 1, "time in milliseconds"},
            {BYTES("4294967296 e"), 1, "greater than"},
            {BYTES("99999999999999999999999 e"), 1, "greater than"},
            {BYTES("5"), 1, "name of an event is missing"},
            {BYTES("5 # e"), 1, "name of an event is missing"},
            {BYTES("5 \"e\""), 1, "without quotes"},
            {BYTES("5 e \"a"), 1, "closing double quote"},
            {BYTES("5 e \"a\nb\""), 1, "closing double quote"},
            {BYTES("5 e \""), 1, "closing double quote"},
            {BYTES("5 e \"a\"\""), 1, "closing double quote"},
            {BYTES("5 e \"a\"b"), 1, "space is missing"},
            {BYTES("5 e \"a\"#"), 1, "space is missing"},
            {BYTES("5 e a\"b"), 1, "inside a word"},
            {BYTES("5 e 1 2 3 4 5 6 7 8 9"), 1, "too many"},
            {BYTES("5 e\n5 e\n4 e"), 3, "earlier"},
            {BYTES("5 e\0"), 1,
                    "character 4 of the line is a NUL, as files of UTF-16 have them; save the file as UTF-8"},
            {BYTES("5 e\r\r\n"), 1, "character 4 of the line is the control character U+000D; the only ones"},
            {BYTES("5 e\n\xc3\xa4 \x1b[2J"), 2, "character 3 of the line is the control character U+001B; the only"},
            {BYTES("# \x1f"), 1, "U+001F; the only ones that may stand there are tabs"},
            {BYTES("# \x80"), 1, "UTF-8"},
            {BYTES("# \xc3"), 1, "UTF-8"},
            {BYTES("# \xc0\x80"), 1, "UTF-8"},
            {BYTES("# \xe0\x80\x80"), 1, "UTF-8"},
            {BYTES("# \xed\xa0\x80"), 1, "UTF-8"},
            {BYTES("# \xf4\x90\x80\x80"), 1, "UTF-8"},
            {BYTES("# \xf5\x80\x80\x80"), 1, "UTF-8"},
            {BYTES("\xff\xfe"
                   "5\0 \0e\0"),
                    1, "UTF-8"},
    };
    struct scenario_fault fault;
    struct scenario scenario;

    (void)state;
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); ++i)
    {
        /* A copy of just that size, so that reading on is an error that tools see. */
        char *text = malloc(tests[i].size);

        memcpy(text, tests[i].text, tests[i].size);
        if (scenario_parse(&scenario, text, tests[i].size, &fault))
            fail_msg("%u: accepted", (unsigned int)i);
        assert_int_equal(fault.line, tests[i].line);
        if (!strstr(fault.reason, tests[i].reason))
            fail_msg("%u: %s", (unsigned int)i, fault.reason);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_lines),
            cmocka_unit_test(test_strings),
            cmocka_unit_test(test_byte_order_mark),
            cmocka_unit_test(test_many_lines),
            cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which bytes are strings, topics and filters of MQTT. */
#include "mqtt/strings.h"

#include "mqtt/bytes.h"
#include "support/test.h"

/* In a block of just that size, so that AddressSanitizer sees who reads on. */
static bool ask(bool (*question)(struct mqtt_bytes), struct mqtt_bytes bytes)
{
    char *copy = malloc(bytes.count);
    bool answer;

    if (bytes.count)
        memcpy(copy, bytes.start, bytes.count);
    answer = question((struct mqtt_bytes){copy, bytes.count});
    free(copy);
    return answer;
}

struct row
{
    struct mqtt_bytes bytes;
    bool right;
};

static void check(bool (*question)(struct mqtt_bytes), const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; ++i)
    {
        if (ask(question, rows[i].bytes) != rows[i].right)
            fail_msg("row %u: '%.*s'", (unsigned int)i, (int)rows[i].bytes.count, rows[i].bytes.start);
    }
}

#define ROWS(rows) rows, sizeof(rows) / sizeof(rows[0])
#define ROW(literal, right)                                                                                            \
    {                                                                                                                  \
        {literal, sizeof(literal) - 1}, right                                                                          \
    }

static void test_strings(void **state)
{
    /* The first and the last of each size, and their neighbours that are none. */
    static const struct row rows[] = {
            ROW("", true),
            ROW("MQTT", true),
            ROW("A\xf0\xaa\x9b\x94", true), /* the standard's example, U+2A6D4 */
            ROW("\xef\xbb\xbf", true),      /* U+FEFF is kept (section 1.5.3) */
            ROW("\x01\x7f", true),
            ROW("\0", false),
            ROW("a\0", false),
            ROW("\xc0\x80", false), /* an overlong NUL */
            ROW("\xc1\xbf", false),
            ROW("\xc2\x80\xdf\xbf", true),
            ROW("\xc2", false),
            ROW("\xc2\x7f", false),
            ROW("\xc2\xc0", false),
            ROW("\xe0\x9f\xbf", false),
            ROW("\xe0\xa0\x80", true),
            ROW("\xe0\xa0", false),
            ROW("\xed\x9f\xbf", true),
            ROW("\xed\xa0\x80", false), /* the first half of a pair */
            ROW("\xed\xbf\xbf", false),
            ROW("\xee\x80\x80", true),
            ROW("\xef\xbf\xbf", true),
            ROW("\xf0\x8f\xbf\xbf", false),
            ROW("\xf0\x90\x80\x80", true),
            ROW("\xf0\x90\x80", false),
            ROW("\xf4\x8f\xbf\xbf", true),
            ROW("\xf4\x90\x80\x80", false),
            ROW("\xf5\x80\x80\x80", false),
            ROW("\x80", false),
            ROW("\xbf", false),
            ROW("\xfe", false),
            ROW("\xff", false),
            ROW("a\xe2\x28\xa1", false),
            ROW("\xe2\x82\x28", false),
    };

    (void)state;
    check(mqtt_is_string, ROWS(rows));
}

static void test_long_strings(void **state)
{
    static char bytes[MQTT_STRING_MAX + 1];

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    assert_true(mqtt_is_string((struct mqtt_bytes){bytes, MQTT_STRING_MAX}));
    assert_false(mqtt_is_string((struct mqtt_bytes){bytes, MQTT_STRING_MAX + 1}));
    assert_true(mqtt_is_topic((struct mqtt_bytes){bytes, MQTT_STRING_MAX}));
    assert_false(mqtt_is_topic((struct mqtt_bytes){bytes, MQTT_STRING_MAX + 1}));
}

static void test_topics(void **state)
{
    static const struct row rows[] = {
            ROW("a", true),
            ROW("/", true),
            ROW("a//b", true),
            ROW("$SYS/x y", true),
            ROW("", false),
            ROW("a/+", false),
            ROW("a+", false),
            ROW("#", false),
            ROW("a\0b", false),
            ROW("\xff", false),
    };

    (void)state;
    check(mqtt_is_topic, ROWS(rows));
}

/* Those of section 4.7.1, and others. */
static void test_filters(void **state)
{
    static const struct row rows[] = {
            ROW("sport/tennis/player1/#", true),
            ROW("sport/#", true),
            ROW("#", true),
            ROW("sport/tennis/#", true),
            ROW("sport/tennis#", false),
            ROW("sport/tennis/#/ranking", false),
            ROW("sport/tennis/+", true),
            ROW("+", true),
            ROW("+/tennis/#", true),
            ROW("sport+", false),
            ROW("sport/+/player1", true),
            ROW("/+", true),
            ROW("+/+", true),
            ROW("++", false),
            ROW("+x/y", false),
            ROW("##", false),
            ROW("#/", false),
            ROW("", false),
            ROW("/", true),
            ROW("a\0", false),
    };

    (void)state;
    check(mqtt_is_filter, ROWS(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_strings),
            cmocka_unit_test(test_long_strings),
            cmocka_unit_test(test_topics),
            cmocka_unit_test(test_filters),
    };

    return cmocka_run_group_tests_name("strings of MQTT", tests, NULL, NULL);
}

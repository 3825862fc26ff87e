/* Cutting a stream into messages: every split, the limits, and the agent's channel with its leftovers. */
#include "host/qemu/messages.h"
#include "support/test.h"

#include <string.h>

struct taken
{
    char text[1024]; /* the messages, a | behind each */
    size_t count;
};

static const char *take(void *context, const char *message, size_t size)
{
    struct taken *taken = context;

    ++taken->count;
    if (strlen(taken->text) + size + 2 < sizeof(taken->text))
    {
        strncat(taken->text, message, size);
        strcat(taken->text, "|");
    }
    return NULL;
}

static const char *feed(struct taken *taken, bool tolerant, const char *bytes, size_t step)
{
    struct messages messages;
    const char *fault = NULL;
    size_t size = strlen(bytes);

    memset(taken, 0, sizeof(*taken));
    messages_init(&messages, tolerant);
    for (size_t i = 0; i < size && !fault; i += step)
        fault = messages_feed(&messages, bytes + i, i + step < size ? step : size - i, take, taken);
    messages_cleanup(&messages);
    return fault;
}

static void expect(bool tolerant, const char *bytes, const char *expected)
{
    struct taken taken;

    for (size_t step = 1; step <= strlen(bytes); ++step)
    {
        assert_null(feed(&taken, tolerant, bytes, step));
        assert_string_equal(taken.text, expected);
    }
}

static void test_every_split(void **state)
{
    (void)state;
    expect(false, "{\"a\": 1}\r\n{\"b\": [{}, \"}\"]}\r\n", "{\"a\": 1}|{\"b\": [{}, \"}\"]}|");
    expect(false, "{}{}\n\n{}", "{}|{}|{}|");
    expect(false, "{\"a\": \"\\\"}\\\\\"}\n", "{\"a\": \"\\\"}\\\\\"}|");
    /* Several lines, as with pretty=on. */
    expect(false, "{\n  \"a\": {\n  }\n}\n", "{\n  \"a\": {\n  }\n}|");
    expect(false, "{\"half\": ", "");
}

static void test_what_is_no_object(void **state)
{
    static const char *const wrong[] = {"HTTP/1.1 200 OK\r\n", "[]", "\"x\"", "{} x", "\xff{}", "}"};
    struct taken taken;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i)
    {
        const char *fault = feed(&taken, false, wrong[i], 1);

        assert_non_null(fault);
        assert_string_equal(fault, "it sent something that is no JSON object");
    }
}

static void test_the_agents_leftovers(void **state)
{
    (void)state;
    /* The end of somebody's message, an echo, a message that never ends. */
    expect(true, "te\": 1}\r\n{\"return\": 1}\n", "{\"return\": 1}|");
    expect(true, "guest login: x\n{\"return\": 1}\n", "{\"return\": 1}|");
    expect(true, "{\"return\": {\n{\"return\": 1}\n", "{\"return\": 1}|");
    expect(true, "{\"a\xff{\"return\": 1}\n", "{\"return\": 1}|");
    expect(true, "noise\xff{\"return\": 1}\n", "{\"return\": 1}|");
    expect(true, "\xff\xff{\"return\": 1}\n{\"return\": 2}\n", "{\"return\": 1}|{\"return\": 2}|");
}

/* More of the same, until it is refused. What is kept never exceeds the limit by much. */
static const char *flood(bool tolerant, const char *start, const char *more, size_t most)
{
    struct messages messages;
    struct taken taken = {0};
    const char *fault;
    size_t count = 0;

    messages_init(&messages, tolerant);
    fault = messages_feed(&messages, start, strlen(start), take, &taken);
    while (!fault && count < most)
    {
        fault = messages_feed(&messages, more, strlen(more), take, &taken);
        count += strlen(more);
        assert_true(messages.size <= 2 * MESSAGE_MAX);
    }
    assert_int_equal(taken.count, 0);
    messages_cleanup(&messages);
    return fault;
}

static void test_limits(void **state)
{
    const char *fault;

    (void)state;
    fault = flood(false, "{\"a\": [", "\"aaaaaaaaaaaaaaaa\", ", 100 << 20);
    assert_non_null(fault);
    assert_non_null(strstr(fault, "more than 4 MiB"));
    fault = flood(true, "{\"a\": [", "\"aaaaaaaaaaaaaaaa\", ", 1 << 20);
    assert_non_null(fault);
    assert_non_null(strstr(fault, "more than 256 KiB"));
    fault = flood(false, "{\"a\": \"", "aaaaaaaaaaaaaaaa", MESSAGE_STRING_MAX - 16);
    assert_null(fault);
    fault = flood(false, "{\"a\": \"", "aaaaaaaaaaaaaaaa", 100 << 20);
    assert_non_null(fault);
    assert_non_null(strstr(fault, "a string of more than 64 KiB"));
    fault = flood(false, "{\"a\": ", "[[[[[[[[", 100000);
    assert_non_null(fault);
    assert_non_null(strstr(fault, "more than 1024 levels"));
}

/* The longest that is allowed, and memory is given back behind it. */
static void test_a_long_message(void **state)
{
    struct messages messages;
    struct taken taken = {0};
    char *long_one = malloc(MESSAGE_MAX);

    (void)state;
    assert_non_null(long_one);
    memset(long_one, ' ', MESSAGE_MAX);
    long_one[0] = '{';
    memcpy(long_one + MESSAGE_MAX - 5, "\"\":1}", 5);
    messages_init(&messages, false);
    assert_null(messages_feed(&messages, long_one, MESSAGE_MAX, take, &taken));
    assert_int_equal(taken.count, 1);
    assert_int_equal(messages.size, 0);
    messages_cleanup(&messages);
    free(long_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_every_split),
            cmocka_unit_test(test_what_is_no_object),
            cmocka_unit_test(test_the_agents_leftovers),
            cmocka_unit_test(test_limits),
            cmocka_unit_test(test_a_long_message),
    };

    return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}

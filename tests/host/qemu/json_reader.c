/* JSON that is read while memory runs out: once, or for good. Neither makes jansson write where it should not. */
#include "host/qemu/json_reader.h"
#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

static unsigned long requests, refused_number;
static bool for_good;

static bool allow(void)
{
    if (!refused_number)
        return true;
    ++requests;
    return for_good ? requests < refused_number : requests != refused_number;
}

/* Whether there was a request of that number. */
static bool is_refused(const char *text, unsigned long number)
{
    json_error_t error;
    json_t *json;

    requests = 0;
    refused_number = number;
    json = json_reader_read(text, strlen(text), 0, &error);
    refused_number = 0;
    if (requests < number)
    {
        assert_non_null(json);
        json_decref(json);
        return false;
    }
    assert_null(json);
    assert_true(json_reader_is_out_of_memory(&error));
    return true;
}

static void check(const char *text, unsigned long least)
{
    size_t blocks = counted_memory_get()->live().blocks;

    for (int way = 0; way < 2; ++way)
    {
        unsigned long number = 1;

        for (for_good = way; is_refused(text, number); ++number)
            assert_int_equal(counted_memory_get()->live().blocks, blocks);
        assert_true(number > least);
    }
    assert_int_equal(counted_memory_get()->live().blocks, blocks);
}

/* Of each length, so that each of its bytes is the one that there is no room for. */
static void test_strings(void **state)
{
    char text[600] = "[\"";

    (void)state;
    for (size_t length = 1; length < sizeof(text) - 8; ++length)
    {
        text[length + 1] = 'x';
        strcpy(text + length + 2, "\"]");
        check(text, 3);
    }
}

static void test_the_longest_string(void **state)
{
    char *text = malloc(JSON_READER_STRING_MAX + 8);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', JSON_READER_STRING_MAX + 8);
    memcpy(text, "{\"", 2);
    strcpy(text + 2 + JSON_READER_STRING_MAX, "\":1}");
    check(text, 14);
    free(text);
}

static void test_tables(void **state)
{
    static char text[100000];
    size_t length = 1;

    (void)state;
    *text = '{';
    for (int i = 0; i < 300; ++i)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "\"a key of many, number %d\": [%d, {}, 1.5], ", i, i);
    strcpy(text + length - 2, "}");
    check(text, 1000);
}

static void test_deep_down(void **state)
{
    static char text[1024];

    (void)state;
    for (int i = 0; i < 250; ++i)
    {
        text[i] = '[';
        text[250 + i] = ']';
    }
    check(text, 500);
}

/* The reserve would be used up by then, more or less. */
static void test_a_long_string_behind_much_else(void **state)
{
    static char text[20000 + JSON_READER_STRING_MAX];

    (void)state;
    for_good = true;
    for (size_t count = 100; count < 5000; count += 100)
    {
        *text = '[';
        for (size_t i = 0; i < count; ++i)
            memcpy(text + 1 + 4 * i, "{}, ", 4);
        memset(text + 1 + 4 * count, 'x', 60000);
        text[1 + 4 * count] = '"';
        strcpy(text + 60001 + 4 * count, "\"]");
        assert_true(is_refused(text, 5));
    }
}

static void test_what_is_wrong(void **state)
{
    json_error_t error;

    (void)state;
    assert_null(json_reader_read("[1, 2", 5, 0, &error));
    assert_false(json_reader_is_out_of_memory(&error));
    assert_null(json_reader_read("{} {}", 5, 0, &error));
    assert_false(json_reader_is_out_of_memory(&error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_strings),
            cmocka_unit_test(test_the_longest_string),
            cmocka_unit_test(test_tables),
            cmocka_unit_test(test_deep_down),
            cmocka_unit_test(test_a_long_string_behind_much_else),
            cmocka_unit_test(test_what_is_wrong),
    };

    json_reader_init();
    counted_memory_get()->set_gate(allow);
    return cmocka_run_group_tests_name("reading JSON", tests, NULL, NULL);
}

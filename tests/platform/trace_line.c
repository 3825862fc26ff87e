/* A line of the trace: what it says, and what nothing in it can do. */
#include "platform/trace_line.h"
#include "support/test.h"

#include <string.h>
#include <wchar.h>

#define assert_line(expected, ...)                                                                                     \
    do                                                                                                                 \
    {                                                                                                                  \
        struct trace_line line = {.length = 0};                                                                        \
                                                                                                                       \
        trace_line_append(&line, __VA_ARGS__);                                                                         \
        trace_line_end(&line);                                                                                         \
        assert_string_equal(line.text, expected "\n");                                                                 \
        assert_int_equal(line.length, strlen(line.text));                                                              \
    } while (0)

static void test_words(void **state)
{
    const char *volatile no_string = NULL;
    const wchar_t *volatile no_wide_string = NULL;

    (void)state;
    assert_line("", "%s", "");
    assert_line("nothing but words", "nothing but words");
    assert_line("100 %", "100 %%");
    assert_line("(none) (none)", "%s %ls", no_string, no_wide_string);
    assert_line("a \"b\" c \"d\"", "a \"%s\" c \"%ls\"", "b", L"d");
}

static void test_numbers(void **state)
{
    (void)state;
    assert_line("-1 4294967295 ff FF", "%d %u %x %X", -1, 4294967295u, 0xffu, 0xffu);
    assert_line("-2 4294967294 0x80004005", "%ld %lu 0x%08lx", -2l, 4294967294ul, 0x80004005ul);
    assert_line("007    7", "%03u %4u", 7u, 7u);
}

static void test_characters(void **state)
{
    (void)state;
    assert_line("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "%s", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    assert_line("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "%ls", L"\u00e9 \u20ac \U0001f600");
}

/* Neither another line nor anything that a terminal obeys. */
static void test_hostile(void **state)
{
    (void)state;
    assert_line("a<U+000D><U+000A>b<U+001B>[2Jc", "%s", "a\r\nb\x1b[2Jc");
    assert_line("a<U+000D><U+000A>b<U+001B>[2Jc", "%ls", L"a\r\nb\x1b[2Jc");
    assert_line("<U+0085><U+2028><U+202E><U+FEFF>", "%ls", L"\x85\x2028\x202e\xfeff");
    assert_line("<U+0085><U+2028><U+202E><U+FEFF>", "%s", "\xc2\x85\xe2\x80\xa8\xe2\x80\xae\xef\xbb\xbf");
    assert_line("<U+D83D>x<U+DE00>", "%ls", (const wchar_t[]){0xd83d, 'x', 0xde00, 0});
}

static void test_broken_utf8(void **state)
{
    (void)state;
    assert_line("<80>", "%s", "\x80");
    assert_line("<FF><FE>", "%s", "\xff\xfe");
    assert_line("<C0><AF>", "%s", "\xc0\xaf");
    assert_line("<C3>x", "%s", "\xc3x");
    assert_line("<E2><82>", "%s", "\xe2\x82");
    assert_line("<F0><9F><98>\"", "%s\"", "\xf0\x9f\x98");
    assert_line("<U+D83D>", "%s", "\xed\xa0\xbd");
}

/* A string of others leaves room for what is said about it. */
static void test_long_string(void **state)
{
    struct trace_line line = {.length = 0};
    char string[TRACE_STRING_MAX * 2];

    (void)state;
    memset(string, 'x', sizeof(string) - 1);
    string[sizeof(string) - 1] = 0;
    trace_line_append(&line, "\"%s\" is long", string);
    trace_line_end(&line);
    assert_int_equal(line.length, TRACE_STRING_MAX + strlen("\"...\" is long\n"));
    assert_string_equal(line.text + 1 + TRACE_STRING_MAX, "...\" is long\n");
}

static void test_long_line(void **state)
{
    /* Each offset, so that the end of the room lies at each place of a character. */
    for (int first = 0; first < 8; ++first)
    {
        struct trace_line line = {.length = 0};

        trace_line_append(&line, "%s", &"12345678"[first]);
        for (unsigned int i = 0; i < TRACE_LINE_MAX; ++i)
            trace_line_append(&line, "%s%ls", "\xe2\x82\xac", L"\n");
        assert_true(line.full);
        trace_line_end(&line);
        trace_line_append(&line, "no more");
        assert_true(line.length < TRACE_LINE_MAX);
        assert_true(line.length > TRACE_LINE_MAX - 16);
        assert_int_equal(strlen(line.text), line.length);
        assert_ptr_equal(strchr(line.text, '\n'), line.text + line.length - 1);
        assert_memory_equal(line.text + line.length - 4, "...\n", 4);
        assert_true(line.text[line.length - 5] == '>' || line.text[line.length - 5] == '\xac');
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_words),
            cmocka_unit_test(test_numbers),
            cmocka_unit_test(test_characters),
            cmocka_unit_test(test_hostile),
            cmocka_unit_test(test_broken_utf8),
            cmocka_unit_test(test_long_string),
            cmocka_unit_test(test_long_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

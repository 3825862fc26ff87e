/* Names in topics, there and back, and what is no name. */
#include "fleet/topics.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

static void assert_topic(const char *host, const char *machine, const char *last, const char *expected)
{
    struct utf8_text text = {0};

    topic_append(&text, host, machine, last);
    assert_string_equal(utf8_text_get(&text), expected);
    utf8_text_free(&text);
}

static void names_that_brokers_take_for_their_own(void **state)
{
    (void)state;
    assert_topic("pc-1", "Web_2~a", "OnReset", "vmevents/pc-1/Web_2~a/OnReset");
    assert_topic("pc.example.com", "a b", "OnReset", "vmevents/pc%2Eexample%2Ecom/a%20b/OnReset");
    assert_topic("+", "#/$SYS", "state", "vmevents/%2B/%23%2F%24SYS/state");
    assert_topic("h", "\xc3\xbc\xe2\x82\xac", "state", "vmevents/h/%C3%BC%E2%82%AC/state");
    assert_topic("h", "100%", "state", "vmevents/h/100%25/state");
    assert_topic("h", "*>\t", "state", "vmevents/h/%2A%3E%09/state");
}

static void the_host_itself_is_no_machine(void **state)
{
    (void)state;
    assert_topic("h", NULL, "state", "vmevents/h/=host/state");
    assert_topic("h", "=host", "state", "vmevents/h/%3Dhost/state");
}

static void every_name_comes_back(void **state)
{
    char name[600], back[600];
    struct utf8_text text = {0};

    (void)state;
    for (int c = 1; c < 256; ++c)
    {
        snprintf(name, sizeof(name), "x%c%c", c, c);
        utf8_text_clear(&text);
        topic_append_name(&text, name);
        assert_null(strpbrk(utf8_text_get(&text), "/+#$.*>@= "));
        assert_true(topic_decode_name(text.start, text.length, back, sizeof(back)));
        assert_string_equal(back, name);
    }
    utf8_text_free(&text);
}

static void what_is_no_encoded_name(void **state)
{
    static const char *const wrong[] = {"", "%", "%4", "%4g", "%2e", "%00", "a.b", "a b", "%41", "=host", "a%2"};
    char name[8];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i)
        assert_false(topic_decode_name(wrong[i], strlen(wrong[i]), name, sizeof(name)));
    assert_true(topic_decode_name("1234567", 7, name, sizeof(name)));
    assert_false(topic_decode_name("12345678", 8, name, sizeof(name)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(names_that_brokers_take_for_their_own),
            cmocka_unit_test(the_host_itself_is_no_machine),
            cmocka_unit_test(every_name_comes_back),
            cmocka_unit_test(what_is_no_encoded_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

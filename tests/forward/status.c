/* The status: written for monitoring systems, read again for people. */
#include "forward/status.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

static const struct status full = {.broker = "a:1883",
        .fault = "it is \"so\", \\ and\nmore",
        .fault_goes_on = true,
        .fault_seconds = 1000,
        .start_seconds = 900,
        .now_seconds = 1010,
        .running = 1,
        .machines = 1,
        .heard = 2,
        .missed = 3,
        .waiting = 4,
        .spool_bytes = 5 << 20,
        .spool_limit = UINT64_MAX,
        .dropped = 7,
        .published = 8,
        .acknowledged = 9};

static void it_is_read_as_it_was_written(void **state)
{
    struct utf8_text text = {0};
    struct status back;

    (void)state;
    status_write(&text, &full);
    assert_non_null(utf8_text_get(&text));
    assert_non_null(strstr(text.start, "vmforward_connected{broker=\"a:1883\"} 1\n"));
    assert_non_null(strstr(text.start, "vmforward_fault{text=\"it is \\\"so\\\", \\\\ and\\nmore\"} 1\n"));
    assert_true(status_read(&back, text.start, text.length));
    assert_string_equal(back.broker, full.broker);
    assert_string_equal(back.fault, "it is \"so\", \\ and more");
    assert_true(back.fault_goes_on);
    assert_memory_equal(
            &back.fault_seconds, &full.fault_seconds, sizeof(full) - offsetof(struct status, fault_seconds));
    utf8_text_free(&text);
}

static void what_is_no_status(void **state)
{
    static const char *const wrong[] = {"", "\n\n", "vmforward_heard_total 1\n", "vmforward_fault{text=\"\\"};
    struct status back;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i)
        assert_false(status_read(&back, wrong[i], strlen(wrong[i])));
}

static void what_people_read(void **state)
{
    struct utf8_text text = {0};

    (void)state;
    status_describe(&text, &full, 1015);
    assert_non_null(strstr(utf8_text_get(&text), "connected to  a:1883\n"));
    assert_null(strstr(text.start, "not running"));
    assert_non_null(strstr(text.start, "dropped       7 from the full spool, 3 on the way to it\n"));
    assert_non_null(strstr(text.start, "last fault    15 s ago, and it goes on: it is"));
    utf8_text_clear(&text);
    status_describe(&text, &full, 2000);
    assert_non_null(strstr(utf8_text_get(&text), "not running; this was written 16 min ago\nconnected to  (nobody)\n"));
    /* A clock that was set back makes nothing old. */
    utf8_text_clear(&text);
    status_describe(&text, &full, 5);
    assert_null(strstr(utf8_text_get(&text), "not running"));
    utf8_text_clear(&text);
    status_describe(&text, &(struct status){.now_seconds = 1000}, 1003);
    assert_non_null(strstr(utf8_text_get(&text), "not running; it was ended 3 s ago\n"));
    utf8_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(it_is_read_as_it_was_written),
            cmocka_unit_test(what_is_no_status),
            cmocka_unit_test(what_people_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How many logoffs are made of what a guest's part says, whatever that is. */
#include "host/hyperv/guest.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND 1000000

static const char boots[][GUEST_BOOT_SIZE] = {"00000000000000aa", "00000000000000bb", "00000000000000cc"};

struct heard
{
    struct hv_guest guest;
    struct hv_outlet outlet;
    unsigned int types[3], count;
};

static void on_fire(void *context, const struct vm_event *event)
{
    struct heard *heard = context;

    assert_int_equal(event->type, VM_EVENT_GUEST_LOGOFF);
    assert_in_range(event->number, VM_LOGOFF_NORMAL, VM_LOGOFF_EXTERNAL);
    ++heard->types[event->number];
    ++heard->count;
}

static void begin(struct heard *heard)
{
    *heard = (struct heard){.outlet = {on_fire, heard}};
}

static struct guest_summary summary_of(const char *boot, uint32_t total, uint32_t users, unsigned int type)
{
    struct guest_summary summary = {.users = users};

    memcpy(summary.boot, boot, GUEST_BOOT_SIZE);
    for (uint32_t i = 0; i < total; ++i)
        guest_summary_add(&summary, type);
    return summary;
}

/* Returns how many logoffs were fired for it. */
static unsigned int say(struct heard *heard, const char *boot, uint32_t total, uint32_t users, int64_t seconds)
{
    struct hv_guest_said said = {.has_summary = true, .summary = summary_of(boot, total, users, VM_LOGOFF_EXTERNAL)};
    unsigned int before = heard->count;

    hv_guest_take(&heard->guest, &said, seconds * SECOND, &heard->outlet);
    hv_guest_said_cleanup(&said);
    return heard->count - before;
}

static void tells_each_once(void **state)
{
    struct heard heard;

    (void)state;
    begin(&heard);
    assert_int_equal(say(&heard, boots[0], 20, 2, 1000), 0);
    for (int i = 0; i < 5; ++i)
        assert_int_equal(say(&heard, boots[0], 20, 2, 1001), 0);
    assert_int_equal(say(&heard, boots[0], 21, 1, 1002), 1);
    assert_int_equal(say(&heard, boots[0], 21, 1, 1003), 0);
    assert_int_equal(say(&heard, boots[0], 121, 1, 1004), 100);
    assert_int_equal(heard.types[VM_LOGOFF_EXTERNAL], 101);
    assert_int_equal(hv_guest_untold(&heard.guest), 0);
}

static void tells_of_more_than_stands_there(void **state)
{
    struct heard heard;

    (void)state;
    begin(&heard);
    say(&heard, boots[0], 0, 0, 1000);
    assert_int_equal(say(&heard, boots[0], 1000, 0, 2000), GUEST_RECENT_MAX);
    assert_int_equal(hv_guest_untold(&heard.guest), 1000 - GUEST_RECENT_MAX);
    assert_int_equal(hv_guest_untold(&heard.guest), 0);
}

/* A guest with a thousand users that says every second that it has been started anew. */
static void limits_how_many_come(void **state)
{
    struct heard heard;

    (void)state;
    begin(&heard);
    assert_int_equal(say(&heard, boots[0], 0, GUEST_USERS_MAX, 1000), 0);
    assert_int_equal(say(&heard, boots[1], 0, GUEST_USERS_MAX, 1001), HV_LOGOFFS_AT_ONCE);
    assert_int_equal(heard.types[VM_LOGOFF_FORCED], HV_LOGOFFS_AT_ONCE);
    assert_int_equal(hv_guest_untold(&heard.guest), 0);
    for (int i = 2; i < 100; ++i)
        assert_int_equal(say(&heard, boots[i % 3], 0, GUEST_USERS_MAX, 1000 + i), HV_LOGOFFS_A_SECOND);
    assert_int_equal(hv_guest_untold(&heard.guest), 98 * (GUEST_USERS_MAX - HV_LOGOFFS_A_SECOND));
    /* A clock that is set back allows nothing. */
    assert_int_equal(say(&heard, boots[1], 0, GUEST_USERS_MAX, -5000), 0);
    assert_int_equal(say(&heard, boots[2], 0, GUEST_USERS_MAX, -4999), HV_LOGOFFS_A_SECOND);
    assert_int_equal(say(&heard, boots[0], 0, 0, 100000), HV_LOGOFFS_AT_ONCE);
}

/* Ten changes a second, for a quarter of an hour, with a look every other second. */
static void hears_of_ten_a_second(void **state)
{
    struct heard heard;

    (void)state;
    begin(&heard);
    say(&heard, boots[0], 0, 1, 0);
    for (unsigned int second = 2; second < 900; second += 2)
        assert_int_equal(say(&heard, boots[0], 10 * second, 1, second), 20);
    assert_int_equal(hv_guest_untold(&heard.guest), 0);
}

static void ends_with_the_machine(void **state)
{
    struct heard heard;

    (void)state;
    begin(&heard);
    hv_guest_end(&heard.guest, 0, &heard.outlet);
    assert_int_equal(heard.count, 0);
    say(&heard, boots[0], 1, 3, 1000);
    hv_guest_end(&heard.guest, 1001 * SECOND, &heard.outlet);
    assert_int_equal(heard.types[VM_LOGOFF_FORCED], 3);
    hv_guest_end(&heard.guest, 1002 * SECOND, &heard.outlet);
    assert_int_equal(heard.count, 3);
    assert_int_equal(say(&heard, boots[0], 4, 3, 1003), 0);
    /* It has been put back to where it was saved. */
    hv_guest_restore(&heard.guest);
    assert_int_equal(say(&heard, boots[0], 1, 2, 1004), 0);
    assert_int_equal(say(&heard, boots[0], 2, 2, 1005), 1);
}

/* It looks like a shutdown, and goes on. What is read first may be what it had left. */
static void hibernates(void **state)
{
    struct heard heard;

    (void)state;
    begin(&heard);
    say(&heard, boots[0], 1, 2, 1000);
    hv_guest_end(&heard.guest, 1001 * SECOND, &heard.outlet);
    assert_int_equal(heard.types[VM_LOGOFF_FORCED], 2);
    assert_int_equal(say(&heard, boots[0], 2, 2, 1002), 0);
    hv_guest_power_on(&heard.guest);
    for (int i = 0; i < 3; ++i)
        assert_int_equal(say(&heard, boots[0], 3, 2, 1003 + i), 0);
    assert_int_equal(say(&heard, boots[0], 4, 1, 1010), 1);
    hv_guest_end(&heard.guest, 1011 * SECOND, &heard.outlet);
    assert_int_equal(heard.types[VM_LOGOFF_FORCED], 3);
}

static void add_item(struct hv_row *row, const char *name, const char *data, size_t length)
{
    char *xml = malloc(length + 1000);
    int size;

    assert_non_null(xml);
    size = snprintf(xml, length + 1000,
            "<INSTANCE CLASSNAME=\"Msvm_KvpExchangeDataItem\"><PROPERTY NAME=\"Data\" TYPE=\"string\"><VALUE>%.*s"
            "</VALUE></PROPERTY><PROPERTY NAME=\"Name\" TYPE=\"string\"><VALUE>%s</VALUE></PROPERTY></INSTANCE>",
            (int)length, data, name);
    assert_true(hv_row_add_text(row, "GuestExchangeItems", xml, (size_t)size));
    free(xml);
}

/* A guest that fills what there is room for, with its summary among it. */
static void finds_it_among_megabytes(void **state)
{
    enum
    {
        HUGE = HV_ROW_BYTES_MAX / 2
    };
    struct guest_summary summary = summary_of(boots[0], 3, 2, VM_LOGOFF_FORCED);
    char value[GUEST_VALUE_SIZE], *filling = malloc(HUGE);
    struct hv_guest_said said;
    struct hv_row row;

    (void)state;
    assert_non_null(filling);
    hv_row_init(&row);
    memset(filling, '&', HUGE);
    add_item(&row, GUEST_ITEM_SUMMARY, filling, HUGE);
    memset(filling, '<', HUGE);
    add_item(&row, GUEST_ITEM_ANSWER, filling, HUGE / 2);
    guest_summary_write(&summary, value);
    add_item(&row, GUEST_ITEM_SUMMARY, value, strlen(value));
    /* One of as many bytes as an item may have is no list; the first that is one counts. */
    memset(filling, 'x', GUEST_VALUE_MAX + 1);
    add_item(&row, GUEST_ITEM_LEFT, filling, GUEST_VALUE_MAX + 1);
    add_item(&row, GUEST_ITEM_LEFT, "first", 5);
    add_item(&row, GUEST_ITEM_LEFT, "second", 6);
    memset(filling, '<', HUGE);
    for (unsigned int i = 0; i < 2 * HV_ROW_VALUES_MAX; ++i)
        add_item(&row, GUEST_ITEM_SUMMARY, filling, i % 100);
    assert_true(row.text_count <= HV_ROW_BYTES_MAX);
    hv_guest_said_read(&said, &row);
    assert_true(said.has_summary);
    assert_int_equal(said.summary.total, 3);
    assert_false(said.has_answer);
    assert_non_null(said.names);
    assert_string_equal(said.names->left, "first");
    assert_string_equal(said.names->users, "");
    hv_guest_said_cleanup(&said);
    hv_row_cleanup(&row);
    free(filling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(tells_each_once),
            cmocka_unit_test(tells_of_more_than_stands_there),
            cmocka_unit_test(limits_how_many_come),
            cmocka_unit_test(hears_of_ten_a_second),
            cmocka_unit_test(ends_with_the_machine),
            cmocka_unit_test(hibernates),
            cmocka_unit_test(finds_it_among_megabytes),
    };

    return cmocka_run_group_tests_name("logoffs of a guest", tests, NULL, NULL);
}

/* The part in a guest without one: lists of sessions go in, items for the host come out. */
#include "guest/part.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOT "00000000000000aa"
#define OTHER_BOOT "00000000000000bb"

struct fixture
{
    struct guest_part part;
    char written[GUEST_ITEM_COUNT][GUEST_VALUE_SIZE];
    unsigned int writes;
};

static void write_items(struct fixture *fixture)
{
    enum guest_item item;
    const char *value;

    while (guest_part_take_item(&fixture->part, &item, &value))
    {
        assert_true(strlen(value) <= GUEST_VALUE_MAX);
        strcpy(fixture->written[item], value);
        ++fixture->writes;
    }
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    guest_part_init(&fixture->part, BOOT);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

/* sessions: words of the form id:user. */
static void list(struct fixture *fixture, uint64_t now_ms, const char *sessions)
{
    char text[1000], *word, *rest = text;

    snprintf(text, sizeof(text), "%s", sessions);
    guest_part_begin_list(&fixture->part);
    while ((word = strtok_r(rest, ",", &rest)))
    {
        char *user = strchr(word, ':');

        *user++ = 0;
        guest_part_see(&fixture->part, word, user);
    }
    guest_part_end_list(&fixture->part, now_ms);
    write_items(fixture);
}

static void tick(struct fixture *fixture, uint64_t now_ms)
{
    guest_part_tick(&fixture->part, now_ms);
    write_items(fixture);
}

static void expect(struct fixture *fixture, const char *summary, const char *users, const char *left)
{
    char text[GUEST_VALUE_SIZE + 40];

    snprintf(text, sizeof(text), "1 " BOOT " %s", summary);
    assert_string_equal(fixture->written[GUEST_SUMMARY_ITEM], text);
    snprintf(text, sizeof(text), "1 " BOOT " %s", users);
    assert_string_equal(fixture->written[GUEST_USERS_ITEM], text);
    snprintf(text, sizeof(text), "1 " BOOT " %s", left);
    assert_string_equal(fixture->written[GUEST_LEFT_ITEM], text);
}

static void tells_who_is_there(void **state)
{
    struct fixture *fixture = *state;
    unsigned int writes;

    list(fixture, 0, "");
    expect(fixture, "0 0 -", "0", "0");
    list(fixture, 1000, "1:alice,2:bob,3:alice");
    expect(fixture, "0 2 -", "2 alice bob", "0");
    writes = fixture->writes;
    list(fixture, 2000, "3:alice,2:bob,1:alice");
    tick(fixture, 3000);
    assert_int_equal(fixture->writes, writes);
}

/* One of two sessions is none; the last is. She may have come again. */
static void tells_who_has_left(void **state)
{
    struct fixture *fixture = *state;

    list(fixture, 0, "1:alice,2:bob,3:alice");
    list(fixture, 1000, "2:bob,3:alice");
    expect(fixture, "0 2 -", "2 bob alice", "0");
    list(fixture, 2000, "2:bob,4:alice");
    /* In doubt, and so not gone yet. */
    expect(fixture, "0 3 -", "3 bob alice alice", "0");
    assert_int_equal(guest_part_due_ms(&fixture->part), 2000 + GUEST_DOUBT_MS);
    tick(fixture, 2000 + GUEST_DOUBT_MS - 1);
    expect(fixture, "0 3 -", "3 bob alice alice", "0");
    tick(fixture, 2000 + GUEST_DOUBT_MS);
    expect(fixture, "1 2 0", "2 bob alice", "1 alice=0");
    assert_true(guest_part_due_ms(&fixture->part) == UINT64_MAX);
    /* Two sessions that end at once are one logoff. */
    list(fixture, 18000, "2:bob,4:alice,5:bob");
    list(fixture, 20000, "");
    tick(fixture, 30000);
    expect(fixture, "3 0 000", "0", "3 alice=0 bob=0 alice=0");
}

static void thrown_out_by_a_shutdown(void **state)
{
    struct fixture *fixture = *state;

    list(fixture, 0, "1:alice,2:bob");
    list(fixture, 1000, "2:bob");
    guest_part_shut_down(&fixture->part);
    write_items(fixture);
    expect(fixture, "1 1 1", "1 bob", "1 alice=1");
}

static bool request(struct fixture *fixture, const char *boot, uint64_t number, uint64_t now_ms)
{
    struct guest_request wish = {.number = number};
    char value[GUEST_VALUE_SIZE];
    bool taken;

    memcpy(wish.boot, boot, GUEST_BOOT_SIZE);
    guest_request_write(&wish, value);
    taken = guest_part_take_request(&fixture->part, value, now_ms);
    write_items(fixture);
    return taken;
}

static void leaves_because_the_host_asks(void **state)
{
    struct fixture *fixture = *state;

    list(fixture, 0, "1:alice,2:bob");
    assert_false(request(fixture, OTHER_BOOT, 5, 1000));
    assert_false(guest_part_take_request(&fixture->part, "logoff", 1000));
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "");
    assert_true(request(fixture, BOOT, 5, 1000));
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "1 " BOOT " 5 asked");
    /* Once. */
    assert_false(request(fixture, BOOT, 5, 1100));
    list(fixture, 2000, "2:bob,3:carol");
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "1 " BOOT " 5 asked");
    expect(fixture, "1 2 2", "2 bob carol", "1 alice=2");
    list(fixture, 3000, "3:carol");
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "1 " BOOT " 5 done");
    /* Who has come since leaves as anybody does. */
    list(fixture, 4000, "");
    tick(fixture, 10000);
    expect(fixture, "3 0 220", "0", "3 carol=0 bob=2 alice=2");
    /* Nobody is there. */
    assert_false(request(fixture, BOOT, 6, 11000));
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "1 " BOOT " 6 done");
}

static void stays_though_the_host_asks(void **state)
{
    struct fixture *fixture = *state;

    list(fixture, 0, "1:alice");
    assert_true(request(fixture, BOOT, 5, 1000));
    assert_int_equal(guest_part_due_ms(&fixture->part), 1000 + GUEST_REQUEST_MS);
    tick(fixture, 1000 + GUEST_REQUEST_MS);
    assert_true(guest_part_due_ms(&fixture->part) == UINT64_MAX);
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "1 " BOOT " 5 asked");
    list(fixture, 50000, "");
    expect(fixture, "1 0 2", "0", "1 alice=2");
}

static void refuses_a_request(void **state)
{
    struct fixture *fixture = *state;

    list(fixture, 0, "1:alice");
    guest_part_refuse(&fixture->part, "nobody has asked");
    assert_true(request(fixture, BOOT, 5, 1000));
    guest_part_refuse(&fixture->part, "it does not run as root");
    write_items(fixture);
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "1 " BOOT " 5 refused: it does not run as root");
    list(fixture, 2000, "");
    tick(fixture, 10000);
    expect(fixture, "1 0 0", "0", "1 alice=0");
}

/* A fixture that goes on from the items of another one. */
static struct fixture *resume(const struct fixture *before, const char *boot)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    const char *values[GUEST_ITEM_COUNT];

    assert_non_null(fixture);
    for (unsigned int i = 0; i < GUEST_ITEM_COUNT; ++i)
        values[i] = *before->written[i] ? before->written[i] : NULL;
    memcpy(fixture->written, before->written, sizeof(before->written));
    guest_part_init(&fixture->part, boot);
    guest_part_resume(&fixture->part, values);
    return fixture;
}

static void goes_on_where_it_ended(void **state)
{
    struct fixture *before = *state, *fixture;

    list(before, 0, "1:alice,2:bob smith,3:c%=\xc3\xa9");
    assert_string_equal(before->written[GUEST_USERS_ITEM], "1 " BOOT " 3 alice bob%20smith c%25%3D%C3%A9");
    list(before, 1000, "1:alice,2:bob smith");
    tick(before, 10000);
    request(before, BOOT, 7, 20000);
    list(before, 30000, "1:alice,2:bob smith,4:dan");
    list(before, 31000, "1:alice,2:bob smith");
    /* It ends while it doubts that Dan has left, and Bob leaves meanwhile. */
    fixture = resume(before, BOOT);
    assert_false(request(fixture, BOOT, 7, 0));
    list(fixture, 100, "1:alice");
    tick(fixture, 10000);
    expect(fixture, "3 1 000", "1 alice", "3 dan=0 bob%20smith=0");
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "1 " BOOT " 7 asked");
    free(fixture);
}

static void begins_anew_with_the_guest(void **state)
{
    struct fixture *before = *state, *fixture;

    list(before, 0, "1:alice");
    request(before, BOOT, 7, 0);
    list(before, 1000, "");
    fixture = resume(before, OTHER_BOOT);
    list(fixture, 100, "1:bob");
    tick(fixture, 10000);
    assert_string_equal(fixture->written[GUEST_SUMMARY_ITEM], "1 " OTHER_BOOT " 0 1 -");
    /* The answer of then is taken out. */
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "");
    free(fixture);
}

static void goes_on_from_nonsense(void **state)
{
    struct fixture *fixture = *state;
    char longest[3 * GUEST_VALUE_SIZE];
    const char *values[GUEST_ITEM_COUNT] = {"1 " BOOT " x alice", "", "1 " BOOT " 5 1 00000", longest};

    memset(longest, '9', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = 0;
    guest_part_resume(&fixture->part, values);
    list(fixture, 0, "");
    tick(fixture, 10000);
    expect(fixture, "5 0 00000", "0", "5");
    assert_string_equal(fixture->written[GUEST_ANSWER_ITEM], "");
}

static void writes_again_what_failed(void **state)
{
    struct fixture *fixture = *state;
    enum guest_item item;
    const char *value;

    list(fixture, 0, "");
    assert_false(guest_part_take_item(&fixture->part, &item, &value));
    guest_part_return_item(&fixture->part, GUEST_SUMMARY_ITEM);
    assert_true(guest_part_take_item(&fixture->part, &item, &value));
    assert_int_equal(item, GUEST_SUMMARY_ITEM);
    assert_string_equal(value, "1 " BOOT " 0 0 -");
    assert_false(guest_part_take_item(&fixture->part, &item, &value));
}

static void list_many(struct fixture *fixture, unsigned int round)
{
    char id[100], user[400];

    guest_part_begin_list(&fixture->part);
    for (unsigned int i = 0; i < 2 * GUEST_USERS_MAX; ++i)
    {
        snprintf(id, sizeof(id), "%u-%u-%060u", round, i, 0u);
        snprintf(user, sizeof(user), "\x01%u\xff%*u", i, (int)(i % 390), 0u);
        guest_part_see(&fixture->part, id, user);
    }
    guest_part_end_list(&fixture->part, round * 10000);
    write_items(fixture);
}

/* More users with longer names than anybody has. Those for whom there is no room yet are in the next list. */
static void stays_within_its_bounds(void **state)
{
    struct fixture *fixture = *state;

    for (unsigned int round = 0; round < 3; ++round)
    {
        list_many(fixture, round);
        list_many(fixture, round);
        tick(fixture, round * 10000 + GUEST_DOUBT_MS);
        assert_int_equal(fixture->part.summary.users, GUEST_USERS_MAX);
        assert_int_equal(fixture->part.summary.total, round * GUEST_USERS_MAX);
    }
    assert_non_null(strstr(fixture->written[GUEST_USERS_ITEM], " ..."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(tells_who_is_there, setup, teardown),
            cmocka_unit_test_setup_teardown(tells_who_has_left, setup, teardown),
            cmocka_unit_test_setup_teardown(thrown_out_by_a_shutdown, setup, teardown),
            cmocka_unit_test_setup_teardown(leaves_because_the_host_asks, setup, teardown),
            cmocka_unit_test_setup_teardown(stays_though_the_host_asks, setup, teardown),
            cmocka_unit_test_setup_teardown(refuses_a_request, setup, teardown),
            cmocka_unit_test_setup_teardown(goes_on_where_it_ended, setup, teardown),
            cmocka_unit_test_setup_teardown(begins_anew_with_the_guest, setup, teardown),
            cmocka_unit_test_setup_teardown(goes_on_from_nonsense, setup, teardown),
            cmocka_unit_test_setup_teardown(writes_again_what_failed, setup, teardown),
            cmocka_unit_test_setup_teardown(stays_within_its_bounds, setup, teardown),
    };

    return cmocka_run_group_tests_name("the part in a guest", tests, NULL, NULL);
}

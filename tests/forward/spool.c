/* The spool: what was committed is there, in its order, until it was acknowledged and for some time after. */
#include "forward/spool.h"

#include "forward/full_disk.h"
#include "support/counted_memory.h"
#include "support/test.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>

#define PATH "test_forward_spool.db"
#define KEEP_MS 60000
#define REPEAT_MS 30000

static struct spool_options options;
static struct spool *spool;
static bool unclean;
static char fault[SPOOL_FAULT_SIZE];

static void remove_files(void)
{
    remove(PATH);
    remove(PATH "-wal");
    remove(PATH "-journal");
}

static void open_spool(void)
{
    if (spool_open(&spool, &options, &unclean, fault) != SPOOL_DONE)
        fail_msg("%s", fault);
}

static void reopen(void)
{
    spool_close(spool);
    open_spool();
}

static int set_up(void **state)
{
    (void)state;
    remove_files();
    options = (struct spool_options){PATH, 1 << 20, KEEP_MS, REPEAT_MS};
    disk_is_full = false;
    open_spool();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    spool_close(spool);
    spool = NULL;
    remove_files();
    return 0;
}

/* In one transaction so many messages of the machine, each with its number as its body. */
static enum spool_outcome put(const char *machine, unsigned int count)
{
    struct spool_place place;
    enum spool_outcome outcome = spool_begin(spool);
    char body[32];

    for (unsigned int i = 0; i < count && outcome == SPOOL_DONE; ++i)
    {
        if ((outcome = spool_give_place(spool, machine, &place)) != SPOOL_DONE)
            break;
        snprintf(body, sizeof(body), "%" PRIu64 ":%" PRIu64, place.number, place.sequence);
        outcome = spool_put(spool, &place, machine, body, strlen(body));
    }
    if (outcome == SPOOL_DONE)
        return spool_commit(spool);
    spool_roll_back(spool);
    return outcome;
}

static void acknowledge(uint64_t first, uint64_t last)
{
    assert_int_equal(spool_begin(spool), SPOOL_DONE);
    for (uint64_t number = first; number <= last; ++number)
        assert_int_equal(spool_acknowledge(spool, number), SPOOL_DONE);
    assert_int_equal(spool_commit(spool), SPOOL_DONE);
}

static uint64_t waiting(void)
{
    struct spool_counts counts;
    struct spool_message message = {0};
    uint64_t count = 0;

    spool_get_counts(spool, &counts);
    while (spool_read(spool, message.number, &message) == SPOOL_DONE)
        ++count;
    assert_int_equal(count, counts.waiting);
    return count;
}

static void assert_next(uint64_t after, uint64_t number, const char *topic, const char *body)
{
    struct spool_message message;

    assert_int_equal(spool_read(spool, after, &message), SPOOL_DONE);
    assert_int_equal(message.number, number);
    assert_string_equal(message.topic, topic);
    assert_int_equal(message.body_size, strlen(body));
    assert_memory_equal(message.body, body, message.body_size);
}

static void numbers_and_sequences(void **state)
{
    struct spool_message message;

    (void)state;
    assert_int_equal(put("a", 2), SPOOL_DONE);
    assert_int_equal(put("b", 1), SPOOL_DONE);
    assert_int_equal(put("a", 1), SPOOL_DONE);
    assert_next(0, 1, "a", "1:1");
    assert_next(1, 2, "a", "2:2");
    assert_next(2, 3, "b", "3:1");
    assert_next(3, 4, "a", "4:3");
    assert_int_equal(spool_read(spool, 4, &message), SPOOL_NOTHING);
}

static void it_is_the_same_when_opened_again(void **state)
{
    char identity[SPOOL_IDENTITY_SIZE];

    (void)state;
    assert_false(unclean);
    memcpy(identity, spool_identity(spool), sizeof(identity));
    assert_int_equal(strlen(identity), SPOOL_IDENTITY_SIZE - 1);
    assert_int_equal(put("a", 3), SPOOL_DONE);
    acknowledge(1, 1);
    reopen();
    assert_false(unclean);
    assert_string_equal(spool_identity(spool), identity);
    assert_int_equal(waiting(), 2);
    assert_int_equal(put("a", 1), SPOOL_DONE);
    assert_next(3, 4, "a", "4:4");
}

static void what_is_not_committed_has_never_been(void **state)
{
    struct spool_place place;

    (void)state;
    assert_int_equal(put("a", 1), SPOOL_DONE);
    assert_int_equal(spool_begin(spool), SPOOL_DONE);
    assert_int_equal(spool_give_place(spool, "a", &place), SPOOL_DONE);
    assert_int_equal(spool_put(spool, &place, "a", "x", 1), SPOOL_DONE);
    spool_roll_back(spool);
    assert_int_equal(waiting(), 1);
    assert_int_equal(put("a", 1), SPOOL_DONE);
    assert_next(1, 2, "a", "2:2");
}

static void numbers_do_not_come_again(void **state)
{
    (void)state;
    assert_int_equal(put("a", 3), SPOOL_DONE);
    acknowledge(1, 3);
    assert_int_equal(spool_expire(spool, KEEP_MS + 3 * SPOOL_SLOT_MS), SPOOL_DONE);
    reopen();
    assert_int_equal(put("a", 1), SPOOL_DONE);
    assert_next(0, 4, "a", "4:4");
}

static void acknowledged_ones_stay_for_a_while(void **state)
{
    struct spool_counts counts;

    (void)state;
    assert_int_equal(put("a", 4), SPOOL_DONE);
    acknowledge(2, 3);
    assert_int_equal(waiting(), 2);
    assert_next(1, 4, "a", "4:4");
    assert_int_equal(spool_expire(spool, KEEP_MS), SPOOL_DONE);
    spool_get_counts(spool, &counts);
    assert_int_equal(counts.waiting_bytes, 4 * (4 + SPOOL_MESSAGE_OVERHEAD));
    assert_int_equal(spool_expire(spool, KEEP_MS + 3 * SPOOL_SLOT_MS), SPOOL_DONE);
    spool_get_counts(spool, &counts);
    assert_int_equal(counts.waiting_bytes, 2 * (4 + SPOOL_MESSAGE_OVERHEAD));
    assert_int_equal(waiting(), 2);
    /* What is acknowledged twice, or not there, is no matter. */
    acknowledge(1, 9);
    assert_int_equal(waiting(), 0);
}

static void what_was_acknowledged_lately_can_be_repeated(void **state)
{
    (void)state;
    assert_int_equal(put("a", 3), SPOOL_DONE);
    acknowledge(1, 1);
    assert_int_equal(spool_expire(spool, REPEAT_MS + 3 * SPOOL_SLOT_MS), SPOOL_DONE);
    acknowledge(2, 2);
    assert_int_equal(spool_repeat(spool), SPOOL_DONE);
    assert_int_equal(waiting(), 2);
    assert_next(0, 2, "a", "2:2");
    acknowledge(2, 2);
    /* Time in which it is closed does not count, and slots do not begin anew. */
    reopen();
    assert_int_equal(spool_repeat(spool), SPOOL_DONE);
    assert_next(0, 2, "a", "2:2");
    assert_int_equal(waiting(), 2);
}

static void when_it_is_full_the_oldest_go(void **state)
{
    struct spool_counts counts;
    struct spool_message message;

    (void)state;
    options.limit_bytes = 100 * (1 + 6 + SPOOL_MESSAGE_OVERHEAD);
    reopen();
    for (unsigned int i = 0; i < 10; ++i)
        assert_int_equal(put("a", 100), SPOOL_DONE);
    spool_get_counts(spool, &counts);
    assert_true(counts.waiting_bytes <= options.limit_bytes);
    assert_true(counts.waiting > 30 && counts.waiting <= 110);
    assert_int_equal(counts.dropped + counts.waiting, 1000);
    assert_int_equal(waiting(), counts.waiting);
    assert_int_equal(spool_read(spool, 0, &message), SPOOL_DONE);
    assert_int_equal(message.number, counts.dropped + 1);
    assert_int_equal(spool_begin(spool), SPOOL_DONE);
    assert_int_equal(spool_tell_dropped(spool, counts.dropped), SPOOL_DONE);
    assert_int_equal(spool_commit(spool), SPOOL_DONE);
    reopen();
    spool_get_counts(spool, &counts);
    assert_int_equal(counts.dropped, counts.dropped_told);
    assert_int_equal(counts.dropped + counts.waiting, 1000);
}

static void what_goes_and_was_acknowledged_is_not_dropped(void **state)
{
    struct spool_counts counts;

    (void)state;
    options.limit_bytes = 100 * (1 + 6 + SPOOL_MESSAGE_OVERHEAD);
    reopen();
    assert_int_equal(put("a", 100), SPOOL_DONE);
    acknowledge(1, 100);
    assert_int_equal(put("a", 50), SPOOL_DONE);
    spool_get_counts(spool, &counts);
    assert_int_equal(counts.dropped, 0);
    assert_int_equal(waiting(), 50);
}

static void the_last_state_of_each_machine(void **state)
{
    static const char *const bodies[] = {"off", "on", ""};
    struct spool_message message;
    struct spool_place place;

    (void)state;
    for (size_t i = 0; i < 3; ++i)
    {
        assert_int_equal(spool_begin(spool), SPOOL_DONE);
        assert_int_equal(spool_give_place(spool, i == 1 ? "b" : "a", &place), SPOOL_DONE);
        assert_int_equal(spool_put_state(spool, &place, i == 1 ? "b/state" : "a/state", bodies[i], strlen(bodies[i])),
                SPOOL_DONE);
        assert_int_equal(spool_commit(spool), SPOOL_DONE);
    }
    reopen();
    assert_int_equal(spool_read_state(spool, 0, &message), SPOOL_DONE);
    assert_string_equal(message.topic, "b/state");
    assert_int_equal(message.number, 2);
    assert_int_equal(spool_read_state(spool, 2, &message), SPOOL_DONE);
    assert_string_equal(message.topic, "a/state");
    assert_int_equal(message.body_size, 0);
    assert_int_equal(spool_read_state(spool, 3, &message), SPOOL_NOTHING);
}

static void a_full_disk_and_room_again(void **state)
{
    (void)state;
    assert_int_equal(put("a", 10), SPOOL_DONE);
    disk_is_full = true;
    assert_int_equal(put("a", 10), SPOOL_NO_SPACE);
    assert_non_null(strstr(spool_fault(spool), "no space left"));
    assert_int_equal(put("b", 10), SPOOL_NO_SPACE);
    /* What is there can still be published. */
    assert_int_equal(waiting(), 10);
    disk_is_full = false;
    assert_int_equal(put("a", 10), SPOOL_DONE);
    assert_next(10, 11, "a", "11:11");
    assert_int_equal(waiting(), 20);
    reopen();
    assert_int_equal(waiting(), 20);
}

static void two_at_a_time(void **state)
{
    struct spool *second;

    (void)state;
    assert_int_equal(spool_open(&second, &options, &unclean, fault), SPOOL_IN_USE);
    assert_null(second);
    assert_string_equal(fault, "another process uses the spool");
}

static void write_file(const char *bytes, size_t count, long offset)
{
    FILE *file = fopen(PATH, offset ? "r+b" : "wb");

    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static void assert_damaged(const char *part)
{
    assert_int_equal(spool_open(&spool, &options, &unclean, fault), SPOOL_DAMAGED);
    assert_null(spool);
    if (!strstr(fault, part))
        fail_msg("'%s' instead of '%s'", fault, part);
}

static void a_file_that_is_no_database(void **state)
{
    static char garbage[8192];

    (void)state;
    spool_close(spool);
    memset(garbage, 'x', sizeof(garbage));
    write_file(garbage, sizeof(garbage), 0);
    assert_damaged("damaged");
}

static void another_programs_database(void **state)
{
    sqlite3 *database;

    (void)state;
    spool_close(spool);
    spool = NULL;
    remove_files();
    assert_int_equal(sqlite3_open(PATH, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "CREATE TABLE t (a)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    assert_damaged("another program's");
}

/* Whatever page is overwritten, it is told or was not needed; it never crashes, and never makes numbers that were there
 * once come again. */
static void a_file_that_has_come_to_harm(void **state)
{
    static char zeroes[4096];
    unsigned int told = 0;
    sqlite3 *database;

    (void)state;
    for (long page = 1; page < 12; ++page)
    {
        spool_close(spool);
        remove_files();
        open_spool();
        for (unsigned int i = 0; i < 10; ++i)
            assert_int_equal(put("a", 100), SPOOL_DONE);
        spool_close(spool);
        spool = NULL;
        /* As a process leaves it that was killed. */
        assert_int_equal(sqlite3_open(PATH, &database), SQLITE_OK);
        assert_int_equal(
                sqlite3_exec(database, "UPDATE counts SET value = 1 WHERE name = 'open'", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(database), SQLITE_OK);
        write_file(zeroes, sizeof(zeroes), page * 4096);
        if (spool_open(&spool, &options, &unclean, fault) == SPOOL_DAMAGED)
            ++told;
        else
            assert_non_null(spool);
    }
    assert_true(told >= 8);
}

static void a_folder_that_is_not_there(void **state)
{
    struct spool_options elsewhere = options;
    struct spool *none;

    (void)state;
    elsewhere.path = "no/such/folder/spool.db";
    assert_int_equal(spool_open(&none, &elsewhere, &unclean, fault), SPOOL_FAILED);
    assert_non_null(strstr(fault, "unable to open"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(numbers_and_sequences, set_up, tear_down),
            cmocka_unit_test_setup_teardown(it_is_the_same_when_opened_again, set_up, tear_down),
            cmocka_unit_test_setup_teardown(what_is_not_committed_has_never_been, set_up, tear_down),
            cmocka_unit_test_setup_teardown(numbers_do_not_come_again, set_up, tear_down),
            cmocka_unit_test_setup_teardown(acknowledged_ones_stay_for_a_while, set_up, tear_down),
            cmocka_unit_test_setup_teardown(what_was_acknowledged_lately_can_be_repeated, set_up, tear_down),
            cmocka_unit_test_setup_teardown(when_it_is_full_the_oldest_go, set_up, tear_down),
            cmocka_unit_test_setup_teardown(what_goes_and_was_acknowledged_is_not_dropped, set_up, tear_down),
            cmocka_unit_test_setup_teardown(the_last_state_of_each_machine, set_up, tear_down),
            cmocka_unit_test_setup_teardown(a_full_disk_and_room_again, set_up, tear_down),
            cmocka_unit_test_setup_teardown(two_at_a_time, set_up, tear_down),
            cmocka_unit_test_setup_teardown(a_file_that_is_no_database, set_up, tear_down),
            cmocka_unit_test_setup_teardown(another_programs_database, set_up, tear_down),
            cmocka_unit_test_setup_teardown(a_file_that_has_come_to_harm, set_up, tear_down),
            cmocka_unit_test_setup_teardown(a_folder_that_is_not_there, set_up, tear_down),
    };

    full_disk_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

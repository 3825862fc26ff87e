/*
 * A process that puts messages into the spool and acknowledges some is killed at any moment, again and again. What it has
 * reported as committed is there each time, and nothing comes twice or in another order.
 */
#include "forward/spool.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH "test_forward_spool_killed.db"
#define KILLS 25
#define BATCH 20

static const struct spool_options options = {PATH, 1 << 30, 600000, 0};

/* What the child reports behind each commit. */
struct report
{
    uint64_t number; /* of the last message */
    uint64_t acknowledged;
};

static void put_until_killed(int out)
{
    char fault[SPOOL_FAULT_SIZE], body[32];
    struct spool_place place = {0};
    struct spool_message message;
    struct report report;
    struct spool *spool;
    bool unclean;

    CHECK(spool_open(&spool, &options, &unclean, fault) == SPOOL_DONE);
    for (;;)
    {
        CHECK(spool_begin(spool) == SPOOL_DONE);
        for (unsigned int i = 0; i < BATCH; ++i)
        {
            CHECK(spool_give_place(spool, i % 2 ? "odd" : "even", &place) == SPOOL_DONE);
            snprintf(body, sizeof(body), "%" PRIu64, place.sequence);
            CHECK(spool_put(spool, &place, i % 2 ? "odd" : "even", body, strlen(body)) == SPOOL_DONE);
        }
        CHECK(spool_commit(spool) == SPOOL_DONE);
        CHECK(spool_read(spool, 0, &message) == SPOOL_DONE);
        report = (struct report){place.number, message.number};
        CHECK(spool_begin(spool) == SPOOL_DONE);
        CHECK(spool_acknowledge(spool, report.acknowledged) == SPOOL_DONE);
        CHECK(spool_commit(spool) == SPOOL_DONE);
        CHECK(write(out, &report, sizeof(report)) == sizeof(report));
    }
}

/* Returns what the child has reported last before it was killed. */
static struct report run_child(unsigned int ms)
{
    struct report report, last = {0};
    int ends[2], status;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (!child)
    {
        close(ends[0]);
        put_until_killed(ends[1]);
    }
    close(ends[1]);
    /* It has got somewhere. */
    assert_int_equal(read(ends[0], &last, sizeof(last)), sizeof(last));
    usleep(ms * 1000);
    kill(child, SIGKILL);
    while (read(ends[0], &report, sizeof(report)) == sizeof(report))
        last = report;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return last;
}

/* Every message from the first that waits on, with the sequences of both machines without a gap. */
static void look_through(const struct report *report)
{
    uint64_t sequences[2] = {0}, sequence, last = report->acknowledged;
    char fault[SPOOL_FAULT_SIZE];
    struct spool_message message;
    struct spool *spool;
    bool unclean;

    if (spool_open(&spool, &options, &unclean, fault) != SPOOL_DONE)
        fail_msg("%s", fault);
    assert_true(unclean);
    for (uint64_t after = 0; spool_read(spool, after, &message) == SPOOL_DONE; after = message.number)
    {
        /* The one behind may have been acknowledged too, without a report. */
        assert_true(message.number == last + 1 || (!after && message.number == last + 2));
        last = message.number;
        sequence = strtoull(message.body, NULL, 10);
        assert_true(!sequences[*message.topic == 'o'] || sequence == sequences[*message.topic == 'o'] + 1);
        sequences[*message.topic == 'o'] = sequence;
    }
    assert_true(last >= report->number);
    /* A transaction is there as a whole. */
    assert_int_equal(last % BATCH, 0);
    spool_close(spool);
}

static void nothing_that_was_committed_is_lost(void **state)
{
    struct report report;

    (void)state;
    remove(PATH);
    remove(PATH "-wal");
    srand(1);
    for (unsigned int i = 0; i < KILLS; ++i)
    {
        report = run_child((unsigned int)rand() % 60);
        look_through(&report);
        /* The spool of a child that was killed is opened by the next one, too. */
        if (i % 2)
            run_child(0);
    }
    remove(PATH);
    remove(PATH "-wal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_that_was_committed_is_lost)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

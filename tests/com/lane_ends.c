/* The ends of a lane's receivers, with something else happening at the worst of moments: another end, an event, the end of
 * the apartment. */
#include "com/receiver.h"

static bool no_lane_finishes(void)
{
    return lanes_let_go(INFINITE) == 0;
}

static void test_cut_while_the_end_is_being_done(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.held = 1};

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    lane_finish(&receiver.lane_receiver);
    await(&receiver.destroyed, 1);
    lane_cut(&receiver.lane_receiver);
    atomic_store(&receiver.held, 0);
    receiver_remove(&receiver);
    source_end(source);
    assert_int_equal(receiver.destroyed, 1);
    assert_int_equal(receiver.freed, 1);
    assert_true(no_lane_finishes());
}

static void cut(struct receiver *receiver)
{
    lane_cut(&receiver->lane_receiver);
}

/* The release of a sink may unadvise it. */
static void test_cut_by_its_own_end(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.on_destroy = cut};

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    lane_finish(&receiver.lane_receiver);
    await(&receiver.destroyed, 1);
    receiver_remove(&receiver);
    source_end(source);
    assert_int_equal(receiver.destroyed, 1);
    assert_int_equal(receiver.freed, 1);
}

static void test_cut_while_finishing(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.held = 1};

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    receiver_notify(&receiver);
    receiver_notify(&receiver);
    await(&receiver.delivered, 1);
    lane_finish(&receiver.lane_receiver);
    lane_cut(&receiver.lane_receiver);
    lane_finish(&receiver.lane_receiver);
    atomic_store(&receiver.held, 0);
    receiver_remove(&receiver);
    source_end(source);
    assert_int_equal(receiver.delivered, 1);
    assert_int_equal(receiver.destroyed, 1);
    assert_int_equal(receiver.freed, 1);
}

/* One that removes a listener does not know whether it is finishing: what waits is delivered then. */
static void test_removed_while_finishing(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.held = 1};

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    receiver_notify(&receiver);
    receiver_notify(&receiver);
    lane_finish(&receiver.lane_receiver);
    receiver_remove(&receiver);
    atomic_store(&receiver.held, 0);
    source_end(source);
    assert_int_equal(receiver.delivered, 2);
    assert_int_equal(receiver.destroyed, 1);
}

/* A receiver that has ended by itself may be asked to finish by one that does not know. Its lane is not waited for. */
static void test_finish_after_the_end(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {0};

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    lane_cut(&receiver.lane_receiver);
    await(&receiver.destroyed, 1);
    lane_finish(&receiver.lane_receiver);
    assert_true(no_lane_finishes());
    receiver_remove(&receiver);
    source_end(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_cut_while_finishing),
            cmocka_unit_test(test_removed_while_finishing),
            cmocka_unit_test(test_cut_while_the_end_is_being_done),
            cmocka_unit_test(test_cut_by_its_own_end),
            cmocka_unit_test(test_finish_after_the_end),
    };

    return cmocka_run_group_tests(tests, lanes_set_up, lanes_tear_down);
}

/* The ends of a lane's receivers, with something else happening at the worst of moments: another end, an event, the end of
 * the apartment. */
#include "com/receiver.h"

#include "com/apartment.h"

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

static void notify(void *receiver)
{
    receiver_notify(receiver);
}

static void notify_other_elsewhere(struct receiver *receiver)
{
    test_thread_join(test_thread_start(notify, receiver->other));
}

static void notify_other_here(struct receiver *receiver)
{
    receiver_notify(receiver->other);
}

/* Whoever fires while an end is being done relies on the thread that does it. */
static void fire_during_an_end_at_home(void (*fire)(struct receiver *receiver))
{
    struct event_source *source = source_create();
    struct receiver other = {0}, receiver = {.on_destroy = fire, .other = &other};

    receiver_join(&receiver, source, 0, LANE_HOME_THREAD);
    receiver_join(&other, source, 0, LANE_HOME_THREAD);
    lane_cut(&receiver.lane_receiver);
    assert_int_equal(receiver.destroyed, 1);
    await(&other.delivered, 1);
    receiver_remove(&receiver);
    receiver_remove(&other);
    source_end(source);
}

static void test_event_of_another_thread_during_an_end(void **state)
{
    (void)state;
    fire_during_an_end_at_home(notify_other_elsewhere);
}

static void test_event_of_this_thread_during_an_end(void **state)
{
    (void)state;
    fire_during_an_end_at_home(notify_other_here);
}

static void run_jobs_until(atomic_int *count)
{
    uint64_t end = test_time_ms() + TEST_PATIENCE_MS;

    while (!atomic_load(count) && test_time_ms() < end)
    {
        if (!apartment_run_job())
            test_sleep_ms(1);
    }
    CHECK(atomic_load(count));
}

static void fire_during_an_end_in_an_sta(void *source)
{
    struct receiver other = {0}, receiver = {.on_destroy = notify_other_here, .other = &other};

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    receiver_join(&receiver, source, 0, LANE_HOME_THREAD);
    receiver_join(&other, source, 0, LANE_HOME_THREAD);
    lane_cut(&receiver.lane_receiver);
    run_jobs_until(&other.delivered);
    receiver_remove(&receiver);
    receiver_remove(&other);
    CoUninitialize();
}

static void test_event_of_this_sta_during_an_end(void **state)
{
    struct event_source *source = source_create();

    (void)state;
    test_thread_join(test_thread_start(fire_during_an_end_in_an_sta, source));
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
            cmocka_unit_test(test_event_of_another_thread_during_an_end),
            cmocka_unit_test(test_event_of_this_thread_during_an_end),
            cmocka_unit_test(test_event_of_this_sta_during_an_end),
    };

    return cmocka_run_group_tests(tests, lanes_set_up, lanes_tear_down);
}

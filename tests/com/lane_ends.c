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

/* A receiver whose apartment is that of a thread of its own. */
struct resident
{
    struct event_source *source;
    struct receiver receiver;
    atomic_int joined, settled;
};

static struct resident *lost;

/* Has done what DllMain does for a thread that ends here, and goes on when nobody waits for it any more: so what the call
 * holds, which stays for ever where a thread is gone, is given back. */
static void be_gone(struct receiver *receiver)
{
    (void)receiver;
    apartments_thread_exit();
    CHECK(test_wait_for(&lost->settled, 1));
}

static void be_lost_in_a_delivery(void *context)
{
    (void)context;
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    receiver_join(&lost->receiver, lost->source, 0, LANE_HOME_NONE);
    atomic_store(&lost->joined, 1);
    run_jobs_until(&lost->receiver.abandoned);
    CoUninitialize();
}

/* An event whose delivery ends with its thread is waited for no longer. */
static void test_settle_with_a_lost_thread(void **state)
{
    struct resident resident = {.source = source_create(), .receiver.on_deliver = be_gone};
    test_thread thread;
    ULONG missing;

    (void)state;
    lost = &resident;
    thread = test_thread_start(be_lost_in_a_delivery, NULL);
    await(&resident.joined, 1);
    receiver_notify(&resident.receiver);
    receiver_notify(&resident.receiver);
    missing = lane_settle(&resident.receiver.lane_receiver, TEST_PATIENCE_MS / 2);
    atomic_store(&resident.settled, 1);
    test_thread_join(thread);
    receiver_remove(&resident.receiver);
    source_end(resident.source);
    assert_int_equal(missing, 0);
    assert_int_equal(resident.receiver.delivered, 1);
    assert_int_equal(resident.receiver.destroyed, 0);
    assert_int_equal(resident.receiver.freed, 1);
}

/* Two lanes, and how many of their deliveries have returned. */
struct pair
{
    struct receiver first, second;
    atomic_int returned;
};

static struct pair *pair;

static void count_return(struct receiver *receiver)
{
    (void)receiver;
    atomic_fetch_add(&pair->returned, 1);
}

/* Has the lane that is waited for end, and then the other go on. */
static bool end_one_by_one(void *context)
{
    UINT *turns = context;

    if (!(*turns)++)
    {
        lane_cut(&pair->second.lane_receiver);
        atomic_store(&pair->second.held, 0);
        await(&pair->second.destroyed, 1);
        return true;
    }
    atomic_store(&pair->first.held, 0);
    test_sleep_ms(1);
    return true;
}

/* Who waits for one lane after the other gets to the next when the one has ended meanwhile. The latest is the first. */
static void test_catch_up_past_an_end(void **state)
{
    struct event_source *source = source_create();
    struct pair those = {
            .first = {.held = 1, .on_deliver = count_return},
            .second = {.held = 1, .on_deliver = count_return},
    };
    UINT turns = 0;

    (void)state;
    pair = &those;
    receiver_join(&those.first, source, 0, LANE_HOME_NONE);
    receiver_join(&those.second, source, 1, LANE_HOME_NONE);
    receiver_notify(&those.first);
    receiver_notify(&those.second);
    await(&those.first.delivered, 1);
    await(&those.second.delivered, 1);
    assert_true(lanes_catch_up(source, end_one_by_one, &turns));
    assert_int_equal(those.returned, 2);
    atomic_store(&those.first.held, 0);
    receiver_remove(&those.first);
    receiver_remove(&those.second);
    source_end(source);
}

struct leaving
{
    struct event_source *source;
    struct receiver first, second, late;
};

static struct leaving *leaving;

/* In a delivery to the second, which so goes on while the lanes hear of the end. */
static void leave_com(struct receiver *receiver)
{
    (void)receiver;
    CoUninitialize();
    CHECK(leaving->first.destroyed == 1 && leaving->second.destroyed == 0);
    CHECK(leaving->late.destroyed == 1);
}

/* The second's lane has heard of the end by then, and its delivery is still under way. */
static void join_the_second(struct receiver *receiver)
{
    (void)receiver;
    receiver_join(&leaving->late, leaving->source, 1, LANE_HOME_THREAD);
}

static void leave_com_in_a_delivery(void *context)
{
    (void)context;
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    receiver_join(&leaving->first, leaving->source, 0, LANE_HOME_THREAD);
    receiver_join(&leaving->second, leaving->source, 1, LANE_HOME_THREAD);
    receiver_notify(&leaving->second);
    CHECK(leaving->second.destroyed == 1);
}

/* Who joins a listener while its apartment ends has that end too. */
static void test_join_while_the_apartment_ends(void **state)
{
    struct leaving those = {
            .source = source_create(),
            .first.on_destroy = join_the_second,
            .second.on_deliver = leave_com,
    };

    (void)state;
    leaving = &those;
    test_thread_join(test_thread_start(leave_com_in_a_delivery, NULL));
    assert_int_equal(those.late.destroyed, 1);
    receiver_remove(&those.first);
    receiver_remove(&those.second);
    receiver_remove(&those.late);
    source_end(those.source);
}

static void change_apartments(void *context)
{
    struct resident *changing = context;

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    receiver_join(&changing->receiver, changing->source, 0, LANE_HOME_THREAD);
    receiver_notify(&changing->receiver);
    CHECK(changing->receiver.delivered == 1 && changing->receiver.thread == GetCurrentThreadId());
    CoUninitialize();
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    receiver_notify(&changing->receiver);
    CHECK(test_wait_for(&changing->receiver.delivered, 2));
    CHECK(changing->receiver.thread != GetCurrentThreadId());
    CoUninitialize();
}

/* A thread has its number in whatever apartment it is, and so has the next one that gets it. */
static void test_home_thread_in_another_apartment(void **state)
{
    struct resident changing = {.source = source_create()};

    (void)state;
    test_thread_join(test_thread_start(change_apartments, &changing));
    receiver_remove(&changing.receiver);
    source_end(changing.source);
    assert_int_equal(changing.receiver.destroyed, 1);
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
            cmocka_unit_test(test_settle_with_a_lost_thread),
            cmocka_unit_test(test_catch_up_past_an_end),
            cmocka_unit_test(test_join_while_the_apartment_ends),
            cmocka_unit_test(test_home_thread_in_another_apartment),
    };

    return cmocka_run_group_tests(tests, lanes_set_up, lanes_tear_down);
}

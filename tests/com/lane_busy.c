/* Listeners that are busy and take no call for now: they are called again, nobody waits for them, and they end as others do. */
#include "com/receiver.h"

#include "com/apartment.h"
#include "com/clock.h"

static ULONG settle(struct receiver *receiver)
{
    return lane_settle(&receiver->lane_receiver, TEST_PATIENCE_MS);
}

static void notify_some(struct receiver *receiver, UINT count)
{
    for (UINT i = 0; i < count; ++i)
        receiver_notify(receiver);
}

static void test_called_again(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.busy = 4};

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    notify_some(&receiver, 5);
    assert_int_equal(settle(&receiver), 0);
    assert_int_equal(receiver.delivered, 5);
    assert_int_equal(receiver.calls, 9);
    receiver_remove(&receiver);
    source_end(source);
    assert_int_equal(receiver.destroyed, 1);
    assert_int_equal(receiver.freed, 1);
}

/* Again and again: each time it is left alone for a short time first. */
static void test_busy_more_than_once(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {0};

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    for (UINT i = 0; i < 20; ++i)
    {
        atomic_store(&receiver.busy, 1);
        receiver_notify(&receiver);
        assert_int_equal(settle(&receiver), 0);
    }
    assert_int_equal(receiver.delivered, 20);
    assert_int_equal(receiver.calls, 40);
    receiver_remove(&receiver);
    source_end(source);
}

/* What goes in one call comes again in one call, with what has come meanwhile. */
static void test_many_in_one_call(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.held = 1};

    (void)state;
    receiver_join_for_some(&receiver, source, 0, LANE_HOME_NONE);
    receiver_notify(&receiver);
    await(&receiver.delivered, 1);
    notify_some(&receiver, 6);
    atomic_store(&receiver.busy, 3);
    atomic_store(&receiver.held, 0);
    assert_int_equal(settle(&receiver), 0);
    assert_int_equal(receiver.delivered, 7);
    assert_int_equal(receiver.calls_with_some, 1);
    assert_int_equal(receiver.first_count, 6);
    assert_int_equal(receiver.calls, 5);
    receiver_remove(&receiver);
    source_end(source);
}

static void test_nobody_else_waits(void **state)
{
    struct event_source *source = source_create();
    struct receiver busy = {.busy = BUSY_FOR_NOW}, other = {0};

    (void)state;
    receiver_join(&busy, source, 0, LANE_HOME_NONE);
    receiver_join(&other, source, 1, LANE_HOME_NONE);
    for (UINT i = 0; i < 10; ++i)
    {
        receiver_notify(&busy);
        receiver_notify(&other);
    }
    assert_int_equal(settle(&other), 0);
    assert_int_equal(other.delivered, 10);
    assert_int_equal(busy.delivered, 0);
    assert_int_equal(lane_settle(&busy.lane_receiver, 0), 10);
    atomic_store(&busy.busy, 0);
    assert_int_equal(settle(&busy), 0);
    assert_int_equal(busy.delivered, 10);
    receiver_remove(&busy);
    receiver_remove(&other);
    source_end(source);
}

static void test_cut_while_busy(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.busy = BUSY_FOR_NOW};

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    notify_some(&receiver, 3);
    await(&receiver.calls, 2);
    lane_cut(&receiver.lane_receiver);
    await(&receiver.destroyed, 1);
    assert_int_equal(receiver.delivered, 0);
    receiver_remove(&receiver);
    source_end(source);
    assert_int_equal(receiver.destroyed, 1);
    assert_int_equal(receiver.freed, 1);
}

/* What the rest is for is over: it is called again at once, unless nobody is to be called any more. */
static void test_woken(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.busy = BUSY_FOR_NOW};
    uint64_t end = test_time_ms() + TEST_PATIENCE_MS;
    int calls;

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    assert_false(lane_wake(&receiver.lane_receiver));
    receiver_notify(&receiver);
    await(&receiver.calls, 1);
    for (UINT i = 0; i < 50; ++i)
    {
        calls = receiver.calls;
        while (!lane_wake(&receiver.lane_receiver) && test_time_ms() < end)
            test_sleep_ms(1);
        await(&receiver.calls, calls + 1);
    }
    atomic_store(&receiver.busy, 0);
    assert_int_equal(settle(&receiver), 0);
    assert_int_equal(receiver.delivered, 1);
    atomic_store(&receiver.busy, BUSY_FOR_NOW);
    calls = receiver.calls;
    receiver_notify(&receiver);
    await(&receiver.calls, calls + 1);
    lane_cut(&receiver.lane_receiver);
    assert_false(lane_wake(&receiver.lane_receiver));
    await(&receiver.destroyed, 1);
    receiver_remove(&receiver);
    source_end(source);
    assert_int_equal(receiver.delivered, 1);
    assert_int_equal(receiver.freed, 1);
}

/* The ends of others do not wait behind what comes again, whether they come during the call or during the rest. */
static void end_other_while_busy(bool in_call)
{
    struct event_source *source = source_create();
    struct receiver busy = {.busy = BUSY_FOR_NOW, .held = in_call}, other = {0};

    receiver_join(&busy, source, 0, LANE_HOME_NONE);
    receiver_join(&other, source, 0, LANE_HOME_NONE);
    receiver_notify(&busy);
    receiver_notify(&other);
    await(&busy.calls, in_call ? 1 : 2);
    lane_cut(&other.lane_receiver);
    atomic_store(&busy.held, 0);
    await(&other.destroyed, 1);
    assert_int_equal(busy.delivered, 0);
    assert_int_equal(other.delivered, 0);
    atomic_store(&busy.busy, 0);
    assert_int_equal(settle(&busy), 0);
    assert_int_equal(busy.delivered, 1);
    receiver_remove(&busy);
    receiver_remove(&other);
    source_end(source);
}

static void test_end_of_another_during_the_call(void **state)
{
    (void)state;
    end_other_while_busy(true);
}

static void test_end_of_another_during_the_rest(void **state)
{
    (void)state;
    end_other_while_busy(false);
}

/* A receiver that finishes has all that was fired before; what it does not take comes in front of its end. */
static void test_finish_while_busy(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.busy = BUSY_FOR_NOW};

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    notify_some(&receiver, 4);
    lane_finish(&receiver.lane_receiver);
    await(&receiver.calls, 3);
    assert_int_equal(receiver.destroyed, 0);
    assert_int_equal(lanes_let_go(INFINITE), 1);
    atomic_store(&receiver.busy, 0);
    await(&receiver.destroyed, 1);
    assert_int_equal(receiver.delivered, 4);
    assert_int_equal(lanes_let_go(INFINITE), 0);
    receiver_remove(&receiver);
    source_end(source);
}

/* It has not had one of them: all are lost. */
static void test_let_go_while_busy(void **state)
{
    struct event_source *source = source_create();
    struct receiver receiver = {.busy = BUSY_FOR_NOW};
    LONG lost = lanes_lost();

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    notify_some(&receiver, 4);
    lane_finish(&receiver.lane_receiver);
    await(&receiver.calls, 2);
    for (uint64_t end = test_time_ms() + TEST_PATIENCE_MS; lanes_let_go(30) && test_time_ms() < end;)
        test_sleep_ms(1);
    await(&receiver.destroyed, 1);
    assert_int_equal(receiver.delivered, 0);
    assert_true(lanes_lost() - lost >= 3); /* one may have been tried just then */
    assert_true(lanes_lost() - lost <= 4);
    receiver_remove(&receiver);
    source_end(source);
}

/* One whose program has been heard of since is not let go; what is looked at too late says nothing. */
static void test_busy_and_alive(void **state)
{
    const DWORD patience_ms = 300;
    struct event_source *source = source_create();
    struct receiver receiver = {.busy = BUSY_FOR_NOW};
    uint64_t since;
    UINT left;

    (void)state;
    receiver_join(&receiver, source, 0, LANE_HOME_NONE);
    receiver_notify(&receiver);
    lane_finish(&receiver.lane_receiver);
    await(&receiver.calls, 2);
    test_sleep_ms(patience_ms + 100);
    since = test_time_ms();
    lane_note_life(&receiver.lane_receiver, clock_ms());
    left = lanes_let_go(patience_ms);
    if (test_time_ms() - since < patience_ms)
        assert_int_equal(left, 1);
    while (lanes_let_go(patience_ms))
        test_sleep_ms(1);
    await(&receiver.destroyed, 1);
    assert_int_equal(receiver.delivered, 0);
    receiver_remove(&receiver);
    source_end(source);
}

/* Runs what waits for this thread. Events of a busy listener do not make jobs without end. */
static void run_jobs(void)
{
    UINT count = 0;

    while (apartment_run_job())
        CHECK(++count < 100);
}

static void run_jobs_until(atomic_int *count, int value)
{
    uint64_t end = test_time_ms() + TEST_PATIENCE_MS;

    for (; atomic_load(count) < value && test_time_ms() < end; test_sleep_ms(1))
        run_jobs();
    CHECK(atomic_load(count) == value);
}

static void notify(void *receiver)
{
    notify_some(receiver, 5);
}

/* Whoever fires at home does not wait for a listener that is busy, and it hears what others have fired behind. */
static void be_busy_in_an_sta(void *source)
{
    struct receiver busy = {.busy = 3}, other = {0};

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    receiver_join(&busy, source, 0, LANE_HOME_THREAD);
    receiver_join(&other, source, 1, LANE_HOME_THREAD);
    receiver_notify(&busy);
    CHECK(busy.calls == 1 && busy.delivered == 0);
    receiver_notify(&busy);
    test_thread_join(test_thread_start(notify, &busy));
    test_thread_join(test_thread_start(notify, &other));
    run_jobs();
    CHECK(other.delivered == 5);
    run_jobs_until(&busy.delivered, 7);
    CHECK(busy.thread == GetCurrentThreadId());
    receiver_remove(&busy);
    receiver_remove(&other);
    CoUninitialize();
    CHECK(busy.destroyed == 1);
}

static void test_busy_in_an_sta(void **state)
{
    struct event_source *source = source_create();

    (void)state;
    test_thread_join(test_thread_start(be_busy_in_an_sta, source));
    source_end(source);
}

static struct receiver resident;

static void leave_com_while_busy(void *source)
{
    resident = (struct receiver){.busy = BUSY_FOR_NOW};
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    receiver_join(&resident, source, 0, LANE_HOME_THREAD);
    notify_some(&resident, 3);
    CoUninitialize();
    CHECK(resident.destroyed == 1 && resident.delivered == 0);
}

/* The rest goes on behind the apartment's end, and finds nothing to do. */
static void test_apartment_ends_while_busy(void **state)
{
    struct event_source *source = source_create();

    (void)state;
    test_thread_join(test_thread_start(leave_com_while_busy, source));
    receiver_remove(&resident);
    source_end(source);
    assert_int_equal(resident.destroyed, 1);
    assert_int_equal(resident.freed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_called_again),
            cmocka_unit_test(test_busy_more_than_once),
            cmocka_unit_test(test_many_in_one_call),
            cmocka_unit_test(test_nobody_else_waits),
            cmocka_unit_test(test_woken),
            cmocka_unit_test(test_cut_while_busy),
            cmocka_unit_test(test_end_of_another_during_the_call),
            cmocka_unit_test(test_end_of_another_during_the_rest),
            cmocka_unit_test(test_finish_while_busy),
            cmocka_unit_test(test_let_go_while_busy),
            cmocka_unit_test(test_busy_and_alive),
            cmocka_unit_test(test_busy_in_an_sta),
            cmocka_unit_test(test_apartment_ends_while_busy),
    };

    return cmocka_run_group_tests(tests, lanes_set_up, lanes_tear_down);
}

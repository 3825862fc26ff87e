/* Events that wait in a lane and go in one call: which do, what is left when not all have been taken, and how receivers end
 * meanwhile. */
#include "com/receiver.h"

#include "com/event_batch.h"

/* Two receivers of one listener, the first of which is in a delivery, so that all else waits. */
struct two
{
    struct event_source *source;
    struct receiver first, second;
};

static void two_begin(struct two *two)
{
    memset(two, 0, sizeof(*two));
    two->source = source_create();
    atomic_store(&two->first.held, 1);
    receiver_join_for_some(&two->first, two->source, 0, LANE_HOME_NONE);
    receiver_join_for_some(&two->second, two->source, 0, LANE_HOME_NONE);
    receiver_notify(&two->first);
    await(&two->first.delivered, 1);
}

static void two_go_on(struct two *two)
{
    atomic_store(&two->first.held, 0);
}

static void two_end(struct two *two)
{
    receiver_remove(&two->first);
    receiver_remove(&two->second);
    source_end(two->source);
    assert_int_equal(two->first.destroyed, 1);
    assert_int_equal(two->second.destroyed, 1);
    assert_int_equal(two->first.freed, 1);
    assert_int_equal(two->second.freed, 1);
}

static void notify_both(struct two *two, UINT count)
{
    for (UINT i = 0; i < count; ++i)
    {
        receiver_notify(&two->first);
        receiver_notify(&two->second);
    }
}

static ULONG settle(struct receiver *receiver)
{
    return lane_settle(&receiver->lane_receiver, TEST_PATIENCE_MS);
}

static void test_all_that_waits_goes_together(void **state)
{
    struct two two;

    (void)state;
    two_begin(&two);
    notify_both(&two, 5);
    two_go_on(&two);
    assert_int_equal(settle(&two.first), 0);
    assert_int_equal(two.first.delivered, 6);
    assert_int_equal(two.second.delivered, 5);
    assert_int_equal(two.first.calls_with_some, 1);
    assert_int_equal(two.first.first_count, 10);
    assert_int_equal(two.second.calls_with_some, 0);
    two_end(&two);
}

static void test_no_more_than_so_many(void **state)
{
    struct two two;

    (void)state;
    two_begin(&two);
    notify_both(&two, EVENT_BATCH_MAX);
    two_go_on(&two);
    assert_int_equal(settle(&two.first), 0);
    assert_int_equal(two.second.delivered, EVENT_BATCH_MAX);
    assert_int_equal(two.first.calls_with_some, 2);
    assert_int_equal(two.first.first_count, EVENT_BATCH_MAX);
    two_end(&two);
}

/* Those that are as large as a call may be go by themselves. */
static void test_no_more_bytes_than_so_many(void **state)
{
    static WCHAR text[EVENT_BATCH_MAX_BYTES / sizeof(WCHAR)];
    struct two two;
    VARIANT value;

    (void)state;
    two_begin(&two);
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocStringLen(text, ARRAYSIZE(text));
    for (UINT i = 0; i < 3; ++i)
        receiver_notify_value(&two.second, &value);
    SysFreeString(V_BSTR(&value));
    two_go_on(&two);
    assert_int_equal(settle(&two.first), 0);
    assert_int_equal(two.second.delivered, 3);
    assert_int_equal(two.second.calls_with_some, 0);
    two_end(&two);
}

/* Handing over an object may fail, and the event alone with it. */
static void test_objects_go_alone(void **state)
{
    struct two two;
    VARIANT value;

    (void)state;
    two_begin(&two);
    V_VT(&value) = VT_UNKNOWN;
    assert_int_equal(CreateStreamOnHGlobal(NULL, TRUE, (IStream **)&V_UNKNOWN(&value)), S_OK);
    notify_both(&two, 2);
    receiver_notify_value(&two.second, &value);
    notify_both(&two, 3);
    IUnknown_Release(V_UNKNOWN(&value));
    two_go_on(&two);
    assert_int_equal(settle(&two.first), 0);
    assert_int_equal(two.second.delivered, 6);
    assert_int_equal(two.first.calls_with_some, 2);
    assert_int_equal(two.first.first_count, 4);
    two_end(&two);
}

/* One that takes one event at a time has its events between those of others. */
static void test_who_takes_one_at_a_time(void **state)
{
    struct two two;
    struct receiver plain = {0};

    (void)state;
    two_begin(&two);
    receiver_join(&plain, two.source, 0, LANE_HOME_NONE);
    notify_both(&two, 2);
    receiver_notify(&plain);
    receiver_notify(&plain);
    notify_both(&two, 3);
    two_go_on(&two);
    assert_int_equal(settle(&two.first), 0);
    assert_int_equal(plain.delivered, 2);
    assert_int_equal(two.second.delivered, 5);
    assert_int_equal(two.first.calls_with_some, 2);
    receiver_remove(&plain);
    two_end(&two);
}

static void test_what_is_not_taken_comes_again(void **state)
{
    struct two two;

    (void)state;
    two_begin(&two);
    two.first.takes = two.second.takes = 3;
    notify_both(&two, 5);
    two_go_on(&two);
    assert_int_equal(settle(&two.first), 0);
    assert_int_equal(two.first.delivered, 6);
    assert_int_equal(two.second.delivered, 5);
    /* Three, three, three, and one that is alone. */
    assert_int_equal(two.first.calls_with_some + two.second.calls_with_some, 3);
    two_end(&two);
}

/* What a call has left is dropped when its receiver has been cut during the call, as what waits is; the other's is not. */
static void test_cut_during_a_call(void **state)
{
    struct two two;

    (void)state;
    two_begin(&two);
    two.first.takes = two.second.takes = 2;
    atomic_store(&two.second.held, 1);
    receiver_notify(&two.second);
    receiver_notify(&two.first);
    notify_both(&two, 4);
    two_go_on(&two);
    await(&two.second.calls_with_some, 1);
    lane_cut(&two.second.lane_receiver);
    /* Its end is not done as long as the call is under way. */
    test_sleep_ms(TEST_SETTLE_MS);
    assert_int_equal(two.second.destroyed, 0);
    atomic_store(&two.second.held, 0);
    await(&two.second.destroyed, 1);
    assert_int_equal(settle(&two.first), 0);
    assert_int_equal(two.first.delivered, 6);
    assert_int_equal(two.second.delivered, 1);
    two_end(&two);
}

/* All of what has been fired before is delivered, and then the end. */
static void test_finish_with_what_waits(void **state)
{
    struct two two;

    (void)state;
    two_begin(&two);
    two.first.takes = two.second.takes = 4;
    notify_both(&two, 10);
    lane_finish(&two.first.lane_receiver);
    notify_both(&two, 10);
    lane_finish(&two.second.lane_receiver);
    two_go_on(&two);
    await(&two.first.destroyed, 1);
    await(&two.second.destroyed, 1);
    assert_int_equal(two.first.delivered, 11);
    assert_int_equal(two.second.delivered, 20);
    assert_int_equal(lanes_let_go(INFINITE), 0);
    two_end(&two);
}

/* Of a call that hangs when its lane is let go all events but the first are lost, as what waits behind it is. */
static void test_let_go_in_a_call(void **state)
{
    struct two two;
    LONG lost = lanes_lost();

    (void)state;
    two_begin(&two);
    two.second.takes = 1;
    atomic_store(&two.second.held, 1);
    receiver_notify(&two.second);
    notify_both(&two, 4);
    two_go_on(&two);
    await(&two.second.calls_with_some, 1);
    notify_both(&two, 3);
    lane_finish(&two.first.lane_receiver);
    lane_finish(&two.second.lane_receiver);
    lanes_let_go(0);
    assert_int_equal(lanes_lost() - lost, 8 + 6);
    atomic_store(&two.second.held, 0);
    await(&two.second.destroyed, 1);
    await(&two.first.destroyed, 1);
    assert_int_equal(lanes_lost() - lost, 8 + 6);
    two_end(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_all_that_waits_goes_together),
            cmocka_unit_test(test_no_more_than_so_many),
            cmocka_unit_test(test_no_more_bytes_than_so_many),
            cmocka_unit_test(test_objects_go_alone),
            cmocka_unit_test(test_who_takes_one_at_a_time),
            cmocka_unit_test(test_what_is_not_taken_comes_again),
            cmocka_unit_test(test_cut_during_a_call),
            cmocka_unit_test(test_finish_with_what_waits),
            cmocka_unit_test(test_let_go_in_a_call),
    };

    return cmocka_run_group_tests(tests, lanes_set_up, lanes_tear_down);
}

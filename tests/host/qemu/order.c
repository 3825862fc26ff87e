/* The order of what is observed, where QEMU tells of it late. */
#include "host/qemu/order.h"
#include "support/test.h"

#include <string.h>

static struct order order;

static int set_up(void **state)
{
    (void)state;
    order_init(&order);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    order_cleanup(&order);
    return 0;
}

static size_t size = 100;

/* Events are numbered by their kinds here. */
static void put(int kind, const char *event, int64_t time_ms, uint64_t now_ms)
{
    struct observation observed = {
            .kind = kind, .time_us = time_ms == ORDER_NOW ? ORDER_NOW : time_ms * 1000, .size = size};

    assert_true(order_put(&order, &observed, event, NULL, now_ms));
}

/* What is due, by the digits of the kinds. */
static void expect_due(uint64_t now_ms, const char *kinds)
{
    struct observation *observation;
    char due[32] = "";

    while ((observation = order_take(&order, now_ms)))
    {
        snprintf(due + strlen(due), sizeof(due) - strlen(due), "%d", observation->kind);
        observation_free(observation);
    }
    assert_string_equal(due, kinds);
}

static void test_nothing_waits_as_a_rule(void **state)
{
    (void)state;
    put(1, "STOP", 10, 10);
    expect_due(10, "1");
    put(2, "RESUME", 5, 11);
    put(3, NULL, ORDER_NOW, 11);
    expect_due(11, "23");
    assert_true(order_due_ms(&order) == UINT64_MAX);
}

/* As it has been seen: RESET .360 and .414, then VSERPORT_CHANGE of .44 s before. */
static void test_a_late_event_takes_its_place(void **state)
{
    (void)state;
    put(1, "VSERPORT_CHANGE", 0, 0);
    expect_due(0, "1");
    put(2, "RESET", 360, 360);
    put(3, "RESET", 414, 414);
    expect_due(414, "");
    assert_true(order_due_ms(&order) == ORDER_WINDOW_MS);
    put(4, "VSERPORT_CHANGE", 300, 1000);
    expect_due(1000, "423");
}

static void test_it_waits_no_longer_than_it_must(void **state)
{
    (void)state;
    put(1, "VSERPORT_CHANGE", 0, 0);
    put(2, "STOP", 100, 100);
    expect_due(ORDER_WINDOW_MS - 1, "1");
    expect_due(ORDER_WINDOW_MS, "2");
}

/* What comes behind the late event may have to wait for the next. */
static void test_windows_follow_each_other(void **state)
{
    (void)state;
    put(1, "VSERPORT_CHANGE", 0, 0);
    put(2, "VSERPORT_CHANGE", 500, 1000);
    put(3, "STOP", 1100, 1100);
    expect_due(1100, "12");
    put(4, "VSERPORT_CHANGE", 1050, 2000);
    expect_due(2000, "43");
}

/* One kind does not vouch for the other. */
static void test_two_kinds(void **state)
{
    (void)state;
    put(1, "WATCHDOG", 0, 0);
    put(2, "VSERPORT_CHANGE", 10, 10);
    put(3, "RESET", 20, 20);
    expect_due(20, "1");
    assert_true(order_due_ms(&order) == ORDER_WINDOW_MS);
    expect_due(ORDER_WINDOW_MS, "2");
    assert_true(order_due_ms(&order) == ORDER_WINDOW_MS + 10);
    expect_due(ORDER_WINDOW_MS + 10, "3");
}

static void test_answers_stay_behind_what_they_followed(void **state)
{
    (void)state;
    put(1, "BALLOON_CHANGE", 0, 0);
    put(2, "STOP", 100, 100);
    put(3, NULL, ORDER_NOW, 101);
    put(4, "RESUME", 102, 102);
    put(5, "BALLOON_CHANGE", 50, 900);
    expect_due(900, "15234");
}

/* By an hour, between two events. */
static void test_a_clock_that_is_set_back(void **state)
{
    (void)state;
    put(1, "VSERPORT_CHANGE", 3600000, 0);
    put(2, "STOP", 3600100, 100);
    put(3, "VSERPORT_CHANGE", 200, 200);
    put(4, NULL, ORDER_NOW, 210);
    put(5, "SHUTDOWN", 220, 220);
    put(6, NULL, ORDER_NOW, 230);
    put(7, "RESET", 240, 240);
    put(8, "VSERPORT_CHANGE", 230, 1200);
    expect_due(1200, "12345687");
}

static void test_the_end_of_the_stream_lets_all_go(void **state)
{
    (void)state;
    put(1, "VSERPORT_CHANGE", 0, 0);
    put(2, "SHUTDOWN", 10, 10);
    expect_due(10, "1");
    order_end_stream(&order);
    expect_due(10, "2");
}

static void test_all_waits_while_it_is_held(void **state)
{
    (void)state;
    order.held = true;
    put(1, "STOP", 0, 0);
    expect_due(100000, "");
    assert_true(order_due_ms(&order) == UINT64_MAX);
    order.held = false;
    expect_due(0, "1");
}

/* A peer that floods us does not get our memory. */
static void test_order_is_given_up_before_memory(void **state)
{
    struct observation *observation;
    uint32_t most = 0;

    (void)state;
    put(1, "VSERPORT_CHANGE", 0, 0);
    for (int i = 0; i < 200000; ++i)
    {
        put(2, "STOP", i % 2 ? i : 1, 1);
        while ((observation = order_take(&order, 1)))
            observation_free(observation);
        most = order.count > most ? order.count : most;
    }
    assert_int_equal(most, ORDER_HELD_MAX);
}

/* Long messages are given up sooner. */
static void test_long_messages_are_let_go(void **state)
{
    (void)state;
    put(1, "VSERPORT_CHANGE", 0, 0);
    expect_due(0, "1");
    size = ORDER_HELD_BYTES_MAX / 2;
    put(2, "STOP", 10, 10);
    put(3, "RESUME", 11, 10);
    expect_due(10, "");
    size = 100;
    put(4, "STOP", 12, 10);
    expect_due(10, "2");
    expect_due(5000, "34");
    assert_int_equal(order.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_nothing_waits_as_a_rule, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_a_late_event_takes_its_place, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_it_waits_no_longer_than_it_must, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_windows_follow_each_other, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_two_kinds, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_answers_stay_behind_what_they_followed, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_a_clock_that_is_set_back, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_the_end_of_the_stream_lets_all_go, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_all_waits_while_it_is_held, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_order_is_given_up_before_memory, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_long_messages_are_let_go, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}

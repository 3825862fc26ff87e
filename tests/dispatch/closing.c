/* The end of a list: from outside, from inside its own walk, from inside another's, with other threads in it. */
#include "dispatch/probe.h"

static void test_close_from_outside(void **state)
{
    struct probe first = {0}, second = {0};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&first, list);
    probe_add(&second, list);
    fire(list);
    list_close(list);
    assert_int_equal(list_times_closed(list), 1);
    assert_int_equal(first.releases, 1);
    assert_int_equal(second.releases, 1);
    assert_false(listeners_remove(list, first.cookie, 0));
    fire(list);
    assert_int_equal(first.calls, 1);
    assert_int_equal(list_times_closed(list), 1);
    list_free(list);
}

static void act_close_own(struct probe *probe)
{
    list_close(probe->list);
    CHECK(!list_times_closed(probe->list));
    CHECK(!atomic_load(&probe->releases));
}

static void test_close_inside_its_own_walk(void **state)
{
    struct probe closer = {.act = act_close_own}, next = {0};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&closer, list);
    probe_add(&next, list);
    fire(list);
    assert_int_equal(next.calls, 0);
    assert_int_equal(list_times_closed(list), 1);
    assert_int_equal(closer.releases, 1);
    assert_int_equal(next.releases, 1);
    list_free(list);
}

static void act_nest_and_close(struct probe *probe)
{
    if (atomic_load(&probe->calls) < 3)
        fire(probe->list);
    else
        act_close_own(probe);
    CHECK(!list_times_closed(probe->list));
}

static void test_close_deep_in_nested_walks(void **state)
{
    struct probe closer = {.act = act_nest_and_close}, next = {0};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&closer, list);
    probe_add(&next, list);
    fire(list);
    assert_int_equal(closer.calls, 3);
    assert_int_equal(next.calls, 0);
    assert_int_equal(list_times_closed(list), 1);
    list_free(list);
}

static void act_close_other(struct probe *probe)
{
    list_close(probe->other_list);
}

static void test_close_inside_another_walk(void **state)
{
    struct probe victim = {0}, closer = {.act = act_close_other};
    struct listeners *list = list_create(), *other = list_create();

    (void)state;
    closer.other_list = other;
    probe_add(&victim, other);
    probe_add(&closer, list);
    fire(other);
    fire(list);
    assert_int_equal(list_times_closed(other), 1);
    assert_int_equal(victim.releases, 1);
    list_free(other);
    list_end(list);
}

/* Walks of two lists within each other; the outer one is closed in the inner. */
static void act_fire_other_list(struct probe *probe)
{
    fire(probe->other_list);
    CHECK(!list_times_closed(probe->list));
}

static void test_close_of_an_outer_walk(void **state)
{
    struct probe outer = {.act = act_fire_other_list}, inner = {.act = act_close_other};
    struct listeners *list = list_create(), *other = list_create();

    (void)state;
    outer.other_list = other;
    inner.other_list = list;
    probe_add(&outer, list);
    probe_add(&inner, other);
    fire(list);
    assert_int_equal(list_times_closed(list), 1);
    assert_int_equal(outer.releases, 1);
    list_free(list);
    list_end(other);
}

struct closing
{
    struct listeners *list;
    atomic_int begun;
    atomic_int done;
};

static void close_body(void *context)
{
    struct closing *closing = context;

    atomic_store(&closing->begun, 1);
    list_close(closing->list);
    atomic_store(&closing->done, 1);
}

#define WALKERS 3

struct walker
{
    struct probe probe;
    struct firing firing;
    test_thread thread;
};

/* Puts a thread for each walker into a callback of its own. */
static void walkers_start(struct walker walkers[WALKERS], struct listeners *list)
{
    for (unsigned int i = 0; i < WALKERS; ++i)
    {
        walkers[i].probe.act = act_wait;
        walkers[i].firing = (struct firing){list, 1u << i};
        probe_add_for(&walkers[i].probe, list, 1u << i);
    }
    for (unsigned int i = 0; i < WALKERS; ++i)
    {
        walkers[i].thread = test_thread_start(fire_event_body, &walkers[i].firing);
        assert_true(test_wait_for(&walkers[i].probe.entered, 1));
    }
}

static void walker_end(struct walker *walker)
{
    atomic_store(&walker->probe.go_on, 1);
    test_thread_join(walker->thread);
}

static void test_close_from_outside_waits_for_walks(void **state)
{
    struct walker walkers[WALKERS] = {0};
    struct closing closing = {.list = list_create()};
    test_thread closer;

    (void)state;
    walkers_start(walkers, closing.list);
    closer = test_thread_start(close_body, &closing);
    assert_true(test_wait_for(&closing.begun, 1));
    for (unsigned int i = 0; i < WALKERS; ++i)
    {
        test_sleep_ms(TEST_SETTLE_MS / WALKERS);
        assert_int_equal(closing.done, 0);
        assert_int_equal(list_times_closed(closing.list), 0);
        walker_end(&walkers[i]);
    }
    test_thread_join(closer);
    assert_int_equal(list_times_closed(closing.list), 1);
    for (unsigned int i = 0; i < WALKERS; ++i)
        assert_int_equal(walkers[i].probe.releases, 1);
    list_free(closing.list);
}

static void test_close_inside_with_others_in_walks(void **state)
{
    struct walker walkers[WALKERS] = {0};
    struct listeners *list = list_create(), *other = list_create();
    struct probe closer = {.act = act_close_other, .other_list = list};

    (void)state;
    walkers_start(walkers, list);
    probe_add(&closer, other);
    fire(other);
    for (unsigned int i = 0; i < WALKERS; ++i)
    {
        assert_int_equal(list_times_closed(list), 0);
        walker_end(&walkers[i]);
    }
    /* The last who left has ended it. */
    assert_int_equal(list_times_closed(list), 1);
    for (unsigned int i = 0; i < WALKERS; ++i)
        assert_int_equal(walkers[i].probe.releases, 1);
    list_free(list);
    list_end(other);
}

static void test_close_inside_its_own_walk_with_others_in_walks(void **state)
{
    struct walker walkers[WALKERS] = {0};
    struct listeners *list = list_create();
    struct probe closer = {.act = act_close_own};

    (void)state;
    walkers_start(walkers, list);
    probe_add_for(&closer, list, 1u << WALKERS);
    assert_true(listeners_fire(list, 1u << WALKERS, NULL));
    for (unsigned int i = 0; i < WALKERS; ++i)
    {
        assert_int_equal(list_times_closed(list), 0);
        walker_end(&walkers[i]);
    }
    assert_int_equal(list_times_closed(list), 1);
    assert_int_equal(closer.releases, 1);
    list_free(list);
}

static void act_add_to_closed(struct probe *probe)
{
    list_close(probe->list);
    CHECK(!listeners_add(probe->list, ALL_EVENTS, probe_notify, probe->other, probe_release, &probe->other->cookie));
}

/* Nobody would ever release it. */
static void test_nothing_is_added_to_a_closed_list(void **state)
{
    struct probe late = {0}, closer = {.act = act_add_to_closed, .other = &late};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&closer, list);
    fire(list);
    assert_int_equal(list_times_closed(list), 1);
    assert_int_equal(late.releases, 0);
    list_free(list);
}

static void end_owner(void *owner)
{
    listeners_cleanup(owner);
    free(owner);
}

static void DISPATCH_CALL fire_and_leave(const struct VMEVENT *event, void *context)
{
    (void)event;
    (void)context;
}

static void walk_often(void *context)
{
    struct closing *closing = context;

    while (!atomic_load(&closing->begun))
    {
        struct listeners *list = calloc(1, sizeof(struct test_list));
        uint32_t cookie;

        CHECK(list && listeners_init(list));
        CHECK(listeners_add(list, ALL_EVENTS, fire_and_leave, NULL, NULL, &cookie));
        fire(list);
        listeners_close(list, end_owner, list);
        fire(closing->list);
    }
}

/* Two threads may come to this at once. */
static void act_remove_self_if_still_there(struct probe *probe)
{
    listeners_remove(probe->list, probe->cookie, 0);
}

/* Lists come and go, their readers with them, while a thread that has just left may look at its reader once more. */
static void test_lists_come_and_go(void **state)
{
    struct closing closing = {.list = list_create()};
    test_thread threads[4];

    (void)state;
    for (unsigned int i = 0; i < 4; ++i)
        threads[i] = test_thread_start(walk_often, &closing);
    for (unsigned int i = 0; i < 200; ++i)
    {
        struct probe probe = {.act = act_remove_self_if_still_there};

        probe_add(&probe, closing.list);
        test_sleep_ms(1);
        act_remove_self_if_still_there(&probe);
        assert_true(test_wait_for(&probe.releases, 1));
    }
    atomic_store(&closing.begun, 1);
    for (unsigned int i = 0; i < 4; ++i)
        test_thread_join(threads[i]);
    list_end(closing.list);
}

static void fire_for_ever(void *context)
{
    struct closing *closing = context;

    while (!atomic_load(&closing->done))
        fire(closing->list);
}

/* Events that are still fired reach nobody, and keep nobody waiting, however many they are. */
static void test_close_under_fire(void **state)
{
    (void)state;
    for (unsigned int round = 0; round < 20; ++round)
    {
        struct closing closing = {.list = list_create()};
        struct probe probe = {0};
        test_thread threads[8];
        uint64_t begun;

        probe_add(&probe, closing.list);
        for (unsigned int i = 0; i < 8; ++i)
            threads[i] = test_thread_start(fire_for_ever, &closing);
        assert_true(test_wait_for(&probe.calls, 1000));
        begun = test_time_ms();
        list_close(closing.list);
        assert_true(test_time_ms() - begun < TEST_PATIENCE_MS);
        /* One of the threads may be at it. */
        assert_true(test_wait_for(&((struct test_list *)closing.list)->closed, 1));
        assert_int_equal(probe.releases, 1);
        atomic_store(&closing.done, 1);
        for (unsigned int i = 0; i < 8; ++i)
            test_thread_join(threads[i]);
        list_free(closing.list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_close_from_outside),
            cmocka_unit_test(test_close_inside_its_own_walk),
            cmocka_unit_test(test_close_deep_in_nested_walks),
            cmocka_unit_test(test_close_inside_another_walk),
            cmocka_unit_test(test_close_of_an_outer_walk),
            cmocka_unit_test(test_close_from_outside_waits_for_walks),
            cmocka_unit_test(test_close_inside_with_others_in_walks),
            cmocka_unit_test(test_close_inside_its_own_walk_with_others_in_walks),
            cmocka_unit_test(test_nothing_is_added_to_a_closed_list),
            cmocka_unit_test(test_lists_come_and_go),
            cmocka_unit_test(test_close_under_fire),
    };

    return cmocka_run_group_tests(tests, dispatch_setup, dispatch_teardown);
}

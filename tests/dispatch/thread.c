/* Threads that end inside a callback, come and go, and are more than the first table of readers has room for. */
#include "dispatch/probe.h"

static void test_exit_inside_a_callback_does_not_block_removals(void **state)
{
    struct probe probe = {.act = act_exit_thread};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&probe, list);
    test_thread_join(fire_in_thread(list));
    assert_int_equal(probe.calls, 1);
    assert_true(listeners_remove(list, probe.cookie, 0));
    assert_int_equal(probe.releases, 1);
    list_end(list);
}

static void act_remove_self_and_exit(struct probe *probe)
{
    act_remove_self(probe);
    CHECK(!atomic_load(&probe->releases));
    test_thread_exit();
}

static void test_exit_gives_back_what_the_walk_removed(void **state)
{
    struct probe probe = {.act = act_remove_self_and_exit};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&probe, list);
    test_thread_join(fire_in_thread(list));
    assert_int_equal(probe.releases, 1);
    list_end(list);
}

static void act_close_and_exit(struct probe *probe)
{
    list_close(probe->list);
    test_thread_exit();
}

static void test_exit_ends_a_closed_list(void **state)
{
    struct probe probe = {.act = act_close_and_exit};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&probe, list);
    test_thread_join(fire_in_thread(list));
    assert_int_equal(probe.releases, 1);
    assert_int_equal(list_times_closed(list), 1);
    list_free(list);
}

static void act_wait_and_exit(struct probe *probe)
{
    act_wait(probe);
    test_thread_exit();
}

static void act_remove_other(struct probe *probe)
{
    CHECK(listeners_remove(probe->other->list, probe->other->cookie, 0));
}

/* A removal inside a callback that has only the walk of the ending thread in its way. */
static void test_exit_gives_back_what_others_removed(void **state)
{
    struct probe probe = {.act = act_wait_and_exit};
    struct probe remover = {.act = act_remove_other, .other = &probe};
    struct listeners *list = list_create(), *other = list_create();
    test_thread thread;

    (void)state;
    probe_add(&probe, list);
    probe_add(&remover, other);
    thread = fire_in_thread(list);
    assert_true(test_wait_for(&probe.entered, 1));
    fire(other);
    assert_int_equal(probe.releases, 0);
    atomic_store(&probe.go_on, 1);
    test_thread_join(thread);
    assert_int_equal(probe.releases, 1);
    list_end(list);
    list_end(other);
}

static void act_fire_other_list(struct probe *probe)
{
    fire(probe->other_list);
}

static void act_fire_other_list_or_exit(struct probe *probe)
{
    if (atomic_load(&probe->calls) < 2)
        fire(probe->other_list);
    else
        act_remove_self_and_exit(probe);
}

/* Four walks within each other, two in each list. */
static void test_exit_deep_inside(void **state)
{
    struct listeners *list = list_create(), *other = list_create();
    struct probe outer = {.act = act_fire_other_list, .other_list = other};
    struct probe inner = {.act = act_fire_other_list_or_exit, .other_list = list};
    struct probe next = {0};

    (void)state;
    probe_add(&outer, list);
    probe_add(&inner, other);
    probe_add(&next, other);
    test_thread_join(fire_in_thread(list));
    assert_int_equal(outer.calls, 2);
    assert_int_equal(inner.calls, 2);
    assert_int_equal(inner.releases, 1);
    assert_int_equal(next.calls, 0);
    assert_true(listeners_remove(list, outer.cookie, 0));
    fire(other);
    assert_int_equal(next.calls, 1);
    list_end(list);
    list_end(other);
}

/* One after the other they get the same number, and the same readers. */
static void test_numbers_are_used_again(void **state)
{
    struct probe probe = {0};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&probe, list);
    for (unsigned int i = 0; i < 100; ++i)
    {
        probe.act = i % 2 ? act_exit_thread : NULL;
        test_thread_join(fire_in_thread(list));
    }
    assert_int_equal(probe.calls, 100);
    assert_int_equal(readers_count_fired(&list->readers), 100);
    assert_int_equal(atomic_load(&list->readers.table)->count, 16);
    list_end(list);
}

/* One for each event that a listener can be for, but the last. */
#define MANY_THREADS 23

/* The table grows while threads whose readers stand in the smaller ones are in their walks. */
static void test_more_threads_than_the_table_has_room_for(void **state)
{
    struct probe probes[MANY_THREADS] = {0}, last = {0};
    struct firing firings[MANY_THREADS];
    struct listeners *list = list_create();
    struct probe remover = {.act = act_remove_other, .other = &last};
    struct listeners *other = list_create();
    test_thread threads[MANY_THREADS];

    (void)state;
    probe_add(&remover, other);
    for (unsigned int i = 0; i < MANY_THREADS; ++i)
    {
        probes[i].act = act_wait;
        probe_add_for(&probes[i], list, 1u << i);
        firings[i] = (struct firing){list, 1u << i};
        threads[i] = test_thread_start(fire_event_body, &firings[i]);
        assert_true(test_wait_for(&probes[i].entered, 1));
    }
    assert_true(atomic_load(&list->readers.table)->count >= MANY_THREADS);
    probe_add_for(&last, list, LAST_EVENT);
    fire(other);
    for (unsigned int i = 0; i < MANY_THREADS; ++i)
    {
        assert_int_equal(last.releases, 0);
        atomic_store(&probes[i].go_on, 1);
        test_thread_join(threads[i]);
    }
    assert_int_equal(last.releases, 1);
    assert_int_equal(last.calls, 0);
    assert_int_equal(readers_count_fired(&list->readers), MANY_THREADS);
    list_end(list);
    list_end(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_exit_inside_a_callback_does_not_block_removals),
            cmocka_unit_test(test_exit_gives_back_what_the_walk_removed),
            cmocka_unit_test(test_exit_ends_a_closed_list),
            cmocka_unit_test(test_exit_gives_back_what_others_removed),
            cmocka_unit_test(test_exit_deep_inside),
            cmocka_unit_test(test_numbers_are_used_again),
            cmocka_unit_test(test_more_threads_than_the_table_has_room_for),
    };

    return cmocka_run_group_tests(tests, dispatch_setup, dispatch_teardown);
}

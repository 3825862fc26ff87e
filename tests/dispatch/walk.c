/* What one thread sees of a walk: order, filters, and changes to the list from inside it. */
#include "dispatch/probe.h"

static void assert_log(const int *names)
{
    unsigned int count = 0;

    for (; names[count]; ++count)
    {
        assert_true(count < call_log_length);
        assert_int_equal(call_log[count], names[count]);
    }
    assert_int_equal(call_log_length, count);
    call_log_length = 0;
}

#define ASSERT_LOG(...) assert_log((const int[]){__VA_ARGS__, 0})

static int empty_log(void **state)
{
    (void)state;
    call_log_length = 0;
    return 0;
}

static void test_empty_list_hears_nothing(void **state)
{
    struct listeners *list = list_create();

    (void)state;
    fire(list);
    assert_int_equal(readers_count_fired(&list->readers), 1);
    list_end(list);
}

static void test_order_is_that_of_adding(void **state)
{
    struct probe probes[5] = {{.name = 1}, {.name = 2}, {.name = 3}, {.name = 4}, {.name = 5}};
    struct listeners *list = list_create();

    (void)state;
    for (unsigned int i = 0; i < 4; ++i)
        probe_add(&probes[i], list);
    fire(list);
    ASSERT_LOG(1, 2, 3, 4);

    /* A place that is free again is no place in the order. */
    assert_true(listeners_remove(list, probes[1].cookie, 0));
    assert_int_equal(probes[1].releases, 1);
    probe_add(&probes[4], list);
    fire(list);
    ASSERT_LOG(1, 3, 4, 5);

    assert_true(listeners_remove(list, probes[0].cookie, 0));
    assert_true(listeners_remove(list, probes[4].cookie, 0));
    fire(list);
    ASSERT_LOG(3, 4);
    assert_int_equal(readers_count_fired(&list->readers), 3);

    list_end(list);
    for (unsigned int i = 0; i < 5; ++i)
        assert_int_equal(probes[i].releases, 1);
}

static void test_only_wanted_events_are_heard(void **state)
{
    struct probe first = {.name = 1}, second = {.name = 2}, both = {.name = 3}, last = {.name = 4};
    struct listeners *list = list_create();

    (void)state;
    probe_add_for(&first, list, 1u << 0);
    probe_add_for(&second, list, 1u << 1);
    probe_add_for(&both, list, 1u << 0 | 1u << 1);
    probe_add_for(&last, list, LAST_EVENT);
    assert_true(listeners_fire(list, 1u << 0, NULL));
    ASSERT_LOG(1, 3);
    assert_true(listeners_fire(list, 1u << 1, NULL));
    ASSERT_LOG(2, 3);
    assert_true(listeners_fire(list, LAST_EVENT, NULL));
    ASSERT_LOG(4);
    assert_true(listeners_fire(list, 1u << 2, NULL));
    assert_int_equal(call_log_length, 0);
    list_end(list);
}

static const struct VMEVENT *heard_event;

static void DISPATCH_CALL hear(const struct VMEVENT *event, void *context)
{
    (void)context;
    heard_event = event;
}

static void test_event_is_handed_on_and_release_may_be_missing(void **state)
{
    const struct VMEVENT *event = (const struct VMEVENT *)&heard_event;
    struct listeners *list = list_create();
    uint32_t cookie = 0;

    (void)state;
    assert_true(listeners_add(list, ALL_EVENTS, hear, NULL, NULL, &cookie));
    assert_int_not_equal(cookie, 0);
    assert_true(listeners_fire(list, ONE_EVENT, event));
    assert_ptr_equal(heard_event, event);
    assert_true(listeners_remove(list, cookie, 0));
    list_end(list);
}

static void act_add_other(struct probe *probe)
{
    if (!probe->other->list)
        probe_add(probe->other, probe->list);
}

static void test_added_during_a_walk_waits_for_the_next(void **state)
{
    struct probe late = {.name = 9}, later = {.name = 10};
    struct probe first = {.name = 1, .act = act_add_other, .other = &late};
    struct probe last = {.name = 2, .act = act_add_other, .other = &later};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&first, list);
    probe_add(&last, list);
    fire(list);
    ASSERT_LOG(1, 2);
    fire(list);
    ASSERT_LOG(1, 2, 9, 10);
    list_end(list);
}

static void act_remove_other(struct probe *probe)
{
    if (!atomic_load(&probe->other->releases))
        listeners_remove(probe->list, probe->other->cookie, 0);
}

static void test_callback_removes_itself(void **state)
{
    struct probe probes[] = {{.name = 1, .act = act_remove_self}, {.name = 2, .act = act_remove_self},
            {.name = 3, .act = act_remove_self}};
    struct listeners *list = list_create();

    (void)state;
    for (unsigned int i = 0; i < 3; ++i)
        probe_add(&probes[i], list);
    fire(list);
    ASSERT_LOG(1, 2, 3);
    /* The walk was the only one: all has been given back when it ended. */
    for (unsigned int i = 0; i < 3; ++i)
        assert_int_equal(probes[i].releases, 1);
    fire(list);
    assert_int_equal(call_log_length, 0);
    list_end(list);
    for (unsigned int i = 0; i < 3; ++i)
        assert_int_equal(probes[i].releases, 1);
}

static void test_callback_removes_the_next_and_the_previous(void **state)
{
    struct probe probes[] = {{.name = 1}, {.name = 2}, {.name = 3}, {.name = 4}};
    struct listeners *list = list_create();

    (void)state;
    probes[1].act = act_remove_other;
    probes[1].other = &probes[2];
    probes[3].act = act_remove_other;
    probes[3].other = &probes[0];
    for (unsigned int i = 0; i < 4; ++i)
        probe_add(&probes[i], list);
    fire(list);
    ASSERT_LOG(1, 2, 4);
    assert_int_equal(probes[2].releases, 1);
    assert_int_equal(probes[0].releases, 1);
    fire(list);
    ASSERT_LOG(2, 4);
    list_end(list);
}

/* Removes everything behind itself, then itself; the walk stands on what is unlinked. */
static void act_remove_the_rest(struct probe *probe)
{
    struct probe *other;

    for (other = probe; other; other = other->other)
        CHECK(listeners_remove(probe->list, other->cookie, 0));
}

static void test_callback_removes_itself_and_all_that_follow(void **state)
{
    struct probe added = {.name = 9};
    struct probe probes[4] = {{.name = 1}, {.name = 2, .act = act_remove_the_rest}, {.name = 3}, {.name = 4}};
    struct listeners *list = list_create();

    (void)state;
    for (unsigned int i = 0; i < 4; ++i)
    {
        probes[i].other = i < 3 ? &probes[i + 1] : NULL;
        probe_add(&probes[i], list);
    }
    fire(list);
    ASSERT_LOG(1, 2);
    for (unsigned int i = 1; i < 4; ++i)
        assert_int_equal(probes[i].releases, 1);
    probe_add(&added, list);
    fire(list);
    ASSERT_LOG(1, 9);
    list_end(list);
}

static void act_release_is_yet_to_come(struct probe *probe)
{
    act_remove_self(probe);
    CHECK(!atomic_load(&probe->releases));
    CHECK(!listeners_remove(probe->list, probe->cookie, 0));
}

static void test_release_waits_for_the_own_walk(void **state)
{
    struct probe probe = {.act = act_release_is_yet_to_come};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&probe, list);
    fire(list);
    assert_int_equal(probe.releases, 1);
    list_end(list);
}

static void act_fire_three_deep(struct probe *probe)
{
    if (atomic_load(&probe->calls) < 3)
        fire(probe->list);
}

static void test_nested_fires(void **state)
{
    struct probe first = {.name = 1, .act = act_fire_three_deep}, second = {.name = 2};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&first, list);
    probe_add(&second, list);
    fire(list);
    ASSERT_LOG(1, 1, 1, 2, 2, 2);
    list_end(list);
}

/* In the innermost of three walks: removes itself and the one behind it, which no walk is to call any more. */
static void act_recurse_and_remove(struct probe *probe)
{
    if (atomic_load(&probe->calls) < 3)
    {
        fire(probe->list);
        return;
    }
    CHECK(listeners_remove(probe->list, probe->cookie, 0));
    CHECK(listeners_remove(probe->list, probe->other->cookie, 0));
    fire(probe->list);
    CHECK(!atomic_load(&probe->releases) && !atomic_load(&probe->other->releases));
}

static void test_removal_deep_in_nested_fires(void **state)
{
    struct probe second = {.name = 2}, third = {.name = 3};
    struct probe first = {.name = 1, .act = act_recurse_and_remove, .other = &second};
    struct listeners *list = list_create();

    (void)state;
    probe_add(&first, list);
    probe_add(&second, list);
    probe_add(&third, list);
    fire(list);
    ASSERT_LOG(1, 1, 1, 3, 3, 3, 3);
    assert_int_equal(first.releases, 1);
    assert_int_equal(second.releases, 1);
    list_end(list);
}

static void act_fire_other_list(struct probe *probe)
{
    fire(probe->other_list);
}

static void act_remove_other_there(struct probe *probe)
{
    CHECK(listeners_remove(probe->other->list, probe->other->cookie, 0));
    /* Nobody walks that list: its release need not wait. */
    CHECK(atomic_load(&probe->other->releases) == 1);
}

static void test_lists_are_independent(void **state)
{
    struct probe theirs = {.name = 3}, outer = {.name = 1, .act = act_fire_other_list};
    struct probe inner = {.name = 2, .act = act_remove_other_there, .other = &theirs};
    struct listeners *first = list_create(), *second = list_create(), *third = list_create();

    (void)state;
    outer.other_list = second;
    probe_add(&outer, first);
    probe_add(&inner, second);
    probe_add(&theirs, third);
    fire(third);
    fire(first);
    ASSERT_LOG(3, 1, 2);
    list_end(first);
    list_end(second);
    list_end(third);
}

static void DISPATCH_CALL release_that_fires(void *context)
{
    struct probe *probe = context;

    probe_release(probe);
    fire(probe->list);
    CHECK(listeners_remove(probe->list, probe->other->cookie, 0));
}

static void test_release_may_use_the_list(void **state)
{
    struct probe other = {.name = 2}, probe = {.name = 1, .act = act_remove_self, .other = &other};
    struct listeners *list = list_create();

    (void)state;
    probe.list = list;
    assert_true(listeners_add(list, ALL_EVENTS, probe_notify, &probe, release_that_fires, &probe.cookie));
    probe_add(&other, list);
    fire(list);
    /* 1 and 2 by the walk, 2 once more by the release. */
    ASSERT_LOG(1, 2, 2);
    assert_int_equal(probe.releases, 1);
    assert_int_equal(other.releases, 1);
    list_end(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_empty_list_hears_nothing, empty_log),
            cmocka_unit_test_setup(test_order_is_that_of_adding, empty_log),
            cmocka_unit_test_setup(test_only_wanted_events_are_heard, empty_log),
            cmocka_unit_test_setup(test_event_is_handed_on_and_release_may_be_missing, empty_log),
            cmocka_unit_test_setup(test_added_during_a_walk_waits_for_the_next, empty_log),
            cmocka_unit_test_setup(test_callback_removes_itself, empty_log),
            cmocka_unit_test_setup(test_callback_removes_the_next_and_the_previous, empty_log),
            cmocka_unit_test_setup(test_callback_removes_itself_and_all_that_follow, empty_log),
            cmocka_unit_test_setup(test_release_waits_for_the_own_walk, empty_log),
            cmocka_unit_test_setup(test_nested_fires, empty_log),
            cmocka_unit_test_setup(test_removal_deep_in_nested_fires, empty_log),
            cmocka_unit_test_setup(test_lists_are_independent, empty_log),
            cmocka_unit_test_setup(test_release_may_use_the_list, empty_log),
    };

    return cmocka_run_group_tests(tests, dispatch_setup, dispatch_teardown);
}

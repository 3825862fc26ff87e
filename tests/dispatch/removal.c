/* The removal guarantee between threads, and cookies that are not or no longer any. */
#include "dispatch/probe.h"

struct removal
{
    struct probe *probe;
    atomic_int begun;
    atomic_int done;
    atomic_int releases_then; /* of the probe, when the removal returned */
};

static void remove_body(void *context)
{
    struct removal *removal = context;

    atomic_store(&removal->begun, 1);
    CHECK(listeners_remove(removal->probe->list, removal->probe->cookie, 0));
    atomic_store(&removal->releases_then, atomic_load(&removal->probe->releases));
    atomic_store(&removal->done, 1);
}

static void test_removal_waits_for_a_running_callback(void **state)
{
    struct probe probe = {.act = act_wait};
    struct removal removal = {.probe = &probe};
    struct listeners *list = list_create();
    test_thread firing, removing;

    (void)state;
    probe_add(&probe, list);
    firing = fire_in_thread(list);
    assert_true(test_wait_for(&probe.entered, 1));
    removing = test_thread_start(remove_body, &removal);
    assert_true(test_wait_for(&removal.begun, 1));
    test_sleep_ms(TEST_SETTLE_MS);
    assert_int_equal(removal.done, 0);
    assert_int_equal(probe.releases, 0);

    /* It is out of the list already. */
    fire(list);
    assert_int_equal(probe.calls, 1);

    atomic_store(&probe.go_on, 1);
    assert_true(test_wait_for(&removal.done, 1));
    assert_int_equal(removal.releases_then, 1);
    test_thread_join(firing);
    test_thread_join(removing);
    fire(list);
    assert_int_equal(probe.calls, 1);
    list_end(list);
    assert_int_equal(probe.releases, 1);
}

static void act_remove_other_and_wait(struct probe *probe)
{
    CHECK(listeners_remove(probe->other->list, probe->other->cookie, 0));
    act_wait(probe);
}

/* An endless stream of events must not keep a removal waiting: walks that begin after it do not count. */
static void test_removal_does_not_wait_for_later_walks(void **state)
{
    struct probe removed = {0}, gone = {0};
    struct probe early = {.act = act_remove_other_and_wait, .other = &gone}, late = {.act = act_wait};
    struct removal removal = {.probe = &removed};
    struct listeners *list = list_create();
    struct firing first = {list, 1u << 0}, second = {list, 1u << 1};
    test_thread early_thread, late_thread, removing;

    (void)state;
    probe_add_for(&early, list, 1u << 0);
    probe_add_for(&late, list, 1u << 1);
    probe_add_for(&gone, list, 1u << 2);
    probe_add_for(&removed, list, 1u << 2);

    /* The removal inside moves the epoch on, so that the early walk is of the one before. */
    early_thread = test_thread_start(fire_event_body, &first);
    assert_true(test_wait_for(&early.entered, 1));
    removing = test_thread_start(remove_body, &removal);
    assert_true(test_wait_for(&removal.begun, 1));
    test_sleep_ms(TEST_SETTLE_MS);
    assert_int_equal(removal.done, 0);

    late_thread = test_thread_start(fire_event_body, &second);
    assert_true(test_wait_for(&late.entered, 1));
    atomic_store(&early.go_on, 1);
    test_thread_join(early_thread);
    assert_true(test_wait_for(&removal.done, 1));
    assert_int_equal(removal.releases_then, 1);

    atomic_store(&late.go_on, 1);
    test_thread_join(late_thread);
    test_thread_join(removing);
    assert_int_equal(gone.releases, 1);
    list_end(list);
}

static void test_removal_inside_does_not_wait(void **state)
{
    struct probe running = {.act = act_wait};
    struct probe remover = {.act = act_remove_other_and_wait, .other = &running, .go_on = 1};
    struct listeners *list = list_create();
    struct firing first = {list, 1u << 0}, second = {list, 1u << 1};
    test_thread running_thread;

    (void)state;
    probe_add_for(&running, list, 1u << 0);
    probe_add_for(&remover, list, 1u << 1);

    running_thread = test_thread_start(fire_event_body, &first);
    assert_true(test_wait_for(&running.entered, 1));
    fire_event_body(&second);
    assert_int_equal(running.releases, 0);
    fire_event_body(&first);
    assert_int_equal(running.calls, 1);

    /* The release follows when the walk ends, and nobody has to do anything for it. */
    atomic_store(&running.go_on, 1);
    test_thread_join(running_thread);
    assert_int_equal(running.releases, 1);
    list_end(list);
    assert_int_equal(running.releases, 1);
}

/* From a thread that must not wait for others, though it is in no callback. */
static void test_a_later_removal_does_not_wait(void **state)
{
    struct probe running = {.act = act_wait}, idle = {0};
    struct listeners *list = list_create();
    test_thread running_thread;

    (void)state;
    probe_add_for(&running, list, 1u << 0);
    probe_add_for(&idle, list, 1u << 1);
    assert_true(listeners_remove_later(list, idle.cookie, 0));
    assert_int_equal(idle.releases, 1);
    assert_false(listeners_remove_later(list, idle.cookie, 0));

    running_thread = fire_in_thread(list);
    assert_true(test_wait_for(&running.entered, 1));
    assert_true(listeners_remove_later(list, running.cookie, 0));
    assert_int_equal(running.releases, 0);
    fire(list);
    assert_int_equal(running.calls, 1);
    atomic_store(&running.go_on, 1);
    test_thread_join(running_thread);
    assert_int_equal(running.releases, 1);
    list_end(list);
}

/* A removal from inside a callback of one list while another thread walks the other list. */
static void test_removal_inside_another_list(void **state)
{
    struct probe running = {.act = act_wait};
    struct probe remover = {.act = act_remove_other_and_wait, .other = &running, .go_on = 1};
    struct listeners *list = list_create(), *elsewhere = list_create();
    test_thread running_thread;

    (void)state;
    probe_add(&running, list);
    probe_add(&remover, elsewhere);

    running_thread = fire_in_thread(list);
    assert_true(test_wait_for(&running.entered, 1));
    fire(elsewhere);
    assert_int_equal(running.releases, 0);
    atomic_store(&running.go_on, 1);
    test_thread_join(running_thread);
    assert_int_equal(running.releases, 1);
    list_end(list);
    list_end(elsewhere);
}

/* Both are in their callbacks when each removes the other. */
static void act_meet_and_remove_other(struct probe *probe)
{
    atomic_store(&probe->entered, 1);
    CHECK(test_wait_for(&probe->other->entered, 1));
    CHECK(listeners_remove(probe->list, probe->other->cookie, 0));
    CHECK(!atomic_load(&probe->other->releases));
    atomic_store(&probe->go_on, 1);
    CHECK(test_wait_for(&probe->other->go_on, 1));
}

static void test_two_callbacks_remove_each_other(void **state)
{
    (void)state;
    for (unsigned int round = 0; round < 200; ++round)
    {
        struct probe first = {.act = act_meet_and_remove_other}, second = {.act = act_meet_and_remove_other};
        struct listeners *list = list_create();
        struct firing firings[2] = {{list, 1u << 0}, {list, 1u << 1}};
        test_thread threads[2];

        first.other = &second;
        second.other = &first;
        probe_add_for(&first, list, 1u << 0);
        probe_add_for(&second, list, 1u << 1);
        threads[0] = test_thread_start(fire_event_body, &firings[0]);
        threads[1] = test_thread_start(fire_event_body, &firings[1]);
        test_thread_join(threads[0]);
        test_thread_join(threads[1]);
        assert_int_equal(first.releases, 1);
        assert_int_equal(second.releases, 1);
        assert_int_equal(first.calls, 1);
        assert_int_equal(second.calls, 1);
        list_end(list);
    }
}

static void test_wrong_cookies(void **state)
{
    struct probe probe = {0};
    struct listeners *list = list_create();

    (void)state;
    assert_false(listeners_remove(list, 0, 0));
    assert_false(listeners_remove(list, 1, 0));
    assert_false(listeners_remove(list, UINT32_MAX, 0));
    probe_add(&probe, list);
    assert_false(listeners_remove(list, 0, 0));
    assert_false(listeners_remove(list, probe.cookie + 1, 0));
    assert_false(listeners_remove(list, probe.cookie ^ 1u << 31, 0));
    assert_false(listeners_remove(list, UINT32_MAX, 0));
    assert_int_equal(probe.releases, 0);
    assert_true(listeners_remove(list, probe.cookie, 0));
    assert_false(listeners_remove(list, probe.cookie, 0));
    assert_int_equal(probe.releases, 1);
    list_end(list);
}

/* The kind stands beside the events, and is no event itself. */
static void test_cookies_of_another_kind(void **state)
{
    struct probe plain = {0}, other = {0};
    struct listeners *list = list_create();

    (void)state;
    probe_add_for(&plain, list, ALL_EVENTS);
    probe_add_for(&other, list, ONE_EVENT | LISTENER_KIND(0xff));
    assert_false(listeners_remove(list, plain.cookie, LISTENER_KIND(1)));
    assert_false(listeners_remove(list, other.cookie, 0));
    assert_false(listeners_remove(list, other.cookie, LISTENER_KIND(0xfe)));
    assert_true(listeners_fire(list, LAST_EVENT, NULL));
    assert_int_equal(plain.calls, 1);
    assert_int_equal(other.calls, 0);
    fire(list);
    assert_int_equal(other.calls, 1);
    assert_true(listeners_remove(list, other.cookie, LISTENER_KIND(0xff)));
    assert_true(listeners_remove(list, plain.cookie, 0));
    list_end(list);
}

/* The same place is had again before the chunk is used up; a cookie of it that has been used is not. */
static void test_stale_cookies(void **state)
{
    enum
    {
        ROUNDS = 4 * LISTENERS_PER_CHUNK
    };
    static uint32_t cookies[ROUNDS];
    struct probe probe = {0};
    struct listeners *list = list_create();
    bool place_came_again = false;

    (void)state;
    for (unsigned int i = 0; i < ROUNDS; ++i)
    {
        probe_add(&probe, list);
        cookies[i] = probe.cookie;
        for (unsigned int j = 0; j < i; ++j)
        {
            place_came_again |= !((cookies[j] ^ cookies[i]) & 0xfffff);
            assert_false(listeners_remove(list, cookies[j], 0));
        }
        assert_true(listeners_remove(list, cookies[i], 0));
    }
    assert_true(place_came_again);
    assert_int_equal(probe.releases, ROUNDS);
    list_end(list);
}

#define MANY 100000

static void test_many_listeners(void **state)
{
    struct probe *probes = calloc(MANY, sizeof(*probes));
    struct listeners *list = list_create();

    (void)state;
    assert_non_null(probes);
    for (unsigned int i = 0; i < MANY; ++i)
        probe_add(&probes[i], list);
    fire(list);
    for (unsigned int i = 0; i < MANY; ++i)
        assert_int_equal(probes[i].calls, 1);
    for (unsigned int i = 0; i < MANY; i += 2)
        assert_true(listeners_remove(list, probes[i].cookie, 0));
    for (unsigned int i = 0; i < MANY; i += 2)
        assert_false(listeners_remove(list, probes[i].cookie, 0));
    for (unsigned int i = 0; i < MANY; i += 4)
    {
        atomic_store(&probes[i].releases, 0);
        probe_add(&probes[i], list);
    }
    fire(list);
    for (unsigned int i = 0; i < MANY; ++i)
        assert_int_equal(probes[i].calls, i % 4 == 2 ? 1 : 2);
    list_end(list);
    for (unsigned int i = 0; i < MANY; ++i)
        assert_int_equal(probes[i].releases, 1);
    free(probes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_removal_waits_for_a_running_callback),
            cmocka_unit_test(test_removal_does_not_wait_for_later_walks),
            cmocka_unit_test(test_removal_inside_does_not_wait),
            cmocka_unit_test(test_a_later_removal_does_not_wait),
            cmocka_unit_test(test_removal_inside_another_list),
            cmocka_unit_test(test_two_callbacks_remove_each_other),
            cmocka_unit_test(test_wrong_cookies),
            cmocka_unit_test(test_cookies_of_another_kind),
            cmocka_unit_test(test_stale_cookies),
            cmocka_unit_test(test_many_listeners),
    };

    return cmocka_run_group_tests(tests, dispatch_setup, dispatch_teardown);
}

/*
 * One removal inside a callback of another list against walks that begin and end around it, very often: the moment in
 * which a request to reap could be missed is short. How long and with which random numbers is told as to stress.c.
 */
#include "dispatch/probe.h"

/* Threads that meet before and after each step, without sleeping. */
struct meeting
{
    atomic_uint arrived;
    unsigned int members;
};

static void meet(struct meeting *meeting)
{
    unsigned int mine = atomic_fetch_add(&meeting->arrived, 1);
    unsigned int all = (mine / meeting->members + 1) * meeting->members;

    while ((int)(atomic_load(&meeting->arrived) - all) < 0)
        platform_yield();
}

#define WALKERS 2

static struct meeting meeting = {.members = WALKERS + 2};
static struct probe removed;
static struct listeners *walked, *elsewhere;
static atomic_int reaping_is_over;

static void walk_once_a_step(void *context)
{
    uint32_t random = *(uint32_t *)context;

    for (;;)
    {
        meet(&meeting);
        if (atomic_load(&reaping_is_over))
            return;
        for (unsigned int walks = test_random(&random) % 4; walks; --walks)
            fire(walked);
        meet(&meeting);
    }
}

static void act_remove_the_one(struct probe *probe)
{
    (void)probe;
    CHECK(listeners_remove(walked, removed.cookie, 0));
}

static void remove_once_a_step(void *context)
{
    (void)context;
    for (;;)
    {
        meet(&meeting);
        if (atomic_load(&reaping_is_over))
            return;
        fire(elsewhere);
        meet(&meeting);
    }
}

static void test_no_request_to_reap_is_missed(void **state)
{
    uint64_t end = test_time_ms() + test_stress_ms();
    uint32_t seed = test_seed(), seeds[WALKERS];
    struct probe remover = {.act = act_remove_the_one};
    test_thread threads[WALKERS + 1];
    unsigned int steps = 0;

    (void)state;
    walked = list_create();
    elsewhere = list_create();
    probe_add(&remover, elsewhere);
    for (unsigned int i = 0; i < WALKERS; ++i)
    {
        seeds[i] = test_random(&seed);
        threads[i] = test_thread_start(walk_once_a_step, &seeds[i]);
    }
    threads[WALKERS] = test_thread_start(remove_once_a_step, NULL);
    while (test_time_ms() < end)
    {
        atomic_store(&removed.releases, 0);
        probe_add(&removed, walked);
        meet(&meeting);
        meet(&meeting);
        CHECK(atomic_load(&removed.releases) == 1);
        ++steps;
    }
    atomic_store(&reaping_is_over, 1);
    meet(&meeting);
    for (unsigned int i = 0; i < WALKERS + 1; ++i)
        test_thread_join(threads[i]);
    list_end(walked);
    list_end(elsewhere);
    printf("%u removals\n", steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_no_request_to_reap_is_missed),
    };

    return cmocka_run_group_tests(tests, dispatch_setup, dispatch_teardown);
}

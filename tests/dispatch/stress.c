/*
 * Eight threads add, remove and fire on a few lists, outside and inside callbacks, and short-lived threads come and
 * end inside callbacks. What is checked: no callback after its release; none on the thread that removed it inside a
 * callback; release before an outside removal returns, exactly once, while no callback runs; order; nothing added in
 * a walk is called by it. The time is cut into rounds: after each, with all threads gone and the lists idle but open,
 * everything removed must have been released without anybody doing anything.
 *
 * VMEVENTS_STRESS_SECONDS says how long (3), VMEVENTS_TEST_SEED which random numbers.
 */
#include "dispatch/probe.h"

#define LISTS 4
#define SLOTS 24
#define WORKERS 8
#define VISITORS WORKERS /* a short-lived thread for each worker */
#define MAX_DEPTH 3
#define ROUND_MS 200

#define ALIVE 0x600d600dL
#define DEAD 0x0badc0deL

struct tracked
{
    atomic_long magic;
    atomic_int running;
    atomic_uint removed_by;    /* number of the worker that removed it inside a callback */
    atomic_int *told;          /* set by release, for whoever waits */
    _Atomic(struct tracked *) *slot;
    struct listeners *list;
    uint32_t cookie;
    uint32_t events;
    uint32_t adder;
    uint32_t number; /* among what its adder has added */
};

struct walk
{
    struct walk *outer;
    struct listeners *list;
    uint32_t event_bit;
    uint32_t added_before;          /* by this worker */
    uint32_t last[1 + WORKERS + VISITORS]; /* number of the last one called, by adder */
    struct tracked *running;
};

struct worker
{
    uint32_t id; /* from 1 up */
    uint32_t random;
    uint32_t added;
    unsigned int depth;
    bool may_exit;
    struct walk *walk;
    struct worker *visitor;
};

static struct listeners *lists[LISTS];
static _Atomic(struct tracked *) slots[LISTS][SLOTS];
static atomic_uint adds, removals, releases, calls, exits;
static atomic_int stop;

/* Released ones are kept for a while, so that a late callback finds the poison. */
#define GRAVES 4096
static _Atomic(struct tracked *) graves[GRAVES];
static atomic_uint grave;

static void act_at_random(struct worker *worker);

static void DISPATCH_CALL tracked_release(void *context)
{
    struct tracked *tracked = context, *old;

    CHECK(atomic_load(&tracked->running) == 0);
    CHECK(atomic_exchange(&tracked->magic, DEAD) == ALIVE);
    atomic_fetch_add(&releases, 1);
    if (tracked->told)
        atomic_store(tracked->told, 1);
    old = atomic_exchange(&graves[atomic_fetch_add(&grave, 1) % GRAVES], tracked);
    free(old);
}

static void DISPATCH_CALL tracked_notify(const struct VMEVENT *event, void *context)
{
    struct worker *worker = (struct worker *)event;
    struct tracked *tracked = context;
    struct walk *walk = worker->walk;

    CHECK(atomic_load(&tracked->magic) == ALIVE);
    CHECK(atomic_load(&tracked->removed_by) != worker->id);
    CHECK(tracked->list == walk->list);
    CHECK(tracked->events & walk->event_bit);
    CHECK(walk->last[tracked->adder] < tracked->number);
    walk->last[tracked->adder] = tracked->number;
    if (tracked->adder == worker->id)
        CHECK(tracked->number <= walk->added_before);

    atomic_fetch_add(&tracked->running, 1);
    walk->running = tracked;
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    if (test_random(&worker->random) % 16 == 0)
        act_at_random(worker);
    CHECK(atomic_load(&tracked->magic) == ALIVE);
    walk->running = NULL;
    atomic_fetch_sub(&tracked->running, 1);
}

/* Whoever has taken it from its slot removes it. */
static void remove_tracked(struct worker *worker, struct tracked *tracked)
{
    atomic_int released = 0;

    atomic_fetch_add(&removals, 1);
    if (worker->depth)
    {
        bool runs_here = false;

        for (struct walk *walk = worker->walk; walk; walk = walk->outer)
            runs_here |= walk->running == tracked;
        atomic_store(&tracked->removed_by, worker->id);
        CHECK(listeners_remove(tracked->list, tracked->cookie, 0));
        if (runs_here)
            CHECK(atomic_load(&tracked->magic) == ALIVE);
    }
    else
    {
        tracked->told = &released;
        CHECK(listeners_remove(tracked->list, tracked->cookie, 0));
        CHECK(atomic_load(&released));
    }
}

static void add_tracked(struct worker *worker)
{
    uint32_t list = test_random(&worker->random) % LISTS;
    struct tracked *tracked = calloc(1, sizeof(*tracked)), *old;

    CHECK(tracked);
    atomic_init(&tracked->magic, ALIVE);
    tracked->list = lists[list];
    tracked->slot = &slots[list][test_random(&worker->random) % SLOTS];
    tracked->events = (test_random(&worker->random) & ALL_EVENTS) | 1;
    tracked->adder = worker->id;
    tracked->number = ++worker->added;
    atomic_fetch_add(&adds, 1);
    CHECK(listeners_add(
            tracked->list, tracked->events, tracked_notify, tracked, tracked_release, &tracked->cookie));
    if ((old = atomic_exchange(tracked->slot, tracked)))
        remove_tracked(worker, old);
}

static void remove_any(struct worker *worker)
{
    uint32_t list = test_random(&worker->random) % LISTS;
    struct tracked *tracked = atomic_exchange(&slots[list][test_random(&worker->random) % SLOTS], NULL);

    if (tracked)
        remove_tracked(worker, tracked);
}

static void remove_self(struct worker *worker)
{
    struct tracked *tracked = worker->walk->running, *expected = tracked;

    if (atomic_compare_exchange_strong(tracked->slot, &expected, NULL))
        remove_tracked(worker, tracked);
}

static void fire_any(struct worker *worker)
{
    struct walk walk = {.outer = worker->walk, .added_before = worker->added};

    if (worker->depth == MAX_DEPTH)
        return;
    walk.list = lists[test_random(&worker->random) % LISTS];
    walk.event_bit = 1u << test_random(&worker->random) % 4;
    ++worker->depth;
    worker->walk = &walk;
    CHECK(listeners_fire(walk.list, walk.event_bit, (const struct VMEVENT *)worker));
    worker->walk = walk.outer;
    --worker->depth;
}

static void exit_inside(struct worker *worker)
{
    for (struct walk *walk = worker->walk; walk; walk = walk->outer)
        atomic_fetch_sub(&walk->running->running, 1);
    atomic_fetch_add(&exits, 1);
    test_thread_exit();
}

static void act_at_random(struct worker *worker)
{
    switch (test_random(&worker->random) % 8)
    {
        case 0:
        case 1:
            add_tracked(worker);
            return;
        case 2:
            remove_any(worker);
            return;
        case 3:
            if (worker->depth)
                remove_self(worker);
            return;
        case 4:
            if (worker->depth && worker->may_exit)
                exit_inside(worker);
            return;
        default:
            fire_any(worker);
            return;
    }
}

static void visit(void *context)
{
    struct worker *worker = context;

    for (unsigned int i = 0; i < 50; ++i)
        act_at_random(worker);
}

static void visitor_come_and_go(struct worker *worker)
{
    struct worker *visitor = worker->visitor;

    visitor->depth = 0;
    visitor->walk = NULL;
    visitor->random = test_random(&worker->random);
    test_thread_join(test_thread_start(visit, visitor));
}

static void work(void *context)
{
    struct worker *worker = context;

    while (!atomic_load_explicit(&stop, memory_order_relaxed))
    {
        act_at_random(worker);
        if (test_random(&worker->random) % 512 == 0)
            visitor_come_and_go(worker);
    }
}

/* No thread is left and nothing is done to the lists: what has been removed must have been released. */
static void check_rest(void)
{
    assert_int_equal(atomic_load(&releases), atomic_load(&removals));
    for (unsigned int i = 0; i < LISTS; ++i)
    {
        unsigned int linked = 0;

        for (struct listener *listener = atomic_load(&lists[i]->head); listener;
                listener = atomic_load(&listener->next))
            ++linked;
        for (unsigned int j = 0; j < SLOTS; ++j)
            linked -= atomic_load(&slots[i][j]) != NULL;
        assert_int_equal(linked, 0);
    }
}

static void run_round(struct worker workers[WORKERS])
{
    test_thread threads[WORKERS];

    atomic_store(&stop, 0);
    for (unsigned int i = 0; i < WORKERS; ++i)
        threads[i] = test_thread_start(work, &workers[i]);
    test_sleep_ms(ROUND_MS);
    atomic_store(&stop, 1);
    for (unsigned int i = 0; i < WORKERS; ++i)
        test_thread_join(threads[i]);
    check_rest();
}

static void test_everything_at_once(void **state)
{
    struct worker workers[WORKERS] = {0}, visitors[VISITORS] = {0};
    uint64_t end = test_time_ms() + test_stress_ms();
    uint32_t seed = test_seed();

    (void)state;
    for (unsigned int i = 0; i < LISTS; ++i)
        lists[i] = list_create();
    for (unsigned int i = 0; i < WORKERS; ++i)
    {
        workers[i] = (struct worker){.id = 1 + i, .random = test_random(&seed), .visitor = &visitors[i]};
        visitors[i] = (struct worker){.id = 1 + WORKERS + i, .may_exit = true};
    }
    while (test_time_ms() < end)
        run_round(workers);
    for (unsigned int i = 0; i < LISTS; ++i)
        list_end(lists[i]);
    assert_int_equal(atomic_load(&releases), atomic_load(&adds));
    for (unsigned int i = 0; i < GRAVES; ++i)
        free(atomic_load(&graves[i]));
    assert_true(atomic_load(&adds) && atomic_load(&calls) && atomic_load(&exits));
    printf("%u added, %u removed while the lists were open, %u calls, %u threads ended inside a callback\n",
            atomic_load(&adds), atomic_load(&removals), atomic_load(&calls), atomic_load(&exits));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_everything_at_once),
    };

    return cmocka_run_group_tests(tests, dispatch_setup, dispatch_teardown);
}

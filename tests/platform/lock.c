/* The lock, and that its assertions hold where they should; lock_faults.c has those that must not. */
#include "platform/lock.h"
#include "support/test.h"
#include "support/threads.h"

#define SHARERS (LOCK_SHARERS + 4)

static struct lock lock = LOCK_INIT;

static void test_held(void **state)
{
    struct lock other;

    (void)state;
    lock_init(&other);
    lock_assert_not_held(&lock);
    lock_acquire(&lock);
    lock_assert_held(&lock);
    lock_assert_exclusive(&lock);
    lock_assert_not_held(&other);
    lock_release(&lock);
    lock_assert_not_held(&lock);
    lock_acquire_shared(&lock);
    lock_assert_held(&lock);
    lock_release_shared(&lock);
    lock_assert_not_held(&lock);
}

static atomic_int sharing, may_end;

static void share(void *context)
{
    (void)context;
    lock_acquire_shared(&lock);
    lock_assert_held(&lock);
    atomic_fetch_add(&sharing, 1);
    CHECK(test_wait_for(&may_end, 1));
    lock_assert_held(&lock);
    lock_release_shared(&lock);
}

/* More than are known by name. */
static void test_many_share(void **state)
{
    test_thread threads[SHARERS];

    (void)state;
    for (int i = 0; i < SHARERS; ++i)
        threads[i] = test_thread_start(share, NULL);
    assert_true(test_wait_for(&sharing, SHARERS));
    lock_assert_not_held(&lock);
    atomic_store(&may_end, 1);
    for (int i = 0; i < SHARERS; ++i)
        test_thread_join(threads[i]);
    lock_acquire(&lock);
    lock_assert_exclusive(&lock);
    lock_release(&lock);
}

#define ROUNDS 20000
#define COUNTERS 3

static unsigned long counted;

static void count(void *context)
{
    (void)context;
    for (unsigned int i = 0; i < ROUNDS; ++i)
    {
        lock_acquire(&lock);
        lock_assert_exclusive(&lock);
        ++counted;
        lock_release(&lock);
        lock_acquire_shared(&lock);
        lock_assert_held(&lock);
        lock_release_shared(&lock);
    }
}

static void test_excludes(void **state)
{
    test_thread threads[COUNTERS];

    (void)state;
    for (int i = 0; i < COUNTERS; ++i)
        threads[i] = test_thread_start(count, NULL);
    for (int i = 0; i < COUNTERS; ++i)
        test_thread_join(threads[i]);
    assert_int_equal(counted, (unsigned long)ROUNDS * COUNTERS);
}

#ifdef _WIN32

static CONDITION_VARIABLE condition = CONDITION_VARIABLE_INIT;
static bool woken;

static void wake(void *context)
{
    (void)context;
    lock_acquire(&lock);
    woken = true;
    WakeAllConditionVariable(&condition);
    lock_release(&lock);
}

static void test_wait(void **state)
{
    test_thread thread;

    (void)state;
    lock_acquire(&lock);
    thread = test_thread_start(wake, NULL);
    for (unsigned int i = 0; !woken && i < TEST_PATIENCE_MS; ++i)
    {
        lock_wait(&lock, &condition, 1);
        lock_assert_exclusive(&lock);
    }
    assert_true(woken);
    lock_release(&lock);
    test_thread_join(thread);
    lock_assert_not_held(&lock);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_held),
            cmocka_unit_test(test_many_share),
            cmocka_unit_test(test_excludes),
#ifdef _WIN32
            cmocka_unit_test(test_wait),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

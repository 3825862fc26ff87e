/* Commits the fault that it is told to commit, at which it has to end. */
#include "dispatch/readers.h"
#include "platform/lock.h"
#include "support/test.h"
#include "support/threads.h"

#include <string.h>

static struct
{
    struct lock lock;
} shelf = {LOCK_INIT};

static void need_held(void)
{
    lock_assert_held(&shelf.lock);
}

static void need_exclusive(void)
{
    lock_assert_exclusive(&shelf.lock);
}

static void need_not_held(void)
{
    lock_assert_not_held(&shelf.lock);
}

static void acquire(void)
{
    lock_acquire(&shelf.lock);
}

static void release(void)
{
    lock_release(&shelf.lock);
}

static void acquire_shared(void)
{
    lock_acquire_shared(&shelf.lock);
}

static void release_shared(void)
{
    lock_release_shared(&shelf.lock);
}

/* What a function of the project does that says in its header that a lock is held. */
static void call_without(void)
{
    inside_callback();
}

static void run(void *context)
{
    (*(void (**)(void))context)();
}

/* What is done first, by this thread or, where it says so, by another; and then the fault. */
static const struct fault
{
    const char *name;
    void (*first)(void);
    bool by_other;
    void (*second)(void);
    void (*fault)(void);
} faults[] = {
        {"not_held", NULL, false, NULL, need_held},
        {"released", acquire, false, release, need_held},
        {"held_by_other", acquire, true, NULL, need_held},
        {"shared_by_other", acquire_shared, true, NULL, need_held},
        {"only_shared", acquire_shared, false, NULL, need_exclusive},
        {"held_after_all", acquire, false, NULL, need_not_held},
        {"shared_after_all", acquire_shared, false, NULL, need_not_held},
        {"acquired_twice", acquire, false, NULL, acquire},
        {"shared_twice", acquire_shared, false, NULL, acquire_shared},
        {"released_twice", acquire, false, release, release},
        {"released_by_other", acquire, true, NULL, release},
        {"unshared_twice", acquire_shared, false, release_shared, release_shared},
        {"called_without", NULL, false, NULL, call_without},
};

static void commit(const struct fault *fault)
{
    if (fault->first && fault->by_other)
        test_thread_join(test_thread_start(run, (void *)&fault->first));
    else if (fault->first)
        fault->first();
    if (fault->second)
        fault->second();
    fault->fault();
    fprintf(stderr, "it went on\n");
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof(faults) / sizeof(faults[0]); ++i)
    {
        if (strcmp(argv[1], faults[i].name))
            continue;
        commit(&faults[i]);
        return 1;
    }
    fprintf(stderr, "usage: lock_faults FAULT\n");
    return 1;
}

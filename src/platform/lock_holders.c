/* Who holds a lock, for what tests are linked with: no part of what users get. */
#include "platform/lock.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef _WIN32
#include <process.h>
#else
#include <unistd.h>
#endif

static uintptr_t this_thread(void)
{
#ifdef _WIN32
    return GetCurrentThreadId();
#else
    return (uintptr_t)pthread_self();
#endif
}

static bool owns(struct lock_holders *holders)
{
    return atomic_load(&holders->owner) == this_thread();
}

/* The entry of the thread among those that share the lock, or a free one for thread 0. NULL: there is none. */
static _Atomic uintptr_t *find_sharer(struct lock_holders *holders, uintptr_t thread)
{
    for (int i = 0; i < LOCK_SHARERS; ++i)
    {
        if (atomic_load(&holders->sharers[i]) == thread)
            return &holders->sharers[i];
    }
    return NULL;
}

static _Noreturn void die(struct lock_holders *holders, const char *place, const char *expected, const char *name)
{
    const char *since = atomic_load(&holders->place);

    if (atomic_load(&holders->owner))
        fprintf(stderr, "%s: %s%s; thread %lu has it since %s\n", place, name, expected,
                (unsigned long)atomic_load(&holders->owner), since);
    else
        fprintf(stderr, "%s: %s%s; nobody owns it, and it was acquired last at %s\n", place, name, expected,
                since ? since : "no place");
    fprintf(stderr, "this is thread %lu\n", (unsigned long)this_thread());
    fflush(stderr);
    _exit(LOCK_FAULT);
}

void lock_holders_check_acquire(struct lock_holders *holders, const char *place)
{
    if (owns(holders) || find_sharer(holders, this_thread()))
        die(holders, place, "the lock that is acquired here must not be held by this thread already", "");
}

void lock_holders_add(struct lock_holders *holders, bool shared, const char *place)
{
    atomic_store(&holders->place, place);
    if (!shared)
    {
        atomic_store(&holders->owner, this_thread());
        return;
    }
    for (_Atomic uintptr_t *sharer; (sharer = find_sharer(holders, 0));)
    {
        uintptr_t nobody = 0;

        if (atomic_compare_exchange_strong(sharer, &nobody, this_thread()))
            return;
    }
    atomic_fetch_add(&holders->more_sharers, 1);
}

void lock_holders_remove(struct lock_holders *holders, bool shared, const char *place)
{
    _Atomic uintptr_t *sharer;

    if (!shared)
    {
        if (!owns(holders))
            die(holders, place, "the lock that is released here must be held exclusively by this thread", "");
        atomic_store(&holders->owner, 0);
        return;
    }
    if ((sharer = find_sharer(holders, this_thread())))
        atomic_store(sharer, 0);
    else if (atomic_load(&holders->more_sharers))
        atomic_fetch_sub(&holders->more_sharers, 1);
    else
        die(holders, place, "the lock that is released here must be shared by this thread", "");
}

static bool may_share(struct lock_holders *holders)
{
    return find_sharer(holders, this_thread()) || atomic_load(&holders->more_sharers);
}

void lock_holders_assert_held(struct lock_holders *holders, const char *name, const char *place)
{
    if (!owns(holders) && !may_share(holders))
        die(holders, place, " must be held by this thread", name);
}

void lock_holders_assert_exclusive(struct lock_holders *holders, const char *name, const char *place)
{
    if (!owns(holders))
        die(holders, place, " must be held exclusively by this thread", name);
}

void lock_holders_assert_not_held(struct lock_holders *holders, const char *name, const char *place)
{
    if (owns(holders) || find_sharer(holders, this_thread()))
        die(holders, place, " must not be held by this thread", name);
}

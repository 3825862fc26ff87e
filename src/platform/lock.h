/*
 * The project's lock: exclusive or shared, not recursive. A slim reader/writer lock on Windows, a pthread_rwlock_t
 * elsewhere, and no more than that in what users get.
 *
 * What tests are linked with is compiled once more with VMEVENTS_CHECKED (tests/CMakeLists.txt). There each lock knows
 * which threads hold it and since where. A function that needs a lock to be held asserts it, and a thread that acquires a
 * lock which it holds, or releases one that it does not hold, is found out at once. The program says so and ends with
 * LOCK_FAULT.
 */
#ifndef VMEVENTS_PLATFORM_LOCK_H
#define VMEVENTS_PLATFORM_LOCK_H

#include <stdbool.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <pthread.h>
#endif

#ifdef VMEVENTS_CHECKED

#include <stdatomic.h>
#include <stdint.h>

/* The exit code of a program in which an assertion about a lock has failed. */
#define LOCK_FAULT 72

/* So many threads are known that share a lock. Those beyond are counted, and while there are any of them each thread
 * may be one. */
#define LOCK_SHARERS 16

/* Who holds a lock. A thread writes and clears its own entries alone, so that what it reads of itself is true. */
struct lock_holders
{
    _Atomic uintptr_t owner;
    _Atomic(const char *) place; /* where the owner, or the last that shares it, acquired it */
    _Atomic uintptr_t sharers[LOCK_SHARERS];
    _Atomic unsigned int more_sharers;
};

/* place: "file:line" of the caller. */

/* Before a lock is acquired. Ends the program when the calling thread holds it already: it would wait for itself. */
void lock_holders_check_acquire(struct lock_holders *holders, const char *place);

/* When it has been acquired. */
void lock_holders_add(struct lock_holders *holders, bool shared, const char *place);

/* Before it is released. Ends the program when the calling thread does not hold it in that way. */
void lock_holders_remove(struct lock_holders *holders, bool shared, const char *place);

/* What the macros below are in a checked build. */
void lock_holders_assert_held(struct lock_holders *holders, const char *name, const char *place);
void lock_holders_assert_exclusive(struct lock_holders *holders, const char *name, const char *place);
void lock_holders_assert_not_held(struct lock_holders *holders, const char *name, const char *place);

#define LOCK_STRING_(text) #text
#define LOCK_STRING(text) LOCK_STRING_(text)
#define LOCK_PLACE __FILE__ ":" LOCK_STRING(__LINE__)

#define LOCK_HOLDERS struct lock_holders holders;

#define lock_assert_held(lock) lock_holders_assert_held(&(lock)->holders, #lock, LOCK_PLACE)
#define lock_assert_exclusive(lock) lock_holders_assert_exclusive(&(lock)->holders, #lock, LOCK_PLACE)
#define lock_assert_not_held(lock) lock_holders_assert_not_held(&(lock)->holders, #lock, LOCK_PLACE)

#else

#define LOCK_PLACE NULL

#define LOCK_HOLDERS

#define lock_holders_check_acquire(holders, place) ((void)(place))
#define lock_holders_add(holders, shared, place) ((void)(place))
#define lock_holders_remove(holders, shared, place) ((void)(place))

/* The calling thread holds the lock, exclusively or shared. */
#define lock_assert_held(lock) ((void)(lock))

/* The calling thread holds the lock exclusively. */
#define lock_assert_exclusive(lock) ((void)(lock))

/* The calling thread does not hold the lock. */
#define lock_assert_not_held(lock) ((void)(lock))

#endif

struct lock
{
#ifdef _WIN32
    SRWLOCK system;
#else
    pthread_rwlock_t system;
#endif
    LOCK_HOLDERS
};

/* For one that is static. One in zeroed memory is made ready by lock_init. */
#ifdef _WIN32
#define LOCK_INIT                                                                                                      \
    {                                                                                                                  \
        .system = SRWLOCK_INIT                                                                                         \
    }
#else
#define LOCK_INIT                                                                                                      \
    {                                                                                                                  \
        .system = PTHREAD_RWLOCK_INITIALIZER                                                                           \
    }
#endif

static inline void lock_init(struct lock *lock)
{
    *lock = (struct lock)LOCK_INIT;
}

#define lock_acquire(lock) lock_acquire_at(lock, LOCK_PLACE)
#define lock_release(lock) lock_release_at(lock, LOCK_PLACE)
#define lock_acquire_shared(lock) lock_acquire_shared_at(lock, LOCK_PLACE)
#define lock_release_shared(lock) lock_release_shared_at(lock, LOCK_PLACE)

static inline void lock_acquire_at(struct lock *lock, const char *place)
{
    lock_holders_check_acquire(&lock->holders, place);
#ifdef _WIN32
    AcquireSRWLockExclusive(&lock->system);
#else
    pthread_rwlock_wrlock(&lock->system);
#endif
    lock_holders_add(&lock->holders, false, place);
}

static inline void lock_release_at(struct lock *lock, const char *place)
{
    lock_holders_remove(&lock->holders, false, place);
#ifdef _WIN32
    ReleaseSRWLockExclusive(&lock->system);
#else
    pthread_rwlock_unlock(&lock->system);
#endif
}

static inline void lock_acquire_shared_at(struct lock *lock, const char *place)
{
    lock_holders_check_acquire(&lock->holders, place);
#ifdef _WIN32
    AcquireSRWLockShared(&lock->system);
#else
    pthread_rwlock_rdlock(&lock->system);
#endif
    lock_holders_add(&lock->holders, true, place);
}

static inline void lock_release_shared_at(struct lock *lock, const char *place)
{
    lock_holders_remove(&lock->holders, true, place);
#ifdef _WIN32
    ReleaseSRWLockShared(&lock->system);
#else
    pthread_rwlock_unlock(&lock->system);
#endif
}

#ifdef _WIN32

#define lock_wait(lock, condition, ms) lock_wait_at(lock, condition, ms, LOCK_PLACE)

/* Lets go of a lock that is held exclusively, until the condition is woken or so many milliseconds have passed, and
 * acquires it again. */
static inline void lock_wait_at(struct lock *lock, CONDITION_VARIABLE *condition, DWORD ms, const char *place)
{
    lock_holders_remove(&lock->holders, false, place);
    SleepConditionVariableSRW(condition, &lock->system, ms, 0);
    lock_holders_add(&lock->holders, false, place);
}

#endif

#endif

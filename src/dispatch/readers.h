/*
 * Reader marks: how a thread that walks a list of listeners says so, and how a thread that removes one learns
 * when nobody can hold it any longer.
 *
 * Each thread that fires has a number. Each list has for each such number a reader, alone on its cache line. No other
 * thread writes to that line but to ask a favour (`reap`), which is seldom. Entering writes the list's epoch to the reader,
 * leaving writes 0; both are plain stores. A processor may perform the loads of the walk before others see the store that
 * marks it, so a mark that is not there proves nothing by itself. It takes a fence, which is paid for by whoever
 * removes (platform/fence.h), since events are many and removals few.
 *
 * Whoever unlinks a listener stamps it with the epoch, and then moves the epoch on. The listener may be given back once the
 * threads have been fenced after the unlinking and every reader of the list is then either idle or shows an epoch later
 * than the stamp. Why that is enough:
 *
 * For each thread the fence has a moment. What the thread wrote before it, the remover sees afterwards; what the remover
 * wrote before the fence, the thread sees after it. Take any walk of that thread.
 *
 * - Its mark was written before the moment. Then the remover sees the mark, until the walk has ended. The epoch in it is
 *   no later than the stamp, and the walk is waited for; or the walk has read the later epoch. That was written after
 *   the unlinking, and the loads of a walk are in order: such a walk reads the list as it is after the unlinking, and does
 *   not find the listener.
 * - Its mark was written after the moment. Then the walk reads the list after the moment too, and does not find the
 *   listener.
 *
 * So every walk that can hold the listener has a mark that is seen. An idle mark is read with acquire order, so that
 * whoever has read it sees all that the walk did.
 *
 * The epoch moves on with every unlinking, so that a walk that begins later is not waited for. It stops a quarter of its
 * range ahead of the oldest reader, since epochs are compared by their distance.
 *
 * Readers go back to a pool, and not to the heap before dispatch_cleanup: a thread that has just left looks once more
 * at its reader, which may serve another list by then.
 */
#ifndef VMEVENTS_DISPATCH_READERS_H
#define VMEVENTS_DISPATCH_READERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/fence.h"
#include "platform/lock.h"
#include "platform/memory.h"
#include "platform/platform.h"

struct listeners;

/* One thread in one list. All but `active` and `reap` belongs to that thread alone while it lives. */
struct reader
{
    _Alignas(CACHE_LINE) _Atomic uint32_t active; /* the epoch that the walk began in; 0: none */
    _Atomic uint32_t reap;                        /* asks the reader to reap the list when it leaves */
    _Atomic size_t fired;                         /* walks begun */
    struct listeners *list;                       /* guarded by the dispatch lock; NULL: in the pool */
    struct firing_thread *thread;
    struct reader *next;      /* in the pool, guarded by the dispatch lock */
    struct reader *next_made; /* in the list of all readers, likewise */
};

struct reader_table
{
    struct reader_table *outgrown; /* the smaller table before it: a walk may still read there */
    size_t count;
    _Atomic(struct reader *) readers[];
};

struct readers
{
    _Atomic uint32_t epoch; /* never 0 */
    _Atomic(struct reader_table *) table;

    /* Guarded by the dispatch lock. */
    uint32_t last_stamp;
    bool unfenced; /* something was unlinked, or somebody asked to reap, after the last fence */
};

/* A thread that fires. Stays when its thread ends, and serves another. */
struct firing_thread
{
    uint32_t number;
    bool lives;                      /* guarded by the dispatch lock, as is what follows */
    struct fence_thread fence;       /* open while the thread lives */
    struct firing_thread *next;      /* among those whose thread has ended */
    struct firing_thread *next_made; /* among all */
};

extern platform_thread_slot firing_thread_slot;

/* Guards everything that is not the walk: adding, removing, reaping, the pools. It is never held while foreign code
 * runs. Functions for which nothing else is said are called without it. */
extern struct lock dispatch_lock;

/* The calling thread, or NULL when it has never fired. */
static inline struct firing_thread *firing_thread_current(void)
{
    return platform_thread_slot_get(firing_thread_slot);
}

bool readers_init(struct readers *readers);

/* Gives the readers back to the pool. The dispatch lock is held, and nobody is in a walk. */
void readers_cleanup(struct readers *readers);

/* The calling thread's reader in the list, made when there is none. NULL: out of memory. */
struct reader *readers_join(struct listeners *list);

/* The calling thread's reader in the list, if it can be had quickly. NULL: ask readers_join. */
static inline struct reader *readers_find(struct readers *readers)
{
    struct reader_table *table = atomic_load_explicit(&readers->table, memory_order_acquire);
    struct firing_thread *thread = platform_thread_slot_peek(firing_thread_slot);

    if (!thread || thread->number >= table->count)
        return NULL;
    return atomic_load_explicit(&table->readers[thread->number], memory_order_acquire);
}

/* Counts a walk of the calling thread. */
static inline void reader_count(struct reader *reader)
{
    atomic_store_explicit(
            &reader->fired, atomic_load_explicit(&reader->fired, memory_order_relaxed) + 1, memory_order_relaxed);
}

/* Whether the calling thread walks the list already, further down its stack: the mark is that walk's to end. */
static inline bool reader_is_walking(const struct reader *reader)
{
    return atomic_load_explicit(&reader->active, memory_order_relaxed) != 0;
}

/* Marks the calling thread as walking the list. */
static inline void reader_enter(struct reader *reader, struct readers *readers)
{
    atomic_store_explicit(
            &reader->active, atomic_load_explicit(&readers->epoch, memory_order_acquire), memory_order_relaxed);
    fence_light();
}

/* Ends the mark. True: somebody asked this thread to reap the list. */
static inline bool reader_leave(struct reader *reader)
{
    atomic_store_explicit(&reader->active, 0, memory_order_release);
    fence_light();
    return atomic_load_explicit(&reader->reap, memory_order_relaxed) != 0;
}

/* Whether the calling thread walks any list: it is inside a callback. The dispatch lock is held. */
bool inside_callback(void);

/* The stamp for what has just been unlinked. The dispatch lock is held. */
uint32_t readers_stamp(struct readers *readers);

/* Whether nobody can hold what was unlinked at that stamp. Fences the threads when that has to be done to tell. The
 * dispatch lock is held. */
bool readers_have_passed(struct readers *readers, uint32_t stamp);

/* Asks the calling thread to reap when it leaves the list. False: it is not in the list. The dispatch lock is held. */
bool readers_ask_caller_to_reap(struct readers *readers);

/*
 * Asks every reader that may hold something unlinked to reap when it leaves, and fences the threads, so that whoever is
 * then still in the list will see it. The dispatch lock is held. True: look again whether it can be given back, since
 * the threads have been fenced just now, or nobody is in the way any more. False: somebody is in the way, and each of those
 * was asked before the last fence, so that the last to leave will reap.
 */
bool readers_ask_to_reap(struct readers *readers);

/* How many walks have begun. */
size_t readers_count_fired(struct readers *readers);

/* Sets the dispatch room up and down: once each for the whole process or DLL, with no other thread in it. */
bool dispatch_init(void);
void dispatch_cleanup(void);

/* Takes the calling thread, which ends, out of every list: DLL_THREAD_DETACH on Windows. */
void dispatch_thread_exit(void);

#endif

/*
 * A list of listeners, and the walk that brings an event to each of them.
 *
 * The walk takes no lock and writes no cache line that another thread uses (see readers.h). Listeners are called
 * in the order in which they were added. One that is added during a walk is not called by that walk; one that is
 * removed by a callback is not called any more by the walk that the callback runs in.
 */
#ifndef VMEVENTS_DISPATCH_LISTENERS_H
#define VMEVENTS_DISPATCH_LISTENERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/readers.h"
#include "platform/platform.h"

struct VMEVENT;

/* Hears one event. Must return normally: no longjmp, no exception. */
typedef void(DISPATCH_CALL *listener_notify)(const struct VMEVENT *event, void *context);

/* Called once, when the listener does not run and will not run again. */
typedef void(DISPATCH_CALL *listener_release)(void *context);

struct listener
{
    _Atomic(struct listener *) next; /* stays as it is after unlinking: a walk that stands here goes on by it */
    union
    {
        struct listener *prev; /* linked */
        uint32_t stamp;        /* unlinked: the epoch of the unlinking */
    };
    listener_notify notify;
    void *context;
    listener_release release;
    uint64_t serial;         /* order of adding; never written while anybody can read it */
    _Atomic uint32_t events; /* a bit for each event it wants, and its kind; 0: removed */
    union
    {
        uint32_t cookie; /* linked */
        uint32_t link;   /* unlinked: place of the next in the chain that it is in */
    };
};

/* Listeners stand in chunks, so that a cookie finds its listener by its place and a callback costs little
 * more than its own fields. */
#define LISTENERS_PER_CHUNK 72

struct listener_chunk
{
    struct listener listeners[LISTENERS_PER_CHUNK];
};

/* A chain of unlinked listeners, by their places. */
struct listener_chain
{
    uint32_t first;
    uint32_t last;
};

struct listeners
{
    /* What a walk reads. */
    _Atomic(struct listener *) head;
    _Atomic(struct listener *) tail;
    struct readers readers;

    /* Guarded by the dispatch lock. */
    struct listener_chunk **chunks;
    uint32_t chunk_count;
    uint64_t serial;
    struct listener_chain spare;
    struct listener_chain retired; /* in the order of their stamps */
    uint32_t pins;                 /* calls that still need the list */
    bool closed;
    uint32_t closing;               /* the epoch of the closing: later walks find nothing */
    void (*on_closed)(void *owner); /* NULL once it has been called */
    void *owner;
};

/* Prepares an empty list in zeroed memory. False: out of memory. */
bool listeners_init(struct listeners *list);

/*
 * Removes every listener, and takes no more; events that are still fired reach nobody. on_closed is called with owner
 * when the walks that are under way have ended and every release has been called: as a rule before this returns, but
 * inside a callback not before this thread has left the list, and by another thread when that is calling a release.
 */
void listeners_close(struct listeners *list, void (*on_closed)(void *owner), void *owner);

/* Gives back the memory of a closed list, after on_closed and when nobody can fire at it any more. */
void listeners_cleanup(struct listeners *list);

/* A listener's events are the lower bits of a word. The upper ones tell what kind of listener it is, so that a cookie of one
 * kind does not remove a listener of another. What the kinds are is up to whoever owns the list. */
#define LISTENER_EVENT_BITS 24
#define LISTENER_KIND(kind) ((uint32_t)(kind) << LISTENER_EVENT_BITS)

/* Adds a listener for the events whose bits are set, with its kind among them. False: out of memory or closed, and
 * release is not called. */
bool listeners_add(struct listeners *list, uint32_t events, listener_notify notify, void *context,
        listener_release release, uint32_t *cookie);

/*
 * Removes a listener. Outside of callbacks: when this returns, the listener is not running and does not run
 * again, and its release has been called; to that end it waits for the walks that other threads are in. Inside a
 * callback (of any list) it does not wait: the listener is not called again by the walk of this thread, and its
 * release is called as soon as the walks of the other threads have ended. False: no such listener of that kind.
 */
bool listeners_remove(struct listeners *list, uint32_t cookie, uint32_t kind);

/* The same, but never waits: the release may be called when this has returned, by a thread that is in the list. */
bool listeners_remove_later(struct listeners *list, uint32_t cookie, uint32_t kind);

/* Removes every listener of that kind as listeners_remove does, but for those that are added meanwhile. Returns how many. */
uint32_t listeners_remove_all(struct listeners *list, uint32_t kind);

/* How many listeners of that kind there are. */
uint32_t listeners_count(struct listeners *list, uint32_t kind);

/* Whether there is a listener for one of these events. */
bool listeners_want(struct listeners *list, uint32_t events);

/* Whether the calling thread walks the list: it is inside a callback of that list. */
static inline bool listeners_are_walked_here(struct listeners *list)
{
    struct reader *reader = readers_find(&list->readers);

    return reader && reader_is_walking(reader);
}

/* Does what the reader was asked to do: gives back the listeners of its list that no walk can hold any longer. */
void reader_reap(struct reader *reader);

/* The walk: for lists of more than one, and within another walk of the thread. */
void listeners_walk(struct listeners *list, uint32_t event_bit, const struct VMEVENT *event);

/* listeners_fire for a thread that has no reader in the list yet, or that is walking the list already. */
bool listeners_fire_first_or_nested(struct listeners *list, uint32_t event_bit, const struct VMEVENT *event);

/* Brings what is no event of the source's to every listener that wants it: listeners_fire, without being counted among what
 * was fired. */
bool listeners_tell(struct listeners *list, uint32_t event_bit, const struct VMEVENT *event);

/* Brings the event to every listener that wants it. False: out of memory, nobody has heard it. */
static inline __attribute__((always_inline)) bool listeners_fire(
        struct listeners *list, uint32_t event_bit, const struct VMEVENT *event)
{
    struct reader *reader = readers_find(&list->readers);
    struct listener *tail, *head;

    if (__builtin_expect(!reader || reader_is_walking(reader), 0))
        return listeners_fire_first_or_nested(list, event_bit, event);
    reader_count(reader);
    reader_enter(reader, &list->readers);
    /* Most lists have one listener. The tail is read first: when the head is the same listener then, whatever stood in front
     * of it has been removed since, and whatever stands behind it has been added since. Neither is to be called. */
    tail = atomic_load(&list->tail);
    head = atomic_load(&list->head);
    if (__builtin_expect(head != tail, 0))
        listeners_walk(list, event_bit, event);
    else if (__builtin_expect(head && (atomic_load_explicit(&head->events, memory_order_relaxed) & event_bit), 1))
        head->notify(event, head->context);
    if (__builtin_expect(reader_leave(reader), 0))
        reader_reap(reader);
    return true;
}

#endif

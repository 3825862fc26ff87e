/* Something that fires events: a sink passing on what it receives, a machine, the host. */
#ifndef VMEVENTS_COM_EVENT_SOURCE_H
#define VMEVENTS_COM_EVENT_SOURCE_H

#include "dispatch/listeners.h"
#include "event/failure.h"
#include "platform/lock.h"

/* What listens at a source. */
enum
{
    LISTENER_CALLBACK = LISTENER_KIND(1),   /* of a C program */
    LISTENER_HANDLER = LISTENER_KIND(2),    /* of a script */
    LISTENER_CONNECTION = LISTENER_KIND(3), /* an advised sink */
    LISTENER_QUEUE = LISTENER_KIND(4)       /* what NextEvent takes from */
};

_Static_assert(!((EVENT_ALL_MASK | EVENT_FAILURE_MASK) & LISTENER_KIND(0xff)),
        "events, failures and kinds of listeners have bits of their own");

struct connection;
struct failures;
struct lane;

/* Shared by the object that fires and by the connections of its clients, which may outlive it. */
struct event_source
{
    struct listeners listeners;
    struct event_sequence sequence; /* numbers the events that listeners keep */
    LONG refcount;
    LONG rejected;             /* calls refused because of their arguments, or because there is no such event */
    LONG failed;               /* calls of handlers and advised sinks that returned an error */
    LONG dropped;              /* events lost on the way to a listener */
    struct failures *failures; /* NULL: they are only counted (com/failures.h) */
    bool tells_labels; /* its events are those of several, and go to other processes with their labels; set at first */
    struct lock lock;
    struct connection *connections;      /* guarded by the lock; in the order of advising */
    struct connection **last_connection; /* where the last one points to the next; NULL: none has ever been */
    struct lane *lanes;  /* guarded by the lock; one for each listener in an apartment, the latest first */
    ULONGLONG last_lane; /* guarded by the lock; the number of the latest */
};

/* With one reference, the firing object's. NULL: out of memory. */
struct event_source *event_source_create(void);

/* Ends the source, and drops the firing object's reference: no listener runs any more, all are released. */
void event_source_close(struct event_source *source);

void event_source_addref(struct event_source *source);
void event_source_release(struct event_source *source);

/* Has ready what the calling thread needs to fire at the source: until it ends, firing cannot run out of memory. False:
 * out of memory. */
static inline bool event_source_prepare(struct event_source *source)
{
    return readers_find(&source->listeners.readers) || readers_join(&source->listeners);
}

/*
 * Brings a validated event to every listener. Takes no lock and no memory on the way to a C callback.
 *
 * S_OK, E_OUTOFMEMORY (nobody has heard it)
 */
static inline HRESULT event_source_fire(struct event_source *source, struct event *event)
{
    return listeners_fire(&source->listeners, event->type->mask, &event->view) ? S_OK : E_OUTOFMEMORY;
}

/* Fires an event of that type that owns nothing (event_init_borrowed), and ends it, so that there is no
 * event_cleanup. */
static inline HRESULT event_source_fire_borrowed(
        struct event_source *source, const struct event_type *type, struct event *event)
{
    bool fired = listeners_fire(&source->listeners, type->mask, &event->view);

    event_let_go(event);
    return __builtin_expect(fired, 1) ? S_OK : E_OUTOFMEMORY;
}

/* The same for an event from a source with that label, which has no argument, or one that listeners may be shown where
 * the caller has it. */
HRESULT event_source_pass(
        struct event_source *source, const struct event_type *type, const WCHAR *label, const VARIANT *arg);

#endif

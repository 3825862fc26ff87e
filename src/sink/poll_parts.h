/* Polling from inside: shared by the queue (poll_queue.c) and those who wait (poll.c). */
#ifndef VMEVENTS_SINK_POLL_PARTS_H
#define VMEVENTS_SINK_POLL_PARTS_H

#include "com/queue_load.h"
#include "dispatch/ring.h"
#include "platform/lock.h"
#include "sink/poll.h"

struct poll_wait;

struct poll
{
    LONG refcount;
    struct event_source *source;
    struct lock lock;
    struct ring events;
    struct queue_load load;
    LONG capacity;
    bool wanted;    /* somebody has set the capacity or asked for an event: the queue stays */
    bool listening; /* a listener of the source puts events in */
    bool closed;
    bool stop_pending; /* Stop was called while nobody waited */
    uint32_t listener;
    struct poll_wait *waits;
};

/* Wakes everybody who waits: there is an event, or an end of waiting. The queue's lock is held. */
void poll_wake_all(struct poll *poll);

/* Turns the queue on, with the capacity that it has at first. S_OK, E_OUTOFMEMORY */
HRESULT poll_queue_begin(struct poll *poll);

/* Gives back all that waits. Nobody has a reference to the poll any more. */
void poll_queue_free(struct poll *poll);

/* Somebody polls: the queue comes back if it has given way. S_OK, E_OUTOFMEMORY */
HRESULT poll_want(struct poll *poll);

/* The oldest event, which the caller releases; NULL: there is none. */
struct kept_event *poll_take(struct poll *poll);

#endif

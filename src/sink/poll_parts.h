/* Polling from inside: shared by the queue (poll_queue.c) and those who wait (poll.c, wait_for.c). */
#ifndef VMEVENTS_SINK_POLL_PARTS_H
#define VMEVENTS_SINK_POLL_PARTS_H

#include "com/queue_load.h"
#include "dispatch/ring.h"
#include "platform/lock.h"
#include "sink/poll.h"

/* A call of poll_next, poll_run or poll_wait_for that is under way. Guarded by the queue's lock from the link on. */
struct poll_wait
{
    HANDLE wake;
    struct apartment *apartment;
    ULONGLONG start;
    DWORD timeout_ms;
    UINT jobs; /* that it has run, for pump */
    struct poll_wait *next, **link;
    LONG calls; /* of handlers in this apartment since it began */
    bool stopped;
};

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

/* Begins a wait of the calling thread, which poll_wait_end ends. S_OK, E_OUTOFMEMORY */
HRESULT poll_wait_begin(struct poll *poll, struct poll_wait *wait, DWORD timeout_ms);
void poll_wait_end(struct poll *poll, struct poll_wait *wait);

/* Milliseconds that are left; 0 also after Stop. */
DWORD poll_wait_left(struct poll *poll, struct poll_wait *wait);

/* Works for the apartment or waits, until something happens or the time is up. False: the thread has been asked to
 * quit. */
bool poll_wait_pump(struct poll *poll, struct poll_wait *wait);

/* Turns the queue on, with the capacity that it has at first. S_OK, E_OUTOFMEMORY */
HRESULT poll_queue_begin(struct poll *poll);

/* Gives back all that waits. Nobody has a reference to the poll any more. */
void poll_queue_free(struct poll *poll);

/* Somebody polls: the queue comes back if it has given way. S_OK, E_OUTOFMEMORY */
HRESULT poll_want(struct poll *poll);

/* The oldest event, which the caller releases; NULL: there is none. */
struct kept_event *poll_take(struct poll *poll);

#endif

/*
 * An event that outlives its call: a deep copy, numbered and timed, shared by reference count among all the
 * listeners that keep it, and never changed.
 */
#ifndef VMEVENTS_EVENT_KEPT_EVENT_H
#define VMEVENTS_EVENT_KEPT_EVENT_H

#include "event/event.h"

struct kept_event
{
    LONG refcount;
    LONG sequence; /* number of the event in its sink, from 1 up */
    FILETIME time; /* UTC */
    size_t bytes;  /* that it takes, its arguments included */
    bool has_objects;
    bool follows_failure; /* fired by who was being told of a failure (com/failures.h); set before anybody has the event */
    struct failure
            *failure; /* what a listener is told of in place of an event (event/failure.h); NULL: it is an event */
    struct event event;
    struct event_origin origin; /* the event's, when it has one; its details and its trail are the kept event's own */
    WCHAR source[];
};

/* Replaces the objects in a copied argument by what may be called and released on any thread, for which the copy's
 * references are given up. False: it cannot be done, and what has not been replaced is the copy's still. NULL: there are
 * no apartments to think of. The room that knows them sets it once (com/stand_in.h). */
extern bool (*kept_event_replace_objects)(VARIANT *arg);

/* Whether the event, or one that it passes on, was fired by the source of that sequence. */
bool kept_event_came_from(const struct kept_event *kept, const struct event_sequence *sequence);

/* A reference to the kept copy of the event, which the first call for it makes. Called on the thread that fires
 * the event. NULL: out of memory. */
struct kept_event *event_keep(const struct event *event);

/* Its counterpart is in event.h. */
struct kept_event *kept_event_addref(struct kept_event *kept);

#endif

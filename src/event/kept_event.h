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
    struct event event;
    WCHAR source[];
};

/* Whether the event, or one that it passes on, was fired by the source of that sequence. */
bool kept_event_came_from(const struct kept_event *kept, const struct event_sequence *sequence);

/* A reference to the kept copy of the event, which the first call for it makes. Called on the thread that fires
 * the event. NULL: out of memory. */
struct kept_event *event_keep(const struct event *event);

/* Its counterpart is in event.h. */
struct kept_event *kept_event_addref(struct kept_event *kept);

#endif

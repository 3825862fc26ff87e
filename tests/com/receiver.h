/* Receivers of lanes whose calls a test can hold, and what a process needs to have lanes. */
#ifndef VMEVENTS_TESTS_COM_RECEIVER_H
#define VMEVENTS_TESTS_COM_RECEIVER_H

#include "com/lane.h"
#include "support/test.h"
#include "support/threads.h"

#define BUSY_FOR_NOW (-1)

struct receiver
{
    struct lane_receiver lane_receiver;
    /* How often each has been called. */
    atomic_int delivered, destroyed, abandoned, freed;
    atomic_int held;  /* deliver and destroy do not return while it is set */
    atomic_int busy;  /* so many calls it does not take; BUSY_FOR_NOW: none */
    atomic_int calls; /* with events, taken or not */
    /* Called by deliver and destroy; may be NULL. */
    void (*on_deliver)(struct receiver *receiver);
    void (*on_destroy)(struct receiver *receiver);
    struct receiver *other; /* for those two */
    DWORD thread;           /* on which the last event came */
    /* Of one that has joined by receiver_join_for_some: calls with several events, and how many events the first had. */
    atomic_int calls_with_some, first_count;
    ULONG takes; /* so many of them at a time; 0: all */
};

/* A group's functions for cmocka: the process's lists of threads, and the multithreaded apartment. */
int lanes_set_up(void **state);
int lanes_tear_down(void **state);

/* Something that fires, with no listeners. */
struct event_source *source_create(void);

/* Ends the source, and waits until nothing of this process is in use: lanes, apartments and jobs have ended. */
void source_end(struct event_source *source);

/* Joins the lane of the listener of that number. */
void receiver_join(struct receiver *receiver, struct event_source *source, UINT listener, enum lane_home home);

/* The same for one that takes several events in one call. Who is called with the events of others counts them for those. */
void receiver_join_for_some(struct receiver *receiver, struct event_source *source, UINT listener, enum lane_home home);

/* What the walk of a source does for an event. */
void receiver_notify(struct receiver *receiver);

/* The same for an event with that value. */
void receiver_notify_value(struct receiver *receiver, const VARIANT *value);

/* What a source does when it removes the receiver from its listeners. */
void receiver_remove(struct receiver *receiver);

/* Waits until the count is as high. */
void await(atomic_int *count, int value);

#endif

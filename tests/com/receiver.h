/* Receivers of lanes whose calls a test can hold, and what a process needs to have lanes. */
#ifndef VMEVENTS_TESTS_COM_RECEIVER_H
#define VMEVENTS_TESTS_COM_RECEIVER_H

#include "com/lane.h"
#include "support/test.h"
#include "support/threads.h"

struct receiver
{
    struct lane_receiver lane_receiver;
    /* How often each has been called. */
    atomic_int delivered, destroyed, abandoned, freed;
    atomic_int held; /* deliver and destroy do not return while it is set */
    /* Called by deliver and destroy; may be NULL. */
    void (*on_deliver)(struct receiver *receiver);
    void (*on_destroy)(struct receiver *receiver);
    struct receiver *other; /* for those two */
    DWORD thread;           /* on which the last event came */
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

/* What the walk of a source does for an event. */
void receiver_notify(struct receiver *receiver);

/* What a source does when it removes the receiver from its listeners. */
void receiver_remove(struct receiver *receiver);

/* Waits until the count is as high. */
void await(atomic_int *count, int value);

#endif

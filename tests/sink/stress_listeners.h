/* Callbacks and handlers that watch over the promises made to them while many threads add, fire and remove. */
#ifndef VMEVENTS_TESTS_STRESS_LISTENERS_H
#define VMEVENTS_TESTS_STRESS_LISTENERS_H

#include "sink/library.h"

/* Every thread that fires is a source of its own, and one more for each depth of events within events. */
#define WORKERS 8
#define DEPTHS 3
#define SOURCES (WORKERS * DEPTHS)

struct shared_sink;

/* A callback that is added and removed. */
struct tracked
{
    volatile LONG magic;
    volatile LONG running;
    volatile LONG releases;
    volatile LONG removed_by; /* number of the worker that removed it inside a callback */
    bool is_waited_for;       /* whoever removes it looks at it afterwards, and frees it */
    DWORD cookie;
    LONG last[SOURCES]; /* number of the last event from that source; each written by its own thread alone */
};

/* An IDispatch that is subscribed or advised. */
struct handler
{
    IDispatch IDispatch_iface;
    LONG refcount;
    volatile LONG magic;
    DWORD home;         /* the thread of its single-threaded apartment; 0: any */
    volatile LONG gone; /* unsubscribed by that thread */
    volatile LONG running;
    volatile LONG calls;
    LONG last[SOURCES];
};

extern volatile LONG tracked_added, tracked_released, handlers_made, handlers_freed, callback_calls, handler_calls;

/* What a worker does in the midst of a callback. */
extern void (*stress_act)(struct tracked *tracked);

/* The number of the calling worker, from 1 up. */
LONG stress_worker_number(void);

struct tracked *tracked_create(void);
void CALLBACK tracked_notify(const VMEVENT *event, void *context);
void CALLBACK tracked_release(void *context);

/* With one reference. */
struct handler *handler_create(bool single_threaded);

/* The event that a source fires: OnConfigurationChanged with the number of the source and that of the event. */
HRESULT stress_fire(IDispatch *face, LONG source, LONG number);

/* Sees from its arguments that the event comes behind the last one of its source. */
void stress_check_order(LONG last[SOURCES], const VARIANT *key, const VARIANT *data);

#endif

/*
 * What has gone wrong at an event source: counted everywhere, and where the source keeps failures (a sink does, the host
 * does not) remembered and told to those who listen for EVENT_FAILURE_MASK, as events are.
 *
 * What goes wrong since somebody is being told of a failure only counts: the calls that he makes meanwhile on his thread,
 * and what listeners do, then or later, with the events that he fires. Otherwise each failure could bring the next.
 */
#ifndef VMEVENTS_COM_FAILURES_H
#define VMEVENTS_COM_FAILURES_H

#include "com/event_source.h"
#include "event/failure.h"

/* NULL: out of memory. */
struct failures *failures_create(void);
void failures_destroy(struct failures *failures);

/* A reference to the last failure of a listener, which the caller releases; NULL: there was none. */
struct failure *failures_get_last(struct failures *failures);

/* A call by which a listener is told of a failure; on the stack of the thread that it runs on. */
struct failure_call
{
    DWORD thread;
    struct failure_call *next;
};

void failures_begin_call(struct failures *failures, struct failure_call *call);
void failures_end_call(struct failures *failures, struct failure_call *call);

/* To be called by what puts an event into a lane: it may be fired by who is being told of a failure. */
void failures_note_event(struct event_source *source, const VMEVENT *event);

/* A call of a listener with the event has failed. `exception` has what the listener said of it (error_complete). */
void failures_add(struct event_source *source, struct kept_event *kept, HRESULT hr, const EXCEPINFO *exception);

/* Whether somebody has to be told of events that were refused, so that a description is worth its while. */
bool failures_are_heard(struct event_source *source);

/* An event from the source of that label has been refused; `type` is NULL when it means none. The description is taken
 * over. */
void failures_add_refused(struct event_source *source, const struct event_type *type, const WCHAR *label, HRESULT hr,
        BSTR description, const WCHAR *error_source);

#endif

/*
 * The events of all machines of the host, as those who advise on its collection of machines hear them. A machine fires
 * each of its events here too, so that a connection hears machines that come later, and making it takes as many calls
 * with a thousand machines as with none.
 */
#ifndef VMEVENTS_HOST_FLEET_EVENTS_H
#define VMEVENTS_HOST_FLEET_EVENTS_H

#include "com/event_source.h"

/* FALSE: out of memory. */
BOOL fleet_events_init(void);

/* No machine is left, and nobody fires any more. */
void fleet_events_cleanup(void);

/* The source, for the collection's connection points. */
struct event_source *fleet_events_source(void);

/* Whether the calling thread has what it needs to fire, so that it cannot run out of memory any more. */
BOOL fleet_events_prepare(void);

/* Fires an event of a machine, whose name is its label and whose lock is held; the calling thread has prepared. Events of
 * one machine so are heard in its order; those of several come from several threads, and each client may hear them in an
 * order of its own. */
void fleet_events_fire(struct event *event);

/* Waits until every client that responds has got what was fired, but no longer than timeout_ms. */
void fleet_events_settle(DWORD timeout_ms);

/* Ends all connections when they have delivered what was fired. */
void fleet_events_finish_connections(void);

#endif

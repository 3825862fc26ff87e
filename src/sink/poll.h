/*
 * Polling and pumping: the queue behind NextEvent, WaitFor, and Run and Stop. Shared by the sink and its handlers, which
 * may outlive it.
 *
 * The queue is on from the start, so that a script may connect first and poll later. The first callback of a C
 * program turns it off unless the program has shown that it polls: queueing costs what a callback does not.
 *
 * It holds as many events as its capacity says, and no more bytes than any queue does (com/queue_load.h). What is too
 * much goes, the oldest first, and counts as dropped.
 */
#ifndef VMEVENTS_SINK_POLL_H
#define VMEVENTS_SINK_POLL_H

#include "com/apartment.h"
#include "com/event_source.h"
#include "event/kept_event.h"

struct event_choice;
struct poll;

/* With one reference; queues what is fired at the source. NULL: out of memory. */
struct poll *poll_create(struct event_source *source);

/* The sink is gone: ends every wait, and drops the sink's reference. The queue's listener goes with the others when the
 * owner of the source closes that. */
void poll_close(struct poll *poll);

void poll_addref(struct poll *poll);
void poll_release(struct poll *poll);

/* Turns the queue off, and empties it, unless somebody has set its capacity or asked for an event. */
void poll_give_way(struct poll *poll);

LONG poll_get_capacity(struct poll *poll);

/* S_OK, E_OUTOFMEMORY */
HRESULT poll_set_capacity(struct poll *poll, LONG capacity);

/* Takes the oldest event, waiting up to timeout_ms (INFINITE: without limit) while the apartment pumps. The
 * caller releases it. S_FALSE and NULL: time-out, Stop, or a quit message, which is posted again. */
HRESULT poll_next(struct poll *poll, DWORD timeout_ms, struct kept_event **kept);

/* Pumps for timeout_ms or until Stop or a quit message. *count is how many times handlers of this apartment were
 * called. S_OK, E_OUTOFMEMORY */
HRESULT poll_run(struct poll *poll, DWORD timeout_ms, LONG *count);

/* Waits in the same way for the next event of those that were chosen, from that source (NULL: any). The queue keeps it
 * too. The caller releases it. S_OK, E_OUTOFMEMORY; S_FALSE and NULL as poll_next */
HRESULT poll_wait_for(
        struct poll *poll, const struct event_choice *choice, BSTR from, DWORD timeout_ms, struct kept_event **kept);

/* Ends every poll_run, poll_next and poll_wait_for that waits; when none does, the next one, after it has run what waits then. */
void poll_stop(struct poll *poll);

/* Counts a call of a handler, for the poll_run of the calling thread's apartment. */
void poll_count_call(struct poll *poll);

#endif

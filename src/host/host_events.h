/*
 * The events of the host, IVMVirtualPCEvents: the source that they are fired at, and all who fire them, which are its
 * machines, a client's Raise and scenarios. They come one after the other, so that all clients hear them in the same order.
 */
#ifndef VMEVENTS_HOST_HOST_EVENTS_H
#define VMEVENTS_HOST_HOST_EVENTS_H

#include "com/event_source.h"

/* FALSE: out of memory. */
BOOL host_events_init(void);

/* No machine is left, and nobody fires any more. */
void host_events_cleanup(void);

/* The source, for the host's connection points. */
struct event_source *host_events_source(void);

/* Whether the calling thread has what it needs to fire at the host's clients, so that it cannot run out of memory any
 * more; FALSE: out of memory. */
BOOL host_events_prepare(void);

/* Fires an event of the host that named_events_init has made. Does not wait for those who listen. S_OK, E_OUTOFMEMORY */
HRESULT host_events_fire(struct event *event);

/* What a machine that has prepared tells the host's clients: OnVMStateChange, and OnHeartbeatStopped. Its lock is held,
 * and none of the host's events takes a machine's. */
void host_events_fire_state_change(BSTR machine, VMVMState state, struct details *details);
void host_events_fire_heartbeat_stopped(BSTR machine, struct details *details);

/*
 * Fires the event of that name with arguments in the order of declaration, as the host's Raise does, and waits as that
 * does for the clients that respond: what named_events_init and host_events_fire return, with a description. Strings
 * that stand for numbers are read by the locale.
 */
HRESULT host_events_raise(BSTR event_name, const VARIANT *args, UINT count, LCID lcid);

/* Waits until every client that responds has got what was fired, but no longer than timeout_ms. */
void host_events_settle(DWORD timeout_ms);

/* Ends all connections to the host when they have delivered what was fired. */
void host_events_finish_connections(void);

#endif

/* Settle, a method of the host and of its machines: how a client learns that it has heard everything. */
#ifndef VMEVENTS_HOST_SETTLE_H
#define VMEVENTS_HOST_SETTLE_H

#include "com/event_source.h"

/* How long a call that fires waits at most for clients that do not respond. */
#define SETTLE_AFTER_FIRING_MS 25

/*
 * Waits up to timeout_ms milliseconds, -1: without limit, until the client has got what the source had fired when it was
 * called. `connection` is what the client's Advise returned. *missing: how many events it has not got, as
 * connections_settle tells.
 *
 * S_OK, E_POINTER, and with a description, as of the interface iid:
 * E_INVALIDARG            timeout_ms is less than -1
 * CONNECT_E_NOCONNECTION  no such connection, or ended
 */
HRESULT settle_connection(struct event_source *source, REFIID iid, LONG connection, LONG timeout_ms, LONG *missing);

#endif

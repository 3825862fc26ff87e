/* Incoming connections: the sink advised on somebody's connection points. */
#ifndef VMEVENTS_SINK_INCOMING_H
#define VMEVENTS_SINK_INCOMING_H

#include "com/event_source.h"

#include <ocidl.h>

/* What one call of Connect has made, until Disconnect. */
struct incoming;
struct sink;

/* A reference to the connection of the sink that was made before `after`, or to the newest; NULL: there is none.
 * Releases `after`. */
struct incoming *incoming_next(struct sink *sink, struct incoming *after);

/* Whether the connection points belong to the multithreaded apartment. */
bool incoming_is_in_mta(const struct incoming *incoming);

/* A connection point that the connection has advised on, with a reference, and the cookie; in the apartment that the
 * points belong to. All points of one connection have one lane. False: there is none, or none any more. */
bool incoming_get_point(struct incoming *incoming, IConnectionPoint **point, DWORD *cookie);

#endif

/* Incoming connections: the sink advised on somebody's connection points. */
#ifndef VMEVENTS_SINK_INCOMING_H
#define VMEVENTS_SINK_INCOMING_H

#include "com/event_source.h"

#include <ocidl.h>

/* The object that one connection point of a source gets: an IDispatch that knows its dispinterface and the label
 * of its source, and may be called in any apartment. Those of one connection tell the source that they listen together
 * (com/connection_points.h). */
struct incoming_sink;

/* With one reference. `first` is the one that was made first for the connection; NULL for that itself.
 * S_OK, E_OUTOFMEMORY */
HRESULT incoming_sink_create(struct event_source *source, const struct event_interface *events, const WCHAR *label,
        struct incoming_sink *first, struct incoming_sink **sink);

IUnknown *incoming_sink_identity(struct incoming_sink *sink);

/* From here on its calls answer CO_E_OBJNOTCONNECTED. Drops the creator's reference. */
void incoming_sink_close(struct incoming_sink *sink);

/* One call of Connect that has not been disconnected. */
struct incoming;
struct sink;

/* A reference to the connection of the sink that was made before `after`, or to the newest; NULL: there is none. Releases
 * `after`. */
struct incoming *incoming_next(struct sink *sink, struct incoming *after);

/* Whether the connection points belong to the multithreaded apartment. */
bool incoming_is_in_mta(const struct incoming *incoming);

/* A connection point that the connection has advised on, with a reference, and the cookie; in the apartment that the
 * points belong to. All points of one connection have one lane. False: there is none, or none any more. */
bool incoming_get_point(struct incoming *incoming, IConnectionPoint **point, DWORD *cookie);

#endif

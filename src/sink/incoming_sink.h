/*
 * The object that one connection point of a source gets: an IDispatch that knows its dispinterface and the label of its
 * source, and may be called in any apartment. Those of one connection tell the source that they listen together
 * (com/connections.h).
 */
#ifndef VMEVENTS_SINK_INCOMING_SINK_H
#define VMEVENTS_SINK_INCOMING_SINK_H

#include "com/event_source.h"

struct incoming_sink;

/* With one reference. `first` is the one that was made first for the same connection, which this one keeps; NULL: this
 * is the first. S_OK, E_OUTOFMEMORY */
HRESULT incoming_sink_create(struct event_source *source, const struct event_interface *events, const WCHAR *label,
        struct incoming_sink *first, struct incoming_sink **sink);

IUnknown *incoming_sink_identity(struct incoming_sink *sink);

/* From here on its calls answer CO_E_OBJNOTCONNECTED. Drops the creator's reference. */
void incoming_sink_close(struct incoming_sink *sink);

#endif

/*
 * The connection points of one source that the sink has advised on, for one call of Connect: each has been given an
 * object of its own to call (incoming_sink.h). The points belong to the apartment that advised, and are called and
 * released in it alone; silencing the objects may be done on any thread.
 */
#ifndef VMEVENTS_SINK_ADVISED_POINTS_H
#define VMEVENTS_SINK_ADVISED_POINTS_H

#include "platform/lock.h"
#include "sink/incoming_sink.h"

#include <stdbool.h>

#include <ocidl.h>

struct advised_point
{
    IConnectionPoint *point;
    DWORD cookie;
    struct incoming_sink *sink; /* NULL from when it has been closed */
    IUnknown *identity;         /* of that sink, with a reference, until the point has been unadvised */
};

/* Stands in its owner, zeroed and then initialised. */
struct advised_points
{
    volatile LONG ended; /* unadvised or abandoned, which is done by the thread that sets this */
    struct lock lock;        /* held while a point is given out, so that it is not released meanwhile */
    UINT count;
    struct advised_point points[EVENT_INTERFACE_COUNT];
};

void advised_points_init(struct advised_points *advised);

/*
 * Advises on every point that the object offers for an event interface, Virtual PC's or else Virtual Server's. What
 * they fire goes on to the event source, with the label. When one refuses, none stays advised.
 *
 * S_OK, CONNECT_E_NOCONNECTION (it offers none), E_OUTOFMEMORY, or what the object's Advise returned
 */
HRESULT advised_points_advise(
        struct advised_points *advised, struct event_source *source, IUnknown *object, const WCHAR *label);

/* From here on the sinks hear nothing. On any thread, and as often as one likes. */
void advised_points_silence(struct advised_points *advised);

/*
 * Unadvises all points, lets go of them, and silences the sinks. Only the first call does: unadvising calls the source,
 * which may end the connection again. The caller has a reference to the owner, since the source may own the sink, and
 * the sink the connection: any call here may let go of either.
 */
void advised_points_unadvise(struct advised_points *advised);

/* Instead of unadvising, when the points belong to a thread that is gone: nobody may call them any more, not even to
 * let go of them. */
void advised_points_abandon(struct advised_points *advised);

/* The first point, with a reference, and its cookie. False: there is none, or none any more. */
bool advised_points_get_first(struct advised_points *advised, IConnectionPoint **point, DWORD *cookie);

#endif

/*
 * Connection points: the part of an event source that COM clients see. Stands in the source's object, whose
 * identity and lifetime it shares.
 *
 * An advised sink is called through a lane (lane.h), in the apartment that advised it, so that it cannot delay the
 * source. A sink whose process or apartment is gone is dropped.
 *
 * One object that is advised on several connection points hears the source's events in the order in which they were
 * fired. So do several objects that answer IServiceProvider::QueryService(SID_EventListener, IID_IUnknown) with the
 * same one: the sink of vmevents.dll needs an object for each connection point, since a source may know it by
 * IDispatch alone, and the DISPIDs of the interfaces are the same.
 */
#ifndef VMEVENTS_COM_CONNECTION_POINTS_H
#define VMEVENTS_COM_CONNECTION_POINTS_H

#include "com/event_source.h"
#include "com/lane.h"

extern const IID SID_EventListener;

struct connection_point
{
    IConnectionPoint IConnectionPoint_iface;
    struct connection_points *points;
    const struct event_interface *events;
};

struct connection_points
{
    IConnectionPointContainer IConnectionPointContainer_iface;
    IUnknown *owner; /* the object's identity; not counted */
    struct event_source *source;
    enum lane_home home;
    UINT count;
    struct connection_point points[EVENT_INTERFACE_COUNT];
    struct connection_point server_points[EVENT_INTERFACE_COUNT]; /* for Virtual Server's of the same events */
};

/* Offers the interfaces whose bits (1 << MACHINE_EVENTS, …) are set, in the catalogue's order, and Virtual Server's of
 * the same events, which are found by their IIDs but not enumerated. */
void connection_points_init(struct connection_points *points, IUnknown *owner, struct event_source *source,
        unsigned int interfaces, enum lane_home home);

/* Ends every connection of the source at once; what waits is dropped. Before event_source_close. */
void connections_end_all(struct event_source *source);

/* Ends every connection of the source when it has delivered what was fired before. Returns at once; the source lives until
 * then. lanes_let_go is for those that hang. */
void connections_finish_all(struct event_source *source);

/*
 * Waits, up to timeout_ms (INFINITE: without limit), until whoever listens by the connection of that cookie has got
 * what was fired before. *missing is how many events have not come: those that still wait, and those that were lost
 * since the listener was first advised.
 *
 * S_OK
 * CONNECT_E_NOCONNECTION  no such cookie, or ended
 */
HRESULT connections_settle(struct event_source *source, DWORD cookie, DWORD timeout_ms, ULONG *missing);

#endif

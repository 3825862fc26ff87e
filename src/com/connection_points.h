/* Connection points: the part of an event source that COM clients see. Stands in the source's object, whose identity
 * and lifetime it shares. */
#ifndef VMEVENTS_COM_CONNECTION_POINTS_H
#define VMEVENTS_COM_CONNECTION_POINTS_H

#include "com/connections.h"

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

#endif

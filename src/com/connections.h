/*
 * Connections: the sinks that are advised on a source's connection points.
 *
 * An advised sink is called through a lane (lane.h), in the apartment that advised it, so that it cannot delay the
 * source. A sink whose process or apartment is gone is dropped.
 *
 * One object that is advised on several connection points hears the source's events in the order in which they were
 * fired. So do several objects that answer IServiceProvider::QueryService(SID_EventListener, IID_IUnknown) with the
 * same one: the sink of vmevents.dll needs an object for each connection point, since a source may know it by
 * IDispatch alone, and the DISPIDs of the interfaces are the same.
 */
#ifndef VMEVENTS_COM_CONNECTIONS_H
#define VMEVENTS_COM_CONNECTIONS_H

#include "com/event_source.h"
#include "com/lane.h"

#include <ocidl.h>

extern const IID SID_EventListener;

/*
 * What IConnectionPoint::Advise does, in the calling thread's apartment. A client of another process is called so many times
 * at once as com/client_calls.h says.
 *
 * S_OK, E_OUTOFMEMORY
 * CONNECT_E_CANNOTCONNECT  the object has neither the interface nor IDispatch
 */
HRESULT connections_advise(struct event_source *source, const struct event_interface *events, enum lane_home home,
        IUnknown *sink, DWORD *cookie);

/* What Unadvise does: no delivery begins any more, what waits is dropped. S_OK, CONNECT_E_NOCONNECTION */
HRESULT connections_unadvise(struct event_source *source, const struct event_interface *events, DWORD cookie);

/* The connections of that interface in the order of advising; the caller releases each sink and frees the list by
 * memory_free. NULL: out of memory. */
CONNECTDATA *connections_list(struct event_source *source, const struct event_interface *events, UINT *count);

/* Ends every connection of the source at once; what waits is dropped. Before event_source_close. */
void connections_end_all(struct event_source *source);

/* Ends every connection of the source as soon as it has delivered what was fired before. Returns at once; the
 * connections keep the source until then. lanes_let_go ends those that hang. */
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

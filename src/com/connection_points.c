#include "com/connection_points.h"

#include "com/enumerator.h"
#include "platform/memory.h"

#include <olectl.h>

/* IConnectionPoint */

static struct connection_point *connection_point_from_IConnectionPoint(IConnectionPoint *iface)
{
    return CONTAINING_RECORD(iface, struct connection_point, IConnectionPoint_iface);
}

static HRESULT WINAPI connection_point_QueryInterface(IConnectionPoint *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IConnectionPoint))
    {
        IConnectionPoint_AddRef(iface);
        *object = iface;
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI connection_point_AddRef(IConnectionPoint *iface)
{
    return IUnknown_AddRef(connection_point_from_IConnectionPoint(iface)->points->owner);
}

static ULONG WINAPI connection_point_Release(IConnectionPoint *iface)
{
    return IUnknown_Release(connection_point_from_IConnectionPoint(iface)->points->owner);
}

static HRESULT WINAPI connection_point_GetConnectionInterface(IConnectionPoint *iface, IID *iid)
{
    if (!iid)
        return E_POINTER;
    *iid = *connection_point_from_IConnectionPoint(iface)->events->iid;
    return S_OK;
}

static HRESULT WINAPI connection_point_GetConnectionPointContainer(
        IConnectionPoint *iface, IConnectionPointContainer **container)
{
    if (!container)
        return E_POINTER;
    *container = &connection_point_from_IConnectionPoint(iface)->points->IConnectionPointContainer_iface;
    IConnectionPointContainer_AddRef(*container);
    return S_OK;
}

static HRESULT WINAPI connection_point_Advise(IConnectionPoint *iface, IUnknown *sink, DWORD *cookie)
{
    struct connection_point *point = connection_point_from_IConnectionPoint(iface);

    if (cookie)
        *cookie = 0;
    if (!sink || !cookie)
        return E_POINTER;
    return connections_advise(point->points->source, point->events, point->points->home, sink, cookie);
}

static HRESULT WINAPI connection_point_Unadvise(IConnectionPoint *iface, DWORD cookie)
{
    struct connection_point *point = connection_point_from_IConnectionPoint(iface);

    return connections_unadvise(point->points->source, point->events, cookie);
}

static HRESULT WINAPI connection_point_EnumConnections(IConnectionPoint *iface, IEnumConnections **enumerator)
{
    struct connection_point *point = connection_point_from_IConnectionPoint(iface);
    CONNECTDATA *connections;
    UINT count;
    HRESULT hr;

    if (!enumerator)
        return E_POINTER;
    *enumerator = NULL;
    if (!(connections = connections_list(point->points->source, point->events, &count)))
        return E_OUTOFMEMORY;
    hr = enum_connections_create(connections, count, point->points->owner, enumerator);
    while (count--)
        IUnknown_Release(connections[count].pUnk);
    memory_free(connections);
    return hr;
}

static const IConnectionPointVtbl connection_point_vtbl = {
        connection_point_QueryInterface,
        connection_point_AddRef,
        connection_point_Release,
        connection_point_GetConnectionInterface,
        connection_point_GetConnectionPointContainer,
        connection_point_Advise,
        connection_point_Unadvise,
        connection_point_EnumConnections,
};

/* IConnectionPointContainer */

static struct connection_points *connection_points_from_IConnectionPointContainer(IConnectionPointContainer *iface)
{
    return CONTAINING_RECORD(iface, struct connection_points, IConnectionPointContainer_iface);
}

static HRESULT WINAPI connection_points_QueryInterface(IConnectionPointContainer *iface, REFIID riid, void **object)
{
    return IUnknown_QueryInterface(connection_points_from_IConnectionPointContainer(iface)->owner, riid, object);
}

static ULONG WINAPI connection_points_AddRef(IConnectionPointContainer *iface)
{
    return IUnknown_AddRef(connection_points_from_IConnectionPointContainer(iface)->owner);
}

static ULONG WINAPI connection_points_Release(IConnectionPointContainer *iface)
{
    return IUnknown_Release(connection_points_from_IConnectionPointContainer(iface)->owner);
}

static HRESULT WINAPI connection_points_EnumConnectionPoints(
        IConnectionPointContainer *iface, IEnumConnectionPoints **enumerator)
{
    struct connection_points *points = connection_points_from_IConnectionPointContainer(iface);
    /* Virtual PC's alone: who advises on every point that there is hears each event once. */
    IConnectionPoint *offered[EVENT_INTERFACE_COUNT] = {0};

    if (!enumerator)
        return E_POINTER;
    for (UINT i = 0; i < points->count; ++i)
        offered[i] = &points->points[i].IConnectionPoint_iface;
    return enum_connection_points_create(offered, points->count, enumerator);
}

static HRESULT WINAPI connection_points_FindConnectionPoint(
        IConnectionPointContainer *iface, REFIID riid, IConnectionPoint **point)
{
    struct connection_points *points = connection_points_from_IConnectionPointContainer(iface);

    if (!point)
        return E_POINTER;
    *point = NULL;
    for (UINT i = 0; i < points->count && !*point; ++i)
    {
        if (IsEqualIID(riid, points->points[i].events->iid))
            *point = &points->points[i].IConnectionPoint_iface;
        else if (IsEqualIID(riid, points->server_points[i].events->iid))
            *point = &points->server_points[i].IConnectionPoint_iface;
    }
    if (!*point)
        return CONNECT_E_NOCONNECTION;
    IConnectionPoint_AddRef(*point);
    return S_OK;
}

static const IConnectionPointContainerVtbl connection_points_vtbl = {
        connection_points_QueryInterface,
        connection_points_AddRef,
        connection_points_Release,
        connection_points_EnumConnectionPoints,
        connection_points_FindConnectionPoint,
};

static void connection_point_init(
        struct connection_point *point, struct connection_points *points, const struct event_interface *events)
{
    point->IConnectionPoint_iface.lpVtbl = (IConnectionPointVtbl *)&connection_point_vtbl;
    point->points = points;
    point->events = events;
}

void connection_points_init(struct connection_points *points, IUnknown *owner, struct event_source *source,
        unsigned int interfaces, enum lane_home home)
{
    points->IConnectionPointContainer_iface.lpVtbl = (IConnectionPointContainerVtbl *)&connection_points_vtbl;
    points->owner = owner;
    points->source = source;
    points->home = home;
    points->count = 0;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        if (!(interfaces & (1u << i)))
            continue;
        connection_point_init(&points->points[points->count], points, &event_interfaces[i]);
        connection_point_init(&points->server_points[points->count], points, &server_interfaces[i]);
        ++points->count;
    }
}

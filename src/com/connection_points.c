#include "com/connection_points.h"

#include "com/clock.h"
#include "com/enumerator.h"
#include "com/module.h"
#include "com/relay.h"
#include "platform/memory.h"

#include <olectl.h>

/* An advised sink. Both the list of connections and the mailbox have a reference. */
struct connection
{
    struct mailbox_handler handler;
    struct connection *next, **link; /* guarded by the source's lock; link is NULL outside the list */
    LONG refcount;
    struct event_source *source;
    const struct event_interface *events;
    IUnknown *advised; /* what Advise was given; used and released in the apartment that advised it */
    IDispatch *sink;
    IEventRelay *relay; /* the sink's, if it is one of ours in this process */
    struct mailbox *mailbox;
    uint32_t cookie;
    bool late;
};

static struct connection *connection_from_handler(struct mailbox_handler *handler)
{
    return CONTAINING_RECORD(handler, struct connection, handler);
}

static void connection_release(struct connection *connection)
{
    if (InterlockedDecrement(&connection->refcount))
        return;
    event_source_release(connection->source);
    memory_free(connection);
}

/* Takes the connection out of the list. False: somebody else did. */
static bool connection_unlist(struct connection *connection)
{
    SRWLOCK *lock = &connection->source->lock;
    bool listed;

    AcquireSRWLockExclusive(lock);
    if ((listed = connection->link != NULL))
    {
        if ((*connection->link = connection->next))
            connection->next->link = connection->link;
        connection->link = NULL;
    }
    ReleaseSRWLockExclusive(lock);
    return listed;
}

/* Ends a connection that has been taken out of the list. */
static void connection_end(struct connection *connection)
{
    listeners_remove(&connection->source->listeners, connection->cookie, LISTENER_CONNECTION);
    mailbox_release(connection->mailbox);
    connection_release(connection);
}

/* Whether the error says that there is nobody any more who could be called. */
static bool sink_is_gone(HRESULT hr)
{
    switch (hr)
    {
        case RPC_E_DISCONNECTED:
        case RPC_E_SERVER_DIED:
        case RPC_E_SERVER_DIED_DNE:
        case RPC_E_INVALID_OBJECT:
        case CO_E_OBJNOTCONNECTED:
        case __HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE):
        case __HRESULT_FROM_WIN32(RPC_S_CALL_FAILED):
        case __HRESULT_FROM_WIN32(RPC_S_CALL_FAILED_DNE):
        case __HRESULT_FROM_WIN32(RPC_S_COMM_FAILURE):
            return true;
    }
    return false;
}

static HRESULT connection_invoke(struct connection *connection, const struct event *event)
{
    VARIANT args[EVENT_MAX_ARGS];
    DISPPARAMS params = {args, NULL, event->type->param_count, 0};

    /* Borrowed for the call, the last first. */
    for (UINT i = 0; i < params.cArgs; ++i)
        args[params.cArgs - 1 - i] = event->args[i];
    return IDispatch_Invoke(connection->sink, event->type->id, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params,
            NULL, NULL, NULL);
}

static void connection_deliver(struct mailbox_handler *handler, struct kept_event *kept)
{
    struct connection *connection = connection_from_handler(handler);
    HRESULT hr;

    if (connection->relay)
        hr = IEventRelay_Relay(connection->relay, kept);
    else
        hr = connection_invoke(connection, &kept->event);
    if (sink_is_gone(hr) && connection_unlist(connection))
        connection_end(connection);
    else if (FAILED(hr) && hr != DISP_E_MEMBERNOTFOUND && hr != E_NOTIMPL)
        InterlockedIncrement(&connection->source->failed);
}

static void connection_destroy(struct mailbox_handler *handler)
{
    struct connection *connection = connection_from_handler(handler);

    if (connection->relay)
        IEventRelay_Release(connection->relay);
    IDispatch_Release(connection->sink);
    IUnknown_Release(connection->advised);
    connection_release(connection);
}

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

/* Makes a connection of the sink, with a reference for the mailbox and one for the list. */
static HRESULT connection_create(struct connection_point *point, IUnknown *advised, struct connection **result)
{
    struct connection_points *points = point->points;
    struct connection *connection;
    IDispatch *sink;

    /* A dispinterface's own IID finds the right face of a sink that has several; from another process it may
     * not be found though it is there, for want of a registered proxy, and IDispatch always is. */
    if (FAILED(IUnknown_QueryInterface(advised, point->events->iid, (void **)&sink))
            && FAILED(IUnknown_QueryInterface(advised, &IID_IDispatch, (void **)&sink)))
        return CONNECT_E_CANNOTCONNECT;
    if (!(connection = memory_alloc(sizeof(*connection))))
        goto failed;
    connection->handler.deliver = connection_deliver;
    connection->handler.destroy = connection_destroy;
    connection->source = points->source;
    connection->events = point->events;
    connection->refcount = 2;
    if (!(connection->mailbox = mailbox_create(&connection->handler, points->home, &points->source->dropped)))
        goto failed;
    event_source_addref(points->source);
    connection->sink = sink;
    if (FAILED(IUnknown_QueryInterface(advised, &IID_IEventRelay, (void **)&connection->relay)))
        connection->relay = NULL;
    IUnknown_AddRef(advised);
    connection->advised = advised;
    *result = connection;
    return S_OK;

failed:
    memory_free(connection);
    IDispatch_Release(sink);
    return E_OUTOFMEMORY;
}

static void connection_append(struct connection *connection)
{
    struct event_source *source = connection->source;
    struct connection **link;

    AcquireSRWLockExclusive(&source->lock);
    for (link = &source->connections; *link; link = &(*link)->next)
        ;
    *(connection->link = link) = connection;
    ReleaseSRWLockExclusive(&source->lock);
}

static HRESULT WINAPI connection_point_Advise(IConnectionPoint *iface, IUnknown *sink, DWORD *cookie)
{
    struct connection_point *point = connection_point_from_IConnectionPoint(iface);
    struct connection *connection;
    HRESULT hr;

    if (cookie)
        *cookie = 0;
    if (!sink || !cookie)
        return E_POINTER;
    if (FAILED(hr = connection_create(point, sink, &connection)))
        return hr;
    mailbox_addref(connection->mailbox);
    connection_append(connection);
    if (!listeners_add(&point->points->source->listeners, event_interface_mask(point->events) | LISTENER_CONNECTION,
                mailbox_notify, connection->mailbox, mailbox_release_listener, &connection->cookie))
    {
        connection_unlist(connection);
        mailbox_release_listener(connection->mailbox);
        mailbox_release(connection->mailbox);
        connection_release(connection);
        return E_OUTOFMEMORY;
    }
    *cookie = connection->cookie;
    return S_OK;
}

static HRESULT WINAPI connection_point_Unadvise(IConnectionPoint *iface, DWORD cookie)
{
    struct connection_point *point = connection_point_from_IConnectionPoint(iface);
    struct event_source *source = point->points->source;
    struct connection *connection;

    AcquireSRWLockExclusive(&source->lock);
    for (connection = source->connections; connection; connection = connection->next)
    {
        if (connection->events == point->events && connection->cookie == cookie)
            break;
    }
    if (connection)
        InterlockedIncrement(&connection->refcount);
    ReleaseSRWLockExclusive(&source->lock);

    if (!connection)
        return CONNECT_E_NOCONNECTION;
    if (!connection_unlist(connection))
    {
        connection_release(connection);
        return CONNECT_E_NOCONNECTION;
    }
    connection_end(connection);
    connection_release(connection);
    return S_OK;
}

static HRESULT WINAPI connection_point_EnumConnections(IConnectionPoint *iface, IEnumConnections **enumerator)
{
    struct connection_point *point = connection_point_from_IConnectionPoint(iface);
    struct event_source *source = point->points->source;
    struct connection *connection;
    CONNECTDATA *connections;
    UINT count = 0;
    HRESULT hr;

    if (!enumerator)
        return E_POINTER;
    *enumerator = NULL;
    AcquireSRWLockShared(&source->lock);
    for (connection = source->connections; connection; connection = connection->next)
        ++count;
    if ((connections = memory_alloc((count + 1) * sizeof(*connections))))
    {
        count = 0;
        for (connection = source->connections; connection; connection = connection->next)
        {
            if (connection->events != point->events)
                continue;
            IUnknown_AddRef(connection->advised);
            connections[count].pUnk = connection->advised;
            connections[count++].dwCookie = connection->cookie;
        }
    }
    ReleaseSRWLockShared(&source->lock);
    if (!connections)
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
    IConnectionPoint *faces[EVENT_INTERFACE_COUNT] = {0};

    if (!enumerator)
        return E_POINTER;
    for (UINT i = 0; i < points->count; ++i)
        faces[i] = &points->points[i].IConnectionPoint_iface;
    return enum_connection_points_create(faces, points->count, enumerator);
}

static HRESULT WINAPI connection_points_FindConnectionPoint(
        IConnectionPointContainer *iface, REFIID riid, IConnectionPoint **point)
{
    struct connection_points *points = connection_points_from_IConnectionPointContainer(iface);

    if (!point)
        return E_POINTER;
    *point = NULL;
    for (UINT i = 0; i < points->count; ++i)
    {
        if (!IsEqualIID(riid, points->points[i].events->iid))
            continue;
        *point = &points->points[i].IConnectionPoint_iface;
        IConnectionPoint_AddRef(*point);
        return S_OK;
    }
    return CONNECT_E_NOCONNECTION;
}

static const IConnectionPointContainerVtbl connection_points_vtbl = {
        connection_points_QueryInterface,
        connection_points_AddRef,
        connection_points_Release,
        connection_points_EnumConnectionPoints,
        connection_points_FindConnectionPoint,
};

void connection_points_init(struct connection_points *points, IUnknown *owner, struct event_source *source,
        unsigned int interfaces, enum mailbox_home home)
{
    points->IConnectionPointContainer_iface.lpVtbl = (IConnectionPointContainerVtbl *)&connection_points_vtbl;
    points->owner = owner;
    points->source = source;
    points->home = home;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        struct connection_point *point = &points->points[points->count];

        if (!(interfaces & (1u << i)))
            continue;
        point->IConnectionPoint_iface.lpVtbl = (IConnectionPointVtbl *)&connection_point_vtbl;
        point->points = points;
        point->events = &event_interfaces[i];
        ++points->count;
    }
}

void connections_end_all(struct event_source *source)
{
    struct connection *connection;

    for (;;)
    {
        AcquireSRWLockExclusive(&source->lock);
        if ((connection = source->connections))
        {
            if ((source->connections = connection->next))
                connection->next->link = &source->connections;
            connection->link = NULL;
        }
        ReleaseSRWLockExclusive(&source->lock);
        if (!connection)
            return;
        connection_end(connection);
    }
}

/* A reference to the connection behind `after`, or to the first. Releases `after`. */
static struct connection *connections_next(struct event_source *source, struct connection *after)
{
    struct connection *connection;

    AcquireSRWLockShared(&source->lock);
    /* One that has been taken out meanwhile does not tell what comes next: the rest is not waited for. */
    connection = !after ? source->connections : after->link ? after->next : NULL;
    if (connection)
        InterlockedIncrement(&connection->refcount);
    ReleaseSRWLockShared(&source->lock);
    if (after)
        connection_release(after);
    return connection;
}

void connections_settle(struct event_source *source, DWORD timeout_ms)
{
    ULONGLONG start = clock_ms();

    for (struct connection *connection = connections_next(source, NULL); connection;
            connection = connections_next(source, connection))
    {
        DWORD timeout = connection->late ? 0 : clock_left_ms(start, timeout_ms);

        connection->late = !mailbox_wait_until_empty(connection->mailbox, timeout);
    }
}

#include "com/connections.h"

#include "com/connection_parts.h"
#include "com/failures.h"
#include "com/proxy.h"
#include "platform/memory.h"
#include "platform/trace.h"

#include <olectl.h>
#include <servprov.h>

/* {1d198fd8-b141-4d75-a582-b3232ae74374} */
const IID SID_EventListener = {0x1d198fd8, 0xb141, 0x4d75, {0xa5, 0x82, 0xb3, 0x23, 0x2a, 0xe7, 0x43, 0x74}};

/* Takes a listed connection out. */
static void connection_unlink(struct connection *connection)
{
    lock_assert_exclusive(&connection->source->lock);
    if ((*connection->link = connection->next))
        connection->next->link = connection->link;
    else
        connection->source->last_connection = connection->link;
    connection->link = NULL;
}

bool connection_unlist(struct connection *connection)
{
    struct lock *lock = &connection->source->lock;
    bool listed;

    lock_acquire(lock);
    if ((listed = connection->link != NULL))
        connection_unlink(connection);
    lock_release(lock);
    return listed;
}

void connection_end(struct connection *connection)
{
    trace(TRACE_COM, "source %lx: connection %lu ends", TRACE_ID(connection->source),
            (unsigned long)connection->cookie);
    listeners_remove(&connection->source->listeners, connection->cookie, LISTENER_CONNECTION);
    /* One that is finishing has not been cut by that, and may have events left to deliver: those are dropped. */
    lane_cut(&connection->receiver);
    lane_receiver_release(&connection->receiver);
}

/* The connection is over, finished or with its apartment: nobody may find the sink by it any more. The listener is
 * removed without waiting for threads that are in a walk: one of them may be waiting for this thread. */
static void connection_drop(struct connection *connection)
{
    if (!connection_unlist(connection))
        return;
    trace(TRACE_COM, "source %lx: connection %lu is over, finished or with its apartment", TRACE_ID(connection->source),
            (unsigned long)connection->cookie);
    listeners_remove_later(&connection->source->listeners, connection->cookie, LISTENER_CONNECTION);
    lane_receiver_release(&connection->receiver);
}

static void connection_release_objects(struct connection *connection)
{
    if (connection->relay)
        IEventRelay_Release(connection->relay);
    if (connection->batches)
        IVMEventReceiver_Release(connection->batches);
    IDispatch_Release(connection->sink);
    IUnknown_Release(connection->advised);
    IUnknown_Release(connection->listener);
}

static void connection_release_of_client(struct client_release *release)
{
    struct connection *connection = CONTAINING_RECORD(release, struct connection, release);

    connection_release_objects(connection);
    lane_receiver_release(&connection->receiver);
}

/* The release of an object of another process may not return. */
static void connection_destroy(struct lane_receiver *receiver)
{
    struct connection *connection = connection_from_receiver(receiver);

    connection_drop(connection);
    connection_wait_no_more(connection);
    if (!connection->client)
    {
        connection_release_objects(connection);
        return;
    }
    lane_receiver_addref(receiver);
    connection->release.run = connection_release_of_client;
    client_calls_let_go(connection->client, &connection->release);
}

static void connection_free(struct lane_receiver *receiver)
{
    struct connection *connection = connection_from_receiver(receiver);

    if (connection->client)
        client_calls_release(connection->client);
    event_source_release(connection->source);
    memory_free(connection);
}

static void connection_abandon(struct lane_receiver *receiver)
{
    struct connection *connection = connection_from_receiver(receiver);

    /* A sink of ours may be called and released on any thread. */
    if (connection->relay)
        connection_destroy(receiver);
    else
    {
        connection_drop(connection);
        connection_wait_no_more(connection);
    }
}

/* The identity of who listens by that sink: the sink itself, unless it names another object by SID_EventListener, for
 * which it listens together with others. NULL: there is no identity to be had. */
static IUnknown *listener_of(IUnknown *advised)
{
    IUnknown *listener = NULL, *identity = NULL;
    IServiceProvider *provider;

    if (SUCCEEDED(IUnknown_QueryInterface(advised, &IID_IServiceProvider, (void **)&provider)))
    {
        if (FAILED(IServiceProvider_QueryService(provider, &SID_EventListener, &IID_IUnknown, (void **)&listener)))
            listener = NULL;
        IServiceProvider_Release(provider);
    }
    if (FAILED(IUnknown_QueryInterface(listener ? listener : advised, &IID_IUnknown, (void **)&identity)))
        identity = NULL;
    if (listener)
        IUnknown_Release(listener);
    return identity;
}

static bool connection_join(struct connection *connection, enum lane_home home, IUnknown *advised)
{
    if (!client_calls_get(&connection->client))
        return false;
    if ((connection->listener = listener_of(advised)))
    {
        if (lane_join(connection->source, connection->listener, home, &connection->receiver))
            return true;
        IUnknown_Release(connection->listener);
    }
    if (connection->client)
        client_calls_release(connection->client);
    return false;
}

/* By what else the sink may be called: a sink of ours in this process takes events as they are, one in another process
 * several at a time. Virtual Server's interfaces have no place in such a call. */
static void connection_find_ways(struct connection *connection)
{
    connection->is_here = !object_is_proxy(connection->advised);
    if (connection->is_here)
    {
        if (FAILED(IUnknown_QueryInterface(connection->advised, &IID_IEventRelay, (void **)&connection->relay)))
            connection->relay = NULL;
        return;
    }
    if (connection->events != event_interface_find(connection->events->described)
            || FAILED(IUnknown_QueryInterface(
                    connection->listener, &IID_IVMEventReceiver, (void **)&connection->batches)))
        connection->batches = NULL;
    connection->receiver.deliver_some = connection->batches ? connection_deliver_some : NULL;
}

/* Makes a connection of the sink, with a reference for the caller besides the receiver's own. */
static HRESULT connection_create(struct event_source *source, const struct event_interface *events, enum lane_home home,
        IUnknown *advised, struct connection **result)
{
    struct connection *connection;
    IDispatch *sink;

    /* A dispinterface's own IID finds the right interface of a sink that has several; from another process it may
     * not be found though it is there, for want of a registered proxy, and IDispatch always is. */
    if (FAILED(IUnknown_QueryInterface(advised, events->iid, (void **)&sink))
            && FAILED(IUnknown_QueryInterface(advised, &IID_IDispatch, (void **)&sink)))
        return CONNECT_E_CANNOTCONNECT;
    if (!(connection = memory_alloc(sizeof(*connection))))
        goto failed;
    connection->receiver.deliver = connection_deliver;
    connection->receiver.destroy = connection_destroy;
    connection->receiver.abandon = connection_abandon;
    connection->receiver.free = connection_free;
    connection->waiter.wake = connection_wake;
    connection->source = source;
    connection->events = events;
    if (!connection_join(connection, home, advised))
        goto failed;
    lane_receiver_addref(&connection->receiver);
    event_source_addref(source);
    connection->sink = sink;
    IUnknown_AddRef(advised);
    connection->advised = advised;
    connection_find_ways(connection);
    *result = connection;
    return S_OK;

failed:
    memory_free(connection);
    IDispatch_Release(sink);
    return E_OUTOFMEMORY;
}

/* With a reference for the list. */
static void connection_append(struct connection *connection)
{
    struct event_source *source = connection->source;

    lane_receiver_addref(&connection->receiver);
    lock_acquire(&source->lock);
    connection->link = source->last_connection ? source->last_connection : &source->connections;
    *connection->link = connection;
    source->last_connection = &connection->next;
    lock_release(&source->lock);
}

/* A listener_notify. */
static void CALLBACK connection_notify(const VMEVENT *event, void *context)
{
    struct lane_receiver *receiver = context;

    failures_note_event(connection_from_receiver(receiver)->source, event);
    lane_notify(event, receiver);
}

HRESULT connections_advise(struct event_source *source, const struct event_interface *events, enum lane_home home,
        IUnknown *sink, DWORD *cookie)
{
    struct connection *connection;
    HRESULT hr;

    *cookie = 0;
    if (FAILED(hr = connection_create(source, events, home, sink, &connection)))
    {
        trace(TRACE_COM, "source %lx: a sink is not advised of %ls (0x%08lx)", TRACE_ID(source), events->name,
                (unsigned long)hr);
        return hr;
    }
    connection_append(connection);
    if (!listeners_add(&source->listeners, event_interface_mask(events) | LISTENER_CONNECTION, connection_notify,
                &connection->receiver, lane_release_listener, &connection->cookie))
    {
        lane_release_listener(&connection->receiver);
        if (connection_unlist(connection))
            lane_receiver_release(&connection->receiver);
        lane_receiver_release(&connection->receiver);
        return E_OUTOFMEMORY;
    }
    *cookie = connection->cookie;
    trace(TRACE_COM, "source %lx: connection %lu, a sink is advised of %ls", TRACE_ID(source), (unsigned long)*cookie,
            events->name);
    lane_receiver_release(&connection->receiver);
    return S_OK;
}

/* A reference to the connection of that cookie, of that interface unless `events` is NULL. NULL: there is none. */
static struct connection *connection_find(
        struct event_source *source, DWORD cookie, const struct event_interface *events)
{
    struct connection *connection;

    lock_acquire_shared(&source->lock);
    for (connection = source->connections; connection; connection = connection->next)
    {
        if ((!events || connection->events == events) && connection->cookie == cookie)
            break;
    }
    if (connection)
        lane_receiver_addref(&connection->receiver);
    lock_release_shared(&source->lock);
    return connection;
}

HRESULT connections_unadvise(struct event_source *source, const struct event_interface *events, DWORD cookie)
{
    struct connection *connection = connection_find(source, cookie, events);
    bool listed;

    if (!connection)
        return CONNECT_E_NOCONNECTION;
    if ((listed = connection_unlist(connection)))
        connection_end(connection);
    lane_receiver_release(&connection->receiver);
    return listed ? S_OK : CONNECT_E_NOCONNECTION;
}

CONNECTDATA *connections_list(struct event_source *source, const struct event_interface *events, UINT *count)
{
    struct connection *connection;
    CONNECTDATA *connections;
    UINT size = 1;

    *count = 0;
    lock_acquire_shared(&source->lock);
    for (connection = source->connections; connection; connection = connection->next)
        ++size;
    connections = memory_alloc(size * sizeof(*connections));
    for (connection = source->connections; connections && connection; connection = connection->next)
    {
        if (connection->events != events)
            continue;
        IUnknown_AddRef(connection->advised);
        connections[*count].pUnk = connection->advised;
        connections[(*count)++].dwCookie = connection->cookie;
    }
    lock_release_shared(&source->lock);
    return connections;
}

void connections_end_all(struct event_source *source)
{
    struct connection *connection;

    for (;;)
    {
        lock_acquire(&source->lock);
        if ((connection = source->connections))
            connection_unlink(connection);
        lock_release(&source->lock);
        if (!connection)
            return;
        connection_end(connection);
    }
}

/* A reference to a connection that is not finishing yet, and is marked as finishing by this, so that it is found once;
 * NULL: there is none. */
static struct connection *connection_find_open(struct event_source *source)
{
    struct connection *connection;

    lock_acquire(&source->lock);
    for (connection = source->connections; connection && connection->finishing; connection = connection->next)
        ;
    if (connection)
    {
        connection->finishing = true;
        lane_receiver_addref(&connection->receiver);
    }
    lock_release(&source->lock);
    return connection;
}

void connections_finish_all(struct event_source *source)
{
    struct connection *connection;

    while ((connection = connection_find_open(source)))
    {
        lane_finish(&connection->receiver);
        listeners_remove(&source->listeners, connection->cookie, LISTENER_CONNECTION);
        lane_receiver_release(&connection->receiver);
    }
}

HRESULT connections_settle(struct event_source *source, DWORD cookie, DWORD timeout_ms, ULONG *missing)
{
    struct connection *connection = connection_find(source, cookie, NULL);

    if (!connection)
        return CONNECT_E_NOCONNECTION;
    *missing = lane_settle(&connection->receiver, timeout_ms);
    lane_receiver_release(&connection->receiver);
    return S_OK;
}

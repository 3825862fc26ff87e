#include "sink/advised_points.h"

#include "platform/trace.h"

#include <olectl.h>

void advised_points_init(struct advised_points *advised)
{
    lock_init(&advised->lock);
}

void advised_points_silence(struct advised_points *advised)
{
    for (UINT i = 0; i < advised->count; ++i)
    {
        /* Exchanged: the apartment may end while another thread disconnects, and one of the two closes the sink. */
        struct incoming_sink *sink = InterlockedExchangePointer((void **)&advised->points[i].sink, NULL);

        if (sink)
            incoming_sink_close(sink);
    }
}

void advised_points_unadvise(struct advised_points *advised)
{
    bool is_gone[EVENT_INTERFACE_COUNT] = {false};

    if (InterlockedExchange(&advised->ended, TRUE))
        return;
    /* Waits for a thread that is just being given a point: it has a reference when the lock is free. */
    lock_acquire(&advised->lock);
    lock_release(&advised->lock);
    for (UINT i = 0; i < advised->count; ++i)
    {
        struct advised_point *point = &advised->points[i];

        /* Fails when the source is gone, which is no error. */
        is_gone[i] = FAILED(IConnectionPoint_Unadvise(point->point, point->cookie));
        if (is_gone[i])
            trace(TRACE_SINK, "the source of connection %lu is gone", (unsigned long)point->cookie);
        IConnectionPoint_Release(point->point);
    }
    advised_points_silence(advised);
    for (UINT i = 0; i < advised->count; ++i)
    {
        /* A source that is gone has not released the sink. CoDisconnectObject drops its references at once; by itself
         * COM would do so after minutes, or never. */
        if (is_gone[i])
            CoDisconnectObject(advised->points[i].identity, 0);
        IUnknown_Release(advised->points[i].identity);
    }
}

void advised_points_abandon(struct advised_points *advised)
{
    if (InterlockedExchange(&advised->ended, TRUE))
        return;
    for (UINT i = 0; i < advised->count; ++i)
        IUnknown_Release(advised->points[i].identity);
}

/* S_FALSE: the object does not offer the interface. */
static HRESULT advise_one(struct advised_points *advised, struct event_source *source,
        IConnectionPointContainer *container, const struct event_interface *events, const WCHAR *label)
{
    struct advised_point *point = &advised->points[advised->count];
    HRESULT hr;

    hr = IConnectionPointContainer_FindConnectionPoint(container, events->iid, &point->point);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : S_FALSE;
    hr = incoming_sink_create(source, events, label, advised->count ? advised->points[0].sink : NULL, &point->sink);
    if (FAILED(hr))
        goto failed;
    if (FAILED(hr = IConnectionPoint_Advise(point->point, incoming_sink_identity(point->sink), &point->cookie)))
    {
        incoming_sink_close(point->sink);
        goto failed;
    }
    point->identity = incoming_sink_identity(point->sink);
    IUnknown_AddRef(point->identity);
    ++advised->count;
    trace(TRACE_SINK, "source %lx: is advised of %ls, connection %lu there", TRACE_ID(source), events->name,
            (unsigned long)point->cookie);
    return S_OK;

failed:
    IConnectionPoint_Release(point->point);
    return hr;
}

HRESULT advised_points_advise(
        struct advised_points *advised, struct event_source *source, IUnknown *object, const WCHAR *label)
{
    IConnectionPointContainer *container;
    HRESULT hr;

    hr = IUnknown_QueryInterface(object, &IID_IConnectionPointContainer, (void **)&container);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : CONNECT_E_NOCONNECTION;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT && SUCCEEDED(hr); ++i)
    {
        /* One of the two: a source that offers both fires each event by both. */
        if ((hr = advise_one(advised, source, container, &event_interfaces[i], label)) == S_FALSE)
            hr = advise_one(advised, source, container, &server_interfaces[i], label);
    }
    IConnectionPointContainer_Release(container);
    if (FAILED(hr))
        advised_points_unadvise(advised);
    else
        hr = advised->count ? S_OK : CONNECT_E_NOCONNECTION;
    return hr;
}

bool advised_points_get_first(struct advised_points *advised, IConnectionPoint **point, DWORD *cookie)
{
    *point = NULL;
    lock_acquire_shared(&advised->lock);
    if (!advised->ended && advised->count)
    {
        *point = advised->points[0].point;
        *cookie = advised->points[0].cookie;
        IConnectionPoint_AddRef(*point);
    }
    lock_release_shared(&advised->lock);
    return *point != NULL;
}

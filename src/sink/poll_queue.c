/* The queue of NextEvent: events go in as they are fired, and out as they are asked for or too many. */
#include "sink/poll_parts.h"

#include "platform/trace.h"

#define DEFAULT_CAPACITY 1024

/* The oldest event; NULL: there is none. */
static struct kept_event *poll_take_oldest(struct poll *poll)
{
    struct kept_event *kept;

    lock_assert_exclusive(&poll->lock);
    if ((kept = ring_take(&poll->events)))
        queue_load_remove(&poll->load, kept);
    return kept;
}

/* False: out of memory. */
static bool poll_put(struct poll *poll, struct kept_event *kept)
{
    lock_assert_exclusive(&poll->lock);
    if (!ring_push(&poll->events, kept))
        return false;
    queue_load_add(&poll->load, kept);
    return true;
}

/* Drops the oldest events until no more than `count` are left, nor more bytes than may be. Returns how many went. */
static LONG poll_shrink(struct poll *poll, size_t count)
{
    struct kept_event *kept;
    LONG dropped = 0;

    for (;; ++dropped)
    {
        lock_acquire(&poll->lock);
        kept = queue_load_is_too_much(&poll->load, count) ? poll_take_oldest(poll) : NULL;
        lock_release(&poll->lock);
        if (!kept)
            return dropped;
        kept_event_release(kept);
    }
}

static void poll_count_dropped(struct poll *poll, LONG count)
{
    if (!count)
        return;
    trace(TRACE_SINK, "source %lx: %ld more events are dropped from the queue of NextEvent", TRACE_ID(poll->source),
            (long)count);
    InterlockedExchangeAdd(&poll->source->dropped, count);
}

static void CALLBACK poll_notify(const VMEVENT *event, void *context)
{
    struct kept_event *kept = event_keep(event_from_view(event)), *lost = NULL;
    struct poll *poll = context;
    bool overfull;
    LONG count;

    if (!kept)
    {
        poll_count_dropped(poll, 1);
        return;
    }
    lock_acquire(&poll->lock);
    if ((LONG)poll->load.count >= poll->capacity)
        lost = poll_take_oldest(poll);
    if (!poll_put(poll, kept))
        lost = kept;
    overfull = queue_load_is_too_much(&poll->load, SIZE_MAX);
    poll_wake_all(poll);
    lock_release(&poll->lock);
    if (lost)
        kept_event_release(lost);
    if ((count = (lost ? 1 : 0) + (overfull ? poll_shrink(poll, SIZE_MAX) : 0)))
        poll_count_dropped(poll, count);
}

static void CALLBACK poll_release_listener(void *context)
{
    poll_release(context);
}

/* Has the source put its events in, unless the capacity is 0 or that is so already. S_OK, E_OUTOFMEMORY */
static HRESULT poll_listen(struct poll *poll)
{
    uint32_t listener;

    lock_assert_exclusive(&poll->lock);
    if (poll->listening || !poll->capacity || poll->closed)
        return S_OK;
    poll_addref(poll);
    if (!listeners_add(&poll->source->listeners, EVENT_ALL_MASK | LISTENER_QUEUE, poll_notify, poll,
                poll_release_listener, &listener))
    {
        InterlockedDecrement(&poll->refcount); /* not the last one: the caller has a reference too */
        return E_OUTOFMEMORY;
    }
    poll->listener = listener;
    poll->listening = true;
    return S_OK;
}

/* Sets the capacity for good, or leaves all as it was when it fails. S_OK, E_OUTOFMEMORY */
static HRESULT poll_reserve(struct poll *poll, LONG capacity)
{
    LONG before = poll->capacity;
    HRESULT hr;

    lock_assert_exclusive(&poll->lock);
    poll->capacity = capacity;
    if (SUCCEEDED(hr = poll_listen(poll)))
        poll->wanted = true;
    else
        poll->capacity = before;
    return hr;
}

static void poll_stop_listening(struct poll *poll)
{
    uint32_t listener;
    bool listening;

    lock_acquire(&poll->lock);
    listening = poll->listening;
    listener = poll->listener;
    poll->listening = false;
    lock_release(&poll->lock);
    if (listening)
        listeners_remove(&poll->source->listeners, listener, LISTENER_QUEUE);
}

HRESULT poll_queue_begin(struct poll *poll)
{
    HRESULT hr;

    lock_acquire(&poll->lock);
    poll->capacity = DEFAULT_CAPACITY;
    hr = poll_listen(poll);
    lock_release(&poll->lock);
    return hr;
}

void poll_queue_free(struct poll *poll)
{
    poll_shrink(poll, 0);
    ring_free(&poll->events);
}

void poll_give_way(struct poll *poll)
{
    bool wanted;

    lock_acquire(&poll->lock);
    wanted = poll->wanted;
    if (!wanted)
        poll->capacity = 0;
    lock_release(&poll->lock);
    if (wanted)
        return;
    poll_stop_listening(poll);
    poll_shrink(poll, 0);
}

HRESULT poll_want(struct poll *poll)
{
    HRESULT hr = S_OK;

    lock_acquire(&poll->lock);
    if (!poll->wanted)
        hr = poll_reserve(poll, poll->capacity ? poll->capacity : DEFAULT_CAPACITY);
    lock_release(&poll->lock);
    return hr;
}

struct kept_event *poll_take(struct poll *poll)
{
    struct kept_event *kept;

    lock_acquire(&poll->lock);
    kept = poll_take_oldest(poll);
    lock_release(&poll->lock);
    return kept;
}

LONG poll_get_capacity(struct poll *poll)
{
    LONG capacity;

    lock_acquire_shared(&poll->lock);
    capacity = poll->capacity;
    lock_release_shared(&poll->lock);
    return capacity;
}

HRESULT poll_set_capacity(struct poll *poll, LONG capacity)
{
    LONG dropped;
    HRESULT hr;

    lock_acquire(&poll->lock);
    hr = poll_reserve(poll, capacity);
    lock_release(&poll->lock);
    if (FAILED(hr))
        return hr;
    if (!capacity)
        poll_stop_listening(poll);
    dropped = poll_shrink(poll, capacity);
    poll_count_dropped(poll, dropped);
    return S_OK;
}

#include "sink/poll.h"

#include "com/clock.h"
#include "com/lane.h"
#include "dispatch/ring.h"
#include "platform/memory.h"
#include "sink/pump.h"

#define DEFAULT_CAPACITY 1024

/* How long a Run that was given no time runs what waits already. */
#define RUN_WAITING_MS 20

/* A call of poll_next or poll_run that is under way. */
struct poll_wait
{
    struct poll_wait *next, **link;
    HANDLE wake;
    struct apartment *apartment;
    ULONGLONG start;
    DWORD timeout_ms;
    UINT jobs;  /* that it has run */
    LONG calls; /* of handlers in this apartment */
    bool stopped;
};

struct poll
{
    LONG refcount;
    struct event_source *source;
    SRWLOCK lock;
    struct ring events;
    size_t bytes; /* that the events take */
    LONG capacity;
    bool wanted;    /* the capacity was set or an event asked for */
    bool listening; /* a listener of the source puts events in */
    bool closed;
    bool stop_pending; /* Stop was called while nobody waited */
    uint32_t listener;
    struct poll_wait *waits;
};

static void poll_wake_all(struct poll *poll)
{
    for (struct poll_wait *wait = poll->waits; wait; wait = wait->next)
        SetEvent(wait->wake);
}

/* The oldest event; NULL: there is none. The lock is held. */
static struct kept_event *poll_take_oldest(struct poll *poll)
{
    struct kept_event *kept = ring_take(&poll->events);

    if (kept)
        poll->bytes -= kept->bytes;
    return kept;
}

/* The lock is held. False: out of memory. */
static bool poll_put(struct poll *poll, struct kept_event *kept)
{
    if (!ring_push(&poll->events, kept))
        return false;
    poll->bytes += kept->bytes;
    return true;
}

/* Whether more wait than `count` events, or events that take more than a lane may hold; one is always kept, unless
 * `count` is 0. The lock is held. */
static bool poll_is_overfull(const struct poll *poll, size_t count)
{
    return poll->events.count > count || (poll->events.count > 1 && poll->bytes > LANE_CAPACITY_BYTES);
}

/* Drops the oldest events until no more than `count` are left, nor more bytes than may be; tells how many went. */
static LONG poll_shrink(struct poll *poll, size_t count)
{
    struct kept_event *kept;
    LONG dropped = 0;

    for (;; ++dropped)
    {
        AcquireSRWLockExclusive(&poll->lock);
        kept = poll_is_overfull(poll, count) ? poll_take_oldest(poll) : NULL;
        ReleaseSRWLockExclusive(&poll->lock);
        if (!kept)
            return dropped;
        kept_event_release(kept);
    }
}

static void CALLBACK poll_notify(const VMEVENT *event, void *context)
{
    struct kept_event *kept = event_keep(event_from_view(event)), *lost = NULL;
    struct poll *poll = context;
    bool overfull;
    LONG count;

    if (!kept)
    {
        InterlockedIncrement(&poll->source->dropped);
        return;
    }
    AcquireSRWLockExclusive(&poll->lock);
    if ((LONG)poll->events.count >= poll->capacity)
        lost = poll_take_oldest(poll);
    if (!poll_put(poll, kept))
        lost = kept;
    overfull = poll_is_overfull(poll, SIZE_MAX);
    poll_wake_all(poll);
    ReleaseSRWLockExclusive(&poll->lock);
    if (lost)
        kept_event_release(lost);
    if ((count = (lost ? 1 : 0) + (overfull ? poll_shrink(poll, SIZE_MAX) : 0)))
        InterlockedExchangeAdd(&poll->source->dropped, count);
}

static void CALLBACK poll_release_listener(void *context)
{
    poll_release(context);
}

/* Sees to it that events come in if the queue is to have some. The lock is held. */
static HRESULT poll_listen(struct poll *poll)
{
    uint32_t listener;

    if (poll->listening || !poll->capacity || poll->closed)
        return S_OK;
    poll_addref(poll);
    if (!listeners_add(&poll->source->listeners, EVENT_ALL_MASK | LISTENER_QUEUE, poll_notify, poll,
                poll_release_listener, &listener))
    {
        InterlockedDecrement(&poll->refcount); /* never the last */
        return E_OUTOFMEMORY;
    }
    poll->listener = listener;
    poll->listening = true;
    return S_OK;
}

/* Sets the capacity for good, or leaves all as it was when it fails. The lock is held. */
static HRESULT poll_reserve(struct poll *poll, LONG capacity)
{
    LONG before = poll->capacity;
    HRESULT hr;

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

    AcquireSRWLockExclusive(&poll->lock);
    listening = poll->listening;
    listener = poll->listener;
    poll->listening = false;
    ReleaseSRWLockExclusive(&poll->lock);
    if (listening)
        listeners_remove(&poll->source->listeners, listener, LISTENER_QUEUE);
}

struct poll *poll_create(struct event_source *source)
{
    struct poll *poll = memory_alloc(sizeof(*poll));

    if (!poll)
        return NULL;
    InitializeSRWLock(&poll->lock);
    poll->refcount = 1;
    event_source_addref(source);
    poll->source = source;
    poll->capacity = DEFAULT_CAPACITY;
    if (FAILED(poll_listen(poll)))
    {
        poll_release(poll);
        return NULL;
    }
    return poll;
}

void poll_addref(struct poll *poll)
{
    InterlockedIncrement(&poll->refcount);
}

void poll_release(struct poll *poll)
{
    if (InterlockedDecrement(&poll->refcount))
        return;
    poll_shrink(poll, 0);
    ring_free(&poll->events);
    event_source_release(poll->source);
    memory_free(poll);
}

void poll_close(struct poll *poll)
{
    AcquireSRWLockExclusive(&poll->lock);
    poll->closed = true;
    for (struct poll_wait *wait = poll->waits; wait; wait = wait->next)
        wait->stopped = true;
    poll_wake_all(poll);
    ReleaseSRWLockExclusive(&poll->lock);
    poll_release(poll);
}

void poll_give_way(struct poll *poll)
{
    bool wanted;

    AcquireSRWLockExclusive(&poll->lock);
    wanted = poll->wanted;
    if (!wanted)
        poll->capacity = 0;
    ReleaseSRWLockExclusive(&poll->lock);
    if (wanted)
        return;
    poll_stop_listening(poll);
    poll_shrink(poll, 0);
}

/* Somebody polls: the queue that has given way comes back. */
static HRESULT poll_want(struct poll *poll)
{
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive(&poll->lock);
    if (!poll->wanted)
        hr = poll_reserve(poll, poll->capacity ? poll->capacity : DEFAULT_CAPACITY);
    ReleaseSRWLockExclusive(&poll->lock);
    return hr;
}

LONG poll_get_capacity(struct poll *poll)
{
    LONG capacity;

    AcquireSRWLockShared(&poll->lock);
    capacity = poll->capacity;
    ReleaseSRWLockShared(&poll->lock);
    return capacity;
}

HRESULT poll_set_capacity(struct poll *poll, LONG capacity)
{
    LONG dropped;
    HRESULT hr;

    AcquireSRWLockExclusive(&poll->lock);
    hr = poll_reserve(poll, capacity);
    ReleaseSRWLockExclusive(&poll->lock);
    if (FAILED(hr))
        return hr;
    if (!capacity)
        poll_stop_listening(poll);
    dropped = poll_shrink(poll, capacity);
    InterlockedExchangeAdd(&poll->source->dropped, dropped);
    return S_OK;
}

static HRESULT poll_wait_begin(struct poll *poll, struct poll_wait *wait, DWORD timeout_ms)
{
    memset(wait, 0, sizeof(*wait));
    wait->start = clock_ms();
    wait->timeout_ms = timeout_ms;
    if (!(wait->apartment = apartment_get_current()))
        return E_OUTOFMEMORY;
    if (!(wait->wake = CreateEventW(NULL, FALSE, FALSE, NULL)))
    {
        apartment_release(wait->apartment);
        return E_OUTOFMEMORY;
    }
    poll_addref(poll);
    AcquireSRWLockExclusive(&poll->lock);
    if ((wait->next = poll->waits))
        wait->next->link = &wait->next;
    wait->link = &poll->waits;
    poll->waits = wait;
    wait->stopped = poll->closed;
    /* A Stop that came before leaves no time. */
    if (poll->stop_pending)
        wait->timeout_ms = 0;
    poll->stop_pending = false;
    ReleaseSRWLockExclusive(&poll->lock);
    return S_OK;
}

static void poll_wait_end(struct poll *poll, struct poll_wait *wait)
{
    AcquireSRWLockExclusive(&poll->lock);
    if ((*wait->link = wait->next))
        wait->next->link = wait->link;
    ReleaseSRWLockExclusive(&poll->lock);
    CloseHandle(wait->wake);
    apartment_release(wait->apartment);
    poll_release(poll);
}

/* Milliseconds that are left; 0 also after Stop. */
static DWORD poll_wait_left(struct poll *poll, struct poll_wait *wait)
{
    bool stopped;

    AcquireSRWLockShared(&poll->lock);
    stopped = wait->stopped;
    ReleaseSRWLockShared(&poll->lock);
    if (stopped)
        return 0;
    if (wait->timeout_ms == INFINITE)
        return INFINITE;
    return clock_left_ms(wait->start, wait->timeout_ms);
}

/* Waits, at most until something happens or the time is up. False: quit. */
static bool poll_wait_pump(struct poll *poll, struct poll_wait *wait)
{
    return pump(wait->apartment, wait->wake, poll_wait_left(poll, wait), &wait->jobs);
}

static struct kept_event *poll_take(struct poll *poll)
{
    struct kept_event *kept;

    AcquireSRWLockExclusive(&poll->lock);
    kept = poll_take_oldest(poll);
    ReleaseSRWLockExclusive(&poll->lock);
    return kept;
}

HRESULT poll_next(struct poll *poll, DWORD timeout_ms, struct kept_event **kept)
{
    struct poll_wait wait;
    HRESULT hr;

    if (FAILED(hr = poll_want(poll)))
        return hr;
    if ((*kept = poll_take(poll)))
        return S_OK;
    if (FAILED(hr = poll_wait_begin(poll, &wait, timeout_ms)))
        return hr;
    while (!(*kept = poll_take(poll)))
    {
        if (!poll_wait_pump(poll, &wait))
            break;
        if (!poll_wait_left(poll, &wait))
        {
            *kept = poll_take(poll);
            break;
        }
    }
    poll_wait_end(poll, &wait);
    return *kept ? S_OK : S_FALSE;
}

/* What waits for this thread already is run even by a Run that has no time. */
static void poll_run_waiting(struct poll *poll, struct poll_wait *wait)
{
    bool stopped;

    if (wait->timeout_ms || !apartment_is_single_threaded(wait->apartment))
        return;
    do
    {
        AcquireSRWLockShared(&poll->lock);
        stopped = wait->stopped;
        ReleaseSRWLockShared(&poll->lock);
    } while (!stopped && clock_left_ms(wait->start, RUN_WAITING_MS) && apartment_run_job());
}

HRESULT poll_run(struct poll *poll, DWORD timeout_ms, LONG *count)
{
    struct poll_wait wait;
    HRESULT hr;

    if (FAILED(hr = poll_wait_begin(poll, &wait, timeout_ms)))
        return hr;
    do
    {
        if (!poll_wait_pump(poll, &wait))
            break;
    } while (poll_wait_left(poll, &wait));
    poll_run_waiting(poll, &wait);
    AcquireSRWLockShared(&poll->lock);
    *count = wait.calls;
    ReleaseSRWLockShared(&poll->lock);
    poll_wait_end(poll, &wait);
    return S_OK;
}

void poll_stop(struct poll *poll)
{
    AcquireSRWLockExclusive(&poll->lock);
    poll->stop_pending = !poll->waits;
    for (struct poll_wait *wait = poll->waits; wait; wait = wait->next)
        wait->stopped = true;
    poll_wake_all(poll);
    ReleaseSRWLockExclusive(&poll->lock);
}

void poll_count_call(struct poll *poll)
{
    AcquireSRWLockExclusive(&poll->lock);
    for (struct poll_wait *wait = poll->waits; wait; wait = wait->next)
    {
        if (apartment_is_current(wait->apartment))
            ++wait->calls;
    }
    ReleaseSRWLockExclusive(&poll->lock);
}

/* Waiting for events and for handlers to run: NextEvent, Run and Stop. */
#include "sink/poll_parts.h"

#include "com/clock.h"
#include "platform/memory.h"
#include "sink/pump.h"

/* How long a Run that was given no time runs what waits already. */
#define RUN_WAITING_MS 20

void poll_wake_all(struct poll *poll)
{
    lock_assert_exclusive(&poll->lock);
    for (struct poll_wait *wait = poll->waits; wait; wait = wait->next)
        SetEvent(wait->wake);
}

struct poll *poll_create(struct event_source *source)
{
    struct poll *poll = memory_alloc(sizeof(*poll));

    if (!poll)
        return NULL;
    lock_init(&poll->lock);
    poll->refcount = 1;
    event_source_addref(source);
    poll->source = source;
    if (FAILED(poll_queue_begin(poll)))
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
    poll_queue_free(poll);
    event_source_release(poll->source);
    memory_free(poll);
}

void poll_close(struct poll *poll)
{
    lock_acquire(&poll->lock);
    poll->closed = true;
    for (struct poll_wait *wait = poll->waits; wait; wait = wait->next)
        wait->stopped = true;
    poll_wake_all(poll);
    lock_release(&poll->lock);
    poll_release(poll);
}

HRESULT poll_wait_begin(struct poll *poll, struct poll_wait *wait, DWORD timeout_ms)
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
    lock_acquire(&poll->lock);
    if ((wait->next = poll->waits))
        wait->next->link = &wait->next;
    wait->link = &poll->waits;
    poll->waits = wait;
    wait->stopped = poll->closed;
    /* A Stop that came when nobody waited ends this wait, after what waits already. */
    if (poll->stop_pending)
        wait->timeout_ms = 0;
    poll->stop_pending = false;
    lock_release(&poll->lock);
    return S_OK;
}

void poll_wait_end(struct poll *poll, struct poll_wait *wait)
{
    lock_acquire(&poll->lock);
    if ((*wait->link = wait->next))
        wait->next->link = wait->link;
    lock_release(&poll->lock);
    CloseHandle(wait->wake);
    apartment_release(wait->apartment);
    poll_release(poll);
}

DWORD poll_wait_left(struct poll *poll, struct poll_wait *wait)
{
    bool stopped;

    lock_acquire_shared(&poll->lock);
    stopped = wait->stopped;
    lock_release_shared(&poll->lock);
    if (stopped)
        return 0;
    if (wait->timeout_ms == INFINITE)
        return INFINITE;
    return clock_left_ms(wait->start, wait->timeout_ms);
}

bool poll_wait_pump(struct poll *poll, struct poll_wait *wait)
{
    return pump(wait->apartment, wait->wake, poll_wait_left(poll, wait), &wait->jobs);
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

/* A Run that was given no time runs what waits for this thread already, for RUN_WAITING_MS at most. */
static void poll_run_waiting(struct poll *poll, struct poll_wait *wait)
{
    bool stopped;

    if (wait->timeout_ms || !apartment_is_single_threaded(wait->apartment))
        return;
    do
    {
        lock_acquire_shared(&poll->lock);
        stopped = wait->stopped;
        lock_release_shared(&poll->lock);
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
    lock_acquire_shared(&poll->lock);
    *count = wait.calls;
    lock_release_shared(&poll->lock);
    poll_wait_end(poll, &wait);
    return S_OK;
}

void poll_stop(struct poll *poll)
{
    lock_acquire(&poll->lock);
    poll->stop_pending = !poll->waits;
    for (struct poll_wait *wait = poll->waits; wait; wait = wait->next)
        wait->stopped = true;
    poll_wake_all(poll);
    lock_release(&poll->lock);
}

void poll_count_call(struct poll *poll)
{
    lock_acquire(&poll->lock);
    for (struct poll_wait *wait = poll->waits; wait; wait = wait->next)
    {
        if (apartment_is_current(wait->apartment))
            ++wait->calls;
    }
    lock_release(&poll->lock);
}

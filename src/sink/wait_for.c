/* WaitFor: one event of those that are asked for, without the queue. */
#include "platform/memory.h"
#include "sink/event_choice.h"
#include "sink/poll_parts.h"

/* What listens for the event. Inside a callback it may be released after the wait has ended. */
struct awaited
{
    LONG refcount;
    struct poll *poll;
    BSTR from;               /* NULL: any source; the caller's, until the wait ends */
    struct poll_wait *wait;  /* NULL: it has ended; guarded by the queue's lock, as what follows */
    struct kept_event *kept; /* the first that came */
    bool failed;             /* for want of memory */
};

static void CALLBACK awaited_release(void *context)
{
    struct awaited *awaited = context;

    if (InterlockedDecrement(&awaited->refcount))
        return;
    if (awaited->kept)
        kept_event_release(awaited->kept);
    poll_release(awaited->poll);
    memory_free(awaited);
}

/* A listener_notify. */
static void CALLBACK awaited_notify(const VMEVENT *event, void *context)
{
    struct awaited *awaited = context;
    struct poll *poll = awaited->poll;
    struct kept_event *kept = NULL;

    lock_acquire(&poll->lock);
    if (awaited->wait && !awaited->kept && !awaited->failed && source_is_chosen(awaited->from, event->source))
    {
        kept = awaited->kept = event_keep(event_from_view(event));
        awaited->failed = !kept;
        SetEvent(awaited->wait->wake);
    }
    lock_release(&poll->lock);
}

static struct awaited *awaited_create(struct poll *poll, BSTR from, struct poll_wait *wait)
{
    struct awaited *awaited = memory_alloc(sizeof(*awaited));

    if (!awaited)
        return NULL;
    poll_addref(poll);
    awaited->refcount = 1;
    awaited->poll = poll;
    awaited->from = from;
    awaited->wait = wait;
    return awaited;
}

/* Whether there is nothing more to wait for. */
static bool awaited_has_come(struct awaited *awaited)
{
    bool come;

    lock_acquire_shared(&awaited->poll->lock);
    come = awaited->kept || awaited->failed;
    lock_release_shared(&awaited->poll->lock);
    return come;
}

/* Takes what has come; from here on nothing more does. */
static HRESULT awaited_end(struct awaited *awaited, struct kept_event **kept)
{
    bool failed;

    lock_acquire(&awaited->poll->lock);
    *kept = awaited->kept;
    failed = awaited->failed;
    awaited->kept = NULL;
    awaited->wait = NULL;
    lock_release(&awaited->poll->lock);
    return *kept ? S_OK : failed ? E_OUTOFMEMORY : S_FALSE;
}

static HRESULT awaited_wait(
        struct awaited *awaited, const struct event_choice *choice, struct poll_wait *wait, struct kept_event **kept)
{
    struct poll *poll = awaited->poll;
    struct listeners *listeners = &poll->source->listeners;
    uint32_t listener;
    HRESULT hr;

    InterlockedIncrement(&awaited->refcount);
    if (!listeners_add(listeners, choice->events | LISTENER_QUEUE, awaited_notify, awaited, awaited_release, &listener))
    {
        InterlockedDecrement(&awaited->refcount); /* not the last one */
        return E_OUTOFMEMORY;
    }
    while (!awaited_has_come(awaited) && poll_wait_pump(poll, wait) && poll_wait_left(poll, wait))
        continue;
    hr = awaited_end(awaited, kept);
    listeners_remove(listeners, listener, LISTENER_QUEUE);
    return hr;
}

HRESULT poll_wait_for(
        struct poll *poll, const struct event_choice *choice, BSTR from, DWORD timeout_ms, struct kept_event **kept)
{
    struct awaited *awaited;
    struct poll_wait wait;
    HRESULT hr;

    *kept = NULL;
    if (FAILED(hr = poll_wait_begin(poll, &wait, timeout_ms)))
        return hr;
    if ((awaited = awaited_create(poll, from, &wait)))
    {
        hr = awaited_wait(awaited, choice, &wait, kept);
        awaited_release(awaited);
    }
    else
    {
        hr = E_OUTOFMEMORY;
    }
    poll_wait_end(poll, &wait);
    return hr;
}

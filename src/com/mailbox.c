#include "com/mailbox.h"

#include "com/module.h"
#include "dispatch/ring.h"
#include "platform/memory.h"

struct mailbox
{
    LONG refcount;
    struct mailbox_handler *handler; /* NULL when it has been destroyed; the apartment's own threads only */
    struct apartment *apartment;
    struct apartment_member member;
    DWORD home_thread; /* 0: none */
    LONG *lost;        /* outlives the walks that put events in */

    SRWLOCK lock;
    CONDITION_VARIABLE delivered;
    struct ring events;
    struct apartment_job job;
    bool job_posted;
    bool delivering;
    bool closed;
    ULONG put_count;       /* events that ever came in */
    ULONG delivered_count; /* events that went out again, delivered or dropped */
};

static void mailbox_run_job(struct apartment_job *job);
static void mailbox_on_apartment_end(struct apartment_member *member);

struct mailbox *mailbox_create(struct mailbox_handler *handler, enum mailbox_home home, LONG *lost)
{
    struct mailbox *mailbox = memory_alloc(sizeof(*mailbox));

    if (!mailbox)
        return NULL;
    if (!(mailbox->apartment = apartment_get_current()))
    {
        memory_free(mailbox);
        return NULL;
    }
    mailbox->refcount = 1;
    mailbox->handler = handler;
    mailbox->lost = lost;
    mailbox->home_thread = home == MAILBOX_HOME_THREAD ? GetCurrentThreadId() : 0;
    mailbox->job.run = mailbox_run_job;
    mailbox->member.on_end = mailbox_on_apartment_end;
    InitializeSRWLock(&mailbox->lock);
    InitializeConditionVariable(&mailbox->delivered);
    apartment_join(mailbox->apartment, &mailbox->member);
    module_addref();
    return mailbox;
}

void mailbox_addref(struct mailbox *mailbox)
{
    InterlockedIncrement(&mailbox->refcount);
}

void mailbox_release(struct mailbox *mailbox)
{
    if (InterlockedDecrement(&mailbox->refcount))
        return;
    ring_free(&mailbox->events);
    apartment_release(mailbox->apartment);
    memory_free(mailbox);
    module_release();
}

/* The lock is held. */
static void mailbox_count_out(struct mailbox *mailbox, ULONG count)
{
    mailbox->delivered_count += count;
    WakeAllConditionVariable(&mailbox->delivered);
}

/* Posts the job that delivers, or destroys the handler of a closed mailbox. The lock is held. */
static void mailbox_post_job(struct mailbox *mailbox)
{
    if (mailbox->job_posted)
        return;
    mailbox->job_posted = true;
    mailbox_addref(mailbox);
    if (apartment_post(mailbox->apartment, &mailbox->job))
        return;
    mailbox->job_posted = false;
    InterlockedDecrement(&mailbox->refcount); /* never the last: the caller has one */
}

/* On the apartment's thread, with nothing under delivery. */
static void mailbox_destroy_handler(struct mailbox *mailbox)
{
    struct mailbox_handler *handler = mailbox->handler;

    apartment_leave(&mailbox->member);
    mailbox->handler = NULL;
    if (handler)
        handler->destroy(handler);
}

/* Delivers the oldest event. False: there was none, or somebody else is delivering. */
static bool mailbox_deliver_one(struct mailbox *mailbox)
{
    struct kept_event *event = NULL;
    bool finished;

    AcquireSRWLockExclusive(&mailbox->lock);
    if (!mailbox->delivering && !mailbox->closed && (event = ring_take(&mailbox->events)))
        mailbox->delivering = true;
    ReleaseSRWLockExclusive(&mailbox->lock);
    if (!event)
        return false;

    mailbox->handler->deliver(mailbox->handler, event);
    kept_event_release(event);

    AcquireSRWLockExclusive(&mailbox->lock);
    mailbox->delivering = false;
    finished = mailbox->closed;
    mailbox_count_out(mailbox, 1);
    ReleaseSRWLockExclusive(&mailbox->lock);
    if (finished)
        mailbox_destroy_handler(mailbox);
    return true;
}

static void mailbox_run_job(struct apartment_job *job)
{
    struct mailbox *mailbox = CONTAINING_RECORD(job, struct mailbox, job);
    bool destroy;

    AcquireSRWLockExclusive(&mailbox->lock);
    mailbox->job_posted = false;
    destroy = mailbox->closed && !mailbox->delivering;
    ReleaseSRWLockExclusive(&mailbox->lock);

    if (destroy)
    {
        mailbox_destroy_handler(mailbox);
    }
    else if (apartment_is_single_threaded(mailbox->apartment))
    {
        /* One at a time: other handlers and messages of the thread have their turn in between. */
        mailbox_deliver_one(mailbox);
        AcquireSRWLockExclusive(&mailbox->lock);
        if (mailbox->events.count && !mailbox->delivering)
            mailbox_post_job(mailbox);
        ReleaseSRWLockExclusive(&mailbox->lock);
    }
    else
    {
        while (mailbox_deliver_one(mailbox))
            ;
    }
    mailbox_release(mailbox);
}

static void mailbox_on_apartment_end(struct apartment_member *member)
{
    struct mailbox *mailbox = CONTAINING_RECORD(member, struct mailbox, member);

    mailbox_addref(mailbox);
    mailbox_close(mailbox);
    if (!mailbox->delivering)
        mailbox_destroy_handler(mailbox);
    mailbox_release(mailbox);
}

/* Puts the event in and tells what it pushed out. The lock is held. False: out of memory. */
static bool mailbox_put(struct mailbox *mailbox, struct kept_event *event, struct kept_event **lost)
{
    *lost = mailbox->events.count >= MAILBOX_CAPACITY ? ring_take(&mailbox->events) : NULL;
    if (*lost)
        mailbox_count_out(mailbox, 1);
    if (!ring_push(&mailbox->events, event))
        return false;
    ++mailbox->put_count;
    return true;
}

void CALLBACK mailbox_notify(const VMEVENT *event, void *context)
{
    struct mailbox *mailbox = context;
    struct kept_event *kept = event_keep(event_from_view(event)), *lost = NULL;
    bool home = mailbox->home_thread == GetCurrentThreadId(), closed;

    if (!kept)
    {
        InterlockedIncrement(mailbox->lost);
        return;
    }
    AcquireSRWLockExclusive(&mailbox->lock);
    if ((closed = mailbox->closed))
        lost = kept;
    else if (!mailbox_put(mailbox, kept, &lost))
        lost = kept;
    else if (!home && !mailbox->delivering)
        mailbox_post_job(mailbox);
    ReleaseSRWLockExclusive(&mailbox->lock);

    if (lost)
    {
        kept_event_release(lost);
        if (!closed)
            InterlockedIncrement(mailbox->lost);
    }
    while (home && mailbox_deliver_one(mailbox))
        ;
}

void mailbox_close(struct mailbox *mailbox)
{
    struct kept_event *event;
    ULONG dropped = 0;
    bool here;

    AcquireSRWLockExclusive(&mailbox->lock);
    if (mailbox->closed)
    {
        ReleaseSRWLockExclusive(&mailbox->lock);
        return;
    }
    mailbox->closed = true;
    for (; (event = ring_take(&mailbox->events)); ++dropped)
        kept_event_release(event);
    mailbox_count_out(mailbox, dropped);
    here = mailbox->home_thread == GetCurrentThreadId() && !mailbox->delivering;
    if (!here && !mailbox->delivering)
        mailbox_post_job(mailbox);
    ReleaseSRWLockExclusive(&mailbox->lock);
    if (here)
        mailbox_destroy_handler(mailbox);
}

void CALLBACK mailbox_release_listener(void *context)
{
    struct mailbox *mailbox = context;

    mailbox_close(mailbox);
    mailbox_release(mailbox);
}

bool mailbox_wait_until_empty(struct mailbox *mailbox, DWORD timeout_ms)
{
    DWORD start = GetTickCount(), waited = 0;
    ULONG put_count;
    bool empty;

    AcquireSRWLockExclusive(&mailbox->lock);
    put_count = mailbox->put_count;
    while (!(empty = (LONG)(mailbox->delivered_count - put_count) >= 0) && waited < timeout_ms)
    {
        SleepConditionVariableSRW(&mailbox->delivered, &mailbox->lock, timeout_ms - waited, 0);
        waited = GetTickCount() - start;
    }
    ReleaseSRWLockExclusive(&mailbox->lock);
    return empty;
}

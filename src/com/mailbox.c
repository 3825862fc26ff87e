#include "com/mailbox.h"

#include "com/clock.h"
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
    bool missed_turn; /* an event's turn came while another was being delivered, by a handler that pumps */
    bool closed;
    ULONG put_count;       /* events that ever came in */
    ULONG delivered_count; /* events that went out again, delivered or dropped */
};

/*
 * An event's turn in a single-threaded apartment. The turns of all mailboxes stand in one line, so that the handlers
 * of a thread hear events in the order in which they came: one that ends the waiting has let the others hear what
 * was before.
 */
struct turn
{
    struct apartment_job job;
    struct mailbox *mailbox;
};

static void mailbox_run_job(struct apartment_job *job);
static void mailbox_on_apartment_end(struct apartment_member *member);
static void mailbox_on_apartment_lost(struct apartment_member *member);

struct mailbox *mailbox_create(struct mailbox_handler *handler, enum mailbox_home home, LONG *lost)
{
    struct mailbox *mailbox = memory_alloc(sizeof(*mailbox));

    if (!mailbox)
        return NULL;
    if (!(mailbox->apartment = apartment_get_current()))
        goto failed;
    mailbox->job.run = mailbox_run_job;
    if (!apartment_prepare_job(mailbox->apartment, &mailbox->job))
    {
        apartment_release(mailbox->apartment);
        goto failed;
    }
    mailbox->refcount = 1;
    mailbox->handler = handler;
    mailbox->lost = lost;
    mailbox->home_thread = home == MAILBOX_HOME_THREAD ? GetCurrentThreadId() : 0;
    mailbox->member.on_end = mailbox_on_apartment_end;
    mailbox->member.on_lost = mailbox_on_apartment_lost;
    InitializeSRWLock(&mailbox->lock);
    InitializeConditionVariable(&mailbox->delivered);
    /* The apartment that tells its end has a reference. */
    apartment_join(mailbox->apartment, &mailbox->member);
    if (mailbox->member.link)
        mailbox_addref(mailbox);
    module_addref();
    return mailbox;

failed:
    memory_free(mailbox);
    return NULL;
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
    apartment_job_cleanup(&mailbox->job);
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

/* In the apartment, with nothing under delivery. Of a multithreaded one several threads may come here at once: the
 * one that closed the mailbox, and one of the pool that finds it closed. */
static void mailbox_destroy_handler(struct mailbox *mailbox)
{
    struct mailbox_handler *handler;

    if (mailbox->member.link)
    {
        apartment_leave(&mailbox->member);
        mailbox_release(mailbox); /* never the last: the caller has one */
    }
    if ((handler = InterlockedExchangePointer((void **)&mailbox->handler, NULL)))
        handler->destroy(handler);
}

/* Delivers the oldest event. False: there was none, or somebody else is delivering. */
static bool mailbox_deliver_one(struct mailbox *mailbox)
{
    struct kept_event *event = NULL;
    bool finished;

    AcquireSRWLockExclusive(&mailbox->lock);
    if (mailbox->delivering)
        mailbox->missed_turn = true;
    else if (!mailbox->closed && (event = ring_take(&mailbox->events)))
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

/* One event at a time, that other handlers and messages of the thread have their turn in between. */
static void mailbox_take_turn(struct mailbox *mailbox)
{
    mailbox_deliver_one(mailbox);
    AcquireSRWLockExclusive(&mailbox->lock);
    if (!mailbox->events.count)
        mailbox->missed_turn = false;
    else if (mailbox->missed_turn && !mailbox->delivering)
        mailbox_post_job(mailbox);
    ReleaseSRWLockExclusive(&mailbox->lock);
}

static void mailbox_run_turn(struct apartment_job *job)
{
    struct turn *turn = CONTAINING_RECORD(job, struct turn, job);
    struct mailbox *mailbox = turn->mailbox;

    memory_free(turn);
    mailbox_take_turn(mailbox);
    mailbox_release(mailbox);
}

/* NULL: out of memory. */
static struct turn *turn_create(struct mailbox *mailbox)
{
    struct turn *turn = memory_alloc(sizeof(*turn));

    if (!turn)
        return NULL;
    turn->job.run = mailbox_run_turn;
    turn->mailbox = mailbox;
    mailbox_addref(mailbox);
    return turn;
}

static void turn_destroy(struct turn *turn)
{
    if (!turn)
        return;
    mailbox_release(turn->mailbox);
    memory_free(turn);
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
        mailbox_take_turn(mailbox);
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

    mailbox_close(mailbox);
    if (!mailbox->delivering)
        mailbox_destroy_handler(mailbox);
    mailbox_release(mailbox);
}

static void mailbox_on_apartment_lost(struct apartment_member *member)
{
    struct mailbox *mailbox = CONTAINING_RECORD(member, struct mailbox, member);
    struct mailbox_handler *handler;

    AcquireSRWLockExclusive(&mailbox->lock);
    mailbox->home_thread = 0; /* another thread may have its number by now */
    ReleaseSRWLockExclusive(&mailbox->lock);
    mailbox_close(mailbox);
    if ((handler = InterlockedExchangePointer((void **)&mailbox->handler, NULL)))
        handler->abandon(handler);
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

/* Sees to it that the event which has just been put in is delivered. The lock is held. */
static void mailbox_post(struct mailbox *mailbox, struct turn **turn)
{
    if (!*turn)
    {
        if (!mailbox->delivering)
            mailbox_post_job(mailbox);
    }
    else if (apartment_post(mailbox->apartment, &(*turn)->job))
    {
        *turn = NULL;
    }
}

void CALLBACK mailbox_notify(const VMEVENT *event, void *context)
{
    struct mailbox *mailbox = context;
    struct kept_event *kept = event_keep(event_from_view(event)), *lost = NULL;
    bool home = mailbox->home_thread == GetCurrentThreadId(), closed;
    bool in_line = !home && apartment_is_single_threaded(mailbox->apartment);
    struct turn *turn = in_line ? turn_create(mailbox) : NULL;

    if (!kept || (in_line && !turn))
    {
        InterlockedIncrement(mailbox->lost);
        if (kept)
            kept_event_release(kept);
        turn_destroy(turn);
        return;
    }
    AcquireSRWLockExclusive(&mailbox->lock);
    if ((closed = mailbox->closed))
        lost = kept;
    else if (!mailbox_put(mailbox, kept, &lost))
        lost = kept;
    else if (lost)
        mailbox->missed_turn = true; /* there are turns enough: that of the one pushed out is left */
    else if (!home)
        mailbox_post(mailbox, &turn);
    ReleaseSRWLockExclusive(&mailbox->lock);

    turn_destroy(turn);
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
    struct ring dropped;
    bool here;

    AcquireSRWLockExclusive(&mailbox->lock);
    if (mailbox->closed)
    {
        ReleaseSRWLockExclusive(&mailbox->lock);
        return;
    }
    mailbox->closed = true;
    dropped = mailbox->events;
    mailbox->events = (struct ring){0};
    mailbox_count_out(mailbox, (ULONG)dropped.count);
    here = mailbox->home_thread == GetCurrentThreadId() && !mailbox->delivering;
    if (!here && !mailbox->delivering)
        mailbox_post_job(mailbox);
    ReleaseSRWLockExclusive(&mailbox->lock);
    /* An object among an event's arguments runs its own code when it is released, so no lock is held. */
    while ((event = ring_take(&dropped)))
        kept_event_release(event);
    ring_free(&dropped);
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
    ULONGLONG start = clock_ms();
    ULONG put_count;
    DWORD left;
    bool empty;

    AcquireSRWLockExclusive(&mailbox->lock);
    put_count = mailbox->put_count;
    while (!(empty = (LONG)(mailbox->delivered_count - put_count) >= 0) && (left = clock_left_ms(start, timeout_ms)))
        SleepConditionVariableSRW(&mailbox->delivered, &mailbox->lock, left, 0);
    ReleaseSRWLockExclusive(&mailbox->lock);
    return empty;
}

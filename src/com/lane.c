/* Lanes and the receivers in them: made, found, joined and left. */
#include "com/lane_parts.h"

#include "com/module.h"
#include "platform/memory.h"
#include "platform/trace.h"

static LONG lost_everywhere;

void lane_addref(struct lane *lane)
{
    InterlockedIncrement(&lane->refcount);
}

void lane_release(struct lane *lane)
{
    if (InterlockedDecrement(&lane->refcount))
        return;
    lane_forget_rest(lane);
    apartment_job_cleanup(&lane->job);
    apartment_release(lane->apartment);
    event_source_release(lane->source);
    memory_free(lane);
    module_release();
}

bool lane_is_home(const struct lane *lane)
{
    return lane->home_thread == GetCurrentThreadId() && apartment_is_current(lane->apartment);
}

void lane_count_lost(struct lane *lane, ULONG count)
{
    lock_assert_not_held(&lane->lock);
    trace(TRACE_COM, "source %lx: %lu more events are lost on the way to listener %lx", TRACE_ID(lane->source), count,
            TRACE_ID(lane->listener));
    InterlockedExchangeAdd(&lane->source->dropped, (LONG)count);
    InterlockedExchangeAdd(&lost_everywhere, (LONG)count);
}

void lane_lose(struct lane_receiver *receiver, ULONG count)
{
    struct lane *lane = receiver->lane;

    lock_acquire(&lane->lock);
    lane->lost_count += count;
    lock_release(&lane->lock);
    lane_count_lost(lane, count);
}

LONG lanes_lost(void)
{
    return InterlockedCompareExchange(&lost_everywhere, 0, 0);
}

void lane_receiver_addref(struct lane_receiver *receiver)
{
    InterlockedIncrement(&receiver->refcount);
}

void lane_receiver_release(struct lane_receiver *receiver)
{
    struct lane *lane = receiver->lane;

    if (InterlockedDecrement(&receiver->refcount))
        return;
    receiver->free(receiver);
    lane_release(lane);
}

void lane_leave_apartment(struct lane *lane)
{
    if (!lane->member.link)
        return;
    apartment_leave(&lane->member);
    lane_release(lane);
}

/* With one reference for the caller, and one for the apartment, which lasts until it tells the lane its end or the lane
 * leaves it; the multithreaded apartment has none. Takes the caller's reference to the apartment over, unless it fails.
 * NULL: out of memory, or the apartment has ended. */
static struct lane *lane_create(
        struct event_source *source, const void *listener, struct apartment *apartment, DWORD home_thread)
{
    struct lane *lane = memory_alloc(sizeof(*lane));

    if (!lane)
        return NULL;
    lane->job.run = lane_run_job;
    lane->member.on_end = lane_on_apartment_end;
    lane->member.on_lost = lane_on_apartment_lost;
    if (!apartment_prepare_job(apartment, &lane->job) || !apartment_join(apartment, &lane->member))
    {
        apartment_job_cleanup(&lane->job);
        memory_free(lane);
        return NULL;
    }
    module_addref();
    event_source_addref(source);
    lane->refcount = 1;
    lane->source = source;
    lane->listener = listener;
    lane->apartment = apartment;
    lane->home_thread = home_thread;
    lane_queue_init(&lane->queue);
    lock_init(&lane->lock);
    InitializeConditionVariable(&lane->delivered);
    if (lane->member.link)
        lane_addref(lane);
    return lane;
}

/* Whether the lane has been told of the end of its apartment, which is the calling thread's. Who joined it then would
 * never be told. Its receivers may still be there, in a delivery further up the stack. */
static bool lane_has_been_told(const struct lane *lane)
{
    return apartment_is_single_threaded(lane->apartment) && !lane->member.link;
}

static bool lane_is_that(
        const struct lane *lane, const void *listener, const struct apartment *apartment, DWORD home_thread)
{
    return lane->listener == listener && lane->apartment == apartment && lane->home_thread == home_thread
            && !lane_has_been_told(lane);
}

/* The listener's lane, with a reference and counted as having one receiver more, so that it is not taken out of the
 * list before the receiver has joined; NULL: there is none. */
static struct lane *lane_find(
        struct event_source *source, const void *listener, const struct apartment *apartment, DWORD home_thread)
{
    struct lane *lane = source->lanes;

    lock_assert_exclusive(&source->lock);
    while (lane && !lane_is_that(lane, listener, apartment, home_thread))
        lane = lane->next;
    if (!lane)
        return NULL;
    lane_addref(lane);
    ++lane->receiver_count;
    return lane;
}

/* Puts the new lane into the source's list, unless another thread of the apartment has listed one for the listener
 * meanwhile; then the new one goes. Returns the one that is listed, as lane_find does. */
static struct lane *lane_list(struct lane *made)
{
    struct event_source *source = made->source;
    struct lane *lane;

    lock_acquire(&source->lock);
    if (!(lane = lane_find(source, made->listener, made->apartment, made->home_thread)))
    {
        if ((made->next = source->lanes))
            made->next->link = &made->next;
        made->link = &source->lanes;
        made->number = ++source->last_lane;
        source->lanes = made;
        ++made->receiver_count;
        lane = made;
    }
    lock_release(&source->lock);
    if (lane != made)
    {
        lane_leave_apartment(made);
        lane_release(made);
    }
    return lane;
}

static struct lane *lane_get(struct event_source *source, const void *listener, enum lane_home home)
{
    DWORD home_thread = home == LANE_HOME_THREAD ? GetCurrentThreadId() : 0;
    struct apartment *apartment = apartment_get_current();
    struct lane *lane;

    if (!apartment)
        return NULL;
    lock_acquire(&source->lock);
    lane = lane_find(source, listener, apartment, home_thread);
    lock_release(&source->lock);
    if (!lane && (lane = lane_create(source, listener, apartment, home_thread)))
        return lane_list(lane);
    apartment_release(apartment);
    return lane;
}

bool lane_join(struct event_source *source, const void *listener, enum lane_home home, struct lane_receiver *receiver)
{
    struct lane *lane = lane_get(source, listener, home);

    if (!lane)
        return false;
    receiver->lane = lane;
    receiver->refcount = 2;
    receiver->state = LANE_RECEIVER_OPEN;
    receiver->end.receiver = receiver;
    lock_acquire(&lane->lock);
    receiver->next = lane->receivers;
    lane->receivers = receiver;
    lock_release(&lane->lock);
    return true;
}

bool lane_leave(struct lane *lane, struct lane_receiver *receiver)
{
    struct lane_receiver **link;
    bool last;

    lock_acquire(&lane->lock);
    for (link = &lane->receivers; *link != receiver; link = &(*link)->next)
        ;
    *link = receiver->next;
    lock_release(&lane->lock);

    lock_acquire(&lane->source->lock);
    if ((last = !--lane->receiver_count) && lane->link)
    {
        if ((*lane->link = lane->next))
            lane->next->link = lane->link;
        lane->link = NULL;
    }
    lock_release(&lane->source->lock);
    return last;
}

/* The way of events through a lane: put in by the thread that fires, delivered in the apartment. */
#include "com/lane_parts.h"

#include "com/clock.h"
#include "com/event_batch.h"
#include "platform/memory.h"

/*
 * An event's turn in a single-threaded apartment: a job that delivers the oldest event of the lane. Each event that is
 * put in brings one. The turns of all lanes stand in the apartment's one line of jobs, so the handlers of a thread hear
 * events in the order in which they were fired, whichever lane they stand in: when a handler ends a Run, the others
 * have heard everything that was fired before.
 */
struct turn
{
    struct apartment_job job;
    struct lane *lane;
};

void lane_count_out(struct lane *lane, ULONG count)
{
    lock_assert_exclusive(&lane->lock);
    lane->delivered_count += count;
    WakeAllConditionVariable(&lane->delivered);
}

void lane_post_job(struct lane *lane)
{
    lock_assert_exclusive(&lane->lock);
    if (lane->job_posted)
        return;
    lane->job_posted = true;
    lane_addref(lane);
    if (apartment_post(lane->apartment, &lane->job))
        return;
    lane->job_posted = false;
    InterlockedDecrement(&lane->refcount); /* not the last one: the caller has a reference too */
}

/* Whether the entry may go in one call with others: not what names objects, whose handing over may fail by itself. */
static bool goes_with_others(const struct lane_entry *entry)
{
    return entry->kept && entry->receiver->deliver_some && !entry->kept->has_objects;
}

/* Takes the entries behind the first that go with it, and links them to it. */
static void lane_take_more(struct lane *lane, struct lane_entry *first)
{
    struct lane_queue *queue = &lane->queue;
    struct lane_entry *last = first;
    size_t bytes = first->kept->bytes;

    if (apartment_is_single_threaded(lane->apartment) || !goes_with_others(first))
        return;
    while (queue->first && lane->taken_count < EVENT_BATCH_MAX && goes_with_others(queue->first)
            && queue->first->receiver->deliver_some == first->receiver->deliver_some
            && (bytes += queue->first->kept->bytes) <= EVENT_BATCH_MAX_BYTES)
    {
        last = last->next = lane_queue_take(queue);
        ++lane->taken_count;
    }
    last->next = NULL;
}

/* Takes the oldest entry, and events behind it that go with it, for the calling thread to do, and marks the lane as
 * delivering. NULL: there is none, or the listener is left alone, or a delivery is under way, perhaps by this very thread
 * further up its stack. */
static struct lane_entry *lane_take(struct lane *lane)
{
    struct lane_entry *entry;

    lock_assert_exclusive(&lane->lock);
    if (lane->delivering || (lane->resting && !lane_queue_begins_with_end(&lane->queue)))
    {
        lane->missed_turn = true;
        return NULL;
    }
    if (!lane->queue.first)
    {
        lane->busy_count = 0;
        return NULL;
    }
    lane->delivering = true;
    lane->delivering_thread = GetCurrentThreadId();
    if (!lane->busy_count)
        lane->delivering_since = clock_ms();
    entry = lane_queue_take(&lane->queue);
    entry->next = NULL;
    lane->taken_count = entry->kept != NULL;
    /* A receiver that finishes can be cut no more once its end is taken: the end would stand here, and be done, twice. */
    if (!entry->kept)
        entry->receiver->state = LANE_RECEIVER_CUT;
    else
        lane_take_more(lane, entry);
    return entry;
}

/* Delivering, in the apartment */

static void lane_end_receiver(struct lane *lane, struct lane_receiver *receiver)
{
    bool last = lane_leave(lane, receiver);

    if (last)
    {
        lane_forget_finishing(lane);
        lane_leave_apartment(lane);
    }
    receiver->destroy(receiver);
    /* May give back the last receiver's reference to the lane; the caller has one of its own. */
    lane_receiver_release(receiver);
}

/* Delivers the oldest of the events that have been taken, or several. Returns those that are left: all of them if the
 * listener is busy. */
static struct lane_entry *lane_do_events(struct lane *lane, struct lane_entry *first, ULONG *done)
{
    struct lane_entry *left, **end = &first;

    /* Nobody else writes the count as long as the lane is delivering. */
    if (lane->taken_count > 1)
        *done = first->receiver->deliver_some(first, lane->taken_count);
    else
        *done = first->receiver->deliver(first->receiver, first->kept);
    for (ULONG i = 0; i < *done; ++i)
        end = &(*end)->next;
    left = *end;
    *end = NULL;
    lane_entries_drop(first);
    return left;
}

/* Of the events that have been taken and that a call has left, those of receivers that have been cut meanwhile are dropped,
 * as they would be had they been left in the queue. Whoever lets a lane go has counted them as lost. */
static struct lane_entry *lane_leave_out_cut(struct lane *lane, struct lane_entry **left)
{
    struct lane_entry *dropped = NULL;
    ULONG count = 0;

    lock_assert_exclusive(&lane->lock);
    while (*left)
    {
        struct lane_entry *entry = *left;

        if (entry->receiver->state != LANE_RECEIVER_CUT)
        {
            left = &entry->next;
            continue;
        }
        *left = entry->next;
        entry->next = dropped;
        dropped = entry;
        ++count;
    }
    lane->taken_count -= count;
    lane_count_out(lane, count);
    return dropped;
}

/* So many of the events that have been taken have been delivered. */
static void lane_count_done(struct lane *lane, ULONG done)
{
    lock_assert_exclusive(&lane->lock);
    lane->taken_count -= done;
    lane_count_out(lane, done);
    lane->busy_count = 0;
    if (lane->taken_count)
        lane->delivering_since = clock_ms();
}

/* The listener is busy, and has heard none of what is left. Returns what is lost, for want of memory. */
static struct lane_entry *lane_leave_for_later(struct lane *lane, struct lane_entry *left, ULONG *lost_count)
{
    lock_assert_exclusive(&lane->lock);
    if (lane_put_off(lane, left))
        return NULL;
    *lost_count = lane->taken_count;
    lane->lost_count += *lost_count;
    lane_count_out(lane, *lost_count);
    lane->taken_count = 0;
    return left;
}

/* Does what has been taken, and the ends that stand next behind it. The receivers of what has been taken are there until
 * it has been done: they leave the lane by their ends alone, which nobody does as long as the lane is delivering. */
static void lane_do_taken(struct lane *lane, struct lane_entry *entry)
{
    do
    {
        struct lane_entry *left = NULL, *dropped = NULL, *lost = NULL;
        ULONG done = 0, lost_count = 0;

        if (entry->kept)
            left = lane_do_events(lane, entry, &done);
        else
            lane_end_receiver(lane, entry->receiver);
        lock_acquire(&lane->lock);
        if (done)
            lane_count_done(lane, done);
        if (left)
            dropped = lane_leave_out_cut(lane, &left);
        if (!left || !done)
        {
            lane->delivering = false;
            if (left)
                lost = lane_leave_for_later(lane, left, &lost_count);
            left = lane_queue_begins_with_end(&lane->queue) ? lane_take(lane) : NULL;
        }
        entry = left;
        lock_release(&lane->lock);
        if (lost_count)
            lane_count_lost(lane, lost_count);
        lane_entries_drop(dropped);
        lane_entries_drop(lost);
    } while (entry);
}

bool lane_deliver_one(struct lane *lane)
{
    struct lane_entry *entry;

    lock_acquire(&lane->lock);
    entry = lane_take(lane);
    lock_release(&lane->lock);
    if (!entry)
        return false;
    lane_do_taken(lane, entry);
    return true;
}

void lane_deliver_all(struct lane *lane)
{
    lane_addref(lane);
    while (lane_deliver_one(lane))
        ;
    lane_release(lane);
}

/* For what came while this thread was delivering, or doing an end, nothing was delivered; the job is posted for it. */
static void lane_make_up(struct lane *lane)
{
    lock_acquire(&lane->lock);
    if (!lane->queue.first)
        lane->missed_turn = false;
    else if (lane->missed_turn && !lane->delivering && !lane->resting)
        lane_post_job(lane);
    lock_release(&lane->lock);
}

void lane_do_ends(struct lane *lane)
{
    struct lane_entry *entry = NULL;

    lock_acquire(&lane->lock);
    if (!lane->delivering && lane_queue_begins_with_end(&lane->queue))
        entry = lane_take(lane);
    lock_release(&lane->lock);
    if (!entry)
        return;
    lane_do_taken(lane, entry);
    lane_make_up(lane);
}

/* Delivers one event only: other handlers and messages of the thread have their turn before the next. */
static void lane_take_turn(struct lane *lane)
{
    lane_deliver_one(lane);
    lane_make_up(lane);
}

static void lane_run_turn(struct apartment_job *job)
{
    struct turn *turn = CONTAINING_RECORD(job, struct turn, job);
    struct lane *lane = turn->lane;

    memory_free(turn);
    lane_take_turn(lane);
    lane_release(lane);
}

void lane_run_job(struct apartment_job *job)
{
    struct lane *lane = CONTAINING_RECORD(job, struct lane, job);

    lock_acquire(&lane->lock);
    lane->job_posted = false;
    lock_release(&lane->lock);
    if (apartment_is_single_threaded(lane->apartment))
    {
        lane_take_turn(lane);
    }
    else
    {
        lane_deliver_all(lane);
    }
    lane_release(lane);
}

/* Putting events in */

/* NULL: out of memory. */
static struct turn *turn_create(struct lane *lane)
{
    struct turn *turn = memory_alloc(sizeof(*turn));

    if (!turn)
        return NULL;
    turn->job.run = lane_run_turn;
    turn->lane = lane;
    lane_addref(lane);
    return turn;
}

static void turn_destroy(struct turn *turn)
{
    if (!turn)
        return;
    lane_release(turn->lane);
    memory_free(turn);
}

/* An entry for a copy of the event. NULL: out of memory. */
static struct lane_entry *entry_create(struct lane_receiver *receiver, const VMEVENT *event)
{
    struct lane_entry *entry = memory_alloc(sizeof(*entry));

    if (!entry)
        return NULL;
    entry->receiver = receiver;
    if ((entry->kept = event_keep(event_from_view(event))))
        return entry;
    memory_free(entry);
    return NULL;
}

/* Posts what delivers the event that has just been put in: its turn, which the apartment takes over, or the lane's job
 * in the multithreaded apartment, which delivers all there is. One that is under way already will come to this event, as
 * will the one behind a rest; for a thread that only does ends, missed_turn makes up for it. When the apartment has ended,
 * nothing delivers it, and the lane drops it. */
static void lane_post(struct lane *lane, struct turn **turn)
{
    lock_assert_exclusive(&lane->lock);
    if (!*turn)
    {
        if (lane->delivering || lane->resting)
            lane->missed_turn = true;
        else
            lane_post_job(lane);
    }
    else if (apartment_post(lane->apartment, &(*turn)->job))
    {
        *turn = NULL;
    }
}

/* Puts the entry in, and has it delivered; *entry and *turn are NULL when the lane has taken them over. A receiver
 * that takes no more leaves both to the caller. Returns the events that had to go, for the caller to drop without
 * the lock. */
static struct lane_entry *lane_put(struct lane *lane, struct lane_entry **entry, bool home, struct turn **turn)
{
    struct lane_entry *lost = NULL;
    ULONG lost_count = 0;

    lock_acquire(&lane->lock);
    if ((*entry)->receiver->state == LANE_RECEIVER_OPEN)
    {
        lane_queue_append(&lane->queue, *entry);
        ++lane->put_count;
        *entry = NULL;
        /* Each event that goes leaves its turn in the apartment's line, and the new one is delivered by that: it needs
         * no turn of its own. Should that turn come while another event is being delivered, missed_turn makes up for
         * it. */
        if ((lost = lane_queue_make_room(&lane->queue, &lost_count)))
        {
            lane->missed_turn = true;
            lane->lost_count += lost_count;
            lane_count_out(lane, lost_count);
        }
        else if (!home)
            lane_post(lane, turn);
    }
    lock_release(&lane->lock);
    if (lost_count)
        lane_count_lost(lane, lost_count);
    return lost;
}

void CALLBACK lane_notify(const VMEVENT *event, void *context)
{
    struct lane_receiver *receiver = context;
    struct lane *lane = receiver->lane;
    bool home = lane_is_home(lane);
    bool in_line = !home && apartment_is_single_threaded(lane->apartment);
    struct lane_entry *entry;
    struct turn *turn;

    /* Looked at without the lock, so that a receiver that has ended costs nothing; lane_put looks again with it. */
    if (*(volatile enum lane_receiver_state *)&receiver->state != LANE_RECEIVER_OPEN)
        return;
    turn = in_line ? turn_create(lane) : NULL;
    entry = entry_create(receiver, event);
    if (!entry || (in_line && !turn))
    {
        lock_acquire(&lane->lock);
        ++lane->lost_count;
        lock_release(&lane->lock);
        lane_count_lost(lane, 1);
    }
    else
    {
        lane_entries_drop(lane_put(lane, &entry, home, &turn));
    }
    turn_destroy(turn);
    if (entry)
        lane_entries_drop(entry);
    if (home)
        lane_deliver_all(lane);
}

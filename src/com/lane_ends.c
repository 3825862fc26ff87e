/* How receivers end: cut, or finished when all is delivered; and which lanes take too long about finishing. */
#include "com/lane_parts.h"

#include "com/clock.h"
#include "platform/trace.h"

static struct lock finishing_lock = LOCK_INIT;
static struct lane *finishing; /* the lanes with a receiver that finishes, a reference to each; guarded by that lock */

/*
 * Why an end is done once. Under the lane's lock a receiver's state goes one way, from open by finishing to cut. Its end
 * is put in by whoever brings it from open to another state, and put in anew, further to the front, from finishing to
 * cut. lane_take, which takes it, makes the receiver one that has been cut: nobody puts the end in any more, and the
 * receiver, which leaves the lane by its end alone, is found there. When the apartment's thread is gone no end is taken
 * any more, and lane_on_apartment_lost does without.
 *
 * Whoever calls has a reference to the receiver, and with it the lane. It may have ended long ago.
 */

/* Cuts the receiver if it has come no further than that state. `lost`: what is dropped would have been delivered. */
static void lane_cut_until(struct lane_receiver *receiver, enum lane_receiver_state furthest, bool lost)
{
    struct lane *lane = receiver->lane;
    struct lane_entry *dropped = NULL;
    ULONG count = 0;
    bool here;

    lane_addref(lane);
    here = lane_is_home(lane);
    lock_acquire(&lane->lock);
    if (receiver->state <= furthest)
    {
        receiver->state = LANE_RECEIVER_CUT;
        dropped = lane_queue_take_out(&lane->queue, receiver, &count);
        lane_count_out(lane, count);
        if (lost)
            lane->lost_count += count;
        lane_queue_prepend(&lane->queue, &receiver->end);
        if (!here && !lane->delivering)
            lane_post_job(lane);
    }
    lock_release(&lane->lock);
    if (lost && count)
        lane_count_lost(lane, count);
    lane_entries_drop(dropped);
    if (here)
        lane_do_ends(lane);
    lane_release(lane);
}

void lane_cut(struct lane_receiver *receiver)
{
    lane_cut_until(receiver, LANE_RECEIVER_FINISHING, false);
}

void CALLBACK lane_release_listener(void *context)
{
    struct lane_receiver *receiver = context;

    lane_cut_until(receiver, LANE_RECEIVER_OPEN, false);
    lane_receiver_release(receiver);
}

/* A receiver that has not been cut yet, with a reference; NULL: there is none. */
static struct lane_receiver *lane_find_uncut(struct lane *lane)
{
    struct lane_receiver *receiver;

    lock_acquire_shared(&lane->lock);
    receiver = lane->receivers;
    while (receiver && receiver->state == LANE_RECEIVER_CUT)
        receiver = receiver->next;
    if (receiver)
        lane_receiver_addref(receiver);
    lock_release_shared(&lane->lock);
    return receiver;
}

static void lane_cut_all(struct lane *lane, bool lost)
{
    struct lane_receiver *receiver;

    while ((receiver = lane_find_uncut(lane)))
    {
        lane_cut_until(receiver, LANE_RECEIVER_FINISHING, lost);
        lane_receiver_release(receiver);
    }
}

/* On the apartment's thread, with the apartment's reference to the lane, which is given back here. If a delivery is
 * under way further up the stack, the receivers end when that returns. */
void lane_on_apartment_end(struct apartment_member *member)
{
    struct lane *lane = CONTAINING_RECORD(member, struct lane, member);

    lane_cut_all(lane, false);
    lane_deliver_all(lane);
    lane_release(lane);
}

/* Takes the entries of a receiver that has been cut out of the lane, its end too. NULL: there is no receiver. */
static struct lane_receiver *lane_take_receiver(struct lane *lane)
{
    struct lane_receiver *receiver;
    ULONG count;

    lock_acquire(&lane->lock);
    if ((receiver = lane->receivers))
        lane_queue_take_out(&lane->queue, receiver, &count);
    lock_release(&lane->lock);
    return receiver;
}

/* On a thread of the pool, instead of the end: nothing is delivered any more. A delivery that was under way went with
 * the apartment's thread. */
void lane_on_apartment_lost(struct apartment_member *member)
{
    struct lane *lane = CONTAINING_RECORD(member, struct lane, member);
    struct lane_receiver *receiver;

    lock_acquire(&lane->lock);
    lane->home_thread = 0; /* another thread may have its number by now */
    lock_release(&lane->lock);
    lane_cut_all(lane, false);
    while ((receiver = lane_take_receiver(lane)))
    {
        if (lane_leave(lane, receiver))
            lane_forget_finishing(lane);
        if (receiver->abandon)
            receiver->abandon(receiver);
        lane_receiver_release(receiver);
    }
    /* Nobody will count what was being delivered; whoever waits for it waits no longer. */
    lock_acquire(&lane->lock);
    lane_count_out(lane, lane->put_count - lane->delivered_count);
    lock_release(&lane->lock);
    lane_release(lane);
}

/* Lanes that are finishing */

static void lane_note_finishing(struct lane *lane)
{
    lock_acquire(&finishing_lock);
    if (!lane->finishing_link)
    {
        lane_addref(lane);
        if ((lane->next_finishing = finishing))
            finishing->finishing_link = &lane->next_finishing;
        lane->finishing_link = &finishing;
        finishing = lane;
    }
    lock_release(&finishing_lock);
}

/* The list's reference is the caller's then. False: the lane is not listed. */
static bool lane_unlist_finishing(struct lane *lane)
{
    lock_assert_exclusive(&finishing_lock);
    if (!lane->finishing_link)
        return false;
    if ((*lane->finishing_link = lane->next_finishing))
        lane->next_finishing->finishing_link = lane->finishing_link;
    lane->finishing_link = NULL;
    return true;
}

void lane_forget_finishing(struct lane *lane)
{
    bool listed;

    lock_acquire(&finishing_lock);
    listed = lane_unlist_finishing(lane);
    lock_release(&finishing_lock);
    if (listed)
        lane_release(lane);
}

static bool lane_has_receivers(struct lane *lane)
{
    bool found;

    lock_acquire_shared(&lane->lock);
    found = lane->receivers != NULL;
    lock_release_shared(&lane->lock);
    return found;
}

/* Takes the lane out of the list again if its last receiver had left it before it was put in: nobody else would. */
static void lane_forget_ended(struct lane *lane)
{
    bool listed;

    lock_acquire(&finishing_lock);
    listed = !lane_has_receivers(lane) && lane_unlist_finishing(lane);
    lock_release(&finishing_lock);
    if (listed)
        lane_release(lane);
}

void lane_finish(struct lane_receiver *receiver)
{
    struct lane *lane = receiver->lane;

    lane_addref(lane);
    lane_note_finishing(lane);
    lock_acquire(&lane->lock);
    if (receiver->state == LANE_RECEIVER_OPEN)
    {
        receiver->state = LANE_RECEIVER_FINISHING;
        lane_queue_append(&lane->queue, &receiver->end);
        if (lane_queue_begins_with_end(&lane->queue) && !lane->delivering)
            lane_post_job(lane);
    }
    lock_release(&lane->lock);
    lane_forget_ended(lane);
    lane_release(lane);
}

/* A lane that has been in one delivery, or with a listener that is busy, for patience_ms or more, with a reference; NULL:
 * there is none. */
static struct lane *find_hanging(DWORD patience_ms)
{
    struct lane *lane;

    lock_assert_held(&finishing_lock);
    for (lane = finishing; lane; lane = lane->next_finishing)
    {
        bool hangs;

        lock_acquire_shared(&lane->lock);
        hangs = (lane->delivering || lane->busy_count) && clock_ms() - lane->delivering_since >= patience_ms;
        lock_release_shared(&lane->lock);
        if (hangs)
        {
            lane_addref(lane);
            return lane;
        }
    }
    return NULL;
}

/* Of the events that are in a call that hangs the first may have been heard, and the others count as lost. */
static void lane_count_taken_as_lost(struct lane *lane)
{
    ULONG count;

    lock_acquire(&lane->lock);
    count = lane->taken_count ? lane->taken_count - 1 : 0;
    lane->lost_count += count;
    lock_release(&lane->lock);
    if (count)
        lane_count_lost(lane, count);
}

static void lane_let_go(struct lane *lane)
{
    trace(TRACE_COM, "source %lx: listener %lx hangs or is busy, and is let go", TRACE_ID(lane->source),
            TRACE_ID(lane->listener));
    lane_count_taken_as_lost(lane);
    lane_cut_all(lane, true);
    lane_forget_finishing(lane);
}

UINT lanes_let_go(DWORD patience_ms)
{
    struct lane *lane;
    UINT count = 0;

    for (;;)
    {
        lock_acquire_shared(&finishing_lock);
        if (!(lane = find_hanging(patience_ms)))
            break;
        lock_release_shared(&finishing_lock);
        lane_let_go(lane);
        lane_release(lane);
    }
    for (lane = finishing; lane; lane = lane->next_finishing)
        ++count;
    lock_release_shared(&finishing_lock);
    return count;
}

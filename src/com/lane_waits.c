/* Waiting until what is in a lane has been delivered. */
#include "com/lane_parts.h"

#include "com/clock.h"

/* The lane behind `after`, which may have been taken out of the list meanwhile; NULL: there is none. */
static struct lane *lane_behind(const struct event_source *source, const struct lane *after)
{
    struct lane *lane = source->lanes;

    if (after->link)
        return after->next;
    while (lane && lane->number > after->number)
        lane = lane->next;
    return lane;
}

/* A reference to the lane behind `after`, or to the first. Releases `after`. */
static struct lane *lanes_next(struct event_source *source, struct lane *after)
{
    struct lane *lane;

    lock_acquire_shared(&source->lock);
    lane = after ? lane_behind(source, after) : source->lanes;
    if (lane)
        lane_addref(lane);
    lock_release_shared(&source->lock);
    if (after)
        lane_release(after);
    return lane;
}

/* Waits until the first `mark` events that ever came in have gone out. Returns how many of them have not. */
static ULONG lane_wait(struct lane *lane, ULONG mark, DWORD timeout_ms)
{
    ULONGLONG start = clock_ms();
    DWORD left;
    LONG waiting;

    lock_acquire(&lane->lock);
    while ((waiting = (LONG)(mark - lane->delivered_count)) > 0
            && (left = timeout_ms == INFINITE ? INFINITE : clock_left_ms(start, timeout_ms)))
        lock_wait(&lane->lock, &lane->delivered, left);
    lock_release(&lane->lock);
    return waiting > 0 ? (ULONG)waiting : 0;
}

static ULONG lane_mark(struct lane *lane)
{
    ULONG mark;

    lock_acquire_shared(&lane->lock);
    mark = lane->put_count;
    lock_release_shared(&lane->lock);
    return mark;
}

ULONG lane_settle(struct lane_receiver *receiver, DWORD timeout_ms)
{
    struct lane *lane = receiver->lane;
    ULONG missing = lane_wait(lane, lane_mark(lane), timeout_ms);

    lock_acquire_shared(&lane->lock);
    missing += lane->lost_count;
    lock_release_shared(&lane->lock);
    return missing;
}

void lanes_settle(struct event_source *source, DWORD timeout_ms)
{
    ULONGLONG start = clock_ms();
    struct lane *lane = NULL;

    while ((lane = lanes_next(source, lane)))
        lane->late = lane_wait(lane, lane_mark(lane), lane->late ? 0 : clock_left_ms(start, timeout_ms)) != 0;
}

/* Whether the first `mark` events have gone out; or the calling thread is delivering one of them further up its stack,
 * and would wait for itself. */
static bool lane_has_caught_up(struct lane *lane, ULONG mark)
{
    bool done;

    lock_acquire_shared(&lane->lock);
    done = (LONG)(mark - lane->delivered_count) <= 0
            || (lane->delivering && lane->delivering_thread == GetCurrentThreadId());
    lock_release_shared(&lane->lock);
    return done;
}

bool lanes_catch_up(struct event_source *source, bool (*pump)(void *context), void *context)
{
    struct lane *lane = NULL;

    while ((lane = lanes_next(source, lane)))
    {
        ULONG mark = lane_mark(lane);

        while (!lane_has_caught_up(lane, mark))
        {
            if (pump(context))
                continue;
            lane_release(lane);
            return false;
        }
    }
    return true;
}

ULONG lanes_count_waiting(struct event_source *source)
{
    struct lane *lane = NULL;
    ULONG count = 0;

    while ((lane = lanes_next(source, lane)))
    {
        lock_acquire_shared(&lane->lock);
        count += lane->put_count - lane->delivered_count;
        lock_release_shared(&lane->lock);
    }
    return count;
}

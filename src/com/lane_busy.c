/* A listener that is busy takes no call: it is left alone for a time, and called again. No thread waits meanwhile. */
#include "com/lane_parts.h"

#include "com/module.h"

/* How long it is left alone: at first, and at most. */
#define REST_MIN_MS 15
#define REST_MAX_MS 1000

static void lane_end_rest(struct lane *lane)
{
    lock_assert_exclusive(&lane->lock);
    if (!lane->resting)
        return;
    lane->resting = false;
    lane_post_job(lane);
}

static void CALLBACK lane_on_rested(TP_CALLBACK_INSTANCE *instance, void *context, TP_TIMER *rest)
{
    struct lane *lane = context;
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    (void)rest;
    FreeLibraryWhenCallbackReturns(instance, module_instance);
    lock_acquire(&lane->lock);
    lane->resting_is_timed = false;
    lane_end_rest(lane);
    lock_release(&lane->lock);
    /* May be the last reference, also to the source, and to what has been kept of its events. */
    lane_release(lane);
    if (SUCCEEDED(hr))
        CoUninitialize();
}

static DWORD lane_rest_ms(const struct lane *lane)
{
    DWORD ms = REST_MIN_MS;

    for (UINT i = 1; i < lane->busy_count && ms < REST_MAX_MS; ++i)
        ms *= 2;
    return min(ms, REST_MAX_MS);
}

/* False: out of memory. A timer that is under way for an earlier rest serves for this one too, if sooner. */
static bool lane_rest(struct lane *lane)
{
    LARGE_INTEGER due = {.QuadPart = -10000LL * lane_rest_ms(lane)};
    FILETIME time = {due.LowPart, due.HighPart};

    if (lane->resting_is_timed)
    {
        lane->resting = true;
        return true;
    }
    if (!lane->rest && !(lane->rest = CreateThreadpoolTimer(lane_on_rested, lane, NULL)))
        return false;
    if (!module_library_addref())
        return false;
    lane_addref(lane);
    lane->resting = lane->resting_is_timed = true;
    SetThreadpoolTimer(lane->rest, &time, 0, 0);
    return true;
}

bool lane_put_off(struct lane *lane, struct lane_entry *left)
{
    lock_assert_exclusive(&lane->lock);
    if (lane->busy_count < UINT_MAX)
        ++lane->busy_count;
    if (!lane_rest(lane))
        return false;
    lane_queue_put_back(&lane->queue, left);
    lane->taken_count = 0;
    /* Each event of a single-threaded apartment has one turn, and this one has had it. */
    lane->missed_turn = true;
    return true;
}

void lane_note_life(struct lane_receiver *receiver, ULONGLONG when)
{
    struct lane *lane = receiver->lane;

    lock_acquire(&lane->lock);
    lane->delivering_since = max(lane->delivering_since, when);
    lock_release(&lane->lock);
}

bool lane_wake(struct lane_receiver *receiver)
{
    struct lane *lane = receiver->lane;
    bool goes_on;

    lock_acquire(&lane->lock);
    goes_on = lane->resting && receiver->state != LANE_RECEIVER_CUT;
    lane_end_rest(lane);
    lock_release(&lane->lock);
    return goes_on;
}

void lane_forget_rest(struct lane *lane)
{
    if (lane->rest)
        CloseThreadpoolTimer(lane->rest);
}

#include "host/qemu/resets.h"

#include "host/qemu/reset_log.h"

/* How soon behind the last reset this one is the firmware's. */
static int64_t firmware_time(const struct resets *resets, unsigned int says)
{
    if (says & RESET_IN_GUEST)
        return 0;
    if (says & RESET_IN_FIRMWARE)
        return RESETS_LOGGED_US;
    return resets->last_counted ? RESETS_FIRST_US : RESETS_NEXT_US;
}

bool resets_take(struct resets *resets, bool by_guest, unsigned int says, int64_t time_us)
{
    /* QEMU's clock may have been set back. */
    bool by_firmware = by_guest && resets->last_us && time_us >= resets->last_us
            && time_us - resets->last_us < firmware_time(resets, says);

    resets->last_us = time_us;
    resets->last_counted = !by_firmware;
    return !by_firmware;
}

void resets_stop(struct resets *resets, int64_t time_us)
{
    if (!resets->stop_us)
        resets->stop_us = time_us;
}

void resets_resume(struct resets *resets, int64_t time_us)
{
    if (!resets->stop_us)
        return;
    if (resets->last_us > resets->stop_us)
        resets->last_us = time_us;
    else if (resets->last_us)
        resets->last_us += time_us - resets->stop_us;
    resets->stop_us = 0;
}

void resets_forget(struct resets *resets)
{
    *resets = (struct resets){0};
}

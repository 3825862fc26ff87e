#include "host/qemu/resets.h"

bool resets_take(struct resets *resets, bool by_guest, int64_t time_us)
{
    /* QEMU's clock may have been set back. */
    bool by_firmware = by_guest && resets->last_us && time_us >= resets->last_us
            && time_us - resets->last_us < RESETS_FIRMWARE_US;

    resets->last_us = time_us;
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

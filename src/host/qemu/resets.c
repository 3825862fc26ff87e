#include "host/qemu/resets.h"

bool resets_take(struct resets *resets, bool by_guest, int64_t time_us)
{
    if (by_guest && resets->firmware_due && time_us - resets->since_us < RESETS_FIRMWARE_US)
    {
        resets->firmware_due = false;
        return false;
    }
    resets->firmware_due = true;
    resets->since_us = time_us;
    return true;
}

void resets_resume(struct resets *resets, int64_t time_us)
{
    resets->since_us = time_us;
}

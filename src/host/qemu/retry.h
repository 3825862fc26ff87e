/* How long is waited before something that has failed is tried again. */
#ifndef VMEVENTS_HOST_RETRY_H
#define VMEVENTS_HOST_RETRY_H

#include "platform/backoff.h"

/* The first try follows at once, the second after the first of these waits, and so on, twice as long each time. */
#define RETRY_FIRST_MS 100
#define RETRY_LONGEST_MS 2000

/* The wait before another try; *wait: 0 before the first, and not the caller's to change in between. */
static inline uint64_t retry_next(uint64_t *wait)
{
    uint64_t now = *wait;

    *wait = backoff_next(now, RETRY_FIRST_MS, RETRY_LONGEST_MS);
    return now;
}

#endif

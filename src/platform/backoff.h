/* How long is waited before something that fails again and again is tried anew. */
#ifndef VMEVENTS_PLATFORM_BACKOFF_H
#define VMEVENTS_PLATFORM_BACKOFF_H

#include <stdint.h>

/* The wait that comes after that one: twice as long, but no longer than the longest; `first` after none (0). */
static inline uint64_t backoff_next(uint64_t wait_ms, uint64_t first_ms, uint64_t longest_ms)
{
    uint64_t next = wait_ms ? wait_ms * 2 : first_ms;

    return next < longest_ms ? next : longest_ms;
}

#endif

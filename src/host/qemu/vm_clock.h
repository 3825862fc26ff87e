/*
 * The time. Whoever uses the machine hands in its own clock with each call; QEMU's clock is another, and is known by
 * the time stamps of its events.
 */
#ifndef VMEVENTS_HOST_VM_CLOCK_H
#define VMEVENTS_HOST_VM_CLOCK_H

#include <stdint.h>

struct vm_clock
{
    uint64_t now_ms;  /* our clock, at the call that is under way */
    int64_t ahead_us; /* what QEMU's clock showed, less what ours did, at its last time stamp */
};

static inline void vm_clock_set(struct vm_clock *clock, uint64_t now_ms)
{
    clock->now_ms = now_ms;
}

static inline uint64_t vm_clock_now_ms(const struct vm_clock *clock)
{
    return clock->now_ms;
}

/* QEMU has sent a time stamp. */
static inline void vm_clock_learn(struct vm_clock *clock, int64_t qemu_us)
{
    clock->ahead_us = qemu_us - (int64_t)clock->now_ms * 1000;
}

/* What QEMU's clock shows now, for an event that has no time stamp. */
static inline int64_t vm_clock_estimate_us(const struct vm_clock *clock)
{
    return (int64_t)clock->now_ms * 1000 + clock->ahead_us;
}

#endif

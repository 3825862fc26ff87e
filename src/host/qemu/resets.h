/*
 * Which of QEMU's RESET events are resets of the machine. SeaBIOS finds that it has run before and resets once more,
 * some 40 ms behind each reset (resume.c of SeaBIOS); other firmware does not. So behind a reset that counts, one that
 * the guest makes does not, if it comes while the firmware can still be at it.
 */
#ifndef VMEVENTS_HOST_RESETS_H
#define VMEVENTS_HOST_RESETS_H

#include <stdbool.h>
#include <stdint.h>

/* Of a running machine. A guest that resets is past its firmware, and takes longer; a busy host is slow. */
#define RESETS_FIRMWARE_US 3000000

struct resets
{
    bool firmware_due;
    int64_t since_us; /* the reset, or since when the machine has been running behind it */
};

/* Whether the reset counts. by_guest: nobody outside asked for it. */
bool resets_take(struct resets *resets, bool by_guest, int64_t time_us);

/* The machine goes on, behind a reset while it was stopped perhaps. */
void resets_resume(struct resets *resets, int64_t time_us);

#endif

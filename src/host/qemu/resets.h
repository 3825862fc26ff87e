/*
 * Which of QEMU's RESET events are resets of the machine. SeaBIOS finds that it has run before, and resets once more, or
 * on a busy host many times, some 10 to 100 ms apart (resume.c of SeaBIOS). So a reset that the guest makes right behind
 * another is the firmware's, and does not count. One that was asked for from outside always does.
 */
#ifndef VMEVENTS_HOST_RESETS_H
#define VMEVENTS_HOST_RESETS_H

#include <stdbool.h>
#include <stdint.h>

/* Of the time that the machine runs: a guest that resets itself is past its firmware, and has taken longer. */
#define RESETS_FIRMWARE_US 1000000

struct resets
{
    int64_t last_us; /* in time that the machine runs; 0: there was none */
    int64_t stop_us; /* 0: the machine runs */
};

/* Whether the reset counts. by_guest: nobody outside asked for it. */
bool resets_take(struct resets *resets, bool by_guest, int64_t time_us);

/* The machine stops, and goes on. */
void resets_stop(struct resets *resets, int64_t time_us);
void resets_resume(struct resets *resets, int64_t time_us);

#endif

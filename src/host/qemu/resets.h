/*
 * Which of QEMU's RESET events are resets of the machine. SeaBIOS finds that it has run before, and resets once more, or
 * on a busy host many times (resume.c of SeaBIOS), how soon depends on the host. Such a reset does not count, one that
 * was asked for from outside always does.
 *
 * Where QEMU logs resets, the log says where the processor was: in the firmware or in the guest, and time decides
 * nothing but whether a reset in the firmware belongs to one before, or was the guest's way to reset. Without the log
 * the first reset by the guest behind another is the firmware's, if it comes soon, and those that follow it closely.
 */
#ifndef VMEVENTS_HOST_RESETS_H
#define VMEVENTS_HOST_RESETS_H

#include <stdbool.h>
#include <stdint.h>

/* All in time that the machine runs. Between resets of which the log says that they were in the firmware; without the
 * log: behind one that counted, and behind one that did not. */
#define RESETS_LOGGED_US 60000000
#define RESETS_FIRST_US 5000000
#define RESETS_NEXT_US 1000000

struct resets
{
    int64_t last_us; /* in time that the machine runs; 0: there was none */
    int64_t stop_us; /* 0: the machine runs */
    bool last_counted;
};

/* Whether the reset counts. by_guest: nobody outside asked for it. says: of reset_log.h, or 0. */
bool resets_take(struct resets *resets, bool by_guest, unsigned int says, int64_t time_us);

/* The machine stops, and goes on. */
void resets_stop(struct resets *resets, int64_t time_us);
void resets_resume(struct resets *resets, int64_t time_us);

/* The machine has ended. */
void resets_forget(struct resets *resets);

#endif

/*
 * Which of QEMU's RESET events are resets of the machine. After a reset SeaBIOS finds that it has run before, and
 * resets once more, on a busy host many times (resume.c of SeaBIOS); how soon depends on the host. Such a reset of the
 * firmware's does not count. One that was asked for from outside always does.
 *
 * Where QEMU logs resets, the log says where the processor was. A reset in the guest counts. One in the firmware is the
 * firmware's when it comes within a minute of another, else it was the guest's way to reset. Without the log only the
 * time between two resets tells: one that comes soon behind a reset that counted is the firmware's, and so is each that
 * comes closely behind a reset of the firmware's.
 */
#ifndef VMEVENTS_HOST_RESETS_H
#define VMEVENTS_HOST_RESETS_H

#include <stdbool.h>
#include <stdint.h>

/* How soon behind another reset one is the firmware's, in time that the machine runs: one in the firmware, as the log
 * says; and without the log, behind a reset that counted, and behind one that did not. */
#define RESETS_LOGGED_US 60000000
#define RESETS_FIRST_US 5000000
#define RESETS_NEXT_US 1000000

struct resets
{
    int64_t last_us; /* when the last one was, and later by what the machine stood still since; 0: none was */
    int64_t stop_us; /* when the machine stopped; 0: it runs */
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

/*
 * What state the machine is in. QEMU has an event when the processors stop, and none that says what for: it may be a
 * pause, the end, or the start of a migration or a snapshot, by which the machine is saved. What comes next shows it,
 * or QEMU's run state, for which it is asked then.
 */
#ifndef VMEVENTS_HOST_POWER_H
#define VMEVENTS_HOST_POWER_H

#include <stdbool.h>

#include <jansson.h>

#include "host/qemu/snapshot_job.h"
#include "host/qemu/vm_event.h"

struct power_callbacks
{
    /* The state is another. learnt: it has become known, and nobody knows when it changed. */
    void (*changed)(void *context, enum vm_state state, bool learnt);

    /* QEMU is to be asked for its run state, and the answer handed to power_take_status. */
    void (*ask)(void *context);

    /* Another state of the guest is about to take the place of the present one. */
    void (*guest_replaced)(void *context);

    /* The guest's sessions are over. */
    void (*guest_lost)(void *context);
};

struct power
{
    const struct power_callbacks *callbacks;
    void *context;
    enum vm_state state;
    bool status_known; /* QEMU has said its run state on this connection */
    bool saving;       /* a migration is under way, to a file perhaps */
    bool incoming;     /* the machine is being restored from what another QEMU has saved */
    bool shut_down;    /* QEMU has said SHUTDOWN */
    bool stopped;      /* it has said STOP, and not RESUME since */
    bool undecided;    /* and it is not known yet what for */
};

void power_init(struct power *power, const struct power_callbacks *callbacks, void *context);

/* A connection to QEMU begins. What was under way may be over by now. */
void power_begin(struct power *power);

/*
 * QEMU's events. An event that comes before the run state is known changes nothing that the answer will not show, so
 * that the state stays as it is until then.
 */
void power_stop(struct power *power, enum snapshot snapshot);
void power_resume(struct power *power);
void power_suspend(struct power *power);
void power_wake_up(struct power *power);
void power_migrate(struct power *power, const char *status);
void power_shut_down(struct power *power);

/* Decides what a stop was for, if that is not known yet, by the name of the event that comes next; empty: none will. */
void power_decide_stop(struct power *power, const char *event);

/* Takes the answer to query-status. attached: it is not the first on this connection. */
void power_take_status(struct power *power, const json_t *status, bool attached);

/* The machine has ended. One that is saved stays so. */
void power_end(struct power *power);

/* The machine goes on in another QEMU, from the state that it has. */
void power_leave(struct power *power);

/* The machine is at another QEMU than the one that was asked, and has been there all along: nothing of what was learnt
 * is of it. */
void power_forget(struct power *power);

/* Whether the guest runs: also while it is being saved or migrated, until QEMU stops it for the rest. */
bool power_guest_runs(const struct power *power);

enum vm_state power_state(const struct power *power);
bool power_is_stopped(const struct power *power);
bool power_is_shut_down(const struct power *power);

#endif

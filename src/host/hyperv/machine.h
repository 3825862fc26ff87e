/*
 * A machine that is watched: who asked for it and hears of it, by what address, and what is known of it. A computer finds
 * it and hands it what is said of it; this file says of it what its listener hears.
 */
#ifndef VMEVENTS_HOST_HYPERV_MACHINE_H
#define VMEVENTS_HOST_HYPERV_MACHINE_H

#include "host/hyperv/address.h"
#include "host/hyperv/faults.h"
#include "host/hyperv/vm.h"
#include "host/live/live_kind.h"

#include <stdatomic.h>

struct hv_machine
{
    struct hv_machine *next, *next_by_guid; /* the computer's */
    const struct hv_address *address;
    const struct live_callbacks *callbacks;
    void *context;

    struct hv_guid guid; /* empty: it has not been found */
    atomic_bool found;   /* the GUID is there, and does not change any more: other threads read it behind this */
    bool is_there;       /* the last answer had it */
    bool missed;         /* and the one before had not: it is looked for once more before that counts */
    bool told_deleted;   /* a notification has said that it has been deleted */
    bool to_be_read;     /* something has been told of it, or asks what it does */
    bool over;           /* it has been refused or deleted */
    bool tried;
    uint32_t untold_logoffs; /* so many were too many to be told */
    struct hv_vm vm;

    bool connected;
    char fault[HV_FAULT_SIZE]; /* as reported; empty: none */
};

/* address must live as long. callbacks and context may be set later, before anything else is called but hv_machine_is. */
void hv_machine_init(struct hv_machine *machine, const struct hv_address *address,
        const struct live_callbacks *callbacks, void *context);
void hv_machine_cleanup(struct hv_machine *machine);

/* The machine is that one, from now on. */
void hv_machine_find(struct hv_machine *machine, const struct hv_guid *guid, int64_t now_us);

/* Whether it is that one; as long as it has not been found, whether it is looked for by that GUID or name. Any thread. */
bool hv_machine_is(const struct hv_machine *machine, const struct hv_guid *guid, const char *name);

/* Reports that, if it is news. fault NULL: nothing is wrong. */
void hv_machine_report(struct hv_machine *machine, bool connected, const char *fault);

/* The first try has ended; once. */
void hv_machine_finish_try(struct hv_machine *machine);

/* There can be no such machine: the first try ends by that, and a later one reports it. */
void hv_machine_refuse(struct hv_machine *machine, const char *fault);

#endif

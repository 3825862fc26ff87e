/*
 * When the machine has been reset. The event log has a record of each. Where it cannot be read WMI shows one in several
 * ways, and not always in all of them: the state "reset", the wish for it, a job of that type, and the time for which the machine
 * has been running, which begins anew.
 */
#ifndef VMEVENTS_HOST_HYPERV_RESETS_H
#define VMEVENTS_HOST_HYPERV_RESETS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/hyperv/system.h"

/* Signs of WMI's within this time are of one reset, each at most once. */
#define HV_RESET_SIGNS_US 10000000

/* The reason of a reset that somebody has asked Hyper-V for. */
#define HV_RESET_BY_HOST "host-reset"

enum hv_reset_sign
{
    HV_RESET_STATE = 1,
    HV_RESET_WISH = 2,
    HV_RESET_JOB = 4,
    HV_RESET_UPTIME = 8
};

struct hv_resets
{
    int32_t enabled_state, requested_state; /* as last said; HV_NONE: not since the machine is known */
    int64_t on_time_ms;
    unsigned int signs; /* of the last reset */
    int64_t first_us;   /* when the first of them was */
};

void hv_resets_init(struct hv_resets *resets);

/* Each returns whether the machine has been reset. runs: it has been running before, and does now. */
bool hv_resets_take_system(struct hv_resets *resets, const struct hv_system *system, bool runs, int64_t time_us);
bool hv_resets_take_job(struct hv_resets *resets, int64_t time_us);

/* Why it was, by the signs of the last; NULL: they do not tell. */
const char *hv_resets_reason(const struct hv_resets *resets);

#endif

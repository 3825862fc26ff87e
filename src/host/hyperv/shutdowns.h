/* Who has the guest shut down: the host's wish shows as a job when it begins, and as a record of the log once the guest
 * has followed it; the guest's own decision as another record. */
#ifndef VMEVENTS_HOST_HYPERV_SHUTDOWNS_H
#define VMEVENTS_HOST_HYPERV_SHUTDOWNS_H

#include <stdbool.h>

#include "host/hyperv/jobs.h"
#include "host/hyperv/outlet.h"
#include "host/hyperv/record.h"

struct hv_shutdowns
{
    bool requested; /* since the machine was started, and told */
};

/* A job that asks the guest to shut down has begun, or, if `restarts`, to start anew then. */
void hv_shutdowns_take_job(
        struct hv_shutdowns *shutdowns, const struct hv_job *job, bool restarts, const struct hv_outlet *outlet);

/* The log has it that the guest was shut down because the host asked for it. */
void hv_shutdowns_take_requested(
        struct hv_shutdowns *shutdowns, const struct hv_record *record, const struct hv_outlet *outlet);

/* The machine has been started. */
void hv_shutdowns_restart(struct hv_shutdowns *shutdowns);

#endif

/*
 * Whether a machine that Hyper-V does not show any more has been deleted or has moved to another computer. The log has a
 * record of a deletion. Where it cannot be read, one that was being migrated has moved, and any other has been deleted.
 */
#ifndef VMEVENTS_HOST_HYPERV_DEPARTURE_H
#define VMEVENTS_HOST_HYPERV_DEPARTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/hyperv/system.h"

/* How long the log may take to have the record. */
#define HV_DEPARTURE_WAIT_MS 5000

enum hv_departure_end
{
    HV_DEPARTURE_OPEN, /* it is there, or it is not known yet */
    HV_DEPARTURE_DELETED,
    HV_DEPARTURE_MOVED
};

struct hv_departure
{
    bool migrates, deleted, absent, decided;
    uint64_t since_ms;  /* absent */
    int64_t deleted_us; /* by the log, at that time of the computer's */
};

/* The machine was there at that time of the computer's, and says this. */
void hv_departure_take(struct hv_departure *departure, const struct hv_system *system, int64_t time_us);

/* It is not there. */
void hv_departure_miss(struct hv_departure *departure, uint64_t now_ms);

/* The log says that it was deleted at that time. */
void hv_departure_delete(struct hv_departure *departure, int64_t time_us);

/* What has become of it, when that is known: once, until it is there again. */
enum hv_departure_end hv_departure_decide(struct hv_departure *departure, bool has_log, uint64_t now_ms);

/* When that has to be called again; UINT64_MAX: not before something is said. */
uint64_t hv_departure_due_ms(const struct hv_departure *departure);

#endif

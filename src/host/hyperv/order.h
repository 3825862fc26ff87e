/*
 * Puts what WMI and the event log say of a machine in the order in which it happened. Both say when that was: a
 * notification has the time of its creation, a record its own; an answer counts as of when it was read. But neither
 * waits for the other, so that each thing is held until the other can have said what happened before it.
 *
 * Where the log is not read there is nothing to wait for.
 */
#ifndef VMEVENTS_HOST_HYPERV_ORDER_H
#define VMEVENTS_HOST_HYPERV_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "host/hyperv/component.h"
#include "host/hyperv/guest.h"
#include "host/hyperv/jobs.h"
#include "host/hyperv/media.h"
#include "host/hyperv/record.h"
#include "host/hyperv/settings.h"
#include "host/hyperv/system.h"

/* How long anything is held while the log is read. */
#define HV_ORDER_WAIT_MS 1000

/* So many things are held. The first of more than that is let go though it should wait. */
#define HV_ORDER_HELD_MAX 4096

enum hv_observed
{
    HV_OBSERVED_SYSTEM,
    HV_OBSERVED_HEARTBEAT,
    HV_OBSERVED_MEDIA,
    HV_OBSERVED_SETTINGS,
    HV_OBSERVED_GUEST,
    HV_OBSERVED_JOB,
    HV_OBSERVED_RECORD
};

struct hv_observation
{
    struct hv_observation *next;
    int64_t time_us; /* the computer's clock */
    uint64_t due_ms; /* ours */
    enum hv_observed kind;
    union
    {
        struct hv_system system;
        struct hv_component heartbeat;
        struct hv_media media; /* with its paths */
        struct hv_settings settings;
        struct hv_guest_said guest;
        struct hv_job job;
        struct hv_record record;
    };
};

struct hv_order
{
    struct hv_observation *first;
    uint32_t count;
    bool waits; /* for the log */
};

/* Of that kind, otherwise zeroed, to be filled and put. NULL: out of memory. */
struct hv_observation *hv_observation_create(enum hv_observed kind);
void hv_observation_free(struct hv_observation *observation);

void hv_order_cleanup(struct hv_order *order);

/* Whether the log is read. */
void hv_order_set_log(struct hv_order *order, bool is_read);

/* Takes the observation. */
void hv_order_put(struct hv_order *order, struct hv_observation *observation, int64_t time_us, uint64_t now_ms);

/* The next that is due, to be freed by hv_observation_free. NULL: there is none. */
struct hv_observation *hv_order_take(struct hv_order *order, uint64_t now_ms);

/* When that has to be called again; UINT64_MAX: not before another is put. */
uint64_t hv_order_due_ms(const struct hv_order *order);

#endif

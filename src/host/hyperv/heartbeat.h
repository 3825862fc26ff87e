/*
 * Whether the guest lives: its heartbeat as the heartbeat component shows it, the report of a crash that a guest writes,
 * and the end of the process that runs it. OnHeartbeatStopped is fired once until the heart beats again, or the
 * machine begins anew.
 */
#ifndef VMEVENTS_HOST_HYPERV_HEARTBEAT_H
#define VMEVENTS_HOST_HYPERV_HEARTBEAT_H

#include <stdbool.h>

#include "host/hyperv/component.h"
#include "host/hyperv/outlet.h"
#include "host/hyperv/record.h"

struct hv_heartbeat
{
    bool beats;   /* the component has said so, and nothing else since */
    bool told;    /* that it has stopped */
    bool crashed; /* by a report, and the component has not noticed yet */
};

void hv_heartbeat_take(struct hv_heartbeat *heartbeat, const struct hv_component *component, bool runs,
        const struct hv_outlet *outlet);

/* The guest has crashed, or the process that runs it has ended, by that record. */
void hv_heartbeat_crash(struct hv_heartbeat *heartbeat, const struct hv_record *record, const struct hv_outlet *outlet);

/* The machine begins anew: it has been started or reset. */
void hv_heartbeat_restart(struct hv_heartbeat *heartbeat);

#endif

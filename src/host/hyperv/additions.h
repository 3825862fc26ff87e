/*
 * Whether Hyper-V's integration services are in the guest, by the contact that the heartbeat component has with them.
 * That a contact ends does not tell a service that is gone from one that is dead: lost contact (13) is taken for the
 * second, no contact (12) and a component that is switched off for the first.
 */
#ifndef VMEVENTS_HOST_HYPERV_ADDITIONS_H
#define VMEVENTS_HOST_HYPERV_ADDITIONS_H

#include <stdbool.h>

#include "host/hyperv/component.h"
#include "host/hyperv/outlet.h"

/* So long behind a start or a reset the component may still say what was before. */
#define HV_ADDITIONS_SETTLE_US 10000000

struct hv_additions
{
    bool known;       /* there has been an answer, the first of which is no news */
    bool available;   /* as events were last fired */
    bool contact;     /* since the machine last began to run: before that, no contact is what is always said */
    int64_t began_us; /* when that was */
};

void hv_additions_take(struct hv_additions *additions, const struct hv_component *component, bool runs, int64_t time_us,
        const struct hv_outlet *outlet);

/* The machine is turned off, and the guest with it. */
void hv_additions_end(struct hv_additions *additions);

/* The machine runs, goes on, or has been reset: whoever is there still has to be found. */
void hv_additions_restart(struct hv_additions *additions, int64_t time_us);

#endif

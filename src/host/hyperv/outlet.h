/* Where the events go that the model of a machine fires. */
#ifndef VMEVENTS_HOST_HYPERV_OUTLET_H
#define VMEVENTS_HOST_HYPERV_OUTLET_H

#include "host/live/live_event.h"

struct hv_outlet
{
    void (*fire)(void *context, const struct vm_event *event);
    void *context;
};

static inline void hv_fire(const struct hv_outlet *outlet, enum vm_event_type type, int64_t number)
{
    outlet->fire(outlet->context, &(struct vm_event){.type = type, .number = number});
}

/* With why it was; reason NULL: nobody knows. */
static inline void hv_fire_reason(
        const struct hv_outlet *outlet, enum vm_event_type type, int64_t number, const char *reason)
{
    outlet->fire(outlet->context, &(struct vm_event){.type = type, .number = number, .details = {{"reason", reason}}});
}

#endif

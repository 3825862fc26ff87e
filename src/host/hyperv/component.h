/* What an instance of one of the integration components says: of the part of Hyper-V that is in the guest. */
#ifndef VMEVENTS_HOST_HYPERV_COMPONENT_H
#define VMEVENTS_HOST_HYPERV_COMPONENT_H

#include <stdbool.h>

#include "host/hyperv/system.h"

/* Of OperationalStatus. */
#define HV_CONTACT_OK 2
#define HV_CONTACT_DEGRADED 3
#define HV_CONTACT_NONE 12
#define HV_CONTACT_LOST 13

/* Of EnabledState. */
#define HV_COMPONENT_DISABLED 3

struct hv_component
{
    int32_t enabled_state, status;
};

static inline struct hv_component hv_component_read(const struct hv_row *row)
{
    return (struct hv_component){(int32_t)hv_row_number_or(row, "EnabledState", 0, HV_NONE),
            (int32_t)hv_row_number_or(row, "OperationalStatus", 0, HV_NONE)};
}

/* Whether the guest's part answers. */
static inline bool hv_component_answers(const struct hv_component *component)
{
    return component->status == HV_CONTACT_OK || component->status == HV_CONTACT_DEGRADED;
}

#endif

/* Whether there is space left where the machine's disks are: Hyper-V warns first, and pauses the machine later. */
#ifndef VMEVENTS_HOST_HYPERV_DISK_SPACE_H
#define VMEVENTS_HOST_HYPERV_DISK_SPACE_H

#include <stdbool.h>

#include "host/hyperv/outlet.h"
#include "host/hyperv/system.h"

struct hv_disk_space
{
    bool known;       /* there has been an answer, the first of which is no news */
    bool low, paused; /* as events were last fired */
};

/* state: in which the machine is by the same answer. */
void hv_disk_space_take(struct hv_disk_space *space, const struct hv_system *system, enum vm_state state,
        const struct hv_outlet *outlet);

#endif

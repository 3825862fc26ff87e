/* What state the machine is in: as it is shown, which is merging while disks are merged, and as it is. */
#ifndef VMEVENTS_HOST_HYPERV_POWER_H
#define VMEVENTS_HOST_HYPERV_POWER_H

#include <stdbool.h>

#include "host/hyperv/system.h"

struct hv_power
{
    enum vm_state state, shown; /* VM_UNKNOWN: nothing has been said */
};

/* Takes on what is said. Returns whether another state is shown than before. */
bool hv_power_take(struct hv_power *power, const struct hv_system *system);

enum vm_state hv_power_state(const struct hv_power *power);
enum vm_state hv_power_shown(const struct hv_power *power);

#endif

#include "host/hyperv/power.h"

bool hv_power_take(struct hv_power *power, const struct hv_system *system)
{
    enum vm_state shown = power->shown;

    power->state = hv_system_state(system, power->state);
    power->shown = system->second_status == HV_STATUS_MERGING ? VM_MERGING_DRIVES : power->state;
    return power->shown != shown;
}

enum vm_state hv_power_state(const struct hv_power *power)
{
    return power->state;
}

enum vm_state hv_power_shown(const struct hv_power *power)
{
    return power->shown;
}

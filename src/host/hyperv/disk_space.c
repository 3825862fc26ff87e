#include "host/hyperv/disk_space.h"

void hv_disk_space_take(struct hv_disk_space *space, const struct hv_system *system, enum vm_state state,
        const struct hv_outlet *outlet)
{
    bool is_ill = system->health_state == HV_HEALTH_MAJOR || system->health_state == HV_HEALTH_CRITICAL;
    struct hv_disk_space before = *space;
    /* What is not said is as it was. */
    bool low = system->status == HV_NONE ? before.low : system->status == HV_STATUS_LOW_ON_SPACE;
    bool paused = state == VM_PAUSED && (system->health_state == HV_NONE ? before.paused : is_ill);

    *space = (struct hv_disk_space){true, low, paused};
    if (!before.known)
        return;
    /* Who hears that the machine has been paused for it needs no warning any more. */
    if (paused && !before.paused)
        hv_fire_reason(outlet, VM_EVENT_DISK_OUT_OF_SPACE, true,
                system->health_state == HV_HEALTH_MAJOR ? "health-major" : "health-critical");
    else if (low && !before.low && !before.paused)
        hv_fire_reason(outlet, VM_EVENT_DISK_OUT_OF_SPACE, false, "storage-low");
}

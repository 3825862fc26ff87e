#include "host/hyperv/additions.h"

void hv_additions_take(struct hv_additions *additions, const struct hv_component *component, bool runs, int64_t time_us,
        const struct hv_outlet *outlet)
{
    bool answers = hv_component_answers(component) && component->enabled_state != HV_COMPONENT_DISABLED;
    bool is_gone = component->status == HV_CONTACT_NONE || component->enabled_state == HV_COMPONENT_DISABLED;

    if (!additions->known)
    {
        additions->available = answers || (component->status == HV_CONTACT_LOST && !is_gone);
        additions->contact = answers;
        additions->known = true;
    }
    else if (answers && runs)
    {
        additions->contact |= time_us - additions->began_us >= HV_ADDITIONS_SETTLE_US;
        if (!additions->available)
            hv_fire(outlet, VM_EVENT_ADDITIONS_AVAILABLE, 0);
        additions->available = true;
    }
    else if (is_gone && runs && additions->contact && additions->available)
    {
        hv_fire(outlet, VM_EVENT_ADDITIONS_UNINSTALLED, 0);
        additions->available = additions->contact = false;
    }
}

void hv_additions_end(struct hv_additions *additions)
{
    additions->available = additions->contact = false;
}

void hv_additions_restart(struct hv_additions *additions, int64_t time_us)
{
    additions->contact = false;
    additions->began_us = time_us;
}

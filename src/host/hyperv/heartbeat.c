#include "host/hyperv/heartbeat.h"

static void tell(struct hv_heartbeat *heartbeat, const struct hv_outlet *outlet)
{
    if (!heartbeat->told)
        hv_fire(outlet, VM_EVENT_HEARTBEAT_STOPPED, 0);
    heartbeat->told = true;
}

void hv_heartbeat_take(
        struct hv_heartbeat *heartbeat, const struct hv_component *component, bool runs, const struct hv_outlet *outlet)
{
    bool did_beat = heartbeat->beats;

    if (hv_component_answers(component))
    {
        /* A guest that has reported its crash is found silent a while later. */
        heartbeat->beats = !heartbeat->crashed;
        heartbeat->told = heartbeat->crashed && heartbeat->told;
    }
    else if (component->status == HV_CONTACT_NONE || component->status == HV_CONTACT_LOST)
    {
        heartbeat->beats = heartbeat->crashed = false;
        if (did_beat && runs && component->status == HV_CONTACT_LOST)
            tell(heartbeat, outlet);
    }
}

void hv_heartbeat_crash(struct hv_heartbeat *heartbeat, const struct hv_outlet *outlet)
{
    heartbeat->beats = false;
    heartbeat->crashed = true;
    tell(heartbeat, outlet);
}

void hv_heartbeat_restart(struct hv_heartbeat *heartbeat)
{
    *heartbeat = (struct hv_heartbeat){false};
}

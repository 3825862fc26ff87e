#include "host/hyperv/heartbeat.h"

static void tell(struct hv_heartbeat *heartbeat, const struct vm_event *stop, const struct hv_outlet *outlet)
{
    if (!heartbeat->told)
        outlet->fire(outlet->context, stop);
    heartbeat->told = true;
}

void hv_heartbeat_take(
        struct hv_heartbeat *heartbeat, const struct hv_component *component, bool runs, const struct hv_outlet *outlet)
{
    const struct vm_event silence = {.type = VM_EVENT_HEARTBEAT_STOPPED, .details = {{"reason", "agent-silent"}}};
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
            tell(heartbeat, &silence, outlet);
    }
}

void hv_heartbeat_crash(struct hv_heartbeat *heartbeat, const struct hv_record *record, const struct hv_outlet *outlet)
{
    bool is_guest = hv_record_meaning(record) == HV_MEANS_CRASH;
    const struct vm_event stop = {.type = VM_EVENT_HEARTBEAT_STOPPED,
            .details = {{"reason", is_guest ? "guest-panicked" : "worker-died"}, {"code", record->codes},
                    {"message", record->message}}};

    heartbeat->beats = false;
    heartbeat->crashed = true;
    tell(heartbeat, &stop, outlet);
}

void hv_heartbeat_restart(struct hv_heartbeat *heartbeat)
{
    *heartbeat = (struct hv_heartbeat){false};
}

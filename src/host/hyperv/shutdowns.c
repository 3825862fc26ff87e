#include "host/hyperv/shutdowns.h"

/* text: what is known besides the reason. */
static void tell(struct hv_shutdowns *shutdowns, const char *reason, const char *name, const char *text,
        const struct hv_outlet *outlet)
{
    shutdowns->requested = true;
    outlet->fire(outlet->context,
            &(struct vm_event){.type = VM_EVENT_REQUEST_SHUTDOWN, .details = {{"reason", reason}, {name, text}}});
}

void hv_shutdowns_take_job(
        struct hv_shutdowns *shutdowns, const struct hv_job *job, bool restarts, const struct hv_outlet *outlet)
{
    tell(shutdowns, restarts ? "host-reboot" : "host-shutdown", "owner", job->owner, outlet);
}

/* Not every caller makes a job, as far as is known. */
void hv_shutdowns_take_requested(
        struct hv_shutdowns *shutdowns, const struct hv_record *record, const struct hv_outlet *outlet)
{
    if (!shutdowns->requested)
        tell(shutdowns, "host-shutdown", "message", record->message, outlet);
}

void hv_shutdowns_restart(struct hv_shutdowns *shutdowns)
{
    shutdowns->requested = false;
}

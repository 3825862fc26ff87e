#include "host/hyperv/shutdowns.h"

void hv_shutdowns_take_job(struct hv_shutdowns *shutdowns, const struct hv_outlet *outlet)
{
    shutdowns->requested = true;
    hv_fire(outlet, VM_EVENT_REQUEST_SHUTDOWN, 0);
}

/* Not every caller makes a job, as far as is known. */
void hv_shutdowns_take_requested(struct hv_shutdowns *shutdowns, const struct hv_outlet *outlet)
{
    if (!shutdowns->requested)
        hv_shutdowns_take_job(shutdowns, outlet);
}

void hv_shutdowns_restart(struct hv_shutdowns *shutdowns)
{
    shutdowns->requested = false;
}

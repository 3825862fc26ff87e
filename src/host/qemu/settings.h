/* The settings of the machine that QEMU has events for, and what they were when an event was last fired for each. */
#ifndef VMEVENTS_HOST_SETTINGS_H
#define VMEVENTS_HOST_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/qemu/vm_event.h"

struct settings
{
    struct setting
    {
        bool known;
        int64_t number;
    } ram_size, time_offset;
};

/* The memory that the guest has, in MiB. */
void settings_set_ram_size(struct settings *settings, int64_t mib, const struct vm_outlet *outlet);

/* How many seconds the guest's hardware clock is ahead of the host's. */
void settings_set_time_offset(struct settings *settings, int64_t seconds, const struct vm_outlet *outlet);

/* The machine has ended: what the next one sets is a change, whatever it is. */
void settings_forget(struct settings *settings);

#endif

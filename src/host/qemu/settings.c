#include "host/qemu/settings.h"

/* QEMU has an event each time a setting is set, also to what it was already. */
static void set(struct setting *setting, const char *key, int64_t number, const struct vm_outlet *outlet)
{
    if (setting->known && setting->number == number)
        return;
    *setting = (struct setting){true, number};
    outlet->fire(
            outlet->context, &(struct vm_event){.type = VM_EVENT_CONFIGURATION_CHANGED, .number = number, .text = key});
}

void settings_set_ram_size(struct settings *settings, int64_t mib, const struct vm_outlet *outlet)
{
    set(&settings->ram_size, "hardware/memory/ram_size", mib, outlet);
}

void settings_set_time_offset(struct settings *settings, int64_t seconds, const struct vm_outlet *outlet)
{
    set(&settings->time_offset, "hardware/bios/time_offset", seconds, outlet);
}

void settings_forget(struct settings *settings)
{
    settings->ram_size.known = settings->time_offset.known = false;
}

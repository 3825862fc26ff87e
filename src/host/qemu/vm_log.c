/* Which record of the log of resets belongs to which of QEMU's events. */
#include "host/qemu/vm_parts.h"

#include <string.h>

/* Behind a shutdown there is no record, but perhaps what led to it. */
static unsigned int read_log(struct vm *vm, const struct observation *observation, bool hasty)
{
    const char *event = json_string_value(json_object_get(observation->message, "event"));

    if (!strcmp(event, "SHUTDOWN"))
        return RESET_RECORDED | (reset_log_take_last(&vm->reset_log) ? RESET_BY_TRIPLE_FAULT : 0);
    return reset_log_take(&vm->reset_log, hasty);
}

void vm_ask_log(struct vm *vm, bool over)
{
    struct observation *observation;

    while ((observation = order_find_waiting(&vm->order)))
    {
        bool hasty = over || vm->now_ms >= observation->waits_until_ms;

        observation->says = read_log(vm, observation, hasty);
        if (!observation->says && !hasty)
        {
            vm->log_ms = vm->now_ms + VM_LOG_RETRY_MS;
            return;
        }
        if (!observation->says)
            vm->reset_log.silent = true;
        observation->waits = false;
    }
    vm->log_ms = UINT64_MAX;
}

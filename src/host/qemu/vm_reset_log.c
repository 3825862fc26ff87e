/* Which record of the log of resets belongs to which of QEMU's events. */
#include "host/qemu/vm_flow.h"

#include <string.h>

/* A shutdown has no record of its own; but the record of what led to it, without a reset behind it, is the last. */
static unsigned int read_log(struct vm *vm, const struct observation *observation, bool hasty)
{
    const char *event = json_string_value(json_object_get(observation->message, "event"));

    if (!strcmp(event, "SHUTDOWN"))
        return RESET_RECORDED | (reset_log_take_last(&vm->reset_log) ? RESET_BY_TRIPLE_FAULT : 0);
    return reset_log_take(&vm->reset_log, hasty);
}

void vm_read_reset_log(struct vm *vm, bool over)
{
    uint64_t now_ms = vm_clock_now_ms(&vm->clock);
    struct observation *observation;

    while ((observation = order_find_waiting(&vm->order)))
    {
        bool hasty = over || now_ms >= observation->waits_until_ms;
        unsigned int says = read_log(vm, observation, hasty);

        if (!says && !hasty)
        {
            reset_log_set_due(&vm->reset_log, now_ms + RESET_LOG_RETRY_MS);
            return;
        }
        if (!says)
            reset_log_give_up(&vm->reset_log);
        observation_settle(observation, says);
    }
    reset_log_set_due(&vm->reset_log, UINT64_MAX);
}

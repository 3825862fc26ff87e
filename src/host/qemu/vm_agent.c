/* What the guest agent says becomes messages for the guest, and what the guest makes of them observations. */
#include "host/qemu/vm_flow.h"

void vm_open_agent(struct vm *vm, uint16_t local_port, uint64_t now_ms)
{
    vm_clock_set(&vm->clock, now_ms);
    messages_restart(&vm->agent_messages);
    guest_open_agent(&vm->guest, local_port);
}

void vm_close_agent(struct vm *vm, uint64_t now_ms)
{
    vm_clock_set(&vm->clock, now_ms);
    messages_restart(&vm->agent_messages);
    guest_close_agent(&vm->guest);
}

bool vm_has_agent(const struct vm *vm)
{
    return guest_has_agent(&vm->guest);
}

static const char *take_message(void *context, const char *message, size_t size)
{
    struct vm *vm = context;
    const char *fault = NULL;
    json_t *json = vm_parse(vm, message, size, &fault);

    if (json || fault != messages_out_of_memory)
        guest_take_message(&vm->guest, json);
    json_decref(json);
    vm_deliver_due(vm);
    return fault == messages_out_of_memory ? fault : NULL;
}

const char *vm_take_agent(struct vm *vm, const char *bytes, size_t count, uint64_t now_ms)
{
    vm_clock_set(&vm->clock, now_ms);
    return vm_note_memory(vm, messages_feed(&vm->agent_messages, bytes, count, take_message, vm));
}

void vm_logoff(struct vm *vm, uint64_t now_ms)
{
    vm_clock_set(&vm->clock, now_ms);
    guest_log_off(&vm->guest, power_guest_runs(&vm->power));
}

/* What the guest calls */

static bool send_text(void *context, const char *text, size_t size)
{
    struct vm *vm = context;

    return vm->callbacks->send(vm->context, VM_AGENT, text, size);
}

static bool runs(void *context)
{
    const struct vm *vm = context;

    return vm->qmp_open && power_guest_runs(&vm->power);
}

static void observe(void *context, enum guest_observation what, json_t *message)
{
    struct vm *vm = context;

    if (vm_check(vm, message != NULL))
        vm_observe(vm, VM_OBSERVED_GUEST + (int)what, NULL, message, ORDER_NOW);
    json_decref(message);
}

static void ask_ports(void *context)
{
    vm_ask(context, QUESTION_PORTS);
}

static void logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    struct vm *vm = context;

    vm->callbacks->logged_off(vm->context, result, text);
}

const struct guest_callbacks vm_guest_callbacks = {send_text, runs, observe, ask_ports, logged_off};

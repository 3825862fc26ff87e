#include "host/hyperv/machine.h"

#include <string.h>

static void on_fire(void *context, const struct vm_event *event)
{
    struct hv_machine *machine = context;

    machine->callbacks->event(machine->context, event);
}

static void on_learn_state(void *context, enum vm_state state)
{
    struct hv_machine *machine = context;

    machine->callbacks->state(machine->context, state);
}

static void on_deleted(void *context)
{
    struct hv_machine *machine = context;

    machine->over = true;
    machine->callbacks->removed(machine->context);
}

static void on_moved(void *context)
{
    hv_machine_report(context, false,
            "Hyper-V does not show the machine any more: it has moved to another computer, or has been removed unseen");
}

static void on_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    struct hv_machine *machine = context;

    machine->callbacks->logged_off(machine->context, result, text);
}

static const struct hv_vm_callbacks vm_callbacks = {on_fire, on_learn_state, on_deleted, on_moved, on_logged_off};

void hv_machine_init(struct hv_machine *machine, const struct hv_address *address,
        const struct live_callbacks *callbacks, void *context)
{
    *machine = (struct hv_machine){.address = address, .callbacks = callbacks, .context = context};
    hv_vm_init(&machine->vm, &vm_callbacks, machine, INT64_MAX);
}

void hv_machine_cleanup(struct hv_machine *machine)
{
    hv_vm_cleanup(&machine->vm);
}

void hv_machine_find(struct hv_machine *machine, const struct hv_guid *guid, int64_t now_us)
{
    machine->guid = *guid;
    atomic_store_explicit(&machine->found, true, memory_order_release);
    hv_vm_init(&machine->vm, &vm_callbacks, machine, now_us);
}

bool hv_machine_is(const struct hv_machine *machine, const struct hv_guid *guid, const char *name)
{
    if (atomic_load_explicit(&machine->found, memory_order_acquire))
        return hv_guid_equals(&machine->guid, guid);
    if (*machine->address->name)
        return hv_names_are_equal(machine->address->name, name);
    return hv_guid_equals(&machine->address->guid, guid);
}

void hv_machine_report(struct hv_machine *machine, bool connected, const char *fault)
{
    if (machine->over
            || (machine->connected == connected && !strcmp(machine->fault, fault ? fault : "") && machine->tried))
        return;
    machine->connected = connected;
    strncpy(machine->fault, fault ? fault : "", HV_FAULT_SIZE - 1);
    machine->callbacks->connection(machine->context, connected, *machine->fault ? machine->fault : NULL);
}

void hv_machine_finish_try(struct hv_machine *machine)
{
    if (machine->tried || machine->over)
        return;
    machine->tried = true;
    machine->callbacks->tried(machine->context, true);
}

void hv_machine_refuse(struct hv_machine *machine, const char *fault)
{
    if (machine->tried)
    {
        hv_machine_report(machine, false, fault);
        return;
    }
    hv_machine_report(machine, false, fault);
    machine->over = machine->tried = true;
    machine->callbacks->refused(machine->context, fault);
}

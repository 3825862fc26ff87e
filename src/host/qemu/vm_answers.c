/* Which part of the machine each of QEMU's answers is for. */
#include "host/qemu/vm_flow.h"

#include <stdio.h>
#include <string.h>

static void take_process(struct vm *vm, const json_t *cpus)
{
    json_int_t thread = identity_thread_of(cpus);

    if (identity_is_other_thread(&vm->identity, thread))
        vm_end(vm, vm_clock_now_ms(&vm->clock));
    identity_set_thread(&vm->identity, thread);
}

/* Whether it is another QEMU shows at the start of a connection only. Later a disk may have been exchanged for another,
 * whose device counts from 0 again. The thread is known by then, and is the new QEMU's. */
static void take_stats(struct vm *vm, const json_t *stats)
{
    json_int_t thread = identity_thread(&vm->identity);

    if (!vm->attached && identity_has_other_disks(&vm->identity, stats, &vm->drives))
    {
        vm_end(vm, vm_clock_now_ms(&vm->clock));
        identity_set_thread(&vm->identity, thread);
    }
    vm_check(vm, identity_set_disks(&vm->identity, stats));
}

static void take_blocks(struct vm *vm, const json_t *blocks)
{
    const char *unknown;

    full_disks_update(&vm->full_disks, blocks);
    vm_check(vm, drives_update(&vm->drives, blocks, &vm->outlet));
    unknown = drives_find_unknown(&vm->drives, blocks);
    if (unknown)
        vm_probe(vm, PROBE_DRIVE_TYPE, unknown, "type");
}

/* Asks of each port in the list whether it is the agent's. */
static void find_port(struct vm *vm, const json_t *list)
{
    json_t *member;
    char path[256];
    size_t i;

    json_array_foreach(list, i, member)
    {
        const char *name = json_string_value(json_object_get(member, "name"));
        const char *type = json_string_value(json_object_get(member, "type"));

        if (!name || !type || strcmp(type, AGENT_PORT_TYPE))
            continue;
        if (snprintf(path, sizeof(path), DEVICES_PATH "/%s", name) < (int)sizeof(path))
            vm_probe(vm, PROBE_PORT_NAME, path, "name");
    }
}

static void take_devices(struct vm *vm, const json_t *list)
{
    bool changed;

    vm_check(vm, devices_update(&vm->devices, list, &vm->outlet, &changed));
    /* A drive may be among what has been added or deleted. */
    if (changed)
    {
        full_disks_note_deletion(&vm->full_disks);
        vm_ask(vm, QUESTION_BLOCKS);
    }
    /* Deleted while nobody was connected, perhaps, so that there was no event. */
    if (agent_port_is_known(&vm->agent_port) && !devices_have(&vm->devices, agent_port_name(&vm->agent_port)))
        vm_lose_port(vm);
    if (!agent_port_has_device(&vm->agent_port) && devices_are_known(&vm->devices) && (!vm->attached || changed))
        find_port(vm, list);
    if (!vm->attached)
        vm_ask(vm, QUESTION_PORTS);
}

void vm_take_answer(struct vm *vm, enum question question, const json_t *result)
{
    if (!result)
        return;
    if (question == QUESTION_PROCESS)
        take_process(vm, result);
    else if (question == QUESTION_UUID)
        identity_set_uuid(&vm->identity, result);
    else if (question == QUESTION_STATS)
        take_stats(vm, result);
    else if (question == QUESTION_STATUS)
        power_take_status(&vm->power, result, vm->attached);
    else if (question == QUESTION_BLOCKS)
        take_blocks(vm, result);
    else if (question == QUESTION_DEVICES)
        take_devices(vm, result);
    else if (question == QUESTION_PORTS)
        guest_take_ports(&vm->guest, result, power_state(&vm->power));
    else if (question == QUESTION_JOBS)
        snapshot_job_take(&vm->snapshot_job, result);
}

/* Properties of objects */

static void take_port_name(struct vm *vm, const char *path, const json_t *name)
{
    if (agent_port_take_name(&vm->agent_port, path, name))
        vm_probe(vm, PROBE_PORT_DEVICE, path, "chardev");
}

static void take_port_device(struct vm *vm, const json_t *label)
{
    agent_port_take_device(&vm->agent_port, label);
    vm_ask(vm, QUESTION_PORTS);
}

/* The drive was passed over while its type was not known. */
static void take_drive_type(struct vm *vm, const char *path, const json_t *type)
{
    vm_check(vm, drives_set_type(&vm->drives, path, type));
    vm_ask(vm, QUESTION_BLOCKS);
}

void vm_take_probe(struct vm *vm, enum probe_subject subject, const char *path, const json_t *result)
{
    if (subject == PROBE_PORT_NAME)
        take_port_name(vm, path, result);
    else if (subject == PROBE_PORT_DEVICE)
        take_port_device(vm, result);
    else
        take_drive_type(vm, path, result);
}

/* What QEMU's answers mean. */
#include "host/qemu/vm_parts.h"

#include <stdio.h>
#include <string.h>

#define AGENT_PORT_NAME "org.qemu.guest_agent.0"
#define PORT_TYPE "child<virtserialport>"

/* RunState of QEMU's qapi/run-state.json. */
static const struct
{
    const char *name;
    enum vm_state state;
} run_states[] = {
        {"running", VM_RUNNING},
        {"paused", VM_PAUSED},
        {"suspended", VM_PAUSED},
        {"io-error", VM_PAUSED},
        {"internal-error", VM_PAUSED},
        {"watchdog", VM_PAUSED},
        {"guest-panicked", VM_PAUSED},
        {"debug", VM_PAUSED},
        {"colo", VM_PAUSED},
        {"prelaunch", VM_PAUSED},
        {"inmigrate", VM_RESTORING},
        {"restore-vm", VM_RESTORING},
        {"finish-migrate", VM_SAVING},
        {"save-vm", VM_SAVING},
        {"postmigrate", VM_SAVED},
        {"shutdown", VM_TURNED_OFF},
        {"preconfig", VM_TURNED_OFF},
};

/* The state that belongs to a run state of QEMU's; VM_UNKNOWN: no state of a machine. */
static enum vm_state state_of(const char *run_state)
{
    for (size_t i = 0; i < sizeof(run_states) / sizeof(run_states[0]); ++i)
    {
        if (!strcmp(run_state, run_states[i].name))
            return run_states[i].state;
    }
    return VM_UNKNOWN;
}

static void take_process(struct vm *vm, const json_t *cpus)
{
    /* The host's number of the thread that runs the first processor. */
    json_int_t process = json_integer_value(json_object_get(json_array_get(cpus, 0), "thread-id"));

    if (vm->process && process && vm->process != process)
        vm_end(vm, vm->now_ms);
    vm->process = process;
}

/* At the start of a connection: later a disk may have been exchanged, of which its device counts from anew. */
static void take_stats(struct vm *vm, const json_t *stats)
{
    json_int_t process = vm->process;

    if (!vm->attached && disks_are_others(&vm->disks, stats, vm->drives.types))
    {
        vm_end(vm, vm->now_ms);
        vm->process = process;
    }
    vm_check(vm, disks_update(&vm->disks, stats));
}

static void take_status(struct vm *vm, const json_t *status)
{
    const char *run_state = json_string_value(json_object_get(status, "status"));
    enum vm_state state = run_state ? state_of(run_state) : VM_UNKNOWN;

    if (state == VM_UNKNOWN)
        return;
    vm->undecided = false;
    vm->status_known = true;
    vm->incoming = !strcmp(run_state, "inmigrate");
    if (!vm->attached)
        vm->stopped = !json_is_true(json_object_get(status, "running"));
    /* QEMU has said that it ends, or that it saves: what comes before that is done is no news. */
    if (vm->shut_down && state != VM_TURNED_OFF)
        return;
    if (vm->saving && (state == VM_RUNNING || state == VM_PAUSED))
        return;
    /* QEMU says that it has saved a moment before its run state does. */
    if (vm->attached && vm->state == VM_SAVED && !vm->saving && state == VM_SAVING)
        return;
    /* A machine that was reset after its end has not been turned on yet. */
    if (vm->attached && vm->state == VM_TURNED_OFF && state == VM_PAUSED)
        return;
    /* It has been turned off while nobody was connected. */
    if (state == VM_TURNED_OFF && vm->state != VM_TURNED_OFF && vm->state != VM_UNKNOWN)
        vm_lose_guest(vm);
    vm_set_state(vm, state);
}

/* Whether a block device, or the node that it is of, has that name. */
static bool has_disk(const json_t *blocks, const char *disk)
{
    json_t *block;
    size_t i;

    json_array_foreach(blocks, i, block)
    {
        const char *device = json_string_value(json_object_get(block, "device"));
        const char *node = json_string_value(json_object_get(json_object_get(block, "inserted"), "node-name"));

        if ((device && !strcmp(device, disk)) || (node && !strcmp(node, disk)))
            return true;
    }
    return false;
}

/* One that is gone was full; another of its name is not. */
static void forget_disks(struct vm *vm, const json_t *blocks)
{
    const char *disk;
    json_t *told;
    void *next;

    if (!vm->device_deleted)
        return;
    vm->device_deleted = false;
    json_object_foreach_safe(vm->full_disks, next, disk, told)
    {
        if (!has_disk(blocks, disk))
            json_object_del(vm->full_disks, disk);
    }
}

static void take_blocks(struct vm *vm, const json_t *blocks)
{
    const char *unknown;

    forget_disks(vm, blocks);
    vm_check(vm, drives_update(&vm->drives, blocks, &vm->outlet));
    unknown = drives_find_unknown(&vm->drives, blocks);
    if (unknown)
        vm_probe(vm, VM_PROBE_DRIVE_TYPE, unknown, "type");
}

/* Asks which of the ports that have been added is the agent's. */
static void find_port(struct vm *vm, const json_t *list)
{
    json_t *member;
    char path[256];
    size_t i;

    json_array_foreach(list, i, member)
    {
        const char *name = json_string_value(json_object_get(member, "name"));
        const char *type = json_string_value(json_object_get(member, "type"));

        if (!name || !type || strcmp(type, PORT_TYPE))
            continue;
        if (snprintf(path, sizeof(path), DEVICES_PATH "/%s", name) < (int)sizeof(path))
            vm_probe(vm, VM_PROBE_PORT_NAME, path, "name");
    }
}

static void take_devices(struct vm *vm, const json_t *list)
{
    bool changed;

    vm_check(vm, devices_update(&vm->devices, list, &vm->outlet, &changed));
    /* A drive may be among them. */
    if (changed)
    {
        vm->device_deleted = true;
        vm_ask(vm, VM_ASK_BLOCKS);
    }
    /* While nobody was connected, perhaps. */
    if (*vm->port && !json_object_get(vm->devices.known, vm->port))
        vm_lose_port(vm);
    if (!*vm->port_device && vm->devices.known && (!vm->attached || changed))
        find_port(vm, list);
    if (!vm->attached)
        vm_ask(vm, VM_ASK_PORTS);
}

static void take_port_name(struct vm *vm, const char *path, const json_t *name)
{
    if (!json_is_string(name) || strcmp(json_string_value(name), AGENT_PORT_NAME))
        return;
    snprintf(vm->port, sizeof(vm->port), "%s", path + strlen(DEVICES_PATH "/"));
    vm_probe(vm, VM_PROBE_PORT_DEVICE, path, "chardev");
}

static void take_port_device(struct vm *vm, const json_t *device)
{
    snprintf(vm->port_device, sizeof(vm->port_device), "%s", json_is_string(device) ? json_string_value(device) : "");
    vm_ask(vm, VM_ASK_PORTS);
}

/* "tcp:127.0.0.1:4445,server=on <-> 127.0.0.1:50123": the port behind the last colon is the client's. */
static bool is_our_connection(const struct vm *vm, const json_t *device)
{
    const char *filename = json_string_value(json_object_get(device, "filename"));
    const char *client = filename ? strstr(filename, "<->") : NULL;
    char ending[16];
    size_t length;

    if (!client)
        return false;
    snprintf(ending, sizeof(ending), ":%u", vm->agent_local_port);
    length = strlen(client);
    return length > strlen(ending) && !strcmp(client + length - strlen(ending), ending);
}

static void take_ports(struct vm *vm, const json_t *devices)
{
    json_t *device;
    size_t i;
    bool open;

    /* A port that a guest left open when it was turned off is nobody's. */
    if (!*vm->port_device || vm->state == VM_TURNED_OFF)
        return;
    json_array_foreach(devices, i, device)
    {
        const char *label = json_string_value(json_object_get(device, "label"));

        if (!label || strcmp(label, vm->port_device))
            continue;
        open = json_is_true(json_object_get(device, "frontend-open"));
        /* A port that was open in the state being restored opens only when the guest goes on. If it does not, the
         * agent's silence shows that. */
        if (open || vm->state != VM_RESTORING || vm->additions != VM_ADDITIONS_OPEN)
            vm_set_additions(vm, open);
        if (vm->verify_silence && vm->additions == VM_ADDITIONS_OPEN)
        {
            /* On its way through a tunnel the connection gets another port. */
            if (vm->agent_is_ours || is_our_connection(vm, device))
                vm_stop_heartbeat(vm);
            else
                vm_report_agent(vm, "another program uses the guest agent's channel");
        }
        vm->verify_silence = false;
    }
}

/* Jobs of before are listed too, some until somebody dismisses them. */
static void take_jobs(struct vm *vm, const json_t *jobs)
{
    json_t *job;
    size_t i;

    json_array_foreach(jobs, i, job)
    {
        const char *type = json_string_value(json_object_get(job, "type"));
        const char *id = json_string_value(json_object_get(job, "id"));
        bool save = type && !strcmp(type, "snapshot-save"), load = type && !strcmp(type, "snapshot-load");

        if (!id || strcmp(id, vm->new_job) || (!save && !load))
            continue;
        vm->snapshot = save ? VM_SNAPSHOT_SAVE : VM_SNAPSHOT_LOAD;
        snprintf(vm->job, sizeof(vm->job), "%s", id);
    }
}

void vm_take_answer(struct vm *vm, enum vm_question question, const json_t *result)
{
    if (!result)
        return;
    if (question == VM_ASK_PROCESS)
        take_process(vm, result);
    else if (question == VM_ASK_STATS)
        take_stats(vm, result);
    else if (question == VM_ASK_STATUS)
        take_status(vm, result);
    else if (question == VM_ASK_BLOCKS)
        take_blocks(vm, result);
    else if (question == VM_ASK_DEVICES)
        take_devices(vm, result);
    else if (question == VM_ASK_PORTS)
        take_ports(vm, result);
    else if (question == VM_ASK_JOBS)
        take_jobs(vm, result);
}

void vm_take_probe(struct vm *vm, int what, const char *path, const json_t *result)
{
    if (what == VM_PROBE_PORT_NAME)
    {
        take_port_name(vm, path, result);
    }
    else if (what == VM_PROBE_PORT_DEVICE)
    {
        take_port_device(vm, result);
    }
    else
    {
        vm_check(vm, drives_set_type(&vm->drives, path, result));
        vm_ask(vm, VM_ASK_BLOCKS);
    }
}

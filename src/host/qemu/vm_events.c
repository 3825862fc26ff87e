/* What QEMU's events mean. A table: an event is a row. */
#include "host/qemu/vm_parts.h"

#include <string.h>

/* A disk that had room meanwhile, and no longer has, is told of again. */
#define DISK_QUIET_US 60000000

static const char *text_of(const json_t *data, const char *member)
{
    const char *text = json_string_value(json_object_get(data, member));

    return text ? text : "";
}

/* QEMU tells of each time that it is set, be it to what it was. */
static void setting_changed(struct vm *vm, struct vm_setting *setting, const char *key, int64_t number)
{
    if (setting->known && setting->number == number)
        return;
    *setting = (struct vm_setting){true, number};
    vm->callbacks->fire(vm->context,
            &(struct vm_event){.type = VM_EVENT_CONFIGURATION_CHANGED, .number = number, .text = key});
}

/* The state of the machine */

/* Another state of the guest is being loaded: the users will be those of then. */
static void replace_guest(struct vm *vm)
{
    vm->users.replaced = true;
    agent_distrust(&vm->agent);
    vm_set_state(vm, VM_RESTORING);
}

/* QEMU does not say why. What it says next does, or its answer to the question, whichever comes first. */
static void take_stop(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)data;
    vm->stopped = true;
    resets_stop(&vm->resets, time_us);
    if (!vm->status_known)
        return;
    if (vm->shut_down)
        vm_set_state(vm, VM_TURNED_OFF);
    else if (vm->saving || vm->snapshot == VM_SNAPSHOT_SAVE)
        vm_set_state(vm, VM_SAVING);
    else if (vm->snapshot == VM_SNAPSHOT_LOAD)
        replace_guest(vm);
    else
        vm->undecided = vm->state == VM_RUNNING;
    vm_ask(vm, VM_ASK_STATUS);
}

/* Before an event that follows a stop: savevm and snapshots go on with a migration, loadvm closes the agent's port,
 * which the guest cannot do while it is stopped. */
void vm_decide_stop(struct vm *vm, const char *event)
{
    if (!vm->undecided)
        return;
    vm->undecided = false;
    if (!strcmp(event, "VSERPORT_CHANGE"))
        replace_guest(vm);
    else if (strcmp(event, "MIGRATION"))
        vm_set_state(vm, VM_PAUSED);
}

static void take_resume(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)data;
    vm->stopped = vm->saving = vm->shut_down = false;
    resets_resume(&vm->resets, time_us);
    json_object_clear(vm->full_disks);
    if (vm->status_known)
        vm_set_state(vm, VM_RUNNING);
}

static void take_suspend(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)data, (void)time_us;
    if (vm->status_known)
        vm_set_state(vm, VM_PAUSED);
}

static void take_wakeup(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)data, (void)time_us;
    if (vm->status_known)
        vm_set_state(vm, VM_RUNNING);
}

/* Of a machine that is restored the end of it shows by RESUME, or in the run state. */
static void take_migration(struct vm *vm, const json_t *data, int64_t time_us)
{
    const char *status = text_of(data, "status");
    bool over = !strcmp(status, "completed") || !strcmp(status, "failed") || !strcmp(status, "cancelled");

    (void)time_us;
    if (!vm->status_known || !strcmp(status, "none") || !strcmp(status, "cancelling"))
        return;
    if (over && !vm->incoming && vm->saving && !strcmp(status, "completed"))
        vm_set_state(vm, VM_SAVED);
    if (over)
    {
        vm->saving = vm->incoming = false;
        vm_ask(vm, VM_ASK_STATUS);
    }
    else if (!vm->incoming)
    {
        vm->saving = true;
        vm_set_state(vm, VM_SAVING);
    }
}

static void take_job(struct vm *vm, const json_t *data, int64_t time_us)
{
    const char *status = text_of(data, "status");

    (void)time_us;
    if (!*vm->job || strcmp(text_of(data, "id"), vm->job))
        return;
    if (strcmp(status, "concluded") && strcmp(status, "null"))
        return;
    vm->snapshot = VM_NO_SNAPSHOT;
    *vm->job = 0;
    vm_ask(vm, VM_ASK_STATUS);
}

/* Older ones than QEMU 4 give no reason. */
static bool is_instead_of_reset(const json_t *data)
{
    return !*text_of(data, "reason") || !strcmp(text_of(data, "reason"), "guest-reset");
}

static void take_shutdown(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)time_us;
    if (vm->log_says & RESET_BY_TRIPLE_FAULT && is_instead_of_reset(data))
        vm_fire(&vm->outlet, VM_EVENT_TRIPLE_FAULT, 0);
    if (json_is_true(json_object_get(data, "guest")))
        vm_fire(&vm->outlet, VM_EVENT_GUEST_SHUTDOWN, 0);
    vm->shut_down = true;
    vm->shutdown_requested_ms = 0;
    if (vm->state == VM_SAVED)
        return;
    if (vm->state != VM_TURNED_OFF)
        vm_set_state(vm, VM_TURNING_OFF);
    vm_lose_guest(vm);
}

static void take_powerdown(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)data, (void)time_us;
    vm->shutdown_requested_ms = vm->now_ms ? vm->now_ms : 1;
    vm_fire(&vm->outlet, VM_EVENT_REQUEST_SHUTDOWN, 0);
}

static void take_reset(struct vm *vm, const json_t *data, int64_t time_us)
{
    if (!resets_take(&vm->resets, json_is_true(json_object_get(data, "guest")), vm->log_says, time_us))
        return;
    /* SeaBIOS resets by one too. */
    if (vm->log_says & RESET_BY_TRIPLE_FAULT && !(vm->log_says & RESET_IN_FIRMWARE))
        vm_fire(&vm->outlet, VM_EVENT_TRIPLE_FAULT, 0);
    vm_fire(&vm->outlet, VM_EVENT_RESET, 0);
    vm_lose_guest(vm);
    vm_forget_agent(vm);
    /* Without a port that says so, the agent of before is gone for certain. */
    if (!*vm->port && vm->additions == VM_ADDITIONS_OPEN)
        vm_set_additions(vm, false);
    vm->heartbeat_stopped = false;
    vm->shutdown_requested_ms = 0;
    json_object_clear(vm->full_disks);
}

/* The guest in trouble */

static void take_panic(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)data, (void)time_us;
    vm_stop_heartbeat(vm);
    vm_lose_guest(vm);
}

static void take_watchdog(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)data, (void)time_us;
    vm_stop_heartbeat(vm);
}

/* Disks */

/* Without werror=stop or enospc there is no member "nospace". */
static bool is_lack_of_space(const json_t *data)
{
    json_t *nospace = json_object_get(data, "nospace");

    return nospace ? json_is_true(nospace) : !strcmp(text_of(data, "reason"), "No space left on device");
}

/* One event for the writes that fail together, or one after the other while the guest runs on. */
static void take_io_error(struct vm *vm, const json_t *data, int64_t time_us)
{
    const char *disk = *text_of(data, "device") ? text_of(data, "device") : text_of(data, "node-name");
    bool stops = !strcmp(text_of(data, "action"), "stop");
    json_int_t told_us, quiet_us;

    if (!is_lack_of_space(data))
        return;
    told_us = json_integer_value(json_object_get(vm->full_disks, disk));
    vm_check(vm, !json_object_set_new_nocheck(vm->full_disks, disk, json_integer(time_us)));
    /* QEMU's clock may have been set back. */
    quiet_us = time_us >= told_us ? time_us - told_us : DISK_QUIET_US;
    if (told_us && (stops || quiet_us < DISK_QUIET_US))
        return;
    vm_fire(&vm->outlet, VM_EVENT_DISK_OUT_OF_SPACE, stops);
}

static void take_threshold(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)data, (void)time_us;
    vm_fire(&vm->outlet, VM_EVENT_DISK_OUT_OF_SPACE, false);
}

/* Media and devices */

static void take_tray(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)data, (void)time_us;
    vm_ask(vm, VM_ASK_BLOCKS);
}

static void take_deletion(struct vm *vm, const json_t *data, int64_t time_us)
{
    const char *device = text_of(data, "device");

    (void)time_us;
    /* Parts of a device that have no name of their own are deleted too. */
    if (!*device)
        return;
    devices_delete(&vm->devices, device, &vm->outlet);
    drives_delete(&vm->drives, device, text_of(data, "path"));
    vm->device_deleted = true;
    vm_ask(vm, VM_ASK_BLOCKS);
    if (!strcmp(device, vm->port))
        vm_lose_port(vm);
}

static void take_port(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)time_us;
    if (!*vm->port || strcmp(text_of(data, "id"), vm->port))
        return;
    /* The guest cannot do this while it is stopped: its state has been replaced (loadvm), or it is being reset. */
    if (vm->stopped)
        vm->users.replaced = true;
    vm_set_additions(vm, json_is_true(json_object_get(data, "open")));
}

/* Settings */

static void take_balloon(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)time_us;
    setting_changed(vm, &vm->ram_size, "hardware/memory/ram_size",
            json_integer_value(json_object_get(data, "actual")) >> 20);
}

static void take_clock(struct vm *vm, const json_t *data, int64_t time_us)
{
    (void)time_us;
    setting_changed(vm, &vm->time_offset, "hardware/bios/time_offset",
            json_integer_value(json_object_get(data, "offset")));
}

static const struct
{
    const char *name;
    void (*take)(struct vm *vm, const json_t *data, int64_t time_us);
} events[] = {
        {"STOP", take_stop},
        {"RESUME", take_resume},
        {"SUSPEND", take_suspend},
        {"WAKEUP", take_wakeup},
        {"MIGRATION", take_migration},
        {"JOB_STATUS_CHANGE", take_job},
        {"POWERDOWN", take_powerdown},
        {"SHUTDOWN", take_shutdown},
        {"RESET", take_reset},
        {"GUEST_PANICKED", take_panic},
        {"GUEST_CRASHLOADED", take_panic},
        {"WATCHDOG", take_watchdog},
        {"BLOCK_IO_ERROR", take_io_error},
        {"BLOCK_WRITE_THRESHOLD", take_threshold},
        {"DEVICE_TRAY_MOVED", take_tray},
        {"DEVICE_DELETED", take_deletion},
        {"VSERPORT_CHANGE", take_port},
        {"BALLOON_CHANGE", take_balloon},
        {"RTC_CHANGE", take_clock},
};

#define EVENTS (sizeof(events) / sizeof(events[0]))

bool vm_knows_event(const char *name)
{
    for (size_t i = 0; i < EVENTS; ++i)
    {
        if (!strcmp(name, events[i].name))
            return true;
    }
    return false;
}

void vm_take_event(struct vm *vm, const json_t *event, int64_t time_us)
{
    const char *name = text_of(event, "event");

    if (strcmp(name, "JOB_STATUS_CHANGE") && strcmp(name, "STOP"))
        vm_decide_stop(vm, name);
    for (size_t i = 0; i < EVENTS; ++i)
    {
        if (!strcmp(name, events[i].name))
            events[i].take(vm, json_object_get(event, "data"), time_us);
    }
}

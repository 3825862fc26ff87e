/* Which part of the machine each of QEMU's events is for. A table: an event is a row. */
#include "host/qemu/vm_flow.h"

#include <string.h>

struct qemu_event
{
    const json_t *data; /* NULL: it has none */
    int64_t time_us;
    unsigned int log_says; /* of a reset or a shutdown, by the log of resets */
};

/* The member of that name; "": there is none. */
static const char *text_of(const struct qemu_event *event, const char *member)
{
    const char *text = json_string_value(json_object_get(event->data, member));

    return text ? text : "";
}

/* The state of the machine */

static void take_stop(struct vm *vm, const struct qemu_event *event)
{
    resets_stop(&vm->resets, event->time_us);
    power_stop(&vm->power, snapshot_job_what(&vm->snapshot_job));
    guest_expect_agent(&vm->guest);
}

static void take_resume(struct vm *vm, const struct qemu_event *event)
{
    resets_resume(&vm->resets, event->time_us);
    full_disks_clear(&vm->full_disks);
    power_resume(&vm->power);
    guest_expect_agent(&vm->guest);
}

static void take_suspend(struct vm *vm, const struct qemu_event *event)
{
    (void)event;
    power_suspend(&vm->power);
}

static void take_wakeup(struct vm *vm, const struct qemu_event *event)
{
    (void)event;
    power_wake_up(&vm->power);
}

static void take_migration(struct vm *vm, const struct qemu_event *event)
{
    const char *status = text_of(event, "status");

    power_migrate(&vm->power, status);
    /* The guest still runs, and goes on elsewhere: who is logged on by then is known there. */
    if (!strcmp(status, "setup") || !strcmp(status, "active"))
        guest_ask_users(&vm->guest);
}

/* What the machine is after a snapshot no event says. */
static void take_job(struct vm *vm, const struct qemu_event *event)
{
    if (snapshot_job_ends(&vm->snapshot_job, text_of(event, "id"), text_of(event, "status")))
        vm_ask(vm, QUESTION_STATUS);
}

/* Whether QEMU shuts down where it would reset (-no-reboot). QEMUs before version 4 give no reason. */
static bool is_instead_of_reset(const struct qemu_event *event)
{
    const char *reason = text_of(event, "reason");

    return !*reason || !strcmp(reason, "guest-reset");
}

static void take_shutdown(struct vm *vm, const struct qemu_event *event)
{
    if (event->log_says & RESET_BY_TRIPLE_FAULT && is_instead_of_reset(event))
        vm_fire(&vm->outlet, VM_EVENT_TRIPLE_FAULT, 0);
    if (json_is_true(json_object_get(event->data, "guest")))
        vm_fire_knowing(&vm->outlet, VM_EVENT_GUEST_SHUTDOWN, 0, "reason", text_of(event, "reason"));
    guest_forget_shutdown(&vm->guest);
    power_shut_down(&vm->power);
}

static void take_powerdown(struct vm *vm, const struct qemu_event *event)
{
    (void)event;
    guest_request_shutdown(&vm->guest);
    vm_fire(&vm->outlet, VM_EVENT_REQUEST_SHUTDOWN, 0);
}

static void take_reset(struct vm *vm, const struct qemu_event *event)
{
    bool by_guest = json_is_true(json_object_get(event->data, "guest"));

    if (!resets_take(&vm->resets, by_guest, event->log_says, event->time_us))
        return;
    /* A triple fault in the firmware is no fault: SeaBIOS resets by one when nothing else works. */
    if (event->log_says & RESET_BY_TRIPLE_FAULT && !(event->log_says & RESET_IN_FIRMWARE))
        vm_fire(&vm->outlet, VM_EVENT_TRIPLE_FAULT, 0);
    vm_fire_knowing(&vm->outlet, VM_EVENT_RESET, 0, "reason", text_of(event, "reason"));
    guest_reset(&vm->guest);
    full_disks_clear(&vm->full_disks);
}

/* The guest in trouble */

static void take_panic(struct vm *vm, const struct qemu_event *event)
{
    (void)event;
    guest_stop_heartbeat(&vm->guest, "guest-panicked");
    guest_lose(&vm->guest);
}

static void take_watchdog(struct vm *vm, const struct qemu_event *event)
{
    (void)event;
    guest_stop_heartbeat(&vm->guest, "watchdog");
}

/* Disks */

/* The member "nospace" is there only when the drive has werror=stop or enospc. */
static bool is_lack_of_space(const struct qemu_event *event)
{
    json_t *nospace = json_object_get(event->data, "nospace");

    return nospace ? json_is_true(nospace) : !strcmp(text_of(event, "reason"), "No space left on device");
}

static void take_io_error(struct vm *vm, const struct qemu_event *event)
{
    const char *disk = *text_of(event, "device") ? text_of(event, "device") : text_of(event, "node-name");
    bool stops = !strcmp(text_of(event, "action"), "stop"), is_news;

    if (!is_lack_of_space(event))
        return;
    vm_check(vm, full_disks_add(&vm->full_disks, disk, stops, event->time_us, &is_news));
    if (is_news)
        vm->outlet.fire(vm->outlet.context,
                &(struct vm_event){.type = VM_EVENT_DISK_OUT_OF_SPACE,
                        .number = stops,
                        .details = {{"disk", disk}, {"reason", text_of(event, "reason")}}});
}

static void take_threshold(struct vm *vm, const struct qemu_event *event)
{
    vm_fire_knowing(&vm->outlet, VM_EVENT_DISK_OUT_OF_SPACE, false, "disk", text_of(event, "node-name"));
}

/* Media and devices */

static void take_tray(struct vm *vm, const struct qemu_event *event)
{
    (void)event;
    vm_ask(vm, QUESTION_BLOCKS);
}

static void take_deletion(struct vm *vm, const struct qemu_event *event)
{
    const char *device = text_of(event, "device");

    /* There is such an event also for each part of the device that has no name. */
    if (!*device)
        return;
    devices_delete(&vm->devices, device, &vm->outlet);
    drives_delete(&vm->drives, device, text_of(event, "path"));
    full_disks_note_deletion(&vm->full_disks);
    vm_ask(vm, QUESTION_BLOCKS);
    if (agent_port_is(&vm->agent_port, device))
        vm_lose_port(vm);
}

static void take_port(struct vm *vm, const struct qemu_event *event)
{
    if (!agent_port_is(&vm->agent_port, text_of(event, "id")))
        return;
    /* A guest that is stopped cannot open or close its port: its state has been replaced (loadvm), or it is being reset. */
    if (power_is_stopped(&vm->power))
        guest_replace_users(&vm->guest);
    guest_set_additions(&vm->guest, json_is_true(json_object_get(event->data, "open")));
}

/* Settings */

static void take_balloon(struct vm *vm, const struct qemu_event *event)
{
    settings_set_ram_size(&vm->settings, json_integer_value(json_object_get(event->data, "actual")) >> 20, &vm->outlet);
}

static void take_clock(struct vm *vm, const struct qemu_event *event)
{
    settings_set_time_offset(&vm->settings, json_integer_value(json_object_get(event->data, "offset")), &vm->outlet);
}

static const struct
{
    const char *name;
    void (*take)(struct vm *vm, const struct qemu_event *event);
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

void vm_take_event(struct vm *vm, const struct observation *observation)
{
    const char *name = json_string_value(json_object_get(observation->message, "event"));
    struct qemu_event event = {json_object_get(observation->message, "data"), observation->time_us, observation->says};

    /* Events of jobs come beside everything else, and show nothing of a stop. */
    if (strcmp(name, "JOB_STATUS_CHANGE") && strcmp(name, "STOP"))
        power_decide_stop(&vm->power, name);
    for (size_t i = 0; i < EVENTS; ++i)
    {
        if (!strcmp(name, events[i].name))
            events[i].take(vm, &event);
    }
}

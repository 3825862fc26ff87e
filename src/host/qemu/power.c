#include "host/qemu/power.h"

#include <string.h>

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

/* The state that belongs to a run state of QEMU's; VM_UNKNOWN: it is none of those. */
static enum vm_state state_of(const char *run_state)
{
    for (size_t i = 0; i < sizeof(run_states) / sizeof(run_states[0]); ++i)
    {
        if (!strcmp(run_state, run_states[i].name))
            return run_states[i].state;
    }
    return VM_UNKNOWN;
}

void power_init(struct power *power, const struct power_callbacks *callbacks, void *context)
{
    *power = (struct power){.callbacks = callbacks, .context = context};
}

/* What QEMU is at, that takes a while. */
static void forget_work(struct power *power)
{
    power->saving = power->incoming = power->undecided = false;
}

void power_begin(struct power *power)
{
    power->status_known = false;
    forget_work(power);
}

static void set_state(struct power *power, enum vm_state state)
{
    bool learnt = power->state == VM_UNKNOWN;

    if (power->state == state)
        return;
    power->state = state;
    power->callbacks->changed(power->context, state, learnt);
}

static void replace_guest(struct power *power)
{
    power->callbacks->guest_replaced(power->context);
    set_state(power, VM_RESTORING);
}

static void ask(struct power *power)
{
    power->callbacks->ask(power->context);
}

/* Events */

/* Where it is not known what the stop is for, the next event shows it or the answer, whichever comes first. */
void power_stop(struct power *power, enum snapshot snapshot)
{
    power->stopped = true;
    if (!power->status_known)
        return;
    if (power->shut_down)
        set_state(power, VM_TURNED_OFF);
    else if (power->saving || snapshot == SNAPSHOT_SAVE)
        set_state(power, VM_SAVING);
    else if (snapshot == SNAPSHOT_LOAD)
        replace_guest(power);
    else
        power->undecided = power->state == VM_RUNNING;
    ask(power);
}

/* savevm and the jobs of snapshots go on with a migration. loadvm closes the agent's port, which the guest itself
 * cannot do while it is stopped. Whatever else comes behind a stop, it was a pause. */
void power_decide_stop(struct power *power, const char *event)
{
    if (!power->undecided)
        return;
    power->undecided = false;
    if (!strcmp(event, "VSERPORT_CHANGE"))
        replace_guest(power);
    else if (strcmp(event, "MIGRATION"))
        set_state(power, VM_PAUSED);
}

void power_resume(struct power *power)
{
    power->stopped = power->saving = power->shut_down = false;
    if (power->status_known)
        set_state(power, VM_RUNNING);
}

void power_suspend(struct power *power)
{
    if (power->status_known)
        set_state(power, VM_PAUSED);
}

void power_wake_up(struct power *power)
{
    if (power->status_known)
        set_state(power, VM_RUNNING);
}

/* That a machine has been restored does not show by this event, but by RESUME or the run state. */
void power_migrate(struct power *power, const char *status)
{
    bool over = !strcmp(status, "completed") || !strcmp(status, "failed") || !strcmp(status, "cancelled");

    if (!power->status_known || !strcmp(status, "none") || !strcmp(status, "cancelling"))
        return;
    if (over && !power->incoming && power->saving && !strcmp(status, "completed"))
        set_state(power, VM_SAVED);
    if (over)
    {
        power->saving = power->incoming = false;
        ask(power);
    }
    else if (!power->incoming)
    {
        power->saving = true;
        set_state(power, VM_SAVING);
    }
}

/* The end of a QEMU whose machine has been saved turns nothing off. */
void power_shut_down(struct power *power)
{
    power->shut_down = true;
    if (power->state == VM_SAVED)
        return;
    if (power->state != VM_TURNED_OFF)
        set_state(power, VM_TURNING_OFF);
    power->callbacks->guest_lost(power->context);
}

/* The run state */

/* Whether the run state is behind what the events have shown, so that it would take the machine back. */
static bool is_behind(const struct power *power, enum vm_state state, bool attached)
{
    /* Between SHUTDOWN and the end QEMU still runs or stops the machine; so it does while it saves. */
    if (power->shut_down && state != VM_TURNED_OFF)
        return true;
    if (power->saving && (state == VM_RUNNING || state == VM_PAUSED))
        return true;
    if (!attached)
        return false;
    /* The event that all is saved comes a moment before the run state changes. */
    if (power->state == VM_SAVED && !power->saving && state == VM_SAVING)
        return true;
    /* A machine that was reset after its end is paused for QEMU, but nobody has turned it on yet. */
    return power->state == VM_TURNED_OFF && state == VM_PAUSED;
}

void power_take_status(struct power *power, const json_t *status, bool attached)
{
    const char *run_state = json_string_value(json_object_get(status, "status"));
    enum vm_state state = run_state ? state_of(run_state) : VM_UNKNOWN;

    if (state == VM_UNKNOWN)
        return;
    power->undecided = false;
    power->status_known = true;
    power->incoming = !strcmp(run_state, "inmigrate");
    if (!attached)
        power->stopped = !json_is_true(json_object_get(status, "running"));
    if (is_behind(power, state, attached))
        return;
    /* It has been turned off while nobody was connected. */
    if (state == VM_TURNED_OFF && power->state != VM_TURNED_OFF && power->state != VM_UNKNOWN)
        power->callbacks->guest_lost(power->context);
    set_state(power, state);
}

void power_end(struct power *power)
{
    if (power->state != VM_SAVED)
        set_state(power, VM_TURNED_OFF);
    power_leave(power);
}

void power_leave(struct power *power)
{
    forget_work(power);
    power->shut_down = power->stopped = false;
}

void power_forget(struct power *power)
{
    power_init(power, power->callbacks, power->context);
}

bool power_guest_runs(const struct power *power)
{
    return power->state == VM_RUNNING || (power->state == VM_SAVING && !power->stopped);
}

enum vm_state power_state(const struct power *power)
{
    return power->state;
}

bool power_is_stopped(const struct power *power)
{
    return power->stopped;
}

bool power_is_shut_down(const struct power *power)
{
    return power->shut_down;
}

#include "host/qemu/vm.h"

#include "host/qemu/json_reader.h"
#include "host/qemu/vm_flow.h"

#include <string.h>

/* What is wrong */

const char *vm_note_memory(struct vm *vm, const char *fault)
{
    if (fault == messages_out_of_memory)
        guest_note_no_memory(&vm->guest);
    return fault;
}

void vm_note_fault(struct vm *vm, const char *fault)
{
    if (vm_note_memory(vm, fault))
        vm->fault = fault;
}

bool vm_check(struct vm *vm, bool enough_memory)
{
    if (!enough_memory)
        vm_note_fault(vm, messages_out_of_memory);
    return enough_memory;
}

/* Asking */

void vm_ask(struct vm *vm, enum question question)
{
    if (question == QUESTION_DEVICES && !questions_is_asked(&vm->questions, question))
        reset_log_mark(&vm->reset_log);
    vm_note_fault(vm, questions_ask(&vm->questions, question));
}

void vm_probe(struct vm *vm, enum probe_subject subject, const char *path, const char *property)
{
    vm_note_fault(vm, questions_probe(&vm->questions, subject, path, property));
}

/* Observing, and what comes of it */

json_t *vm_parse(struct vm *vm, const char *message, size_t size, const char **fault)
{
    json_error_t error;
    json_t *json = json_reader_read(message, size, JSON_ALLOW_NUL, &error);

    vm->message_size = size;
    /* The event of a Windows guest's panic has integers of 64 bits. Nobody needs all their digits. */
    if (!json && json_error_code(&error) == json_error_numeric_overflow)
        json = json_reader_read(message, size, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    if (!json)
        *fault = vm_note_memory(
                vm, json_reader_is_out_of_memory(&error) ? messages_out_of_memory : "it sent malformed JSON");
    return json;
}

void vm_observe(struct vm *vm, int kind, const char *event, json_t *message, int64_t time_us)
{
    struct observation observed = {.kind = kind, .time_us = time_us, .size = vm->message_size, .message = message};
    const char *device = json_string_value(json_object_get(json_object_get(message, "data"), "qom-path"));
    uint64_t now_ms = vm_clock_now_ms(&vm->clock);

    if (event && reset_log_is_kept(&vm->reset_log) && (!strcmp(event, "RESET") || !strcmp(event, "SHUTDOWN")))
    {
        observed.waits = true;
        observed.waits_until_ms = now_ms + (reset_log_is_written(&vm->reset_log) ? RESET_LOG_WAIT_MS : 0);
    }
    vm_check(vm, order_put(&vm->order, &observed, event, device, now_ms));
}

static void deliver(struct vm *vm, const struct observation *observation)
{
    int kind = observation->kind;

    if (kind == VM_OBSERVED_EVENT)
        vm_take_event(vm, observation);
    else if (kind >= VM_OBSERVED_ANSWER)
        vm_deliver_answer(vm, kind - VM_OBSERVED_ANSWER, observation->message);
    else
        vm_check(vm, guest_take(&vm->guest, (enum guest_observation)(kind - VM_OBSERVED_GUEST), observation->message));
}

/* All that is asked at the start of a connection has been answered. Only the last answer tells the agent's port from
 * the others. */
static void attach(struct vm *vm)
{
    if (vm->attached || !questions_are_answered(&vm->questions) || !qmp_is_ready(&vm->qmp))
        return;
    vm->attached = true;
    polls_begin(&vm->polls, vm_clock_now_ms(&vm->clock));
    /* From here on what comes may have to wait for events that QEMU holds back. The answers so far must not. */
    order_begin_stream(&vm->order, vm->opened_ms);
    guest_expect_agent(&vm->guest);
    vm->callbacks->attached(vm->context);
}

void vm_deliver_due(struct vm *vm)
{
    struct observation *observation;

    vm_read_reset_log(vm, false);
    while (!vm->fault && (observation = order_take(&vm->order, vm_clock_now_ms(&vm->clock))))
    {
        deliver(vm, observation);
        observation_free(observation);
    }
    guest_settle_users(&vm->guest);
    if (!vm->fault)
        attach(vm);
}

/* The state of the machine */

static void state_changed(void *context, enum vm_state state, bool learnt)
{
    struct vm *vm = context;

    if (learnt)
        vm->callbacks->learn_state(vm->context, state);
    else
        vm_fire(&vm->outlet, VM_EVENT_STATE_CHANGE, state);
    guest_expect_agent(&vm->guest);
}

static void ask_status(void *context)
{
    vm_ask(context, QUESTION_STATUS);
}

static void guest_is_replaced(void *context)
{
    struct vm *vm = context;

    guest_replace(&vm->guest);
}

static void guest_is_lost(void *context)
{
    struct vm *vm = context;

    guest_lose(&vm->guest);
}

static const struct power_callbacks power_callbacks = {state_changed, ask_status, guest_is_replaced, guest_is_lost};

void vm_lose_port(struct vm *vm)
{
    guest_set_additions(&vm->guest, false);
    agent_port_lose(&vm->agent_port);
    guest_forget_agent(&vm->guest);
}

/* The connection to QEMU */

void vm_open_qmp(struct vm *vm, uint64_t now_ms)
{
    vm_clock_set(&vm->clock, now_ms);
    vm->fault = NULL;
    vm->qmp_open = true;
    vm->opened_ms = now_ms;
    vm->attached = false;
    power_begin(&vm->power);
    snapshot_job_forget(&vm->snapshot_job);
    /* The resets that are in the log by now have had their events, or will have none on this connection. */
    reset_log_skip(&vm->reset_log);
    faults_forget_refusal(&vm->faults);
    messages_restart(&vm->qmp_messages);
    qmp_open(&vm->qmp);
}

void vm_close_qmp(struct vm *vm, uint64_t now_ms)
{
    if (!vm->qmp_open)
        return;
    vm_clock_set(&vm->clock, now_ms);
    vm->qmp_open = false;
    qmp_close(&vm->qmp);
    messages_restart(&vm->qmp_messages);
    vm_read_reset_log(vm, true);
    order_end_stream(&vm->order);
    /* All that has come is taken, also behind what ends a connection: this one has ended. */
    do
    {
        vm->fault = NULL;
        vm_deliver_due(vm);
    } while (vm->fault);
    /* A stop whose reason nothing has shown was a pause: nothing will. */
    power_decide_stop(&vm->power, "");
    /* Last, since what was taken just now may have asked, too. */
    questions_forget(&vm->questions);
    vm->attached = false;
    if (power_is_shut_down(&vm->power) && !vm_has_left(vm))
        vm_end(vm, now_ms);
    else
        guest_expect_agent(&vm->guest);
}

bool vm_has_left(const struct vm *vm)
{
    return vm->may_go_on && power_is_shut_down(&vm->power) && power_state(&vm->power) == VM_SAVED;
}

void vm_end(struct vm *vm, uint64_t now_ms)
{
    vm_clock_set(&vm->clock, now_ms);
    if (power_state(&vm->power) == VM_SAVED)
        guest_put_aside(&vm->guest);
    else
        guest_end(&vm->guest);
    power_end(&vm->power);
    snapshot_job_forget(&vm->snapshot_job);
    resets_forget(&vm->resets);
    identity_forget(&vm->identity);
    settings_forget(&vm->settings);
    drives_forget(&vm->drives);
    devices_cleanup(&vm->devices);
    full_disks_clear(&vm->full_disks);
    agent_port_lose(&vm->agent_port);
    guest_forget(&vm->guest);
}

/* Another place */

/* What is known of the QEMU here, and by names that may be others there. The devices and media there are seen for the
 * first time, though to the guest they are the same. */
static void leave_qemu(struct vm *vm, bool first_place)
{
    power_leave(&vm->power);
    snapshot_job_forget(&vm->snapshot_job);
    resets_forget(&vm->resets);
    reset_log_init(&vm->reset_log, first_place ? vm->reset_log_path : "");
    identity_forget(&vm->identity);
    drives_forget(&vm->drives);
    devices_cleanup(&vm->devices);
    agent_port_lose(&vm->agent_port);
}

void vm_move(struct vm *vm, bool first_place, uint64_t now_ms)
{
    vm_clock_set(&vm->clock, now_ms);
    leave_qemu(vm, first_place);
    guest_move(&vm->guest);
}

void vm_find(struct vm *vm, bool first_place, uint64_t now_ms)
{
    vm_clock_set(&vm->clock, now_ms);
    leave_qemu(vm, first_place);
    power_forget(&vm->power);
    settings_forget(&vm->settings);
    full_disks_clear(&vm->full_disks);
    guest_find(&vm->guest);
}

const char *vm_uuid(const struct vm *vm)
{
    return identity_uuid(&vm->identity);
}

enum vm_state vm_state(const struct vm *vm)
{
    return power_state(&vm->power);
}

/* Time */

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

static void poll_qemu(struct vm *vm)
{
    uint64_t now_ms = vm_clock_now_ms(&vm->clock);
    enum vm_state state = power_state(&vm->power);
    enum question refused;

    if (!vm->attached || !polls_take(&vm->polls, now_ms))
        return;
    /* A QEMU that is slow is not asked faster than it answers. */
    if (!questions_are_answered(&vm->questions))
        return;
    if (faults_has_refusal(&vm->faults, &refused))
        vm_ask(vm, refused);
    vm_ask(vm, QUESTION_DEVICES);
    if (polls_take_blocks(&vm->polls, drives_need_polling(&vm->drives), now_ms))
        vm_ask(vm, QUESTION_BLOCKS);
    if (polls_take_stats(&vm->polls, now_ms))
        vm_ask(vm, QUESTION_STATS);
    /* A QEMU without the migration capability "events" has no event for the end of either. */
    if (state == VM_SAVING || state == VM_RESTORING)
        vm_ask(vm, QUESTION_STATUS);
}

void vm_share_polls(struct vm *vm, unsigned int machine_count, unsigned int number)
{
    polls_share(&vm->polls, machine_count, number);
}

const char *vm_tick(struct vm *vm, uint64_t now_ms)
{
    vm_clock_set(&vm->clock, now_ms);
    poll_qemu(vm);
    guest_tick(&vm->guest);
    vm_deliver_due(vm);
    guest_settle_additions(&vm->guest, vm->attached);
    return vm->fault;
}

uint64_t vm_due_ms(const struct vm *vm)
{
    uint64_t due = earlier(order_due_ms(&vm->order), guest_due_ms(&vm->guest, vm->attached));

    if (vm->attached)
        due = earlier(due, polls_due_ms(&vm->polls));
    return earlier(due, reset_log_due_ms(&vm->reset_log));
}

/* Beginning and end */

bool vm_init(struct vm *vm, const struct vm_callbacks *callbacks, void *context, const struct address *address)
{
    struct guest_surroundings with = {&vm->clock, &vm->outlet, &vm->agent_port, &vm->faults};
    bool enough_memory;

    *vm = (struct vm){.callbacks = callbacks,
            .context = context,
            .outlet = {callbacks->fire, context},
            .may_go_on = address->place_count > 1,
            .reset_log_path = address->reset_log};
    reset_log_init(&vm->reset_log, address->reset_log);
    messages_init(&vm->qmp_messages, false);
    messages_init(&vm->agent_messages, true);
    qmp_init(&vm->qmp, &vm_qmp_callbacks, vm);
    order_init(&vm->order);
    questions_init(&vm->questions, &vm->qmp);
    faults_init(&vm->faults, callbacks->fault, context);
    power_init(&vm->power, &power_callbacks, vm);
    enough_memory = guest_init(&vm->guest, &vm_guest_callbacks, vm, &with, address->heartbeat_seconds * 1000ull);
    return enough_memory && identity_init(&vm->identity) && drives_init(&vm->drives)
            && full_disks_init(&vm->full_disks);
}

void vm_cleanup(struct vm *vm)
{
    guest_end_logoff(&vm->guest);
    questions_forget(&vm->questions);
    messages_cleanup(&vm->qmp_messages);
    messages_cleanup(&vm->agent_messages);
    order_cleanup(&vm->order);
    guest_cleanup(&vm->guest);
    identity_cleanup(&vm->identity);
    drives_cleanup(&vm->drives);
    devices_cleanup(&vm->devices);
    full_disks_cleanup(&vm->full_disks);
}

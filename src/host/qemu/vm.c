#include "host/qemu/vm.h"

#include "host/qemu/json_reader.h"
#include "host/qemu/vm_parts.h"

#include <stdio.h>
#include <string.h>

bool vm_check(struct vm *vm, bool enough_memory)
{
    if (enough_memory)
        return true;
    vm->fault = messages_out_of_memory;
    vm->memory_ran_out = true;
    return false;
}

static const char *note_fault(struct vm *vm, const char *fault)
{
    if (fault == messages_out_of_memory)
        vm->memory_ran_out = true;
    return fault;
}

void vm_observe(struct vm *vm, int kind, const char *event, json_t *message, int64_t time_us)
{
    struct observation observed = {.kind = kind, .time_us = time_us, .size = vm->message_size, .message = message};
    const char *device = json_string_value(json_object_get(json_object_get(message, "data"), "qom-path"));

    if (event && *vm->reset_log.path && (!strcmp(event, "RESET") || !strcmp(event, "SHUTDOWN")))
    {
        observed.waits = true;
        observed.waits_until_ms = vm->now_ms + (reset_log_is_written(&vm->reset_log) ? VM_LOG_WAIT_MS : 0);
    }
    vm_check(vm, order_put(&vm->order, &observed, event, device, vm->now_ms));
}

void vm_set_state(struct vm *vm, enum vm_state state)
{
    bool known = vm->state != VM_UNKNOWN;

    if (vm->state == state)
        return;
    vm->state = state;
    if (known)
        vm_fire(&vm->outlet, VM_EVENT_STATE_CHANGE, state);
    else
        vm->callbacks->learn_state(vm->context, state);
    vm_expect_agent(vm);
}

/* What has been observed */

static void deliver_answer(struct vm *vm, enum vm_question question, const json_t *result)
{
    vm->asked[question] = false;
    --vm->unanswered;
    vm_take_answer(vm, question, result);
    if (!vm->ask_again[question])
        return;
    vm->ask_again[question] = false;
    vm_ask(vm, question);
}

static void deliver_probe(struct vm *vm, struct vm_probe *probe, const json_t *result)
{
    json_t *path = probe->path;

    probe->path = NULL;
    --vm->unanswered;
    vm_take_probe(vm, probe->what, json_string_value(path), result);
    json_decref(path);
}

static void deliver(struct vm *vm, const struct observation *observation)
{
    vm->log_says = observation->says;
    if (observation->kind == VM_EVENT)
        vm_take_event(vm, observation->message, observation->time_us);
    else if (observation->kind >= VM_PROBES)
        deliver_probe(vm, &vm->probes[observation->kind - VM_PROBES], observation->message);
    else if (observation->kind >= VM_QUESTIONS)
        vm_take_guest(vm, observation->kind, observation->message);
    else
        deliver_answer(vm, (enum vm_question)observation->kind, observation->message);
}

/* The polls of all machines come together, so that the processor wakes once for all. */
static uint64_t next_poll(uint64_t now_ms)
{
    return (now_ms / VM_POLL_MS + 1) * VM_POLL_MS;
}

/* At the start: the ports can be told from each other once the devices are known, and then everything is. */
static void attach(struct vm *vm)
{
    if (vm->attached || vm->unanswered || vm->qmp.state != QMP_READY)
        return;
    vm->attached = true;
    vm->poll_ms = next_poll(vm->now_ms);
    /* Not before: what has been asked so far is answered at once. */
    order_begin_stream(&vm->order, vm->opened_ms);
    vm_expect_agent(vm);
    vm->callbacks->attached(vm->context);
}

static void deliver_due(struct vm *vm)
{
    struct observation *observation;

    vm_ask_log(vm, false);
    while (!vm->fault && (observation = order_take(&vm->order, vm->now_ms)))
    {
        deliver(vm, observation);
        observation_free(observation);
    }
    users_settle(&vm->users, vm->now_ms, &vm->outlet);
    if (!vm->fault)
        attach(vm);
}

/* QEMU's monitor */

static bool send_qmp(void *context, const char *text, size_t size)
{
    struct vm *vm = context;

    return vm->callbacks->send(vm->context, VM_QMP, text, size);
}

static void qmp_ready(void *context)
{
    struct vm *vm = context;

    vm_ask(vm, VM_ASK_CAPABILITY);
    vm_ask(vm, VM_ASK_PROCESS);
    vm_ask(vm, VM_ASK_STATS);
    vm_ask(vm, VM_ASK_STATUS);
    vm_ask(vm, VM_ASK_BLOCKS);
    vm_ask(vm, VM_ASK_DEVICES);
}

/* What the machine does during a snapshot cannot be told before it is known that there is one. */
static void hold_for_job(struct vm *vm, const char *id, const char *status)
{
    if (!id || !status || strcmp(status, "created"))
        return;
    snprintf(vm->new_job, sizeof(vm->new_job), "%s", id);
    vm_ask(vm, VM_ASK_JOBS);
    vm->order.held = vm->asked[VM_ASK_JOBS];
}

/* QEMU's clock by ours, where it does not tell the time: not before what has a time already. */
static int64_t estimate_time(const struct vm *vm)
{
    int64_t time_us = (int64_t)vm->now_ms * 1000 + vm->clock_us;

    return time_us > vm->order.latest_us ? time_us : vm->order.latest_us;
}

static void qmp_event(void *context, const char *name, json_t *event, int64_t time_us)
{
    const json_t *data = json_object_get(event, "data");
    const char *id = json_string_value(json_object_get(data, "id"));
    struct vm *vm = context;

    if (!vm_knows_event(name))
        return;
    /* Other ports than the agent's are nobody's business, and would hold up what is. */
    if (!strcmp(name, "VSERPORT_CHANGE") && *vm->port && id && strcmp(id, vm->port))
        return;
    if (time_us == INT64_MIN)
        time_us = estimate_time(vm);
    else
        vm->clock_us = time_us - (int64_t)vm->now_ms * 1000;
    vm_observe(vm, VM_EVENT, name, event, time_us);
    if (!strcmp(name, "JOB_STATUS_CHANGE"))
        hold_for_job(vm, id, json_string_value(json_object_get(data, "status")));
}

/* What has to be known of every machine, so that a refusal is worth telling. */
static bool is_essential(int tag)
{
    return tag == VM_ASK_PROCESS || tag == VM_ASK_STATUS || tag == VM_ASK_BLOCKS || tag == VM_ASK_DEVICES
            || tag == VM_ASK_PORTS;
}

static void qmp_answer(void *context, int tag, json_t *result, const char *error)
{
    struct vm *vm = context;

    if (is_essential(tag))
        vm_take_refusal(vm, tag, error);
    if (tag == VM_ASK_DEVICES && !order_find_waiting(&vm->order))
        reset_log_pass(&vm->reset_log, vm->log_size);
    if (tag != VM_ASK_JOBS)
    {
        vm_observe(vm, tag, NULL, result, ORDER_NOW);
        return;
    }
    deliver_answer(vm, VM_ASK_JOBS, result);
    vm->order.held = vm->asked[VM_ASK_JOBS];
}

static const struct qmp_callbacks qmp_callbacks = {send_qmp, qmp_ready, qmp_event, qmp_answer};

static json_t *parse(struct vm *vm, const char *message, size_t size, const char **fault)
{
    json_error_t error;
    json_t *json = json_reader_read(message, size, JSON_ALLOW_NUL, &error);

    /* A panic of a Windows guest's brings integers of 64 bits, of which nobody needs all the digits. */
    if (!json && json_error_code(&error) == json_error_numeric_overflow)
        json = json_reader_read(message, size, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    if (!json)
        *fault = note_fault(vm,
                json_reader_is_out_of_memory(&error) ? messages_out_of_memory : "it sent malformed JSON");
    return json;
}

static const char *take_qmp_message(void *context, const char *message, size_t size)
{
    struct vm *vm = context;
    const char *fault = NULL;
    json_t *json = parse(vm, message, size, &fault);

    vm->message_size = size;
    if (json)
        fault = qmp_take(&vm->qmp, json);
    json_decref(json);
    if (fault)
        return fault;
    deliver_due(vm);
    return vm->fault;
}

/* What QEMU is at, that takes a while. */
static void forget_work(struct vm *vm)
{
    vm->saving = vm->incoming = vm->undecided = false;
    vm->snapshot = VM_NO_SNAPSHOT;
    *vm->job = *vm->new_job = 0;
}

void vm_open_qmp(struct vm *vm, uint64_t now_ms)
{
    vm->now_ms = now_ms;
    vm->fault = NULL;
    vm->qmp_open = true;
    vm->opened_ms = now_ms;
    vm->attached = vm->status_known = false;
    /* What was under way may be over, and what the log has by now is no news. */
    forget_work(vm);
    reset_log_skip(&vm->reset_log);
    *vm->refusal = 0;
    messages_restart(&vm->qmp_messages);
    qmp_open(&vm->qmp);
}

/* What greets instead of QMP. */
static const char *recognise(const char *bytes, size_t count)
{
    static const char human[] = "QEMU ";
    static const char telnet = '\xff';

    if (*bytes == telnet)
        return "it speaks telnet; QEMU's monitor has to be without telnet=on";
    if (count >= strlen(human) && !memcmp(bytes, human, strlen(human)))
        return "that is QEMU's monitor for people; one for programs is made by -qmp, or by -mon with mode=control";
    return "it sent something that is no JSON object; is this the port of QEMU's -qmp option?";
}

const char *vm_take_qmp(struct vm *vm, const char *bytes, size_t count, uint64_t now_ms)
{
    const char *fault;

    vm->now_ms = now_ms;
    fault = messages_feed(&vm->qmp_messages, bytes, count, take_qmp_message, vm);
    if (fault == messages_no_object && vm->qmp.state == QMP_GREETING)
        return recognise(bytes, count);
    return note_fault(vm, fault);
}

void vm_close_qmp(struct vm *vm, uint64_t now_ms)
{
    if (!vm->qmp_open)
        return;
    vm->now_ms = now_ms;
    vm->qmp_open = false;
    qmp_close(&vm->qmp);
    messages_restart(&vm->qmp_messages);
    vm_ask_log(vm, true);
    order_end_stream(&vm->order);
    /* All that has come, whatever is wrong with some of it. */
    do
    {
        vm->fault = NULL;
        deliver_due(vm);
    } while (vm->fault);
    /* No answer will come that tells why. */
    vm_decide_stop(vm, "");
    /* What was asked meanwhile, too. */
    vm_forget_questions(vm);
    vm->attached = false;
    if (vm->shut_down)
        vm_end(vm, now_ms);
    else
        vm_expect_agent(vm);
}

void vm_end(struct vm *vm, uint64_t now_ms)
{
    vm->now_ms = now_ms;
    if (vm->state == VM_SAVED)
    {
        /* Its sessions are not over, nor is its agent gone; but they are if it is not that state that is started. */
        vm->users.replaced = true;
        vm_end_logoff(vm, VM_LOGOFF_ENDED, NULL);
    }
    else
    {
        vm_lose_guest(vm);
        vm_set_state(vm, VM_TURNED_OFF);
        vm->additions = VM_ADDITIONS_CLOSED;
    }
    vm->process = 0;
    forget_work(vm);
    vm->shut_down = vm->stopped = vm->heartbeat_stopped = false;
    vm->shutdown_requested_ms = 0;
    vm->resets = (struct resets){0};
    vm->ram_size.known = vm->time_offset.known = false;
    disks_forget(&vm->disks);
    drives_forget(&vm->drives);
    devices_cleanup(&vm->devices);
    json_object_clear(vm->full_disks);
    *vm->port = *vm->port_device = 0;
    vm_forget_agent(vm);
}

/* The guest agent */

static const char *take_agent_message(void *context, const char *message, size_t size)
{
    struct vm *vm = context;
    const char *fault = NULL;
    json_t *json = parse(vm, message, size, &fault);

    vm->message_size = size;
    if (json)
        agent_take(&vm->agent, json, vm->now_ms);
    else if (fault != messages_out_of_memory)
        agent_take_nonsense(&vm->agent, vm->now_ms);
    json_decref(json);
    deliver_due(vm);
    return fault == messages_out_of_memory ? fault : NULL;
}

void vm_open_agent(struct vm *vm, uint16_t local_port, uint64_t now_ms)
{
    vm->now_ms = now_ms;
    vm->agent_local_port = local_port;
    vm->agent_is_ours = false;
    vm->agent_silence = NULL;
    *vm->agent_fault = 0;
    vm_report(vm);
    messages_restart(&vm->agent_messages);
    agent_open(&vm->agent, now_ms);
    agent_tick(&vm->agent, now_ms);
}

void vm_close_agent(struct vm *vm, uint64_t now_ms)
{
    vm->now_ms = now_ms;
    vm->agent_local_port = 0;
    vm->agent_is_ours = false;
    messages_restart(&vm->agent_messages);
    agent_close(&vm->agent);
}

const char *vm_take_agent(struct vm *vm, const char *bytes, size_t count, uint64_t now_ms)
{
    vm->now_ms = now_ms;
    return note_fault(vm, messages_feed(&vm->agent_messages, bytes, count, take_agent_message, vm));
}

/* Time */

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

static void poll_qemu(struct vm *vm)
{
    if (!vm->attached || vm->now_ms < vm->poll_ms)
        return;
    vm->poll_ms = next_poll(vm->now_ms);
    /* A QEMU that is slow is not asked more than it answers. */
    if (vm->unanswered)
        return;
    if (*vm->refusal)
        vm_ask(vm, (enum vm_question)vm->refused);
    vm_ask(vm, VM_ASK_DEVICES);
    if (drives_need_polling(&vm->drives) || vm->now_ms >= vm->blocks_ms)
    {
        vm->blocks_ms = vm->now_ms + VM_POLL_SELDOM_MS;
        vm_ask(vm, VM_ASK_BLOCKS);
    }
    if (vm->now_ms >= vm->stats_ms)
    {
        vm->stats_ms = vm->now_ms + VM_POLL_SELDOM_MS;
        vm_ask(vm, VM_ASK_STATS);
    }
    /* Without the migration capability "events" nothing else tells when it is over. */
    if (vm->state == VM_SAVING || vm->state == VM_RESTORING)
        vm_ask(vm, VM_ASK_STATUS);
}

const char *vm_tick(struct vm *vm, uint64_t now_ms)
{
    vm->now_ms = now_ms;
    poll_qemu(vm);
    agent_tick(&vm->agent, now_ms);
    vm_tick_logoff(vm);
    deliver_due(vm);
    vm_tick_additions(vm);
    return vm->fault;
}

uint64_t vm_due_ms(const struct vm *vm)
{
    uint64_t due = earlier(order_due_ms(&vm->order), agent_due_ms(&vm->agent));

    due = earlier(earlier(due, vm->log_ms), vm_additions_due_ms(vm));
    if (vm->attached)
        due = earlier(due, vm->poll_ms);
    if (vm->users.doubtful)
        due = earlier(due, vm->users.doubtful_until_ms);
    return earlier(due, vm_logoff_due_ms(vm));
}

/* Beginning and end */

bool vm_init(struct vm *vm, const struct vm_callbacks *callbacks, void *context, const struct address *address)
{
    *vm = (struct vm){.callbacks = callbacks, .context = context, .outlet = {callbacks->fire, context}, .address = address};
    vm->log_ms = UINT64_MAX;
    vm->reset_log.path = address->reset_log;
    messages_init(&vm->qmp_messages, false);
    messages_init(&vm->agent_messages, true);
    qmp_init(&vm->qmp, &qmp_callbacks, vm);
    agent_init(&vm->agent, &vm_agent_callbacks, vm, address->heartbeat_seconds * 1000ull);
    order_init(&vm->order);
    vm->full_disks = json_object();
    return users_init(&vm->users) && drives_init(&vm->drives) && disks_init(&vm->disks) && vm->full_disks;
}

void vm_cleanup(struct vm *vm)
{
    vm_end_logoff(vm, VM_LOGOFF_ENDED, NULL);
    vm_forget_questions(vm);
    messages_cleanup(&vm->qmp_messages);
    messages_cleanup(&vm->agent_messages);
    agent_cleanup(&vm->agent);
    order_cleanup(&vm->order);
    users_cleanup(&vm->users);
    drives_cleanup(&vm->drives);
    disks_cleanup(&vm->disks);
    devices_cleanup(&vm->devices);
    json_decref(vm->full_disks);
}

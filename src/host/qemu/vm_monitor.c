/* What QEMU's monitor says becomes observations, and its answers find those who asked. */
#include "host/qemu/vm_flow.h"

#include <string.h>

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

static const char *take_message(void *context, const char *message, size_t size)
{
    struct vm *vm = context;
    const char *fault = NULL;
    json_t *json = vm_parse(vm, message, size, &fault);

    if (json)
        fault = qmp_take(&vm->qmp, json);
    json_decref(json);
    if (fault)
        return fault;
    vm_deliver_due(vm);
    return vm->fault;
}

const char *vm_take_qmp(struct vm *vm, const char *bytes, size_t count, uint64_t now_ms)
{
    const char *fault;

    vm_clock_set(&vm->clock, now_ms);
    fault = messages_feed(&vm->qmp_messages, bytes, count, take_message, vm);
    if (fault == messages_no_object && qmp_awaits_greeting(&vm->qmp))
        return recognise(bytes, count);
    return vm_note_memory(vm, fault);
}

/* What the protocol calls */

static bool send_text(void *context, const char *text, size_t size)
{
    struct vm *vm = context;

    return vm->callbacks->send(vm->context, VM_QMP, text, size);
}

static void on_ready(void *context)
{
    struct vm *vm = context;

    /* It has said that it ends: whoever listens at its place now is another. */
    if (vm_has_left(vm))
        vm_end(vm, vm_clock_now_ms(&vm->clock));
    vm_ask(vm, QUESTION_CAPABILITY);
    vm_ask(vm, QUESTION_UUID);
    vm_ask(vm, QUESTION_PROCESS);
    vm_ask(vm, QUESTION_STATS);
    vm_ask(vm, QUESTION_STATUS);
    vm_ask(vm, QUESTION_BLOCKS);
    vm_ask(vm, QUESTION_DEVICES);
}

/* While QEMU is asked for its jobs everything waits: the machine stops for a snapshot as it does for a pause, and the
 * answer shows which of them it is. */
static void hold_for_jobs(struct vm *vm)
{
    order_hold(&vm->order, questions_is_asked(&vm->questions, QUESTION_JOBS));
}

static void ask_for_job(struct vm *vm, const char *id, const char *status)
{
    if (!id || !status || strcmp(status, "created"))
        return;
    snapshot_job_create(&vm->snapshot_job, id);
    vm_ask(vm, QUESTION_JOBS);
    hold_for_jobs(vm);
}

/* QEMU's clock, for an event that has no time stamp; it did not happen before what has one already. */
static int64_t estimate_time(const struct vm *vm)
{
    int64_t time_us = vm_clock_estimate_us(&vm->clock), latest_us = order_latest_us(&vm->order);

    return time_us > latest_us ? time_us : latest_us;
}

/* Of another port than the agent's. Such an event is passed over at once, since each makes what comes behind it
 * wait. */
static bool is_of_another_port(const struct vm *vm, const char *name, const char *id)
{
    return !strcmp(name, "VSERPORT_CHANGE") && agent_port_is_known(&vm->agent_port) && id
            && !agent_port_is(&vm->agent_port, id);
}

static void on_event(void *context, const char *name, json_t *event, int64_t time_us)
{
    const json_t *data = json_object_get(event, "data");
    const char *id = json_string_value(json_object_get(data, "id"));
    struct vm *vm = context;

    if (!vm_knows_event(name) || is_of_another_port(vm, name, id))
        return;
    if (time_us == INT64_MIN)
        time_us = estimate_time(vm);
    else
        vm_clock_learn(&vm->clock, time_us);
    vm_observe(vm, VM_OBSERVED_EVENT, name, event, time_us);
    if (!strcmp(name, "JOB_STATUS_CHANGE"))
        ask_for_job(vm, id, json_string_value(json_object_get(data, "status")));
}

/* The answer that the order waits for does not itself wait. */
static void on_answer(void *context, int tag, json_t *result, const char *error)
{
    struct vm *vm = context;

    if (questions_is_essential(tag))
        faults_set_refusal(&vm->faults, (enum question)tag, error);
    /* No event of before the question can come any more; and none that has come waits for its record. */
    if (tag == QUESTION_DEVICES && !order_find_waiting(&vm->order))
        reset_log_pass(&vm->reset_log);
    if (tag != QUESTION_JOBS)
    {
        vm_observe(vm, VM_OBSERVED_ANSWER + tag, NULL, result, ORDER_NOW);
        return;
    }
    vm_deliver_answer(vm, tag, result);
    hold_for_jobs(vm);
}

const struct qmp_callbacks vm_qmp_callbacks = {send_text, on_ready, on_event, on_answer};

/* Answers, in their turn */

static void deliver_probe(struct vm *vm, unsigned int number, const json_t *result)
{
    enum probe_subject subject;
    json_t *path = questions_answer_probe(&vm->questions, number, &subject);

    vm_take_probe(vm, subject, json_string_value(path), result);
    json_decref(path);
}

void vm_deliver_answer(struct vm *vm, int tag, const json_t *result)
{
    enum question question = (enum question)tag;

    if (tag >= QUESTIONS_PROBE)
    {
        deliver_probe(vm, (unsigned int)(tag - QUESTIONS_PROBE), result);
        return;
    }
    questions_answer(&vm->questions, question);
    vm_take_answer(vm, question, result);
    if (questions_take_repeat(&vm->questions, question))
        vm_ask(vm, question);
}

/* The guest as its agent shows it: whether it is there and alive, who is logged on, and how they are logged off. */
#include "host/qemu/vm_parts.h"

#include <stdio.h>

/*
 * Ends the sessions of a Linux guest: those of its session manager where it has one, then those on terminals, first by
 * hanging up as a terminal does, then by force. A terminal's sessions are the processes that it is the input of. It
 * runs in the background, so that the process that the agent knows of is over when it is asked what became of it.
 */
static const char logoff_script[] =
        "( loginctl --no-legend list-sessions 2>/dev/null | while read -r session rest; do "
        "loginctl terminate-session \"$session\"; done; "
        "processes=$(who | while read -r user terminal rest; do "
        "[ -c \"/dev/$terminal\" ] || continue; "
        "for process in /proc/[0-9]*; do "
        "[ \"$(readlink \"$process/fd/0\")\" = \"/dev/$terminal\" ] && echo \"${process#/proc/}\"; "
        "done; done); "
        "kill -HUP $processes; sleep 2; kill -KILL $processes ) </dev/null >/dev/null 2>&1 &";

/* The additions and the heartbeat */

void vm_set_additions(struct vm *vm, bool open)
{
    bool known = vm->additions != VM_ADDITIONS_UNKNOWN, was_open = vm->additions == VM_ADDITIONS_OPEN;

    vm->additions = open ? VM_ADDITIONS_OPEN : VM_ADDITIONS_CLOSED;
    if (known && open != was_open)
        vm_fire(&vm->outlet, open ? VM_EVENT_ADDITIONS_AVAILABLE : VM_EVENT_ADDITIONS_UNINSTALLED, 0);
    if (open != was_open)
        agent_distrust(&vm->agent);
    vm_expect_agent(vm);
}

void vm_stop_heartbeat(struct vm *vm)
{
    if (!vm->heartbeat_stopped)
        vm_fire(&vm->outlet, VM_EVENT_HEARTBEAT_STOPPED, 0);
    vm->heartbeat_stopped = true;
}

void vm_report_agent(struct vm *vm, const char *fault)
{
    vm->agent_silence = fault;
    vm_report(vm);
}

/* A port that QEMU tells of decides; without one only the agent's own answers do. */
void vm_expect_agent(struct vm *vm)
{
    bool running = vm->qmp_open && vm->state == VM_RUNNING;
    bool has_port = *vm->port != 0;
    bool open = has_port ? vm->additions == VM_ADDITIONS_OPEN : true;

    agent_expect(&vm->agent, running && open, has_port || vm->answered, vm->now_ms);
}

void vm_forget_agent(struct vm *vm)
{
    vm->answered = false;
    vm->verify_silence = false;
    agent_distrust(&vm->agent);
    vm_expect_agent(vm);
}

void vm_lose_guest(struct vm *vm)
{
    ++vm->guest;
    vm_end_logoff(vm, VM_LOGOFF_ENDED, NULL);
    users_lose(&vm->users, &vm->outlet);
    agent_distrust(&vm->agent);
}

void vm_lose_port(struct vm *vm)
{
    vm_set_additions(vm, false);
    *vm->port = *vm->port_device = 0;
    vm_forget_agent(vm);
}

/* An agent whose port QEMU does not tell of is there or not at first: it has the time to answer that one gives it. One
 * that comes later is news. */
void vm_tick_additions(struct vm *vm)
{
    if (vm_additions_due_ms(vm) <= vm->now_ms)
        vm_set_additions(vm, false);
}

uint64_t vm_additions_due_ms(const struct vm *vm)
{
    bool asked = vm->attached && vm->agent.connected && vm->agent.expected;

    return asked && !*vm->port && vm->additions == VM_ADDITIONS_UNKNOWN ? vm->agent.sign_ms + VM_ADDITIONS_MS
                                                                        : UINT64_MAX;
}

static void take_alive(struct vm *vm)
{
    vm->answered = true;
    vm->heartbeat_stopped = false;
    vm->verify_silence = false;
    vm_report_agent(vm, NULL);
    if (!*vm->port)
        vm_set_additions(vm, true);
    else
        vm_expect_agent(vm);
}

static void take_silence(struct vm *vm)
{
    vm_report_agent(vm, "the guest agent does not answer");
    if (!*vm->port)
    {
        vm_stop_heartbeat(vm);
        return;
    }
    /* Another program may have the channel, or its port be closed, which QEMU tells of late. */
    vm->verify_silence = true;
    vm_ask(vm, VM_ASK_PORTS);
}

/* The users */

static json_t *make_logoff_request(void)
{
    return json_pack("{s:s, s:{s:s, s:[s, s]}}", "execute", "guest-exec", "arguments", "path", "/bin/sh", "arg", "-c",
            logoff_script);
}

static void ask_users_to_leave(struct vm *vm)
{
    /* What became of the last request is still to be heard: the next list will do. */
    if (vm->agent.request_pending)
        return;
    vm->logoff = VM_LOGOFF_WAITING;
    if (!users_ask(&vm->users)
            || (users_asked(&vm->users) && !agent_execute(&vm->agent, make_logoff_request(), vm->now_ms)))
        vm_end_logoff(vm, VM_LOGOFF_NO_MEMORY, NULL);
}

static void take_users(struct vm *vm, const json_t *observed)
{
    const json_t *list = json_object_get(observed, "list");
    struct users_clock clock = {json_number_value(json_object_get(observed, "since")),
            json_number_value(json_object_get(observed, "until"))};

    if (!vm_check(vm,
                users_update(&vm->users, list, clock, vm->now_ms, vm->shutdown_requested_ms, &vm->outlet)))
        return;
    if (vm->logoff == VM_LOGOFF_LISTING)
        ask_users_to_leave(vm);
    if (vm->logoff == VM_LOGOFF_WAITING && !users_asked(&vm->users))
        vm_end_logoff(vm, VM_LOGOFF_DONE, NULL);
}

void vm_take_guest(struct vm *vm, int kind, const json_t *observed)
{
    /* It was said by the agent of a guest that is no more. */
    if (json_integer_value(json_object_get(observed, "guest")) != (json_int_t)vm->guest)
        return;
    if (kind == VM_USERS)
        take_users(vm, observed);
    else if (kind == VM_AGENT_ALIVE)
        take_alive(vm);
    else
        take_silence(vm);
}

void vm_logoff(struct vm *vm, uint64_t now_ms)
{
    vm->now_ms = now_ms;
    vm->logoff = VM_LOGOFF_LISTING;
    vm->logoff_until_ms = now_ms + VM_LOGOFF_MS;
    vm->memory_ran_out = false;
    if (vm->state != VM_RUNNING)
        vm_end_logoff(vm, VM_LOGOFF_NOT_RUNNING, NULL);
    else if (!vm->agent.connected || !vm->agent.expected || !vm->answered)
        vm_end_logoff(vm, VM_LOGOFF_NO_AGENT, NULL);
    else
        agent_hurry(&vm->agent, true, now_ms);
}

void vm_end_logoff(struct vm *vm, enum vm_logoff_result result, const char *text)
{
    if (vm->logoff == VM_NOT_LOGGING_OFF)
        return;
    vm->logoff = VM_NOT_LOGGING_OFF;
    if (result == VM_LOGOFF_NO_AGENT && vm->memory_ran_out)
        result = VM_LOGOFF_NO_MEMORY;
    agent_hurry(&vm->agent, false, vm->now_ms);
    /* The guest goes on with it after we have given up waiting. */
    if (result != VM_LOGOFF_TIMED_OUT)
        users_forget_asked(&vm->users);
    if (vm->logoff_process)
        agent_execute(&vm->agent, json_pack("{s:s, s:{s:I}}", "execute", "guest-exec-status", "arguments", "pid",
                vm->logoff_process), vm->now_ms);
    vm->logoff_process = 0;
    vm->callbacks->logged_off(vm->context, result, text);
}

void vm_tick_logoff(struct vm *vm)
{
    if (vm->logoff == VM_NOT_LOGGING_OFF || vm->now_ms < vm->logoff_until_ms)
        return;
    vm_end_logoff(vm, vm->logoff == VM_LOGOFF_LISTING ? VM_LOGOFF_NO_AGENT : VM_LOGOFF_TIMED_OUT, NULL);
}

uint64_t vm_logoff_due_ms(const struct vm *vm)
{
    return vm->logoff == VM_NOT_LOGGING_OFF ? UINT64_MAX : vm->logoff_until_ms;
}

/* What the agent's protocol calls. What it observes has its place among what QEMU tells. */

static bool send_agent(void *context, const char *text, size_t size)
{
    struct vm *vm = context;

    return vm->callbacks->send(vm->context, VM_AGENT, text, size);
}

/* A reference, which is taken; NULL: out of memory. */
static void observe(struct vm *vm, int kind, json_t *message)
{
    if (vm_check(vm, message != NULL))
        vm_observe(vm, kind, NULL, message, ORDER_NOW);
    json_decref(message);
}

static void agent_users(void *context, json_t *list, struct users_clock clock)
{
    struct vm *vm = context;

    observe(vm, VM_USERS,
            json_pack("{s:O, s:f, s:f, s:I}", "list", list, "since", clock.since, "until", clock.until, "guest",
                    (json_int_t)vm->guest));
}

static bool agent_users_need_clock(void *context, const json_t *list)
{
    const struct vm *vm = context;

    return users_need_clock(&vm->users, list);
}

/* The answer to the request to log off: the script has been started, or not. The agent remembers the process until it
 * is asked what became of it. */
static void agent_answer(void *context, json_t *result, const char *error)
{
    struct vm *vm = context;
    char text[VM_FAULT_MAX];

    if (vm->logoff != VM_LOGOFF_WAITING)
        return;
    vm->logoff_process = json_integer_value(json_object_get(result, "pid"));
    if (error)
        vm_quote(text, "the guest agent refuses guest-exec: ", error);
    if (!result)
        vm_end_logoff(vm, error ? VM_LOGOFF_REFUSED : VM_LOGOFF_NO_AGENT, error ? text : NULL);
}

static void agent_fault(void *context, const char *command, const char *what)
{
    struct vm *vm = context;
    char words[80] = "";

    if (!what && !*vm->agent_fault)
        return;
    if (command)
        snprintf(words, sizeof(words), "the guest agent refuses %s: ", command);
    vm_quote(vm->agent_fault, words, what ? what : "");
    vm_report(vm);
    if (what)
        vm_end_logoff(vm, VM_LOGOFF_REFUSED, vm->agent_fault);
}

static void agent_alive(void *context)
{
    struct vm *vm = context;

    vm->agent_is_ours = true;
    /* A sign of life among many tells nothing new. */
    if (!vm->answered || vm->heartbeat_stopped || vm->verify_silence || vm->agent_silence
            || vm->additions != VM_ADDITIONS_OPEN)
        observe(vm, VM_AGENT_ALIVE, json_pack("{s:I}", "guest", (json_int_t)vm->guest));
}

static void agent_silent(void *context)
{
    struct vm *vm = context;

    observe(vm, VM_AGENT_SILENT, json_pack("{s:I}", "guest", (json_int_t)vm->guest));
}

const struct agent_callbacks vm_agent_callbacks = {
        send_agent, agent_users, agent_users_need_clock, agent_answer, agent_fault, agent_alive,
        agent_silent};

#include "host/qemu/logoff.h"

#include "host/qemu/faults.h"

/*
 * Ends the sessions of a Linux guest: those of its session manager where it has one, then those on terminals, first by
 * hanging up as a terminal does, then by force. A terminal's sessions are the processes that have it as their input.
 * The script goes on in the background, so that the process that the agent has started is over at once: the agent
 * forgets a process only when it is over and the agent is asked what became of it.
 */
static const char script[] =
        "( loginctl --no-legend list-sessions 2>/dev/null | while read -r session rest; do "
        "loginctl terminate-session \"$session\"; done; "
        "processes=$(who | while read -r user terminal rest; do "
        "[ -c \"/dev/$terminal\" ] || continue; "
        "for process in /proc/[0-9]*; do "
        "[ \"$(readlink \"$process/fd/0\")\" = \"/dev/$terminal\" ] && echo \"${process#/proc/}\"; "
        "done; done); "
        "kill -HUP $processes; sleep 2; kill -KILL $processes ) </dev/null >/dev/null 2>&1 &";

void logoff_init(struct logoff *logoff, struct agent *agent, struct users *users, const struct vm_clock *clock,
        void (*ended)(void *context, enum vm_logoff_result result, const char *text), void *context)
{
    *logoff = (struct logoff){.agent = agent, .users = users, .clock = clock, .ended = ended, .context = context};
}

void logoff_begin(struct logoff *logoff, bool runs, bool has_agent)
{
    uint64_t now_ms = vm_clock_now_ms(logoff->clock);

    logoff->state = LOGOFF_LISTING;
    logoff->until_ms = now_ms + LOGOFF_MS;
    logoff->memory_ran_out = false;
    if (!runs)
        logoff_end(logoff, VM_LOGOFF_NOT_RUNNING, NULL);
    else if (!has_agent)
        logoff_end(logoff, VM_LOGOFF_NO_AGENT, NULL);
    else
        agent_hurry(logoff->agent, true, now_ms);
}

/* The agent remembers what became of a process until it is asked for that. */
static void forget_process(struct logoff *logoff)
{
    if (logoff->process)
        agent_execute(logoff->agent,
                json_pack("{s:s, s:{s:I}}", "execute", "guest-exec-status", "arguments", "pid", logoff->process),
                vm_clock_now_ms(logoff->clock));
    logoff->process = 0;
}

void logoff_end(struct logoff *logoff, enum vm_logoff_result result, const char *text)
{
    if (logoff->state == LOGOFF_NONE)
        return;
    logoff->state = LOGOFF_NONE;
    if (result == VM_LOGOFF_NO_AGENT && logoff->memory_ran_out)
        result = VM_LOGOFF_NO_MEMORY;
    agent_hurry(logoff->agent, false, vm_clock_now_ms(logoff->clock));
    /* When we have given up waiting the script goes on in the guest: who leaves later still leaves because of it. */
    if (result != VM_LOGOFF_TIMED_OUT)
        users_forget_asked(logoff->users);
    forget_process(logoff);
    logoff->ended(logoff->context, result, text);
}

static json_t *make_request(void)
{
    return json_pack(
            "{s:s, s:{s:s, s:[s, s]}}", "execute", "guest-exec", "arguments", "path", "/bin/sh", "arg", "-c", script);
}

static void ask_users_to_leave(struct logoff *logoff)
{
    /* The agent has still to answer the request before, and takes one at a time: the next list will do. */
    if (agent_is_executing(logoff->agent))
        return;
    logoff->state = LOGOFF_WAITING;
    if (!users_ask(logoff->users)
            || (users_asked(logoff->users)
                    && !agent_execute(logoff->agent, make_request(), vm_clock_now_ms(logoff->clock))))
        logoff_end(logoff, VM_LOGOFF_NO_MEMORY, NULL);
}

void logoff_take_list(struct logoff *logoff)
{
    if (logoff->state == LOGOFF_LISTING)
        ask_users_to_leave(logoff);
    if (logoff->state == LOGOFF_WAITING && !users_asked(logoff->users))
        logoff_end(logoff, VM_LOGOFF_DONE, NULL);
}

void logoff_take_answer(struct logoff *logoff, const json_t *result, const char *error)
{
    char text[FAULT_MAX];

    if (logoff->state != LOGOFF_WAITING)
        return;
    logoff->process = json_integer_value(json_object_get(result, "pid"));
    if (error)
        faults_quote(text, "the guest agent refuses guest-exec: ", error);
    if (!result)
        logoff_end(logoff, error ? VM_LOGOFF_REFUSED : VM_LOGOFF_NO_AGENT, error ? text : NULL);
}

void logoff_note_no_memory(struct logoff *logoff)
{
    logoff->memory_ran_out = true;
}

void logoff_tick(struct logoff *logoff)
{
    if (logoff->state == LOGOFF_NONE || vm_clock_now_ms(logoff->clock) < logoff->until_ms)
        return;
    logoff_end(logoff, logoff->state == LOGOFF_LISTING ? VM_LOGOFF_NO_AGENT : VM_LOGOFF_TIMED_OUT, NULL);
}

uint64_t logoff_due_ms(const struct logoff *logoff)
{
    return logoff->state == LOGOFF_NONE ? UINT64_MAX : logoff->until_ms;
}

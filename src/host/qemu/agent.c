#include "host/qemu/agent.h"

#include "platform/memory.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

void agent_init(struct agent *agent, const struct agent_callbacks *callbacks, void *context, uint64_t heartbeat_ms)
{
    *agent = (struct agent){
            .callbacks = callbacks, .context = context, .heartbeat_ms = heartbeat_ms, .poll_ms = AGENT_POLL_MS};
}

static void forget_list(struct agent *agent)
{
    json_decref(agent->list);
    agent->list = NULL;
}

static void forget_request(struct agent *agent)
{
    memory_free(agent->request);
    agent->request = NULL;
    agent->request_pending = false;
}

static void fail_request(struct agent *agent)
{
    bool pending = agent->request_pending;

    forget_request(agent);
    if (pending)
        agent->callbacks->answer(agent->context, NULL, NULL);
}

void agent_cleanup(struct agent *agent)
{
    forget_request(agent);
    forget_list(agent);
}

void agent_distrust(struct agent *agent)
{
    agent->state = AGENT_UNSYNCED;
    agent->sync_ms = 0;
    agent->next_ms = 0;
    agent->list_before_ms = 0;
    forget_list(agent);
    fail_request(agent);
}

void agent_open(struct agent *agent, uint64_t now_ms)
{
    agent->connected = true;
    agent->sign_ms = now_ms;
    agent->silence_told = false;
    agent->nonsense_ms = 0;
    agent_distrust(agent);
}

void agent_close(struct agent *agent)
{
    agent->connected = false;
    agent_distrust(agent);
}

void agent_expect(struct agent *agent, bool expected, bool assured, uint64_t now_ms)
{
    if (expected && !agent->expected)
    {
        agent->sign_ms = now_ms;
        agent->silence_told = false;
    }
    /* A guest that was paused answers only now that it goes on: the answer is not late yet. */
    if (expected && !agent->expected && agent->state == AGENT_ASKED)
        agent->sent_ms = now_ms;
    agent->expected = expected;
    agent->assured = assured;
}

/* One that makes no sense is still given its time. */
void agent_ask_soon(struct agent *agent, uint64_t now_ms)
{
    if (agent->state == AGENT_IDLE)
        agent->next_ms = now_ms;
}

void agent_hurry(struct agent *agent, bool quickly, uint64_t now_ms)
{
    agent->poll_ms = quickly ? AGENT_POLL_QUICKLY_MS : AGENT_POLL_MS;
    if (quickly && (agent->state == AGENT_IDLE || agent->state == AGENT_UNSYNCED))
        agent->next_ms = now_ms;
}

/* NULL: out of memory. */
static char *make_line(const json_t *request, size_t *size)
{
    size_t length = json_dumpb(request, NULL, 0, JSON_COMPACT);
    char *line = length ? memory_alloc(length + 1) : NULL;

    if (!line)
        return NULL;
    if (json_dumpb(request, line, length, JSON_COMPACT) != length)
    {
        memory_free(line);
        return NULL;
    }
    line[length] = '\n';
    *size = length + 1;
    return line;
}

bool agent_execute(struct agent *agent, json_t *request, uint64_t now_ms)
{
    if (!agent->request_pending && request)
        agent->request = make_line(request, &agent->request_size);
    json_decref(request);
    if (agent->request_pending || !agent->request)
        return false;
    agent->request_pending = true;
    agent_tick(agent, now_ms);
    return true;
}

bool agent_is_asked(const struct agent *agent)
{
    return agent->connected && agent->expected;
}

uint64_t agent_sign_ms(const struct agent *agent)
{
    return agent->sign_ms;
}

bool agent_is_executing(const struct agent *agent)
{
    return agent->request_pending;
}

/* Asking */

static bool send_text(struct agent *agent, const char *text, size_t size, uint64_t now_ms)
{
    agent->sent_ms = now_ms;
    return agent->callbacks->send(agent->context, text, size);
}

/* The wait that follows that one; 0: there was none before. */
static uint64_t longer(uint64_t wait_ms)
{
    if (!wait_ms)
        return AGENT_SYNC_FIRST_MS;
    return wait_ms * 2 <= AGENT_SYNC_LONGEST_MS ? wait_ms * 2 : AGENT_SYNC_LONGEST_MS;
}

static void send_sync(struct agent *agent, uint64_t now_ms)
{
    char text[128];
    int size;

    agent->sync_ms = longer(agent->state == AGENT_SYNCING ? agent->sync_ms : 0);
    agent->state = AGENT_SYNCING;
    /* Another number than the clients before this one are likely to have used: their answers may still come. */
    agent->sync_id = (uint32_t)(agent->sync_id * 1664525u + (uint32_t)now_ms * 2654435761u + 1013904223u) >> 1;
    size = snprintf(text, sizeof(text), "\xff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":%lu}}\n",
            (unsigned long)agent->sync_id);
    send_text(agent, text, (size_t)size, now_ms);
}

static void send_question(struct agent *agent, int question, const char *text, size_t size, uint64_t now_ms)
{
    /* An agent that is asked nothing gives no sign of life: its time begins with the question. */
    agent->sign_ms = now_ms;
    agent->question = question;
    agent->state = send_text(agent, text, size, now_ms) ? AGENT_ASKED : AGENT_UNSYNCED;
}

static void ask(struct agent *agent, int question, const char *command, uint64_t now_ms)
{
    char text[64];
    int size = snprintf(text, sizeof(text), "{\"execute\":\"%s\"}\n", command);

    send_question(agent, question, text, (size_t)size, now_ms);
}

static void ask_request(struct agent *agent, uint64_t now_ms)
{
    char *line = agent->request;

    agent->request = NULL;
    send_question(agent, AGENT_EXECUTE, line, agent->request_size, now_ms);
    memory_free(line);
}

/* Answers */

static const struct users_clock no_clock = {DBL_MAX, DBL_MAX};

/* The guest's clock when the list before this one was asked for, and now. The first is reckoned back from the second by
 * our own clock, so that it does not matter what the guest's has been set to meanwhile. */
static struct users_clock read_clock(const struct agent *agent, const json_t *now_ns, uint64_t now_ms)
{
    double now = json_number_value(now_ns) / 1e9;

    if (!json_is_number(now_ns) || !agent->list_before_ms)
        return no_clock;
    return (struct users_clock){now - (double)(now_ms - agent->list_before_ms) / 1e3, now};
}

/* How the agent describes its refusal; NULL: it does not refuse. */
static const char *refusal_of(const json_t *message)
{
    const json_t *error = json_object_get(message, "error");
    const char *description = json_string_value(json_object_get(error, "desc"));

    if (!error)
        return NULL;
    return description ? description : "";
}

static void hand_out_users(struct agent *agent, json_t *list, struct users_clock clock)
{
    agent->nonsense_ms = 0;
    agent->callbacks->fault(agent->context, NULL, NULL);
    agent->list_before_ms = agent->list_ms;
    agent->callbacks->users(agent->context, list, clock);
}

static void take_users(struct agent *agent, json_t *message, uint64_t now_ms)
{
    json_t *list = json_object_get(message, "return");

    /* The polls of all machines come at the same moment, so that the processor wakes once for all of them. */
    agent->next_ms = (agent->sent_ms / agent->poll_ms + 1) * agent->poll_ms;
    agent->list_ms = agent->sent_ms;
    if (!json_is_array(list))
    {
        const char *refusal = refusal_of(message);

        agent->callbacks->fault(agent->context, "guest-get-users", refusal ? refusal : "it answers by no list");
        return;
    }
    if (!agent->callbacks->users_need_clock(agent->context, list))
    {
        hand_out_users(agent, list, no_clock);
        return;
    }
    agent->list = json_incref(list);
    ask(agent, AGENT_CLOCK, "guest-get-time", now_ms);
}

static void take_clock(struct agent *agent, const json_t *now_ns, uint64_t now_ms)
{
    json_t *list = agent->list;

    agent->list = NULL;
    hand_out_users(agent, list, read_clock(agent, now_ns, now_ms));
    json_decref(list);
}

static void take_execution(struct agent *agent, json_t *message)
{
    const char *refusal = refusal_of(message);

    agent->request_pending = false;
    agent->callbacks->answer(agent->context, json_object_get(message, "return"), refusal ? refusal : "");
}

static void take_answer(struct agent *agent, json_t *message, uint64_t now_ms)
{
    json_t *result = json_object_get(message, "return");

    agent->state = AGENT_IDLE;
    if (agent->question == AGENT_USERS)
        take_users(agent, message, now_ms);
    else if (agent->question == AGENT_CLOCK)
        take_clock(agent, result, now_ms);
    else
        take_execution(agent, message);
}

static void take_sign(struct agent *agent, uint64_t now_ms)
{
    agent->sign_ms = now_ms;
    agent->silence_told = false;
    agent->callbacks->alive(agent->context);
}

/* An agent that does not know the command is a fault. Any other error is the answer to what somebody has left in the
 * channel. */
static void take_refusal_to_sync(struct agent *agent, const json_t *message)
{
    const char *class = json_string_value(json_object_get(json_object_get(message, "error"), "class"));

    if (class && !strcmp(class, "CommandNotFound"))
        agent->callbacks->fault(agent->context, "guest-sync-delimited", refusal_of(message));
}

void agent_take_nonsense(struct agent *agent, uint64_t now_ms)
{
    /* While a synchronisation is under way it may have been sent before, and is thrown away like all of that. */
    if (agent->state == AGENT_SYNCING || !agent->connected)
        return;
    agent->callbacks->fault(agent->context, NULL, "the guest agent sends what is no JSON");
    agent_distrust(agent);
    agent->nonsense_ms = longer(agent->nonsense_ms);
    agent->next_ms = now_ms + agent->nonsense_ms;
    /* It is not asked until then, so it cannot be silent. */
    agent->sign_ms = agent->next_ms;
}

void agent_take(struct agent *agent, json_t *message, uint64_t now_ms)
{
    json_t *result = json_object_get(message, "return");

    if (agent->state == AGENT_SYNCING)
    {
        take_refusal_to_sync(agent, message);
        if (!json_is_integer(result) || json_integer_value(result) != (json_int_t)agent->sync_id)
            return;
        agent->state = AGENT_IDLE;
        agent->next_ms = now_ms;
        take_sign(agent, now_ms);
    }
    else if (agent->state == AGENT_ASKED && (result || json_object_get(message, "error")))
    {
        take_sign(agent, now_ms);
        take_answer(agent, message, now_ms);
    }
    else
    {
        return;
    }
    agent_tick(agent, now_ms);
}

/* Time */

static void tick_asking(struct agent *agent, uint64_t now_ms)
{
    if (agent->state == AGENT_ASKED && now_ms - agent->sent_ms >= AGENT_ANSWER_MS)
        agent_distrust(agent);
    if ((agent->state == AGENT_UNSYNCED && now_ms >= agent->next_ms)
            || (agent->state == AGENT_SYNCING && now_ms - agent->sent_ms >= agent->sync_ms))
        send_sync(agent, now_ms);
    else if (agent->state == AGENT_IDLE && agent->request)
        ask_request(agent, now_ms);
    else if (agent->state == AGENT_IDLE && now_ms >= agent->next_ms)
        ask(agent, AGENT_USERS, "guest-get-users", now_ms);
}

void agent_tick(struct agent *agent, uint64_t now_ms)
{
    if (!agent->connected || !agent->expected)
        return;
    tick_asking(agent, now_ms);
    if (agent->assured && !agent->silence_told && now_ms >= agent->sign_ms + agent->heartbeat_ms)
    {
        agent->silence_told = true;
        agent->callbacks->silent(agent->context);
    }
}

uint64_t agent_due_ms(const struct agent *agent)
{
    uint64_t due = 0;

    if (!agent->connected || !agent->expected)
        return UINT64_MAX;
    if (agent->state == AGENT_SYNCING)
        due = agent->sent_ms + agent->sync_ms;
    else if (agent->state == AGENT_ASKED)
        due = agent->sent_ms + AGENT_ANSWER_MS;
    else
        due = agent->next_ms;
    if (agent->assured && !agent->silence_told && agent->sign_ms + agent->heartbeat_ms < due)
        due = agent->sign_ms + agent->heartbeat_ms;
    return due;
}

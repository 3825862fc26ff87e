#include "host/qemu/guest.h"

#include <stdio.h>
#include <string.h>

static const struct agent_callbacks agent_callbacks;

static uint64_t now_ms(const struct guest *guest)
{
    return vm_clock_now_ms(guest->with.clock);
}

static bool has_port(const struct guest *guest)
{
    return agent_port_is_known(guest->with.port);
}

/* The agent and its port */

/* A port that QEMU has events for shows whether there is an agent; without one only its own answers do. */
void guest_expect_agent(struct guest *guest)
{
    bool open = !has_port(guest) || guest->additions == ADDITIONS_OPEN;

    agent_expect(&guest->agent, guest->callbacks->runs(guest->context) && open, has_port(guest) || guest->answered,
            now_ms(guest));
}

void guest_set_additions(struct guest *guest, bool open)
{
    bool known = guest->additions != ADDITIONS_UNKNOWN, was_open = guest->additions == ADDITIONS_OPEN;

    guest->additions = open ? ADDITIONS_OPEN : ADDITIONS_CLOSED;
    if (known && open != was_open)
        vm_fire(guest->with.outlet, open ? VM_EVENT_ADDITIONS_AVAILABLE : VM_EVENT_ADDITIONS_UNINSTALLED, 0);
    if (open != was_open)
        agent_distrust(&guest->agent);
    guest_expect_agent(guest);
}

/* "tcp:127.0.0.1:4445,server=on <-> 127.0.0.1:50123": the port behind the last colon is the client's. */
static bool is_our_connection(const struct guest *guest, const json_t *device)
{
    const char *filename = json_string_value(json_object_get(device, "filename"));
    const char *client = filename ? strstr(filename, "<->") : NULL;
    char ending[16];
    size_t length;

    if (!client)
        return false;
    snprintf(ending, sizeof(ending), ":%u", guest->local_port);
    length = strlen(client);
    return length > strlen(ending) && !strcmp(client + length - strlen(ending), ending);
}

/* The port is open, and the agent silent. A connection that goes through a tunnel has another port at QEMU's end, but
 * if the agent has answered on it nobody else can have the channel. */
static void explain_silence(struct guest *guest, const json_t *device)
{
    if (guest->is_ours || is_our_connection(guest, device))
        guest_stop_heartbeat(guest, "agent-silent");
    else
        faults_set_silence(guest->with.faults, "another program uses the guest agent's channel");
}

static void take_port(struct guest *guest, const json_t *device, enum vm_state state)
{
    bool open = json_is_true(json_object_get(device, "frontend-open"));

    /* In a machine that is being restored, a port that was open when it was saved opens only when the guest goes on, and
     * after a migration a moment later. So that it is closed is no news then; if it stays closed, the agent's silence
     * shows that. */
    if (open || (state != VM_RESTORING && !guest->arrives) || guest->additions != ADDITIONS_OPEN)
        guest_set_additions(guest, open);
    if (guest->verify_silence && guest->additions == ADDITIONS_OPEN)
        explain_silence(guest, device);
    guest->verify_silence = false;
}

void guest_take_ports(struct guest *guest, const json_t *devices, enum vm_state state)
{
    json_t *device;
    size_t i;

    /* QEMU shows a port as open that the guest left open when it was turned off. */
    if (state == VM_TURNED_OFF)
        return;
    json_array_foreach(devices, i, device)
    {
        if (agent_port_is_behind(guest->with.port, device))
            take_port(guest, device, state);
    }
}

void guest_stop_heartbeat(struct guest *guest, const char *reason)
{
    if (!guest->heartbeat_stopped)
        vm_fire_knowing(guest->with.outlet, VM_EVENT_HEARTBEAT_STOPPED, 0, "reason", reason);
    guest->heartbeat_stopped = true;
}

void guest_forget_agent(struct guest *guest)
{
    guest->answered = false;
    guest->verify_silence = false;
    agent_distrust(&guest->agent);
    guest_expect_agent(guest);
}

static uint64_t additions_due_ms(const struct guest *guest, bool attached)
{
    bool wanted = attached && agent_is_asked(&guest->agent) && !has_port(guest);

    return wanted && guest->additions == ADDITIONS_UNKNOWN ? agent_sign_ms(&guest->agent) + GUEST_ADDITIONS_MS
                                                           : UINT64_MAX;
}

void guest_settle_additions(struct guest *guest, bool attached)
{
    if (additions_due_ms(guest, attached) <= now_ms(guest))
        guest_set_additions(guest, false);
}

/* Its beginning and its end */

void guest_lose(struct guest *guest)
{
    ++guest->number;
    logoff_end(&guest->logoff, VM_LOGOFF_ENDED, NULL);
    users_lose(&guest->users, guest->with.outlet);
    agent_distrust(&guest->agent);
}

void guest_reset(struct guest *guest)
{
    guest_lose(guest);
    guest_forget_agent(guest);
    /* Where no port shows it, the agent of before is gone for certain. */
    if (!has_port(guest) && guest->additions == ADDITIONS_OPEN)
        guest_set_additions(guest, false);
    guest->heartbeat_stopped = false;
    guest_forget_shutdown(guest);
}

void guest_replace_users(struct guest *guest)
{
    users_replace(&guest->users);
}

void guest_replace(struct guest *guest)
{
    guest_replace_users(guest);
    agent_distrust(&guest->agent);
}

void guest_end(struct guest *guest)
{
    guest_lose(guest);
    guest->additions = ADDITIONS_CLOSED;
}

/* Its sessions are not over, nor is its agent gone. But who is missing when a machine is started again, from another
 * state perhaps, has not logged off. */
void guest_put_aside(struct guest *guest)
{
    guest_replace_users(guest);
    guest_end_logoff(guest);
}

void guest_move(struct guest *guest)
{
    guest->arrives = true;
    agent_distrust(&guest->agent);
}

void guest_find(struct guest *guest)
{
    guest->additions = ADDITIONS_UNKNOWN;
    guest_forget(guest);
}

void guest_forget(struct guest *guest)
{
    guest->arrives = false;
    guest->heartbeat_stopped = false;
    guest_forget_shutdown(guest);
    guest_forget_agent(guest);
}

/* A time of 0 is that there was no request. */
void guest_request_shutdown(struct guest *guest)
{
    guest->shutdown_requested_ms = now_ms(guest) ? now_ms(guest) : 1;
}

void guest_forget_shutdown(struct guest *guest)
{
    guest->shutdown_requested_ms = 0;
}

/* What was observed */

static void take_alive(struct guest *guest)
{
    guest->arrives = false;
    guest->answered = true;
    guest->heartbeat_stopped = false;
    guest->verify_silence = false;
    faults_set_silence(guest->with.faults, NULL);
    if (!has_port(guest))
        guest_set_additions(guest, true);
    else
        guest_expect_agent(guest);
}

static void take_silence(struct guest *guest)
{
    guest->arrives = false;
    faults_set_silence(guest->with.faults, "the guest agent does not answer");
    if (!has_port(guest))
    {
        guest_stop_heartbeat(guest, "agent-silent");
        return;
    }
    /* Another program may have the channel, or the port has been closed, and QEMU is late with the event. */
    guest->verify_silence = true;
    guest->callbacks->ask_ports(guest->context);
}

static bool take_users(struct guest *guest, const json_t *message)
{
    const json_t *list = json_object_get(message, "list");
    struct users_clock clock = {
            json_number_value(json_object_get(message, "since")), json_number_value(json_object_get(message, "until"))};

    if (!users_update(&guest->users, list, clock, now_ms(guest), guest->shutdown_requested_ms, guest->with.outlet))
        return false;
    logoff_take_list(&guest->logoff);
    return true;
}

bool guest_take(struct guest *guest, enum guest_observation what, const json_t *message)
{
    /* The agent of a guest that is no more said it. */
    if (json_integer_value(json_object_get(message, "guest")) != (json_int_t)guest->number)
        return true;
    if (what == GUEST_USERS)
        return take_users(guest, message);
    if (what == GUEST_ALIVE)
        take_alive(guest);
    else
        take_silence(guest);
    return true;
}

/* What the agent's protocol calls */

static bool agent_send(void *context, const char *text, size_t size)
{
    struct guest *guest = context;

    return guest->callbacks->send(guest->context, text, size);
}

static void agent_users(void *context, json_t *list, struct users_clock clock)
{
    struct guest *guest = context;

    guest->callbacks->observe(guest->context, GUEST_USERS,
            json_pack("{s:O, s:f, s:f, s:I}", "list", list, "since", clock.since, "until", clock.until, "guest",
                    (json_int_t)guest->number));
}

static bool agent_users_need_clock(void *context, const json_t *list)
{
    const struct guest *guest = context;

    return users_need_clock(&guest->users, list);
}

static void agent_answer(void *context, json_t *result, const char *error)
{
    struct guest *guest = context;

    logoff_take_answer(&guest->logoff, result, error);
}

static void agent_fault(void *context, const char *command, const char *what)
{
    struct guest *guest = context;

    if (faults_set_agent(guest->with.faults, command, what) && what)
        logoff_end(&guest->logoff, VM_LOGOFF_REFUSED, faults_agent(guest->with.faults));
}

/* There are many signs of life. Only one that changes anything is observed. */
static void agent_alive(void *context)
{
    struct guest *guest = context;

    guest->is_ours = true;
    if (!guest->answered || guest->heartbeat_stopped || guest->verify_silence || faults_has_silence(guest->with.faults)
            || guest->additions != ADDITIONS_OPEN)
        guest->callbacks->observe(guest->context, GUEST_ALIVE, json_pack("{s:I}", "guest", (json_int_t)guest->number));
}

static void agent_silent(void *context)
{
    struct guest *guest = context;

    guest->callbacks->observe(guest->context, GUEST_SILENT, json_pack("{s:I}", "guest", (json_int_t)guest->number));
}

static const struct agent_callbacks agent_callbacks = {
        agent_send, agent_users, agent_users_need_clock, agent_answer, agent_fault, agent_alive, agent_silent};

static void logoff_ended(void *context, enum vm_logoff_result result, const char *text)
{
    struct guest *guest = context;

    guest->callbacks->logged_off(guest->context, result, text);
}

/* For its owner */

bool guest_init(struct guest *guest, const struct guest_callbacks *callbacks, void *context,
        const struct guest_surroundings *with, uint64_t heartbeat_ms)
{
    *guest = (struct guest){.callbacks = callbacks, .context = context, .with = *with};
    agent_init(&guest->agent, &agent_callbacks, guest, heartbeat_ms);
    logoff_init(&guest->logoff, &guest->agent, &guest->users, with->clock, logoff_ended, guest);
    return users_init(&guest->users);
}

void guest_end_logoff(struct guest *guest)
{
    logoff_end(&guest->logoff, VM_LOGOFF_ENDED, NULL);
}

void guest_cleanup(struct guest *guest)
{
    agent_cleanup(&guest->agent);
    users_cleanup(&guest->users);
}

void guest_open_agent(struct guest *guest, uint16_t local_port)
{
    guest->local_port = local_port;
    guest->is_ours = false;
    faults_forget_agent(guest->with.faults);
    agent_open(&guest->agent, now_ms(guest));
    agent_tick(&guest->agent, now_ms(guest));
}

void guest_close_agent(struct guest *guest)
{
    guest->local_port = 0;
    guest->is_ours = false;
    agent_close(&guest->agent);
}

void guest_take_message(struct guest *guest, json_t *message)
{
    if (message)
        agent_take(&guest->agent, message, now_ms(guest));
    else
        agent_take_nonsense(&guest->agent, now_ms(guest));
}

bool guest_has_agent(const struct guest *guest)
{
    return guest->is_ours;
}

void guest_log_off(struct guest *guest, bool runs)
{
    logoff_begin(&guest->logoff, runs, agent_is_asked(&guest->agent) && guest->answered);
}

void guest_ask_users(struct guest *guest)
{
    agent_ask_soon(&guest->agent, now_ms(guest));
    agent_tick(&guest->agent, now_ms(guest));
}

void guest_note_no_memory(struct guest *guest)
{
    logoff_note_no_memory(&guest->logoff);
}

void guest_tick(struct guest *guest)
{
    agent_tick(&guest->agent, now_ms(guest));
    logoff_tick(&guest->logoff);
}

void guest_settle_users(struct guest *guest)
{
    users_settle(&guest->users, now_ms(guest), guest->with.outlet);
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

uint64_t guest_due_ms(const struct guest *guest, bool attached)
{
    uint64_t due = earlier(agent_due_ms(&guest->agent), additions_due_ms(guest, attached));

    return earlier(due, earlier(users_due_ms(&guest->users), logoff_due_ms(&guest->logoff)));
}

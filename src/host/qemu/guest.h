/*
 * The guest, as its agent shows it: whether an agent is there (for Virtual PC: the additions), whether it answers (the
 * heartbeat), who is logged on, and how they are logged off.
 *
 * What the agent says has no time stamp. So it is not acted on when it comes, but observed: handed out, to be put
 * behind what QEMU said before, and taken back by guest_take in its turn.
 */
#ifndef VMEVENTS_HOST_GUEST_H
#define VMEVENTS_HOST_GUEST_H

#include "host/qemu/agent.h"
#include "host/qemu/agent_port.h"
#include "host/qemu/faults.h"
#include "host/qemu/logoff.h"
#include "host/qemu/users.h"
#include "host/qemu/vm_clock.h"
#include "host/qemu/vm_event.h"

/* How long an agent without a port that is known has to answer for the first time. One that has answered by then was
 * there before the connection was made; one that answers later has come, which is an event. */
#define GUEST_ADDITIONS_MS 5000

enum guest_observation
{
    GUEST_USERS,
    GUEST_ALIVE,
    GUEST_SILENT,
    GUEST_OBSERVATIONS
};

struct guest_callbacks
{
    /* To the agent. False: it could not be sent. */
    bool (*send)(void *context, const char *text, size_t size);

    /* Whether the guest runs, and QEMU is connected to say so: only then an agent owes answers. */
    bool (*runs)(void *context);

    /* Something has been observed. The message is a reference, which is taken; NULL: memory has run out. */
    void (*observe)(void *context, enum guest_observation what, json_t *message);

    /* QEMU is to be asked for its character devices, and the answer handed to guest_take_ports. */
    void (*ask_ports)(void *context);

    /* The end of guest_log_off; text: what the agent said, or NULL. */
    void (*logged_off)(void *context, enum vm_logoff_result result, const char *text);
};

/* What a guest works with, and must live as long: the time, where events go, the agent's port, what is wrong. */
struct guest_surroundings
{
    const struct vm_clock *clock;
    const struct vm_outlet *outlet;
    const struct agent_port *port;
    struct faults *faults;
};

struct guest
{
    const struct guest_callbacks *callbacks;
    void *context;
    struct guest_surroundings with;
    struct agent agent;
    struct users users;
    struct logoff logoff;

    enum
    {
        ADDITIONS_UNKNOWN,
        ADDITIONS_CLOSED,
        ADDITIONS_OPEN
    } additions;
    bool answered;                  /* the agent has, since the guest was last reset */
    bool heartbeat_stopped;         /* the event has been fired, and the agent has not answered since */
    bool verify_silence;            /* the agent is silent, and QEMU has been asked whether its port shows why */
    uint16_t local_port;            /* of our connection to the channel */
    bool is_ours;                   /* the agent has answered on that connection: nobody else has the channel */
    uint64_t shutdown_requested_ms; /* 0: nobody has asked the guest to shut down */
    bool arrives;                   /* it goes on at another QEMU, and its agent has not answered there yet */
    uint32_t number;                /* how many guests have ended: what the agent of one said is not of the next */
};

/* False: out of memory; guest_cleanup is to be called all the same. */
bool guest_init(struct guest *guest, const struct guest_callbacks *callbacks, void *context,
        const struct guest_surroundings *with, uint64_t heartbeat_ms);

/* Ends a logoff that is under way, before all else. */
void guest_end_logoff(struct guest *guest);
void guest_cleanup(struct guest *guest);

/* A connection to the agent's channel has been made, or has ended. local_port: by which QEMU tells its clients
 * apart. */
void guest_open_agent(struct guest *guest, uint16_t local_port);
void guest_close_agent(struct guest *guest);

/* A message from the channel; NULL: something that is no JSON. */
void guest_take_message(struct guest *guest, json_t *message);

/* Whether the agent has answered on the present connection. */
bool guest_has_agent(const struct guest *guest);

/* Takes what was observed, in its turn. False: out of memory. */
bool guest_take(struct guest *guest, enum guest_observation what, const json_t *message);

/* Whether the port is open, as QEMU says. */
void guest_set_additions(struct guest *guest, bool open);

/* Takes the answer to query-chardev. state: the machine's. */
void guest_take_ports(struct guest *guest, const json_t *devices, enum vm_state state);

/* Fires the event that the heartbeat has stopped, once until the agent answers or the guest is reset. */
void guest_stop_heartbeat(struct guest *guest, const char *reason);

/* The guest may stop soon: its agent is asked for the users now. */
void guest_ask_users(struct guest *guest);

/* After all that may change whether the agent owes an answer: whether the machine runs, QEMU is connected, and the port
 * is known. */
void guest_expect_agent(struct guest *guest);

/* Somebody asks the guest to shut down; the request is of no account any more. */
void guest_request_shutdown(struct guest *guest);
void guest_forget_shutdown(struct guest *guest);

/* Its sessions are over: it has crashed, or ends. */
void guest_lose(struct guest *guest);

/* It is reset. */
void guest_reset(struct guest *guest);

/* Its state is being replaced by another, of a time when others may have been logged on. Only its users: its agent may
 * be the same. */
void guest_replace(struct guest *guest);
void guest_replace_users(struct guest *guest);

/* The machine has ended: guest_end, after which the next guest is a new one, or, when it is saved, guest_put_aside,
 * since it may go on. Then guest_forget, once the port is known to be gone. */
void guest_end(struct guest *guest);
void guest_put_aside(struct guest *guest);
void guest_forget(struct guest *guest);

/* The guest goes on in another QEMU, and with it its agent and its users. guest_find: it has been there all along, and
 * what was learnt of the agent's port is of no account. */
void guest_move(struct guest *guest);
void guest_find(struct guest *guest);

/* What is known of the agent is of one that is gone. */
void guest_forget_agent(struct guest *guest);

/* Asks the users to leave; ends by logged_off. One at a time. runs: the machine does. */
void guest_log_off(struct guest *guest, bool runs);

void guest_note_no_memory(struct guest *guest);

/* Does what is due before, and behind, what has been observed. attached: all that is asked at the start of a connection
 * to QEMU has been answered. */
void guest_tick(struct guest *guest);
void guest_settle_users(struct guest *guest);
void guest_settle_additions(struct guest *guest, bool attached);
uint64_t guest_due_ms(const struct guest *guest, bool attached);

#endif

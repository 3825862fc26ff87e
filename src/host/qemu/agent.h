/*
 * The guest agent's protocol (QGA, docs/interop/qemu-ga.rst of QEMU): synchronisation, the list of users once a second,
 * and one request of the caller's own at a time. Knows no connection: bytes go out by send, messages come in by
 * agent_take.
 *
 * The channel may hold what other programs have left in it, and answers to questions of long ago; the agent may start,
 * stop and hang at any time without notice. So the channel is synchronised (guest-sync-delimited) before the agent is
 * asked anything, and again whenever an answer is late or makes no sense. Until the agent has answered that, whatever
 * comes is thrown away: nobody can say which question it answers.
 */
#ifndef VMEVENTS_HOST_AGENT_H
#define VMEVENTS_HOST_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "host/qemu/users.h"

#define AGENT_POLL_MS 1000
#define AGENT_POLL_QUICKLY_MS 200

/* An answer that takes longer is late. */
#define AGENT_ANSWER_MS 3000

/* How long the answer to a synchronisation is waited for before it is tried again: twice as long each time. The same
 * waits are kept after answers that make no sense, one after the other, before the agent is asked again. */
#define AGENT_SYNC_FIRST_MS 1000
#define AGENT_SYNC_LONGEST_MS 15000

struct agent_callbacks
{
    /* False: it could not be sent. */
    bool (*send)(void *context, const char *text, size_t size);

    /* The users that are logged on, and the guest's clock (see users_update), for which the agent is asked only when
     * users_need_clock says so. The list is borrowed. */
    void (*users)(void *context, json_t *list, struct users_clock clock);
    bool (*users_need_clock)(void *context, const json_t *list);

    /* The answer to agent_execute. result NULL: the agent refused, and error is what it says; both NULL: no answer will
     * come. Both are borrowed. */
    void (*answer)(void *context, json_t *result, const char *error);

    /* The agent refuses that command, and what is what it says; command NULL: it makes no sense, and what says so. Both
     * are borrowed. Both NULL: it has listed the users, all is well. */
    void (*fault)(void *context, const char *command, const char *what);

    /* It has given a sign of life; it has given none for heartbeat_ms, though it could have. */
    void (*alive)(void *context);
    void (*silent)(void *context);
};

struct agent
{
    const struct agent_callbacks *callbacks;
    void *context;
    uint64_t heartbeat_ms;
    uint64_t poll_ms;

    bool connected;
    bool expected;     /* the guest runs, and nothing says that it has no agent */
    bool assured;      /* something says that it has one: its silence means something */
    bool silence_told; /* silent has been called, and there was no sign of life since */
    uint64_t sign_ms;  /* since when it could have given a sign of life, and has given none */

    enum
    {
        AGENT_UNSYNCED,
        AGENT_SYNCING,
        AGENT_IDLE,
        AGENT_ASKED
    } state;
    enum
    {
        AGENT_USERS,
        AGENT_CLOCK,
        AGENT_EXECUTE
    } question; /* in AGENT_ASKED */
    uint32_t sync_id;
    uint64_t sync_ms;                 /* the present wait for the answer */
    uint64_t nonsense_ms;             /* the last wait behind an answer that made no sense; 0: there was none */
    uint64_t sent_ms;                 /* when something was last sent */
    uint64_t next_ms;                 /* when it is asked or synchronised next */
    json_t *list;                     /* of users, waits for the guest's clock; NULL: none does */
    uint64_t list_ms, list_before_ms; /* when the last list was asked for, and the one before; 0: there was none */
    char *request;                    /* the line, given by agent_execute and not sent yet */
    size_t request_size;
    bool request_pending; /* given, and not answered yet */
};

void agent_init(struct agent *agent, const struct agent_callbacks *callbacks, void *context, uint64_t heartbeat_ms);
void agent_cleanup(struct agent *agent);

/* A connection to the channel has been made, or has ended. */
void agent_open(struct agent *agent, uint64_t now_ms);
void agent_close(struct agent *agent);

/* What came so far cannot be relied on: the guest was reset, its port closed, or there is nonsense in the channel. */
void agent_distrust(struct agent *agent);

/* What came is no JSON. */
void agent_take_nonsense(struct agent *agent, uint64_t now_ms);

/* Whether an answer can be expected now, and whether its absence means something. */
void agent_expect(struct agent *agent, bool expected, bool assured, uint64_t now_ms);

/* Asks for the users at once, and often from now on; or as usual again. */
void agent_hurry(struct agent *agent, bool quickly, uint64_t now_ms);

/* Asks for the users at once, without waiting for the next poll. */
void agent_ask_soon(struct agent *agent, uint64_t now_ms);

/* Gives a command of the caller's own. The request is a reference, which is taken; it may be NULL for want of memory.
 * False: another is under way, or memory has run out. */
bool agent_execute(struct agent *agent, json_t *request, uint64_t now_ms);

/* Takes a message, which is borrowed. */
void agent_take(struct agent *agent, json_t *message, uint64_t now_ms);

/* Whether it is connected, and an answer can be expected. */
bool agent_is_asked(const struct agent *agent);

/* Since when it could have given a sign of life, and has given none. */
uint64_t agent_sign_ms(const struct agent *agent);

/* Whether the answer to agent_execute is still to come. */
bool agent_is_executing(const struct agent *agent);

/* Does what is due. */
void agent_tick(struct agent *agent, uint64_t now_ms);
uint64_t agent_due_ms(const struct agent *agent);

#endif

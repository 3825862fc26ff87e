/*
 * The guest agent's protocol (QGA, docs/interop/qemu-ga.rst of QEMU): synchronisation, the list of users once a second,
 * and one request of the user's own at a time. Knows no connection: bytes go out by send, messages come in by
 * agent_take.
 *
 * The channel may hold what others have left in it, and answers to questions of long ago; the agent may start, stop and
 * hang at any time without notice. So it is synchronised (guest-sync-delimited) before it is used, and again whenever an
 * answer is late or makes no sense; what comes before the answer to that is of no account.
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

/* How long it waits for an answer to a synchronisation before it tries again: longer each time. */
#define AGENT_SYNC_FIRST_MS 1000
#define AGENT_SYNC_LONGEST_MS 15000
/* So long, too, it waits after an answer that makes no sense, until there is one that does. */

struct agent_callbacks
{
    /* False: it could not be sent. */
    bool (*send)(void *context, const char *text, size_t size);

    /* The users that are logged on; the guest's clock: see users_update. The list is borrowed. */
    void (*users)(void *context, json_t *list, struct users_clock clock);
    bool (*users_need_clock)(void *context, const json_t *list);

    /* The answer to agent_execute. NULL, and its description: the agent refused. Both NULL: it never came. Borrowed. */
    void (*answer)(void *context, json_t *result, const char *error);

    /* It refuses a command of ours, or makes no sense: what it says, which is borrowed. NULL: the users have been listed,
     * all is well. */
    void (*fault)(void *context, const char *command, const char *what);

    /* It gives a sign of life; it has given none for the time that was agreed. */
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
    bool expected; /* the guest runs, and nothing says that it has no agent */
    bool assured;  /* something says that it has one: its silence means something */
    bool silence_told;
    uint64_t sign_ms; /* since when it could have given a sign of life, and has given none */

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
    } question; /* when it has been asked */
    uint32_t sync_id;
    uint64_t sync_ms;     /* the present wait for the answer */
    uint64_t nonsense_ms; /* the last wait behind an answer that made no sense; 0: there was none */
    uint64_t sent_ms, next_ms;
    json_t *list; /* waits for the guest's clock */
    uint64_t list_ms, list_before_ms;
    char *request; /* the line, given by agent_execute and not sent yet */
    size_t request_size;
    bool request_pending;
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

/* Asks for the users at once and quickly from now on, or as usual. */
void agent_hurry(struct agent *agent, bool quickly, uint64_t now_ms);

/* Gives a command of the user's own. The request is a reference, which is taken; it may be NULL for want of memory.
 * False: another is under way, or memory has run out. */
bool agent_execute(struct agent *agent, json_t *request, uint64_t now_ms);

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

/*
 * The request to log off the guest's users, by a script that its agent starts. The users are listed first; those of the
 * list are asked to leave, and the request ends when all of them are gone.
 */
#ifndef VMEVENTS_HOST_LOGOFF_H
#define VMEVENTS_HOST_LOGOFF_H

#include "host/live/live_event.h"
#include "host/qemu/agent.h"
#include "host/qemu/users.h"
#include "host/qemu/vm_clock.h"

/* How long it takes at most. */
#define LOGOFF_MS 20000

struct logoff
{
    struct agent *agent;
    struct users *users;
    const struct vm_clock *clock;
    void (*ended)(void *context, enum vm_logoff_result result, const char *text);
    void *context;
    enum
    {
        LOGOFF_NONE,
        LOGOFF_LISTING, /* for a list of who is logged on now */
        LOGOFF_WAITING  /* for those who have been asked to leave */
    } state;
    uint64_t until_ms;
    bool memory_ran_out; /* since it began: that the agent does not answer may be because of that */
    json_int_t process;  /* the script's, in the guest; 0: none */
};

/* Those it works with must live as long; text: what the agent said, or NULL. */
void logoff_init(struct logoff *logoff, struct agent *agent, struct users *users, const struct vm_clock *clock,
        void (*ended)(void *context, enum vm_logoff_result result, const char *text), void *context);

/* One at a time; ends by ended, maybe at once. has_agent: there is an agent that answers. */
void logoff_begin(struct logoff *logoff, bool runs, bool has_agent);

/* Ends it, if one is under way. */
void logoff_end(struct logoff *logoff, enum vm_logoff_result result, const char *text);

/* The users have been listed: those that were asked to leave and are gone are asked no longer. */
void logoff_take_list(struct logoff *logoff);

/* The agent's answer to the request to start the script, as of agent_callbacks. */
void logoff_take_answer(struct logoff *logoff, const json_t *result, const char *error);

void logoff_note_no_memory(struct logoff *logoff);

/* Ends it when its time is over. */
void logoff_tick(struct logoff *logoff);
uint64_t logoff_due_ms(const struct logoff *logoff);

#endif

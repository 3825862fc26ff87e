/* The users of the guest, as its agent lists them (guest-get-users), and how each of them leaves. */
#ifndef VMEVENTS_HOST_USERS_H
#define VMEVENTS_HOST_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "host/qemu/vm_event.h"

/* A guest that shuts down ends the sessions of its users first, as a shutdown, which is no logoff of theirs. So a user
 * who leaves after a request to shut down is in doubt for so long: if the guest ends in that time she was thrown out,
 * else she has logged off. */
#define USERS_SHUTDOWN_MS 5000

/* The guest's clock at two moments, in seconds; since DBL_MAX: it is not known, or does not matter. */
struct users_clock
{
    double since, until;
};

struct users
{
    json_t *known;  /* an object: the name of each user who is logged on, with the time of logon */
    json_t *others; /* an object: for a name, the times of other logons of hers, of sessions that may still be there */
    json_t *asked;  /* an object: the names of those whom this host has asked to leave */
    json_t *doubtful; /* an array: users who have left after a request to shut down, and are in doubt */
    uint64_t doubtful_until_ms;
    bool replaced; /* the guest's state has been replaced by a saved one: who is missing now did not log off */
};

/* False: out of memory; users_cleanup is to be called all the same. */
bool users_init(struct users *users);
void users_cleanup(struct users *users);

/*
 * Takes the agent's list, and fires the logoffs that it shows: of users who are missing, and of users who have left and
 * come again since the last list.
 *
 * The agent lists each name once, with her earliest logon. When that has changed, either she has left and come again,
 * or one of two sessions of hers has ended, and the logon of the other is listed now. The guest's clock tells which:
 * clock is what it showed when the agent was last asked, and what it shows now. A logon between the two is a new one.
 * That of another session is before both; or behind both, if the clock has been set back since; or it has been listed
 * before.
 *
 * shutdown_ms: when the guest was asked to shut down, by our clock; 0: it was not. False: out of memory.
 */
bool users_update(struct users *users, const json_t *list, struct users_clock clock, uint64_t now_ms,
        uint64_t shutdown_ms, const struct vm_outlet *outlet);

/* Whether the list has a user with a later logon than before, so that users_update needs to know the clock. */
bool users_need_clock(const struct users *users, const json_t *list);

/* Those who are logged on have been asked to leave. False: out of memory. */
bool users_ask(struct users *users);

/* How many of those who were asked are still there. */
uint32_t users_asked(const struct users *users);

/* The request to leave has failed: whoever leaves from now on does so by herself. */
void users_forget_asked(struct users *users);

/* All sessions have ended, by the end or a crash of the guest: fires that for each. */
void users_lose(struct users *users, const struct vm_outlet *outlet);

/* The guest's state is another one, of a time when other users may have been logged on: of those who are known, whoever
 * is missing in the next list did not log off by herself. */
void users_replace(struct users *users);

/* The time of doubt is over: fires that those users have logged off. */
void users_settle(struct users *users, uint64_t now_ms, const struct vm_outlet *outlet);

/* When users_settle has to be called; UINT64_MAX: nobody is in doubt. */
uint64_t users_due_ms(const struct users *users);

#endif

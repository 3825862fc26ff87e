/* The users of the guest, as its agent lists them (guest-get-users), and how each of them leaves. */
#ifndef VMEVENTS_HOST_USERS_H
#define VMEVENTS_HOST_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "host/qemu/vm_event.h"

/* How long a user who left behind a request to shut down may still turn out to have left because of it. */
#define USERS_SHUTDOWN_MS 5000

/* In seconds; since DBL_MAX: it is not known, or does not matter. */
struct users_clock
{
    double since, until;
};

struct users
{
    json_t *known;     /* an object: the name of each user who is logged on, with the time of logon */
    json_t *others;    /* an object: for the name of one whose logon became an earlier one, those of before */
    json_t *asked;     /* an object: the names of those whom this host has asked to leave */
    uint32_t doubtful; /* users who have left, behind a request to shut down */
    uint64_t doubtful_until_ms;
    bool replaced; /* the guest's state has been replaced by a saved one: who is missing now did not log off */
};

bool users_init(struct users *users);
void users_cleanup(struct users *users);

/*
 * Takes the agent's list. clock: the guest's, when it was last asked, and when it was asked now: a user who is listed with
 * a logon between the two has left meanwhile, and come again. (One of two sessions that ends also changes the logon that
 * is listed, to that of the other, which is earlier than that, or later than any time between if the guest's clock has been
 * set back; or it has been listed before.) shutdown_ms: when the guest was asked to shut down, by our clock;
 * 0: it was not. False: out of memory.
 */
bool users_update(struct users *users, const json_t *list, struct users_clock clock, uint64_t now_ms,
        uint64_t shutdown_ms, const struct vm_outlet *outlet);

/* Whether the list has a user whose logon changed, so that users_update needs to know the clock. */
bool users_need_clock(const struct users *users, const json_t *list);

/* Those who are logged on have been asked to leave. False: out of memory. */
bool users_ask(struct users *users);

/* How many of those who were asked are still there. */
uint32_t users_asked(const struct users *users);

/* The request has failed: those who leave now do so by themselves. */
void users_forget_asked(struct users *users);

/* All sessions have ended, by the end or a crash of the guest. */
void users_lose(struct users *users, const struct vm_outlet *outlet);

/* The guest's state is another one, of a time when other users may have been logged on: of those who are known, whoever is
 * missing in the next list did not log off by herself. */
void users_replace(struct users *users);

/* Those in doubt are told of as having logged off, once the time is up. */
void users_settle(struct users *users, uint64_t now_ms, const struct vm_outlet *outlet);

/* When users_settle has to be called; UINT64_MAX: nobody is in doubt. */
uint64_t users_due_ms(const struct users *users);

#endif

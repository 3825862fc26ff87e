/*
 * Who is logged on, and how each has left. Lists of sessions and the time go in, logoffs come out. A user is one name, however
 * many sessions she has, and has left when the last of those is over that she had.
 *
 * A guest that shuts down ends the sessions of its users first, and that they are gone shows before it shows why. So who is
 * missing is in doubt for a while: if the guest goes down in that time she has been thrown out, else she has logged off.
 */
#ifndef VMEVENTS_GUEST_USERS_H
#define VMEVENTS_GUEST_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/names.h"

/* In bytes; of a longer one the beginning counts. */
#define GUEST_SESSION_MAX 63

/* More sessions than that are not looked at. */
#define GUEST_SESSIONS_MAX GUEST_USERS_MAX

#define GUEST_DOUBT_MS 5000

enum guest_logoff
{
    GUEST_LOGOFF_NORMAL,
    GUEST_LOGOFF_FORCED,
    GUEST_LOGOFF_EXTERNAL
};

struct guest_users
{
    void (*left)(void *context, const char *user, enum guest_logoff how);
    void *context;
    struct guest_session
    {
        char id[GUEST_SESSION_MAX + 1]; /* empty: one of before this program was started */
        char user[GUEST_NAME_MAX + 1];
        bool seen, fresh, asked;
    } sessions[GUEST_SESSIONS_MAX];
    size_t count;
    struct guest_doubt
    {
        char user[GUEST_NAME_MAX + 1];
        uint64_t due_ms;
    } doubts[GUEST_USERS_MAX];
    size_t doubt_count;
};

/* left is called for each logoff. */
void guest_users_init(
        struct guest_users *users, void (*left)(void *context, const char *user, enum guest_logoff how), void *context);

/* A list of the sessions that there are, one after the other: its beginning, each, and its end. id: by which a session is told
 * from all others of this start of the guest, those that are over too. */
void guest_users_begin_list(struct guest_users *users);
void guest_users_see(struct guest_users *users, const char *id, const char *user);
void guest_users_end_list(struct guest_users *users, uint64_t now_ms);

/* That user was there when this program ran before: she has left if the next list has no session of hers. */
void guest_users_remember(struct guest_users *users, const char *user);

/* Those who are there have been asked to leave, for all of their sessions; or that has come to nothing. */
void guest_users_ask(struct guest_users *users, bool asked);

/* How many sessions of those that were asked are still there. */
size_t guest_users_asked(const struct guest_users *users);

/* The doubts are over: the guest goes down, or it does not. */
void guest_users_settle(struct guest_users *users, enum guest_logoff how);

/* Ends the doubts whose time is over. */
void guest_users_tick(struct guest_users *users, uint64_t now_ms);
uint64_t guest_users_due_ms(const struct guest_users *users);

/* Calls take for each user who is there, once, and for each of those who are in doubt. Returns how many they are. */
uint32_t guest_users_each(
        const struct guest_users *users, void (*take)(void *context, const char *user), void *context);

#endif

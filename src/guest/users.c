#include "guest/users.h"

#include <string.h>

void guest_users_init(
        struct guest_users *users, void (*left)(void *context, const char *user, enum guest_logoff how), void *context)
{
    memset(users, 0, sizeof(*users));
    users->left = left;
    users->context = context;
}

static void copy(char *to, size_t size, const char *from)
{
    size_t length = strnlen(from, size - 1);

    memcpy(to, from, length);
    to[length] = 0;
}

static bool is_user(const struct guest_session *session, const char *user)
{
    return !strncmp(session->user, user, GUEST_NAME_MAX);
}

/* In doubt: not gone for the host, which hears no more of them if the guest goes down. */

static void end_doubt(struct guest_users *users, size_t place, enum guest_logoff how)
{
    char user[GUEST_NAME_MAX + 1];

    copy(user, sizeof(user), users->doubts[place].user);
    --users->doubt_count;
    memmove(&users->doubts[place], &users->doubts[place + 1],
            (users->doubt_count - place) * sizeof(struct guest_doubt));
    users->left(users->context, user, how);
}

static void leave(struct guest_users *users, const char *user, bool asked, uint64_t now_ms)
{
    struct guest_doubt *doubt;

    if (asked)
    {
        users->left(users->context, user, GUEST_LOGOFF_EXTERNAL);
        return;
    }
    if (users->doubt_count == GUEST_USERS_MAX)
        end_doubt(users, 0, GUEST_LOGOFF_NORMAL);
    doubt = &users->doubts[users->doubt_count++];
    copy(doubt->user, sizeof(doubt->user), user);
    doubt->due_ms = now_ms + GUEST_DOUBT_MS;
}

void guest_users_settle(struct guest_users *users, enum guest_logoff how)
{
    while (users->doubt_count)
        end_doubt(users, 0, how);
}

void guest_users_tick(struct guest_users *users, uint64_t now_ms)
{
    while (users->doubt_count && users->doubts[0].due_ms <= now_ms)
        end_doubt(users, 0, GUEST_LOGOFF_NORMAL);
}

uint64_t guest_users_due_ms(const struct guest_users *users)
{
    return users->doubt_count ? users->doubts[0].due_ms : UINT64_MAX;
}

/* Sessions */

static void add(struct guest_users *users, const char *id, const char *user, bool fresh)
{
    struct guest_session *session;

    if (users->count == GUEST_SESSIONS_MAX)
        return;
    session = &users->sessions[users->count++];
    *session = (struct guest_session){.seen = fresh, .fresh = fresh};
    copy(session->id, sizeof(session->id), id);
    copy(session->user, sizeof(session->user), user);
}

void guest_users_remember(struct guest_users *users, const char *user)
{
    if (*user)
        add(users, "", user, false);
}

void guest_users_begin_list(struct guest_users *users)
{
    for (size_t i = 0; i < users->count; ++i)
        users->sessions[i].seen = users->sessions[i].fresh = false;
}

void guest_users_see(struct guest_users *users, const char *id, const char *user)
{
    if (!*id || !*user)
        return;
    for (size_t i = 0; i < users->count; ++i)
    {
        struct guest_session *session = &users->sessions[i];

        if (strncmp(session->id, id, GUEST_SESSION_MAX) || !is_user(session, user))
            continue;
        session->seen = true;
        return;
    }
    add(users, id, user, true);
}

/* What the sessions of a user say that were there before the list. */
struct standing
{
    bool stays; /* one is still there */
    bool asked; /* one that is over was asked to end */
    bool first; /* the session that is looked at is the first of them */
};

static struct standing look(const struct guest_users *users, size_t place)
{
    const struct guest_session *own = &users->sessions[place];
    struct standing standing = {.first = true};

    for (size_t i = 0; i < users->count; ++i)
    {
        const struct guest_session *session = &users->sessions[i];

        if (!is_user(session, own->user))
            continue;
        if (!session->fresh && i < place)
            standing.first = false;
        /* One that was remembered may be any that she has now. */
        standing.stays |= session->seen && (!session->fresh || !*own->id);
        standing.asked |= !session->seen && session->asked;
    }
    return standing;
}

void guest_users_end_list(struct guest_users *users, uint64_t now_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < users->count; ++i)
    {
        struct standing standing;

        if (users->sessions[i].fresh)
            continue;
        standing = look(users, i);
        if (standing.first && !standing.stays)
            leave(users, users->sessions[i].user, standing.asked, now_ms);
    }
    for (size_t i = 0; i < users->count; ++i)
    {
        if (!users->sessions[i].seen)
            continue;
        if (kept != i)
            users->sessions[kept] = users->sessions[i];
        ++kept;
    }
    users->count = kept;
}

void guest_users_ask(struct guest_users *users, bool asked)
{
    for (size_t i = 0; i < users->count; ++i)
        users->sessions[i].asked = asked;
}

size_t guest_users_asked(const struct guest_users *users)
{
    size_t count = 0;

    for (size_t i = 0; i < users->count; ++i)
        count += users->sessions[i].asked;
    return count;
}

uint32_t guest_users_each(const struct guest_users *users, void (*take)(void *context, const char *user), void *context)
{
    uint32_t count = 0;

    for (size_t i = 0; i < users->count; ++i)
    {
        size_t first = 0;

        while (!is_user(&users->sessions[first], users->sessions[i].user))
            ++first;
        if (first != i)
            continue;
        ++count;
        take(context, users->sessions[i].user);
    }
    for (size_t i = 0; i < users->doubt_count; ++i)
        take(context, users->doubts[i].user);
    return count + (uint32_t)users->doubt_count;
}

#include "host/qemu/users.h"

#include <string.h>

/* A request to shut down that is older has been ignored. */
#define SHUTDOWN_TAKES_MS 120000

bool users_init(struct users *users)
{
    *users = (struct users){.known = json_object(), .asked = json_object()};
    return users->known && users->asked;
}

void users_cleanup(struct users *users)
{
    json_decref(users->known);
    json_decref(users->asked);
    *users = (struct users){0};
}

/* A Windows guest names the domain too. A name is a key here and nothing else; one with a NUL in it, too. */
static bool make_key(const json_t *user, char *key, size_t size)
{
    const json_t *name = json_object_get(user, "user"), *domain = json_object_get(user, "domain");
    size_t length = json_string_length(name), domain_length = json_string_length(domain);

    if (!json_is_string(name) || length + domain_length + 2 > size)
        return false;
    if (json_is_string(domain))
    {
        memcpy(key, json_string_value(domain), domain_length);
        key[domain_length++] = '\\';
    }
    memcpy(key + domain_length, json_string_value(name), length);
    length += domain_length;
    key[length] = 0;
    while (length--)
    {
        if (!key[length])
            key[length] = '\1';
    }
    return true;
}

static json_t *make_table(const json_t *list)
{
    json_t *table = json_object(), *user, *time;
    char key[512];
    size_t i;

    json_array_foreach(list, i, user)
    {
        time = json_object_get(user, "login-time");
        if (table && make_key(user, key, sizeof(key))
                && json_object_set_nocheck(table, key, time ? time : json_null()))
        {
            json_decref(table);
            return NULL;
        }
    }
    return table;
}

static bool came_again(const json_t *before, const json_t *now, double since)
{
    return json_number_value(now) > json_number_value(before) && json_number_value(now) > since;
}

static void tell_logoff(struct users *users, const char *name, bool doubtful, const struct vm_outlet *outlet)
{
    bool asked = json_object_get(users->asked, name) != NULL;

    json_object_del(users->asked, name);
    if (asked)
        vm_tell(outlet, VM_EVENT_GUEST_LOGOFF, VM_LOGOFF_EXTERNAL);
    else if (users->replaced)
        vm_tell(outlet, VM_EVENT_GUEST_LOGOFF, VM_LOGOFF_FORCED);
    else if (doubtful)
        ++users->doubtful;
    else
        vm_tell(outlet, VM_EVENT_GUEST_LOGOFF, VM_LOGOFF_NORMAL);
}

bool users_update(struct users *users, const json_t *list, double since, uint64_t now_ms, uint64_t shutdown_ms,
        const struct vm_outlet *outlet)
{
    bool doubtful = shutdown_ms && now_ms - shutdown_ms < SHUTDOWN_TAKES_MS;
    json_t *table = make_table(list), *before, *now;
    uint32_t doubtful_before = users->doubtful;
    const char *name;

    if (!table)
        return false;
    json_object_foreach(users->known, name, before)
    {
        now = json_object_get(table, name);
        if (!now || came_again(before, now, since))
            tell_logoff(users, name, doubtful, outlet);
    }
    if (users->doubtful > doubtful_before)
        users->doubtful_until_ms = now_ms + USERS_SHUTDOWN_MS;
    json_decref(users->known);
    users->known = table;
    users->replaced = false;
    return true;
}

bool users_need_clock(const struct users *users, const json_t *list)
{
    char key[512];
    json_t *user;
    size_t i;

    json_array_foreach(list, i, user)
    {
        json_t *before = make_key(user, key, sizeof(key)) ? json_object_get(users->known, key) : NULL;

        if (before && json_number_value(json_object_get(user, "login-time")) > json_number_value(before))
            return true;
    }
    return false;
}

bool users_ask(struct users *users)
{
    return !json_object_update(users->asked, users->known);
}

uint32_t users_asked(const struct users *users)
{
    return (uint32_t)json_object_size(users->asked);
}

void users_forget_asked(struct users *users)
{
    json_object_clear(users->asked);
}

void users_lose(struct users *users, const struct vm_outlet *outlet)
{
    size_t count = json_object_size(users->known) + users->doubtful;

    json_object_clear(users->known);
    json_object_clear(users->asked);
    users->doubtful = 0;
    users->replaced = false;
    while (count--)
        vm_tell(outlet, VM_EVENT_GUEST_LOGOFF, VM_LOGOFF_FORCED);
}

void users_settle(struct users *users, uint64_t now_ms, const struct vm_outlet *outlet)
{
    if (now_ms < users->doubtful_until_ms)
        return;
    for (; users->doubtful; --users->doubtful)
        vm_tell(outlet, VM_EVENT_GUEST_LOGOFF, VM_LOGOFF_NORMAL);
}

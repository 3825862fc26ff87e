#include "host/qemu/users.h"

#include <string.h>

/* A guest that has not ended so long after a request to shut down has ignored it. */
#define SHUTDOWN_TAKES_MS 120000

/* So many other logons of one user are remembered. */
#define OTHERS_MAX 8

#define KEY_SIZE 512

bool users_init(struct users *users)
{
    *users = (struct users){
            .known = json_object(), .others = json_object(), .asked = json_object(), .doubtful = json_array()};
    return users->known && users->others && users->asked && users->doubtful;
}

void users_cleanup(struct users *users)
{
    json_decref(users->known);
    json_decref(users->others);
    json_decref(users->asked);
    json_decref(users->doubtful);
    *users = (struct users){0};
}

/* The name of a user as a key: with the domain, which a Windows guest gives too, and with another character in the
 * place of a NUL, which JSON may have and a key may not. */
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
    char key[KEY_SIZE];
    size_t i;

    json_array_foreach(list, i, user)
    {
        time = json_object_get(user, "login-time");
        if (table && make_key(user, key, sizeof(key)) && json_object_set_nocheck(table, key, time ? time : json_null()))
        {
            json_decref(table);
            return NULL;
        }
    }
    return table;
}

static bool has_other(const struct users *users, const char *name, const json_t *logon)
{
    json_t *other;
    size_t i;

    json_array_foreach(json_object_get(users->others, name), i, other)
    {
        if (json_number_value(other) == json_number_value(logon))
            return true;
    }
    return false;
}

static bool remember_other(struct users *users, const char *name, json_t *logon)
{
    json_t *others = json_object_get(users->others, name);

    if (has_other(users, name, logon))
        return true;
    if (!others && json_object_set_new_nocheck(users->others, name, others = json_array()))
        return false;
    if (json_array_size(others) == OTHERS_MAX)
        json_array_remove(others, 0);
    return !json_array_append(others, logon);
}

/* The agent lists the earliest logon of each name. When that becomes earlier, there is another session, of after the
 * guest's clock was set back; the session with the logon of before may still be there. */
static bool remember_others(struct users *users, const json_t *table)
{
    const char *name;
    json_t *before;

    json_object_foreach(users->known, name, before)
    {
        json_t *now = json_object_get(table, name);

        if (now && json_number_value(now) < json_number_value(before) && !remember_other(users, name, before))
            return false;
    }
    return true;
}

static bool came_again(
        const struct users *users, const char *name, const json_t *before, const json_t *now, struct users_clock clock)
{
    double logon = json_number_value(now);

    return logon > json_number_value(before) && logon > clock.since && logon <= clock.until
            && !has_other(users, name, now);
}

/* The key of a user says who she is. */
static void fire(const struct vm_outlet *outlet, enum vm_logoff how, const char *key)
{
    const char *separator = strchr(key, '\\'), *user = separator ? separator + 1 : key;
    char domain[KEY_SIZE] = "";

    if (separator)
        memcpy(domain, key, (size_t)(separator - key));
    outlet->fire(outlet->context,
            &(struct vm_event){
                    .type = VM_EVENT_GUEST_LOGOFF, .number = how, .details = {{"user", user}, {"domain", domain}}});
}

/* False: out of memory, and she is not known to be in doubt. */
static bool doubt(struct users *users, const char *key)
{
    return !json_array_append_new(users->doubtful, json_string_nocheck(key));
}

static void fire_logoff(struct users *users, const char *name, bool doubtful, const struct vm_outlet *outlet)
{
    bool asked = json_object_get(users->asked, name) != NULL;

    json_object_del(users->others, name);
    json_object_del(users->asked, name);
    if (asked)
        fire(outlet, VM_LOGOFF_EXTERNAL, name);
    else if (users->replaced)
        fire(outlet, VM_LOGOFF_FORCED, name);
    else if (!doubtful || !doubt(users, name))
        fire(outlet, VM_LOGOFF_NORMAL, name);
}

bool users_update(struct users *users, const json_t *list, struct users_clock clock, uint64_t now_ms,
        uint64_t shutdown_ms, const struct vm_outlet *outlet)
{
    bool doubtful = shutdown_ms && now_ms - shutdown_ms < SHUTDOWN_TAKES_MS;
    json_t *table = make_table(list), *before, *now;
    size_t doubtful_before = json_array_size(users->doubtful);
    const char *name;

    if (!table || !remember_others(users, table))
    {
        json_decref(table);
        return false;
    }
    json_object_foreach(users->known, name, before)
    {
        now = json_object_get(table, name);
        if (!now || came_again(users, name, before, now, clock))
            fire_logoff(users, name, doubtful, outlet);
    }
    if (json_array_size(users->doubtful) > doubtful_before)
        users->doubtful_until_ms = now_ms + USERS_SHUTDOWN_MS;
    json_decref(users->known);
    users->known = table;
    users->replaced = false;
    return true;
}

bool users_need_clock(const struct users *users, const json_t *list)
{
    char key[KEY_SIZE];
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

static void fire_doubtful(struct users *users, enum vm_logoff how, const struct vm_outlet *outlet)
{
    json_t *name;
    size_t i;

    json_array_foreach(users->doubtful, i, name)
    {
        fire(outlet, how, json_string_value(name));
    }
    json_array_clear(users->doubtful);
}

void users_lose(struct users *users, const struct vm_outlet *outlet)
{
    const char *name;
    json_t *logon;

    fire_doubtful(users, VM_LOGOFF_FORCED, outlet);
    json_object_foreach(users->known, name, logon)
    {
        fire(outlet, VM_LOGOFF_FORCED, name);
    }
    json_object_clear(users->known);
    json_object_clear(users->others);
    json_object_clear(users->asked);
    users->replaced = false;
}

void users_replace(struct users *users)
{
    users->replaced = true;
}

void users_settle(struct users *users, uint64_t now_ms, const struct vm_outlet *outlet)
{
    if (now_ms < users->doubtful_until_ms)
        return;
    fire_doubtful(users, VM_LOGOFF_NORMAL, outlet);
}

uint64_t users_due_ms(const struct users *users)
{
    return json_array_size(users->doubtful) ? users->doubtful_until_ms : UINT64_MAX;
}

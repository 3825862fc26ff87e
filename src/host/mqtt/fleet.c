#include "host/mqtt/fleet_parts.h"

#include <stdio.h>
#include <string.h>

#include "platform/hash.h"
#include "platform/memory.h"

void fleet_init(struct fleet *fleet, const struct fleet_callbacks *callbacks, void *context)
{
    *fleet = (struct fleet){.callbacks = callbacks, .context = context};
    snprintf(fleet->way, sizeof(fleet->way), "the broker has not been reached yet");
}

void fleet_cleanup(struct fleet *fleet)
{
    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        struct remote *remote;
        struct fleet_host *host;

        while ((remote = fleet->remotes[i]))
        {
            fleet->remotes[i] = remote->next;
            remote_free(remote);
        }
        while ((host = fleet->hosts[i]))
        {
            fleet->hosts[i] = host->next;
            memory_free(host);
        }
    }
}

size_t fleet_bucket_of(const char *key, size_t length)
{
    return hash_bytes(HASH_BEGIN, key, length) % FLEET_BUCKETS;
}

struct remote **fleet_place_of(struct fleet *fleet, const char *key, size_t length)
{
    struct remote **place = &fleet->remotes[fleet_bucket_of(key, length)];

    while (*place && (strncmp((*place)->key, key, length) != 0 || (*place)->key[length]))
        place = &(*place)->next;
    return place;
}

bool fleet_watches_host(const struct fleet_watch *watch, const char *key, size_t host_length)
{
    return *watch->key == '+' || (!strncmp(watch->key, key, host_length) && watch->key[host_length] == '/');
}

struct fleet_watch *fleet_watch_of(const struct fleet *fleet, const char *key, size_t host_length)
{
    struct fleet_watch *watch = fleet->watches;

    while (watch && !fleet_watches_host(watch, key, host_length))
        watch = watch->next;
    return watch;
}

/* Machines */

struct remote *fleet_add(struct fleet *fleet, const char *key, size_t length)
{
    struct remote *remote = remote_create(key, length, &fleet->waiting_bytes),
                  **place = fleet_place_of(fleet, key, length);

    if (!remote)
        return NULL;
    remote->resumes = fleet->resumes;
    return *place = remote;
}

void fleet_take_from_past(struct fleet *fleet, struct remote *remote)
{
    if (!remote->past)
        return;
    *(remote->older ? &remote->older->newer : &fleet->oldest) = remote->newer;
    *(remote->newer ? &remote->newer->older : &fleet->newest) = remote->older;
    remote->older = remote->newer = NULL;
    remote->past = false;
    --fleet->past_count;
}

/* The one that is linked there. */
static void free_at(struct fleet *fleet, struct remote **place, struct remote *remote)
{
    fleet_take_from_past(fleet, remote);
    *place = remote->next;
    remote_free(remote);
}

/* What has come of it last is known on: a vmforward that reaches the broker anew says it again. */
static void add_to_past(struct fleet *fleet, struct remote *remote)
{
    struct remote *oldest = fleet->oldest;

    if (oldest && fleet->past_count >= FLEET_PAST_MAX)
        free_at(fleet, fleet_place_of(fleet, oldest->key, strlen(oldest->key)), oldest);
    remote_become_past(remote);
    if ((remote->older = fleet->newest))
        fleet->newest->newer = remote;
    else
        fleet->oldest = remote;
    fleet->newest = remote;
    ++fleet->past_count;
}

static void count_out(struct fleet *fleet, const struct remote *remote)
{
    fleet->unopened -= remote->refused;
    fleet->found_count -= remote->found;
    fleet->is_full = fleet->is_full && !remote->found;
}

void fleet_take_out(struct fleet *fleet, struct remote **place)
{
    if (!*place)
        return;
    count_out(fleet, *place);
    if (*(*place)->spool)
        add_to_past(fleet, *place);
    else
        free_at(fleet, place, *place);
}

bool fleet_find(struct fleet *fleet, struct remote *remote, const struct fleet_watch *watch)
{
    if (!remote->found && fleet->found_count == FLEET_FOUND_MAX)
    {
        fleet->is_full = true;
        fleet_report_watches(fleet);
        return false;
    }
    fleet->found_count += !remote->found;
    remote->found = true;
    remote->owner = fleet->callbacks->found(fleet->context, watch, remote->key);
    return remote->owner;
}

/* Another machine of its name has been told of behind its end. False: it has not. */
static bool find_again(struct fleet *fleet, struct remote **place)
{
    const struct fleet_watch *watch = fleet_watch_of(fleet, (*place)->key, (*place)->host_length);

    if (!(*place)->over || !(*place)->first_waiting || !watch)
        return false;
    remote_renew(*place);
    if (!fleet_find(fleet, *place, watch))
        fleet_take_out(fleet, place);
    return true;
}

struct remote *fleet_open(struct fleet *fleet, const char *key, const void *owner,
        const struct live_callbacks *callbacks, void *context, bool asked)
{
    struct remote *remote = *fleet_place_of(fleet, key, strlen(key));

    if (!remote && !(remote = fleet_add(fleet, key, strlen(key))))
        return NULL;
    fleet_take_from_past(fleet, remote);
    fleet->unopened -= remote->refused;
    remote_open(remote, owner, callbacks, context);
    remote->asked = asked;
    remote->barred = false;
    fleet_report(fleet, remote);
    remote_catch_up(remote);
    if (fleet->has_way && !asked)
        remote_finish_try(remote);
    return remote;
}

void fleet_close(struct fleet *fleet, const char *key, const void *owner)
{
    struct remote **place = fleet_place_of(fleet, key, strlen(key)), *remote = *place;

    if (!remote || remote->owner != owner || find_again(fleet, place))
        return;
    if (remote->over || !remote->found || !fleet_is_watched(fleet, key, remote->host_length))
    {
        fleet_take_out(fleet, place);
        fleet_free_host_of(fleet, key, strcspn(key, "/"));
        return;
    }
    remote_refuse(remote);
    ++fleet->unopened;
    fleet_report_watches(fleet);
}

/* Watches */

bool fleet_is_watched(const struct fleet *fleet, const char *key, size_t host_length)
{
    return fleet_watch_of(fleet, key, host_length) != NULL;
}

void fleet_watch_add(struct fleet *fleet, struct fleet_watch *watch)
{
    watch->next = fleet->watches;
    fleet->watches = watch;
    fleet_report_watch(fleet, watch);
}

/* Those that it has found and that are open stay what they are; the others are nobody's. */
void fleet_watch_remove(struct fleet *fleet, struct fleet_watch *watch)
{
    struct fleet_watch **place = &fleet->watches;

    while (*place && *place != watch)
        place = &(*place)->next;
    if (*place)
        *place = watch->next;
    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        struct remote **remote = &fleet->remotes[i];

        while (*remote)
        {
            if (!(*remote)->refused || fleet_is_watched(fleet, (*remote)->key, (*remote)->host_length))
            {
                remote = &(*remote)->next;
                continue;
            }
            count_out(fleet, *remote);
            free_at(fleet, remote, *remote);
        }
    }
    fleet_free_unwanted_hosts(fleet);
}

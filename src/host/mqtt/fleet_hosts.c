#include "host/mqtt/fleet_parts.h"

#include <string.h>

#include "platform/memory.h"

static bool is_key_of(const struct fleet_host *host, const char *key, size_t length)
{
    return host->length == length && !memcmp(host->key, key, length);
}

bool fleet_wants_host(const struct fleet *fleet, const char *key, size_t length)
{
    if (fleet_watch_of(fleet, key, length))
        return true;
    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        for (const struct remote *remote = fleet->remotes[i]; remote; remote = remote->next)
        {
            if (!remote->past && remote->host_length == length && !memcmp(remote->key, key, length))
                return true;
        }
    }
    return false;
}

struct fleet_host *fleet_find_host(const struct fleet *fleet, const char *key, size_t length)
{
    struct fleet_host *host = fleet->hosts[fleet_bucket_of(key, length)];

    while (host && !is_key_of(host, key, length))
        host = host->next;
    return host;
}

struct fleet_host *fleet_host_of(struct fleet *fleet, const char *key, size_t length)
{
    struct fleet_host *host = fleet_find_host(fleet, key, length),
                      **bucket = &fleet->hosts[fleet_bucket_of(key, length)];

    fleet->hosts_are_full |= !host && fleet->host_count == FLEET_HOSTS_MAX;
    if (host || fleet->host_count == FLEET_HOSTS_MAX || !(host = memory_alloc(sizeof(*host) + length + 1)))
        return host;
    memcpy(host->key, key, length);
    host->length = length;
    host->next = *bucket;
    *bucket = host;
    ++fleet->host_count;
    return host;
}

void fleet_forget_filters(struct fleet *fleet)
{
    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        for (struct fleet_host *host = fleet->hosts[i]; host; host = host->next)
            host->has_filter = false;
    }
}

static void free_host(struct fleet *fleet, struct fleet_host **place)
{
    struct fleet_host *host = *place;

    *place = host->next;
    memory_free(host);
    --fleet->host_count;
    fleet->hosts_are_full = false;
}

void fleet_free_host_of(struct fleet *fleet, const char *key, size_t length)
{
    struct fleet_host **place = &fleet->hosts[fleet_bucket_of(key, length)];

    while (*place && !is_key_of(*place, key, length))
        place = &(*place)->next;
    if (*place && !fleet_wants_host(fleet, key, length))
        free_host(fleet, place);
}

void fleet_free_unwanted_hosts(struct fleet *fleet)
{
    struct fleet_host **place;

    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        for (place = &fleet->hosts[i]; *place;)
        {
            if (fleet_wants_host(fleet, (*place)->key, (*place)->length))
                place = &(*place)->next;
            else
                free_host(fleet, place);
        }
    }
}

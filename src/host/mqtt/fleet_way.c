#include "host/mqtt/fleet_parts.h"

#include <stdio.h>
#include <string.h>

#include "fleet/topics.h"

#define AS_BROKERS_DO ", as brokers do when the user has no right to it"

/* By itself, or with all that a watch hears. */
static bool is_barred(const struct fleet *fleet, const struct remote *remote)
{
    bool is_watched = false;

    for (const struct fleet_watch *watch = fleet->watches; watch; watch = watch->next)
    {
        if (!fleet_watches_host(watch, remote->key, remote->host_length))
            continue;
        if (!watch->barred)
            return false;
        is_watched = true;
    }
    return remote->barred || is_watched;
}

/* What is wrong with it; NULL: nothing is. */
static const char *way_to(const struct fleet *fleet, const struct remote *remote)
{
    const struct fleet_host *host;

    if (!fleet->has_way)
        return fleet->way;
    if (remote->asked)
        return "the broker has not answered yet whether the machine may be heard";
    if (is_barred(fleet, remote))
        return "the broker does not let the machine be heard" AS_BROKERS_DO;
    if (!(host = fleet_find_host(fleet, remote->key, remote->host_length)))
        return NULL;
    if (host->state == MESSAGE_LOST)
        return "the broker has lost the machine's host: its vmforward, the computer or the network between has gone";
    return host->state == MESSAGE_OFFLINE ? "vmforward has been ended on the machine's host" : NULL;
}

void fleet_report(struct fleet *fleet, struct remote *remote)
{
    const struct fleet_host *host = fleet_find_host(fleet, remote->key, remote->host_length);

    remote->beside = host && host->barred
            ? "the broker does not let it be heard whether the host's vmforward is there" AS_BROKERS_DO
            : NULL;
    remote_report(remote, way_to(fleet, remote));
}

static const char *describe_watch(
        const struct fleet *fleet, const struct fleet_watch *watch, char fault[LIVE_FAULT_SIZE])
{
    if (!fleet->has_way)
        return fleet->way;
    if (watch->barred)
        return "the broker does not let the machines be heard" AS_BROKERS_DO;
    if (fleet->is_full)
        snprintf(
                fault, LIVE_FAULT_SIZE, "more than %d machines were found; the others are not opened", FLEET_FOUND_MAX);
    else if (fleet->hosts_are_full)
        snprintf(fault, LIVE_FAULT_SIZE,
                "there are more than %d hosts; of the others it is not known whether they are lost", FLEET_HOSTS_MAX);
    else if (fleet->unopened)
        snprintf(fault, LIVE_FAULT_SIZE,
                "%zu of the machines that were found are not open here: they were removed, or another has the name, or "
                "it is longer than any can be",
                fleet->unopened);
    else if (fleet->nonsense)
        snprintf(fault, LIVE_FAULT_SIZE, "a message was dropped: %s", fleet->nonsense);
    else
        return NULL;
    return fault;
}

void fleet_report_watch(const struct fleet *fleet, struct fleet_watch *watch)
{
    char text[LIVE_FAULT_SIZE];
    const char *fault = describe_watch(fleet, watch, text);
    bool connected = fleet->has_way && !watch->barred;

    if (watch->reported && watch->connected == connected && !strcmp(watch->fault, fault ? fault : ""))
        return;
    watch->reported = true;
    watch->connected = connected;
    snprintf(watch->fault, sizeof(watch->fault), "%s", fault ? fault : "");
    watch->callbacks->connection(watch->context, watch->connected, fault);
}

void fleet_report_watches(struct fleet *fleet)
{
    for (struct fleet_watch *watch = fleet->watches; watch; watch = watch->next)
        fleet_report_watch(fleet, watch);
}

static void finish_try_of_watch(struct fleet_watch *watch)
{
    if (watch->tried)
        return;
    watch->tried = true;
    watch->callbacks->tried(watch->context, true);
}

void fleet_each_open(struct fleet *fleet, void (*take)(void *context, struct remote *remote), void *context)
{
    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        for (struct remote *remote = fleet->remotes[i]; remote; remote = remote->next)
        {
            if (remote->callbacks)
                take(context, remote);
        }
    }
}

static void report_one(void *context, struct remote *remote)
{
    struct fleet *fleet = context;

    remote->asked = remote->asked && !fleet->has_way;
    fleet_report(fleet, remote);
}

static void lose_one(void *context, struct remote *remote)
{
    (void)context;
    remote->barred = false;
    remote_lose(remote);
}

/* Each connection is asked anew, and tells anew what is retained. */
static void lose_all(struct fleet *fleet)
{
    fleet_each_open(fleet, lose_one, NULL);
    for (struct fleet_watch *watch = fleet->watches; watch; watch = watch->next)
        watch->barred = false;
    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        for (struct fleet_host *host = fleet->hosts[i]; host; host = host->next)
            host->barred = false;
    }
}

/* The filter is the root, a key, and one part more. */
void fleet_bar(struct fleet *fleet, const char *filter, size_t length)
{
    const char *key = filter + sizeof(TOPIC_ROOT), *slash = memchr(key, '/', length - sizeof(TOPIC_ROOT));
    size_t key_length = length - sizeof(TOPIC_ROOT), host_length = (size_t)(slash - key);
    struct fleet_host *host = fleet_find_host(fleet, key, host_length);
    struct remote *remote;

    while (key[--key_length] != '/')
        ;
    for (struct fleet_watch *watch = fleet->watches; watch; watch = watch->next)
        watch->barred |= strlen(watch->key) == key_length && !memcmp(watch->key, key, key_length);
    if ((remote = *fleet_place_of(fleet, key, key_length)))
        remote->barred = true;
    else if (host && key_length == host_length + sizeof("/" TOPIC_OF_HOST) - 1)
        host->barred = true;
}

void fleet_set_way(struct fleet *fleet, const char *fault)
{
    if (fault)
        lose_all(fleet);
    fleet->has_way = !fault;
    snprintf(fleet->way, sizeof(fleet->way), "%s", fault ? fault : "");
    fleet_each_open(fleet, report_one, fleet);
    fleet_report_watches(fleet);
}

static void finish_one(void *context, struct remote *remote)
{
    (void)context;
    remote_settle(remote);
    remote_finish_try(remote);
}

void fleet_finish_tries(struct fleet *fleet)
{
    fleet_each_open(fleet, finish_one, NULL);
    for (struct fleet_watch *watch = fleet->watches; watch; watch = watch->next)
        finish_try_of_watch(watch);
}

#include "host/mqtt/fleet.h"

#include <stdio.h>
#include <string.h>

#include "fleet/topics.h"
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

static size_t bucket_of(const char *key, size_t length)
{
    return hash_bytes(HASH_BEGIN, key, length) % FLEET_BUCKETS;
}

/* Who is there */

static struct remote **place_of(struct fleet *fleet, const char *key, size_t length)
{
    struct remote **place = &fleet->remotes[bucket_of(key, length)];

    while (*place && (strncmp((*place)->key, key, length) != 0 || (*place)->key[length]))
        place = &(*place)->next;
    return place;
}

static bool watches_host(const struct fleet_watch *watch, const char *key, size_t host_length)
{
    return *watch->key == '+' || (!strncmp(watch->key, key, host_length) && watch->key[host_length] == '/');
}

static struct fleet_watch *watch_of(const struct fleet *fleet, const char *key, size_t host_length)
{
    struct fleet_watch *watch = fleet->watches;

    while (watch && !watches_host(watch, key, host_length))
        watch = watch->next;
    return watch;
}

/* Hosts */

static bool is_key_of(const struct fleet_host *host, const char *key, size_t length)
{
    return host->length == length && !memcmp(host->key, key, length);
}

/* Whether a watch hears it, or one of its machines is there. */
static bool is_wanted(const struct fleet *fleet, const char *key, size_t length)
{
    if (watch_of(fleet, key, length))
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

static struct fleet_host *find_host(const struct fleet *fleet, const char *key, size_t length)
{
    struct fleet_host *host = fleet->hosts[bucket_of(key, length)];

    while (host && !is_key_of(host, key, length))
        host = host->next;
    return host;
}

struct fleet_host *fleet_host_of(struct fleet *fleet, const char *key, size_t length)
{
    struct fleet_host *host = find_host(fleet, key, length), **bucket = &fleet->hosts[bucket_of(key, length)];

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

/* The way to machines */

#define AS_BROKERS_DO ", as brokers do when the user has no right to it"

/* By itself, or with all that a watch hears. */
static bool is_barred(const struct fleet *fleet, const struct remote *remote)
{
    bool is_watched = false;

    for (const struct fleet_watch *watch = fleet->watches; watch; watch = watch->next)
    {
        if (!watches_host(watch, remote->key, remote->host_length))
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
    if (!(host = find_host(fleet, remote->key, remote->host_length)))
        return NULL;
    if (host->state == MESSAGE_LOST)
        return "the broker has lost the machine's host: its vmforward, the computer or the network between has gone";
    return host->state == MESSAGE_OFFLINE ? "vmforward has been ended on the machine's host" : NULL;
}

static void report(struct fleet *fleet, struct remote *remote)
{
    const struct fleet_host *host = find_host(fleet, remote->key, remote->host_length);

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

static void report_watch(const struct fleet *fleet, struct fleet_watch *watch)
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

static void report_watches(struct fleet *fleet)
{
    for (struct fleet_watch *watch = fleet->watches; watch; watch = watch->next)
        report_watch(fleet, watch);
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
    report(fleet, remote);
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
    struct fleet_host *host = find_host(fleet, key, host_length);
    struct remote *remote;

    while (key[--key_length] != '/')
        ;
    for (struct fleet_watch *watch = fleet->watches; watch; watch = watch->next)
        watch->barred |= strlen(watch->key) == key_length && !memcmp(watch->key, key, key_length);
    if ((remote = *place_of(fleet, key, key_length)))
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
    report_watches(fleet);
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

/* Machines */

static struct remote *add(struct fleet *fleet, const char *key, size_t length)
{
    struct remote *remote = remote_create(key, length, &fleet->waiting_bytes), **place = place_of(fleet, key, length);

    if (!remote)
        return NULL;
    remote->resumes = fleet->resumes;
    return *place = remote;
}

/* It is past no more. */
static void take_from_past(struct fleet *fleet, struct remote *remote)
{
    if (!remote->past)
        return;
    *(remote->older ? &remote->older->newer : &fleet->oldest) = remote->newer;
    *(remote->newer ? &remote->newer->older : &fleet->newest) = remote->older;
    remote->older = remote->newer = NULL;
    remote->past = false;
    --fleet->past_count;
}

static void free_host(struct fleet *fleet, struct fleet_host **place)
{
    struct fleet_host *host = *place;

    *place = host->next;
    memory_free(host);
    --fleet->host_count;
    fleet->hosts_are_full = false;
}

/* Frees the host of a machine that has been taken out, if it was the last one. */
static void free_host_of(struct fleet *fleet, const char *key, size_t length)
{
    struct fleet_host **place = &fleet->hosts[bucket_of(key, length)];

    while (*place && !is_key_of(*place, key, length))
        place = &(*place)->next;
    if (*place && !is_wanted(fleet, key, length))
        free_host(fleet, place);
}

static void free_unwanted_hosts(struct fleet *fleet)
{
    struct fleet_host **place;

    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        for (place = &fleet->hosts[i]; *place;)
        {
            if (is_wanted(fleet, (*place)->key, (*place)->length))
                place = &(*place)->next;
            else
                free_host(fleet, place);
        }
    }
}

static void free_at(struct fleet *fleet, struct remote **place)
{
    struct remote *remote = *place;

    take_from_past(fleet, remote);
    *place = remote->next;
    remote_free(remote);
}

/* What has come of it last is known on: a vmforward that reaches the broker anew says it again. */
static void add_to_past(struct fleet *fleet, struct remote *remote)
{
    struct remote *oldest = fleet->oldest;

    if (oldest && fleet->past_count >= FLEET_PAST_MAX)
        free_at(fleet, place_of(fleet, oldest->key, strlen(oldest->key)));
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

static void take_out(struct fleet *fleet, struct remote **place)
{
    if (!*place)
        return;
    count_out(fleet, *place);
    if (*(*place)->spool)
        add_to_past(fleet, *place);
    else
        free_at(fleet, place);
}

/* Tells the watch of it. False: it stays unknown. */
static bool find(struct fleet *fleet, struct remote *remote, const struct fleet_watch *watch)
{
    if (!remote->found && fleet->found_count == FLEET_FOUND_MAX)
    {
        fleet->is_full = true;
        report_watches(fleet);
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
    const struct fleet_watch *watch = watch_of(fleet, (*place)->key, (*place)->host_length);

    if (!(*place)->over || !(*place)->first_waiting || !watch)
        return false;
    remote_renew(*place);
    if (!find(fleet, *place, watch))
        take_out(fleet, place);
    return true;
}

struct remote *fleet_open(struct fleet *fleet, const char *key, const void *owner,
        const struct live_callbacks *callbacks, void *context, bool asked)
{
    struct remote *remote = *place_of(fleet, key, strlen(key));

    if (!remote && !(remote = add(fleet, key, strlen(key))))
        return NULL;
    take_from_past(fleet, remote);
    fleet->unopened -= remote->refused;
    remote_open(remote, owner, callbacks, context);
    remote->asked = asked;
    remote->barred = false;
    report(fleet, remote);
    remote_catch_up(remote);
    if (fleet->has_way && !asked)
        remote_finish_try(remote);
    return remote;
}

void fleet_close(struct fleet *fleet, const char *key, const void *owner)
{
    struct remote **place = place_of(fleet, key, strlen(key)), *remote = *place;

    if (!remote || remote->owner != owner || find_again(fleet, place))
        return;
    if (remote->over || !remote->found || !fleet_is_watched(fleet, key, remote->host_length))
    {
        take_out(fleet, place);
        free_host_of(fleet, key, strcspn(key, "/"));
        return;
    }
    remote_refuse(remote);
    ++fleet->unopened;
    report_watches(fleet);
}

/* Watches */

bool fleet_is_watched(const struct fleet *fleet, const char *key, size_t host_length)
{
    return watch_of(fleet, key, host_length) != NULL;
}

void fleet_watch_add(struct fleet *fleet, struct fleet_watch *watch)
{
    watch->next = fleet->watches;
    fleet->watches = watch;
    report_watch(fleet, watch);
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
            free_at(fleet, remote);
        }
    }
    free_unwanted_hosts(fleet);
}

/* Messages */

/* Tells the watch of the machine, which is heard of for the first time, or again. NULL: it stays unknown. */
static struct remote *find_new(struct fleet *fleet, const char *key, size_t length, const struct message *message)
{
    static const struct remote unknown;
    const char *slash = memchr(key, '/', length);
    const struct fleet_watch *watch = slash ? watch_of(fleet, key, (size_t)(slash - key)) : NULL;
    struct remote *remote = *place_of(fleet, key, length);

    if (!watch || !remote_is_heard_by(remote ? remote : &unknown, message))
    {
        if (remote)
            remote_pass(remote, message);
        return NULL;
    }
    if (!remote && !(remote = add(fleet, key, length)))
        return NULL;
    take_from_past(fleet, remote);
    if (find(fleet, remote, watch))
        return remote;
    take_out(fleet, place_of(fleet, key, length));
    return NULL;
}

static void take_host_state(struct fleet *fleet, const char *key, size_t length, enum message_host_state state)
{
    struct fleet_host *host = find_host(fleet, key, length);

    if (!host && is_wanted(fleet, key, length) && !(host = fleet_host_of(fleet, key, length)))
        report_watches(fleet);
    if (!host || host->state == state)
        return;
    host->state = state;
    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        for (struct remote *remote = fleet->remotes[i]; remote; remote = remote->next)
        {
            if (remote->host_length == length && !memcmp(remote->key, key, length))
                report(fleet, remote);
        }
    }
}

static void take_nonsense(struct fleet *fleet, const char *why)
{
    fleet->nonsense = why;
    report_watches(fleet);
}

/* A machine that could not be opened is as good as new when it has been deleted where it was. */
static void take_of_refused(struct fleet *fleet, struct remote **place, const struct message *message)
{
    bool is_gone = message->kind == MESSAGE_GONE && !remote_knows(*place, message);

    remote_pass(*place, message);
    if (!is_gone)
        return;
    take_out(fleet, place);
    report_watches(fleet);
}

static bool take_of_machine(struct fleet *fleet, const char *topic, size_t topic_length, size_t key_length,
        const char *body, size_t body_length)
{
    const char *key = topic + sizeof(TOPIC_ROOT), *fault;
    struct remote **place = place_of(fleet, key, key_length), *remote = *place;
    struct message message;

    if ((fault = message_read(&message, topic, topic_length, body, body_length)))
    {
        if (remote && !remote->past)
            remote_take_nonsense(remote, fault);
        else
            take_nonsense(fleet, fault);
        return true;
    }
    if (remote && remote->refused)
        take_of_refused(fleet, place, &message);
    else if ((remote && !remote->past) || (remote = find_new(fleet, key, key_length, &message)))
        return remote_take(remote, &message, topic, topic_length, body, body_length) || !fleet->resumes;
    return true;
}

static void take_of_host(
        struct fleet *fleet, const char *topic, size_t topic_length, const char *body, size_t body_length)
{
    const char *key = topic + sizeof(TOPIC_ROOT), *slash = memchr(key, '/', topic_length - sizeof(TOPIC_ROOT));
    struct message message;
    const char *fault = message_read(&message, topic, topic_length, body, body_length);

    if (fault)
        take_nonsense(fleet, fault);
    else if (message.kind == MESSAGE_HOST_STATE)
        take_host_state(fleet, key, (size_t)(slash - key), message.host_state);
}

/* Of a topic, whose last part is behind the last slash. */
static size_t length_of_key(const char *topic, size_t topic_length)
{
    while (topic[--topic_length] != '/')
        ;
    return topic_length - sizeof(TOPIC_ROOT);
}

void fleet_take_too_large(struct fleet *fleet, const char *topic, size_t topic_length)
{
    static const char why[] = "it has more than 1 MB";
    struct message_place place;
    struct remote *remote = NULL;

    if (!message_read_topic(&place, topic, topic_length))
        remote = *place_of(fleet, topic + sizeof(TOPIC_ROOT), length_of_key(topic, topic_length));
    if (remote && !remote->past)
        remote_take_nonsense(remote, why);
    else
        take_nonsense(fleet, why);
}

bool fleet_take(struct fleet *fleet, const char *topic, size_t topic_length, const char *body, size_t body_length)
{
    struct message_place place;
    const char *fault = message_read_topic(&place, topic, topic_length);

    if (!fault && *place.machine)
        return take_of_machine(fleet, topic, topic_length, length_of_key(topic, topic_length), body, body_length);
    if (fault)
        take_nonsense(fleet, fault);
    else
        take_of_host(fleet, topic, topic_length, body, body_length);
    return true;
}

#include "host/mqtt/fleet_parts.h"

#include <string.h>

#include "fleet/topics.h"

/* Tells the watch of the machine, which is heard of for the first time, or again. NULL: it stays unknown. */
static struct remote *find_new(struct fleet *fleet, const char *key, size_t length, const struct message *message)
{
    static const struct remote unknown;
    const char *slash = memchr(key, '/', length);
    const struct fleet_watch *watch = slash ? fleet_watch_of(fleet, key, (size_t)(slash - key)) : NULL;
    struct remote *remote = *fleet_place_of(fleet, key, length);

    if (!watch || !remote_is_heard_by(remote ? remote : &unknown, message))
    {
        if (remote)
            remote_pass(remote, message);
        return NULL;
    }
    if (!remote && !(remote = fleet_add(fleet, key, length)))
        return NULL;
    fleet_take_from_past(fleet, remote);
    if (fleet_find(fleet, remote, watch))
        return remote;
    fleet_take_out(fleet, fleet_place_of(fleet, key, length));
    return NULL;
}

static void take_host_state(struct fleet *fleet, const char *key, size_t length, enum message_host_state state)
{
    struct fleet_host *host = fleet_find_host(fleet, key, length);

    if (!host && fleet_wants_host(fleet, key, length) && !(host = fleet_host_of(fleet, key, length)))
        fleet_report_watches(fleet);
    if (!host || host->state == state)
        return;
    host->state = state;
    for (size_t i = 0; i < FLEET_BUCKETS; ++i)
    {
        for (struct remote *remote = fleet->remotes[i]; remote; remote = remote->next)
        {
            if (remote->host_length == length && !memcmp(remote->key, key, length))
                fleet_report(fleet, remote);
        }
    }
}

static void take_nonsense(struct fleet *fleet, const char *why)
{
    fleet->nonsense = why;
    fleet_report_watches(fleet);
}

/* A machine that could not be opened is as good as new when it has been deleted where it was. */
static void take_of_refused(struct fleet *fleet, struct remote **place, const struct message *message)
{
    bool is_gone = message->kind == MESSAGE_GONE && !remote_knows(*place, message);

    remote_pass(*place, message);
    if (!is_gone)
        return;
    fleet_take_out(fleet, place);
    fleet_report_watches(fleet);
}

static bool take_of_machine(struct fleet *fleet, const char *topic, size_t topic_length, size_t key_length,
        const char *body, size_t body_length)
{
    const char *key = topic + sizeof(TOPIC_ROOT), *fault;
    struct remote **place = fleet_place_of(fleet, key, key_length), *remote = *place;
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
        remote = *fleet_place_of(fleet, topic + sizeof(TOPIC_ROOT), length_of_key(topic, topic_length));
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

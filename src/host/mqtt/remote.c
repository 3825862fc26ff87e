#include "host/mqtt/remote.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fleet/topics.h"
#include "platform/memory.h"

struct remote_waiting
{
    struct remote_waiting *next;
    size_t topic_length, body_length;
    char bytes[]; /* the topic, and the body behind it */
};

struct remote *remote_create(const char *key, size_t length, size_t *bytes_of_all)
{
    const char *slash = memchr(key, '/', length);
    struct remote *remote = memory_alloc(sizeof(*remote) + length + 1);

    if (!remote)
        return NULL;
    memcpy(remote->key, key, length);
    remote->host_length = slash ? (size_t)(slash - key) : length;
    remote->last_waiting = &remote->first_waiting;
    remote->bytes_of_all = bytes_of_all;
    return remote;
}

static size_t size_of_waiting(const struct remote_waiting *waiting)
{
    return sizeof(*waiting) + waiting->topic_length + waiting->body_length;
}

static struct remote_waiting *take_first_waiting(struct remote *remote)
{
    struct remote_waiting *waiting = remote->first_waiting;

    if (!(remote->first_waiting = waiting->next))
        remote->last_waiting = &remote->first_waiting;
    --remote->waiting_count;
    remote->waiting_bytes -= size_of_waiting(waiting);
    *remote->bytes_of_all -= size_of_waiting(waiting);
    return waiting;
}

static void forget_waiting(struct remote *remote)
{
    while (remote->first_waiting)
        memory_free(take_first_waiting(remote));
}

void remote_free(struct remote *remote)
{
    forget_waiting(remote);
    memory_free(remote);
}

/* What is news */

static const char *describe_missing(const struct remote *remote, char fault[LIVE_FAULT_SIZE])
{
    snprintf(fault, LIVE_FAULT_SIZE,
            "%" PRIu64 " of the machine's events have not come, the last of them in front of number %" PRIu64
            " of its host's spool; they were lost there or on the way",
            remote->missing, remote->missing_before);
    return fault;
}

static const char *describe(const struct remote *remote, const char *way, char fault[LIVE_FAULT_SIZE])
{
    if (way)
        return way;
    if (remote->vanished)
        return "the broker has no state of the machine any more; it may have been deleted on its host while there was "
               "no "
               "connection";
    if (remote->missing)
        return describe_missing(remote, fault);
    if (remote->nonsense)
    {
        snprintf(fault, LIVE_FAULT_SIZE, "a message about the machine was dropped: %s", remote->nonsense);
        return fault;
    }
    if (remote->beside)
        return remote->beside;
    if (!remote->heard)
        return "the broker has nothing to say of a machine of that name and host yet";
    return NULL;
}

void remote_lose(struct remote *remote)
{
    remote->had_state = remote->had_state || remote->has_state;
    remote->has_state = remote->vanished = false;
}

void remote_settle(struct remote *remote)
{
    remote->vanished = remote->connected && remote->had_state && !remote->has_state;
    if (remote->connected)
        remote_report(remote, NULL);
}

void remote_finish_try(struct remote *remote)
{
    if (remote->tried || !remote->callbacks || remote->over)
        return;
    remote->tried = true;
    remote->callbacks->tried(remote->context, true);
}

void remote_report(struct remote *remote, const char *way)
{
    char text[LIVE_FAULT_SIZE];
    const char *fault = describe(remote, way, text);

    if (!remote->callbacks || remote->over)
        return;
    if (!remote->reported || remote->connected != !way || strcmp(remote->fault, fault ? fault : "") != 0)
    {
        remote->reported = true;
        remote->connected = !way;
        snprintf(remote->fault, sizeof(remote->fault), "%s", fault ? fault : "");
        remote->callbacks->connection(remote->context, remote->connected, fault);
    }
    if (remote->connected && remote->heard && !remote->first_waiting)
        remote_finish_try(remote);
}

/* Of what is known of the machine itself. */
static void report_again(struct remote *remote)
{
    if (remote->connected)
        remote_report(remote, NULL);
}

void remote_take_nonsense(struct remote *remote, const char *why)
{
    remote->nonsense = why;
    report_again(remote);
}

bool remote_knows(const struct remote *remote, const struct message *message)
{
    return !strcmp(remote->spool, message->spool) && message->sequence <= remote->last;
}

static void note_last(struct remote *remote, const struct message *message)
{
    remote->last = message->sequence;
    memcpy(remote->spool, message->spool, sizeof(remote->spool));
}

/* Whether the event has not been heard yet. What lies between it and the last one is missing, unless nobody has heard the
 * machine then. A spool that was made anew counts from 1. */
static bool is_news(struct remote *remote, const struct message *message)
{
    uint64_t last = strcmp(remote->spool, message->spool) != 0 ? 0 : remote->last;

    if (message->sequence <= last)
        return false;
    if (!remote->begun)
        last = message->sequence - 1;
    remote->begun = true;
    remote->had_state = remote->vanished = false;
    remote->missed += message->sequence - last - 1;
    remote->missing += message->sequence - last - 1;
    if (message->sequence != last + 1)
        remote->missing_before = message->sequence;
    note_last(remote, message);
    return true;
}

static void learn_state(struct remote *remote, const struct message *message)
{
    remote->callbacks->state(remote->context, (enum vm_state)message->state);
}

static void fire(struct remote *remote, const struct message *message)
{
    char origin[2 * 3 * MESSAGE_NAME_SIZE + 16], missing[24];
    struct vm_event event = {.type = VM_EVENT_TOLD, .text = message->data.start, .length = message->data.length};

    snprintf(origin, sizeof(origin), "/" TOPIC_ROOT "/%s", remote->key);
    snprintf(missing, sizeof(missing), "%" PRIu64, remote->missed);
    event.details[0] = (struct vm_detail){"origin", origin};
    event.details[1] = (struct vm_detail){"id", message->id};
    event.details[2] = (struct vm_detail){"time", message->time};
    event.details[3] = (struct vm_detail){"missing", remote->missed ? missing : NULL};
    remote->missed = 0;
    remote->callbacks->event(remote->context, &event);
}

static void end(struct remote *remote)
{
    remote_finish_try(remote);
    remote->over = true;
    remote->callbacks->removed(remote->context);
}

static void take_in_turn(struct remote *remote, const struct message *message)
{
    if (!is_news(remote, message))
        return;
    remote->heard = true;
    if (message->kind == MESSAGE_EVENT)
        fire(remote, message);
    else if (message->kind == MESSAGE_GONE)
        end(remote);
    else if (message->kind == MESSAGE_HEARD)
        learn_state(remote, message);
}

/* One that came with an event that has been heard is known, and others may have come since. Of the first one the event, and
 * what was in front of it, has been before the machine was heard. */
static void take_state(struct remote *remote, const struct message *message)
{
    remote->heard = remote->has_state = true;
    remote->vanished = false;
    if (!remote_knows(remote, message))
        learn_state(remote, message);
    if (!*remote->spool && !remote->resumes)
        note_last(remote, message);
}

static void take(struct remote *remote, const struct message *message)
{
    switch (message->kind)
    {
        case MESSAGE_EVENT:
        case MESSAGE_HEARD:
        case MESSAGE_GONE:
        case MESSAGE_OTHER:
            if (message->sequence)
                take_in_turn(remote, message);
            break;
        case MESSAGE_STATE:
            take_state(remote, message);
            break;
        case MESSAGE_NO_STATE:
        case MESSAGE_HOST_STATE:
            break;
    }
    report_again(remote);
}

/* Waiting to be opened */

/* Without memory, or room, the message is missing. */
static bool wait(struct remote *remote, const char *topic, size_t topic_length, const char *body, size_t body_length)
{
    struct remote_waiting *waiting, sizes = {.topic_length = topic_length, .body_length = body_length};
    size_t size = size_of_waiting(&sizes);

    if (remote->refused)
        return true;
    if (remote->waiting_count == REMOTE_WAITING_COUNT || size > REMOTE_WAITING_BYTES - remote->waiting_bytes
            || size > REMOTE_WAITING_BYTES_OF_ALL - *remote->bytes_of_all || !(waiting = memory_alloc(size)))
        return false;
    waiting->topic_length = topic_length;
    waiting->body_length = body_length;
    memcpy(waiting->bytes, topic, topic_length);
    memcpy(waiting->bytes + topic_length, body, body_length);
    *remote->last_waiting = waiting;
    remote->last_waiting = &waiting->next;
    ++remote->waiting_count;
    remote->waiting_bytes += size;
    *remote->bytes_of_all += size;
    return true;
}

bool remote_is_heard_by(const struct remote *remote, const struct message *message)
{
    if (message->kind != MESSAGE_EVENT && message->kind != MESSAGE_HEARD && message->kind != MESSAGE_STATE)
        return false;
    return !remote_knows(remote, message);
}

void remote_pass(struct remote *remote, const struct message *message)
{
    if (message->sequence && message->kind != MESSAGE_STATE && !remote_knows(remote, message))
        note_last(remote, message);
}

/* What is behind the end of a machine is of another one of that name, from the first message on by which that is heard of. */
bool remote_take(struct remote *remote, const struct message *message, const char *topic, size_t topic_length,
        const char *body, size_t body_length)
{
    if (remote->callbacks && !remote->over)
        take(remote, message);
    else if (!remote->over || remote->first_waiting || remote_is_heard_by(remote, message))
        return wait(remote, topic, topic_length, body, body_length);
    return true;
}

void remote_open(struct remote *remote, const void *owner, const struct live_callbacks *callbacks, void *context)
{
    remote->owner = owner;
    remote->callbacks = callbacks;
    remote->context = context;
    remote->refused = remote->reported = remote->tried = remote->over = false;
    remote->heard = remote->heard || remote->first_waiting;
}

static bool read_waiting(const struct remote_waiting *waiting, struct message *message)
{
    return !message_read(message, waiting->bytes, waiting->topic_length, waiting->bytes + waiting->topic_length,
            waiting->body_length);
}

/* What waits behind the end of a machine begins with what is heard of another one. */
static void forget_last_words(struct remote *remote)
{
    struct message message;

    while (remote->first_waiting
            && !(read_waiting(remote->first_waiting, &message) && remote_is_heard_by(remote, &message)))
        memory_free(take_first_waiting(remote));
}

void remote_catch_up(struct remote *remote)
{
    struct remote_waiting *waiting;
    struct message message;

    while (remote->first_waiting && !remote->over)
    {
        waiting = take_first_waiting(remote);
        if (read_waiting(waiting, &message))
            take(remote, &message);
        memory_free(waiting);
    }
    if (remote->over)
        forget_last_words(remote);
    report_again(remote);
}

/* But for what it was that has come last. */
static void forget(struct remote *remote)
{
    remote->owner = NULL;
    remote->callbacks = NULL;
    remote->heard = remote->over = remote->connected = false;
    remote->has_state = remote->had_state = remote->vanished = false;
    remote->missing = remote->missed = 0;
    remote->nonsense = NULL;
}

void remote_renew(struct remote *remote)
{
    forget(remote);
    remote->refused = false;
}

void remote_refuse(struct remote *remote)
{
    forget(remote);
    forget_waiting(remote);
    remote->begun = false;
    remote->refused = true;
}

void remote_become_past(struct remote *remote)
{
    remote_refuse(remote);
    remote->refused = remote->found = remote->asked = remote->barred = false;
    remote->past = true;
}

#include "fleet/message.h"

#include <stdio.h>
#include <string.h>

#include "fleet/cloud_event.h"
#include "fleet/topics.h"

static const char wrong_topic[] = "its topic is none of vmforward's, vmevents/<host>/<machine>/<event>";

/* The topic */

/* The parts behind the root, of which there are three. */
struct parts
{
    const char *start[3];
    size_t length[3];
};

static bool split(struct parts *parts, const char *topic, size_t length)
{
    static const char root[] = TOPIC_ROOT "/";
    const char *next = topic + sizeof(root) - 1, *end = topic + length, *slash;

    if (length < sizeof(root) - 1 || memcmp(topic, root, sizeof(root) - 1) != 0)
        return false;
    for (size_t i = 0; i < 3; ++i)
    {
        slash = memchr(next, '/', (size_t)(end - next));
        if (!slash == (i < 2))
            return false;
        parts->start[i] = next;
        parts->length[i] = (size_t)((slash ? slash : end) - next);
        next = slash ? slash + 1 : end;
    }
    return true;
}

static bool is_part(const struct parts *parts, size_t i, const char *string)
{
    return parts->length[i] == strlen(string) && !memcmp(parts->start[i], string, parts->length[i]);
}

const char *message_read_topic(struct message_place *place, const char *topic, size_t length)
{
    struct parts parts;

    if (!split(&parts, topic, length)
            || !topic_decode_name(parts.start[0], parts.length[0], place->host, sizeof(place->host)))
        return wrong_topic;
    *place->machine = 0;
    if (!is_part(&parts, 1, TOPIC_OF_HOST)
            && !topic_decode_name(parts.start[1], parts.length[1], place->machine, sizeof(place->machine)))
        return wrong_topic;
    return NULL;
}

/* The body */

/* What has no escapes in it: ids, times, words. */
static bool take_word(const struct scan_value *object, const char *name, char *word, size_t size)
{
    struct scan_value value;

    if (!scan_find(object, name, &value) || value.kind != SCAN_STRING || value.length >= size
            || memchr(value.start, '\\', value.length))
        return false;
    memcpy(word, value.start, value.length);
    word[value.length] = 0;
    return true;
}

/* 16 hexadecimal digits, and behind a dash what the spool has counted, with a word in between unless it is an event. */
static bool take_id(struct message *message, const struct scan_value *body, const char *word)
{
    const char *next = message->id;
    size_t length = strlen(word);

    if (!take_word(body, "id", message->id, sizeof(message->id))
            || strspn(next, "0123456789abcdef") != MESSAGE_SPOOL_SIZE - 1)
        return false;
    memcpy(message->spool, next, MESSAGE_SPOOL_SIZE - 1);
    next += MESSAGE_SPOOL_SIZE - 1;
    if (*next++ != '-' || strncmp(next, word, length) != 0)
        return false;
    next += length;
    return *next && *next != '0' && strspn(next, "0123456789") == strlen(next);
}

/* 20 digits, not all of them zero. */
static bool take_sequence(struct message *message, const struct scan_value *body)
{
    char word[21];

    if (!take_word(body, "sequence", word, sizeof(word)) || strspn(word, "0123456789") != sizeof(word) - 1)
        return false;
    message->sequence = 0;
    for (const char *digit = word; *digit; ++digit)
    {
        if (message->sequence > (UINT64_MAX - (uint64_t)(*digit - '0')) / 10)
            return false;
        message->sequence = message->sequence * 10 + (uint64_t)(*digit - '0');
    }
    return message->sequence != 0;
}

/* The source is the topic without its last part. */
static bool is_source(const struct scan_value *body, const char *topic, const struct parts *parts)
{
    size_t length = (size_t)(parts->start[2] - topic) - 1;
    struct scan_value source;

    return scan_find(body, "source", &source) && source.kind == SCAN_STRING && source.length == length + 1
            && *source.start == '/' && !memcmp(source.start + 1, topic, length);
}

/* The attribute `type` is made of the interface and the name. */
static bool is_type(const struct scan_value *body, const struct scan_value *interface_name, const struct parts *parts)
{
    static const char before[] = "vmevents.";
    struct scan_value type;
    const char *next;

    if (!scan_find(body, "type", &type) || type.kind != SCAN_STRING
            || type.length != sizeof(before) - 1 + interface_name->length + 1 + parts->length[2])
        return false;
    next = type.start + sizeof(before) - 1;
    return !memcmp(type.start, before, sizeof(before) - 1)
            && !memcmp(next, interface_name->start, interface_name->length) && next[interface_name->length] == '.'
            && !memcmp(next + interface_name->length + 1, parts->start[2], parts->length[2]);
}

/* The number of the state that the arguments tell; 0: they tell none. */
static int state_of_arguments(const struct scan_value *data)
{
    struct scan_value arguments, state;

    if (!scan_find(data, "arguments", &arguments) || !scan_find(&arguments, "virtualMachineState", &state)
            || state.kind != SCAN_NUMBER)
        return 0;
    if (state.length == 1 && *state.start >= '0' && *state.start <= '9')
        return *state.start - '0';
    return state.length == 2 && !memcmp(state.start, "10", 2) ? MESSAGE_STATE_DELETED : 0;
}

static int state_of_name(const struct scan_value *name)
{
    static const char *const names[] = {"vmVMState_Invalid", "vmVMState_TurnedOff", "vmVMState_Saved",
            "vmVMState_TurningOn", "vmVMState_Restoring", "vmVMState_Running", "vmVMState_Paused", "vmVMState_Saving",
            "vmVMState_TurningOff", "vmVMState_MergingDrives"};

    for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); ++i)
    {
        if (scan_is(name, names[i]))
            return i;
    }
    return -1;
}

static enum message_kind kind_of_own(const struct parts *parts)
{
    if (is_part(parts, 2, "MachineHeard"))
        return MESSAGE_HEARD;
    return is_part(parts, 2, "MachineGone") ? MESSAGE_GONE : MESSAGE_OTHER;
}

static const char *read_event(struct message *message, const struct scan_value *body, const struct parts *parts)
{
    struct scan_value interface_name, name;
    bool of_host = is_part(parts, 1, TOPIC_OF_HOST);

    if (!take_id(message, body, ""))
        return "its id is not a spool's identity and a number";
    if (!take_sequence(message, body))
        return "its sequence is not 20 digits from 1 up";
    if (!scan_find(&message->data, "interface", &interface_name) || interface_name.kind != SCAN_STRING
            || !scan_find(&message->data, "name", &name) || name.kind != SCAN_STRING)
        return "its data have no interface and name";
    if (name.length != parts->length[2] || memcmp(name.start, parts->start[2], name.length) != 0
            || !is_type(body, &interface_name, parts))
        return "its topic, its type and its data are not of one event";
    message->state = state_of_arguments(&message->data);
    message->kind = MESSAGE_EVENT;
    if (scan_is(&interface_name, CLOUD_EVENT_FORWARD))
        message->kind = kind_of_own(parts);
    if (message->kind == MESSAGE_HEARD && message->state == MESSAGE_STATE_DELETED)
        return "it says that a machine is heard that is deleted";
    if (message->kind == MESSAGE_EVENT && scan_is(&name, "OnStateChange") && message->state == MESSAGE_STATE_DELETED)
        message->kind = MESSAGE_GONE;
    if (of_host)
        message->kind = MESSAGE_OTHER;
    return NULL;
}

static const char *read_state(struct message *message, const struct scan_value *body)
{
    struct scan_value state;

    if (!take_id(message, body, "state-"))
        return "its id is not that of a state";
    if (!take_sequence(message, body))
        return "its sequence is not 20 digits from 1 up";
    if (!scan_find(&message->data, "state", &state) || (message->state = state_of_name(&state)) < 0)
        return "its state is none that a machine can have";
    message->kind = MESSAGE_STATE;
    return NULL;
}

static const char *read_host_state(struct message *message, const struct scan_value *body)
{
    static const char *const words[] = {"online", "offline", "lost"};
    struct scan_value state;
    char before[16];

    message->kind = MESSAGE_HOST_STATE;
    if (!scan_find(&message->data, "state", &state))
        return "its data have no state";
    for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); ++i)
    {
        if (!scan_is(&state, words[i]))
            continue;
        message->host_state = (enum message_host_state)i;
        snprintf(before, sizeof(before), "%s-", words[i]);
        return take_id(message, body, before) ? NULL : "its id is not that of a host's state";
    }
    return "its state is neither online nor offline nor lost";
}

static const char *read_body(
        struct message *message, const char *topic, const struct parts *parts, const struct scan_value *body)
{
    struct scan_value version;

    if (!scan_find(body, "specversion", &version) || !scan_is(&version, "1.0"))
        return "it is no CloudEvent of version 1.0";
    if (!is_source(body, topic, parts))
        return "its source is not that of its topic";
    if (!scan_find(body, "data", &message->data) || message->data.kind != SCAN_OBJECT)
        return "it has no data";
    take_word(body, "time", message->time, sizeof(message->time));
    if (!is_part(parts, 2, TOPIC_STATE))
        return read_event(message, body, parts);
    return is_part(parts, 1, TOPIC_OF_HOST) ? read_host_state(message, body) : read_state(message, body);
}

const char *message_read(
        struct message *message, const char *topic, size_t length, const char *body, size_t body_length)
{
    struct scan_value value;
    struct parts parts;

    *message = (struct message){.kind = MESSAGE_OTHER};
    if (!split(&parts, topic, length))
        return wrong_topic;
    if (!body_length && is_part(&parts, 2, TOPIC_STATE))
    {
        message->kind = is_part(&parts, 1, TOPIC_OF_HOST) ? MESSAGE_OTHER : MESSAGE_NO_STATE;
        return NULL;
    }
    if (body_length > MESSAGE_BODY_MAX)
        return "it has more than 256 KB";
    if (!scan_text(body, body_length, &value) || value.kind != SCAN_OBJECT)
        return "it is no JSON object";
    return read_body(message, topic, &parts, &value);
}

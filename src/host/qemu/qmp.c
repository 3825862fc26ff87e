#include "host/qemu/qmp.h"

#include <string.h>

/* The tag of the command that is given here, by which it is told from the caller's. */
#define TAG_CAPABILITIES (-1)

/* More than any command takes, in bytes. */
#define COMMAND_MAX 1024

void qmp_init(struct qmp *qmp, const struct qmp_callbacks *callbacks, void *context)
{
    *qmp = (struct qmp){.callbacks = callbacks, .context = context};
}

void qmp_open(struct qmp *qmp)
{
    qmp->state = QMP_GREETING;
}

void qmp_close(struct qmp *qmp)
{
    qmp->state = QMP_CLOSED;
    memset(qmp->commands, 0, sizeof(qmp->commands));
}

bool qmp_is_ready(const struct qmp *qmp)
{
    return qmp->state == QMP_READY;
}

bool qmp_awaits_greeting(const struct qmp *qmp)
{
    return qmp->state == QMP_GREETING;
}

static bool send_message(struct qmp *qmp, json_t *message)
{
    char text[COMMAND_MAX];
    size_t size = json_dumpb(message, text, sizeof(text) - 1, JSON_COMPACT);

    if (!size || size > sizeof(text) - 1)
        return false;
    text[size++] = '\n';
    return qmp->callbacks->send(qmp->context, text, size);
}

static struct qmp_command *find_command(struct qmp *qmp, uint32_t id)
{
    for (unsigned int i = 0; i < QMP_COMMANDS_MAX; ++i)
    {
        if (qmp->commands[i].id == id)
            return &qmp->commands[i];
    }
    return NULL;
}

static bool give_command(struct qmp *qmp, const char *command, json_t *arguments, int tag)
{
    struct qmp_command *place = find_command(qmp, 0);
    uint32_t id = ++qmp->last_id ? qmp->last_id : ++qmp->last_id;
    json_t *message = json_pack("{s:s, s:o*, s:I}", "execute", command, "arguments", arguments, "id", (json_int_t)id);
    bool given = place && message && send_message(qmp, message);

    json_decref(message);
    if (given)
        *place = (struct qmp_command){id, tag};
    return given;
}

bool qmp_execute(struct qmp *qmp, const char *command, json_t *arguments, int tag)
{
    if (qmp->state == QMP_READY)
        return give_command(qmp, command, arguments, tag);
    json_decref(arguments);
    return false;
}

static const char *take_greeting(struct qmp *qmp, json_t *message)
{
    if (!json_object_get(message, "QMP"))
        return "it sent no QMP greeting; is this the port of QEMU's -qmp option?";
    qmp->state = QMP_NEGOTIATING;
    return give_command(qmp, "qmp_capabilities", NULL, TAG_CAPABILITIES) ? NULL : "it takes no commands";
}

/* In a message that has an integer of 64 bits all integers have been read as reals. -1: it is no integer, or none that
 * we use. */
static json_int_t integer_of(const json_t *number)
{
    double value = json_number_value(number);

    return value >= 0 && value < 9007199254740992.0 ? (json_int_t)value : -1;
}

/* The time stamp; INT64_MIN: there is none. QEMU sends -1 for both numbers when it cannot get the host's time. */
static int64_t time_of(const json_t *timestamp)
{
    json_int_t seconds = integer_of(json_object_get(timestamp, "seconds"));
    json_int_t us = integer_of(json_object_get(timestamp, "microseconds"));

    if (!timestamp || seconds < 0 || seconds > INT32_MAX * 64ll || us < 0 || us > 999999)
        return INT64_MIN;
    return seconds * 1000000 + us;
}

static void take_event(struct qmp *qmp, json_t *message, const char *name)
{
    if (qmp->state == QMP_READY)
        qmp->callbacks->event(qmp->context, name, message, time_of(json_object_get(message, "timestamp")));
}

static const char *take_answer(struct qmp *qmp, json_t *message)
{
    json_int_t id = integer_of(json_object_get(message, "id"));
    struct qmp_command *command = id > 0 && id <= UINT32_MAX ? find_command(qmp, (uint32_t)id) : NULL;
    json_t *result = json_object_get(message, "return");
    const char *error = json_string_value(json_object_get(json_object_get(message, "error"), "desc"));
    int tag;

    if (!command)
        return NULL;
    tag = command->tag;
    command->id = 0;
    if (tag != TAG_CAPABILITIES)
    {
        qmp->callbacks->answer(qmp->context, tag, result, result ? NULL : error ? error : "");
        return NULL;
    }
    if (!result)
        return "it refuses qmp_capabilities";
    qmp->state = QMP_READY;
    qmp->callbacks->ready(qmp->context);
    return NULL;
}

const char *qmp_take(struct qmp *qmp, json_t *message)
{
    const char *event = json_string_value(json_object_get(message, "event"));

    if (qmp->state == QMP_CLOSED)
        return NULL;
    if (qmp->state == QMP_GREETING)
        return take_greeting(qmp, message);
    if (!event)
        return take_answer(qmp, message);
    take_event(qmp, message, event);
    return NULL;
}

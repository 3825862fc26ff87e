/*
 * QEMU's monitor protocol (QMP, docs/interop/qmp-spec.txt of QEMU): greeting, negotiation, commands and their answers,
 * events. Knows no connection: bytes go out by send, messages come in by qmp_take.
 */
#ifndef VMEVENTS_HOST_QMP_H
#define VMEVENTS_HOST_QMP_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* So many commands may be under way. */
#define QMP_COMMANDS_MAX 96

struct qmp_callbacks
{
    /* False: it could not be sent. */
    bool (*send)(void *context, const char *text, size_t size);

    /* Commands may be given from here on. */
    void (*ready)(void *context);

    /* time_us: of its time stamp, by QEMU's clock; INT64_MIN: it has none. The event is borrowed. */
    void (*event)(void *context, const char *name, json_t *event, int64_t time_us);

    /* The answer to the command that was given with that tag: its result, and error NULL; or result NULL, since QEMU
     * refused, and error says why. Both are borrowed. */
    void (*answer)(void *context, int tag, json_t *result, const char *error);
};

struct qmp
{
    const struct qmp_callbacks *callbacks;
    void *context;
    enum
    {
        QMP_CLOSED,
        QMP_GREETING,    /* expected */
        QMP_NEGOTIATING, /* qmp_capabilities is under way */
        QMP_READY
    } state;
    uint32_t last_id;
    struct qmp_command
    {
        uint32_t id; /* 0: free */
        int tag;
    } commands[QMP_COMMANDS_MAX];
};

void qmp_init(struct qmp *qmp, const struct qmp_callbacks *callbacks, void *context);

/* A connection has been made, or has ended. Answers that have not come never will. */
void qmp_open(struct qmp *qmp);
void qmp_close(struct qmp *qmp);

/* Whether commands may be given; whether the greeting is still to come. */
bool qmp_is_ready(const struct qmp *qmp);
bool qmp_awaits_greeting(const struct qmp *qmp);

/* Gives a command; tag, not negative, comes back with its answer. arguments: a reference, which is taken; NULL for
 * none. False: it could not be given. */
bool qmp_execute(struct qmp *qmp, const char *command, json_t *arguments, int tag);

/* Takes a message. NULL, or what is wrong with it. */
const char *qmp_take(struct qmp *qmp, json_t *message);

#endif

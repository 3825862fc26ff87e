#include "host/qemu/scout.h"

#include "host/qemu/json_reader.h"

#include <stdio.h>
#include <string.h>

enum
{
    ASK_UUID,
    ASK_STATUS,
    ASK_MIGRATION,
    QUESTIONS_OF_SCOUT
};

static const char *const commands[QUESTIONS_OF_SCOUT] = {"query-uuid", "query-status", "query-migrate"};

static bool send_text(void *context, const char *text, size_t size)
{
    struct scout *scout = context;

    return scout->send(scout->context, text, size);
}

static void on_ready(void *context)
{
    struct scout *scout = context;

    for (int tag = 0; tag < QUESTIONS_OF_SCOUT; ++tag)
    {
        if (!qmp_execute(&scout->qmp, commands[tag], NULL, tag))
            scout->fault = "a command could not be sent to it";
    }
}

static void on_event(void *context, const char *name, json_t *event, int64_t time_us)
{
    (void)context, (void)name, (void)event, (void)time_us;
}

static void take_word(char word[SCOUT_WORD_SIZE], const json_t *result)
{
    const char *status = json_string_value(json_object_get(result, "status"));

    snprintf(word, SCOUT_WORD_SIZE, "%s", status ? status : "");
}

/* A question that is refused is answered by nothing. */
static void on_answer(void *context, int tag, json_t *result, const char *error)
{
    struct scout *scout = context;

    (void)error;
    --scout->unanswered;
    if (tag == ASK_UUID)
        identity_read_uuid(result, scout->uuid);
    else if (tag == ASK_STATUS)
        take_word(scout->run_state, result);
    else
        take_word(scout->migration, result);
}

static const struct qmp_callbacks callbacks = {send_text, on_ready, on_event, on_answer};

void scout_init(struct scout *scout, bool (*send)(void *context, const char *text, size_t size), void *context)
{
    *scout = (struct scout){.send = send, .context = context};
    messages_init(&scout->messages, false);
    qmp_init(&scout->qmp, &callbacks, scout);
}

void scout_cleanup(struct scout *scout)
{
    messages_cleanup(&scout->messages);
}

void scout_open(struct scout *scout)
{
    scout->fault = NULL;
    scout->unanswered = QUESTIONS_OF_SCOUT;
    *scout->uuid = *scout->run_state = *scout->migration = 0;
    messages_restart(&scout->messages);
    qmp_open(&scout->qmp);
}

void scout_close(struct scout *scout)
{
    qmp_close(&scout->qmp);
    messages_restart(&scout->messages);
}

static const char *take_message(void *context, const char *message, size_t size)
{
    struct scout *scout = context;
    const char *fault = NULL;
    json_error_t error;
    json_t *json = json_reader_read(message, size, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);

    if (!json)
        return json_reader_is_out_of_memory(&error) ? messages_out_of_memory : "it sent malformed JSON";
    fault = qmp_take(&scout->qmp, json);
    json_decref(json);
    return fault ? fault : scout->fault;
}

const char *scout_take(struct scout *scout, const char *bytes, size_t count)
{
    return messages_feed(&scout->messages, bytes, count, take_message, scout);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; ++words)
    {
        if (!strcmp(word, *words))
            return true;
    }
    return false;
}

/* By postcopy the guest runs at its new place before all of it is there. */
static bool came_by_migration(const struct scout *scout)
{
    return !strcmp(scout->migration, "completed") || !strncmp(scout->migration, "postcopy", strlen("postcopy"));
}

/* What QEMU has where it was given no UUID. */
static bool is_nil(const char *uuid)
{
    return *uuid && strspn(uuid, "0-") == strlen(uuid);
}

enum scout_verdict scout_verdict(const struct scout *scout, const char *uuid)
{
    static const char *const absent[] = {"", "prelaunch", "preconfig", "postmigrate", "shutdown", NULL};

    if (scout->unanswered)
        return SCOUT_ASKING;
    if (*uuid && *scout->uuid && strcmp(uuid, scout->uuid))
        return SCOUT_OTHER;
    if (!strcmp(scout->run_state, "inmigrate"))
        return SCOUT_COMING;
    if (is_one_of(scout->run_state, absent))
        return SCOUT_ABSENT;
    if (came_by_migration(scout))
        return SCOUT_CAME_HERE;
    return is_nil(uuid) ? SCOUT_NAMELESS : SCOUT_HERE;
}

const char *scout_uuid(const struct scout *scout)
{
    return scout->uuid;
}

const char *scout_run_state(const struct scout *scout)
{
    return scout->run_state;
}

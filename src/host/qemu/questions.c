#include "host/qemu/questions.h"

#include "host/qemu/devices.h"
#include "host/qemu/json_reader.h"
#include "host/qemu/messages.h"

#include <string.h>

/* Older QEMUs lack some of them, and a machine without disks or jobs is one all the same. */
static const struct
{
    const char *command;
    const char *arguments; /* JSON */
    bool essential;
} table[QUESTIONS] = {
        [QUESTION_CAPABILITY] = {"migrate-set-capabilities",
                "{\"capabilities\": [{\"capability\": \"events\", \"state\": true}]}", false},
        [QUESTION_UUID] = {"query-uuid", NULL, false},
        [QUESTION_PROCESS] = {"query-cpus-fast", NULL, true},
        [QUESTION_STATS] = {"query-blockstats", NULL, false},
        [QUESTION_STATUS] = {"query-status", NULL, true},
        [QUESTION_BLOCKS] = {"query-block", NULL, true},
        [QUESTION_DEVICES] = {"qom-list", "{\"path\": \"" DEVICES_PATH "\"}", true},
        [QUESTION_PORTS] = {"query-chardev", NULL, true},
        [QUESTION_JOBS] = {"query-jobs", NULL, false},
};

void questions_init(struct questions *questions, struct qmp *qmp)
{
    *questions = (struct questions){.qmp = qmp};
}

void questions_forget(struct questions *questions)
{
    for (unsigned int i = 0; i < PROBES_MAX; ++i)
        json_decref(questions->probes[i].path);
    questions_init(questions, questions->qmp);
}

/* Asking */

/* arguments: a reference, which is taken. Before QEMU is ready nothing is asked, which is no fault. */
static const char *execute(struct questions *questions, const char *command, json_t *arguments, int tag, bool *asked)
{
    *asked = qmp_execute(questions->qmp, command, arguments, tag);
    if (*asked)
        ++questions->unanswered;
    return *asked || !qmp_is_ready(questions->qmp) ? NULL : "a command could not be sent to it";
}

const char *questions_ask(struct questions *questions, enum question question)
{
    const char *text = table[question].arguments;
    json_error_t error;
    json_t *arguments;

    if (questions->asked[question])
    {
        questions->ask_again[question] = true;
        return NULL;
    }
    arguments = text ? json_reader_read(text, strlen(text), 0, &error) : NULL;
    if (text && !arguments)
        return messages_out_of_memory;
    return execute(questions, table[question].command, arguments, (int)question, &questions->asked[question]);
}

static const char *begin_probe(
        struct questions *questions, unsigned int number, enum probe_subject subject, json_t *arguments)
{
    struct probe *probe = &questions->probes[number];
    const char *fault;
    bool asked;

    *probe = (struct probe){json_incref(json_object_get(arguments, "path")), subject};
    fault = execute(questions, "qom-get", arguments, QUESTIONS_PROBE + (int)number, &asked);
    if (asked)
        return NULL;
    json_decref(probe->path);
    probe->path = NULL;
    return fault;
}

const char *questions_probe(
        struct questions *questions, enum probe_subject subject, const char *path, const char *property)
{
    json_t *arguments;

    for (unsigned int i = 0; i < PROBES_MAX; ++i)
    {
        if (questions->probes[i].path)
            continue;
        arguments = json_pack("{s:s, s:s}", "path", path, "property", property);
        return arguments ? begin_probe(questions, i, subject, arguments) : messages_out_of_memory;
    }
    return NULL;
}

/* Answers */

void questions_answer(struct questions *questions, enum question question)
{
    questions->asked[question] = false;
    --questions->unanswered;
}

bool questions_take_repeat(struct questions *questions, enum question question)
{
    bool repeat = questions->ask_again[question];

    questions->ask_again[question] = false;
    return repeat;
}

json_t *questions_answer_probe(struct questions *questions, unsigned int number, enum probe_subject *subject)
{
    struct probe *probe = &questions->probes[number];
    json_t *path = probe->path;

    *subject = probe->subject;
    probe->path = NULL;
    --questions->unanswered;
    return path;
}

bool questions_is_asked(const struct questions *questions, enum question question)
{
    return questions->asked[question];
}

bool questions_are_answered(const struct questions *questions)
{
    return !questions->unanswered;
}

const char *questions_command(enum question question)
{
    return table[question].command;
}

bool questions_is_essential(int tag)
{
    return tag < QUESTIONS && table[tag].essential;
}

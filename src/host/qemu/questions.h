/* What QEMU is asked, and what of that has not been answered yet. */
#ifndef VMEVENTS_HOST_QUESTIONS_H
#define VMEVENTS_HOST_QUESTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "host/qemu/qmp.h"

/* Each is asked by a command of its own, and not again while it is under way. */
enum question
{
    QUESTION_CAPABILITY, /* to have events of a migration */
    QUESTION_UUID,       /* by which it is known at another place */
    QUESTION_PROCESS,
    QUESTION_STATS,
    QUESTION_STATUS,
    QUESTION_BLOCKS,
    QUESTION_DEVICES,
    QUESTION_PORTS, /* the character devices, among which is the agent's */
    QUESTION_JOBS,
    QUESTIONS
};

/* Asks for a property of one of QEMU's objects. There may be several at a time. */
struct probe
{
    json_t *path; /* of the object; NULL: free */
    enum probe_subject
    {
        PROBE_DRIVE_TYPE,
        PROBE_PORT_NAME,
        PROBE_PORT_DEVICE
    } subject;
};

#define PROBES_MAX 64

/* The tag of a command is the number of the question, or QUESTIONS_PROBE and the number of the probe. */
#define QUESTIONS_PROBE QUESTIONS

struct questions
{
    struct qmp *qmp;
    bool asked[QUESTIONS], ask_again[QUESTIONS];
    uint32_t unanswered; /* probes too */
    struct probe probes[PROBES_MAX];
};

/* qmp must live as long. */
void questions_init(struct questions *questions, struct qmp *qmp);

/* The connection has ended: what was asked will not be answered. Also frees all that is held. */
void questions_forget(struct questions *questions);

/* Asks. A question that is under way is asked again once it has been answered. Returns NULL, or why the connection has
 * to be ended: more hangs on an answer that would never come. */
const char *questions_ask(struct questions *questions, enum question question);

/* Asks for a property of the object at the path. Nothing is asked when too many such are under way. Returns as
 * above. */
const char *questions_probe(
        struct questions *questions, enum probe_subject subject, const char *path, const char *property);

/* The answer to a question has come, whatever it is; when it has been dealt with: whether it is to be asked again. */
void questions_answer(struct questions *questions, enum question question);
bool questions_take_repeat(struct questions *questions, enum question question);

/* The answer to a probe has come. The path is a reference for the caller. */
json_t *questions_answer_probe(struct questions *questions, unsigned int number, enum probe_subject *subject);

bool questions_is_asked(const struct questions *questions, enum question question);
bool questions_are_answered(const struct questions *questions);

/* The command that a question is asked by. */
const char *questions_command(enum question question);

/* Whether the answer to the command with that tag has to be known of every machine, so that a refusal is a fault. */
bool questions_is_essential(int tag);

#endif

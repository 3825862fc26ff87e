#include "host/qemu/faults.h"

#include <stdio.h>
#include <string.h>

void faults_init(struct faults *faults, void (*report)(void *context, const char *fault), void *context)
{
    *faults = (struct faults){.report = report, .context = context};
}

static void report(struct faults *faults)
{
    const char *fault = faults->silence;

    if (!fault && *faults->agent)
        fault = faults->agent;
    if (*faults->refusal)
        fault = faults->refusal;
    faults->report(faults->context, fault);
}

/* So much of the text as ends with a whole character of UTF-8. */
static size_t whole_characters(const char *text, size_t size)
{
    while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
        --size;
    return size;
}

void faults_quote(char text[FAULT_MAX], const char *words, const char *said)
{
    size_t size = (size_t)snprintf(text, FAULT_MAX, "%s", words), left, length = strlen(said);

    if (size >= FAULT_MAX)
        size = FAULT_MAX - 1;
    left = FAULT_MAX - 1 - size;
    if (length > left)
        length = whole_characters(said, left);
    memcpy(text + size, said, length);
    text[size + length] = 0;
    for (char *byte = text; *byte; ++byte)
    {
        if ((unsigned char)*byte < ' ' || *byte == 127)
            *byte = ' ';
    }
}

/* QEMU */

void faults_set_refusal(struct faults *faults, enum question question, const char *error)
{
    char words[80];

    if (!error && question == faults->refused && *faults->refusal)
    {
        *faults->refusal = 0;
        report(faults);
    }
    if (!error || *faults->refusal)
        return;
    snprintf(words, sizeof(words), "QEMU refuses %s: ", questions_command(question));
    faults_quote(faults->refusal, words, error);
    faults->refused = question;
    report(faults);
}

void faults_forget_refusal(struct faults *faults)
{
    *faults->refusal = 0;
}

bool faults_has_refusal(const struct faults *faults, enum question *question)
{
    *question = faults->refused;
    return *faults->refusal != 0;
}

/* The guest agent */

void faults_set_silence(struct faults *faults, const char *why)
{
    faults->silence = why;
    report(faults);
}

bool faults_has_silence(const struct faults *faults)
{
    return faults->silence != NULL;
}

bool faults_set_agent(struct faults *faults, const char *command, const char *what)
{
    char words[80] = "";

    if (!what && !*faults->agent)
        return false;
    if (command)
        snprintf(words, sizeof(words), "the guest agent refuses %s: ", command);
    faults_quote(faults->agent, words, what ? what : "");
    report(faults);
    return true;
}

const char *faults_agent(const struct faults *faults)
{
    return faults->agent;
}

void faults_forget_agent(struct faults *faults)
{
    faults->silence = NULL;
    *faults->agent = 0;
    report(faults);
}

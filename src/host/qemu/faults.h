/*
 * What is wrong with a machine whose connections are there, said in a sentence without its full stop: QEMU refuses to
 * be asked, the guest agent refuses or makes no sense, or it is silent. Whatever else is wrong ends a connection.
 */
#ifndef VMEVENTS_HOST_FAULTS_H
#define VMEVENTS_HOST_FAULTS_H

#include <stdbool.h>

#include "host/qemu/questions.h"

/* The sentence may quote QEMU or the agent, who say as much as they like: it is cut to so many bytes, its end among
 * them. */
#define FAULT_MAX 256

struct faults
{
    /* Called with the gravest fault each time one changes; NULL: there is none. The text is good until the next. */
    void (*report)(void *context, const char *fault);
    void *context;

    char refusal[FAULT_MAX]; /* QEMU's, of an essential question; empty: none */
    enum question refused;   /* that question */
    char agent[FAULT_MAX];   /* what is wrong with the agent's answers; empty: nothing */
    const char *silence;     /* why the agent gives no answer; NULL: it answers */
};

void faults_init(struct faults *faults, void (*report)(void *context, const char *fault), void *context);

/* Puts together words of ours and what QEMU or the agent said, which may be anything, as one line of text. */
void faults_quote(char text[FAULT_MAX], const char *words, const char *said);

/* QEMU has refused an essential question, and says why; NULL: it has answered it. The first refusal stands until that
 * question is answered. */
void faults_set_refusal(struct faults *faults, enum question question, const char *error);

/* A new connection to QEMU: it is asked all of it anew. Reports nothing. */
void faults_forget_refusal(struct faults *faults);

/* Whether there is a refusal, and of which question. */
bool faults_has_refusal(const struct faults *faults, enum question *question);

/* Why the agent gives no answer, a text that is never freed; NULL: it answers. */
void faults_set_silence(struct faults *faults, const char *why);
bool faults_has_silence(const struct faults *faults);

/* What the agent says of its refusal of that command; command NULL: it makes no sense, and what says so in words of
 * ours. what NULL: all is well. Returns whether anything is another than before. */
bool faults_set_agent(struct faults *faults, const char *command, const char *what);
const char *faults_agent(const struct faults *faults);

/* A new connection to the agent: nothing is known against it. */
void faults_forget_agent(struct faults *faults);

#endif

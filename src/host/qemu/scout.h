/*
 * Whether a machine is at another place: one short conversation with the QEMU there, which is asked for its UUID, its
 * run state, and whether its guest has come to it by a migration. Knows no connection: bytes go out by send, and come in
 * by scout_take.
 */
#ifndef VMEVENTS_HOST_SCOUT_H
#define VMEVENTS_HOST_SCOUT_H

#include "host/qemu/identity.h"
#include "host/qemu/messages.h"
#include "host/qemu/qmp.h"

/* The longest run state of QEMU's has 14 characters, the longest status of a migration 16. */
#define SCOUT_WORD_SIZE 32

enum scout_verdict
{
    SCOUT_ASKING,    /* QEMU has not answered all yet */
    SCOUT_CAME_HERE, /* it is here, and has come from another QEMU, or from a file that one has saved */
    SCOUT_HERE,      /* it is here, and has been started here */
    SCOUT_COMING,    /* QEMU waits for it, or is taking it in */
    SCOUT_NAMELESS,  /* a machine has been started here, and none of the two has a UUID to be known by */
    SCOUT_ABSENT,    /* QEMU has none that is in its course: it has not begun, is over, or has gone on from here */
    SCOUT_OTHER      /* the machine here has another UUID */
};

struct scout
{
    bool (*send)(void *context, const char *text, size_t size);
    void *context;
    struct messages messages;
    struct qmp qmp;
    const char *fault; /* a question could not be sent; NULL: all were */
    unsigned int unanswered;
    char uuid[IDENTITY_UUID_SIZE];
    char run_state[SCOUT_WORD_SIZE];
    char migration[SCOUT_WORD_SIZE]; /* empty: QEMU has been part of none */
};

/* send: false when it could not be sent. */
void scout_init(struct scout *scout, bool (*send)(void *context, const char *text, size_t size), void *context);
void scout_cleanup(struct scout *scout);

/* A connection has been made, or has ended. */
void scout_open(struct scout *scout);
void scout_close(struct scout *scout);

/* NULL, or what is wrong: then the connection is to be ended. */
const char *scout_take(struct scout *scout, const char *bytes, size_t count);

/* uuid: that of the machine that is looked for; "": any. */
enum scout_verdict scout_verdict(const struct scout *scout, const char *uuid);

/* What the QEMU has said of itself, for those who hear why it is not the one. */
const char *scout_uuid(const struct scout *scout);
const char *scout_run_state(const struct scout *scout);

#endif

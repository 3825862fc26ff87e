/*
 * The connections of one live machine: to QEMU's monitor, and to its guest agent. They are made, watched, and made
 * again after a while that grows. Everything here happens in the loop.
 *
 * The machine is at one place of its address. When it is not there any more, or may have gone on from there (it has been
 * saved, or is still expected), it is looked for at the others, and where it is found the connections are made next.
 */
#ifndef VMEVENTS_HOST_ATTACHMENT_H
#define VMEVENTS_HOST_ATTACHMENT_H

#include "host/live/live_kind.h"
#include "host/qemu/search.h"
#include "host/qemu/vm.h"
#include "net/link.h"

/* How long the end of a QEMU from which its machine was being migrated waits for a place that still takes it in. */
#define ATTACHMENT_ARRIVAL_MS 5000

/* So many connections, one after the other, that are ended before there was a greeting are the end of the machine. */
#define ATTACHMENT_ENDS 3

struct attachment
{
    const struct live_callbacks *callbacks;
    void *context;
    const struct address *address;
    struct tls_credentials *credentials; /* NULL: without TLS */
    unsigned int place;                  /* of the address, to which the connections are */
    struct vm vm;
    struct link qmp, agent;
    struct search search;
    uv_timer_t vm_timer, qmp_timer, agent_timer;
    unsigned int open_handles;
    unsigned int number; /* among all that there have been */
    bool closing, has_tried;
    const char *fault; /* of the machine, apart from its connections */
    unsigned int ends_before_greeting;
    bool lost;        /* the last connection to QEMU, or try, has failed, and there was none since */
    uint64_t lost_ms; /* since when */
    bool ended;       /* QEMU has, and the machine with it if it is at no other place */
    bool connected;   /* as was last reported, and what was wrong; empty: nothing */
    char reported[LIVE_FAULT_SIZE];
    uint64_t attached_ms, agent_opened_ms;
    uint64_t qmp_retry_ms, agent_retry_ms; /* the waits before the next tries */
};

/* Starts to attach; what happens is told by the callbacks (live_kind.h). credentials: if the address wants TLS,
 * otherwise NULL; both stay until `closed`. False: out of memory; nothing is left to be closed then. */
bool attachment_open(struct attachment *attachment, uv_loop_t *loop, const struct live_callbacks *callbacks,
        void *context, const struct address *address, struct tls_credentials *credentials);

/* Ends by closed: nothing refers to the attachment any more. */
void attachment_close(struct attachment *attachment);

/* Asks the guest's users to leave; ends by logged_off. */
void attachment_logoff(struct attachment *attachment);

#endif

/*
 * The connections of one live machine: to QEMU's monitor, and to its guest agent. They are made, watched, and made
 * again after a while that grows. Everything here happens in the loop.
 */
#ifndef VMEVENTS_HOST_ATTACHMENT_H
#define VMEVENTS_HOST_ATTACHMENT_H

#include "host/live/live_kind.h"
#include "host/qemu/vm.h"
#include "net/link.h"

/* How long QEMU may take from the start of a connection until it has told all that is asked at first. */
#define ATTACHMENT_ANSWER_MS 5000

/* The wait before another try: the first follows at once when a connection was lost that had lasted for the longest. */
#define ATTACHMENT_RETRY_FIRST_MS 100
#define ATTACHMENT_RETRY_LONGEST_MS 2000

/* So many connections, one after the other, that are ended before there was a greeting are the end of the machine. */
#define ATTACHMENT_ENDS 3

struct attachment
{
    const struct live_callbacks *callbacks;
    void *context;
    struct address address;
    struct tls_credentials *credentials; /* NULL: without TLS */
    struct vm vm;
    struct link qmp, agent;
    uv_timer_t vm_timer, qmp_timer, agent_timer;
    unsigned int open_handles;
    bool closing, has_tried;
    const char *fault; /* of the machine, apart from its connections */
    unsigned int ends_before_greeting;
    uint64_t attached_ms, agent_opened_ms;
    uint64_t qmp_retry_ms, agent_retry_ms; /* the waits before the next tries */
};

/* Starts to attach; what happens is told by the callbacks (live_kind.h). credentials: if the address wants TLS,
 * otherwise NULL. False: out of memory; nothing is left to be closed then. */
bool attachment_open(struct attachment *attachment, uv_loop_t *loop, const struct live_callbacks *callbacks,
        void *context, const struct address *address, struct tls_credentials *credentials);

/* Ends by closed: nothing refers to the attachment any more. */
void attachment_close(struct attachment *attachment);

/* Asks the guest's users to leave; ends by logged_off. */
void attachment_logoff(struct attachment *attachment);

#endif

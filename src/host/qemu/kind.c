/*
 * Everything that a peer does happens in the loop (net/loop.h), where one thing is done after the other: calls from
 * outside are tasks there, and callbacks come from there.
 */
#include "host/qemu/kind.h"

#include "host/qemu/attachment.h"
#include "host/qemu/dial.h"
#include "host/qemu/json_reader.h"
#include "host/qemu/logoff.h"
#include "net/loop.h"
#include "platform/memory.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

_Static_assert(LIVE_FIRST_TRY_MS >= 2 * DIAL_ANSWER_MS, "OpenMachine waits for longer than a try takes");

struct qemu_peer
{
    struct live_peer peer;
    struct address address;
    struct tls_credentials *credentials; /* NULL: without TLS */
    const struct live_callbacks *callbacks;
    void *context;
    struct loop_task open_task, log_off_task, close_task;

    /* In the loop. */
    struct attachment attachment;
    bool attached; /* false: there was no memory to begin */
};

static struct qemu_peer *qemu_from_peer(struct live_peer *peer)
{
    return (struct qemu_peer *)peer;
}

/* In the loop */

static struct qemu_peer *qemu_from_task(struct loop_task *task, size_t offset)
{
    return (struct qemu_peer *)((char *)task - offset);
}

static void run_open(struct loop_task *task, uv_loop_t *loop)
{
    struct qemu_peer *qemu = qemu_from_task(task, offsetof(struct qemu_peer, open_task));

    json_reader_init();
    qemu->attached = attachment_open(
            &qemu->attachment, loop, qemu->callbacks, qemu->context, &qemu->address, qemu->credentials);
    if (!qemu->attached)
        qemu->callbacks->tried(qemu->context, false);
}

static void run_log_off(struct loop_task *task, uv_loop_t *loop)
{
    struct qemu_peer *qemu = qemu_from_task(task, offsetof(struct qemu_peer, log_off_task));

    (void)loop;
    if (qemu->attached)
        attachment_logoff(&qemu->attachment);
    else
        qemu->callbacks->logged_off(qemu->context, VM_LOGOFF_ENDED, NULL);
}

static void run_close(struct loop_task *task, uv_loop_t *loop)
{
    struct qemu_peer *qemu = qemu_from_task(task, offsetof(struct qemu_peer, close_task));

    (void)loop;
    if (qemu->attached)
        attachment_close(&qemu->attachment);
    else
        qemu->callbacks->closed(qemu->context);
}

/* From other threads */

/* Those that the address names. False: the description says why there are none; an empty one that there is no memory. */
static bool open_credentials(
        const struct address *address, struct tls_credentials **credentials, char description[LIVE_DESCRIPTION_SIZE])
{
    struct tls_credentials_options options = {address->tls_ca, address->tls_certificate};
    char fault[TLS_FAULT_SIZE];

    *credentials = NULL;
    if (!address->tls || (*credentials = tls_credentials_open(&options, fault)))
        return true;
    snprintf(description, LIVE_DESCRIPTION_SIZE, "%.*s", LIVE_DESCRIPTION_SIZE - 1, fault);
    return false;
}

static enum live_create_result qemu_create(
        const char *address, struct live_peer **peer, char description[LIVE_DESCRIPTION_SIZE])
{
    struct tls_credentials *credentials;
    struct address parsed;
    struct qemu_peer *qemu;

    if (address_parse(&parsed, address, description))
        return LIVE_CREATE_WRONG_ADDRESS;
    if (!open_credentials(&parsed, &credentials, description))
        return *description ? LIVE_CREATE_WRONG_ADDRESS : LIVE_CREATE_NO_MEMORY;
    if (!(qemu = memory_alloc(sizeof(*qemu))))
    {
        tls_credentials_release(credentials);
        return LIVE_CREATE_NO_MEMORY;
    }
    qemu->peer.kind = &qemu_kind;
    qemu->address = parsed;
    qemu->credentials = credentials;
    qemu->open_task.run = run_open;
    qemu->log_off_task.run = run_log_off;
    qemu->close_task.run = run_close;
    *peer = &qemu->peer;
    return LIVE_CREATED;
}

/* A monitor serves one client. */
static bool qemu_is_same_place(const struct live_peer *peer, const struct live_peer *other)
{
    return address_overlaps(&((const struct qemu_peer *)peer)->address, &((const struct qemu_peer *)other)->address);
}

_Static_assert(ADDRESS_PLACES_MAX <= LIVE_PLACES_MAX, "each place of an address has a number");

static unsigned int qemu_places(const struct live_peer *peer, uint32_t places[LIVE_PLACES_MAX])
{
    const struct address *address = &((const struct qemu_peer *)peer)->address;

    address_hash(address, places);
    return address->place_count;
}

static bool qemu_open(struct live_peer *peer, const struct live_callbacks *callbacks, void *context)
{
    struct qemu_peer *qemu = qemu_from_peer(peer);

    qemu->callbacks = callbacks;
    qemu->context = context;
    return loop_post(&qemu->open_task);
}

/* The loop runs since open, so that nothing can fail here and in qemu_close. */
static void qemu_log_off(struct live_peer *peer)
{
    loop_post(&qemu_from_peer(peer)->log_off_task);
}

static void qemu_close(struct live_peer *peer)
{
    loop_post(&qemu_from_peer(peer)->close_task);
}

static void qemu_destroy(struct live_peer *peer)
{
    tls_credentials_release(qemu_from_peer(peer)->credentials);
    memory_free(peer);
}

const struct live_kind qemu_kind = {
        .scheme = "qemu",
        .example = "qemu:127.0.0.1:4444,agent=4445",
        .logoff_needs = "qemu-guest-agent, and the address agent=PORT",
        .logoff_seconds = LOGOFF_MS / 1000,
        .create = qemu_create,
        .is_same_place = qemu_is_same_place,
        .places = qemu_places,
        .open = qemu_open,
        .log_off = qemu_log_off,
        .close = qemu_close,
        .destroy = qemu_destroy,
};

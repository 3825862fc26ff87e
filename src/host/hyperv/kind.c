/*
 * Everything that a peer does happens in the thread of its computer (hyperv/thread.h): calls from outside are tasks there,
 * and callbacks come from there.
 */
#include "host/hyperv/kind.h"

#include "host/hyperv/list.h"
#include "host/hyperv/thread.h"
#include "platform/memory.h"

#include <stddef.h>
#include <string.h>

struct hyperv_peer
{
    struct live_peer peer;
    struct hv_address address;
    const struct live_callbacks *callbacks;
    void *context;
    struct hv_thread *thread; /* from open to closed */
    struct hv_task open_task, log_off_task, close_task;
    struct hv_machine machine; /* the thread's, but for hv_machine_is */
};

static struct hyperv_peer *hyperv_from_peer(struct live_peer *peer)
{
    return (struct hyperv_peer *)peer;
}

/* In the thread */

static struct hyperv_peer *hyperv_from_task(struct hv_task *task, size_t offset)
{
    return (struct hyperv_peer *)((char *)task - offset);
}

static void run_open(struct hv_task *task, struct hv_computer *computer)
{
    struct hyperv_peer *hyperv = hyperv_from_task(task, offsetof(struct hyperv_peer, open_task));

    hyperv->machine.callbacks = hyperv->callbacks;
    hyperv->machine.context = hyperv->context;
    hv_computer_add(computer, &hyperv->machine);
}

static void run_log_off(struct hv_task *task, struct hv_computer *computer)
{
    struct hyperv_peer *hyperv = hyperv_from_task(task, offsetof(struct hyperv_peer, log_off_task));

    hv_computer_log_off(computer, &hyperv->machine);
}

/* The callback may free the peer. */
static void run_close(struct hv_task *task, struct hv_computer *computer)
{
    struct hyperv_peer *hyperv = hyperv_from_task(task, offsetof(struct hyperv_peer, close_task));
    struct hv_thread *thread = hyperv->thread;

    hv_computer_remove(computer, &hyperv->machine);
    hv_machine_cleanup(&hyperv->machine);
    hyperv->callbacks->closed(hyperv->context);
    hv_thread_leave(thread);
}

/* From other threads */

static enum live_create_result hyperv_create(
        const char *address, struct live_peer **peer, char description[LIVE_DESCRIPTION_SIZE])
{
    struct hyperv_peer *hyperv;
    struct hv_address parsed;

    if (hv_address_parse(&parsed, address, description))
        return LIVE_CREATE_WRONG_ADDRESS;
    if (!(hyperv = memory_alloc(sizeof(*hyperv))))
        return LIVE_CREATE_NO_MEMORY;
    hyperv->peer.kind = &hyperv_kind;
    hyperv->address = parsed;
    hv_machine_init(&hyperv->machine, &hyperv->address, NULL, NULL);
    hyperv->open_task.run = run_open;
    hyperv->log_off_task.run = run_log_off;
    hyperv->close_task.run = run_close;
    *peer = &hyperv->peer;
    return LIVE_CREATED;
}

/* WMI serves any number of clients, but whoever opens a machine twice would hear everything twice. One that is named by its
 * GUID here and by its name there is found out when it is found (computer_finding.c). */
static bool hyperv_is_same_place(const struct live_peer *peer, const struct live_peer *other)
{
    return hv_address_equals(
            &((const struct hyperv_peer *)peer)->address, &((const struct hyperv_peer *)other)->address);
}

static unsigned int hyperv_places(const struct live_peer *peer, uint32_t places[LIVE_PLACES_MAX])
{
    places[0] = hv_address_hash(&((const struct hyperv_peer *)peer)->address);
    return 1;
}

static bool hyperv_open(struct live_peer *peer, const struct live_callbacks *callbacks, void *context)
{
    struct hyperv_peer *hyperv = hyperv_from_peer(peer);

    hyperv->callbacks = callbacks;
    hyperv->context = context;
    if (!(hyperv->thread = hv_thread_join(hyperv->address.host)))
        return false;
    hv_thread_post(hyperv->thread, &hyperv->open_task);
    return true;
}

static void hyperv_log_off(struct live_peer *peer)
{
    hv_thread_post(hyperv_from_peer(peer)->thread, &hyperv_from_peer(peer)->log_off_task);
}

static void hyperv_close(struct live_peer *peer)
{
    hv_thread_post(hyperv_from_peer(peer)->thread, &hyperv_from_peer(peer)->close_task);
}

static void hyperv_destroy(struct live_peer *peer)
{
    memory_free(peer);
}

/* Listed are this computer's. */
static bool hyperv_is_listed(const struct live_peer *peer, const struct live_listed *listed)
{
    const struct hyperv_peer *hyperv = (const struct hyperv_peer *)peer;
    struct hv_guid guid;

    return !*hyperv->address.host && hv_guid_parse(&guid, listed->address + strlen("hyperv:"))
            && hv_machine_is(&hyperv->machine, &guid, listed->name);
}

const struct live_kind hyperv_kind = {
        .scheme = "hyperv",
        .example = "hyperv:Web",
        .logoff_needs = "vmguest, the part for guests, which docs/hyperv.md describes",
        .logoff_seconds = HV_LOGOFF_MS / 1000,
        .create = hyperv_create,
        .is_same_place = hyperv_is_same_place,
        .places = hyperv_places,
        .open = hyperv_open,
        .log_off = hyperv_log_off,
        .close = hyperv_close,
        .destroy = hyperv_destroy,
        .list = hv_list,
        .is_listed = hyperv_is_listed,
};

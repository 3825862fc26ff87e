/*
 * Everything that a peer does happens in the loop (net/loop.h), where one thing is done after the other: calls from outside
 * are tasks there, and callbacks come from there.
 *
 * A peer is that of one machine, or of a watch. A watch makes the peers of the machines that it finds. Until the host opens
 * such a peer it has a parting, by which it leaves the hub when the host destroys it instead.
 */
#include "host/mqtt/kind.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "fleet/topics.h"
#include "host/mqtt/found_name.h"
#include "host/mqtt/hub.h"
#include "net/loop.h"
#include "platform/memory.h"

/* How a peer that was never opened leaves the hub. It has a reference to the hub. */
struct parting
{
    struct loop_task task;
    struct hub *hub;
    const void *owner;
    char key[];
};

struct mqtt_peer
{
    struct live_peer peer;
    struct way *way;
    const struct live_callbacks *callbacks;
    void *context;
    struct loop_task open_task, log_off_task, close_task;
    struct parting *parting; /* NULL: it has been opened, or was not found */
    bool is_watch;
    const char *address, *origin, *key; /* in the same block */

    /* In the loop. */
    struct hub *hub; /* NULL: it is not open */
    struct fleet_watch watch;
};

static struct mqtt_peer *mqtt_from_peer(struct live_peer *peer)
{
    return (struct mqtt_peer *)peer;
}

/* In the loop */

static const struct fleet_callbacks fleet_callbacks;

static struct mqtt_peer *mqtt_from_task(struct loop_task *task, size_t offset)
{
    return (struct mqtt_peer *)((char *)task - offset);
}

static bool begin(struct mqtt_peer *mqtt)
{
    if (!mqtt->is_watch)
        return hub_open(mqtt->hub, mqtt->key, mqtt, mqtt->callbacks, mqtt->context);
    mqtt->watch = (struct fleet_watch){
            .owner = mqtt, .callbacks = mqtt->callbacks, .context = mqtt->context, .key = mqtt->key};
    return hub_watch(mqtt->hub, &mqtt->watch);
}

/* The hub that the parting has kept is the peer's. */
static struct hub *take_parting(struct mqtt_peer *mqtt)
{
    struct hub *hub = mqtt->parting ? mqtt->parting->hub : NULL;

    memory_free(mqtt->parting);
    mqtt->parting = NULL;
    return hub;
}

static void run_open(struct loop_task *task, uv_loop_t *loop)
{
    struct mqtt_peer *mqtt = mqtt_from_task(task, offsetof(struct mqtt_peer, open_task));
    const char *refusal = NULL;

    if (!(mqtt->hub = take_parting(mqtt)))
        mqtt->hub = hub_join(loop, mqtt->way, &fleet_callbacks, &refusal);
    if (refusal)
    {
        mqtt->callbacks->refused(mqtt->context, refusal);
        return;
    }
    if (mqtt->hub && begin(mqtt))
        return;
    if (mqtt->hub)
    {
        /* One that was found is known to the hub. */
        if (!mqtt->is_watch)
            hub_close(mqtt->hub, mqtt->key, mqtt);
        hub_leave(mqtt->hub);
    }
    mqtt->hub = NULL;
    mqtt->callbacks->tried(mqtt->context, false);
}

static void run_log_off(struct loop_task *task, uv_loop_t *loop)
{
    struct mqtt_peer *mqtt = mqtt_from_task(task, offsetof(struct mqtt_peer, log_off_task));

    (void)loop;
    mqtt->callbacks->logged_off(mqtt->context, VM_LOGOFF_REFUSED,
            "the machine is on another host, which a broker only tells of; it can be done there");
}

/* The callback may free the peer. */
static void run_close(struct loop_task *task, uv_loop_t *loop)
{
    struct mqtt_peer *mqtt = mqtt_from_task(task, offsetof(struct mqtt_peer, close_task));
    struct hub *hub = mqtt->hub;

    (void)loop;
    if (hub && mqtt->is_watch)
        hub_unwatch(hub, &mqtt->watch);
    else if (hub)
        hub_close(hub, mqtt->key, mqtt);
    mqtt->callbacks->closed(mqtt->context);
    if (hub)
        hub_leave(hub);
}

static void run_parting(struct loop_task *task, uv_loop_t *loop)
{
    struct parting *parting = (struct parting *)((char *)task - offsetof(struct parting, task));

    (void)loop;
    hub_close(parting->hub, parting->key, parting->owner);
    hub_leave(parting->hub);
    memory_free(parting);
}

/* Making one */

static struct mqtt_peer *create_peer(struct way *way, const char *address, const char *key, bool is_watch)
{
    size_t address_size = strlen(address) + 1, key_size = strlen(key) + 1, root_size = sizeof("/" TOPIC_ROOT "/") - 1;
    struct mqtt_peer *mqtt = memory_alloc(sizeof(*mqtt) + address_size + root_size + key_size);
    char *texts;

    if (!mqtt)
        return NULL;
    texts = (char *)(mqtt + 1);
    mqtt->peer.kind = &mqtt_kind;
    mqtt->way = way_addref(way);
    mqtt->open_task.run = run_open;
    mqtt->log_off_task.run = run_log_off;
    mqtt->close_task.run = run_close;
    mqtt->is_watch = is_watch;
    mqtt->address = memcpy(texts, address, address_size);
    mqtt->origin = memcpy(texts + address_size, "/" TOPIC_ROOT "/", root_size);
    mqtt->key = memcpy(texts + address_size + root_size, key, key_size);
    return mqtt;
}

static enum live_create_result mqtt_create(
        const char *address, struct live_peer **peer, char description[LIVE_DESCRIPTION_SIZE])
{
    struct mqtt_address parsed;
    struct mqtt_peer *mqtt;
    struct way *way;

    if (mqtt_address_parse(&parsed, address, description))
        return *description ? LIVE_CREATE_WRONG_ADDRESS : LIVE_CREATE_NO_MEMORY;
    if (!(way = way_open(&parsed.way, description)))
        return *description ? LIVE_CREATE_WRONG_ADDRESS : LIVE_CREATE_NO_MEMORY;
    mqtt = create_peer(way, address, parsed.key, parsed.is_watch);
    way_release(way);
    if (!mqtt)
        return LIVE_CREATE_NO_MEMORY;
    *peer = &mqtt->peer;
    return LIVE_CREATED;
}

static bool add_parting(struct mqtt_peer *mqtt, struct hub *hub)
{
    size_t size = strlen(mqtt->key) + 1;
    struct parting *parting = memory_alloc(sizeof(*parting) + size);

    if (!parting)
        return false;
    parting->task.run = run_parting;
    parting->hub = hub;
    parting->owner = mqtt;
    memcpy(parting->key, mqtt->key, size);
    mqtt->parting = parting;
    hub_join_again(hub);
    return true;
}

static void mqtt_destroy(struct live_peer *peer)
{
    struct mqtt_peer *mqtt = mqtt_from_peer(peer);

    /* The loop runs since the watch was opened. */
    if (mqtt->parting)
        loop_post(&mqtt->parting->task);
    way_release(mqtt->way);
    memory_free(mqtt);
}

static const void *on_found(void *context, const struct fleet_watch *watch, const char *key)
{
    const struct mqtt_peer *of_watch = watch->owner;
    char address[LIVE_ADDRESS_MAX + 1];
    struct utf8_text name = {0};
    struct mqtt_peer *mqtt;

    found_name_append(&name, key);
    if (!utf8_text_get(&name) || !mqtt_address_of(of_watch->address, key, address, sizeof(address))
            || !(mqtt = create_peer(of_watch->way, address, key, false)))
    {
        utf8_text_free(&name);
        return NULL;
    }
    if (!add_parting(mqtt, context))
    {
        mqtt_destroy(&mqtt->peer);
        mqtt = NULL;
    }
    else
    {
        watch->callbacks->found(watch->context, name.start, address, &mqtt->peer);
    }
    utf8_text_free(&name);
    return mqtt;
}

static const struct fleet_callbacks fleet_callbacks = {on_found};

/* From other threads */

/* Whoever opens a machine twice would hear everything twice. */
static bool mqtt_is_same_place(const struct live_peer *peer, const struct live_peer *other)
{
    const struct mqtt_peer *one = (const struct mqtt_peer *)peer, *two = (const struct mqtt_peer *)other;

    return !strcmp(one->key, two->key) && mqtt_address_ways_meet(&one->way->address, &two->way->address);
}

_Static_assert(MQTT_ADDRESS_BROKERS_MAX <= LIVE_PLACES_MAX, "each broker of an address has a number");

static unsigned int mqtt_places(const struct live_peer *peer, uint32_t places[LIVE_PLACES_MAX])
{
    const struct mqtt_peer *mqtt = (const struct mqtt_peer *)peer;

    return mqtt_address_hash(&mqtt->way->address, mqtt->key, places);
}

static const char *mqtt_origin(const struct live_peer *peer)
{
    return ((const struct mqtt_peer *)peer)->origin;
}

static bool mqtt_open(struct live_peer *peer, const struct live_callbacks *callbacks, void *context)
{
    struct mqtt_peer *mqtt = mqtt_from_peer(peer);

    mqtt->callbacks = callbacks;
    mqtt->context = context;
    return loop_post(&mqtt->open_task);
}

/* The loop runs since open, so that nothing can fail here and in mqtt_close. */
static void mqtt_log_off(struct live_peer *peer)
{
    loop_post(&mqtt_from_peer(peer)->log_off_task);
}

static void mqtt_close(struct live_peer *peer)
{
    loop_post(&mqtt_from_peer(peer)->close_task);
}

const struct live_kind mqtt_kind = {
        .scheme = "mqtt",
        .example = "mqtt:127.0.0.1:1883/web-1/Web",
        .create = mqtt_create,
        .is_same_place = mqtt_is_same_place,
        .places = mqtt_places,
        .origin = mqtt_origin,
        .open = mqtt_open,
        .log_off = mqtt_log_off,
        .close = mqtt_close,
        .destroy = mqtt_destroy,
};

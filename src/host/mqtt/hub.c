#include "host/mqtt/hub.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fleet/topics.h"
#include "mqtt/session.h"
#include "platform/memory.h"

#define KEEP_ALIVE_SECONDS 30

/* How long retained states may take behind the answer to a subscription, until a machine counts as one of which there is
 * nothing to say. */
#define SETTLE_MS 1500

/* What an id begins with that is made up; 16 hexadecimal digits follow. */
#define CLIENT_ID "vmevents-"

struct hub
{
    struct hub *next; /* of all that are not closing */
    struct way *way;
    unsigned int users;
    struct fleet fleet;

    struct mqtt_session session;
    struct mqtt_session_options options;
    struct mqtt_broker brokers[MQTT_ADDRESS_BROKERS_MAX];
    struct mqtt_bytes user, password;
    char client_id[MQTT_ADDRESS_WORD_MAX + 1];

    struct mqtt_subscription *subscriptions; /* with filters in memory of their own */
    size_t size;
    size_t unasked;     /* the last ones: they have not been asked for yet */
    bool is_stale;      /* some of them nobody wants any more */
    size_t fault_count; /* since it was connected last */

    uv_timer_t settle;
    unsigned int open_handles; /* the session and the timer */
};

static struct hub *hubs;

/* Subscriptions */

static size_t *count_of(struct hub *hub)
{
    return &hub->options.client.subscription_count;
}

/* The filter becomes the hub's, also when it fails. */
static bool add_subscription(struct hub *hub, struct utf8_text *filter)
{
    size_t count = *count_of(hub), size = hub->size ? hub->size * 2 : 8;
    struct mqtt_subscription *larger;

    if (!utf8_text_get(filter))
        return false;
    if (count == hub->size)
    {
        larger = hub->subscriptions ? memory_resize(hub->subscriptions, size * sizeof(*larger))
                                    : memory_alloc(size * sizeof(*larger));
        if (!larger)
        {
            utf8_text_free(filter);
            return false;
        }
        hub->size = size;
        hub->options.client.subscriptions = hub->subscriptions = larger;
    }
    hub->subscriptions[count] = (struct mqtt_subscription){{filter->start, filter->length}, 1};
    ++*count_of(hub);
    ++hub->unasked;
    return true;
}

/* The count: there is none. */
static size_t place_of(struct hub *hub, const struct utf8_text *filter)
{
    const struct mqtt_bytes *other;
    size_t place = 0;

    for (; place < *count_of(hub); ++place)
    {
        other = &hub->subscriptions[place].filter;
        if (other->count == filter->length && !memcmp(other->start, filter->start, filter->length))
            break;
    }
    return place;
}

/* It has been asked for, and is again, so that what is retained comes. */
static void ask_again(struct hub *hub, size_t place)
{
    struct mqtt_subscription subscription = hub->subscriptions[place];
    size_t last = *count_of(hub) - 1;

    if (!mqtt_session_take_back(&hub->session, place))
        return;
    memmove(&hub->subscriptions[place], &hub->subscriptions[place + 1], (last - place) * sizeof(subscription));
    hub->subscriptions[last] = subscription;
    ++hub->unasked;
}

static void forget_subscriptions(struct hub *hub, size_t from)
{
    while (*count_of(hub) > from)
        memory_free((char *)hub->subscriptions[--*count_of(hub)].filter.start);
}

static bool subscribe_to(struct hub *hub, const char *key, size_t length, const char *last)
{
    struct utf8_text filter = {0};
    size_t place;

    utf8_text_append(&filter, TOPIC_ROOT "/");
    utf8_text_append_part(&filter, key, length);
    utf8_text_append(&filter, last);
    if (!filter.failed && (place = place_of(hub, &filter)) == *count_of(hub))
        return add_subscription(hub, &filter);
    if (!filter.failed)
        ask_again(hub, place);
    utf8_text_free(&filter);
    return !filter.failed;
}

static bool subscribe_to_host(struct hub *hub, const char *key, size_t length)
{
    struct fleet_host *host = fleet_host_of(&hub->fleet, key, length);

    if (!host || host->has_filter)
        return true;
    host->has_filter = subscribe_to(hub, key, length, "/" TOPIC_OF_HOST "/" TOPIC_STATE);
    return host->has_filter;
}

/* Unless a watch hears all of it. */
static bool subscribe_to_machine(struct hub *hub, const char *key, size_t host_length)
{
    if (fleet_is_watched(&hub->fleet, key, host_length))
        return true;
    return subscribe_to_host(hub, key, host_length) && subscribe_to(hub, key, strlen(key), "/+");
}

/* They are made of names, with which nothing can be wrong. */
static void ask_for_more(struct hub *hub)
{
    size_t more = hub->unasked;

    hub->unasked = 0;
    if (more && mqtt_session_subscribe(&hub->session, more))
        forget_subscriptions(hub, *count_of(hub) - more);
}

struct rebuilding
{
    struct hub *hub;
    bool failed;
};

static void rebuild_one(void *context, struct remote *remote)
{
    struct rebuilding *rebuilding = context;

    rebuilding->failed |= !subscribe_to_machine(rebuilding->hub, remote->key, remote->host_length);
}

static bool rebuild_all(struct hub *hub)
{
    struct rebuilding rebuilding = {hub, false};

    fleet_forget_filters(&hub->fleet);
    for (const struct fleet_watch *watch = hub->fleet.watches; watch; watch = watch->next)
        rebuilding.failed |= !subscribe_to(hub, watch->key, strlen(watch->key), "/+");
    fleet_each_open(&hub->fleet, rebuild_one, &rebuilding);
    return !rebuilding.failed;
}

/* Leaves out what nobody wants any more; while there is no connection. Without memory it stays as it is. */
static void rebuild(struct hub *hub)
{
    struct mqtt_subscription *before = hub->subscriptions, *after;
    size_t count = *count_of(hub), size = hub->size;
    bool is_whole;

    hub->subscriptions = NULL;
    *count_of(hub) = hub->size = 0;
    is_whole = rebuild_all(hub);
    hub->unasked = 0;
    if (!is_whole)
    {
        forget_subscriptions(hub, 0);
        memory_free(hub->subscriptions);
        hub->options.client.subscriptions = hub->subscriptions = before;
        *count_of(hub) = count;
        hub->size = size;
        return;
    }
    after = hub->subscriptions;
    hub->is_stale = false;
    for (size_t i = 0; i < count; ++i)
        memory_free((char *)before[i].filter.start);
    memory_free(before);
    hub->options.client.subscriptions = after;
}

/* What the session calls */

static void on_connected(void *context, size_t broker, bool session_present)
{
    (void)context, (void)broker, (void)session_present;
}

static void on_settled(uv_timer_t *timer)
{
    struct hub *hub = timer->data;

    fleet_finish_tries(&hub->fleet);
}

static void on_subscribed(void *context)
{
    struct hub *hub = context;

    hub->fault_count = 0;
    fleet_set_way(&hub->fleet, NULL);
    uv_timer_start(&hub->settle, on_settled, SETTLE_MS, 0);
}

static void on_refused(void *context, size_t subscription)
{
    struct hub *hub = context;
    const struct mqtt_bytes *filter = &hub->subscriptions[subscription].filter;

    fleet_bar(&hub->fleet, filter->start, filter->count);
}

static void on_acknowledged(void *context, uint64_t number)
{
    (void)context, (void)number;
}

static bool on_received(void *context, const struct mqtt_message *message)
{
    struct hub *hub = context;

    return fleet_take(
            &hub->fleet, message->topic.start, message->topic.count, message->payload.start, message->payload.count);
}

static void on_too_large(void *context, struct mqtt_bytes topic, size_t size)
{
    struct hub *hub = context;

    (void)size;
    fleet_take_too_large(&hub->fleet, topic.start, topic.count);
}

/* The first try is over when each broker has been tried. */
static bool has_failed(const struct hub *hub)
{
    return hub->fault_count >= hub->options.broker_count;
}

static void on_fault(void *context, const char *text)
{
    struct hub *hub = context;

    fleet_set_way(&hub->fleet, text);
    ++hub->fault_count;
    if (has_failed(hub))
        fleet_finish_tries(&hub->fleet);
    if (hub->is_stale)
        rebuild(hub);
}

static void free_hub(struct hub *hub)
{
    fleet_cleanup(&hub->fleet);
    forget_subscriptions(hub, 0);
    memory_free(hub->subscriptions);
    way_release(hub->way);
    memory_free(hub);
}

static void on_closed(void *context)
{
    struct hub *hub = context;

    if (!--hub->open_handles)
        free_hub(hub);
}

static void on_timer_closed(uv_handle_t *handle)
{
    on_closed(handle->data);
}

static const struct mqtt_callbacks session_callbacks = {
        on_connected, on_subscribed, on_refused, on_acknowledged, on_received, on_too_large, on_fault, on_closed};

/* Beginning and end */

static void set_client(struct hub *hub)
{
    const struct mqtt_address_way *address = &hub->way->address;
    struct mqtt_connect *connect = &hub->options.client.connect;
    uint64_t number = 0;

    uv_random(NULL, NULL, &number, sizeof(number), 0, NULL);
    if (*address->session)
        snprintf(hub->client_id, sizeof(hub->client_id), "%s", address->session);
    else
        snprintf(hub->client_id, sizeof(hub->client_id), CLIENT_ID "%016" PRIx64, number);
    *connect = (struct mqtt_connect){.client_id = {hub->client_id, strlen(hub->client_id)},
            .keep_alive_seconds = KEEP_ALIVE_SECONDS,
            .clean_session = !*address->session};
    if (*address->user)
    {
        hub->user = (struct mqtt_bytes){address->user, strlen(address->user)};
        connect->user = &hub->user;
    }
    if (hub->way->password)
    {
        hub->password = (struct mqtt_bytes){hub->way->password, strlen(hub->way->password)};
        connect->password = &hub->password;
    }
    hub->options.client.window = 1;
}

static void set_brokers(struct hub *hub)
{
    const struct mqtt_address_way *address = &hub->way->address;

    for (unsigned int i = 0; i < address->broker_count; ++i)
        hub->brokers[i] = (struct mqtt_broker){
                address->brokers[i].host, address->brokers[i].port, address->brokers[i].tls_name};
    hub->options.brokers = hub->brokers;
    hub->options.broker_count = address->broker_count;
    hub->options.credentials = hub->way->credentials;
}

static struct hub *create(uv_loop_t *loop, struct way *way, const struct fleet_callbacks *callbacks)
{
    struct hub *hub = memory_alloc(sizeof(*hub));

    if (!hub)
        return NULL;
    hub->way = way_addref(way);
    fleet_init(&hub->fleet, callbacks, hub);
    hub->fleet.resumes = *way->address.session;
    set_client(hub);
    set_brokers(hub);
    if (mqtt_session_open(&hub->session, loop, &session_callbacks, hub, &hub->options))
    {
        free_hub(hub);
        return NULL;
    }
    uv_timer_init(loop, &hub->settle);
    hub->settle.data = hub;
    hub->open_handles = 2;
    hub->next = hubs;
    return hubs = hub;
}

/* Two connections with one id throw each other out. */
static bool has_session_of(const struct mqtt_address_way *address)
{
    const struct hub *hub = *address->session ? hubs : NULL;

    while (hub
            && (strcmp(hub->way->address.session, address->session) != 0
                    || !mqtt_address_ways_meet(&hub->way->address, address)))
        hub = hub->next;
    return hub != NULL;
}

struct hub *hub_join(uv_loop_t *loop, struct way *way, const struct fleet_callbacks *callbacks, const char **refusal)
{
    struct hub *hub = hubs;

    *refusal = NULL;
    while (hub && !mqtt_address_is_same_way(&hub->way->address, &way->address))
        hub = hub->next;
    if (!hub && has_session_of(&way->address))
    {
        *refusal =
                "the session is that of another address here, which reaches the same broker in another way; all that "
                "have one session must have the same brokers and options";
        return NULL;
    }
    if (hub || (hub = create(loop, way, callbacks)))
        ++hub->users;
    return hub;
}

void hub_join_again(struct hub *hub)
{
    ++hub->users;
}

void hub_leave(struct hub *hub)
{
    struct hub **place = &hubs;

    if (--hub->users)
        return;
    while (*place != hub)
        place = &(*place)->next;
    *place = hub->next;
    mqtt_session_close(&hub->session);
    uv_close((uv_handle_t *)&hub->settle, on_timer_closed);
}

/* Machines and watches */

bool hub_open(
        struct hub *hub, const char *key, const void *owner, const struct live_callbacks *callbacks, void *context)
{
    size_t host_length = strcspn(key, "/");
    struct remote *remote;

    if (!subscribe_to_machine(hub, key, host_length)
            || !(remote = fleet_open(&hub->fleet, key, owner, callbacks, context, hub->unasked)))
    {
        /* The host's own may have been added. */
        ask_for_more(hub);
        hub->is_stale = true;
        return false;
    }
    ask_for_more(hub);
    if (has_failed(hub))
        remote_finish_try(remote);
    return true;
}

void hub_close(struct hub *hub, const char *key, const void *owner)
{
    fleet_close(&hub->fleet, key, owner);
    hub->is_stale = true;
}

bool hub_watch(struct hub *hub, struct fleet_watch *watch)
{
    if (!subscribe_to(hub, watch->key, strlen(watch->key), "/+"))
        return false;
    fleet_watch_add(&hub->fleet, watch);
    ask_for_more(hub);
    if (has_failed(hub))
        fleet_finish_tries(&hub->fleet);
    return true;
}

/* Those that it has found are heard by themselves from now on. */
void hub_unwatch(struct hub *hub, struct fleet_watch *watch)
{
    struct rebuilding rebuilding = {hub, false};

    fleet_watch_remove(&hub->fleet, watch);
    hub->is_stale = true;
    if (hub->fleet.watches && fleet_is_watched(&hub->fleet, watch->key, strcspn(watch->key, "/")))
        return;
    fleet_each_open(&hub->fleet, rebuild_one, &rebuilding);
    ask_for_more(hub);
}

/* The way out of the spool. */
#include <stdio.h>
#include <string.h>

#include "forward/forwarder_parts.h"
#include "forward/key_words.h"
#include "fleet/topics.h"

/* The session */

static void on_connected(void *context, size_t broker, bool session_present)
{
    struct forwarder *forwarder = context;
    const struct config_broker *place = &forwarder->options.config->brokers[broker];
    char text[STATUS_TEXT_SIZE + 64];

    (void)session_present;
    forwarder->connected = true;
    forwarder->says_online = false;
    forwarder->read = forwarder->read_state = 0;
    snprintf(forwarder->status.broker, sizeof(forwarder->status.broker), "%s:%u", place->host, place->port);
    snprintf(text, sizeof(text), "connected to the broker at %s, port %u", place->host, place->port);
    forwarder_say(forwarder, false, text);
    publishing_go_on(forwarder);
}

static void on_subscribed(void *context)
{
    (void)context;
}

static void on_acknowledged(void *context, uint64_t number)
{
    struct forwarder *forwarder = context;

    if (forwarder->under_way)
        --forwarder->under_way;
    if (!(number & NUMBER_OF_STATE))
        keeping_acknowledged(forwarder, number);
    publishing_go_on(forwarder);
    forwarder_drained(forwarder);
}

static bool on_received(void *context, const struct mqtt_message *message)
{
    (void)context;
    (void)message;
    return false;
}

/* Everything that waits comes from the spool once more: what was acknowledged lately stands in front of it. */
static void on_fault(void *context, const char *text)
{
    struct forwarder *forwarder = context;
    char fault[STATUS_TEXT_SIZE];
    enum spool_outcome outcome;

    key_words(fault, sizeof(fault), text);
    forwarder_say(forwarder, true, fault);
    *forwarder->status.broker = 0;
    if (!forwarder->connected)
        return;
    forwarder->connected = false;
    forwarder->under_way = 0;
    mqtt_session_forget(&forwarder->session);
    forwarder_drained(forwarder);
    keeping_settle(forwarder);
    if (!forwarder->spool || forwarder->in_trouble)
        return;
    if ((outcome = spool_repeat(forwarder->spool)) != SPOOL_DONE)
        keeping_failed(forwarder, outcome);
}

static void on_closed(void *context)
{
    struct forwarder *forwarder = context;

    forwarder->has_session = forwarder->connected = false;
    forwarder->under_way = 0;
    *forwarder->status.broker = 0;
    forwarder_session_ended(forwarder);
}

static const struct mqtt_callbacks callbacks = {
        .connected = on_connected,
        .subscribed = on_subscribed,
        .acknowledged = on_acknowledged,
        .received = on_received,
        .fault = on_fault,
        .closed = on_closed,
};

static struct mqtt_bytes bytes_of(const char *string)
{
    return (struct mqtt_bytes){string, strlen(string)};
}

static void fill_in_options(struct forwarder *forwarder)
{
    const struct config *config = forwarder->options.config;
    struct mqtt_session_options *options = &forwarder->session_options;
    struct mqtt_connect *connect = &options->client.connect;

    for (size_t i = 0; i < config->broker_count; ++i)
    {
        forwarder->brokers[i] = (struct mqtt_broker){
                config->brokers[i].host, config->brokers[i].port, config->brokers[i].name};
    }
    *options = (struct mqtt_session_options){.brokers = forwarder->brokers,
            .broker_count = config->broker_count,
            .credentials = config->brokers[0].tls ? forwarder->options.credentials : NULL};
    options->client.window = config->window;
    connect->client_id = bytes_of(config->client_id);
    connect->clean_session = true;
    connect->keep_alive_seconds = (uint16_t)config->keep_alive;
    if (config->user)
    {
        forwarder->user = bytes_of(config->user);
        connect->user = &forwarder->user;
    }
    if (forwarder->options.password)
    {
        forwarder->password = bytes_of(forwarder->options.password);
        connect->password = &forwarder->password;
    }
    forwarder->will = (struct mqtt_message){{forwarder->host_topic.start, forwarder->host_topic.length},
            {forwarder->lost.start, forwarder->lost.length}, 1, true};
    connect->will = &forwarder->will;
}

static void append_host(const struct forwarder *forwarder, struct utf8_text *text, const char *state, const char *time)
{
    struct cloud_place place = {.host = forwarder->options.config->host,
            .spool = spool_identity(forwarder->spool),
            .number = forwarder->run};

    utf8_text_clear(text);
    cloud_event_append_host(text, &place, state, time);
}

bool publishing_open(struct forwarder *forwarder, const char **why)
{
    *why = NULL;
    if (!forwarder->options.config->broker_count || forwarder->has_session)
        return true;
    utf8_text_clear(&forwarder->host_topic);
    topic_append(&forwarder->host_topic, forwarder->options.config->host, NULL, TOPIC_STATE);
    append_host(forwarder, &forwarder->lost, "lost", NULL);
    if (!utf8_text_get(&forwarder->host_topic) || !utf8_text_get(&forwarder->lost))
    {
        *why = "out of memory";
        return false;
    }
    fill_in_options(forwarder);
    *why = mqtt_session_open(&forwarder->session, &forwarder->loop, &callbacks, forwarder, &forwarder->session_options);
    forwarder->has_session = !*why;
    return !*why;
}

/* Publishing */

enum result
{
    PUBLISHED,
    NO_ROOM,
    REFUSED /* by what no later try changes */
};

static enum result publish(struct forwarder *forwarder, const struct mqtt_message *message, uint64_t number)
{
    const char *why = mqtt_session_publish(&forwarder->session, message, number);
    char text[MQTT_FAULT_SIZE];

    if (!why)
    {
        ++forwarder->under_way;
        ++forwarder->status.published;
        return PUBLISHED;
    }
    if (why == mqtt_no_room || why == mqtt_out_of_memory)
        return NO_ROOM;
    snprintf(text, sizeof(text), "a message cannot be published: %s", why);
    forwarder_say(forwarder, true, text);
    return REFUSED;
}

bool publishing_say_host(struct forwarder *forwarder, const char *state)
{
    char time[CLOCK_TEXT_SIZE];
    struct mqtt_message message = {.topic = {forwarder->host_topic.start, forwarder->host_topic.length}, .qos = 1};

    append_host(forwarder, &forwarder->body, state, clock_text(time));
    if (!utf8_text_get(&forwarder->body))
        return false;
    message.payload = (struct mqtt_bytes){forwarder->body.start, forwarder->body.length};
    message.retain = true;
    return publish(forwarder, &message, NUMBER_OF_STATE) != NO_ROOM;
}

static struct mqtt_message message_of(const struct spool_message *message, bool retain)
{
    return (struct mqtt_message){bytes_of(message->topic), {message->body, message->body_size}, 1, retain};
}

/* The next event. SPOOL_NOTHING: there is none, SPOOL_NO_SPACE: it has no room. */
static enum spool_outcome publish_event(struct forwarder *forwarder)
{
    struct spool_message message;
    struct mqtt_message packet;
    enum spool_outcome outcome = spool_read(forwarder->spool, forwarder->read, &message);
    enum result result;

    if (outcome != SPOOL_DONE)
        return outcome;
    packet = message_of(&message, false);
    if ((result = publish(forwarder, &packet, message.number)) == NO_ROOM)
        return SPOOL_NO_SPACE;
    forwarder->read = message.number;
    /* It would stand in the way of all others. */
    if (result == REFUSED)
        keeping_acknowledged(forwarder, message.number);
    return SPOOL_DONE;
}

/* The next state, unless the event that it came with has still to be published. */
static enum spool_outcome publish_state(struct forwarder *forwarder, bool all_events)
{
    struct spool_message message;
    struct mqtt_message packet;
    enum spool_outcome outcome = spool_read_state(forwarder->spool, forwarder->read_state, &message);

    if (outcome != SPOOL_DONE)
        return outcome;
    if (!all_events && message.number > forwarder->read)
        return SPOOL_NOTHING;
    packet = message_of(&message, true);
    if (publish(forwarder, &packet, message.number | NUMBER_OF_STATE) == NO_ROOM)
        return SPOOL_NO_SPACE;
    forwarder->read_state = message.number;
    return SPOOL_DONE;
}

static bool has_room(const struct forwarder *forwarder)
{
    return forwarder->connected && forwarder->spool && forwarder->step == FORWARDER_RUNS
            && forwarder->pending_count + forwarder->under_way < PENDING_MOST
            && forwarder->under_way < forwarder->options.config->window;
}

void publishing_go_on(struct forwarder *forwarder)
{
    enum spool_outcome event = SPOOL_DONE, state = SPOOL_DONE;

    if (!has_room(forwarder))
        return;
    if (!forwarder->says_online && !(forwarder->says_online = publishing_say_host(forwarder, "online")))
        return;
    while (has_room(forwarder) && (event == SPOOL_DONE || state == SPOOL_DONE))
    {
        if ((event = publish_event(forwarder)) != SPOOL_DONE && event != SPOOL_NOTHING)
            break;
        if (has_room(forwarder))
            state = publish_state(forwarder, event == SPOOL_NOTHING);
        if (state != SPOOL_DONE && state != SPOOL_NOTHING)
            break;
    }
    if (event == SPOOL_DAMAGED || state == SPOOL_DAMAGED)
        keeping_failed(forwarder, SPOOL_DAMAGED);
}

#include "mqtt/client.h"

#include "mqtt/encode.h"
#include "platform/memory.h"

#define CONNECT_MS 10000
#define ANSWER_MS 15000
#define ACKNOWLEDGE_MS 60000

const char mqtt_no_room[] = "too many messages wait to be acknowledged";

/* So many subscriptions are asked for at a time: brokers take a while for each, and all answer in time. */
#define SUBSCRIBE_MOST 32

static const char not_sent[] = "it does not read what it is sent";

/* Beginning and end */

static struct mqtt_limits complete_limits(struct mqtt_limits limits)
{
    if (!limits.connect_ms)
        limits.connect_ms = CONNECT_MS;
    if (!limits.answer_ms)
        limits.answer_ms = ANSWER_MS;
    if (!limits.acknowledge_ms)
        limits.acknowledge_ms = ACKNOWLEDGE_MS;
    return limits;
}

static const char *check_options(const struct mqtt_client_options *options)
{
    const char *fault = mqtt_check_connect(&options->connect);

    if (!fault && options->subscription_count)
        fault = mqtt_check_subscriptions(options->subscriptions, options->subscription_count);
    if (!fault && (!options->window || options->window > MQTT_WINDOW_MOST))
        fault = "the messages that may wait for an answer are not from 1 to 4096";
    return fault;
}

static bool make_connect(struct mqtt_client *client)
{
    const struct mqtt_connect *connect = &client->options->connect;
    size_t size = mqtt_encode_connect(connect, NULL, 0);
    char *bytes = memory_alloc(size);

    if (!bytes)
        return false;
    mqtt_encode_connect(connect, bytes, size);
    client->connect = (struct mqtt_bytes){bytes, size};
    return true;
}

const char *mqtt_client_init(struct mqtt_client *client, const struct mqtt_client_callbacks *callbacks, void *context,
        const struct mqtt_client_options *options)
{
    const char *fault = check_options(options);

    if (fault)
        return fault;
    *client = (struct mqtt_client){.callbacks = callbacks, .context = context, .options = options};
    client->limits = complete_limits(options->limits);
    mqtt_reader_init(&client->reader, options->received_max ? options->received_max : MQTT_RECEIVED_MAX);
    if (mqtt_window_init(&client->window, options->window) && make_connect(client))
        return NULL;
    mqtt_client_cleanup(client);
    return mqtt_out_of_memory;
}

void mqtt_client_cleanup(struct mqtt_client *client)
{
    memory_free((char *)client->connect.start);
    mqtt_window_cleanup(&client->window);
    mqtt_reader_cleanup(&client->reader);
}

/* Sending */

static void send(struct mqtt_client *client, const char *bytes, size_t count)
{
    /* Behind what was not sent nothing may be. */
    if (!client->fault && !client->callbacks->send(client->context, bytes, count))
        client->fault = not_sent;
}

static void send_kept(struct mqtt_client *client, struct mqtt_kept *kept)
{
    if (kept->sent)
        mqtt_mark_again(kept->bytes);
    kept->sent = true;
    send(client, kept->bytes, kept->size);
}

/* Whatever of it the broker may have: order and completeness count for more than doing it once. */
static void send_window(struct mqtt_client *client)
{
    struct mqtt_kept *kept;

    for (size_t i = 0; i < client->window.count; ++i)
    {
        if ((kept = mqtt_window_at(&client->window, i)))
            send_kept(client, kept);
    }
    client->progress_ms = client->now_ms;
}

/* The next of those that have not been asked for, unless an answer is still to come. */
static void send_subscribe(struct mqtt_client *client)
{
    const struct mqtt_client_options *options = client->options;
    const struct mqtt_subscription *first = options->subscriptions + client->asked;
    size_t count = options->subscription_count - client->asked, size;
    char *bytes;

    if (!count || client->asked != client->granted)
        return;
    count = count < SUBSCRIBE_MOST ? count : SUBSCRIBE_MOST;
    size = mqtt_encode_subscribe(MQTT_WINDOW_FREE_ID, first, count, NULL, 0);
    if (!(bytes = memory_alloc(size)))
    {
        client->fault = client->fault ? client->fault : mqtt_out_of_memory;
        return;
    }
    mqtt_encode_subscribe(MQTT_WINDOW_FREE_ID, first, count, bytes, size);
    client->asked += count;
    client->subscribe_ms = client->now_ms;
    send(client, bytes, size);
    memory_free(bytes);
}

void mqtt_client_open(struct mqtt_client *client, uint64_t now_ms)
{
    mqtt_reader_restart(&client->reader);
    client->now_ms = client->opened_ms = client->heard_ms = now_ms;
    client->state = MQTT_CLIENT_CONNECTING;
    client->fault = NULL;
    client->granted = client->asked = 0;
    client->pinging = false;
    send(client, client->connect.start, client->connect.count);
}

void mqtt_client_close(struct mqtt_client *client)
{
    client->state = MQTT_CLIENT_CLOSED;
    client->fault = NULL;
}

void mqtt_client_disconnect(struct mqtt_client *client)
{
    char bytes[MQTT_EMPTY_SIZE];

    mqtt_encode_disconnect(bytes);
    if (client->state == MQTT_CLIENT_CONNECTED)
        send(client, bytes, sizeof(bytes));
    mqtt_client_close(client);
}

const char *mqtt_client_publish(
        struct mqtt_client *client, const struct mqtt_message *message, uint64_t number, uint64_t now_ms)
{
    const char *fault = message->qos == 1 ? mqtt_check_message(message) : "the QoS is not 1";
    size_t size;
    struct mqtt_kept *kept;

    if (fault)
        return fault;
    if ((size = mqtt_window_size_of(message)) > MQTT_WINDOW_BYTES)
        return "the message and its topic have more than 192 KiB";
    if (!mqtt_window_has_room(&client->window, size))
        return mqtt_no_room;
    if (!client->window.count)
        client->progress_ms = now_ms;
    if (!(kept = mqtt_window_add(&client->window, message, number)))
        return mqtt_out_of_memory;
    if (client->state == MQTT_CLIENT_CONNECTED)
        send_kept(client, kept);
    return NULL;
}

const char *mqtt_client_subscribe(struct mqtt_client *client, size_t more, uint64_t now_ms)
{
    const struct mqtt_client_options *options = client->options;
    const char *fault = mqtt_check_subscriptions(options->subscriptions + options->subscription_count - more, more);

    if (fault || client->state != MQTT_CLIENT_CONNECTED)
        return fault;
    client->now_ms = now_ms;
    send_subscribe(client);
    return NULL;
}

bool mqtt_client_take_back(struct mqtt_client *client, size_t place)
{
    if (client->state != MQTT_CLIENT_CONNECTED || place >= client->granted)
        return false;
    --client->granted;
    --client->asked;
    return true;
}

void mqtt_client_forget(struct mqtt_client *client)
{
    mqtt_window_clear(&client->window);
}

size_t mqtt_client_unacknowledged(const struct mqtt_client *client)
{
    size_t count = 0;

    for (size_t i = 0; i < client->window.count; ++i)
        count += mqtt_window_at(&client->window, i) != NULL;
    return count;
}

/* Receiving */

static const char *take_connack(struct mqtt_client *client, const struct mqtt_packet *packet)
{
    static const char *const refusals[] = {
            [MQTT_REFUSED_VERSION] = "it does not speak MQTT 3.1.1",
            [MQTT_REFUSED_CLIENT_ID] = "it does not accept the client's id",
            [MQTT_REFUSED_FOR_NOW] = "it says that it serves nobody at present",
            [MQTT_REFUSED_PASSWORD] = "it does not accept the user and the password",
            [MQTT_REFUSED_CLIENT] = "it says that the client is not allowed to connect",
    };

    if (client->state != MQTT_CLIENT_CONNECTING)
        return "it answered CONNECT a second time";
    if (packet->connack.code)
        return refusals[packet->connack.code];
    if (packet->connack.session_present && client->options->connect.clean_session)
        return "it says that it has a session, though none was to be kept";
    client->state = MQTT_CLIENT_CONNECTED;
    client->ping_ms = client->now_ms;
    send_subscribe(client);
    send_window(client);
    client->callbacks->connected(client->context, packet->connack.session_present);
    return NULL;
}

static const char *take_publish(struct mqtt_client *client, const struct mqtt_packet *packet)
{
    const struct mqtt_publish *publish = &packet->publish;
    char bytes[MQTT_PUBACK_SIZE];

    if (!client->options->subscription_count && client->options->connect.clean_session)
        return "it sent a message, though nothing was subscribed to";
    if (packet->omitted)
        client->callbacks->too_large(client->context, publish->message.topic, packet->omitted);
    else if (!client->callbacks->received(client->context, &publish->message))
        return "it sent a message that could not be taken in";
    mqtt_encode_puback(publish->id, bytes);
    if (publish->message.qos && client->state == MQTT_CLIENT_CONNECTED)
        send(client, bytes, sizeof(bytes));
    return NULL;
}

static const char *take_puback(struct mqtt_client *client, uint16_t id)
{
    uint64_t number;

    if (!mqtt_window_acknowledge(&client->window, id, &number))
        return "it acknowledged a message that it was not sent";
    client->progress_ms = client->now_ms;
    client->callbacks->acknowledged(client->context, number);
    return NULL;
}

static const char *check_granted(const struct mqtt_client *client, const struct mqtt_bytes *codes)
{
    const struct mqtt_client_options *options = client->options;
    unsigned int code;

    if (codes->count != client->asked - client->granted)
        return "it answered another number of subscriptions than it was asked for";
    for (size_t i = 0; i < codes->count; ++i)
    {
        code = (unsigned char)codes->start[i];
        if (code != MQTT_SUBACK_REFUSED && code != options->subscriptions[client->granted + i].qos)
            return "it grants a subscription another QoS than it was asked for";
    }
    return NULL;
}

/* A callback may close the client. */
static const char *take_refusals(struct mqtt_client *client, const struct mqtt_bytes *codes)
{
    for (size_t i = 0; i < codes->count && client->state == MQTT_CLIENT_CONNECTED; ++i)
    {
        if ((unsigned char)codes->start[i] == MQTT_SUBACK_REFUSED
                && !client->callbacks->refused(client->context, client->granted + i))
            return "it refuses a subscription, as brokers do when the user has no right to it";
    }
    return NULL;
}

static const char *take_suback(struct mqtt_client *client, const struct mqtt_packet *packet)
{
    const char *fault;

    if (client->asked == client->granted || packet->suback.id != MQTT_WINDOW_FREE_ID)
        return "it answered a subscription that it was not asked for";
    if ((fault = check_granted(client, &packet->suback.codes)) || (fault = take_refusals(client, &packet->suback.codes))
            || client->state != MQTT_CLIENT_CONNECTED)
        return fault;
    client->granted = client->asked;
    send_subscribe(client);
    if (client->granted == client->options->subscription_count)
        client->callbacks->subscribed(client->context);
    return NULL;
}

static const char *take_pingresp(struct mqtt_client *client)
{
    if (!client->pinging)
        return "it answered a ping that it was not sent";
    client->pinging = false;
    return NULL;
}

static const char *take_any(struct mqtt_client *client, const struct mqtt_packet *packet)
{
    if (packet->type == MQTT_CONNACK)
        return take_connack(client, packet);
    if (client->state == MQTT_CLIENT_CONNECTING)
        return "it sent something else before it answered CONNECT";
    switch (packet->type)
    {
        case MQTT_PUBLISH:
            return take_publish(client, packet);
        case MQTT_PUBACK:
            return take_puback(client, packet->puback_id);
        case MQTT_SUBACK:
            return take_suback(client, packet);
        default: /* The reader lets no other pass. */
            return take_pingresp(client);
    }
}

static const char *take_packet(void *context, const struct mqtt_packet *packet)
{
    struct mqtt_client *client = context;
    const char *fault = take_any(client, packet);

    /* A callback may have closed it. */
    if (client->state == MQTT_CLIENT_CLOSED)
        return mqtt_stop_reading;
    return fault ? fault : client->fault;
}

const char *mqtt_client_take(struct mqtt_client *client, const char *bytes, size_t count, uint64_t now_ms)
{
    if (client->state == MQTT_CLIENT_CLOSED)
        return NULL;
    /* What was not sent cannot be answered. */
    if (client->fault)
        return client->fault;
    client->now_ms = client->heard_ms = now_ms;
    return mqtt_reader_feed(&client->reader, bytes, count, take_packet, client);
}

/* Time */

/* When the broker is to be asked whether it is there. Messages that are sent say nothing about that, and so do not put
 * it off. */
static uint64_t next_ping_ms(const struct mqtt_client *client)
{
    uint64_t seconds = client->options->connect.keep_alive_seconds;

    return seconds ? client->ping_ms + seconds * 1000 / 2 : UINT64_MAX;
}

/* Anything that comes shows that it is there: its answer may stand behind much else. */
static uint64_t silent_ms(const struct mqtt_client *client)
{
    uint64_t since = client->ping_ms > client->heard_ms ? client->ping_ms : client->heard_ms;

    return client->pinging ? since + client->limits.answer_ms : UINT64_MAX;
}

static uint64_t subscribed_late_ms(const struct mqtt_client *client)
{
    return client->asked != client->granted ? client->subscribe_ms + client->limits.answer_ms : UINT64_MAX;
}

static uint64_t acknowledged_late_ms(const struct mqtt_client *client)
{
    return client->window.count ? client->progress_ms + client->limits.acknowledge_ms : UINT64_MAX;
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

uint64_t mqtt_client_due_ms(const struct mqtt_client *client)
{
    uint64_t due;

    if (client->state == MQTT_CLIENT_CLOSED)
        return UINT64_MAX;
    if (client->fault)
        return 0;
    if (client->state == MQTT_CLIENT_CONNECTING)
        return client->opened_ms + client->limits.connect_ms;
    due = client->pinging ? silent_ms(client) : next_ping_ms(client);
    return earlier(due, earlier(subscribed_late_ms(client), acknowledged_late_ms(client)));
}

static void ping(struct mqtt_client *client)
{
    char bytes[MQTT_EMPTY_SIZE];

    mqtt_encode_pingreq(bytes);
    client->pinging = true;
    client->ping_ms = client->now_ms;
    send(client, bytes, sizeof(bytes));
}

const char *mqtt_client_tick(struct mqtt_client *client, uint64_t now_ms)
{
    client->now_ms = now_ms;
    if (client->state == MQTT_CLIENT_CLOSED || now_ms < mqtt_client_due_ms(client))
        return NULL;
    if (client->fault)
        return client->fault;
    if (client->state == MQTT_CLIENT_CONNECTING)
        return "it has not answered CONNECT in time; does a broker listen there?";
    if (now_ms >= silent_ms(client))
        return "it is silent, and has not answered a ping in time";
    if (now_ms >= subscribed_late_ms(client))
        return "it has not answered a subscription in time";
    if (now_ms >= acknowledged_late_ms(client))
        return "it has not acknowledged a message in time";
    ping(client);
    return client->fault;
}

/*
 * What a broker may send: whatever it is, the client either understands it or has a fault, keeps within its memory, says
 * nothing that MQTT does not allow, and acknowledges to its owner each message once, none that was not published.
 *
 * The input is played twice. Once as a stream: read at once and byte by byte, which has to be the same. Once as what
 * happens to a client: a letter, a number of bytes, and so many bytes. b: the broker sends them; p: a message with them
 * as its payload is published; t: so many seconds pass; c: the connection is made anew; a: CONNACK, s: SUBACK, k: PUBACK
 * of the oldest message, as a right broker sends them. That is played again with single requests for memory refused.
 */
#include "fuzz/target.h"
#include "mqtt/client.h"
#include "mqtt/encode.h"

#include <string.h>

#include "support/counted_memory.h"

#define STREAM_MOST 5000
#define WINDOW 8

/* A stream */

struct seen
{
    uint64_t sum; /* of all that was in the packets */
    size_t packets;
};

static void add(struct seen *seen, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; ++i)
        seen->sum = (seen->sum ^ (unsigned char)bytes[i]) * 1099511628211u;
}

/* What is read can be written, and is the same then. */
static void add_publish(struct seen *seen, const struct mqtt_publish *publish)
{
    size_t size = mqtt_encode_publish(publish, NULL, 0);
    char *bytes = malloc(size);

    REQUIRE(bytes && !mqtt_check_message(&publish->message));
    REQUIRE(mqtt_encode_publish(publish, bytes, size) == size);
    add(seen, bytes, size);
    free(bytes);
}

static const char *take(void *context, const struct mqtt_packet *packet)
{
    struct seen *seen = context;

    ++seen->packets;
    seen->sum += (uint64_t)packet->type;
    if (packet->type == MQTT_PUBLISH)
        add_publish(seen, &packet->publish);
    else if (packet->type == MQTT_SUBACK)
        add(seen, packet->suback.codes.start, packet->suback.codes.count);
    else if (packet->type == MQTT_PUBACK)
        seen->sum += packet->puback_id;
    return NULL;
}

static const char *read_stream(struct seen *seen, const char *bytes, size_t count, size_t piece)
{
    struct mqtt_reader reader;
    const char *fault = NULL;

    *seen = (struct seen){0, 0};
    mqtt_reader_init(&reader, STREAM_MOST);
    for (size_t i = 0; i < count && !fault; i += piece)
    {
        fault = mqtt_reader_feed(&reader, bytes + i, count - i < piece ? count - i : piece, take, seen);
        REQUIRE(reader.size <= 2 * (STREAM_MOST + MQTT_HEAD_MAX));
    }
    mqtt_reader_cleanup(&reader);
    return fault;
}

static void play_stream(const char *bytes, size_t count)
{
    struct seen whole, single;
    const char *fault = read_stream(&whole, bytes, count, count ? count : 1);

    REQUIRE(fault == read_stream(&single, bytes, count, 1));
    REQUIRE(whole.sum == single.sum && whole.packets == single.packets);
    REQUIRE(!fault || !strncmp(fault, "it sent ", 8));
}

/* A client */

struct play
{
    struct mqtt_client client;
    uint64_t now_ms, published, acknowledged;
    bool has[256]; /* the numbers that are not acknowledged */
    uint8_t number;
    bool has_connected, greeted;
    uint16_t last_id; /* of the PUBLISH before, on this connection */
};

static unsigned int id_of(const unsigned char *bytes, size_t count)
{
    size_t place = 1, topic;

    while (bytes[place++] & 0x80)
        ;
    topic = (size_t)bytes[place] << 8 | bytes[place + 1];
    place += 2 + topic;
    REQUIRE(place + 2 <= count);
    return (unsigned int)bytes[place] << 8 | bytes[place + 1];
}

/* Ids follow one another on each connection, so that the order is that of before. */
static bool on_send(void *context, const char *text, size_t count)
{
    struct play *play = context;
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned int id;

    REQUIRE(count >= 2 && (bytes[0] >> 4 == MQTT_CONNECT) == !play->greeted);
    play->greeted = true;
    if (bytes[0] >> 4 != MQTT_PUBLISH)
        return true;
    REQUIRE((bytes[0] & 0x06) == 0x02);
    id = id_of(bytes, count);
    REQUIRE(id && id != MQTT_WINDOW_FREE_ID && (id > play->last_id || (play->last_id > 65000 && id < 500)));
    play->last_id = (uint16_t)id;
    return true;
}

static void on_connected(void *context, bool session_present)
{
    struct play *play = context;

    (void)session_present;
    REQUIRE(!play->has_connected);
    play->has_connected = true;
}

static void on_subscribed(void *context)
{
    REQUIRE(((struct play *)context)->has_connected);
}

static bool on_refused(void *context, size_t subscription)
{
    struct play *play = context;

    REQUIRE(play->has_connected && subscription < play->client.options->subscription_count);
    return subscription % 2;
}

static void on_acknowledged(void *context, uint64_t number)
{
    struct play *play = context;

    REQUIRE(number < 256 && play->has[number]);
    play->has[number] = false;
    ++play->acknowledged;
}

static bool on_received(void *context, const struct mqtt_message *message)
{
    REQUIRE(((struct play *)context)->has_connected);
    REQUIRE(!mqtt_check_message(message));
    return message->payload.count % 7 != 6;
}

static void on_too_large(void *context, struct mqtt_bytes topic, size_t size)
{
    REQUIRE(((struct play *)context)->has_connected && topic.count && size);
}

static const struct mqtt_client_callbacks callbacks = {
        on_send, on_connected, on_subscribed, on_refused, on_acknowledged, on_received, on_too_large};

static void connect(struct play *play)
{
    mqtt_client_close(&play->client);
    play->has_connected = play->greeted = false;
    play->last_id = 0;
    mqtt_client_open(&play->client, play->now_ms);
}

static void check(struct play *play, const char *fault)
{
    REQUIRE(!fault || *fault);
    REQUIRE(play->client.window.count <= WINDOW && play->client.window.bytes <= MQTT_WINDOW_BYTES);
    REQUIRE(mqtt_client_unacknowledged(&play->client) == play->published - play->acknowledged);
    if (fault)
        connect(play);
}

static void publish(struct play *play, const char *bytes, size_t count)
{
    struct mqtt_message message = {{"t", 1}, {bytes, count}, 1, false};
    const char *fault;

    while (play->has[play->number])
        ++play->number;
    fault = mqtt_client_publish(&play->client, &message, play->number, play->now_ms);
    REQUIRE(!fault || fault == mqtt_no_room || fault == mqtt_out_of_memory);
    play->has[play->number] = !fault;
    play->published += !fault;
}

static void answer(struct play *play, const char *bytes, size_t count)
{
    check(play, mqtt_client_take(&play->client, bytes, count, play->now_ms));
}

static void acknowledge_oldest(struct play *play)
{
    char bytes[MQTT_PUBACK_SIZE];

    mqtt_encode_puback(play->client.window.first_id, bytes);
    answer(play, bytes, sizeof(bytes));
}

static void pass_time(struct play *play, uint64_t seconds)
{
    uint64_t end = play->now_ms + seconds * 1000, due;

    while ((due = mqtt_client_due_ms(&play->client)) <= end)
    {
        play->now_ms = due > play->now_ms ? due : play->now_ms;
        check(play, mqtt_client_tick(&play->client, play->now_ms));
        REQUIRE(mqtt_client_due_ms(&play->client) > play->now_ms);
    }
    play->now_ms = end;
}

static void play_step(struct play *play, char what, const char *bytes, size_t count)
{
    switch (what)
    {
        case 'b':
            answer(play, bytes, count);
            break;
        case 'p':
            publish(play, bytes, count);
            break;
        case 't':
            pass_time(play, count);
            break;
        case 'c':
            connect(play);
            break;
        case 'a':
            answer(play, "\x20\2\0\0", 4);
            break;
        case 's':
            answer(play, "\x90\3\xff\xff\1", 5);
            break;
        case 'k':
            acknowledge_oldest(play);
            break;
    }
}

static void play_client(const char *bytes, size_t size)
{
    static const struct mqtt_subscription subscription = {{"vmevents/#", 10}, 1};
    static const struct mqtt_client_options options = {.connect = {.client_id = {"c", 1}, .keep_alive_seconds = 20},
            .subscriptions = &subscription,
            .subscription_count = 1,
            .window = WINDOW};
    struct play *play = calloc(1, sizeof(*play));
    size_t count;

    REQUIRE(play);
    play->now_ms = 1000;
    if (!mqtt_client_init(&play->client, &callbacks, play, &options))
    {
        connect(play);
        for (size_t i = 0; i + 2 <= size; i += 2 + count)
        {
            count = (unsigned char)bytes[i + 1];
            count = count < size - i - 2 ? count : size - i - 2;
            play_step(play, bytes[i], bytes + i + 2, count);
        }
        mqtt_client_disconnect(&play->client);
        mqtt_client_cleanup(&play->client);
    }
    free(play);
    REQUIRE(!counted_memory_get()->live().blocks);
}

static unsigned int requests, refused;

static bool refuse_one(void)
{
    return ++requests != refused;
}

/* With single requests for memory refused: all of the first, then fewer and fewer, to the last. */
static void play_without_memory(const char *bytes, size_t size)
{
    counted_memory_get()->set_gate(refuse_one);
    for (unsigned int next = 1; next; next = requests >= refused ? next + 1 + next / 8 : 0)
    {
        refused = next;
        requests = 0;
        play_client(bytes, size);
    }
    counted_memory_get()->set_gate(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    play_stream((const char *)data, size);
    play_client((const char *)data, size);
    play_without_memory((const char *)data, size);
    return 0;
}

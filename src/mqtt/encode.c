#include "mqtt/encode.h"

#include "mqtt/strings.h"

#include <string.h>

#define PROTOCOL_NAME "MQTT"
#define PROTOCOL_LEVEL 4 /* 3.1.1 */

/* Of CONNECT (section 3.1.2.3). */
#define CONNECT_CLEAN 0x02
#define CONNECT_WILL 0x04
#define CONNECT_WILL_QOS_SHIFT 3
#define CONNECT_WILL_RETAIN 0x20
#define CONNECT_PASSWORD 0x40
#define CONNECT_USER 0x80

/* Of the first byte. */
#define PUBLISH_RETAIN 0x01
#define PUBLISH_QOS_SHIFT 1
#define PUBLISH_AGAIN 0x08
#define SUBSCRIBE_FLAGS 0x02

/* Bytes under construction. Those that there is no room for are only counted. */
struct writer
{
    char *bytes;
    size_t size, count;
};

static void put_byte(struct writer *writer, unsigned int byte)
{
    if (writer->count < writer->size)
        writer->bytes[writer->count] = (char)byte;
    ++writer->count;
}

static void put_number(struct writer *writer, unsigned int number)
{
    put_byte(writer, number >> 8);
    put_byte(writer, number & 0xff);
}

static void put_bytes(struct writer *writer, struct mqtt_bytes bytes)
{
    if (writer->count < writer->size && bytes.count && bytes.count <= writer->size - writer->count)
        memcpy(writer->bytes + writer->count, bytes.start, bytes.count);
    writer->count += bytes.count;
}

static void put_string(struct writer *writer, struct mqtt_bytes string)
{
    put_number(writer, (unsigned int)string.count);
    put_bytes(writer, string);
}

static void put_head(struct writer *writer, enum mqtt_packet_type type, unsigned int flags, size_t length)
{
    put_byte(writer, (unsigned int)type << 4 | flags);
    do
    {
        put_byte(writer, (unsigned int)(length & 0x7f) | (length > 0x7f ? 0x80 : 0));
        length >>= 7;
    } while (length);
}

/* CONNECT */

const char *mqtt_check_connect(const struct mqtt_connect *connect)
{
    const char *fault;

    if (!mqtt_is_string(connect->client_id))
        return "the client's id is not UTF-8 of at most 65535 bytes without NUL";
    if (!connect->client_id.count && !connect->clean_session)
        return "a session that is kept needs a client's id";
    if (connect->user && !mqtt_is_string(*connect->user))
        return "the user's name is not UTF-8 of at most 65535 bytes without NUL";
    if (connect->password && !connect->user)
        return "there is a password without a user";
    if (connect->password && connect->password->count > MQTT_STRING_MAX)
        return "the password has more than 65535 bytes";
    if (!connect->will)
        return NULL;
    if ((fault = mqtt_check_message(connect->will)))
        return fault;
    return connect->will->payload.count > MQTT_STRING_MAX ? "the last will has more than 65535 bytes" : NULL;
}

static unsigned int connect_flags(const struct mqtt_connect *connect)
{
    const struct mqtt_message *will = connect->will;
    unsigned int flags = connect->clean_session ? CONNECT_CLEAN : 0;

    if (will)
        flags |= CONNECT_WILL | will->qos << CONNECT_WILL_QOS_SHIFT | (will->retain ? CONNECT_WILL_RETAIN : 0);
    if (connect->user)
        flags |= CONNECT_USER;
    if (connect->password)
        flags |= CONNECT_PASSWORD;
    return flags;
}

static void put_connect(struct writer *writer, const struct mqtt_connect *connect)
{
    put_string(writer, (struct mqtt_bytes){PROTOCOL_NAME, strlen(PROTOCOL_NAME)});
    put_byte(writer, PROTOCOL_LEVEL);
    put_byte(writer, connect_flags(connect));
    put_number(writer, connect->keep_alive_seconds);
    put_string(writer, connect->client_id);
    if (connect->will)
    {
        put_string(writer, connect->will->topic);
        put_string(writer, connect->will->payload);
    }
    if (connect->user)
        put_string(writer, *connect->user);
    if (connect->password)
        put_string(writer, *connect->password);
}

size_t mqtt_encode_connect(const struct mqtt_connect *connect, void *bytes, size_t size)
{
    struct writer counted = {NULL, 0, 0}, writer = {bytes, size, 0};

    put_connect(&counted, connect);
    put_head(&writer, MQTT_CONNECT, 0, counted.count);
    put_connect(&writer, connect);
    return writer.count;
}

/* PUBLISH */

const char *mqtt_check_message(const struct mqtt_message *message)
{
    if (!mqtt_is_topic(message->topic))
        return "the topic is empty, has a wildcard, or is not UTF-8 of at most 65535 bytes without NUL";
    if (message->qos > 1)
        return "the QoS is neither 0 nor 1";
    /* The topic's length and the id have two bytes each. */
    if (message->payload.count > MQTT_LENGTH_MAX - 4 - message->topic.count)
        return "the message has more than 268435455 bytes";
    return NULL;
}

size_t mqtt_encode_publish(const struct mqtt_publish *publish, void *bytes, size_t size)
{
    const struct mqtt_message *message = &publish->message;
    struct writer writer = {bytes, size, 0};
    unsigned int flags = message->qos << PUBLISH_QOS_SHIFT | (message->retain ? PUBLISH_RETAIN : 0)
            | (publish->again ? PUBLISH_AGAIN : 0);

    put_head(&writer, MQTT_PUBLISH, flags, 2 + message->topic.count + (message->qos ? 2 : 0) + message->payload.count);
    put_string(&writer, message->topic);
    if (message->qos)
        put_number(&writer, publish->id);
    put_bytes(&writer, message->payload);
    return writer.count;
}

void mqtt_mark_again(void *bytes)
{
    *(char *)bytes |= PUBLISH_AGAIN;
}

/* SUBSCRIBE */

const char *mqtt_check_subscriptions(const struct mqtt_subscription *subscriptions, size_t count)
{
    size_t length = 2;

    if (!count)
        return "nothing is subscribed to";
    for (size_t i = 0; i < count; ++i)
    {
        if (!mqtt_is_filter(subscriptions[i].filter))
            return "the topic that is subscribed to is empty, has a wildcard in a wrong place, or is not UTF-8 of at "
                   "most "
                   "65535 bytes without NUL";
        if (subscriptions[i].qos > 1)
            return "the QoS is neither 0 nor 1";
        length += 3 + subscriptions[i].filter.count;
        if (length > MQTT_LENGTH_MAX)
            return "the subscriptions have more than 268435455 bytes";
    }
    return NULL;
}

static void put_subscribe(
        struct writer *writer, uint16_t id, const struct mqtt_subscription *subscriptions, size_t count)
{
    put_number(writer, id);
    for (size_t i = 0; i < count; ++i)
    {
        put_string(writer, subscriptions[i].filter);
        put_byte(writer, subscriptions[i].qos);
    }
}

size_t mqtt_encode_subscribe(
        uint16_t id, const struct mqtt_subscription *subscriptions, size_t count, void *bytes, size_t size)
{
    struct writer counted = {NULL, 0, 0}, writer = {bytes, size, 0};

    put_subscribe(&counted, id, subscriptions, count);
    put_head(&writer, MQTT_SUBSCRIBE, SUBSCRIBE_FLAGS, counted.count);
    put_subscribe(&writer, id, subscriptions, count);
    return writer.count;
}

/* The others */

void mqtt_encode_puback(uint16_t id, char bytes[MQTT_PUBACK_SIZE])
{
    struct writer writer = {bytes, MQTT_PUBACK_SIZE, 0};

    put_head(&writer, MQTT_PUBACK, 0, 2);
    put_number(&writer, id);
}

void mqtt_encode_pingreq(char bytes[MQTT_EMPTY_SIZE])
{
    struct writer writer = {bytes, MQTT_EMPTY_SIZE, 0};

    put_head(&writer, MQTT_PINGREQ, 0, 0);
}

void mqtt_encode_disconnect(char bytes[MQTT_EMPTY_SIZE])
{
    struct writer writer = {bytes, MQTT_EMPTY_SIZE, 0};

    put_head(&writer, MQTT_DISCONNECT, 0, 0);
}

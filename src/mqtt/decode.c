#include "mqtt/decode.h"

#include "mqtt/strings.h"

#define FLAGS 0x0f
#define PUBLISH_RETAIN 0x01
#define PUBLISH_QOS(first) ((first) >> 1 & 3u)
#define PUBLISH_AGAIN 0x08

#define CONNACK_SESSION_PRESENT 0x01

static enum mqtt_packet_type type_of(unsigned char first)
{
    return (enum mqtt_packet_type)(first >> 4);
}

static const char *check_publish(unsigned char first)
{
    switch (PUBLISH_QOS(first))
    {
        case 0:
            return first & PUBLISH_AGAIN ? "it sent a PUBLISH of QoS 0 that claims to be sent again" : NULL;
        case 1:
            return NULL;
        case 2:
            return "it sent a PUBLISH of QoS 2, which was not subscribed to";
        default:
            return "it sent a PUBLISH of QoS 3, which there is not";
    }
}

const char *mqtt_check_first(unsigned char first)
{
    switch (type_of(first))
    {
        case MQTT_PUBLISH:
            return check_publish(first);
        case MQTT_CONNACK:
        case MQTT_PUBACK:
        case MQTT_SUBACK:
        case MQTT_PINGRESP:
            return first & FLAGS ? "it sent a packet whose flags are not those of its type" : NULL;
        case MQTT_PUBREC:
        case MQTT_PUBREL:
        case MQTT_PUBCOMP:
            return "it sent a packet of QoS 2, which is not used";
        case MQTT_UNSUBACK:
            return "it sent an UNSUBACK, though nothing was unsubscribed from";
        case MQTT_CONNECT:
        case MQTT_SUBSCRIBE:
        case MQTT_UNSUBSCRIBE:
        case MQTT_PINGREQ:
        case MQTT_DISCONNECT:
            return "it sent a packet that only clients send";
        default:
            return "it sent something that is no MQTT";
    }
}

const char *mqtt_check_length(unsigned char first, size_t length)
{
    switch (type_of(first))
    {
        case MQTT_CONNACK:
            return length != 2 ? "it sent a CONNACK of a wrong length" : NULL;
        case MQTT_PUBACK:
            return length != 2 ? "it sent a PUBACK of a wrong length" : NULL;
        case MQTT_SUBACK:
            return length < 3 ? "it sent a SUBACK without an answer in it" : NULL;
        case MQTT_PINGRESP:
            return length ? "it sent a PINGRESP of a wrong length" : NULL;
        default:
            return length < (PUBLISH_QOS(first) ? 5 : 3) ? "it sent a PUBLISH that is too short" : NULL;
    }
}

static unsigned int number_at(const char *bytes)
{
    return (unsigned int)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1];
}

size_t mqtt_publish_head_size(unsigned char first, const char bytes[2])
{
    return 2 + number_at(bytes) + (PUBLISH_QOS(first) ? 2 : 0);
}

static const char *decode_connack(struct mqtt_packet *packet, const char *bytes)
{
    unsigned int flags = (unsigned char)bytes[0], code = (unsigned char)bytes[1];

    if (flags & ~CONNACK_SESSION_PRESENT)
        return "it sent a CONNACK with flags that there are not";
    if (code > MQTT_CONNACK_LAST)
        return "it sent a CONNACK with an answer that there is not";
    if (code && flags)
        return "it sent a CONNACK that refuses and has a session all the same";
    packet->connack.session_present = flags;
    packet->connack.code = (enum mqtt_connack_code)code;
    return NULL;
}

static const char *decode_publish(struct mqtt_packet *packet, unsigned char first, const char *bytes, size_t count)
{
    struct mqtt_publish *publish = &packet->publish;
    struct mqtt_message *message = &publish->message;
    size_t head = 2 + number_at(bytes);

    *publish = (struct mqtt_publish){.again = first & PUBLISH_AGAIN};
    message->qos = PUBLISH_QOS(first);
    message->retain = first & PUBLISH_RETAIN;
    message->topic = (struct mqtt_bytes){bytes + 2, head - 2};
    if (head + (message->qos ? 2 : 0) > count)
        return "it sent a PUBLISH that ends inside of its topic or id";
    if (!mqtt_is_topic(message->topic))
        return "it sent a PUBLISH whose topic is empty, has a wildcard, or is not UTF-8 without NUL";
    if (message->qos)
    {
        if (!(publish->id = (uint16_t)number_at(bytes + head)))
            return "it sent a PUBLISH with the id 0";
        head += 2;
    }
    message->payload = (struct mqtt_bytes){bytes + head, count - head};
    return NULL;
}

static const char *decode_puback(struct mqtt_packet *packet, const char *bytes)
{
    packet->puback_id = (uint16_t)number_at(bytes);
    return packet->puback_id ? NULL : "it sent a PUBACK with the id 0";
}

static const char *decode_suback(struct mqtt_packet *packet, const char *bytes, size_t count)
{
    packet->suback.id = (uint16_t)number_at(bytes);
    packet->suback.codes = (struct mqtt_bytes){bytes + 2, count - 2};
    if (!packet->suback.id)
        return "it sent a SUBACK with the id 0";
    for (size_t i = 2; i < count; ++i)
    {
        if ((unsigned char)bytes[i] > 2 && (unsigned char)bytes[i] != MQTT_SUBACK_REFUSED)
            return "it sent a SUBACK with an answer that there is not";
    }
    return NULL;
}

const char *mqtt_decode(struct mqtt_packet *packet, unsigned char first, const char *bytes, size_t count)
{
    packet->type = type_of(first);
    switch (packet->type)
    {
        case MQTT_CONNACK:
            return decode_connack(packet, bytes);
        case MQTT_PUBLISH:
            return decode_publish(packet, first, bytes, count);
        case MQTT_PUBACK:
            return decode_puback(packet, bytes);
        case MQTT_SUBACK:
            return decode_suback(packet, bytes, count);
        default:
            return NULL;
    }
}

/*
 * MQTT 3.1.1 (OASIS Standard, 29 October 2014): the packets that a client and a broker send each other, taken apart.
 *
 * A client of ours publishes and subscribes with QoS 0 or 1. What serves QoS 2 alone is not spoken.
 */
#ifndef VMEVENTS_MQTT_PACKET_H
#define VMEVENTS_MQTT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strings and the payload of a Last Will have their length in two bytes. */
#define MQTT_STRING_MAX 65535

/* What four bytes of seven bits each can say. */
#define MQTT_LENGTH_MAX 268435455

/* The first byte, and the length of what is behind it. */
#define MQTT_HEAD_MAX 5

enum mqtt_packet_type
{
    MQTT_CONNECT = 1,
    MQTT_CONNACK,
    MQTT_PUBLISH,
    MQTT_PUBACK,
    MQTT_PUBREC,
    MQTT_PUBREL,
    MQTT_PUBCOMP,
    MQTT_SUBSCRIBE,
    MQTT_SUBACK,
    MQTT_UNSUBSCRIBE,
    MQTT_UNSUBACK,
    MQTT_PINGREQ,
    MQTT_PINGRESP,
    MQTT_DISCONNECT
};

/* Bytes that are somebody else's. Those of a string are UTF-8, without a NUL inside or behind. */
struct mqtt_bytes
{
    const char *start;
    size_t count;
};

struct mqtt_message
{
    struct mqtt_bytes topic;
    struct mqtt_bytes payload;
    unsigned int qos;
    bool retain;
};

struct mqtt_publish
{
    struct mqtt_message message;
    uint16_t id; /* with QoS 1; otherwise 0 */
    bool again;  /* DUP: it may have been sent before */
};

struct mqtt_connect
{
    struct mqtt_bytes client_id;     /* may be empty when the session is clean */
    const struct mqtt_message *will; /* NULL: none */
    const struct mqtt_bytes *user;   /* NULL: none, and then no password either */
    const struct mqtt_bytes *password;
    uint16_t keep_alive_seconds; /* 0: the broker need not hear from the client */
    bool clean_session;
};

struct mqtt_subscription
{
    struct mqtt_bytes filter;
    unsigned int qos; /* the most that it wants */
};

/* What a broker answers to CONNECT. */
enum mqtt_connack_code
{
    MQTT_ACCEPTED,
    MQTT_REFUSED_VERSION,
    MQTT_REFUSED_CLIENT_ID,
    MQTT_REFUSED_FOR_NOW,
    MQTT_REFUSED_PASSWORD,
    MQTT_REFUSED_CLIENT
};

#define MQTT_CONNACK_LAST MQTT_REFUSED_CLIENT

/* A subscription that the broker does not grant. */
#define MQTT_SUBACK_REFUSED 0x80

/* A packet that a broker has sent; what it points to is there as long as the call in which it comes. */
struct mqtt_packet
{
    enum mqtt_packet_type type;
    size_t omitted; /* the bytes of a PUBLISH's payload, when it comes without it since they are too many; otherwise 0 */
    union
    {
        struct
        {
            bool session_present;
            enum mqtt_connack_code code;
        } connack;
        struct mqtt_publish publish;
        uint16_t puback_id;
        struct
        {
            uint16_t id;
            struct mqtt_bytes codes; /* for each filter the QoS that is granted, or MQTT_SUBACK_REFUSED */
        } suback;
    };
};

#endif

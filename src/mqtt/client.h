/*
 * A client's side of MQTT without a connection: bytes and the time go in, bytes and messages come out. Whoever has the
 * connection (mqtt/session.h) opens it, carries the bytes, and makes another when this one has a fault.
 *
 * What has been given to be published is kept until the broker acknowledges it, over any number of connections; on each
 * of them all of it is sent again, in its order. It is given once and may arrive more often.
 *
 * Everything is bounded: what is kept (mqtt/window.h), the packet that is taken from a broker, and how long it may take for
 * an answer. A broker may send anything: what is no MQTT, or MQTT that answers nothing, is a fault of the connection.
 *
 * All functions are called on one thread. The callbacks come inside of them, and may call mqtt_client_publish,
 * mqtt_client_close and mqtt_client_disconnect. Inside of mqtt_client_publish comes none but `send`.
 */
#ifndef VMEVENTS_MQTT_CLIENT_H
#define VMEVENTS_MQTT_CLIENT_H

#include "mqtt/packet.h"
#include "mqtt/reader.h"
#include "mqtt/window.h"

struct mqtt_client_callbacks
{
    /* These bytes are for the broker. False: the connection does not take them. It calls nothing. */
    bool (*send)(void *context, const char *bytes, size_t count);

    /* The broker has let the client in. session_present: it still has the session of before. */
    void (*connected)(void *context, bool session_present);

    /* The broker has answered all subscriptions: from now on nothing is missed that those are for which it has granted. */
    void (*subscribed)(void *context);

    /* The broker does not grant the subscription in that place of the options. False: that is a fault of the connection. */
    bool (*refused)(void *context, size_t subscription);

    /* The broker has the message that was published under that number. */
    void (*acknowledged)(void *context, uint64_t number);

    /* A message has come; with QoS 1 it is acknowledged when this returns true. It may come again. False: it cannot be
     * taken in now. Then the connection has a fault, so that the broker sends it on the next one. */
    bool (*received)(void *context, const struct mqtt_message *message);

    /* In place of it: a message to that topic has come that is larger than what is taken, with so many bytes. It is
     * acknowledged, and gone. */
    void (*too_large)(void *context, struct mqtt_bytes topic, size_t size);
};

/* How long a broker may take, in milliseconds. 0: as long as the default, which stands behind each. */
struct mqtt_limits
{
    uint32_t connect_ms;     /* for CONNACK (10 s) */
    uint32_t answer_ms;      /* until anything comes when a ping has been sent; for SUBACK (15 s) */
    uint32_t acknowledge_ms; /* for the next PUBACK, while messages wait for theirs (60 s) */
};

struct mqtt_client_options
{
    struct mqtt_connect connect;                   /* a ping is sent at half of keep_alive_seconds; 0: none is */
    const struct mqtt_subscription *subscriptions; /* mqtt_client_subscribe says how there may be more */
    size_t subscription_count;                     /* 0: nothing is subscribed to */
    size_t window;       /* the messages that may wait for their PUBACK, from 1 to MQTT_WINDOW_MOST */
    size_t received_max; /* the largest packet that is taken from a broker; 0: MQTT_RECEIVED_MAX */
    struct mqtt_limits limits;
};

#define MQTT_RECEIVED_MAX (1 << 20)

enum mqtt_client_state
{
    MQTT_CLIENT_CLOSED,
    MQTT_CLIENT_CONNECTING, /* CONNECT has been sent */
    MQTT_CLIENT_CONNECTED
};

struct mqtt_client
{
    const struct mqtt_client_callbacks *callbacks;
    void *context;
    const struct mqtt_client_options *options;
    struct mqtt_limits limits;
    enum mqtt_client_state state;
    struct mqtt_window window;
    struct mqtt_reader reader;
    struct mqtt_bytes connect; /* the packet, made once */
    size_t granted, asked;     /* so many subscriptions, on this connection; what lies between waits for its answer */
    uint64_t now_ms;           /* of the call that goes on */
    const char *fault;         /* one that waits to be returned */
    bool pinging;
    uint64_t opened_ms, heard_ms, ping_ms, subscribe_ms;
    uint64_t progress_ms; /* the last PUBACK, or when the first message began to wait for one */
};

/* What mqtt_client_publish returns when there is no room: compare the pointers. */
extern const char mqtt_no_room[];

/* The options and what they point to stay until mqtt_client_cleanup. Returns NULL, mqtt_out_of_memory, or what is wrong
 * with the options: a plain sentence without its full stop. It is to be cleaned up only when it returns NULL. */
const char *mqtt_client_init(struct mqtt_client *client, const struct mqtt_client_callbacks *callbacks, void *context,
        const struct mqtt_client_options *options);
void mqtt_client_cleanup(struct mqtt_client *client);

/* There is a new connection: says CONNECT. */
void mqtt_client_open(struct mqtt_client *client, uint64_t now_ms);

/* The connection is gone, or is to be: nothing more is sent, no callback comes, and bytes that are being taken are taken
 * no further. */
void mqtt_client_close(struct mqtt_client *client);

/* Takes leave of the broker, which keeps the last will to itself then, and closes. */
void mqtt_client_disconnect(struct mqtt_client *client);

/* The broker has sent these bytes; any number at a time. Returns NULL, or what is wrong: a plain sentence without its
 * full stop, with the broker for "it". Then the connection has to end. */
const char *mqtt_client_take(struct mqtt_client *client, const char *bytes, size_t count, uint64_t now_ms);

/* When mqtt_client_tick is to be called; UINT64_MAX: not before something else has happened. */
uint64_t mqtt_client_due_ms(const struct mqtt_client *client);

/* As mqtt_client_take. */
const char *mqtt_client_tick(struct mqtt_client *client, uint64_t now_ms);

/*
 * Publishes a message of QoS 1 under a number of the owner's; at once when the client is connected, otherwise as soon as
 * it is. The message is copied. Returns NULL, or why it has not been taken: mqtt_no_room, mqtt_out_of_memory, or what no
 * later try changes, in a plain sentence without its full stop.
 */
const char *mqtt_client_publish(
        struct mqtt_client *client, const struct mqtt_message *message, uint64_t number, uint64_t now_ms);

/* Gives up all messages that wait for their PUBACK: their owner publishes them anew. The client is closed. */
void mqtt_client_forget(struct mqtt_client *client);

/*
 * The owner has put more subscriptions behind those of the options, whose array may be another by now: asks for them too,
 * when the client is connected; otherwise on the next connection. `subscribed` comes again. What stands in the array may be
 * changed otherwise only while the client is closed. Returns NULL, or what is wrong with one of them, which is to be taken
 * out again.
 */
const char *mqtt_client_subscribe(struct mqtt_client *client, size_t more, uint64_t now_ms);

/*
 * Whether the subscription in that place has been answered on this connection, so that it can be asked for again, as for
 * what is retained: then the owner puts it behind all others, whose places go down by one, and calls mqtt_client_subscribe.
 * False: it is still to be asked for, or answered, and stays where it is.
 */
bool mqtt_client_take_back(struct mqtt_client *client, size_t place);

/* The messages that wait for their PUBACK. */
size_t mqtt_client_unacknowledged(const struct mqtt_client *client);

#endif

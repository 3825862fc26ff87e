/*
 * A client of a broker that is reached in one of several places, as the nodes of a cluster are: connections are made,
 * watched, and made again. What has been published and not acknowledged goes on waiting meanwhile (mqtt/client.h).
 *
 * The places are tried in turn. When all of them have failed the session waits before the next turn, from retry_first_ms
 * on, each time twice as long, at most retry_longest_ms. A connection that has lasted for the longest wait ends that:
 * when it is lost the next place is tried at once.
 *
 * Everything happens in the loop, on its thread. Nothing waits but the loop itself.
 */
#ifndef VMEVENTS_MQTT_SESSION_H
#define VMEVENTS_MQTT_SESSION_H

#include "mqtt/client.h"
#include "net/link.h"

struct mqtt_broker
{
    const char *host; /* a name or an address */
    uint16_t port;
    const char *tls_name; /* whom its certificate has to be for; NULL: the host */
};

/* All may call mqtt_session_publish and mqtt_session_close; none comes inside of these. */
struct mqtt_callbacks
{
    /* The broker in that place has let the client in. session_present: it still has the session of before. */
    void (*connected)(void *context, size_t broker, bool session_present);

    /* The broker has answered all subscriptions: from now on nothing is missed that those are for which it has granted. */
    void (*subscribed)(void *context);

    /* The broker does not grant the subscription in that place of the options; the others go on. NULL: that is a fault of the
     * connection. */
    void (*refused)(void *context, size_t subscription);

    /* The broker has the message that was published under that number, and there is room for another. */
    void (*acknowledged)(void *context, uint64_t number);

    /* A message has come, which may come again. With QoS 1 the broker gives it up when this returns true. False: it
     * cannot be taken in now; then the connection ends, and the broker sends it on the next one. */
    bool (*received)(void *context, const struct mqtt_message *message);

    /* A message to that topic, of so many bytes, is larger than what is taken, and is dropped. NULL: nobody is told. */
    void (*too_large)(void *context, struct mqtt_bytes topic, size_t size);

    /* A connection is lost, or could not be made: a plain sentence without its full stop, which names the broker. The
     * next try follows by itself. */
    void (*fault)(void *context, const char *text);

    /* The last: nothing refers to the session any more. */
    void (*closed)(void *context);
};

struct mqtt_session_options
{
    struct mqtt_client_options client;
    const struct mqtt_broker *brokers;
    size_t broker_count;                 /* at least 1 */
    struct tls_credentials *credentials; /* NULL: without TLS */
    uint32_t retry_first_ms;             /* 0: MQTT_RETRY_FIRST_MS */
    uint32_t retry_longest_ms;           /* 0: MQTT_RETRY_LONGEST_MS */
};

#define MQTT_RETRY_FIRST_MS 250
#define MQTT_RETRY_LONGEST_MS 15000

#define MQTT_FAULT_SIZE 1024

enum mqtt_session_step
{
    MQTT_SESSION_WAITS,   /* for the next try */
    MQTT_SESSION_OPENS,   /* a connection */
    MQTT_SESSION_IS_OPEN, /* the client has the connection */
    MQTT_SESSION_IS_CLOSED
};

struct mqtt_session
{
    const struct mqtt_callbacks *callbacks;
    void *context;
    const struct mqtt_session_options *options;
    struct mqtt_client client;
    struct link link;
    uv_timer_t timer; /* of the step */
    enum mqtt_session_step step;
    size_t broker, tries; /* the place that is tried, and how many have been since one has lasted */
    uint64_t retry_ms;    /* the last wait, when all places had been tried; 0: none yet */
    uint64_t connected_ms;
    bool connected;
};

/*
 * Begins to connect. The options and what they point to stay until `closed`; the session holds a reference to the
 * credentials. Returns NULL, mqtt_out_of_memory, or what is wrong with the options: a plain sentence without its full
 * stop. Only when it returns NULL is the session to be closed.
 */
const char *mqtt_session_open(struct mqtt_session *session, uv_loop_t *loop, const struct mqtt_callbacks *callbacks,
        void *context, const struct mqtt_session_options *options);

/* Takes leave of the broker, which keeps the last will to itself then. What waits to be acknowledged is forgotten: who
 * wants it to arrive waits for that first. Ends by `closed`. */
void mqtt_session_close(struct mqtt_session *session);

/* As mqtt_client_publish: at once when it is connected, otherwise as soon as it is. */
const char *mqtt_session_publish(struct mqtt_session *session, const struct mqtt_message *message, uint64_t number);

/* As mqtt_client_subscribe: the options have so many more subscriptions than before. */
const char *mqtt_session_subscribe(struct mqtt_session *session, size_t more);

/* As mqtt_client_take_back. */
bool mqtt_session_take_back(struct mqtt_session *session, size_t place);

/* Gives up all messages that wait to be acknowledged: for an owner who keeps them too, and publishes them anew when it is
 * connected again. Only inside of `fault`. */
void mqtt_session_forget(struct mqtt_session *session);

#endif

/*
 * A pretended broker in the loop of the test: it takes connections, reads what clients send packet by packet, and answers
 * as its manner is. It knows nothing of the project's own reading and writing of packets.
 */
#ifndef VMEVENTS_TESTS_MQTT_BROKER_H
#define VMEVENTS_TESTS_MQTT_BROKER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

enum broker_manner
{
    BROKER_ANSWERS,
    BROKER_HANGS_UP,      /* takes the connection and ends it */
    BROKER_SAYS_NOTHING,  /* reads, and never answers anything */
    BROKER_REFUSES,       /* answers CONNECT by the code 3 */
    BROKER_TALKS,         /* says its words as soon as there is a connection */
    BROKER_FALLS_SILENT,  /* behind its answer to CONNECT */
    BROKER_TALKS_LATER,   /* says its words behind its answer to CONNECT */
    BROKER_STOPS_READING, /* behind its answer to CONNECT */
    BROKER_HANGS_UP_LATER /* when so many PUBLISHes have come on a connection, without an answer to the last of them */
};

struct broker_client;

struct broker
{
    uv_tcp_t server;
    unsigned int port;
    enum broker_manner manner;
    const char *words;
    size_t words_count;
    unsigned int publishes_before_end;
    bool refuses;                 /* all subscriptions */
    struct broker_client *client; /* the last that has come; NULL: it has gone */

    /* What has come. */
    unsigned int filters; /* that were subscribed to */
    unsigned int clients, connects, subscribes, publishes, pings, disconnects, acknowledgements;
    char connect[512]; /* the last CONNECT as it came */
    size_t connect_count;

    /* Told of each PUBLISH, if there is anyone. */
    void (*published)(struct broker *broker, bool again, const char *topic, size_t topic_count, const char *payload,
            size_t payload_count);
};

void broker_listen(struct broker *broker, uv_loop_t *loop);
void broker_stop_listening(struct broker *broker);

/* Ends the connection of the last client. */
void broker_drop(struct broker *broker);

/* Sends bytes to the last client. */
void broker_say(struct broker *broker, const char *bytes, size_t count);

#endif

/*
 * The messages of QoS 1 that a client has been given to publish and the broker has not acknowledged yet, in their order, as
 * the packets that they are sent in. They outlive a connection: on the next one all of them are sent again.
 *
 * Ids follow one another without a gap, so that an id says where its message stands.
 */
#ifndef VMEVENTS_MQTT_WINDOW_H
#define VMEVENTS_MQTT_WINDOW_H

#include "mqtt/packet.h"

/* An id that no message has: what is no message may have it at any time. */
#define MQTT_WINDOW_FREE_ID 65535

/* What the packets may have in all, and so one of them: less than may wait to be sent (net/link.h), so that a window can
 * always be sent as a whole. */
#define MQTT_WINDOW_BYTES (192 << 10)

/* More places than that would be more than there are ids for. */
#define MQTT_WINDOW_MOST 4096

struct mqtt_kept
{
    uint64_t number; /* the owner's */
    bool sent;       /* the broker may have it */
    size_t size;
    char bytes[];
};

struct mqtt_window
{
    struct mqtt_kept **places; /* a ring; NULL: it has been acknowledged before one in front of it */
    size_t most;
    size_t first, count, bytes;
    uint16_t first_id;
};

/* most: the messages that it holds, from 1 to MQTT_WINDOW_MOST. False: out of memory. */
bool mqtt_window_init(struct mqtt_window *window, size_t most);
void mqtt_window_cleanup(struct mqtt_window *window);

/* Whether a packet of that size has room. */
bool mqtt_window_has_room(const struct mqtt_window *window, size_t size);

/* Puts a message of QoS 1 that has room behind the others. NULL: out of memory. */
struct mqtt_kept *mqtt_window_add(struct mqtt_window *window, const struct mqtt_message *message, uint64_t number);

/* Takes one out. *number: its owner's. False: there is none of that id. */
bool mqtt_window_acknowledge(struct mqtt_window *window, uint16_t id, uint64_t *number);

/* Takes all of them out. */
void mqtt_window_clear(struct mqtt_window *window);

/* The one at that place from 0 to count - 1, the oldest first, or NULL. */
struct mqtt_kept *mqtt_window_at(const struct mqtt_window *window, size_t place);

/* The size of the packet for a message of QoS 1. */
size_t mqtt_window_size_of(const struct mqtt_message *message);

#endif

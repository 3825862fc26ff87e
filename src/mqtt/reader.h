/*
 * Cuts a stream of bytes into the packets that a broker may send, however the bytes are split, and takes them apart.
 *
 * What cannot be a packet is noticed as it comes, not only at its end. Memory is had for the bytes that have come, not
 * for those that a packet's length announces, and never for more than the reader's largest packet. A PUBLISH that is larger
 * is read over, and comes without its payload: whoever ended the connection for it would have it again on the next one.
 */
#ifndef VMEVENTS_MQTT_READER_H
#define VMEVENTS_MQTT_READER_H

#include "mqtt/packet.h"

/* What mqtt_reader_feed returns when memory has run out, and what `take` returns when nothing more is to be read though
 * nothing is wrong: compare the pointers. */
extern const char mqtt_out_of_memory[], mqtt_stop_reading[];

struct mqtt_reader
{
    size_t most;        /* bytes behind the head of a packet */
    char *bytes;        /* of the packet that is not complete yet */
    size_t count, size; /* what has come of it and is kept; what there is room for */
    size_t passed;      /* what has come of its payload, which is too large to be kept */
};

void mqtt_reader_init(struct mqtt_reader *reader, size_t most);
void mqtt_reader_cleanup(struct mqtt_reader *reader);

/* Forgets a packet that is not complete. */
void mqtt_reader_restart(struct mqtt_reader *reader);

/*
 * Takes bytes, and calls take for each packet that they complete. take returns NULL, says what is wrong with the packet,
 * or returns mqtt_stop_reading. Returns NULL, or what is wrong: a plain sentence without its full stop, with the broker
 * for "it". Then no more bytes may come until it is restarted.
 */
const char *mqtt_reader_feed(struct mqtt_reader *reader, const char *bytes, size_t count,
        const char *(*take)(void *context, const struct mqtt_packet *packet), void *context);

#endif

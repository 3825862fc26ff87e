/*
 * A broker's packet, taken apart. Each function returns NULL, or what the packet has that MQTT does not allow: a plain
 * sentence without its full stop, with the broker for "it".
 */
#ifndef VMEVENTS_MQTT_DECODE_H
#define VMEVENTS_MQTT_DECODE_H

#include "mqtt/packet.h"

/* Looks at the first byte. */
const char *mqtt_check_first(unsigned char first);

/* Looks at how many bytes there are to be behind the head. */
const char *mqtt_check_length(unsigned char first, size_t length);

/* What a PUBLISH has behind the head and in front of its payload: its first two bytes say how much that is. */
size_t mqtt_publish_head_size(unsigned char first, const char bytes[2]);

/* What is behind the head, when that has been found right. The packet points into it. */
const char *mqtt_decode(struct mqtt_packet *packet, unsigned char first, const char *bytes, size_t count);

#endif

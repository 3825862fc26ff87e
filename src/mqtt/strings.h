/* What MQTT allows strings and topics to be. */
#ifndef VMEVENTS_MQTT_STRINGS_H
#define VMEVENTS_MQTT_STRINGS_H

#include "mqtt/packet.h"

/* Well-formed UTF-8 of at most MQTT_STRING_MAX bytes, without U+0000: overlong forms, halves of surrogate pairs and what
 * lies beyond U+10FFFF are none (sections 1.5.3 and 4.7.3). */
bool mqtt_is_string(struct mqtt_bytes string);

/* The name of a topic that can be published to: a string that is not empty and has neither # nor +. */
bool mqtt_is_topic(struct mqtt_bytes topic);

/* What can be subscribed to: + alone between its slashes, # alone behind the last of them. */
bool mqtt_is_filter(struct mqtt_bytes filter);

#endif

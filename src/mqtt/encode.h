/*
 * A client's packets as bytes.
 *
 * The check functions say what a packet has that MQTT does not allow: a plain sentence without its full stop, or NULL.
 * The encode functions are for what the check has let pass. They return how many bytes the packet has, and write it when
 * `size` is enough; with size 0 they only count.
 */
#ifndef VMEVENTS_MQTT_ENCODE_H
#define VMEVENTS_MQTT_ENCODE_H

#include "mqtt/packet.h"

/* Of packets that have nothing but their first bytes, and of PUBACK. */
#define MQTT_EMPTY_SIZE 2
#define MQTT_PUBACK_SIZE 4

const char *mqtt_check_connect(const struct mqtt_connect *connect);
size_t mqtt_encode_connect(const struct mqtt_connect *connect, void *bytes, size_t size);

/* Whether it can be published, or be a Last Will. */
const char *mqtt_check_message(const struct mqtt_message *message);

size_t mqtt_encode_publish(const struct mqtt_publish *publish, void *bytes, size_t size);

/* Marks the PUBLISH in these bytes as one that may have been sent before. */
void mqtt_mark_again(void *bytes);

const char *mqtt_check_subscriptions(const struct mqtt_subscription *subscriptions, size_t count);
size_t mqtt_encode_subscribe(
        uint16_t id, const struct mqtt_subscription *subscriptions, size_t count, void *bytes, size_t size);

void mqtt_encode_puback(uint16_t id, char bytes[MQTT_PUBACK_SIZE]);
void mqtt_encode_pingreq(char bytes[MQTT_EMPTY_SIZE]);
void mqtt_encode_disconnect(char bytes[MQTT_EMPTY_SIZE]);

#endif

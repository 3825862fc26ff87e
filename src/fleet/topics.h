/*
 * Where messages go:
 *
 *     vmevents/<host>/<machine>/<event>   each event of a machine
 *     vmevents/<host>/<machine>/state     its last state, retained
 *     vmevents/<host>/=host/<event>       each event of the host, and of vmforward itself
 *     vmevents/<host>/=host/state         whether vmforward is there, retained; the Last Will is published there
 *
 * Names are percent-encoded (RFC 3986): of ASCII only letters, digits, "-", "_" and "~" stand for themselves. So no name
 * has what MQTT or a broker behind it takes for its own ("/", "+", "#", "$", and "." and blanks, at which NATS' gateway
 * ends the connection; "@", behind which it loses what it has stored), and none is "=host".
 */
#ifndef VMEVENTS_FLEET_TOPICS_H
#define VMEVENTS_FLEET_TOPICS_H

#include <stdbool.h>

#include "fleet/utf8_text.h"

#define TOPIC_ROOT "vmevents"
#define TOPIC_OF_HOST "=host"
#define TOPIC_STATE "state"

/* Appends the name in that encoding. */
void topic_append_name(struct utf8_text *text, const char *name);

/* Takes an encoded name of so many bytes apart. False: it is not encoded so, or longer than size - 1 bytes. */
bool topic_decode_name(const char *token, size_t length, char *name, size_t size);

/* Appends the topic. machine: NULL for the host itself. last: an event's name, or TOPIC_STATE. */
void topic_append(struct utf8_text *text, const char *host, const char *machine, const char *last);

#endif

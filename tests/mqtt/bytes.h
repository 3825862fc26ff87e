/* Bytes of tests. */
#ifndef VMEVENTS_TESTS_MQTT_BYTES_H
#define VMEVENTS_TESTS_MQTT_BYTES_H

#include "mqtt/packet.h"

#include <string.h>

/* Those of a literal, which may have NULs inside. */
#define BYTES(literal) ((struct mqtt_bytes){literal, sizeof(literal) - 1})

static inline struct mqtt_bytes bytes_of(const char *string)
{
    return (struct mqtt_bytes){string, strlen(string)};
}

#endif

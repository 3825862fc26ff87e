/* How a broker is reached, with what that takes of files and stores; shared by all peers that reach it so. */
#ifndef VMEVENTS_HOST_MQTT_WAY_H
#define VMEVENTS_HOST_MQTT_WAY_H

#include <stdatomic.h>

#include "host/live/live_kind.h"
#include "host/mqtt/address.h"
#include "net/tls.h"

struct way
{
    atomic_uint references;
    struct mqtt_address_way address;
    struct tls_credentials *credentials; /* NULL: without TLS */
    char *password;                      /* NULL: none */
};

/* Reads the password and the certificates, for which it may wait. With one reference. NULL: the description says why; an
 * empty one that there is no memory. */
struct way *way_open(const struct mqtt_address_way *address, char description[LIVE_DESCRIPTION_SIZE]);

/* Any thread. */
struct way *way_addref(struct way *way);
void way_release(struct way *way);

#endif

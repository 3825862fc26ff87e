/* How the two channels of a QEMU are connected to, by TLS or without. */
#ifndef VMEVENTS_HOST_DIAL_H
#define VMEVENTS_HOST_DIAL_H

#include "host/qemu/address.h"
#include "net/link.h"

/* How long QEMU may take from the start of a connection until it has told all that is asked at first. */
#define DIAL_ANSWER_MS 5000

void dial_init(struct link *link, uv_loop_t *loop, const struct link_callbacks *callbacks, void *context);

/* Starts to connect to that port of the place; credentials: NULL for no TLS. False: out of memory. */
bool dial(struct link *link, const struct address_place *place, uint16_t port, struct tls_credentials *credentials);

#endif

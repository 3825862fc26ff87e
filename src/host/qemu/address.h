/*
 * The address of a live machine, as people write it:
 *
 *     qemu:<host>:<port>[,agent=<port>][,next=<host>:<port>[,next-agent=<port>]]…[,heartbeat=<seconds>]
 *             [,reset-log=<path>][,tls[,tls-ca=<path>][,tls-cert=<thumbprint>][,tls-name=<name>]][,allow-remote]
 *
 * host: a name, an IPv4 address, or an IPv6 address in brackets; the first port is that of QEMU's monitor protocol
 * (QMP), the second that of its guest agent's channel, on the same host. Each next is another place, where the machine
 * goes when it is migrated; a next-agent is that of the next before it. Another computer is spoken to by TLS, or because
 * allow-remote says that the network may be trusted.
 */
#ifndef VMEVENTS_HOST_ADDRESS_H
#define VMEVENTS_HOST_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/place.h"

#define ADDRESS_HOST_MAX PLACE_HOST_MAX
#define ADDRESS_PATH_MAX 1023
#define ADDRESS_THUMBPRINT_DIGITS PLACE_THUMBPRINT_DIGITS

/* The first place, and so many less one where the machine may go. */
#define ADDRESS_PLACES_MAX 8

/* How long the guest agent may be silent before the heartbeat counts as stopped, unless the address says it. */
#define ADDRESS_HEARTBEAT_SECONDS 10

/* One QEMU. */
struct address_place
{
    char host[ADDRESS_HOST_MAX + 1];
    uint16_t qmp_port;
    uint16_t agent_port;                 /* 0: none */
    char tls_name[ADDRESS_HOST_MAX + 1]; /* for whom its certificate has to be */
};

struct address
{
    struct address_place places[ADDRESS_PLACES_MAX]; /* the first one, and where the machine may go from there */
    unsigned int place_count;
    uint32_t heartbeat_seconds;
    char reset_log[ADDRESS_PATH_MAX + 1]; /* of the QEMU at the first place; empty: none */
    bool allow_remote;

    /* Of all connections. */
    bool tls;
    char tls_ca[ADDRESS_PATH_MAX + 1];                   /* empty: whom the system trusts */
    char tls_certificate[ADDRESS_THUMBPRINT_DIGITS + 1]; /* empty: none is shown */
    bool has_tls_name;                                   /* the address says so, else it is the host's */
};

/* NULL, or a sentence that says what is wrong with the text, in description. */
const char *address_parse(struct address *address, const char *text, char description[256]);

/* Whether the two have a monitor in common, which serves one client. */
bool address_overlaps(const struct address *address, const struct address *other);

/* A number for each of its monitors, which two that are the same have in common. */
void address_hash(const struct address *address, uint32_t hashes[ADDRESS_PLACES_MAX]);

#endif

/*
 * The address of a machine of another host, which a broker tells of, as people write it:
 *
 *     mqtt:<broker>:<port>/<host>/<machine>[,next=<broker>:<port>]…[,tls[,tls-ca=<path>][,tls-cert=<thumbprint>]
 *             [,tls-name=<name>]][,user=<name>[,password-file=<path>|,password-credential=<name>]]
 *             [,session=<id>][,allow-remote]
 *
 * broker: a name, an IPv4 address, or an IPv6 address in brackets; each next is another node of the same cluster, tried
 * in turn. host and machine: as they stand in topics (docs/fleet.md), but every character may stand for itself that means
 * nothing in an address; `+` as the machine stands for all machines of that host, `+/+` for all of all hosts. session: the
 * id of a session that the broker keeps while there is no connection.
 */
#ifndef VMEVENTS_HOST_MQTT_ADDRESS_H
#define VMEVENTS_HOST_MQTT_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "fleet/message.h"
#include "net/place.h"

#define MQTT_ADDRESS_PATH_MAX 1023
#define MQTT_ADDRESS_WORD_MAX 255

/* The first broker, and so many less one that are tried in its place. */
#define MQTT_ADDRESS_BROKERS_MAX 8

/* `<host>/<machine>` as it stands in topics, with a NUL. */
#define MQTT_ADDRESS_KEY_SIZE (2 * 3 * MESSAGE_NAME_SIZE)

struct mqtt_address_broker
{
    char host[PLACE_HOST_MAX + 1];
    char tls_name[PLACE_HOST_MAX + 1]; /* for whom its certificate has to be */
    uint16_t port;
};

/* How a broker is reached: who has the same has the same connection. */
struct mqtt_address_way
{
    struct mqtt_address_broker brokers[MQTT_ADDRESS_BROKERS_MAX];
    unsigned int broker_count;
    bool tls;
    char tls_ca[MQTT_ADDRESS_PATH_MAX + 1];              /* empty: whom the system trusts */
    char tls_certificate[PLACE_THUMBPRINT_DIGITS + 1];   /* empty: none is shown */
    char user[MQTT_ADDRESS_WORD_MAX + 1];                /* empty: none */
    char password_file[MQTT_ADDRESS_PATH_MAX + 1];       /* empty: none */
    char password_credential[MQTT_ADDRESS_WORD_MAX + 1]; /* empty: none */
    char session[MQTT_ADDRESS_WORD_MAX + 1];             /* empty: it ends with the connection */
};

struct mqtt_address
{
    struct mqtt_address_way way;
    char key[MQTT_ADDRESS_KEY_SIZE];
    bool is_watch; /* it stands for several machines: key is `<host>/+` or `+/+` */
};

/* NULL, or a sentence that says what is wrong with the text, in description; an empty one that there is no memory. */
const char *mqtt_address_parse(struct mqtt_address *address, const char *text, char description[256]);

bool mqtt_address_is_same_way(const struct mqtt_address_way *one, const struct mqtt_address_way *other);

/* Whether they have a broker in common. */
bool mqtt_address_ways_meet(const struct mqtt_address_way *one, const struct mqtt_address_way *other);

/* A number for the machine at each of the brokers. Returns how many. */
unsigned int mqtt_address_hash(
        const struct mqtt_address_way *way, const char *key, uint32_t hashes[MQTT_ADDRESS_BROKERS_MAX]);

/* The address of one of the machines that the address of a watch, as it was written, stands for. False: it has no room. */
bool mqtt_address_of(const char *watch, const char *key, char *text, size_t size);

#endif

/*
 * A fleet from inside: shared by what has its machines and watches (fleet.c), its hosts (fleet_hosts.c), the way to them and
 * what is wrong with it (fleet_way.c), and what takes messages (fleet_messages.c).
 */
#ifndef VMEVENTS_HOST_MQTT_FLEET_PARTS_H
#define VMEVENTS_HOST_MQTT_FLEET_PARTS_H

#include "host/mqtt/fleet.h"

size_t fleet_bucket_of(const char *key, size_t length);

/* Machines */

/* Where the machine is linked; that place is empty when it is not known. */
struct remote **fleet_place_of(struct fleet *fleet, const char *key, size_t length);

/* NULL: out of memory. */
struct remote *fleet_add(struct fleet *fleet, const char *key, size_t length);

/* Takes it out of the list; it is freed, unless what has come of it last is to be known on. */
void fleet_take_out(struct fleet *fleet, struct remote **place);

/* It is past no more. */
void fleet_take_from_past(struct fleet *fleet, struct remote *remote);

/* Watches */

bool fleet_watches_host(const struct fleet_watch *watch, const char *key, size_t host_length);

/* One that hears that host; NULL: none does. */
struct fleet_watch *fleet_watch_of(const struct fleet *fleet, const char *key, size_t host_length);

/* Tells the watch of the machine. False: it stays unknown. */
bool fleet_find(struct fleet *fleet, struct remote *remote, const struct fleet_watch *watch);

/* Hosts */

struct fleet_host *fleet_find_host(const struct fleet *fleet, const char *key, size_t length);

/* Whether a watch hears it, or one of its machines is there. */
bool fleet_wants_host(const struct fleet *fleet, const char *key, size_t length);

/* Frees the host of a machine that has been taken out, if it was the last one. */
void fleet_free_host_of(struct fleet *fleet, const char *key, size_t length);
void fleet_free_unwanted_hosts(struct fleet *fleet);

/* What listeners hear of the way, if it is another than they have heard last. */
void fleet_report(struct fleet *fleet, struct remote *remote);
void fleet_report_watch(const struct fleet *fleet, struct fleet_watch *watch);
void fleet_report_watches(struct fleet *fleet);

#endif

/*
 * The one connection to a broker for all machines that are reached by the same way. Everything of it happens in the loop
 * (net/loop.h).
 *
 * It subscribes with QoS 1, to what somebody has open. A message is acknowledged when all that listens has been told of it.
 * Without a session of its own it hears from its SUBACK on, and what is published while the connection is lost is missing;
 * with one the broker keeps that meanwhile, as far as it does.
 */
#ifndef VMEVENTS_HOST_MQTT_HUB_H
#define VMEVENTS_HOST_MQTT_HUB_H

#include <uv.h>

#include "host/mqtt/fleet.h"
#include "host/mqtt/way.h"

struct hub;

/* The hub of that way, which is made when there is none. The caller is one of its users until hub_leave. NULL: the refusal says
 * why there can be none; when it is NULL too, memory has run out. found: see struct fleet_callbacks; its context is the hub. */
struct hub *hub_join(uv_loop_t *loop, struct way *way, const struct fleet_callbacks *callbacks, const char **refusal);
void hub_join_again(struct hub *hub);
void hub_leave(struct hub *hub);

/* False: out of memory. */
bool hub_open(
        struct hub *hub, const char *key, const void *owner, const struct live_callbacks *callbacks, void *context);
void hub_close(struct hub *hub, const char *key, const void *owner);

bool hub_watch(struct hub *hub, struct fleet_watch *watch);
void hub_unwatch(struct hub *hub, struct fleet_watch *watch);

#endif

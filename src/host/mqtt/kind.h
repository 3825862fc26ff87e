/* Machines of other hosts, which a broker tells of, as a kind of live machine (host/live/live_kind.h). */
#ifndef VMEVENTS_HOST_MQTT_KIND_H
#define VMEVENTS_HOST_MQTT_KIND_H

#include "host/live/live_kind.h"

extern const struct live_kind mqtt_kind;

#endif

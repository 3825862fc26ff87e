/*
 * A fleet without a broker: messages as vmforward writes them go in, and what a machine's listener hears is written down.
 */
#ifndef VMEVENTS_TESTS_HOST_MQTT_TOLD_H
#define VMEVENTS_TESTS_HOST_MQTT_TOLD_H

#include "host/mqtt/fleet.h"

#define SPOOL "0123456789abcdef"
#define OTHER_SPOOL "fedcba9876543210"

extern struct fleet fleet;

/* A machine's listener, or a watch's. */
struct listener
{
    char said[4096]; /* "OnReset; state 5; connected; fault …; tried; removed; found NAME KEY; " */
};

extern const struct live_callbacks listener_callbacks;

void told_begin(void);
void told_end(void);

/* Opens a machine for the listener. */
void told_open(struct listener *listener, const char *key);
void told_watch(struct listener *listener, struct fleet_watch *watch, const char *key);

/* What it has been told since the last time. */
void told_expect(struct listener *listener, const char *said);

/* Messages of vmforward on a host, about a machine of its own. */
void tell_event(const char *host, const char *machine, const char *spool, uint64_t sequence, const char *name);
void tell_state_change(const char *host, const char *machine, const char *spool, uint64_t sequence, int state);
void tell_own(const char *host, const char *machine, const char *spool, uint64_t sequence, const char *name, int state);
void tell_state(const char *host, const char *machine, const char *spool, uint64_t sequence, const char *state);
void tell_host(const char *host, const char *state);
void tell_bytes(const char *topic, const char *body);

/* Whether all that was told has been taken, since told_begin. */
extern bool told_is_taken;

#endif

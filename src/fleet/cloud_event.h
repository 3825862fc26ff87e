/*
 * Messages as CloudEvents 1.0 in structured mode: a JSON object in one line, which docs/cloudevent.schema.json describes.
 *
 * An id is made of the spool's identity and a number that the spool gives once, so that a message has the same one
 * however often it is sent. `sequence` counts the events of one machine from 1 up, as 20 digits, so that it is in order as
 * a string too; another identity in the id means another count.
 */
#ifndef VMEVENTS_FLEET_CLOUD_EVENT_H
#define VMEVENTS_FLEET_CLOUD_EVENT_H

#include <stdint.h>

#include "fleet/utf8_text.h"

#define CLOUD_EVENT_DATA_SCHEMA "urn:vmevents:event:1"
#define CLOUD_EVENT_STATE_SCHEMA "urn:vmevents:state:1"
#define CLOUD_EVENT_HOST_SCHEMA "urn:vmevents:host:1"

/* The interface of what vmforward itself has to tell. */
#define CLOUD_EVENT_FORWARD "vmforward"

/* A message larger than that goes without the event's arguments and text: a broker's limit may be near. */
#define CLOUD_EVENT_BODY_MAX (128u << 10)

/* Whose message it is, and its place among the others. All strings are UTF-8. */
struct cloud_place
{
    const char *host;
    const char *machine; /* NULL: the host itself */
    const char *spool;   /* its identity */
    uint64_t number;
    uint64_t sequence;
};

struct cloud_event
{
    const char *interface_name;
    const char *name;
    const char *time;      /* UTC, as RFC 3339 has it */
    const char *arguments; /* a JSON object */
    const char *text;
    const char *exact;   /* a JSON object: what of the arguments that one does not tell; NULL: it tells all */
    const char *details; /* a JSON object: what its source knows besides; NULL: nothing */
};

/* Appends the message for an event. */
void cloud_event_append(struct utf8_text *text, const struct cloud_place *place, const struct cloud_event *event);

/* Appends the message for the state of a machine; place: of the event that it came with. */
void cloud_event_append_state(
        struct utf8_text *text, const struct cloud_place *place, const char *state, const char *time);

/* Appends the message about vmforward itself. state: "online", "offline", or "lost", which the broker publishes. place has
 * the number of the run. time may be NULL: nobody knows when it will be. */
void cloud_event_append_host(
        struct utf8_text *text, const struct cloud_place *place, const char *state, const char *time);

#endif

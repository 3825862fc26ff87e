/* An event on its way from who heard it to the spool: one block of memory with all that it has. */
#ifndef VMEVENTS_FORWARD_HEARD_EVENT_H
#define VMEVENTS_FORWARD_HEARD_EVENT_H

#include <stdbool.h>

#include "fleet/cloud_event.h"

struct heard_event
{
    struct heard_event *next;
    const char *machine;      /* NULL: it is the host's own */
    struct cloud_event event; /* its strings are in this block */
    const char *state;        /* the state that the machine has with it; NULL: the event is about something else */
    bool is_end;              /* of the machine: it has no state any more */
};

/* Copies the strings. NULL: out of memory. */
struct heard_event *heard_event_create(
        const char *machine, const struct cloud_event *event, const char *state, bool is_end);

void heard_event_free(struct heard_event *event);

#endif

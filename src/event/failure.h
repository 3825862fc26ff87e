/*
 * What went wrong with an event: a call of a listener that returned an error, or an event that was refused. Shared by
 * reference count, and never changed.
 */
#ifndef VMEVENTS_EVENT_FAILURE_H
#define VMEVENTS_EVENT_FAILURE_H

#include "event/kept_event.h"

/* Who listens for failures has this bit among those of events. */
#define EVENT_FAILURE_MASK EVENT_MASK(EVENT_COUNT)

/* As what a failure goes through lanes: an event that is none of the catalogue, without arguments. */
extern const struct event_type failure_event_type;

struct failure
{
    LONG refcount;
    HRESULT hr;
    BSTR description;              /* never NULL */
    BSTR error_source;             /* who says so; NULL: nobody did */
    struct kept_event *kept;       /* the event that a listener failed at; NULL: one that was refused */
    const struct event_type *type; /* of that event; NULL: there is none that was meant */
    WCHAR label[];                 /* of the source that it came from */
};

/* Of a listener: the description and its source are copied; without a description there are words for the result.
 * NULL: out of memory. */
struct failure *failure_of_listener(struct kept_event *kept, HRESULT hr, BSTR description, BSTR error_source);

/* Of an event that was refused: the description is taken over, also when it fails; NULL is out of memory. */
struct failure *failure_of_event(
        const struct event_type *type, const WCHAR *label, HRESULT hr, BSTR description, const WCHAR *error_source);

struct failure *failure_addref(struct failure *failure);
void failure_release(struct failure *failure);

/* "OnReset(): it takes other arguments (0x8002000e)". NULL: out of memory. */
BSTR failure_to_text(const struct failure *failure);

#endif

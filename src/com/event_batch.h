/*
 * Several events in one call: the arrays that IVMEventReceiver::Receive takes, made by the source and read by the sink.
 *
 * events     VT_I4, one for each event: its DISPID, how many arguments it has, and its interface (EVENT_BATCH_CODE)
 * sources    VT_BSTR, one for each event: the label that it comes with; none: the receiver knows where they come from
 * arguments  VT_VARIANT, those of all events one behind the other, each event's in the order of declaration
 * details    VT_VARIANT, one for each event or none: what its source knows besides its arguments (details_to_variant)
 *
 * An event that the reader does not know is so many arguments long all the same, and is left out by itself.
 */
#ifndef VMEVENTS_COM_EVENT_BATCH_H
#define VMEVENTS_COM_EVENT_BATCH_H

#include "event/kept_event.h"

/* How many events go in one call at most, and how many bytes, unless one is larger by itself. */
#define EVENT_BATCH_MAX 1024
#define EVENT_BATCH_MAX_BYTES (256u << 10)

/* An interface is known by its place in the catalogue (enum event_interface_index), which docs/com-api.md lists. */
#define EVENT_BATCH_CODE(interface, argument_count, id) ((LONG)((interface) << 24 | (argument_count) << 16 | (id)))

struct event_batch
{
    SAFEARRAY *events, *sources, *arguments, *details;
    ULONG count, argument_count; /* that have been added */
};

/* What is known of the events of a batch before it is made. */
struct event_batch_size
{
    ULONG count, argument_count; /* of all of them together */
    bool has_labels, has_details;
};

/* Begins a batch. S_OK, E_OUTOFMEMORY: there is no batch */
HRESULT event_batch_begin(struct event_batch *batch, const struct event_batch_size *size);

/* Adds an event, whose arguments stay its own until event_batch_end. S_OK, E_OUTOFMEMORY */
HRESULT event_batch_add(struct event_batch *batch, const struct event_interface *events, const struct kept_event *kept);

void event_batch_end(struct event_batch *batch);

/* A batch as it has come. Whoever has sent it is not trusted. */
struct event_batch_reader
{
    SAFEARRAY *arrays[4];
    const LONG *events;
    const BSTR *sources; /* NULL: there are none */
    const VARIANT *arguments;
    const VARIANT *details; /* NULL: there are none */
    ULONG count, at, argument_at;
};

struct batched_event
{
    const struct event_interface *events; /* NULL: there is no such interface */
    DISPID id;
    BSTR source; /* NULL: none is said */
    const VARIANT *args;
    UINT arg_count;
    const VARIANT *details; /* for details_from_variant; NULL: nothing is said */
};

/* S_OK: to be ended by event_batch_close. E_INVALIDARG: the arrays are not what they have to be, or do not fit together */
HRESULT event_batch_open(struct event_batch_reader *reader, SAFEARRAY *events, SAFEARRAY *sources, SAFEARRAY *arguments,
        SAFEARRAY *details);
void event_batch_close(struct event_batch_reader *reader);

/* The next event, which stays the batch's. False: there is none. */
bool event_batch_next(struct event_batch_reader *reader, struct batched_event *event);

#endif

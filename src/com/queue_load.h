/*
 * How much waits in a queue of events, and when it is too much. Every queue here is bounded in events and in bytes, and
 * loses its oldest events when one more comes; the newest is always kept. What events stand in is each queue's own: the
 * queue of NextEvent is a ring, which takes eight bytes an event; a lane is a list, in which the end of a receiver
 * takes its place without memory, and from which everything for one receiver is taken out. Guarded by the queue's lock.
 */
#ifndef VMEVENTS_COM_QUEUE_LOAD_H
#define VMEVENTS_COM_QUEUE_LOAD_H

#include "event/kept_event.h"

#define QUEUE_MAX_BYTES (64u << 20)

struct queue_load
{
    size_t count; /* of events */
    size_t bytes; /* that they take */
};

static inline void queue_load_add(struct queue_load *load, const struct kept_event *kept)
{
    ++load->count;
    load->bytes += kept->bytes;
}

static inline void queue_load_remove(struct queue_load *load, const struct kept_event *kept)
{
    --load->count;
    load->bytes -= kept->bytes;
}

/* Whether the oldest event has to go: there are more than max_count, or they take more than QUEUE_MAX_BYTES and are
 * more than one. */
static inline bool queue_load_is_too_much(const struct queue_load *load, size_t max_count)
{
    return load->count > max_count || (load->count > 1 && load->bytes > QUEUE_MAX_BYTES);
}

#endif

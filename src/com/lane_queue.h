/* What stands in a lane: events for its receivers and their ends, the oldest first. Guarded by the lane's lock. */
#ifndef VMEVENTS_COM_LANE_QUEUE_H
#define VMEVENTS_COM_LANE_QUEUE_H

#include "com/lane.h"
#include "com/queue_load.h"

struct lane_queue
{
    struct lane_entry *first, **last;
    struct queue_load load; /* the events among the entries */
};

void lane_queue_init(struct lane_queue *queue);

void lane_queue_append(struct lane_queue *queue, struct lane_entry *entry);
void lane_queue_prepend(struct lane_queue *queue, struct lane_entry *entry);

/* Puts events that had been taken where they stood, with those linked to the first: to the front, but behind the ends of
 * receivers that have been cut, which none of them is for. */
void lane_queue_put_back(struct lane_queue *queue, struct lane_entry *first);

/* Takes the oldest entry; the queue is not empty. */
struct lane_entry *lane_queue_take(struct lane_queue *queue);

static inline bool lane_queue_begins_with_end(const struct lane_queue *queue)
{
    return queue->first && !queue->first->kept;
}

/* Takes out what stands there for the receiver, its end too. Returns the events, and how many there are. */
struct lane_entry *lane_queue_take_out(struct lane_queue *queue, const struct lane_receiver *receiver, ULONG *count);

/* Takes out the oldest events until what is left is not too much. Returns them, and how many there are. */
struct lane_entry *lane_queue_make_room(struct lane_queue *queue, ULONG *count);

/* Drops events that have been taken out. The lane's lock is not held, since a release of what is in them may do anything. */
void lane_entries_drop(struct lane_entry *entry);

#endif

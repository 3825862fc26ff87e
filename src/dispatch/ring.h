/* A queue of pointers in a ring that grows to a limit. Its owner guards it. */
#ifndef VMEVENTS_DISPATCH_RING_H
#define VMEVENTS_DISPATCH_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring
{
    void **items;
    size_t size;
    size_t first;
    size_t count;
};

/* False: out of memory. */
bool ring_push(struct ring *ring, void *item);

/* The oldest item, or NULL. */
void *ring_take(struct ring *ring);

/* Gives back the memory; the ring is empty. */
void ring_free(struct ring *ring);

#endif

#include "dispatch/ring.h"

#include "platform/memory.h"

#define FIRST_SIZE 8

static bool ring_grow(struct ring *ring)
{
    size_t size = ring->size ? ring->size * 2 : FIRST_SIZE;
    void **items = memory_alloc(size * sizeof(*items));

    if (!items)
        return false;
    for (size_t i = 0; i < ring->count; ++i)
        items[i] = ring->items[(ring->first + i) % ring->size];
    memory_free(ring->items);
    ring->items = items;
    ring->size = size;
    ring->first = 0;
    return true;
}

bool ring_push(struct ring *ring, void *item)
{
    if (ring->count == ring->size && !ring_grow(ring))
        return false;
    ring->items[(ring->first + ring->count++) % ring->size] = item;
    return true;
}

void *ring_take(struct ring *ring)
{
    void *item;

    if (!ring->count)
        return NULL;
    item = ring->items[ring->first];
    ring->first = (ring->first + 1) % ring->size;
    --ring->count;
    return item;
}

void ring_free(struct ring *ring)
{
    memory_free(ring->items);
    *ring = (struct ring){0};
}

#include "host/hyperv/order.h"

#include "platform/memory.h"

struct hv_observation *hv_observation_create(enum hv_observed kind)
{
    struct hv_observation *observation = memory_alloc(sizeof(*observation));

    if (observation)
        observation->kind = kind;
    return observation;
}

void hv_observation_free(struct hv_observation *observation)
{
    if (observation->kind == HV_OBSERVED_MEDIA)
        hv_media_cleanup(&observation->media);
    else if (observation->kind == HV_OBSERVED_GUEST)
        hv_guest_said_cleanup(&observation->guest);
    memory_free(observation);
}

void hv_order_cleanup(struct hv_order *order)
{
    struct hv_observation *observation;

    while ((observation = order->first))
    {
        order->first = observation->next;
        hv_observation_free(observation);
    }
    order->count = 0;
}

void hv_order_set_log(struct hv_order *order, bool is_read)
{
    order->waits = is_read;
}

/* What is first waits for no longer than it has to, and what stands behind it for that. So one that came late, of long ago,
 * has its turn when it is due, before what happened after it. */
void hv_order_put(struct hv_order *order, struct hv_observation *observation, int64_t time_us, uint64_t now_ms)
{
    struct hv_observation **place = &order->first;

    observation->time_us = time_us;
    observation->due_ms = now_ms + HV_ORDER_WAIT_MS;
    while (*place && (*place)->time_us <= time_us)
        place = &(*place)->next;
    observation->next = *place;
    *place = observation;
    ++order->count;
}

/* When the first is due: one behind it that came before it does not wait longer than its own time. */
static uint64_t first_due_ms(const struct hv_order *order)
{
    uint64_t due = UINT64_MAX;

    for (const struct hv_observation *held = order->first; held; held = held->next)
        due = held->due_ms < due ? held->due_ms : due;
    return due;
}

struct hv_observation *hv_order_take(struct hv_order *order, uint64_t now_ms)
{
    struct hv_observation *first = order->first;

    if (!first || (order->waits && order->count <= HV_ORDER_HELD_MAX && first_due_ms(order) > now_ms))
        return NULL;
    order->first = first->next;
    --order->count;
    return first;
}

uint64_t hv_order_due_ms(const struct hv_order *order)
{
    if (!order->first)
        return UINT64_MAX;
    return order->waits ? first_due_ms(order) : 0;
}

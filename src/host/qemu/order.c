#include "host/qemu/order.h"

#include "platform/memory.h"

#include <string.h>

static const char *const late_kinds[ORDER_LATE_KINDS] = {"VSERPORT_CHANGE", "RTC_CHANGE", "BALLOON_CHANGE", "WATCHDOG"};

void order_init(struct order *order)
{
    *order = (struct order){0};
}

void observation_free(struct observation *observation)
{
    json_decref(observation->message);
    memory_free(observation);
}

void order_cleanup(struct order *order)
{
    struct observation *observation;

    while ((observation = order->first))
    {
        order->first = observation->next;
        observation_free(observation);
    }
    order_init(order);
}

static unsigned int hash(const char *text)
{
    unsigned int sum = 0;

    while (*text)
        sum = sum * 31 + (unsigned char)*text++;
    return sum;
}

/* The window that an event opens; NULL: QEMU holds none of its kind back. */
static struct order_window *find_window(struct order *order, const char *event, const char *device)
{
    for (unsigned int i = 0; i < ORDER_LATE_KINDS; ++i)
    {
        if (!strcmp(event, late_kinds[i]))
            return &order->windows[i];
    }
    if (!device || strcmp(event, "BLOCK_IO_ERROR"))
        return NULL;
    return &order->windows[ORDER_LATE_KINDS + hash(device) % ORDER_LATE_DEVICES];
}

/* What has been observed happened before what the clock shows now, whatever it showed then. */
static void set_clock_back(struct order *order, int64_t time_us)
{
    for (struct observation *observation = order->first; observation; observation = observation->next)
    {
        if (observation->time_us > time_us)
            observation->time_us = time_us;
    }
    order->latest_us = time_us;
}

bool order_put(
        struct order *order, const struct observation *observed, const char *event, const char *device, uint64_t now_ms)
{
    struct observation *observation = memory_alloc(sizeof(*observation)), **place = &order->first;
    struct order_window *window = event ? find_window(order, event, device) : NULL;
    int64_t time_us = observed->time_us;

    if (!observation)
        return false;
    if (time_us == ORDER_NOW)
        time_us = order->latest_us;
    else if (time_us > order->latest_us)
        order->latest_us = time_us;
    else if (time_us < order->latest_us - ORDER_CLOCK_BACK_US)
        set_clock_back(order, time_us);
    *observation = *observed;
    observation->time_us = time_us;
    observation->number = ++order->last_number;
    json_incref(observation->message);
    /* Most come in order: no need to walk the list then. */
    if (order->first && order->last->time_us <= time_us)
        place = &order->last->next;
    while (*place && (*place)->time_us <= time_us)
        place = &(*place)->next;
    observation->next = *place;
    *place = observation;
    if (!observation->next)
        order->last = observation;
    ++order->count;
    order->bytes += observation->size;
    if (window)
        *window = (struct order_window){observation->number, now_ms + ORDER_WINDOW_MS};
    return true;
}

/* All observations up to that number, in the order of arrival, came before any window that is still open: nothing that
 * is late can have happened before them. */
static uint64_t certain_number(const struct order *order, uint64_t now_ms)
{
    uint64_t number = UINT64_MAX;

    for (unsigned int i = 0; i < ORDER_WINDOWS; ++i)
    {
        const struct order_window *window = &order->windows[i];

        if (window->opened_by && window->until_ms > now_ms && window->opened_by < number)
            number = window->opened_by;
    }
    return number;
}

struct observation *order_take(struct order *order, uint64_t now_ms)
{
    struct observation *observation = order->first;

    if (!observation)
        return NULL;
    if (order->count <= ORDER_HELD_MAX && order->bytes <= ORDER_HELD_BYTES_MAX
            && (order->held || observation->waits || observation->number > certain_number(order, now_ms)))
        return NULL;
    order->first = observation->next;
    --order->count;
    order->bytes -= observation->size;
    return observation;
}

struct observation *order_find_waiting(const struct order *order)
{
    struct observation *found = NULL;

    for (struct observation *observation = order->first; observation; observation = observation->next)
    {
        if (observation->waits && (!found || observation->number < found->number))
            found = observation;
    }
    return found;
}

void observation_settle(struct observation *observation, unsigned int says)
{
    observation->says = says;
    observation->waits = false;
}

void order_hold(struct order *order, bool held)
{
    order->held = held;
}

int64_t order_latest_us(const struct order *order)
{
    return order->latest_us;
}

uint64_t order_due_ms(const struct order *order)
{
    uint64_t due = 0;

    if (!order->first || order->held || order->first->waits)
        return UINT64_MAX;
    for (unsigned int i = 0; i < ORDER_WINDOWS; ++i)
    {
        const struct order_window *window = &order->windows[i];

        if (window->opened_by && window->opened_by < order->first->number && window->until_ms > due)
            due = window->until_ms;
    }
    return due;
}

void order_begin_stream(struct order *order, uint64_t start_ms)
{
    uint64_t number = ++order->last_number;

    for (unsigned int i = 0; i < ORDER_WINDOWS; ++i)
    {
        if (!order->windows[i].opened_by)
            order->windows[i] = (struct order_window){number, start_ms + ORDER_WINDOW_MS};
    }
}

void order_end_stream(struct order *order)
{
    memset(order->windows, 0, sizeof(order->windows));
    order->held = false;
    order->latest_us = 0;
}

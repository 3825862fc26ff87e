#include "com/lane_queue.h"

#include "platform/memory.h"

void lane_queue_init(struct lane_queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
    queue->load = (struct queue_load){0};
}

static void count_in(struct lane_queue *queue, const struct lane_entry *entry)
{
    if (entry->kept)
        queue_load_add(&queue->load, entry->kept);
}

void lane_queue_append(struct lane_queue *queue, struct lane_entry *entry)
{
    entry->next = NULL;
    *queue->last = entry;
    queue->last = &entry->next;
    count_in(queue, entry);
}

void lane_queue_prepend(struct lane_queue *queue, struct lane_entry *entry)
{
    if (!(entry->next = queue->first))
        queue->last = &entry->next;
    queue->first = entry;
    count_in(queue, entry);
}

void lane_queue_put_back(struct lane_queue *queue, struct lane_entry *first)
{
    struct lane_entry **link = &queue->first, *last = first;

    while (*link && (*link)->receiver->state == LANE_RECEIVER_CUT && !(*link)->kept)
        link = &(*link)->next;
    for (count_in(queue, last); last->next; count_in(queue, last))
        last = last->next;
    if (!(last->next = *link))
        queue->last = &last->next;
    *link = first;
}

static struct lane_entry *unlink_entry(struct lane_queue *queue, struct lane_entry **link)
{
    struct lane_entry *entry = *link;

    if (!(*link = entry->next))
        queue->last = link;
    if (entry->kept)
        queue_load_remove(&queue->load, entry->kept);
    return entry;
}

struct lane_entry *lane_queue_take(struct lane_queue *queue)
{
    return unlink_entry(queue, &queue->first);
}

struct lane_entry *lane_queue_take_out(struct lane_queue *queue, const struct lane_receiver *receiver, ULONG *count)
{
    struct lane_entry **link = &queue->first, *taken = NULL;

    *count = 0;
    while (*link)
    {
        struct lane_entry *entry;

        if ((*link)->receiver != receiver)
        {
            link = &(*link)->next;
            continue;
        }
        entry = unlink_entry(queue, link);
        if (!entry->kept)
            continue;
        entry->next = taken;
        taken = entry;
        ++*count;
    }
    return taken;
}

struct lane_entry *lane_queue_make_room(struct lane_queue *queue, ULONG *count)
{
    struct lane_entry **link = &queue->first, *taken = NULL;

    *count = 0;
    while (*link && queue_load_is_too_much(&queue->load, LANE_CAPACITY))
    {
        struct lane_entry *entry;

        if (!(*link)->kept)
        {
            link = &(*link)->next;
            continue;
        }
        entry = unlink_entry(queue, link);
        entry->next = taken;
        taken = entry;
        ++*count;
    }
    return taken;
}

void lane_entries_drop(struct lane_entry *entry)
{
    struct lane_entry *next;

    for (; entry; entry = next)
    {
        next = entry->next;
        kept_event_release(entry->kept);
        memory_free(entry);
    }
}

#include "forward/inbox.h"

bool inbox_init(struct inbox *inbox)
{
    *inbox = (struct inbox){.last = &inbox->first};
    if (uv_mutex_init(&inbox->mutex))
        return false;
    if (!uv_cond_init(&inbox->room))
        return true;
    uv_mutex_destroy(&inbox->mutex);
    return false;
}

void inbox_cleanup(struct inbox *inbox)
{
    struct heard_event *next;

    for (struct heard_event *event = inbox->first; event; event = next)
    {
        next = event->next;
        heard_event_free(event);
    }
    uv_cond_destroy(&inbox->room);
    uv_mutex_destroy(&inbox->mutex);
}

bool inbox_put(struct inbox *inbox, struct heard_event *event, unsigned int timeout_ms)
{
    bool has_room;

    uv_mutex_lock(&inbox->mutex);
    if (inbox->count >= INBOX_MOST)
        uv_cond_timedwait(&inbox->room, &inbox->mutex, (uint64_t)timeout_ms * 1000000);
    if ((has_room = inbox->count < INBOX_MOST))
    {
        event->next = NULL;
        *inbox->last = event;
        inbox->last = &event->next;
        ++inbox->count;
    }
    uv_mutex_unlock(&inbox->mutex);
    return has_room;
}

struct heard_event *inbox_take(struct inbox *inbox, unsigned int most)
{
    struct heard_event *first, **end;

    uv_mutex_lock(&inbox->mutex);
    first = inbox->first;
    end = &inbox->first;
    for (; most && *end; --most)
    {
        end = &(*end)->next;
        --inbox->count;
    }
    if (end != &inbox->first)
    {
        inbox->first = *end;
        *end = NULL;
        if (!inbox->first)
            inbox->last = &inbox->first;
        uv_cond_broadcast(&inbox->room);
    }
    uv_mutex_unlock(&inbox->mutex);
    return first;
}

unsigned int inbox_count(struct inbox *inbox)
{
    unsigned int count;

    uv_mutex_lock(&inbox->mutex);
    count = inbox->count;
    uv_mutex_unlock(&inbox->mutex);
    return count;
}

#include "forward/heard_event.h"

#include <string.h>

#include "platform/memory.h"

#define STRINGS 9

struct heard_event *heard_event_create(
        const char *machine, const struct cloud_event *event, const char *state, bool is_end)
{
    const char *strings[STRINGS] = {machine, event->interface_name, event->name, event->time, event->arguments,
            event->text, event->exact, event->details, state};
    struct heard_event *heard;
    size_t size = sizeof(*heard), length;
    char *place;

    for (size_t i = 0; i < STRINGS; ++i)
        size += strings[i] ? strlen(strings[i]) + 1 : 0;
    if (!(heard = memory_alloc(size)))
        return NULL;
    place = (char *)(heard + 1);
    for (size_t i = 0; i < STRINGS; ++i)
    {
        if (!strings[i])
            continue;
        length = strlen(strings[i]) + 1;
        strings[i] = memcpy(place, strings[i], length);
        place += length;
    }
    heard->machine = strings[0];
    heard->event = (struct cloud_event){
            strings[1], strings[2], strings[3], strings[4], strings[5], strings[6], strings[7]};
    heard->state = strings[8];
    heard->is_end = is_end;
    return heard;
}

void heard_event_free(struct heard_event *event)
{
    memory_free(event);
}

#include "com/event_source.h"

#include "com/failures.h"
#include "platform/memory.h"

struct event_source *event_source_create(void)
{
    struct event_source *source = memory_alloc_lines(sizeof(*source));

    if (!source)
        return NULL;
    if (!listeners_init(&source->listeners))
    {
        memory_free_lines(source);
        return NULL;
    }
    source->refcount = 1;
    lock_init(&source->lock);
    return source;
}

void event_source_addref(struct event_source *source)
{
    InterlockedIncrement(&source->refcount);
}

void event_source_release(struct event_source *source)
{
    if (InterlockedDecrement(&source->refcount))
        return;
    listeners_cleanup(&source->listeners);
    failures_destroy(source->failures);
    memory_free_lines(source);
}

static void event_source_on_closed(void *owner)
{
    event_source_release(owner);
}

void event_source_close(struct event_source *source)
{
    listeners_close(&source->listeners, event_source_on_closed, source);
}

HRESULT event_source_pass(
        struct event_source *source, const struct event_type *type, const WCHAR *label, const VARIANT *arg)
{
    struct event event;

    event_init_borrowed(&event, type, label, &source->sequence);
    event.view.args = arg;
    return event_source_fire_borrowed(source, type, &event);
}

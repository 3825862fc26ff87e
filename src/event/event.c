#include "event/event.h"

#include "event/failure.h"
#include "event/visit.h"
#include "platform/memory.h"

#include <wchar.h>

static void event_clear_args(struct event *event)
{
    for (UINT i = 0; i < event->type->param_count; ++i)
    {
        if (!(event->owned & (1u << i)))
            continue;
        /* A coerced NULL string became the shared empty one, which nobody owns. */
        if (V_VT(&event->args[i]) == VT_BSTR && V_BSTR(&event->args[i]) == empty_bstr)
            continue;
        VariantClear(&event->args[i]);
    }
    event->owned = 0;
}

void event_cleanup_slow(struct event *event)
{
    event_clear_args(event);
    if (event->kept)
        kept_event_release(event->kept);
    event->kept = NULL;
}

bool (*kept_event_replace_objects)(VARIANT *arg);

/* Copies an argument into the kept event, which owns it from here on also when it fails. */
static bool kept_event_copy_arg(struct kept_event *kept, UINT i, const VARIANT *from)
{
    VARIANT *arg = &kept->event.args[i];

    VariantInit(arg);
    kept->event.owned |= 1u << i;
    if (FAILED(VariantCopy(arg, (VARIANT *)from)) || !detach_values(arg))
        return false;
    kept->bytes += value_bytes(arg);
    if (!value_has_object(arg))
        return true;
    kept->has_objects = true;
    return !kept_event_replace_objects || kept_event_replace_objects(arg);
}

static void kept_event_copy_origin(struct kept_event *kept, const struct event_origin *origin)
{
    if (!origin)
        return;
    event_set_origin(&kept->event, &kept->origin, origin->known ? details_addref(origin->known) : NULL,
            origin->trail ? kept_event_addref(origin->trail) : NULL);
    kept->bytes += origin->known ? origin->known->bytes : 0;
}

static struct kept_event *kept_event_create(const struct event *event)
{
    size_t source_size = (wcslen(event->view.source) + 1) * sizeof(WCHAR);
    struct kept_event *kept = memory_alloc(sizeof(*kept) + source_size);

    if (!kept)
        return NULL;
    kept->bytes = sizeof(*kept) + source_size;
    memcpy(kept->source, event->view.source, source_size);
    event_init(&kept->event, event->type, kept->source, event->sequence);
    for (UINT i = 0; i < event->type->param_count; ++i)
    {
        if (!kept_event_copy_arg(kept, i, &event->view.args[i]))
        {
            event_clear_args(&kept->event);
            memory_free(kept);
            return NULL;
        }
    }
    kept_event_copy_origin(kept, event_origin(event));
    kept->refcount = 1;
    kept->sequence = event->sequence ? InterlockedIncrement(&event->sequence->last) : 0;
    GetSystemTimeAsFileTime(&kept->time);
    return kept;
}

struct kept_event *event_keep(const struct event *event)
{
    /* The copy is not part of the value: listeners see the same event with and without it. */
    struct event *owner = (struct event *)event;

    if (!owner->kept && !(owner->kept = kept_event_create(event)))
        return NULL;
    return kept_event_addref(owner->kept);
}

bool kept_event_came_from(const struct kept_event *kept, const struct event_sequence *sequence)
{
    for (; kept; kept = kept->origin.trail)
    {
        if (kept->event.sequence == sequence)
            return true;
    }
    return false;
}

struct kept_event *kept_event_addref(struct kept_event *kept)
{
    InterlockedIncrement(&kept->refcount);
    return kept;
}

void kept_event_release(struct kept_event *kept)
{
    if (InterlockedDecrement(&kept->refcount))
        return;
    event_clear_args(&kept->event);
    if (kept->origin.trail)
        kept_event_release(kept->origin.trail);
    if (kept->origin.known)
        details_release(kept->origin.known);
    if (kept->failure)
        failure_release(kept->failure);
    memory_free(kept);
}

#include "com/failures.h"

#include "platform/memory.h"

struct failures
{
    struct lock lock;
    struct failure *last;
    struct failure_call *calls; /* under way */
};

struct failures *failures_create(void)
{
    struct failures *failures = memory_alloc(sizeof(*failures));

    if (failures)
        lock_init(&failures->lock);
    return failures;
}

void failures_destroy(struct failures *failures)
{
    if (!failures)
        return;
    if (failures->last)
        failure_release(failures->last);
    memory_free(failures);
}

struct failure *failures_get_last(struct failures *failures)
{
    struct failure *last;

    lock_acquire_shared(&failures->lock);
    last = failures->last ? failure_addref(failures->last) : NULL;
    lock_release_shared(&failures->lock);
    return last;
}

static void failures_set_last(struct failures *failures, struct failure *failure)
{
    struct failure *former;

    failure_addref(failure);
    lock_acquire(&failures->lock);
    former = failures->last;
    failures->last = failure;
    lock_release(&failures->lock);
    /* May let go of the last reference to an event, and of what belongs to that. */
    if (former)
        failure_release(former);
}

void failures_begin_call(struct failures *failures, struct failure_call *call)
{
    call->thread = GetCurrentThreadId();
    lock_acquire(&failures->lock);
    call->next = failures->calls;
    failures->calls = call;
    lock_release(&failures->lock);
}

void failures_end_call(struct failures *failures, struct failure_call *call)
{
    struct failure_call **link;

    lock_acquire(&failures->lock);
    for (link = &failures->calls; *link != call; link = &(*link)->next)
        ;
    *link = call->next;
    lock_release(&failures->lock);
}

/* Whether this thread is telling somebody of a failure, further up its stack. */
static bool failures_are_told_here(struct failures *failures)
{
    DWORD thread = GetCurrentThreadId();
    struct failure_call *call;

    lock_acquire_shared(&failures->lock);
    for (call = failures->calls; call && call->thread != thread; call = call->next)
        ;
    lock_release_shared(&failures->lock);
    return call != NULL;
}

void failures_note_event(struct event_source *source, const VMEVENT *event)
{
    struct failures *failures = source->failures;
    struct kept_event *kept;

    /* Without the lock: a call of this thread's is seen, and others do not matter. */
    if (!failures || !*(struct failure_call *volatile *)&failures->calls || !failures_are_told_here(failures))
        return;
    if (!(kept = event_keep(event_from_view(event))))
        return;
    if (!kept->follows_failure)
        kept->follows_failure = true;
    kept_event_release(kept);
}

bool failures_are_heard(struct event_source *source)
{
    return source->failures && listeners_want(&source->listeners, EVENT_FAILURE_MASK)
            && !failures_are_told_here(source->failures);
}

/* Puts the failure into the lanes of those who listen for it. It is no event of the source: it has no number, and does
 * not count among those that were fired. */
static void failures_tell(struct event_source *source, struct failure *failure)
{
    struct kept_event *kept;
    struct event event;

    if (!failures_are_heard(source))
        return;
    event_init_borrowed(&event, &failure_event_type, failure->label, NULL);
    if (!(kept = event_keep(&event)))
        return;
    kept->failure = failure_addref(failure);
    kept_event_release(kept);
    listeners_tell(&source->listeners, EVENT_FAILURE_MASK, &event.view);
    event_let_go(&event);
}

void failures_add(struct event_source *source, struct kept_event *kept, HRESULT hr, const EXCEPINFO *exception)
{
    struct failure *failure;

    InterlockedIncrement(&source->failed);
    if (!source->failures)
        return;
    if (!(failure = failure_of_listener(kept, hr, exception->bstrDescription, exception->bstrSource)))
        return;
    failures_set_last(source->failures, failure);
    if (!kept->follows_failure)
        failures_tell(source, failure);
    failure_release(failure);
}

void failures_add_refused(struct event_source *source, const struct event_type *type, const WCHAR *label, HRESULT hr,
        BSTR description, const WCHAR *error_source)
{
    struct failure *failure = failure_of_event(type, label, hr, description, error_source);

    if (!failure)
        return;
    failures_tell(source, failure);
    failure_release(failure);
}

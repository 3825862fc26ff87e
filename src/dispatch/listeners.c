/*
 * Adding, removing and giving back listeners; the walk itself is in the header.
 *
 * A removed listener is unlinked at once, and given back when no walk can hold it (readers.h). Until then it is retired.
 * Whoever removes from outside of callbacks waits for that. Inside a callback nobody may wait: two callbacks that remove
 * each other's listeners would wait for ever. There each reader that is in the way is asked to reap when it leaves. A
 * reader leaves by a plain store, and then loads that request. So whoever asks fences the threads and looks again. A reader
 * that is still in the way has not loaded the request yet, and will see it.
 */
#include "dispatch/listeners.h"

#define PLACE_BITS 20
#define PLACE_MASK ((1u << PLACE_BITS) - 1)

#define KIND_MASK LISTENER_KIND(0xff)

/* A removal that waits yields so many times, and sleeps from then on. */
#define YIELDS 64

/* A place is the number of a listener in the chunks, counted from 1; 0 is none. */
static struct listener *listener_at(struct listeners *list, uint32_t place)
{
    return &list->chunks[(place - 1) / LISTENERS_PER_CHUNK]->listeners[(place - 1) % LISTENERS_PER_CHUNK];
}

static void chain_append(struct listeners *list, struct listener_chain *chain, uint32_t place)
{
    listener_at(list, place)->link = 0;
    if (chain->last)
        listener_at(list, chain->last)->link = place;
    else
        chain->first = place;
    chain->last = place;
}

static uint32_t chain_take(struct listeners *list, struct listener_chain *chain)
{
    uint32_t place = chain->first;

    if (place && !(chain->first = listener_at(list, place)->link))
        chain->last = 0;
    return place;
}

bool listeners_init(struct listeners *list)
{
    return readers_init(&list->readers);
}

static bool listeners_add_chunk(struct listeners *list)
{
    uint32_t first = list->chunk_count * LISTENERS_PER_CHUNK + 1, count = list->chunk_count;
    struct listener_chunk **chunks = list->chunks;

    if (first + LISTENERS_PER_CHUNK > PLACE_MASK)
        return false;
    /* The array of chunks doubles: it has room for the next power of two from count up. */
    if (!(count & (count - 1)))
    {
        if (!(chunks = memory_resize(list->chunks, (count ? count * 2 : 1) * sizeof(*chunks))))
            return false;
        list->chunks = chunks;
    }
    if (!(chunks[count] = memory_alloc(sizeof(*chunks[count]))))
        return false;
    ++list->chunk_count;
    for (uint32_t i = 0; i < LISTENERS_PER_CHUNK; ++i)
        chain_append(list, &list->spare, first + i);
    return true;
}

bool listeners_add(struct listeners *list, uint32_t events, listener_notify notify, void *context,
        listener_release release, uint32_t *cookie)
{
    struct listener *listener, *tail;
    uint32_t place;

    lock_acquire(&dispatch_lock);
    if (list->closed || (!list->spare.first && !listeners_add_chunk(list)))
    {
        lock_release(&dispatch_lock);
        return false;
    }
    place = chain_take(list, &list->spare);
    listener = listener_at(list, place);
    tail = atomic_load(&list->tail);
    listener->notify = notify;
    listener->context = context;
    listener->release = release;
    listener->serial = ++list->serial;
    listener->prev = tail;
    /* A cookie is the place with a part of the serial above it, so that an old cookie is not that of the listener which has
     * taken its place. */
    *cookie = listener->cookie = (uint32_t)(listener->serial << PLACE_BITS) | place;
    atomic_store(&listener->next, NULL);
    atomic_store(&listener->events, events);
    atomic_store(tail ? &tail->next : &list->head, listener);
    atomic_store(&list->tail, listener);
    lock_release(&dispatch_lock);
    return true;
}

/* NULL: the list has no listener of that cookie and kind. */
static struct listener *listeners_find(struct listeners *list, uint32_t cookie, uint32_t kind)
{
    uint32_t place = cookie & PLACE_MASK, events;
    struct listener *listener;

    lock_assert_exclusive(&dispatch_lock);
    if (!place || place > list->chunk_count * LISTENERS_PER_CHUNK)
        return NULL;
    listener = listener_at(list, place);
    events = atomic_load(&listener->events);
    return events && (events & KIND_MASK) == kind && listener->cookie == cookie ? listener : NULL;
}

/* Takes the listener out of the list. Walks that stand at it go on from there. */
static void listeners_unlink(struct listeners *list, struct listener *listener)
{
    struct listener *next = atomic_load(&listener->next), *prev = listener->prev;

    lock_assert_exclusive(&dispatch_lock);
    atomic_store(&listener->events, 0);
    atomic_store(prev ? &prev->next : &list->head, next);
    if (next)
        next->prev = prev;
    else
        atomic_store(&list->tail, prev);
    listener->stamp = readers_stamp(&list->readers);
}

/* Takes the listener out of the list, to be given back when no walk can hold it. */
static void listeners_retire(struct listeners *list, struct listener *listener)
{
    uint32_t place = listener->cookie & PLACE_MASK;

    listeners_unlink(list, listener);
    chain_append(list, &list->retired, place);
}

/* Gives back a listener that nobody can hold. The dispatch lock is held before and afterwards, but not while the owner's
 * release runs. */
static void listeners_give_back(struct listeners *list, uint32_t place)
{
    struct listener *listener = listener_at(list, place);
    listener_release release = listener->release;
    void *context = listener->context;

    lock_assert_exclusive(&dispatch_lock);
    chain_append(list, &list->spare, place);
    if (!release)
        return;
    lock_release(&dispatch_lock);
    release(context);
    lock_acquire(&dispatch_lock);
}

/* Gives back the retired listeners that nobody can hold any longer. The list is pinned. */
static void listeners_give_back_retired(struct listeners *list)
{
    uint32_t place;

    lock_assert_exclusive(&dispatch_lock);
    while ((place = list->retired.first) && readers_have_passed(&list->readers, listener_at(list, place)->stamp))
        listeners_give_back(list, chain_take(list, &list->retired));
}

/* Begins a use of the list: it is not told to be closed before listeners_unpin_and_unlock. */
static void listeners_pin(struct listeners *list)
{
    lock_assert_exclusive(&dispatch_lock);
    ++list->pins;
}

/* Whether there is something for which walks have to end: a retired listener, or the closing of the list. */
static bool listeners_are_unfinished(struct listeners *list)
{
    lock_assert_exclusive(&dispatch_lock);
    return list->retired.first || (list->closed && !readers_have_passed(&list->readers, list->closing));
}

/* Ends a use of the list, and tells the owner of a closed one when this was the last. Releases the dispatch lock, since
 * the owner may give back the list when it is told. */
static void listeners_unpin_and_unlock(struct listeners *list)
{
    void (*on_closed)(void *owner) = NULL;
    void *owner = list->owner;

    lock_assert_exclusive(&dispatch_lock);
    if (!--list->pins && list->closed && !listeners_are_unfinished(list))
    {
        on_closed = list->on_closed;
        list->on_closed = NULL;
    }
    lock_release(&dispatch_lock);
    if (on_closed)
        on_closed(owner);
}

/* Gives back what can be given back, and asks those who are in the way of the rest to do it when they leave. The list is
 * pinned. */
static void listeners_reap(struct listeners *list)
{
    lock_assert_exclusive(&dispatch_lock);
    /* A thread that walks the list may hold any of them itself. It comes here again when it leaves. */
    if (readers_ask_caller_to_reap(&list->readers))
        return;
    do
        listeners_give_back_retired(list);
    while (listeners_are_unfinished(list) && readers_ask_to_reap(&list->readers));
}

/* Lets other threads get on with their walks: the dispatch lock is held before and afterwards, and not meanwhile. */
static void dispatch_pause(unsigned int tries)
{
    lock_release(&dispatch_lock);
    if (tries < YIELDS)
        platform_yield();
    else
        platform_sleep_ms(1);
    lock_acquire(&dispatch_lock);
}

static bool listeners_take_out(struct listeners *list, uint32_t cookie, uint32_t kind, bool may_wait)
{
    struct listener *listener;

    lock_acquire(&dispatch_lock);
    if (!(listener = listeners_find(list, cookie, kind)))
    {
        lock_release(&dispatch_lock);
        return false;
    }
    listeners_pin(list);
    /* Asked under the lock, since other threads make and lose their readers under it. */
    if (!may_wait || inside_callback())
    {
        listeners_retire(list, listener);
        listeners_reap(list);
    }
    else
    {
        listeners_unlink(list, listener);
        for (unsigned int tries = 0; !readers_have_passed(&list->readers, listener->stamp); ++tries)
            dispatch_pause(tries);
        listeners_give_back(list, cookie & PLACE_MASK);
    }
    listeners_unpin_and_unlock(list);
    return true;
}

bool listeners_remove(struct listeners *list, uint32_t cookie, uint32_t kind)
{
    return listeners_take_out(list, cookie, kind, true);
}

bool listeners_remove_later(struct listeners *list, uint32_t cookie, uint32_t kind)
{
    return listeners_take_out(list, cookie, kind, false);
}

/* The first listener of that kind that was added no later than `last`; 0: there is none. */
static uint32_t listeners_first_cookie(struct listeners *list, uint32_t kind, uint64_t last)
{
    struct listener *listener;
    uint32_t cookie = 0;

    lock_acquire(&dispatch_lock);
    for (listener = atomic_load(&list->head); listener && !cookie; listener = atomic_load(&listener->next))
    {
        if ((atomic_load(&listener->events) & KIND_MASK) == kind && listener->serial <= last)
            cookie = listener->cookie;
    }
    lock_release(&dispatch_lock);
    return cookie;
}

uint32_t listeners_remove_all(struct listeners *list, uint32_t kind)
{
    uint32_t cookie, count = 0;
    uint64_t last;

    lock_acquire(&dispatch_lock);
    last = list->serial;
    lock_release(&dispatch_lock);
    while ((cookie = listeners_first_cookie(list, kind, last)))
        count += listeners_remove(list, cookie, kind);
    return count;
}

uint32_t listeners_count(struct listeners *list, uint32_t kind)
{
    struct listener *listener;
    uint32_t count = 0;

    lock_acquire(&dispatch_lock);
    for (listener = atomic_load(&list->head); listener; listener = atomic_load(&listener->next))
        count += (atomic_load(&listener->events) & KIND_MASK) == kind;
    lock_release(&dispatch_lock);
    return count;
}

bool listeners_want(struct listeners *list, uint32_t events)
{
    struct listener *listener;
    bool want = false;

    lock_acquire(&dispatch_lock);
    for (listener = atomic_load(&list->head); listener && !want; listener = atomic_load(&listener->next))
        want = atomic_load(&listener->events) & events & ~KIND_MASK;
    lock_release(&dispatch_lock);
    return want;
}

void listeners_close(struct listeners *list, void (*on_closed)(void *owner), void *owner)
{
    struct listener *listener;

    lock_acquire(&dispatch_lock);
    listeners_pin(list);
    list->closed = true;
    list->on_closed = on_closed;
    list->owner = owner;
    while ((listener = atomic_load(&list->head)))
        listeners_retire(list, listener);
    list->closing = readers_stamp(&list->readers);
    listeners_reap(list);
    for (unsigned int tries = 0; !inside_callback() && listeners_are_unfinished(list); ++tries)
    {
        dispatch_pause(tries);
        listeners_give_back_retired(list);
    }
    listeners_unpin_and_unlock(list);
}

void listeners_cleanup(struct listeners *list)
{
    lock_acquire(&dispatch_lock);
    readers_cleanup(&list->readers);
    lock_release(&dispatch_lock);
    for (uint32_t i = 0; i < list->chunk_count; ++i)
        memory_free(list->chunks[i]);
    memory_free(list->chunks);
}

void listeners_walk(struct listeners *list, uint32_t event_bit, const struct VMEVENT *event)
{
    struct listener *tail = atomic_load(&list->tail), *listener;
    uint64_t last;

    if (!tail)
        return;
    last = tail->serial;
    for (listener = atomic_load(&list->head); listener; listener = atomic_load(&listener->next))
    {
        if ((atomic_load_explicit(&listener->events, memory_order_relaxed) & event_bit) && listener->serial <= last)
            listener->notify(event, listener->context);
    }
}

/* The walk of a thread that may be in one already. */
static void listeners_walk_as(
        struct reader *reader, struct listeners *list, uint32_t event_bit, const struct VMEVENT *event)
{
    if (reader_is_walking(reader))
    {
        listeners_walk(list, event_bit, event);
        return;
    }
    reader_enter(reader, &list->readers);
    listeners_walk(list, event_bit, event);
    if (reader_leave(reader))
        reader_reap(reader);
}

bool listeners_fire_first_or_nested(struct listeners *list, uint32_t event_bit, const struct VMEVENT *event)
{
    struct reader *reader = readers_join(list);

    if (!reader)
        return false;
    reader_count(reader);
    listeners_walk_as(reader, list, event_bit, event);
    return true;
}

bool listeners_tell(struct listeners *list, uint32_t event_bit, const struct VMEVENT *event)
{
    struct reader *reader = readers_join(list);

    if (reader)
        listeners_walk_as(reader, list, event_bit, event);
    return reader != NULL;
}

void reader_reap(struct reader *reader)
{
    struct listeners *list;

    lock_acquire(&dispatch_lock);
    atomic_store(&reader->reap, 0);
    if (!(list = reader->list))
    {
        lock_release(&dispatch_lock);
        return;
    }
    listeners_pin(list);
    listeners_reap(list);
    listeners_unpin_and_unlock(list);
}

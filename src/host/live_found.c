/* The machines that a kind has found: they wait, and are opened one after the other by a thread of the pool. */
#include "host/live_machine_parts.h"

#include "com/module.h"
#include "host/utf8.h"
#include "platform/memory.h"
#include "platform/trace.h"

/* A machine that a kind has found, and that waits to be opened. */
struct found
{
    struct found *next;
    BSTR name, address;
    struct live_peer *peer;
};

static void discard(struct found *found)
{
    if (found->peer)
        found->peer->kind->destroy(found->peer);
    SysFreeString(found->name);
    SysFreeString(found->address);
    memory_free(found);
}

/* NULL: there is none any more, and whoever finds another begins anew. */
static struct found *take_found(struct live *live, BOOL *removed)
{
    struct found *found;

    lock_acquire(&live->lock);
    if ((found = live->first_found))
        live->first_found = found->next;
    else
        live->opens_found = FALSE;
    *removed = live->removed;
    lock_release(&live->lock);
    return found;
}

static void open_found(struct live *live, struct found *found)
{
    struct live_peer *peer = found->peer;

    found->peer = NULL;
    trace(TRACE_HOST, "machine \"%ls\" has found \"%ls\"", machine_name(live->machine), found->name);
    machine_open_found(live->machine, found->name, found->address, peer);
}

/* One after the other. Once the machine has been removed, no more are opened: the host may be gone. */
static void CALLBACK open_all_found(TP_CALLBACK_INSTANCE *instance, void *context)
{
    struct live *live = context;
    struct found *found;
    BOOL removed;

    CallbackMayRunLong(instance);
    while ((found = take_found(live, &removed)))
    {
        if (!removed)
            open_found(live, found);
        discard(found);
    }
    machine_release(live->machine);
    live_release(live);
    module_release();
}

static BOOL queue_found(struct live *live, struct found *found, BOOL *begin)
{
    struct found **place = &live->first_found;
    BOOL removed;

    lock_acquire(&live->lock);
    if (!(removed = live->removed))
    {
        while (*place)
            place = &(*place)->next;
        *place = found;
        *begin = !live->opens_found;
        live->opens_found = TRUE;
    }
    lock_release(&live->lock);
    return !removed;
}

static void begin_opening_found(struct live *live)
{
    struct found *found;
    BOOL removed;

    machine_addref(live->machine);
    live_addref(live);
    module_addref();
    if (TrySubmitThreadpoolCallback(open_all_found, live, NULL))
        return;
    while ((found = take_found(live, &removed)))
        discard(found);
    machine_release(live->machine);
    live_release(live);
    module_release();
}

void live_on_found(void *context, const char *name, const char *address, struct live_peer *peer)
{
    struct live *live = context;
    struct found *found = memory_alloc(sizeof(*found));
    BOOL begin = FALSE;

    if (!found)
    {
        peer->kind->destroy(peer);
        return;
    }
    found->peer = peer;
    if (!(found->name = bstr_from_utf8(name)) || !(found->address = bstr_from_utf8(address))
            || !queue_found(live, found, &begin))
        discard(found);
    if (begin)
        begin_opening_found(live);
}

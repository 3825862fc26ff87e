#include "com/client_calls.h"

#include "com/clock.h"
#include "platform/lock.h"
#include "platform/memory.h"

struct client_calls
{
    struct client_calls *next;
    LONG refcount; /* guarded by the lock of the list */
    DWORD process;
    struct lock lock;
    UINT count;         /* guarded by its lock */
    ULONGLONG returned; /* likewise */
};

static struct lock list_lock = LOCK_INIT;
static struct client_calls *list; /* guarded by that lock */

struct client_calls *client_calls_get(DWORD process)
{
    struct client_calls *client;

    lock_acquire(&list_lock);
    for (client = list; client && client->process != process; client = client->next)
        ;
    if (!client && (client = memory_alloc(sizeof(*client))))
    {
        client->process = process;
        lock_init(&client->lock);
        client->next = list;
        list = client;
    }
    if (client)
        ++client->refcount;
    lock_release(&list_lock);
    return client;
}

void client_calls_release(struct client_calls *client)
{
    struct client_calls **link;
    bool last;

    lock_acquire(&list_lock);
    if ((last = !--client->refcount))
    {
        for (link = &list; *link != client; link = &(*link)->next)
            ;
        *link = client->next;
    }
    lock_release(&list_lock);
    if (last)
        memory_free(client);
}

bool client_calls_begin(struct client_calls *client, ULONGLONG *returned)
{
    bool begun;

    lock_acquire(&client->lock);
    if ((begun = client->count < CLIENT_CALLS_MAX))
        ++client->count;
    *returned = client->returned;
    lock_release(&client->lock);
    return begun;
}

void client_calls_end(struct client_calls *client)
{
    lock_acquire(&client->lock);
    --client->count;
    client->returned = clock_ms();
    lock_release(&client->lock);
}

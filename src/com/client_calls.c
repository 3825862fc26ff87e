#include "com/client_calls.h"

#include "com/clock.h"
#include "platform/lock.h"
#include "platform/memory.h"

DWORD (*client_calls_caller)(void);

struct client_calls
{
    struct client_calls *next;
    LONG refcount; /* guarded by the lock of the list */
    DWORD process;
    struct lock lock;
    UINT count;                                        /* guarded by its lock */
    ULONGLONG returned;                                /* likewise */
    struct client_release *first, **last;              /* likewise */
    struct client_waiter *first_waiter, **last_waiter; /* likewise */
    bool letting_go;                                   /* likewise: the job is posted, or runs */
    struct apartment_job job;
};

static struct lock list_lock = LOCK_INIT;
static struct client_calls *list; /* guarded by that lock */

static void client_calls_addref(struct client_calls *client)
{
    lock_acquire(&list_lock);
    ++client->refcount;
    lock_release(&list_lock);
}

static struct client_release *client_take_release(struct client_calls *client)
{
    struct client_release *release;

    lock_acquire(&client->lock);
    if (!(release = client->first))
        client->letting_go = false;
    else if (!(client->first = release->next))
        client->last = &client->first;
    lock_release(&client->lock);
    return release;
}

static void client_let_go(struct apartment_job *job)
{
    struct client_calls *client = CONTAINING_RECORD(job, struct client_calls, job);
    struct client_release *release;

    while ((release = client_take_release(client)))
        release->run(release);
    client_calls_release(client);
}

void client_calls_let_go(struct client_calls *client, struct client_release *release)
{
    bool post;

    release->next = NULL;
    lock_acquire(&client->lock);
    *client->last = release;
    client->last = &release->next;
    if ((post = !client->letting_go))
        client->letting_go = true;
    lock_release(&client->lock);
    if (!post)
        return;
    client_calls_addref(client);
    if (!apartment_post(apartment_get_mta(), &client->job))
        client_let_go(&client->job);
}

static struct client_calls *client_create(DWORD process)
{
    struct client_calls *client = memory_alloc(sizeof(*client));

    if (!client)
        return NULL;
    client->job.run = client_let_go;
    if (!apartment_prepare_job(apartment_get_mta(), &client->job))
    {
        memory_free(client);
        return NULL;
    }
    client->process = process;
    client->last = &client->first;
    client->last_waiter = &client->first_waiter;
    lock_init(&client->lock);
    return client;
}

/* With a reference; NULL: out of memory. */
static struct client_calls *client_of(DWORD process)
{
    struct client_calls *client;

    lock_acquire(&list_lock);
    for (client = list; client && client->process != process; client = client->next)
        ;
    if (!client && (client = client_create(process)))
    {
        client->next = list;
        list = client;
    }
    if (client)
        ++client->refcount;
    lock_release(&list_lock);
    return client;
}

bool client_calls_get(struct client_calls **client)
{
    DWORD process = client_calls_caller ? client_calls_caller() : 0;

    *client = NULL;
    return !process || (*client = client_of(process));
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
    if (!last)
        return;
    apartment_job_cleanup(&client->job);
    memory_free(client);
}

/* Those who wait */

static void client_append(struct client_calls *client, struct client_waiter *waiter)
{
    lock_assert_exclusive(&client->lock);
    waiter->next = NULL;
    waiter->link = client->last_waiter;
    *client->last_waiter = waiter;
    client->last_waiter = &waiter->next;
}

static void client_unlink(struct client_calls *client, struct client_waiter *waiter)
{
    lock_assert_exclusive(&client->lock);
    if ((*waiter->link = waiter->next))
        waiter->next->link = waiter->link;
    else
        client->last_waiter = waiter->link;
    waiter->link = NULL;
}

enum client_call client_calls_begin(struct client_calls *client, struct client_waiter *waiter, ULONGLONG *returned)
{
    enum client_call call = CLIENT_CALL_BEGUN;

    lock_acquire(&client->lock);
    *returned = client->returned;
    if (client->count < CLIENT_CALLS_MAX)
        ++client->count;
    else if (waiter->link)
        call = CLIENT_CALL_WAITS_STILL;
    else
    {
        client_append(client, waiter);
        call = CLIENT_CALL_WAITS;
    }
    lock_release(&client->lock);
    return call;
}

bool client_calls_wait_no_more(struct client_calls *client, struct client_waiter *waiter)
{
    bool waited;

    lock_acquire(&client->lock);
    if ((waited = waiter->link != NULL))
        client_unlink(client, waiter);
    lock_release(&client->lock);
    return waited;
}

static struct client_waiter *client_take_waiter(struct client_calls *client)
{
    struct client_waiter *waiter;

    lock_acquire(&client->lock);
    if ((waiter = client->first_waiter))
        client_unlink(client, waiter);
    lock_release(&client->lock);
    return waiter;
}

void client_calls_end(struct client_calls *client)
{
    struct client_waiter *waiter;

    lock_acquire(&client->lock);
    --client->count;
    client->returned = clock_ms();
    lock_release(&client->lock);
    while ((waiter = client_take_waiter(client)) && !waiter->wake(waiter))
        ;
}

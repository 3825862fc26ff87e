#include "host/wine_clients.h"

#include "host/caller.h"
#include "platform/lock.h"
#include "platform/memory.h"
#include "platform/trace.h"
#include "platform/wine.h"

#include <objbase.h>

/* From one call to the next on its way to CreateInstance a client needs about a millisecond; on a machine that is
 * loaded, more. */
#define LATE_CALLS_MS 250

struct client
{
    struct client *next;
    DWORD id;
    HANDLE process;
    TP_WAIT *wait;
};

static BOOL watching;
static void (*when_gone)(void);
static struct lock lock = LOCK_INIT;
static struct client *clients; /* guarded by the lock */
static BOOL any_seen;          /* likewise */
static LONG calls;             /* that ever came in */

static void CALLBACK client_on_end(TP_CALLBACK_INSTANCE *instance, void *context, TP_WAIT *wait, TP_WAIT_RESULT result)
{
    struct client *client = context, **link;
    BOOL gone;

    (void)instance, (void)result;
    lock_acquire(&lock);
    for (link = &clients; *link != client; link = &(*link)->next)
        ;
    trace(TRACE_HOST, "the client in process %lu is gone", (unsigned long)client->id);
    *link = client->next;
    gone = !clients;
    lock_release(&lock);

    CloseThreadpoolWait(wait);
    CloseHandle(client->process);
    memory_free(client);
    if (gone)
        when_gone();
}

static struct client *client_create(DWORD id)
{
    struct client *client = memory_alloc(sizeof(*client));

    if (!client)
        return NULL;
    client->id = id;
    /* The open handle also keeps the number from being given to another process. */
    if (!(client->process = OpenProcess(SYNCHRONIZE, FALSE, id)))
        goto failed;
    if (!(client->wait = CreateThreadpoolWait(client_on_end, client, NULL)))
        goto failed;
    return client;

failed:
    if (client->process)
        CloseHandle(client->process);
    memory_free(client);
    return NULL;
}

static struct client *client_find(DWORD id)
{
    struct client *client = clients;

    lock_assert_exclusive(&lock);
    while (client && client->id != id)
        client = client->next;
    return client;
}

static void clients_note(DWORD id)
{
    struct client *client;

    lock_acquire(&lock);
    if (!client_find(id) && (client = client_create(id)))
    {
        trace(TRACE_HOST, "a client in process %lu has come", (unsigned long)id);
        any_seen = TRUE;
        client->next = clients;
        clients = client;
        SetThreadpoolWait(client->wait, client->process, NULL);
    }
    lock_release(&lock);
}

/* IChannelHook: the one place that every incoming call passes, those of IRemUnknown included. What it could put
 * into the messages is not used. */

static HRESULT WINAPI call_hook_QueryInterface(IChannelHook *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IChannelHook))
    {
        *object = iface;
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI call_hook_AddRef(IChannelHook *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI call_hook_Release(IChannelHook *iface)
{
    (void)iface;
    return 1;
}

static void WINAPI call_hook_ClientGetSize(IChannelHook *iface, REFGUID extent, REFIID riid, ULONG *size)
{
    (void)iface, (void)extent, (void)riid;
    *size = 0;
}

static void WINAPI call_hook_ClientFillBuffer(
        IChannelHook *iface, REFGUID extent, REFIID riid, ULONG *size, void *buffer)
{
    (void)iface, (void)extent, (void)riid, (void)buffer;
    *size = 0;
}

static void WINAPI call_hook_ClientNotify(
        IChannelHook *iface, REFGUID extent, REFIID riid, ULONG size, void *buffer, DWORD representation, HRESULT fault)
{
    (void)iface, (void)extent, (void)riid, (void)size, (void)buffer, (void)representation, (void)fault;
}

static void WINAPI call_hook_ServerNotify(
        IChannelHook *iface, REFGUID extent, REFIID riid, ULONG size, void *buffer, DWORD representation)
{
    (void)iface, (void)extent, (void)riid, (void)size, (void)buffer, (void)representation;
}

/* Called before the answer to a call is put together, on its thread. */
static void WINAPI call_hook_ServerGetSize(IChannelHook *iface, REFGUID extent, REFIID riid, HRESULT fault, ULONG *size)
{
    DWORD id = caller_process();

    (void)iface, (void)extent, (void)riid, (void)fault;
    *size = 0;
    InterlockedIncrement(&calls);
    if (id)
        clients_note(id);
}

static void WINAPI call_hook_ServerFillBuffer(
        IChannelHook *iface, REFGUID extent, REFIID riid, ULONG *size, void *buffer, HRESULT fault)
{
    (void)iface, (void)extent, (void)riid, (void)buffer, (void)fault;
    *size = 0;
}

static const IChannelHookVtbl call_hook_vtbl = {
        call_hook_QueryInterface,
        call_hook_AddRef,
        call_hook_Release,
        call_hook_ClientGetSize,
        call_hook_ClientFillBuffer,
        call_hook_ClientNotify,
        call_hook_ServerNotify,
        call_hook_ServerGetSize,
        call_hook_ServerFillBuffer,
};

void wine_clients_watch(void (*on_gone)(void))
{
    /* {6d1ed5f4-4f1c-4ab7-9e14-3f0f9c5a7c21}: names the hook; nothing is ever sent under it */
    static const GUID extent = {0x6d1ed5f4, 0x4f1c, 0x4ab7, {0x9e, 0x14, 0x3f, 0x0f, 0x9c, 0x5a, 0x7c, 0x21}};
    static IChannelHook call_hook = {(IChannelHookVtbl *)&call_hook_vtbl};

    if (!is_wine())
        return;
    when_gone = on_gone;
    watching = SUCCEEDED(CoRegisterChannelHook(&extent, &call_hook));
}

BOOL wine_clients_are_gone(void)
{
    BOOL gone;

    lock_acquire_shared(&lock);
    gone = any_seen && !clients;
    lock_release_shared(&lock);
    return gone;
}

void wine_clients_await_late_calls(void)
{
    LONG seen;

    if (!watching)
        return;
    do
    {
        seen = InterlockedCompareExchange(&calls, 0, 0);
        Sleep(LATE_CALLS_MS);
    } while (seen != InterlockedCompareExchange(&calls, 0, 0));
}

#include "watch/arrivals.h"

#include "platform/memory.h"
#include "watch/library.h"

struct arrivals
{
    IVMEventSink *waiting;
    IVMEventSink *ears; /* a sink of its own, so that the host's events are not among those that are shown */
    volatile LONG news;
};

/* On a thread of COM's. */
static void CALLBACK hear(const VMEVENT *event, void *context)
{
    struct arrivals *arrivals = context;

    (void)event;
    InterlockedExchange(&arrivals->news, TRUE);
    IVMEventSink_Stop(arrivals->waiting);
}

static HRESULT add_callback(struct arrivals *arrivals)
{
    IVMEventCallbacks *callbacks;
    DWORD cookie;
    HRESULT hr;

    hr = IVMEventSink_QueryInterface(arrivals->ears, &IID_IVMEventCallbacks, (void **)&callbacks);
    if (FAILED(hr))
        return hr;
    hr = IVMEventCallbacks_AddCallback(
            callbacks, &DIID_IVMVirtualPCEvents, vmVirtualPCEvent_VMStateChange, hear, arrivals, NULL, &cookie);
    IVMEventCallbacks_Release(callbacks);
    return hr;
}

HRESULT arrivals_begin(IVMEventHost *host, IVMEventSink *waiting, struct arrivals **result)
{
    struct arrivals *arrivals = memory_alloc(sizeof(*arrivals));
    LONG connection;
    HRESULT hr;

    *result = NULL;
    if (!arrivals)
        return E_OUTOFMEMORY;
    *arrivals = (struct arrivals){.waiting = waiting};
    if (FAILED(hr = library_create_sink(&IID_IVMEventSink, (void **)&arrivals->ears)))
    {
        memory_free(arrivals);
        return hr;
    }
    if (SUCCEEDED(hr = add_callback(arrivals)))
        hr = IVMEventSink_Connect(arrivals->ears, (IUnknown *)host, NULL, &connection);
    if (SUCCEEDED(hr))
        *result = arrivals;
    else
        arrivals_end(arrivals);
    return hr;
}

void arrivals_end(struct arrivals *arrivals)
{
    if (!arrivals)
        return;
    /* When this returns nobody calls `hear` any more. */
    IVMEventSink_Release(arrivals->ears);
    memory_free(arrivals);
}

bool arrivals_take(struct arrivals *arrivals)
{
    return InterlockedExchange(&arrivals->news, FALSE);
}

bool arrivals_are_there(const struct arrivals *arrivals)
{
    return arrivals->news;
}

/*
 * A call of WMI cannot be interrupted, and one that connects may take minutes. Each listing so has a thread and a
 * connection of its own, which nobody waits for but the caller, and not for ever; the thread of the machines that are watched
 * has nothing to do with it.
 */
#include "host/hyperv/list.h"

#include "host/hyperv/listing.h"
#include "host/hyperv/wmi_source.h"
#include "platform/memory.h"

#include <stdio.h>
#include <string.h>

/* So many may be under way: a WMI that does not answer is not asked by more and more threads. */
#define LISTINGS_MAX 16

static LONG under_way;

_Static_assert(LIVE_FAULT_SIZE == HV_FAULT_SIZE, "a fault is handed on as it is");
_Static_assert(LIVE_LIST_MS == HV_QUERY_MS, "the fault tells how long it was");

struct request
{
    LONG refcount; /* the caller's and the thread's */
    HANDLE done;
    struct wmi_source source;
    struct hv_listing listing; /* the caller's when it is done */
};

static void release(struct request *request)
{
    if (InterlockedDecrement(&request->refcount))
        return;
    hv_listing_cleanup(&request->listing);
    if (request->done)
        CloseHandle(request->done);
    memory_free(request);
}

/* Of under_way one is the thread's. */
static DWORD WINAPI serve(void *context)
{
    HRESULT apartment = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    struct request *request = context;

    wmi_source_init(&request->source, "");
    hv_listing_read(&request->listing, &wmi_source_functions, &request->source);
    wmi_source_cleanup(&request->source);
    if (SUCCEEDED(apartment))
        CoUninitialize();
    InterlockedDecrement(&under_way);
    SetEvent(request->done);
    release(request);
    return 0;
}

/* NULL: out of memory. */
static struct request *start(void)
{
    struct request *request = memory_alloc(sizeof(*request));
    HANDLE thread = NULL;

    if (!request)
        return NULL;
    request->refcount = 2;
    if (!(request->done = CreateEventW(NULL, TRUE, FALSE, NULL))
            || !(thread = CreateThread(NULL, 0, serve, request, 0, NULL)))
    {
        request->refcount = 1;
        release(request);
        return NULL;
    }
    CloseHandle(thread);
    return request;
}

static void tell(
        const struct hv_listing *listing, void (*take)(void *taker, const struct live_listed *listed), void *taker)
{
    char address[HV_GUID_LENGTH + sizeof("hyperv:{}")];

    for (size_t i = 0; i < listing->count; ++i)
    {
        const struct hv_listed *machine = &listing->machines[i];

        snprintf(address, sizeof(address), "hyperv:{%s}", machine->guid.text);
        take(taker, &(struct live_listed){address, machine->name, machine->state});
    }
}

static enum live_list_result answer(struct request *request,
        void (*take)(void *taker, const struct live_listed *listed), void *taker, char fault[LIVE_FAULT_SIZE])
{
    const struct hv_listing *listing = &request->listing;

    if (WaitForSingleObject(request->done, LIVE_LIST_MS) != WAIT_OBJECT_0)
    {
        hv_describe_unlisted(fault, HV_E_TIMED_OUT);
        return LIVE_LIST_FAILED;
    }
    if (listing->result == LIVE_LISTED)
        tell(listing, take, taker);
    snprintf(fault, LIVE_FAULT_SIZE, "%s", listing->fault);
    return listing->result;
}

enum live_list_result hv_list(
        void (*take)(void *taker, const struct live_listed *listed), void *taker, char fault[LIVE_FAULT_SIZE])
{
    enum live_list_result result;
    struct request *request;

    *fault = 0;
    if (InterlockedIncrement(&under_way) > LISTINGS_MAX)
    {
        InterlockedDecrement(&under_way);
        snprintf(fault, LIVE_FAULT_SIZE, "WMI has not yet answered %d others who ask which machines there are",
                LISTINGS_MAX);
        return LIVE_LIST_FAILED;
    }
    if (!(request = start()))
    {
        InterlockedDecrement(&under_way);
        return LIVE_LIST_NO_MEMORY;
    }
    result = answer(request, take, taker, fault);
    release(request);
    return result;
}

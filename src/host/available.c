/* An item has a reference to its collection, which has what there is to say of it. */
#include "host/available.h"

#include "com/collection.h"
#include "com/dispatch_methods.h"
#include "com/error_info.h"
#include "com/module.h"
#include "event/text.h"
#include "host/error_source.h"
#include "host/live_kinds.h"
#include "host/live_machine.h"
#include "host/machines.h"
#include "host/utf8.h"
#include "platform/memory.h"

#include <wchar.h>

struct available
{
    BSTR address, name;
    BSTR machine; /* NULL: none of the host's is attached to it */
    VMVMState state;
};

struct listing
{
    struct collection collection;
    struct available *machines;
    UINT size;
};

struct item
{
    IVMEventAvailable IVMEventAvailable_iface;
    struct error_support error_support;
    LONG refcount;
    struct listing *listing; /* with a reference */
    const struct available *machine;
};

static HRESULT return_string(BSTR string, BSTR *result)
{
    if (!result)
        return E_POINTER;
    return (*result = SysAllocStringLen(string, SysStringLen(string))) ? S_OK : E_OUTOFMEMORY;
}

/* IVMEventAvailable */

static struct item *item_from_IVMEventAvailable(IVMEventAvailable *iface)
{
    return CONTAINING_RECORD(iface, struct item, IVMEventAvailable_iface);
}

static HRESULT WINAPI item_QueryInterface(IVMEventAvailable *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    *object = NULL;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) || IsEqualIID(riid, &IID_IVMEventAvailable))
        *object = iface;
    else if (IsEqualIID(riid, &IID_ISupportErrorInfo))
        *object = &item_from_IVMEventAvailable(iface)->error_support.ISupportErrorInfo_iface;
    else
        return E_NOINTERFACE;
    IVMEventAvailable_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI item_AddRef(IVMEventAvailable *iface)
{
    return InterlockedIncrement(&item_from_IVMEventAvailable(iface)->refcount);
}

static ULONG WINAPI item_Release(IVMEventAvailable *iface)
{
    struct item *item = item_from_IVMEventAvailable(iface);
    ULONG refcount = InterlockedDecrement(&item->refcount);

    if (!refcount)
    {
        IVMEventCollection_Release(&item->listing->collection.IVMEventCollection_iface);
        memory_free(item);
        module_release();
    }
    return refcount;
}

DISPATCH_METHODS_OF_PROPERTIES(item, IVMEventAvailable)

static HRESULT WINAPI item_get_Address(IVMEventAvailable *iface, BSTR *address)
{
    return return_string(item_from_IVMEventAvailable(iface)->machine->address, address);
}

static HRESULT WINAPI item_get_Name(IVMEventAvailable *iface, BSTR *name)
{
    return return_string(item_from_IVMEventAvailable(iface)->machine->name, name);
}

static HRESULT WINAPI item_get_State(IVMEventAvailable *iface, VMVMState *state)
{
    if (!state)
        return E_POINTER;
    *state = item_from_IVMEventAvailable(iface)->machine->state;
    return S_OK;
}

static HRESULT WINAPI item_get_Machine(IVMEventAvailable *iface, BSTR *name)
{
    return return_string(item_from_IVMEventAvailable(iface)->machine->machine, name);
}

static const IVMEventAvailableVtbl item_vtbl = {item_QueryInterface, item_AddRef, item_Release, item_GetTypeInfoCount,
        item_GetTypeInfo, item_GetIDsOfNames, item_Invoke, item_get_Address, item_get_Name, item_get_State,
        item_get_Machine};

/* The collection */

static struct listing *listing_from(const struct collection *collection)
{
    return CONTAINING_RECORD(collection, struct listing, collection);
}

static HRESULT listing_create_item(struct collection *collection, UINT place, IDispatch **result)
{
    struct item *item = memory_alloc(sizeof(*item));

    *result = NULL;
    if (!item)
        return E_OUTOFMEMORY;
    module_addref();
    item->IVMEventAvailable_iface.lpVtbl = (IVMEventAvailableVtbl *)&item_vtbl;
    error_support_init(&item->error_support, (IUnknown *)&item->IVMEventAvailable_iface, &IID_IVMEventAvailable);
    item->refcount = 1;
    item->listing = listing_from(collection);
    item->machine = &item->listing->machines[place];
    IVMEventCollection_AddRef(&collection->IVMEventCollection_iface);
    *result = (IDispatch *)&item->IVMEventAvailable_iface;
    return S_OK;
}

static bool is_equal(BSTR string, const WCHAR *name, size_t length)
{
    return SysStringLen(string) == length && !_wcsnicmp(string, name, length);
}

/* Addresses and names are compared without regard to case, as everywhere. */
static bool listing_is_named(const struct collection *collection, UINT place, const WCHAR *name, size_t length)
{
    const struct available *machine = &listing_from(collection)->machines[place];

    return length && (is_equal(machine->address, name, length) || is_equal(machine->name, name, length));
}

static HRESULT listing_refuse(const struct collection *collection, const VARIANT *index)
{
    (void)index;
    return error_raise_format(DISP_E_BADINDEX, &IID_IVMEventCollection, HOST_ERROR_SOURCE,
            collection->count ? L"Item: no machine is called that; there are those from 1 to %u, and each has an "
                                L"address and a name"
                              : L"Item: there is no machine",
            collection->count);
}

static void listing_cleanup(struct collection *collection)
{
    struct listing *listing = listing_from(collection);

    for (UINT i = 0; i < collection->count; ++i)
    {
        SysFreeString(listing->machines[i].address);
        SysFreeString(listing->machines[i].name);
        SysFreeString(listing->machines[i].machine);
    }
    memory_free(listing->machines);
}

static const struct collection_kind listing_kind = {
        listing_create_item, listing_is_named, listing_refuse, listing_cleanup};

/* Asking */

struct asking
{
    struct listing *listing;
    const struct live_kind *kind;
    struct machine **machines; /* the host's */
    UINT count;
    HRESULT hr;
};

static struct available *add(struct listing *listing)
{
    UINT size = listing->size ? 2 * listing->size : 16;
    struct available *machines, *added;

    if (listing->collection.count == listing->size)
    {
        if (!(machines = memory_resize(listing->machines, size * sizeof(*machines))))
            return NULL;
        listing->machines = machines;
        listing->size = size;
    }
    added = &listing->machines[listing->collection.count++];
    memset(added, 0, sizeof(*added));
    return added;
}

/* The host's machine that is attached to it; NULL: none is. */
static struct machine *find_attached(const struct asking *asking, const struct live_listed *listed)
{
    for (UINT i = 0; i < asking->count; ++i)
    {
        const struct live_peer *peer = live_peer_of(machine_backend(asking->machines[i]));

        if (peer && peer->kind == asking->kind && asking->kind->is_listed(peer, listed))
            return asking->machines[i];
    }
    return NULL;
}

static void take_listed(void *context, const struct live_listed *listed)
{
    struct asking *asking = context;
    struct available *machine = add(asking->listing);
    struct machine *attached = find_attached(asking, listed);
    BSTR name = attached ? machine_name(attached) : NULL;

    if (!machine || !(machine->address = bstr_from_utf8(listed->address))
            || !(machine->name = bstr_from_utf8(listed->name))
            || (name && !(machine->machine = SysAllocStringLen(name, SysStringLen(name)))))
        asking->hr = E_OUTOFMEMORY;
    else
        machine->state = (VMVMState)listed->state;
}

static HRESULT error_from_kind(HRESULT hr, const char *fault)
{
    struct text text = {0};
    BSTR string = bstr_from_utf8(fault);

    if (!string)
        return E_OUTOFMEMORY;
    text_append(&text, string);
    SysFreeString(string);
    return error_raise_text(hr, &IID_IVMEventHost, HOST_ERROR_SOURCE, &text);
}

/* No lock is held, since it takes its time. */
static HRESULT ask(struct asking *asking)
{
    char fault[LIVE_FAULT_SIZE];

    asking->hr = S_OK;
    switch (asking->kind->list(take_listed, asking, fault))
    {
        case LIVE_LISTED:
            return asking->hr;
        case LIVE_LIST_DENIED:
            return error_from_kind(E_ACCESSDENIED, fault);
        case LIVE_LIST_FAILED:
            return error_from_kind(E_FAIL, fault);
        default:
            return E_OUTOFMEMORY;
    }
}

static HRESULT ask_all(struct listing *listing)
{
    struct asking asking = {.listing = listing};
    HRESULT hr = S_OK;

    if (!(asking.machines = machines_list(&asking.count)))
        return E_OUTOFMEMORY;
    for (size_t i = 0; i < live_kind_count && SUCCEEDED(hr); ++i)
    {
        asking.kind = live_kinds[i];
        if (asking.kind->list)
            hr = ask(&asking);
    }
    for (UINT i = 0; i < asking.count; ++i)
        machine_release(asking.machines[i]);
    memory_free(asking.machines);
    return hr;
}

HRESULT available_create(IVMEventCollection **result)
{
    struct listing *listing;
    HRESULT hr;

    if (!result)
        return E_POINTER;
    *result = NULL;
    if (!(listing = memory_alloc(sizeof(*listing))))
        return E_OUTOFMEMORY;
    collection_init(&listing->collection, &listing_kind);
    if (SUCCEEDED(hr = ask_all(listing)))
        *result = &listing->collection.IVMEventCollection_iface;
    else
        IVMEventCollection_Release(&listing->collection.IVMEventCollection_iface);
    return hr;
}

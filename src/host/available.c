/*
 * A collection and its items, which are one piece of memory's views: an item has a reference to the collection, and
 * its number in it.
 */
#include "host/available.h"

#include "com/dispatch_methods.h"
#include "com/enumerator.h"
#include "com/error_info.h"
#include "com/error_support.h"
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

struct collection
{
    IVMEventCollection IVMEventCollection_iface;
    struct error_support error_support;
    LONG refcount;
    struct available *machines;
    UINT count, size;
};

struct item
{
    IVMEventAvailable IVMEventAvailable_iface;
    struct error_support error_support;
    LONG refcount;
    struct collection *collection; /* with a reference */
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
        IVMEventCollection_Release(&item->collection->IVMEventCollection_iface);
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

static HRESULT create_item(struct collection *collection, UINT place, VARIANT *result)
{
    struct item *item = memory_alloc(sizeof(*item));

    if (!item)
        return E_OUTOFMEMORY;
    module_addref();
    item->IVMEventAvailable_iface.lpVtbl = (IVMEventAvailableVtbl *)&item_vtbl;
    error_support_init(&item->error_support, (IUnknown *)&item->IVMEventAvailable_iface, &IID_IVMEventAvailable);
    item->refcount = 1;
    item->collection = collection;
    item->machine = &collection->machines[place];
    IVMEventCollection_AddRef(&collection->IVMEventCollection_iface);
    V_VT(result) = VT_DISPATCH;
    V_DISPATCH(result) = (IDispatch *)&item->IVMEventAvailable_iface;
    return S_OK;
}

/* IVMEventCollection */

static struct collection *collection_from_IVMEventCollection(IVMEventCollection *iface)
{
    return CONTAINING_RECORD(iface, struct collection, IVMEventCollection_iface);
}

static HRESULT WINAPI collection_QueryInterface(IVMEventCollection *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    *object = NULL;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch)
            || IsEqualIID(riid, &IID_IVMEventCollection))
        *object = iface;
    else if (IsEqualIID(riid, &IID_ISupportErrorInfo))
        *object = &collection_from_IVMEventCollection(iface)->error_support.ISupportErrorInfo_iface;
    else
        return E_NOINTERFACE;
    IVMEventCollection_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI collection_AddRef(IVMEventCollection *iface)
{
    return InterlockedIncrement(&collection_from_IVMEventCollection(iface)->refcount);
}

static ULONG WINAPI collection_Release(IVMEventCollection *iface)
{
    struct collection *collection = collection_from_IVMEventCollection(iface);
    ULONG refcount = InterlockedDecrement(&collection->refcount);

    if (!refcount)
    {
        while (collection->count--)
        {
            SysFreeString(collection->machines[collection->count].address);
            SysFreeString(collection->machines[collection->count].name);
            SysFreeString(collection->machines[collection->count].machine);
        }
        memory_free(collection->machines);
        memory_free(collection);
        module_release();
    }
    return refcount;
}

DISPATCH_METHODS_OF_PROPERTIES(collection, IVMEventCollection)

/* Addresses and names are compared without regard to case, as everywhere. */
static BOOL is_called(const struct available *machine, BSTR name)
{
    return SysStringLen(name) && (!_wcsicmp(machine->address, name) || !_wcsicmp(machine->name, name));
}

/* The place of what an index means, in a VARIANT that is no reference. `count`: there is none. */
static UINT find_place(const struct collection *collection, VARIANT *index)
{
    UINT place = 0;

    if (V_VT(index) == VT_BSTR)
    {
        while (place < collection->count && !is_called(&collection->machines[place], V_BSTR(index)))
            ++place;
        return place;
    }
    if (FAILED(VariantChangeType(index, index, 0, VT_I4)) || V_I4(index) < 1)
        return collection->count;
    return min((UINT)V_I4(index) - 1, collection->count);
}

static HRESULT refuse_index(const struct collection *collection)
{
    return error_raise_format(DISP_E_BADINDEX, &IID_IVMEventCollection, HOST_ERROR_SOURCE,
            collection->count ? L"Item: no machine is called that; there are those from 1 to %u, and each has an "
                                L"address and a name"
                              : L"Item: there is no machine",
            collection->count);
}

static HRESULT WINAPI collection_get_Item(IVMEventCollection *iface, VARIANT index, VARIANT *item)
{
    struct collection *collection = collection_from_IVMEventCollection(iface);
    VARIANT plain;
    HRESULT hr;
    UINT place;

    if (!item)
        return E_POINTER;
    VariantInit(item);
    VariantInit(&plain);
    if ((hr = VariantCopyInd(&plain, &index)) == E_OUTOFMEMORY)
        return hr;
    place = find_place(collection, &plain);
    VariantClear(&plain);
    return place < collection->count ? create_item(collection, place, item) : refuse_index(collection);
}

static HRESULT WINAPI collection_get_Count(IVMEventCollection *iface, LONG *count)
{
    if (!count)
        return E_POINTER;
    *count = (LONG)collection_from_IVMEventCollection(iface)->count;
    return S_OK;
}

static HRESULT WINAPI collection_get__NewEnum(IVMEventCollection *iface, IUnknown **enumerator)
{
    struct collection *collection = collection_from_IVMEventCollection(iface);
    HRESULT hr = S_OK;
    VARIANT *items;
    UINT count = 0;

    if (!enumerator)
        return E_POINTER;
    *enumerator = NULL;
    if (!(items = memory_alloc((collection->count + 1) * sizeof(*items))))
        return E_OUTOFMEMORY;
    while (count < collection->count && SUCCEEDED(hr = create_item(collection, count, &items[count])))
        ++count;
    if (SUCCEEDED(hr))
        hr = enum_variant_create(items, count, (IUnknown *)iface, (IEnumVARIANT **)enumerator);
    while (count--)
        VariantClear(&items[count]);
    memory_free(items);
    return hr;
}

static const IVMEventCollectionVtbl collection_vtbl = {collection_QueryInterface, collection_AddRef, collection_Release,
        collection_GetTypeInfoCount, collection_GetTypeInfo, collection_GetIDsOfNames, collection_Invoke,
        collection_get_Item, collection_get_Count, collection_get__NewEnum};

/* Asking */

struct asking
{
    struct collection *collection;
    const struct live_kind *kind;
    struct machine **machines; /* the host's */
    UINT count;
    HRESULT hr;
};

static struct available *add(struct collection *collection)
{
    UINT size = collection->size ? 2 * collection->size : 16;
    struct available *machines;

    if (collection->count == collection->size)
    {
        if (!(machines = memory_resize(collection->machines, size * sizeof(*machines))))
            return NULL;
        collection->machines = machines;
        collection->size = size;
    }
    memset(&collection->machines[collection->count], 0, sizeof(*machines));
    return &collection->machines[collection->count++];
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
    struct available *machine = add(asking->collection);
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

static HRESULT ask_all(struct collection *collection)
{
    struct asking asking = {.collection = collection};
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
    struct collection *collection;
    HRESULT hr;

    if (!result)
        return E_POINTER;
    *result = NULL;
    if (!(collection = memory_alloc(sizeof(*collection))))
        return E_OUTOFMEMORY;
    module_addref();
    collection->IVMEventCollection_iface.lpVtbl = (IVMEventCollectionVtbl *)&collection_vtbl;
    error_support_init(
            &collection->error_support, (IUnknown *)&collection->IVMEventCollection_iface, &IID_IVMEventCollection);
    collection->refcount = 1;
    if (SUCCEEDED(hr = ask_all(collection)))
        *result = &collection->IVMEventCollection_iface;
    else
        IVMEventCollection_Release(&collection->IVMEventCollection_iface);
    return hr;
}

#include "com/collection.h"

#include "com/dispatch_methods.h"
#include "com/enumerator.h"
#include "com/error_info.h"
#include "com/module.h"
#include "event/event.h"
#include "event/given.h"
#include "platform/memory.h"

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
        collection->kind->cleanup(collection);
        memory_free(collection);
        module_release();
    }
    return refcount;
}

DISPATCH_METHODS_OF_PROPERTIES(collection, IVMEventCollection)

/* The place of what an index means, in a VARIANT that is no reference. `count`: there is none. */
static UINT find_place(const struct collection *collection, VARIANT *index)
{
    UINT place = 0;

    if (V_VT(index) == VT_BSTR)
    {
        while (place < collection->count
                && !collection->kind->is_named(
                        collection, place, V_BSTR(index) ? V_BSTR(index) : L"", SysStringLen(V_BSTR(index))))
            ++place;
        return place;
    }
    if (FAILED(given_convert(index, index, LOCALE_USER_DEFAULT, VT_I4)) || V_I4(index) < 1)
        return collection->count;
    return min((UINT)V_I4(index) - 1, collection->count);
}

static HRESULT create_item(struct collection *collection, UINT place, VARIANT *item)
{
    HRESULT hr = collection->kind->create_item(collection, place, &V_DISPATCH(item));

    V_VT(item) = SUCCEEDED(hr) ? VT_DISPATCH : VT_EMPTY;
    return hr;
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
    if ((hr = event_copy_argument(&plain, &index)) == E_OUTOFMEMORY)
        return hr;
    if (hr == E_POINTER)
        return error_raise_format(
                hr, &IID_IVMEventCollection, module_error_source, L"Item: index is a reference to nothing");
    place = find_place(collection, &plain);
    hr = place < collection->count ? create_item(collection, place, item)
                                   : collection->kind->refuse(collection, &plain);
    VariantClear(&plain);
    return hr;
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

void collection_init(struct collection *collection, const struct collection_kind *kind)
{
    module_addref();
    collection->IVMEventCollection_iface.lpVtbl = (IVMEventCollectionVtbl *)&collection_vtbl;
    error_support_init(
            &collection->error_support, (IUnknown *)&collection->IVMEventCollection_iface, &IID_IVMEventCollection);
    collection->refcount = 1;
    collection->kind = kind;
    collection->count = 0;
}

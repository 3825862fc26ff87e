/*
 * The three enumerators differ in their items only; each Next, Skip, Reset and Clone is the same code over items
 * of some size that are copied by some function.
 */
#include "com/enumerator.h"

#include "com/module.h"
#include "platform/memory.h"

struct item_type
{
    const IID *iid;
    size_t size;
    HRESULT (*copy)(void *to, const void *from);
    void (*clear)(void *item);
};

struct enumerator
{
    IUnknown IUnknown_iface; /* the vtable is that of the item's enumerator */
    LONG refcount;
    const struct item_type *type;
    IUnknown *owner; /* kept while the enumerator is; may be NULL */
    ULONG count;
    LONG position;
    BYTE items[];
};

static HRESULT enumerator_create(const struct item_type *type, const void *vtbl, const void *items, ULONG count,
        LONG position, IUnknown *owner, void **object);

static struct enumerator *enumerator_from_IUnknown(void *iface)
{
    return CONTAINING_RECORD((IUnknown *)iface, struct enumerator, IUnknown_iface);
}

static ULONG WINAPI enumerator_AddRef(void *iface)
{
    return InterlockedIncrement(&enumerator_from_IUnknown(iface)->refcount);
}

static HRESULT WINAPI enumerator_QueryInterface(void *iface, REFIID riid, void **object)
{
    struct enumerator *enumerator = enumerator_from_IUnknown(iface);

    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, enumerator->type->iid))
    {
        *object = iface;
        enumerator_AddRef(iface);
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static void enumerator_free(struct enumerator *enumerator)
{
    for (ULONG i = 0; i < enumerator->count; ++i)
        enumerator->type->clear(enumerator->items + i * enumerator->type->size);
    if (enumerator->owner)
        IUnknown_Release(enumerator->owner);
    memory_free(enumerator);
    module_release();
}

static ULONG WINAPI enumerator_Release(void *iface)
{
    struct enumerator *enumerator = enumerator_from_IUnknown(iface);
    ULONG refcount = InterlockedDecrement(&enumerator->refcount);

    if (!refcount)
        enumerator_free(enumerator);
    return refcount;
}

/* Moves the position on by up to count items. Returns by how many, and *first is where they begin. */
static ULONG enumerator_advance(struct enumerator *enumerator, ULONG count, ULONG *first)
{
    LONG position, taken;

    do
    {
        position = enumerator->position;
        taken = (LONG)min(count, enumerator->count - (ULONG)position);
    } while (InterlockedCompareExchange(&enumerator->position, position + taken, position) != position);
    *first = (ULONG)position;
    return (ULONG)taken;
}

static HRESULT enumerator_next(void *iface, ULONG count, void *items, ULONG *fetched)
{
    struct enumerator *enumerator = enumerator_from_IUnknown(iface);
    size_t size = enumerator->type->size;
    ULONG first, taken;
    HRESULT hr;

    if (fetched)
        *fetched = 0;
    /* Whoever asks for nothing need have no room for it. */
    if (!count)
        return S_OK;
    if (!items || (!fetched && count != 1))
        return E_POINTER;
    taken = enumerator_advance(enumerator, count, &first);
    for (ULONG i = 0; i < taken; ++i)
    {
        if (SUCCEEDED(hr = enumerator->type->copy((BYTE *)items + i * size, enumerator->items + (first + i) * size)))
            continue;
        while (i--)
            enumerator->type->clear((BYTE *)items + i * size);
        return hr;
    }
    if (fetched)
        *fetched = taken;
    return taken == count ? S_OK : S_FALSE;
}

static HRESULT WINAPI enumerator_Skip(void *iface, ULONG count)
{
    ULONG first;

    return enumerator_advance(enumerator_from_IUnknown(iface), count, &first) == count ? S_OK : S_FALSE;
}

static HRESULT WINAPI enumerator_Reset(void *iface)
{
    InterlockedExchange(&enumerator_from_IUnknown(iface)->position, 0);
    return S_OK;
}

static HRESULT enumerator_clone(void *iface, void **clone)
{
    struct enumerator *enumerator = enumerator_from_IUnknown(iface);

    if (!clone)
        return E_POINTER;
    return enumerator_create(enumerator->type, enumerator->IUnknown_iface.lpVtbl, enumerator->items, enumerator->count,
            enumerator->position, enumerator->owner, clone);
}

static HRESULT enumerator_create(const struct item_type *type, const void *vtbl, const void *items, ULONG count,
        LONG position, IUnknown *owner, void **object)
{
    struct enumerator *enumerator;
    HRESULT hr;

    *object = NULL;
    if (!(enumerator = memory_alloc(sizeof(*enumerator) + count * type->size)))
        return E_OUTOFMEMORY;
    module_addref();
    enumerator->IUnknown_iface.lpVtbl = (IUnknownVtbl *)vtbl;
    enumerator->refcount = 1;
    enumerator->type = type;
    enumerator->position = position;
    if ((enumerator->owner = owner))
        IUnknown_AddRef(owner);
    for (; enumerator->count < count; ++enumerator->count)
    {
        size_t offset = enumerator->count * type->size;

        if (FAILED(hr = type->copy(enumerator->items + offset, (const BYTE *)items + offset)))
        {
            enumerator_free(enumerator);
            return hr;
        }
    }
    *object = &enumerator->IUnknown_iface;
    return S_OK;
}

/* The methods of one enumerator: the functions above with the interface's types. */
#define DEFINE_ENUMERATOR(Interface, prefix, Item)                                                                     \
    static HRESULT WINAPI prefix##_QueryInterface(Interface *iface, REFIID riid, void **object)                        \
    {                                                                                                                  \
        return enumerator_QueryInterface(iface, riid, object);                                                         \
    }                                                                                                                  \
    static ULONG WINAPI prefix##_AddRef(Interface *iface)                                                              \
    {                                                                                                                  \
        return enumerator_AddRef(iface);                                                                               \
    }                                                                                                                  \
    static ULONG WINAPI prefix##_Release(Interface *iface)                                                             \
    {                                                                                                                  \
        return enumerator_Release(iface);                                                                              \
    }                                                                                                                  \
    static HRESULT WINAPI prefix##_Next(Interface *iface, ULONG count, Item *items, ULONG *fetched)                    \
    {                                                                                                                  \
        return enumerator_next(iface, count, items, fetched);                                                          \
    }                                                                                                                  \
    static HRESULT WINAPI prefix##_Skip(Interface *iface, ULONG count)                                                 \
    {                                                                                                                  \
        return enumerator_Skip(iface, count);                                                                          \
    }                                                                                                                  \
    static HRESULT WINAPI prefix##_Reset(Interface *iface)                                                             \
    {                                                                                                                  \
        return enumerator_Reset(iface);                                                                                \
    }                                                                                                                  \
    static HRESULT WINAPI prefix##_Clone(Interface *iface, Interface **clone)                                          \
    {                                                                                                                  \
        return enumerator_clone(iface, (void **)clone);                                                                \
    }                                                                                                                  \
    static const Interface##Vtbl prefix##_vtbl = {prefix##_QueryInterface, prefix##_AddRef, prefix##_Release,          \
            prefix##_Next, prefix##_Skip, prefix##_Reset, prefix##_Clone}

DEFINE_ENUMERATOR(IEnumConnectionPoints, enum_connection_points, IConnectionPoint *);
DEFINE_ENUMERATOR(IEnumConnections, enum_connections, CONNECTDATA);
DEFINE_ENUMERATOR(IEnumVARIANT, enum_variant, VARIANT);

static HRESULT point_copy(void *to, const void *from)
{
    IConnectionPoint *point = *(IConnectionPoint *const *)from;

    IConnectionPoint_AddRef(point);
    *(IConnectionPoint **)to = point;
    return S_OK;
}

static void point_clear(void *item)
{
    IConnectionPoint_Release(*(IConnectionPoint **)item);
}

static HRESULT connection_copy(void *to, const void *from)
{
    *(CONNECTDATA *)to = *(const CONNECTDATA *)from;
    IUnknown_AddRef(((CONNECTDATA *)to)->pUnk);
    return S_OK;
}

static void connection_clear(void *item)
{
    IUnknown_Release(((CONNECTDATA *)item)->pUnk);
}

static HRESULT variant_copy(void *to, const void *from)
{
    VariantInit(to);
    return VariantCopy(to, (VARIANT *)from);
}

static void variant_clear(void *item)
{
    VariantClear(item);
}

HRESULT enum_connection_points_create(IConnectionPoint *const *points, UINT count, IEnumConnectionPoints **enumerator)
{
    static const struct item_type type = {
            &IID_IEnumConnectionPoints, sizeof(IConnectionPoint *), point_copy, point_clear};

    return enumerator_create(&type, &enum_connection_points_vtbl, points, count, 0, NULL, (void **)enumerator);
}

HRESULT enum_connections_create(
        const CONNECTDATA *connections, UINT count, IUnknown *owner, IEnumConnections **enumerator)
{
    static const struct item_type type = {
            &IID_IEnumConnections, sizeof(CONNECTDATA), connection_copy, connection_clear};

    return enumerator_create(&type, &enum_connections_vtbl, connections, count, 0, owner, (void **)enumerator);
}

HRESULT enum_variant_create(const VARIANT *values, UINT count, IUnknown *owner, IEnumVARIANT **enumerator)
{
    static const struct item_type type = {&IID_IEnumVARIANT, sizeof(VARIANT), variant_copy, variant_clear};

    return enumerator_create(&type, &enum_variant_vtbl, values, count, 0, owner, (void **)enumerator);
}

/*
 * IVMEventCollection: a row of items, which a kind makes when they are asked for. The row never changes once it is handed out,
 * and may be called on any thread.
 */
#ifndef VMEVENTS_COM_COLLECTION_H
#define VMEVENTS_COM_COLLECTION_H

#include <stdbool.h>

#include "com/error_support.h"
#include "vmevents.h"

struct collection;

struct collection_kind
{
    /* Makes the item of that place, with a reference for the caller. S_OK, E_OUTOFMEMORY */
    HRESULT (*create_item)(struct collection *collection, UINT place, IDispatch **item);

    /* Whether the item is the one of that name. */
    bool (*is_named)(const struct collection *collection, UINT place, const WCHAR *name, size_t length);

    /* Describes that there is no item by that index, a VARIANT that is no reference. DISP_E_BADINDEX, E_OUTOFMEMORY */
    HRESULT (*refuse)(const struct collection *collection, const VARIANT *index);

    /* Lets go of what the kind has in the collection, when nobody has a reference to it any more. */
    void (*cleanup)(struct collection *collection);
};

/* At the beginning of what the kind has of it, which is had by memory_alloc and freed with the last reference. */
struct collection
{
    IVMEventCollection IVMEventCollection_iface;
    struct error_support error_support;
    LONG refcount;
    const struct collection_kind *kind;
    UINT count; /* the kind's to set, until it is handed out */
};

/* With one reference, and no items. */
void collection_init(struct collection *collection, const struct collection_kind *kind);

#endif

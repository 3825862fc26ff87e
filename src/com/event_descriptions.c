/*
 * Collections and what is in them: events, their parameters, and the values of these. A collection is a row of items that
 * are told apart by a kind; an item is made when it is asked for, since all that it says stands in the catalogue.
 */
#include "com/event_descriptions.h"

#include "com/dispatch_methods.h"
#include "com/enumerator.h"
#include "com/error_info.h"
#include "com/error_support.h"
#include "com/module.h"
#include "platform/memory.h"

struct collection;

struct collection_kind
{
    const WCHAR *what; /* "event": what there is no other of, in errors */
    HRESULT (*create_item)(const struct collection *collection, UINT place, IDispatch **item);
    /* Whether the item is the one of that name. */
    bool (*is_named)(const struct collection *collection, UINT place, const WCHAR *name, size_t length);
};

struct collection
{
    IVMEventCollection IVMEventCollection_iface;
    struct error_support error_support;
    LONG refcount;
    const struct collection_kind *kind;
    const void *of;          /* the event type, or the enumeration; NULL: the events in `types`, or details */
    struct details *details; /* NULL, or what it is of */
    UINT count;
    const struct event_type *types[];
};

/* An item: an event, a parameter, a value. */
struct item
{
    IDispatch IDispatch_iface; /* the vtable is that of its interface */
    LONG refcount;
    const IID *iid;
    const void *of;          /* the event type or the enumeration that it belongs to, or is */
    UINT place;              /* of the parameter or the value in that */
    struct details *details; /* NULL, or what the value is one of */
};

/* Strings that are returned */

static HRESULT return_string(const WCHAR *string, BSTR *result)
{
    if (!result)
        return E_POINTER;
    return (*result = SysAllocString(string)) ? S_OK : E_OUTOFMEMORY;
}

static HRESULT return_text(struct text *text, BSTR *result)
{
    return (*result = text_finish(text)) ? S_OK : E_OUTOFMEMORY;
}

/* Items */

static struct item *item_from_iface(void *iface)
{
    return CONTAINING_RECORD((IDispatch *)iface, struct item, IDispatch_iface);
}

static ULONG WINAPI item_AddRef(void *iface)
{
    return InterlockedIncrement(&item_from_iface(iface)->refcount);
}

static HRESULT WINAPI item_QueryInterface(void *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch)
            && !IsEqualIID(riid, item_from_iface(iface)->iid))
        return E_NOINTERFACE;
    item_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI item_Release(void *iface)
{
    struct item *item = item_from_iface(iface);
    ULONG refcount = InterlockedDecrement(&item->refcount);

    if (!refcount)
    {
        if (item->details)
            details_release(item->details);
        memory_free(item);
        module_release();
    }
    return refcount;
}

static HRESULT item_create(const void *vtbl, const IID *iid, const void *of, UINT place, IDispatch **result)
{
    struct item *item = memory_alloc(sizeof(*item));

    *result = NULL;
    if (!item)
        return E_OUTOFMEMORY;
    module_addref();
    item->IDispatch_iface.lpVtbl = (IDispatchVtbl *)vtbl;
    item->refcount = 1;
    item->iid = iid;
    item->of = of;
    item->place = place;
    *result = &item->IDispatch_iface;
    return S_OK;
}

/* IUnknown's methods for an interface of items. */
#define ITEM_METHODS(prefix, interface)                                                                                \
    static HRESULT WINAPI prefix##_QueryInterface(interface *iface, REFIID riid, void **object)                        \
    {                                                                                                                  \
        return item_QueryInterface(iface, riid, object);                                                               \
    }                                                                                                                  \
                                                                                                                       \
    static ULONG WINAPI prefix##_AddRef(interface *iface)                                                              \
    {                                                                                                                  \
        return item_AddRef(iface);                                                                                     \
    }                                                                                                                  \
                                                                                                                       \
    static ULONG WINAPI prefix##_Release(interface *iface)                                                             \
    {                                                                                                                  \
        return item_Release(iface);                                                                                    \
    }                                                                                                                  \
                                                                                                                       \
    DISPATCH_METHODS_OF_PROPERTIES(prefix, interface)

static HRESULT collection_create(
        const struct collection_kind *kind, const void *of, UINT count, UINT types, struct collection **result);

/* IVMEventValue */

ITEM_METHODS(value, IVMEventValue)

static HRESULT WINAPI value_get_Value(IVMEventValue *iface, VARIANT *value)
{
    const struct item *item = item_from_iface(iface);

    if (!value)
        return E_POINTER;
    VariantInit(value);
    if (item->details)
        return VariantCopy(value, &item->details->items[item->place].value);
    V_VT(value) = VT_I4;
    V_I4(value) = (LONG)item->place;
    return S_OK;
}

static HRESULT WINAPI value_get_Name(IVMEventValue *iface, BSTR *name)
{
    const struct item *item = item_from_iface(iface);

    if (item->details)
        return return_string(item->details->items[item->place].name, name);
    return return_string(enumeration_name(item->of, (LONG)item->place), name);
}

static const IVMEventValueVtbl value_vtbl = {value_QueryInterface, value_AddRef, value_Release, value_GetTypeInfoCount,
        value_GetTypeInfo, value_GetIDsOfNames, value_Invoke, value_get_Value, value_get_Name};

static HRESULT create_value(const struct collection *collection, UINT place, IDispatch **item)
{
    return item_create(&value_vtbl, &IID_IVMEventValue, collection->of, place, item);
}

static bool value_is_named(const struct collection *collection, UINT place, const WCHAR *name, size_t length)
{
    LONG value;

    return enumeration_value(collection->of, name, length, &value) && value == (LONG)place;
}

static const struct collection_kind values_kind = {L"value", create_value, value_is_named};

static HRESULT create_detail(const struct collection *collection, UINT place, IDispatch **item)
{
    HRESULT hr = item_create(&value_vtbl, &IID_IVMEventValue, NULL, place, item);

    if (SUCCEEDED(hr))
        item_from_iface(*item)->details = details_addref(collection->details);
    return hr;
}

static bool detail_is_named(const struct collection *collection, UINT place, const WCHAR *name, size_t length)
{
    return details_find(&collection->details->view, name, length) == &collection->details->items[place].value;
}

static const struct collection_kind details_kind = {L"detail", create_detail, detail_is_named};

/* IVMEventParameter */

ITEM_METHODS(parameter, IVMEventParameter)

static const struct event_param *parameter_of(IVMEventParameter *iface)
{
    const struct item *item = item_from_iface(iface);

    return &((const struct event_type *)item->of)->params[item->place];
}

/* The type as the IDL has it. */
static const WCHAR *type_name(const struct event_param *param)
{
    switch (param->type)
    {
        case VT_I4:
            return param->enumeration ? param->enumeration->name : L"long";
        case VT_BOOL:
            return L"VARIANT_BOOL";
        case VT_BSTR:
            return L"BSTR";
        default:
            return L"VARIANT";
    }
}

static HRESULT WINAPI parameter_get_Name(IVMEventParameter *iface, BSTR *name)
{
    return return_string(parameter_of(iface)->name, name);
}

static HRESULT WINAPI parameter_get_Type(IVMEventParameter *iface, BSTR *type)
{
    return return_string(type_name(parameter_of(iface)), type);
}

static HRESULT WINAPI parameter_get_Values(IVMEventParameter *iface, IVMEventCollection **values)
{
    const struct enumeration *enumeration = parameter_of(iface)->enumeration;
    struct collection *collection;
    HRESULT hr;

    if (!values)
        return E_POINTER;
    *values = NULL;
    hr = collection_create(&values_kind, enumeration, enumeration ? (UINT)enumeration->count : 0, 0, &collection);
    if (SUCCEEDED(hr))
        *values = &collection->IVMEventCollection_iface;
    return hr;
}

static const IVMEventParameterVtbl parameter_vtbl = {parameter_QueryInterface, parameter_AddRef, parameter_Release,
        parameter_GetTypeInfoCount, parameter_GetTypeInfo, parameter_GetIDsOfNames, parameter_Invoke,
        parameter_get_Name, parameter_get_Type, parameter_get_Values};

static HRESULT create_parameter(const struct collection *collection, UINT place, IDispatch **item)
{
    return item_create(&parameter_vtbl, &IID_IVMEventParameter, collection->of, place, item);
}

static bool parameter_is_named(const struct collection *collection, UINT place, const WCHAR *name, size_t length)
{
    return event_param_place(collection->of, name, length) == place;
}

static const struct collection_kind parameters_kind = {L"parameter", create_parameter, parameter_is_named};

/* IVMEventDescription */

ITEM_METHODS(description, IVMEventDescription)

static const struct event_type *type_of(IVMEventDescription *iface)
{
    return item_from_iface(iface)->of;
}

/* "OnGuestLogoff(VMLogoffType logoffType)" */
static HRESULT WINAPI description_get_Text(IVMEventDescription *iface, BSTR *result)
{
    const struct event_type *type = type_of(iface);
    struct text text = {0};

    if (!result)
        return E_POINTER;
    text_append(&text, type->name);
    text_append(&text, L"(");
    for (UINT i = 0; i < type->param_count; ++i)
    {
        text_append(&text, i ? L", " : L"");
        text_append(&text, type_name(&type->params[i]));
        text_append(&text, L" ");
        text_append(&text, type->params[i].name);
    }
    text_append(&text, L")");
    return return_text(&text, result);
}

static HRESULT WINAPI description_get_Interface(IVMEventDescription *iface, BSTR *name)
{
    return return_string(type_of(iface)->interface_->name, name);
}

static HRESULT WINAPI description_get_Name(IVMEventDescription *iface, BSTR *name)
{
    return return_string(type_of(iface)->name, name);
}

static HRESULT WINAPI description_get_Id(IVMEventDescription *iface, LONG *id)
{
    if (!id)
        return E_POINTER;
    *id = type_of(iface)->id;
    return S_OK;
}

static HRESULT WINAPI description_get_Parameters(IVMEventDescription *iface, IVMEventCollection **parameters)
{
    const struct event_type *type = type_of(iface);
    struct collection *collection;
    HRESULT hr;

    if (!parameters)
        return E_POINTER;
    *parameters = NULL;
    if (SUCCEEDED(hr = collection_create(&parameters_kind, type, type->param_count, 0, &collection)))
        *parameters = &collection->IVMEventCollection_iface;
    return hr;
}

static const IVMEventDescriptionVtbl description_vtbl = {description_QueryInterface, description_AddRef,
        description_Release, description_GetTypeInfoCount, description_GetTypeInfo, description_GetIDsOfNames,
        description_Invoke, description_get_Text, description_get_Interface, description_get_Name, description_get_Id,
        description_get_Parameters};

static HRESULT create_description(const struct collection *collection, UINT place, IDispatch **item)
{
    return item_create(&description_vtbl, &IID_IVMEventDescription, collection->types[place], 0, item);
}

static bool description_is_named(const struct collection *collection, UINT place, const WCHAR *name, size_t length)
{
    return event_mask_from_name(name, length) & collection->types[place]->mask;
}

static const struct collection_kind events_kind = {L"event", create_description, description_is_named};

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
        if (collection->details)
            details_release(collection->details);
        memory_free(collection);
        module_release();
    }
    return refcount;
}

DISPATCH_METHODS_OF_PROPERTIES(collection, IVMEventCollection)

static HRESULT refuse_index(const struct collection *collection, const VARIANT *index)
{
    struct text text = {0};

    text_append_format(&text, L"Item: there is no %ls ", collection->kind->what);
    if (V_VT(index) == VT_BSTR)
        text_append_quote(&text, V_BSTR(index), SysStringLen(V_BSTR(index)), TEXT_QUOTE_MAX);
    else if (V_VT(index) == VT_I4)
        text_append_number(&text, V_I4(index));
    else
        text_append(&text, L"but by its name or number");
    if (collection->count)
        text_append_format(&text, L"; there are those from 1 to %u, and each has a name", collection->count);
    else
        text_append(&text, L"; there is none");
    return error_raise_text(DISP_E_BADINDEX, &IID_IVMEventCollection, module_error_source, &text);
}

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
    if (FAILED(VariantChangeType(index, index, 0, VT_I4)) || V_I4(index) < 1)
        return collection->count;
    return min((UINT)V_I4(index) - 1, collection->count);
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
    if (place == collection->count)
    {
        hr = refuse_index(collection, &plain);
    }
    else if (SUCCEEDED(hr = collection->kind->create_item(collection, place, &V_DISPATCH(item))))
    {
        V_VT(item) = VT_DISPATCH;
    }
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

/* No collection has more items than there are events. */
_Static_assert(DETAILS_MAX <= EVENT_COUNT, "there is room for all details");

static HRESULT WINAPI collection_get__NewEnum(IVMEventCollection *iface, IUnknown **enumerator)
{
    struct collection *collection = collection_from_IVMEventCollection(iface);
    VARIANT items[EVENT_COUNT];
    HRESULT hr = S_OK;
    UINT count = 0;

    if (!enumerator)
        return E_POINTER;
    *enumerator = NULL;
    for (; count < collection->count && count < ARRAYSIZE(items) && SUCCEEDED(hr); count += SUCCEEDED(hr))
    {
        V_VT(&items[count]) = VT_DISPATCH;
        hr = collection->kind->create_item(collection, count, &V_DISPATCH(&items[count]));
    }
    if (SUCCEEDED(hr))
        hr = enum_variant_create(items, count, (IUnknown *)iface, (IEnumVARIANT **)enumerator);
    while (count--)
        VariantClear(&items[count]);
    return hr;
}

static const IVMEventCollectionVtbl collection_vtbl = {collection_QueryInterface, collection_AddRef, collection_Release,
        collection_GetTypeInfoCount, collection_GetTypeInfo, collection_GetIDsOfNames, collection_Invoke,
        collection_get_Item, collection_get_Count, collection_get__NewEnum};

/* With room for so many event types. */
static HRESULT collection_create(
        const struct collection_kind *kind, const void *of, UINT count, UINT types, struct collection **result)
{
    struct collection *collection = memory_alloc(sizeof(*collection) + types * sizeof(collection->types[0]));

    *result = collection;
    if (!collection)
        return E_OUTOFMEMORY;
    module_addref();
    collection->IVMEventCollection_iface.lpVtbl = (IVMEventCollectionVtbl *)&collection_vtbl;
    error_support_init(
            &collection->error_support, (IUnknown *)&collection->IVMEventCollection_iface, &IID_IVMEventCollection);
    collection->refcount = 1;
    collection->kind = kind;
    collection->of = of;
    collection->count = count;
    return S_OK;
}

HRESULT event_descriptions_create_of(uint32_t events, uint32_t of_server, IVMEventCollection **result)
{
    struct collection *collection;
    HRESULT hr;

    if (!result)
        return E_POINTER;
    *result = NULL;
    if (FAILED(hr = collection_create(&events_kind, NULL, 0, EVENT_COUNT, &collection)))
        return hr;
    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        const struct event_type *type = &event_types[i];

        if (!(events & type->mask))
            continue;
        if (of_server & type->mask)
            type = event_type_get(&server_interfaces[type->interface_ - event_interfaces], type->id);
        collection->types[collection->count++] = type;
    }
    *result = &collection->IVMEventCollection_iface;
    return S_OK;
}

HRESULT event_descriptions_create(uint32_t events, IVMEventCollection **collection)
{
    return event_descriptions_create_of(events, 0, collection);
}

HRESULT details_collection_create(struct details *details, IVMEventCollection **result)
{
    struct collection *collection;
    HRESULT hr;

    *result = NULL;
    if (FAILED(hr = collection_create(&details_kind, NULL, details ? details->view.count : 0, 0, &collection)))
        return hr;
    collection->details = details ? details_addref(details) : NULL;
    *result = &collection->IVMEventCollection_iface;
    return S_OK;
}

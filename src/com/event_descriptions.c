/*
 * What is in the collections: events, their parameters, and the values of these. An item is made when it is asked for, since
 * all that it says stands in the catalogue.
 */
#include "com/event_descriptions.h"

#include "com/collection.h"
#include "com/dispatch_methods.h"
#include "com/error_info.h"
#include "com/module.h"
#include "platform/memory.h"

struct descriptions
{
    struct collection collection;
    const WCHAR *what;       /* "event": what there is no other of, in errors */
    const void *of;          /* the event type, or the enumeration; NULL: the events in `types`, or details */
    struct details *details; /* NULL, or what it is of */
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

/* Collections */

static struct descriptions *descriptions_from(const struct collection *collection)
{
    return CONTAINING_RECORD(collection, struct descriptions, collection);
}

static HRESULT descriptions_refuse(const struct collection *collection, const VARIANT *index)
{
    struct text text = {0};

    text_append_format(&text, L"Item: there is no %ls ", descriptions_from(collection)->what);
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

static void descriptions_cleanup(struct collection *collection)
{
    struct descriptions *descriptions = descriptions_from(collection);

    if (descriptions->details)
        details_release(descriptions->details);
}

/* With room for so many event types. NULL: out of memory */
static struct descriptions *descriptions_create(
        const struct collection_kind *kind, const WCHAR *what, const void *of, UINT count, UINT types)
{
    struct descriptions *descriptions = memory_alloc(sizeof(*descriptions) + types * sizeof(descriptions->types[0]));

    if (!descriptions)
        return NULL;
    collection_init(&descriptions->collection, kind);
    descriptions->collection.count = count;
    descriptions->what = what;
    descriptions->of = of;
    return descriptions;
}

/* E_OUTOFMEMORY: there are none. */
static HRESULT hand_out(struct descriptions *descriptions, IVMEventCollection **collection)
{
    *collection = descriptions ? &descriptions->collection.IVMEventCollection_iface : NULL;
    return descriptions ? S_OK : E_OUTOFMEMORY;
}

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

static HRESULT create_value(struct collection *collection, UINT place, IDispatch **item)
{
    return item_create(&value_vtbl, &IID_IVMEventValue, descriptions_from(collection)->of, place, item);
}

static bool value_is_named(const struct collection *collection, UINT place, const WCHAR *name, size_t length)
{
    LONG value;

    return enumeration_value(descriptions_from(collection)->of, name, length, &value) && value == (LONG)place;
}

static const struct collection_kind values_kind = {
        create_value, value_is_named, descriptions_refuse, descriptions_cleanup};

static HRESULT create_detail(struct collection *collection, UINT place, IDispatch **item)
{
    HRESULT hr = item_create(&value_vtbl, &IID_IVMEventValue, NULL, place, item);

    if (SUCCEEDED(hr))
        item_from_iface(*item)->details = details_addref(descriptions_from(collection)->details);
    return hr;
}

static bool detail_is_named(const struct collection *collection, UINT place, const WCHAR *name, size_t length)
{
    return details_find(&descriptions_from(collection)->details->view, name, length)
            == &descriptions_from(collection)->details->items[place].value;
}

static const struct collection_kind details_kind = {
        create_detail, detail_is_named, descriptions_refuse, descriptions_cleanup};

/* IVMEventParameter */

ITEM_METHODS(parameter, IVMEventParameter)

static const struct event_param *parameter_of(IVMEventParameter *iface)
{
    const struct item *item = item_from_iface(iface);

    return &((const struct event_type *)item->of)->params[item->place];
}

static HRESULT WINAPI parameter_get_Name(IVMEventParameter *iface, BSTR *name)
{
    return return_string(parameter_of(iface)->name, name);
}

static HRESULT WINAPI parameter_get_Type(IVMEventParameter *iface, BSTR *type)
{
    return return_string(event_param_type_name(parameter_of(iface)), type);
}

static HRESULT WINAPI parameter_get_Values(IVMEventParameter *iface, IVMEventCollection **values)
{
    const struct enumeration *enumeration = parameter_of(iface)->enumeration;

    if (!values)
        return E_POINTER;
    return hand_out(
            descriptions_create(&values_kind, L"value", enumeration, enumeration ? (UINT)enumeration->count : 0, 0),
            values);
}

static const IVMEventParameterVtbl parameter_vtbl = {parameter_QueryInterface, parameter_AddRef, parameter_Release,
        parameter_GetTypeInfoCount, parameter_GetTypeInfo, parameter_GetIDsOfNames, parameter_Invoke,
        parameter_get_Name, parameter_get_Type, parameter_get_Values};

static HRESULT create_parameter(struct collection *collection, UINT place, IDispatch **item)
{
    return item_create(&parameter_vtbl, &IID_IVMEventParameter, descriptions_from(collection)->of, place, item);
}

static bool parameter_is_named(const struct collection *collection, UINT place, const WCHAR *name, size_t length)
{
    return event_param_place(descriptions_from(collection)->of, name, length) == place;
}

static const struct collection_kind parameters_kind = {
        create_parameter, parameter_is_named, descriptions_refuse, descriptions_cleanup};

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
        text_append(&text, event_param_type_name(&type->params[i]));
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

    if (!parameters)
        return E_POINTER;
    return hand_out(descriptions_create(&parameters_kind, L"parameter", type, type->param_count, 0), parameters);
}

static const IVMEventDescriptionVtbl description_vtbl = {description_QueryInterface, description_AddRef,
        description_Release, description_GetTypeInfoCount, description_GetTypeInfo, description_GetIDsOfNames,
        description_Invoke, description_get_Text, description_get_Interface, description_get_Name, description_get_Id,
        description_get_Parameters};

static HRESULT create_description(struct collection *collection, UINT place, IDispatch **item)
{
    return item_create(
            &description_vtbl, &IID_IVMEventDescription, descriptions_from(collection)->types[place], 0, item);
}

static bool description_is_named(const struct collection *collection, UINT place, const WCHAR *name, size_t length)
{
    return event_mask_from_name(name, length) & descriptions_from(collection)->types[place]->mask;
}

static const struct collection_kind events_kind = {
        create_description, description_is_named, descriptions_refuse, descriptions_cleanup};

/* The collections that others ask for */

HRESULT event_descriptions_create_of(uint32_t events, uint32_t of_server, IVMEventCollection **result)
{
    struct descriptions *descriptions;

    if (!result)
        return E_POINTER;
    *result = NULL;
    if (!(descriptions = descriptions_create(&events_kind, L"event", NULL, 0, EVENT_COUNT)))
        return E_OUTOFMEMORY;
    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        const struct event_type *type = &event_types[i];

        if (!(events & type->mask))
            continue;
        if (of_server & type->mask)
            type = event_type_get(&server_interfaces[type->interface_ - event_interfaces], type->id);
        descriptions->types[descriptions->collection.count++] = type;
    }
    return hand_out(descriptions, result);
}

HRESULT event_descriptions_create(uint32_t events, IVMEventCollection **collection)
{
    return event_descriptions_create_of(events, 0, collection);
}

HRESULT details_collection_create(struct details *details, IVMEventCollection **result)
{
    struct descriptions *descriptions = descriptions_create(
            &details_kind, L"detail", NULL, details ? details->view.count : 0, 0);

    if (descriptions && details)
        descriptions->details = details_addref(details);
    return hand_out(descriptions, result);
}

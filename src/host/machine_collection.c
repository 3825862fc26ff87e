#include "host/machine_collection.h"

#include "com/connection_points.h"
#include "com/dispatch_methods.h"
#include "com/enumerator.h"
#include "com/error_info.h"
#include "com/error_support.h"
#include "event/given.h"
#include "host/error_source.h"
#include "host/fleet_events.h"
#include "host/machine_object.h"
#include "host/machines.h"
#include "host/process_life.h"
#include "host/settle.h"
#include "platform/memory.h"

static struct collection
{
    IVMEventMachines IVMEventMachines_iface;
    struct error_support error_support;
    struct connection_points points;
    LONG refcount;
} collection;

static HRESULT WINAPI collection_QueryInterface(IVMEventMachines *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) || IsEqualIID(riid, &IID_IVMEventMachines))
        *object = iface;
    else if (IsEqualIID(riid, &IID_IConnectionPointContainer))
        *object = &collection.points.IConnectionPointContainer_iface;
    else if (IsEqualIID(riid, &IID_ISupportErrorInfo))
        *object = &collection.error_support.ISupportErrorInfo_iface;
    else
        *object = NULL;
    if (!*object)
        return E_NOINTERFACE;
    IVMEventMachines_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI collection_AddRef(IVMEventMachines *iface)
{
    (void)iface;
    process_addref();
    return InterlockedIncrement(&collection.refcount);
}

static ULONG WINAPI collection_Release(IVMEventMachines *iface)
{
    ULONG refcount = InterlockedDecrement(&collection.refcount);

    (void)iface;
    process_release();
    return refcount;
}

DISPATCH_DESCRIPTION_METHODS(collection, IVMEventMachines, &IID_IVMEventMachines)

static HRESULT WINAPI collection_Invoke(IVMEventMachines *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    /* Scripts ask for a method when they ignore the result, and Wine's JScript does when it enumerates. */
    if (flags & DISPATCH_METHOD)
        flags |= DISPATCH_PROPERTYGET;
    return type_info_invoke(&IID_IVMEventMachines, iface, id, riid, lcid, flags, params, result, exception, arg_error);
}

/* The machine of that number, with a reference for the caller. */
static HRESULT machine_at(LONG number, struct machine **machine)
{
    UINT count;

    if ((*machine = machines_at(number, &count)))
        return S_OK;
    return error_raise_format(DISP_E_BADINDEX, &IID_IVMEventMachines, HOST_ERROR_SOURCE,
            count ? L"There is no machine number %ld; they are numbered from 1 to %u"
                  : L"There is no machine number %ld; there are no machines, and CreateMachine makes one",
            (long)number, count);
}

static HRESULT refuse_type(VARTYPE type)
{
    return error_raise_format(DISP_E_TYPEMISMATCH, &IID_IVMEventMachines, HOST_ERROR_SOURCE,
            L"A machine is found by its number, its name, or itself, not by a value of type %u", type);
}

/* Also clears it. */
static HRESULT refuse_key(VARIANT *key)
{
    VARTYPE type = V_VT(key);

    VariantClear(key);
    return refuse_type(type);
}

static HRESULT WINAPI collection_get_Item(IVMEventMachines *iface, VARIANT index, IVMEventMachine **machine_interface)
{
    struct machine *machine;
    VARIANT key;
    HRESULT hr;

    (void)iface;
    if (!machine_interface)
        return E_POINTER;
    *machine_interface = NULL;
    /* A machine, or another object, stands for its default value, which of a machine is the name. */
    if ((hr = given_take(&key, &index, LOCALE_NEUTRAL, VT_BSTR)) == E_POINTER)
        return error_raise_format(
                hr, &IID_IVMEventMachines, HOST_ERROR_SOURCE, L"Item: index is a reference to nothing");
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : refuse_type(V_VT(&index));
    if (V_VT(&key) == VT_BSTR)
        hr = machines_find(V_BSTR(&key), &IID_IVMEventMachines, &machine);
    else if (V_VT(&key) != VT_EMPTY && SUCCEEDED(hr = given_convert(&key, &key, LOCALE_USER_DEFAULT, VT_I4)))
        hr = machine_at(V_I4(&key), &machine);
    else if (hr != E_OUTOFMEMORY)
        return refuse_key(&key);
    VariantClear(&key);
    if (FAILED(hr))
        return hr;
    *machine_interface = machine_get_interface(machine);
    machine_release(machine);
    return S_OK;
}

static HRESULT WINAPI collection_get_Count(IVMEventMachines *iface, LONG *count)
{
    (void)iface;
    if (!count)
        return E_POINTER;
    *count = (LONG)machines_count();
    return S_OK;
}

/* Makes each reference to a machine one to its interface. The caller clears the VARIANTs. NULL: out of memory, and the
 * references are gone all the same. */
static VARIANT *interfaces_of(struct machine **machines, UINT count)
{
    VARIANT *values = memory_alloc((count + 1) * sizeof(*values));

    for (UINT i = 0; i < count; ++i)
    {
        if (values)
        {
            V_VT(&values[i]) = VT_DISPATCH;
            V_DISPATCH(&values[i]) = (IDispatch *)machine_get_interface(machines[i]);
        }
        machine_release(machines[i]);
    }
    return values;
}

static HRESULT WINAPI collection_get__NewEnum(IVMEventMachines *iface, IUnknown **enumerator)
{
    struct machine **machines;
    VARIANT *values;
    UINT count;
    HRESULT hr;

    if (!enumerator)
        return E_POINTER;
    *enumerator = NULL;
    if (!(machines = machines_list(&count)))
        return E_OUTOFMEMORY;
    values = interfaces_of(machines, count);
    memory_free(machines);
    if (!values)
        return E_OUTOFMEMORY;
    hr = enum_variant_create(values, count, (IUnknown *)iface, (IEnumVARIANT **)enumerator);
    while (count--)
        VariantClear(&values[count]);
    memory_free(values);
    return hr;
}

static HRESULT WINAPI collection_Settle(IVMEventMachines *iface, LONG connection, LONG timeout_ms, LONG *missing)
{
    HRESULT hr;

    /* Also when the client is gone meanwhile. */
    IVMEventMachines_AddRef(iface);
    hr = settle_connection(fleet_events_source(), &IID_IVMEventMachines, connection, timeout_ms, missing);
    IVMEventMachines_Release(iface);
    return hr;
}

static const IVMEventMachinesVtbl collection_vtbl = {
        collection_QueryInterface,
        collection_AddRef,
        collection_Release,
        collection_GetTypeInfoCount,
        collection_GetTypeInfo,
        collection_GetIDsOfNames,
        collection_Invoke,
        collection_get_Item,
        collection_get_Count,
        collection_get__NewEnum,
        collection_Settle,
};

void machine_collection_init(void)
{
    IUnknown *identity = (IUnknown *)&collection.IVMEventMachines_iface;

    collection.IVMEventMachines_iface.lpVtbl = (IVMEventMachinesVtbl *)&collection_vtbl;
    error_support_init(&collection.error_support, identity, &IID_IVMEventMachines);
    connection_points_init(&collection.points, identity, fleet_events_source(),
            1u << MACHINE_EVENTS | 1u << DVD_EVENTS | 1u << FLOPPY_EVENTS, LANE_HOME_NONE);
}

IVMEventMachines *machine_collection_get(void)
{
    IVMEventMachines_AddRef(&collection.IVMEventMachines_iface);
    return &collection.IVMEventMachines_iface;
}

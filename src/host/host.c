#include "host/host.h"

#include "com/class_info.h"
#include "com/connection_points.h"
#include "com/dispatch_methods.h"
#include "com/error_support.h"
#include "host/endings.h"
#include "host/machine_collection.h"
#include "host/machine_object.h"
#include "host/machines.h"
#include "host/process_life.h"
#include "host/settle.h"

static struct host
{
    IVMEventHost IVMEventHost_iface;
    struct error_support error_support;
    struct class_info class_info;
    struct connection_points points;
    struct event_source *source;
    LONG refcount;
} host;

/* What the machines need of it */

static BOOL host_prepare_to_fire(void)
{
    return event_source_prepare(host.source);
}

static void host_fire_state_change(BSTR machine, VMVMState state)
{
    const struct event_type *type = event_type_get(&event_interfaces[PC_EVENTS], vmVirtualPCEvent_VMStateChange);
    struct event event;

    event_init(&event, type, L"", &host.source->sequence);
    V_VT(&event.args[0]) = VT_BSTR;
    V_BSTR(&event.args[0]) = machine;
    V_VT(&event.args[1]) = VT_I4;
    V_I4(&event.args[1]) = state;
    event_source_fire(host.source, &event);
    event_cleanup(&event);
}

static void host_settle(DWORD timeout_ms)
{
    lanes_settle(host.source, timeout_ms);
}

static const struct machine_host machine_host = {host_prepare_to_fire, host_fire_state_change, host_settle};

/* IVMEventHost */

static HRESULT WINAPI host_QueryInterface(IVMEventHost *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) || IsEqualIID(riid, &IID_IVMEventHost))
        *object = iface;
    else if (IsEqualIID(riid, &IID_IConnectionPointContainer))
        *object = &host.points.IConnectionPointContainer_iface;
    else if (IsEqualIID(riid, &IID_IProvideClassInfo) || IsEqualIID(riid, &IID_IProvideClassInfo2))
        *object = &host.class_info.IProvideClassInfo2_iface;
    else if (IsEqualIID(riid, &IID_ISupportErrorInfo))
        *object = &host.error_support.ISupportErrorInfo_iface;
    else
        *object = NULL;
    if (!*object)
        return E_NOINTERFACE;
    IVMEventHost_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI host_AddRef(IVMEventHost *iface)
{
    (void)iface;
    process_addref();
    return InterlockedIncrement(&host.refcount);
}

static ULONG WINAPI host_Release(IVMEventHost *iface)
{
    ULONG refcount = InterlockedDecrement(&host.refcount);

    (void)iface;
    process_release();
    return refcount;
}

DISPATCH_METHODS(host, IVMEventHost)

static HRESULT WINAPI host_CreateMachine(IVMEventHost *iface, BSTR name, IVMEventMachine **machine_interface)
{
    struct machine *machine;
    HRESULT hr;

    (void)iface;
    if (!machine_interface)
        return E_POINTER;
    *machine_interface = NULL;
    if (FAILED(hr = machines_create(name, &machine_host, &machine)))
        return hr;
    *machine_interface = machine_get_interface(machine);
    machine_release(machine);
    return S_OK;
}

static HRESULT WINAPI host_FindMachine(IVMEventHost *iface, BSTR name, IVMEventMachine **machine_interface)
{
    struct machine *machine;
    HRESULT hr;

    (void)iface;
    if (!machine_interface)
        return E_POINTER;
    *machine_interface = NULL;
    if (FAILED(hr = machines_find(name, &IID_IVMEventHost, &machine)))
        return hr;
    *machine_interface = machine_get_interface(machine);
    machine_release(machine);
    return S_OK;
}

static HRESULT WINAPI host_RemoveMachine(IVMEventHost *iface, BSTR name)
{
    (void)iface;
    return machines_remove(name);
}

static HRESULT WINAPI host_OpenMachine(
        IVMEventHost *iface, BSTR name, BSTR address, IVMEventMachine **machine_interface)
{
    struct machine *machine;
    HRESULT hr;

    (void)iface;
    if (!machine_interface)
        return E_POINTER;
    *machine_interface = NULL;
    if (FAILED(hr = machines_open(name, address, &machine_host, &machine)))
        return hr;
    *machine_interface = machine_get_interface(machine);
    machine_release(machine);
    return S_OK;
}

static HRESULT WINAPI host_get_Machines(IVMEventHost *iface, IVMEventMachines **machines)
{
    (void)iface;
    if (!machines)
        return E_POINTER;
    *machines = machine_collection_get();
    return S_OK;
}

static HRESULT WINAPI host_Settle(IVMEventHost *iface, LONG connection, LONG timeout_ms, LONG *missing)
{
    HRESULT hr;

    /* Also when the client is gone meanwhile. */
    IVMEventHost_AddRef(iface);
    hr = settle_connection(host.source, &IID_IVMEventHost, connection, timeout_ms, missing);
    IVMEventHost_Release(iface);
    return hr;
}

static HRESULT WINAPI host_get_Dropped(IVMEventHost *iface, LONG *count)
{
    (void)iface;
    if (!count)
        return E_POINTER;
    *count = lanes_lost();
    return S_OK;
}

static const IVMEventHostVtbl host_vtbl = {
        host_QueryInterface,
        host_AddRef,
        host_Release,
        host_GetTypeInfoCount,
        host_GetTypeInfo,
        host_GetIDsOfNames,
        host_Invoke,
        host_CreateMachine,
        host_FindMachine,
        host_RemoveMachine,
        host_get_Machines,
        host_OpenMachine,
        host_Settle,
        host_get_Dropped,
};

BOOL host_init(void)
{
    IUnknown *identity = (IUnknown *)&host.IVMEventHost_iface;

    if (!endings_init() || !(host.source = event_source_create()))
        return FALSE;
    host.IVMEventHost_iface.lpVtbl = (IVMEventHostVtbl *)&host_vtbl;
    error_support_init(&host.error_support, identity, &IID_IVMEventHost);
    class_info_init(&host.class_info, identity, &CLSID_VMEventHost, &DIID_IVMVirtualPCEvents);
    connection_points_init(&host.points, identity, host.source, 1u << PC_EVENTS, LANE_HOME_NONE);
    machine_collection_init();
    return TRUE;
}

void host_cleanup(void)
{
    machines_cleanup();
    event_source_close(host.source);
    endings_cleanup();
    memset(&host, 0, sizeof(host));
}

IVMEventHost *host_get(void)
{
    return &host.IVMEventHost_iface;
}

void host_finish_connections(void)
{
    connections_finish_all(host.source);
}

#include "host/host.h"

#include "com/class_info.h"
#include "com/clock.h"
#include "com/connection_points.h"
#include "com/dispatch_methods.h"
#include "com/error_support.h"
#include "com/event_descriptions.h"
#include "com/lane.h"
#include "host/available.h"
#include "host/endings.h"
#include "host/fleet_events.h"
#include "host/host_events.h"
#include "host/machine_collection.h"
#include "host/machine_object.h"
#include "host/machines.h"
#include "host/play_invoke.h"
#include "host/process_life.h"
#include "host/raise_invoke.h"
#include "host/settle.h"
#include "host/simulated/ensemble.h"
#include "platform/memory.h"

static struct host
{
    IVMEventHost IVMEventHost_iface;
    struct error_support error_support;
    struct class_info class_info;
    struct connection_points points;
    LONG refcount;
} host;

static BOOL prepare_to_fire(void)
{
    return host_events_prepare() && fleet_events_prepare();
}

static void settle(DWORD timeout_ms)
{
    ULONGLONG start = clock_ms();

    host_events_settle(timeout_ms);
    fleet_events_settle(clock_left_ms(start, timeout_ms));
}

/* What the machines need of it. */
static void open_found(BSTR name, BSTR address, struct live_peer *peer);

static const struct machine_host machine_host = {
        .prepare_to_fire = prepare_to_fire,
        .fire_to_all = fleet_events_fire,
        .fire = host_events_fire,
        .fire_state_change = host_events_fire_state_change,
        .fire_heartbeat_stopped = host_events_fire_heartbeat_stopped,
        .remove = machines_remove_deleted,
        .open = open_found,
        .settle = settle,
};

static void open_found(BSTR name, BSTR address, struct live_peer *peer)
{
    machines_open_found(name, address, peer, &machine_host);
}

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

DISPATCH_DESCRIPTION_METHODS(host, IVMEventHost, &IID_IVMEventHost)

/* For raise_invoke. */
static HRESULT raise_at_host(void *object, BSTR event_name, const VARIANT *args, UINT count, LCID lcid)
{
    (void)object;
    return host_events_raise(event_name, args, count, lcid);
}

static HRESULT WINAPI host_Invoke(IVMEventHost *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    if (id == DISPID_HOST_RAISE)
        return raise_invoke(raise_at_host, &host, riid, lcid, flags, params, result, exception, arg_error);
    if (id == DISPID_HOST_PLAY)
        return play_invoke(&IID_IVMEventHost, iface, id, riid, lcid, flags, params, result, exception, arg_error);
    return type_info_invoke(&IID_IVMEventHost, iface, id, riid, lcid, flags, params, result, exception, arg_error);
}

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
    hr = settle_connection(host_events_source(), &IID_IVMEventHost, connection, timeout_ms, missing);
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

static HRESULT WINAPI host_Raise(IVMEventHost *iface, BSTR event_name, SAFEARRAY *arguments)
{
    (void)iface;
    return raise_array(raise_at_host, &host, &IID_IVMEventHost, event_name, arguments);
}

static HRESULT WINAPI host_get_Events(IVMEventHost *iface, IVMEventCollection **events)
{
    (void)iface;
    return event_descriptions_create(event_interface_mask(&event_interfaces[PC_EVENTS]), events);
}

static HRESULT WINAPI host_Available(IVMEventHost *iface, IVMEventCollection **machines)
{
    HRESULT hr;

    /* Also when the client is gone meanwhile. */
    IVMEventHost_AddRef(iface);
    hr = available_create(machines);
    IVMEventHost_Release(iface);
    return hr;
}

/* Waits for the clients that respond, as Play of a machine does: those of the machines, and those of all. */
static void settle_all(void)
{
    ULONGLONG start = clock_ms();
    struct machine **list;
    UINT count;

    if (!(list = machines_list(&count)))
        return;
    for (UINT i = 0; i < count; ++i)
    {
        lanes_settle(machine_source(list[i]), clock_left_ms(start, SETTLE_AFTER_FIRING_MS));
        machine_release(list[i]);
    }
    memory_free(list);
    settle(clock_left_ms(start, SETTLE_AFTER_FIRING_MS));
}

static HRESULT WINAPI host_Play(IVMEventHost *iface, BSTR path, VARIANT speed, LONG *fired)
{
    double factor;
    HRESULT hr;

    if (!fired)
        return E_POINTER;
    *fired = 0;
    if (FAILED(hr = play_speed(&IID_IVMEventHost, &speed, &factor)))
        return hr;
    /* Also when the client is gone meanwhile. */
    IVMEventHost_AddRef(iface);
    hr = ensemble_play(&machine_host, path, factor, fired);
    settle_all();
    IVMEventHost_Release(iface);
    return hr;
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
        host_Raise,
        host_get_Events,
        host_Available,
        host_Play,
};

BOOL host_init(void)
{
    IUnknown *identity = (IUnknown *)&host.IVMEventHost_iface;

    if (!endings_init() || !host_events_init() || !fleet_events_init())
        return FALSE;
    host.IVMEventHost_iface.lpVtbl = (IVMEventHostVtbl *)&host_vtbl;
    error_support_init(&host.error_support, identity, &IID_IVMEventHost);
    class_info_init(&host.class_info, identity, &CLSID_VMEventHost, &DIID_IVMVirtualPCEvents);
    connection_points_init(&host.points, identity, host_events_source(), 1u << PC_EVENTS, LANE_HOME_NONE);
    machine_collection_init();
    return TRUE;
}

void host_cleanup(void)
{
    machines_cleanup();
    fleet_events_cleanup();
    host_events_cleanup();
    endings_cleanup();
    memset(&host, 0, sizeof(host));
}

IVMEventHost *host_get(void)
{
    return &host.IVMEventHost_iface;
}

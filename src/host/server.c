#include "host/server.h"

#include "com/client_calls.h"
#include "com/clock.h"
#include "com/lane.h"
#include "com/module.h"
#include "com/wine_interfaces.h"
#include "host/caller.h"
#include "host/endings.h"
#include "host/fleet_events.h"
#include "host/host.h"
#include "host/host_events.h"
#include "host/machines.h"
#include "host/process_life.h"
#include "host/wine_clients.h"
#include "host/wine_launches.h"
#include "platform/trace.h"
#include "vmevents.h"

#include <ocidl.h>

/* Whoever had the process started, but ended before it called, must not keep it. */
#define FIRST_CLIENT_TIMEOUT_MS 60000

/* Every interface that clients call the host's objects by. */
static const IID *const interfaces[] = {
        &IID_IClassFactory,
        &IID_IDispatch,
        &IID_IVMEventHost,
        &IID_IVMEventMachine,
        &IID_IVMEventMachines,
        &IID_IVMEventCollection,
        &IID_IVMEventAvailable,
        &IID_IConnectionPointContainer,
        &IID_IConnectionPoint,
        &IID_IEnumConnectionPoints,
        &IID_IEnumConnections,
        &IID_IEnumVARIANT,
        &IID_IProvideClassInfo,
        &IID_IProvideClassInfo2,
        &IID_ISupportErrorInfo,
        &IID_ITypeInfo,
        &IID_ITypeLib,
        &IID_IUnknown,
};

/* Whether a client is there. Under Wine those that ended keep their references for ever. */
static BOOL server_in_use(void)
{
    return process_has_references() && !wine_clients_are_gone();
}

/* The class object: one host for all clients. A reference to the class object itself keeps nothing alive, since COM
 * holds some as long as it is registered; LockServer does, which COM calls for clients that have it. */

static HRESULT WINAPI class_object_QueryInterface(IClassFactory *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IClassFactory))
    {
        *object = iface;
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI class_object_AddRef(IClassFactory *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI class_object_Release(IClassFactory *iface)
{
    (void)iface;
    return 1;
}

static HRESULT WINAPI class_object_CreateInstance(IClassFactory *iface, IUnknown *outer, REFIID riid, void **object)
{
    (void)iface;
    if (!object)
        return E_POINTER;
    *object = NULL;
    if (outer)
        return CLASS_E_NOAGGREGATION;
    return IVMEventHost_QueryInterface(host_get(), riid, object);
}

static HRESULT WINAPI class_object_LockServer(IClassFactory *iface, BOOL lock)
{
    (void)iface;
    if (lock)
        process_addref();
    else
        process_release();
    return S_OK;
}

static const IClassFactoryVtbl class_object_vtbl = {
        class_object_QueryInterface,
        class_object_AddRef,
        class_object_Release,
        class_object_CreateInstance,
        class_object_LockServer,
};

static IClassFactory class_object = {(IClassFactoryVtbl *)&class_object_vtbl};

static HRESULT class_object_offer(DWORD *cookie)
{
    HRESULT hr = CoRegisterClassObject(&CLSID_VMEventHost, (IUnknown *)&class_object, CLSCTX_LOCAL_SERVER,
            REGCLS_MULTIPLEUSE | REGCLS_SUSPENDED, cookie);

    return SUCCEEDED(hr) ? CoResumeClassObjects() : hr;
}

/* Withdraws the class object, unless a client has come at the last moment. */
static BOOL class_object_withdraw(DWORD cookie)
{
    wine_clients_await_late_calls();
    if (server_in_use())
    {
        CoResumeClassObjects();
        return FALSE;
    }
    CoRevokeClassObject(cookie);
    wine_clients_await_late_calls();
    return TRUE;
}

/* Sinks and arguments are let go of one after the other: as long as that goes on the host stays, however long it takes on a
 * busy machine, since a client whose object nobody releases keeps it. Under Wine what a client held when it ended stays in
 * use for ever. */
static void server_await_releases(void)
{
    LONG uses = module_count_uses(), left;
    ULONGLONG since = clock_ms();

    while (uses && !wine_clients_are_gone() && clock_left_ms(since, CLIENT_PATIENCE_MS))
    {
        process_wait(10);
        if ((left = module_count_uses()) == uses)
            continue;
        uses = left;
        since = clock_ms();
    }
}

/* Delivers what was fired to the clients that released all but their advise, the end of the machines last, and lets go of
 * their sinks. The processes that they are in may hang, or be gone: CoUninitialize, which would wait for them without
 * limit, is left to the end of the process. */
static void server_finish_connections(void)
{
    machines_stop();
    machines_remove_all();
    fleet_events_finish_connections();
    host_events_finish_connections();
    while (lanes_let_go(CLIENT_PATIENCE_MS))
        process_wait(10);
    server_await_releases();
}

HRESULT server_run(void)
{
    DWORD cookie, timeout;
    HRESULT hr;

    if (!process_life_init() || !host_init())
        return E_OUTOFMEMORY;
    if (!(timeout = wine_launches_await_turn(FIRST_CLIENT_TIMEOUT_MS)))
        return S_OK;
    module_on_idle = process_wake;
    client_calls_caller = caller_process;
    wine_clients_watch(process_wake);
    wine_interfaces_keep(interfaces, ARRAYSIZE(interfaces));
    do
    {
        if (FAILED(hr = class_object_offer(&cookie)))
            return hr;
        trace(TRACE_HOST, "clients may come");
        do
        {
            process_wait(timeout);
            timeout = server_in_use() ? INFINITE : timeout;
        } while (!class_object_withdraw(cookie));
    } while (server_in_use());
    trace(TRACE_HOST, "no client is left: the process ends");
    wine_launches_end_turn();
    server_finish_connections();
    /* Whoever has a reference all the same may use it in the moment that is left. */
    if (!module_in_use() && !process_has_references())
        host_cleanup();
    return S_OK;
}

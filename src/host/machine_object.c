#include "host/machine_object.h"

#include "com/class_info.h"
#include "com/connection_points.h"
#include "com/dispatch_methods.h"
#include "com/error_info.h"
#include "com/error_support.h"
#include "com/event_descriptions.h"
#include "event/text.h"
#include "host/error_source.h"
#include "host/play_invoke.h"
#include "host/process_life.h"
#include "host/raise_invoke.h"
#include "host/settle.h"
#include "host/simulated/player.h"
#include "platform/memory.h"

struct machine_object
{
    IVMEventMachine IVMEventMachine_iface;
    struct error_support error_support;
    struct class_info class_info;
    struct connection_points points;
    struct machine machine;
};

static struct machine_object *object_from_machine(struct machine *machine)
{
    return CONTAINING_RECORD(machine, struct machine_object, machine);
}

static void machine_object_destroy(struct machine *machine)
{
    machine_cleanup(machine);
    memory_free(object_from_machine(machine));
}

IVMEventMachine *machine_get_interface(struct machine *machine)
{
    IVMEventMachine *iface = &object_from_machine(machine)->IVMEventMachine_iface;

    IVMEventMachine_AddRef(iface);
    return iface;
}

/* IVMEventMachine */

static struct machine_object *object_from_IVMEventMachine(IVMEventMachine *iface)
{
    return CONTAINING_RECORD(iface, struct machine_object, IVMEventMachine_iface);
}

static struct machine *machine_from_IVMEventMachine(IVMEventMachine *iface)
{
    return &object_from_IVMEventMachine(iface)->machine;
}

static HRESULT WINAPI machine_QueryInterface(IVMEventMachine *iface, REFIID riid, void **object)
{
    struct machine_object *machine = object_from_IVMEventMachine(iface);

    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) || IsEqualIID(riid, &IID_IVMEventMachine))
        *object = iface;
    else if (IsEqualIID(riid, &IID_IConnectionPointContainer))
        *object = &machine->points.IConnectionPointContainer_iface;
    else if (IsEqualIID(riid, &IID_IProvideClassInfo) || IsEqualIID(riid, &IID_IProvideClassInfo2))
        *object = &machine->class_info.IProvideClassInfo2_iface;
    else if (IsEqualIID(riid, &IID_ISupportErrorInfo))
        *object = &machine->error_support.ISupportErrorInfo_iface;
    else
        *object = NULL;
    if (!*object)
        return E_NOINTERFACE;
    IVMEventMachine_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI machine_AddRef(IVMEventMachine *iface)
{
    process_addref();
    return machine_addref(machine_from_IVMEventMachine(iface));
}

static ULONG WINAPI machine_Release(IVMEventMachine *iface)
{
    ULONG refcount = machine_release(machine_from_IVMEventMachine(iface));

    process_release();
    return refcount;
}

DISPATCH_DESCRIPTION_METHODS(machine, IVMEventMachine, &IID_IVMEventMachine)

/* For raise_invoke. */
static HRESULT raise_at_machine(void *machine, BSTR event_name, const VARIANT *args, UINT count, LCID lcid)
{
    return machine_raise(machine, event_name, args, count, lcid);
}

static HRESULT WINAPI machine_Invoke(IVMEventMachine *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    if (id == DISPID_MACHINE_RAISE)
        return raise_invoke(raise_at_machine, machine_from_IVMEventMachine(iface), riid, lcid, flags, params, result,
                exception, arg_error);
    if (id == DISPID_MACHINE_PLAY)
        return play_invoke(&IID_IVMEventMachine, iface, id, riid, lcid, flags, params, result, exception, arg_error);
    return type_info_invoke(&IID_IVMEventMachine, iface, id, riid, lcid, flags, params, result, exception, arg_error);
}

static HRESULT WINAPI machine_get_Name(IVMEventMachine *iface, BSTR *name)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);

    if (!name)
        return E_POINTER;
    *name = SysAllocStringLen(machine_name(machine), SysStringLen(machine_name(machine)));
    return *name ? S_OK : E_OUTOFMEMORY;
}

static HRESULT WINAPI machine_get_State(IVMEventMachine *iface, VMVMState *state)
{
    if (!state)
        return E_POINTER;
    *state = machine_state(machine_from_IVMEventMachine(iface));
    return S_OK;
}

static HRESULT WINAPI machine_Raise(IVMEventMachine *iface, BSTR event_name, SAFEARRAY *arguments)
{
    return raise_array(
            raise_at_machine, machine_from_IVMEventMachine(iface), &IID_IVMEventMachine, event_name, arguments);
}

static HRESULT WINAPI machine_Play(IVMEventMachine *iface, BSTR path, VARIANT speed, LONG *fired)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);
    double factor;
    HRESULT hr;

    if (!fired)
        return E_POINTER;
    *fired = 0;
    if (FAILED(hr = play_speed(&IID_IVMEventMachine, &speed, &factor)))
        return hr;
    /* Also when the client is gone meanwhile. */
    IVMEventMachine_AddRef(iface);
    hr = player_play(machine, path, factor, fired);
    machine_settle(machine, SETTLE_AFTER_FIRING_MS);
    IVMEventMachine_Release(iface);
    return hr;
}

static HRESULT WINAPI machine_get_Address(IVMEventMachine *iface, BSTR *address)
{
    struct machine_backend *backend = machine_backend(machine_from_IVMEventMachine(iface));
    BSTR text = backend ? backend->functions->address(backend) : NULL;

    if (!address)
        return E_POINTER;
    *address = SysAllocStringLen(text, SysStringLen(text));
    return *address ? S_OK : E_OUTOFMEMORY;
}

/* A simulated machine is always connected, and nothing is wrong with it. */
static HRESULT WINAPI machine_get_Connected(IVMEventMachine *iface, VARIANT_BOOL *connected)
{
    struct machine_backend *backend = machine_backend(machine_from_IVMEventMachine(iface));

    if (!connected)
        return E_POINTER;
    *connected = !backend || backend->functions->is_connected(backend) ? VARIANT_TRUE : VARIANT_FALSE;
    return S_OK;
}

static HRESULT WINAPI machine_get_Fault(IVMEventMachine *iface, BSTR *fault)
{
    struct machine_backend *backend = machine_backend(machine_from_IVMEventMachine(iface));

    if (!fault)
        return E_POINTER;
    *fault = backend ? backend->functions->fault(backend) : SysAllocString(L"");
    return *fault ? S_OK : E_OUTOFMEMORY;
}

/* A simulated guest has no users; who asks them to leave hears that they have. */
static HRESULT raise_logoff(struct machine *machine)
{
    BSTR name = SysAllocString(L"OnGuestLogoff");
    VARIANT external;
    HRESULT hr;

    if (!name)
        return E_OUTOFMEMORY;
    V_VT(&external) = VT_I4;
    V_I4(&external) = vmLogoff_External;
    hr = machine_raise(machine, name, &external, 1, LOCALE_USER_DEFAULT);
    SysFreeString(name);
    return hr;
}

static HRESULT WINAPI machine_LogoffGuest(IVMEventMachine *iface)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);
    struct machine_backend *backend = machine_backend(machine);
    HRESULT hr;

    if (!backend)
        return raise_logoff(machine);
    /* Also when the client is gone meanwhile. */
    IVMEventMachine_AddRef(iface);
    hr = backend->functions->log_off(backend);
    IVMEventMachine_Release(iface);
    return hr;
}

static HRESULT WINAPI machine_Settle(IVMEventMachine *iface, LONG connection, LONG timeout_ms, LONG *missing)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);
    HRESULT hr;

    /* Also when the client is gone meanwhile. */
    IVMEventMachine_AddRef(iface);
    hr = settle_connection(machine_source(machine), &IID_IVMEventMachine, connection, timeout_ms, missing);
    IVMEventMachine_Release(iface);
    return hr;
}

static HRESULT WINAPI machine_get_Events(IVMEventMachine *iface, IVMEventCollection **events)
{
    (void)iface;
    return event_descriptions_create(EVENT_ALL_MASK & ~event_interface_mask(&event_interfaces[PC_EVENTS]), events);
}

static const IVMEventMachineVtbl machine_vtbl = {
        machine_QueryInterface,
        machine_AddRef,
        machine_Release,
        machine_GetTypeInfoCount,
        machine_GetTypeInfo,
        machine_GetIDsOfNames,
        machine_Invoke,
        machine_get_Name,
        machine_get_State,
        machine_Raise,
        machine_Play,
        machine_get_Address,
        machine_get_Connected,
        machine_get_Fault,
        machine_LogoffGuest,
        machine_Settle,
        machine_get_Events,
};

static struct machine_object *object_create(BSTR name, const struct machine_host *host, struct machine_backend *backend)
{
    struct machine_object *object = memory_alloc(sizeof(*object));

    if (!object)
    {
        if (backend)
            backend->functions->release(backend);
        return NULL;
    }
    if (machine_init(&object->machine, name, host, backend, machine_object_destroy))
        return object;
    machine_release(&object->machine);
    return NULL;
}

HRESULT machine_object_create(
        BSTR name, const struct machine_host *host, struct machine_backend *backend, struct machine **machine)
{
    struct machine_object *object = object_create(name, host, backend);
    IUnknown *identity;

    if (!object)
        return E_OUTOFMEMORY;
    identity = (IUnknown *)&object->IVMEventMachine_iface;
    object->IVMEventMachine_iface.lpVtbl = (IVMEventMachineVtbl *)&machine_vtbl;
    error_support_init(&object->error_support, identity, &IID_IVMEventMachine);
    class_info_init(&object->class_info, identity, &CLSID_VMEventMachine, &DIID_IVMVirtualMachineEvents);
    connection_points_init(&object->points, identity, machine_source(&object->machine),
            1u << MACHINE_EVENTS | 1u << DVD_EVENTS | 1u << FLOPPY_EVENTS, LANE_HOME_NONE);
    *machine = &object->machine;
    return S_OK;
}

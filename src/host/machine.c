#include "host/machine.h"

#include "com/class_info.h"
#include "com/clock.h"
#include "com/connection_points.h"
#include "com/dispatch_methods.h"
#include "com/error_info.h"
#include "com/error_support.h"
#include "event/text.h"
#include "host/endings.h"
#include "host/host.h"
#include "host/play_invoke.h"
#include "host/qemu/live.h"
#include "host/raise_invoke.h"
#include "host/raised.h"
#include "host/server.h"
#include "host/settle.h"
#include "host/simulated/player.h"
#include "platform/memory.h"

struct machine
{
    IVMEventMachine IVMEventMachine_iface;
    struct error_support error_support;
    struct class_info class_info;
    struct connection_points points;
    struct event_source *source;
    LONG refcount;
    BSTR name;
    HANDLE removal; /* signalled when it has been removed */
    struct live *live; /* what is behind it; NULL: it is simulated */

    SRWLOCK lock; /* one event after the other, so that all clients hear them and the states in the same order */
    VMVMState state;
    BOOL removed;
};

static void machine_free(struct machine *machine)
{
    if (machine->source)
    {
        connections_finish_all(machine->source);
        event_source_close(machine->source);
    }
    if (machine->removal)
        CloseHandle(machine->removal);
    live_release(machine->live);
    SysFreeString(machine->name);
    memory_free(machine);
}

void machine_addref(struct machine *machine)
{
    InterlockedIncrement(&machine->refcount);
}

void machine_release(struct machine *machine)
{
    if (!InterlockedDecrement(&machine->refcount))
        machine_free(machine);
}

IVMEventMachine *machine_get_face(struct machine *machine)
{
    IVMEventMachine_AddRef(&machine->IVMEventMachine_iface);
    return &machine->IVMEventMachine_iface;
}

BSTR machine_name(const struct machine *machine)
{
    return machine->name;
}

HRESULT machine_raise_removed(struct machine *machine)
{
    struct text text = {0};

    text_append(&text, L"The machine ");
    text_append_quote(&text, machine->name, SysStringLen(machine->name), TEXT_QUOTE_MAX);
    text_append(&text, L" has been removed and fires no more events; CreateMachine makes a new one");
    return error_raise_text(VM_E_VM_UNKNOWN, &IID_IVMEventMachine, HOST_ERROR_SOURCE, &text);
}

BOOL machine_wait_for_removal(struct machine *machine, DWORD timeout_ms)
{
    return WaitForSingleObject(machine->removal, timeout_ms) == WAIT_OBJECT_0;
}

HRESULT machine_attach(struct machine *machine)
{
    return live_open(machine->live, machine);
}

BOOL machine_is_same_place(const struct machine *machine, const struct machine *other)
{
    return machine->live && other->live && live_is_same_place(machine->live, other->live);
}

void machine_learn_state(struct machine *machine, VMVMState state)
{
    AcquireSRWLockExclusive(&machine->lock);
    if (!machine->removed)
        machine->state = state;
    ReleaseSRWLockExclusive(&machine->lock);
}

static BOOL is_state_change(const struct event *event)
{
    return event->type == event_type_get(&event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_StateChanged);
}

HRESULT machine_prepare_to_fire(struct machine *machine)
{
    return event_source_prepare(machine->source) && host_prepare_to_fire() ? S_OK : E_OUTOFMEMORY;
}

/* The lock is held. Whether the event changes the state. */
static BOOL machine_take_state(struct machine *machine, const struct event *event)
{
    VMVMState before = machine->state;

    if (is_state_change(event))
        machine->state = (VMVMState)V_I4(&event->args[0]);
    return machine->state != before;
}

/* The lock is held. */
static HRESULT machine_fire_one(struct machine *machine, struct event *event)
{
    BOOL changed = machine_take_state(machine, event);
    HRESULT hr;

    event->sequence = &machine->source->sequence;
    hr = event_source_fire(machine->source, event);
    if (changed)
        host_fire_state_change(machine->name, machine->state);
    return hr;
}

void machine_settle(struct machine *machine)
{
    ULONGLONG start = clock_ms();

    lanes_settle(machine->source, MACHINE_SETTLE_MS);
    host_settle(clock_left_ms(start, MACHINE_SETTLE_MS));
}

HRESULT machine_tell(struct machine *machine, struct event *event)
{
    HRESULT hr = VM_E_VM_UNKNOWN;

    AcquireSRWLockExclusive(&machine->lock);
    /* Once the machine has been removed the host may be gone too. */
    if (!machine->removed)
    {
        /* The state is another all the same when nobody can be told. */
        if (SUCCEEDED(hr = machine_prepare_to_fire(machine)))
            hr = machine_fire_one(machine, event);
        else
            machine_take_state(machine, event);
    }
    ReleaseSRWLockExclusive(&machine->lock);
    return hr;
}

static HRESULT machine_raise_live(const struct machine *machine)
{
    struct text text = {0};

    text_append(&text, L"OnStateChange cannot be raised by hand: ");
    text_append_quote(&text, machine->name, SysStringLen(machine->name), TEXT_QUOTE_MAX);
    text_append(&text, L" is a live machine, whose state is its own; CreateMachine makes a simulated one");
    return error_raise_text(E_ACCESSDENIED, &IID_IVMEventMachine, HOST_ERROR_SOURCE, &text);
}

HRESULT machine_fire(struct machine *machine, struct raised *raised)
{
    HRESULT hr = machine_prepare_to_fire(machine);
    BOOL removed;

    if (FAILED(hr))
        return hr;
    if (machine->live && is_state_change(&raised->events[0]))
        return machine_raise_live(machine);
    AcquireSRWLockExclusive(&machine->lock);
    removed = machine->removed;
    for (UINT i = 0; !removed && i < raised->count && SUCCEEDED(hr); ++i)
        hr = machine_fire_one(machine, &raised->events[i]);
    ReleaseSRWLockExclusive(&machine->lock);
    return removed ? machine_raise_removed(machine) : hr;
}

void machine_remove(struct machine *machine)
{
    const struct event_type *type = event_type_get(
            &event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_StateChanged);
    struct event event;

    event_init(&event, type, machine->name, NULL);
    V_VT(&event.args[0]) = VT_I4;
    V_I4(&event.args[0]) = vmVMState_DeleteMachine;
    AcquireSRWLockExclusive(&machine->lock);
    machine->removed = TRUE;
    machine_fire_one(machine, &event);
    ReleaseSRWLockExclusive(&machine->lock);
    event_cleanup(&event);
    SetEvent(machine->removal);
    if (machine->live)
        live_close(machine->live);
    connections_finish_all(machine->source);
    endings_watch();
}

/* IVMEventMachine */

static struct machine *machine_from_IVMEventMachine(IVMEventMachine *iface)
{
    return CONTAINING_RECORD(iface, struct machine, IVMEventMachine_iface);
}

static HRESULT WINAPI machine_QueryInterface(IVMEventMachine *iface, REFIID riid, void **object)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);

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
    server_addref();
    return InterlockedIncrement(&machine_from_IVMEventMachine(iface)->refcount);
}

static ULONG WINAPI machine_Release(IVMEventMachine *iface)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);
    ULONG refcount = InterlockedDecrement(&machine->refcount);

    if (!refcount)
        machine_free(machine);
    server_release();
    return refcount;
}

DISPATCH_DESCRIPTION_METHODS(machine, IVMEventMachine, &IID_IVMEventMachine)

static HRESULT WINAPI machine_Invoke(IVMEventMachine *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    if (id == DISPID_RAISE)
        return raise_invoke(
                machine_from_IVMEventMachine(iface), riid, lcid, flags, params, result, exception, arg_error);
    if (id == DISPID_PLAY)
        return play_invoke(iface, riid, lcid, flags, params, result, exception, arg_error);
    return type_info_invoke(&IID_IVMEventMachine, iface, id, riid, lcid, flags, params, result, exception, arg_error);
}

static HRESULT WINAPI machine_get_Name(IVMEventMachine *iface, BSTR *name)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);

    if (!name)
        return E_POINTER;
    *name = SysAllocStringLen(machine->name, SysStringLen(machine->name));
    return *name ? S_OK : E_OUTOFMEMORY;
}

static HRESULT WINAPI machine_get_State(IVMEventMachine *iface, VMVMState *state)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);

    if (!state)
        return E_POINTER;
    AcquireSRWLockShared(&machine->lock);
    *state = machine->state;
    ReleaseSRWLockShared(&machine->lock);
    return S_OK;
}

HRESULT machine_raise(struct machine *machine, BSTR event_name, const VARIANT *args, UINT count, LCID lcid)
{
    struct raised raised;
    BSTR description;
    HRESULT hr;

    hr = raised_init(&raised, event_name, args, count, machine->name, lcid, &description);
    if (FAILED(hr))
        return error_raise(hr, &IID_IVMEventMachine, HOST_ERROR_SOURCE, description);
    if (SUCCEEDED(hr = machine_fire(machine, &raised)))
        machine_settle(machine);
    raised_cleanup(&raised);
    return hr;
}

/* By the vtable nobody tells a locale: numbers as strings are read by the host's. */
static HRESULT WINAPI machine_Raise(IVMEventMachine *iface, BSTR event_name, SAFEARRAY *arguments)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);
    VARTYPE type;
    VARIANT *args;
    HRESULT hr;

    if (!arguments)
        return machine_raise(machine, event_name, NULL, 0, LOCALE_USER_DEFAULT);
    if (SafeArrayGetDim(arguments) != 1 || FAILED(SafeArrayGetVartype(arguments, &type)) || type != VT_VARIANT)
        return error_raise_format(DISP_E_TYPEMISMATCH, &IID_IVMEventMachine, HOST_ERROR_SOURCE,
                L"The arguments must be an array of VARIANT with one dimension");
    if (FAILED(hr = SafeArrayAccessData(arguments, (void **)&args)))
        return hr;
    hr = machine_raise(machine, event_name, args, arguments->rgsabound[0].cElements, LOCALE_USER_DEFAULT);
    SafeArrayUnaccessData(arguments);
    return hr;
}

static HRESULT refuse_speed(const VARIANT *given)
{
    struct text text = {0};

    text_append(&text, L"The speed");
    if (V_VT(given) == VT_BSTR)
    {
        text_append(&text, L" is ");
        text_append_quote(&text, V_BSTR(given) ? V_BSTR(given) : L"", SysStringLen(V_BSTR(given)), TEXT_QUOTE_MAX);
        text_append(&text, L"; it");
    }
    text_append(&text,
            L" must be a number greater than 0: 1 plays the scenario as it is written, 2 in half the time");
    return error_raise_text(E_INVALIDARG, &IID_IVMEventMachine, HOST_ERROR_SOURCE, &text);
}

/* The speed of Play, 1 when it is left out. */
static HRESULT get_speed(VARIANT *variant, double *speed)
{
    VARIANT given, number;
    HRESULT hr;

    *speed = 1;
    if (V_VT(variant) == VT_EMPTY || (V_VT(variant) == VT_ERROR && V_ERROR(variant) == DISP_E_PARAMNOTFOUND))
        return S_OK;
    VariantInit(&number);
    if (SUCCEEDED(hr = event_copy_argument(&given, variant)))
        hr = V_VT(&given) == VT_BSTR && string_has_nul(V_BSTR(&given)) ? DISP_E_TYPEMISMATCH
                                                                       : VariantChangeType(&number, &given, 0, VT_R8);
    if (SUCCEEDED(hr) && V_R8(&number) > 0)
        *speed = V_R8(&number);
    else if (hr != E_OUTOFMEMORY)
        hr = refuse_speed(&given);
    VariantClear(&given);
    return hr;
}

static HRESULT WINAPI machine_Play(IVMEventMachine *iface, BSTR path, VARIANT speed, LONG *fired)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);
    double factor;
    HRESULT hr;

    if (!fired)
        return E_POINTER;
    *fired = 0;
    if (FAILED(hr = get_speed(&speed, &factor)))
        return hr;
    /* Also when the client is gone meanwhile. */
    IVMEventMachine_AddRef(iface);
    hr = player_play(machine, path, factor, fired);
    machine_settle(machine);
    IVMEventMachine_Release(iface);
    return hr;
}

static HRESULT WINAPI machine_get_Address(IVMEventMachine *iface, BSTR *address)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);
    BSTR text = machine->live ? live_address(machine->live) : NULL;

    if (!address)
        return E_POINTER;
    *address = SysAllocStringLen(text, SysStringLen(text));
    return *address ? S_OK : E_OUTOFMEMORY;
}

static HRESULT WINAPI machine_get_Connected(IVMEventMachine *iface, VARIANT_BOOL *connected)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);

    if (!connected)
        return E_POINTER;
    *connected = !machine->live || live_is_connected(machine->live) ? VARIANT_TRUE : VARIANT_FALSE;
    return S_OK;
}

static HRESULT WINAPI machine_get_Fault(IVMEventMachine *iface, BSTR *fault)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);

    if (!fault)
        return E_POINTER;
    *fault = machine->live ? live_fault(machine->live) : SysAllocString(L"");
    return *fault ? S_OK : E_OUTOFMEMORY;
}

/* A simulated guest has no users; who asks them to leave hears that they have. */
static HRESULT WINAPI machine_LogoffGuest(IVMEventMachine *iface)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);
    VARIANT external;
    BSTR name;
    HRESULT hr;

    if (machine->live)
    {
        /* Also when the client is gone meanwhile. */
        IVMEventMachine_AddRef(iface);
        hr = live_logoff(machine->live);
        IVMEventMachine_Release(iface);
        return hr;
    }
    if (!(name = SysAllocString(L"OnGuestLogoff")))
        return E_OUTOFMEMORY;
    V_VT(&external) = VT_I4;
    V_I4(&external) = vmLogoff_External;
    hr = machine_raise(machine, name, &external, 1, LOCALE_USER_DEFAULT);
    SysFreeString(name);
    return hr;
}

static HRESULT WINAPI machine_Settle(IVMEventMachine *iface, LONG connection, LONG timeout_ms, LONG *missing)
{
    struct machine *machine = machine_from_IVMEventMachine(iface);
    HRESULT hr;

    /* Also when the client is gone meanwhile. */
    IVMEventMachine_AddRef(iface);
    hr = settle_connection(machine->source, &IID_IVMEventMachine, connection, timeout_ms, missing);
    IVMEventMachine_Release(iface);
    return hr;
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
};

HRESULT machine_create(BSTR name, struct machine **result)
{
    struct machine *machine = memory_alloc(sizeof(*machine));
    IUnknown *identity;

    if (!machine)
        return E_OUTOFMEMORY;
    identity = (IUnknown *)&machine->IVMEventMachine_iface;
    machine->IVMEventMachine_iface.lpVtbl = (IVMEventMachineVtbl *)&machine_vtbl;
    machine->refcount = 1;
    machine->state = vmVMState_TurnedOff;
    InitializeSRWLock(&machine->lock);
    if (!(machine->name = SysAllocStringLen(name, SysStringLen(name)))
            || !(machine->removal = CreateEventW(NULL, TRUE, FALSE, NULL))
            || !(machine->source = event_source_create()))
    {
        machine_free(machine);
        return E_OUTOFMEMORY;
    }
    error_support_init(&machine->error_support, identity, &IID_IVMEventMachine);
    class_info_init(&machine->class_info, identity, &CLSID_VMEventMachine, &DIID_IVMVirtualMachineEvents);
    connection_points_init(&machine->points, identity, machine->source,
            1u << MACHINE_EVENTS | 1u << DVD_EVENTS | 1u << FLOPPY_EVENTS, LANE_HOME_NONE);
    *result = machine;
    return S_OK;
}

HRESULT machine_create_live(BSTR name, struct live *live, struct machine **machine)
{
    HRESULT hr = machine_create(name, machine);

    if (FAILED(hr))
    {
        live_release(live);
        return hr;
    }
    (*machine)->live = live;
    (*machine)->state = vmVMState_Invalid;
    return S_OK;
}

/* The header in C: that each vtable has the members that it has to have, in their order, of their types. */
#include "typelib/sdk_header.h"

/* The order: beside each vtable one that has only the names. */
#define DUAL(name, hidden, iid) struct expected_##name { void *inherited[7];
#define GET(type, name, id, params) void *get_##name;
#define PUT(type, name, id, params) void *put_##name;
#define METHOD(type, name, id, params) void *name;
#define FUNCTION(type, name, id, params) void *name;
#define END_DUAL(name) };
#include "typelib/virtual_pc_api.inc"

#define IS_MEMBER(type, name, params)                                                                                  \
    HOLDS(offsetof(type##Vtbl, name) == offsetof(struct expected_##type, name));                                       \
    HOLDS(_Generic(((type##Vtbl *)0)->name, HRESULT(STDMETHODCALLTYPE *) params : 1, default : 0));
#define GET(type, name, id, params) IS_MEMBER(type, get_##name, params)
#define PUT(type, name, id, params) IS_MEMBER(type, put_##name, params)
#define METHOD(type, name, id, params) IS_MEMBER(type, name, params)
#define FUNCTION(type, name, id, params) IS_MEMBER(type, name, params)
#define END_DUAL(name) HOLDS(sizeof(name##Vtbl) == sizeof(struct expected_##name));
#include "typelib/virtual_pc_api.inc"

HOLDS(sizeof(GUESTOSVERSIONINFOEX) == sizeof(OSVERSIONINFOEXW));

/* A sink of the program's own, as one was written with the SDK's header. */
static HRESULT STDMETHODCALLTYPE sink_QueryInterface(IVMVirtualMachineEvents *iface, REFIID riid, void **object)
{
    *object = IsEqualIID(riid, &DIID_IVMVirtualMachineEvents) || IsEqualIID(riid, &IID_IUnknown) ? iface : NULL;
    return *object ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE sink_AddRef(IVMVirtualMachineEvents *iface)
{
    (void)iface;
    return 2;
}

static ULONG STDMETHODCALLTYPE sink_Release(IVMVirtualMachineEvents *iface)
{
    (void)iface;
    return 1;
}

static HRESULT STDMETHODCALLTYPE sink_Invoke(IVMVirtualMachineEvents *iface, DISPID id, REFIID riid, LCID lcid,
        WORD flags, DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *argument)
{
    (void)iface, (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)argument;
    if (id == vmVirtualMachineEvent_GuestLogoff && params->cArgs == 1)
        return V_I4(&params->rgvarg[0]) == vmLogoff_Forced ? S_FALSE : S_OK;
    return S_OK;
}

static const IVMVirtualMachineEventsVtbl sink_vtbl = {
        sink_QueryInterface, sink_AddRef, sink_Release, NULL, NULL, NULL, sink_Invoke};

/* Starts every machine that is off. Without a Virtual PC it is never called: it is to compile. */
static HRESULT start_machines(IVMVirtualPC *virtual_pc, IDispatch *sink)
{
    IVMVirtualMachineCollection *machines;
    LONG count = 0;
    HRESULT hr;

    if (FAILED(hr = IVMVirtualPC_get_VirtualMachines(virtual_pc, &machines)))
        return hr;
    hr = IVMVirtualMachineCollection_get_Count(machines, &count);
    for (LONG i = 1; SUCCEEDED(hr) && i <= count; ++i)
    {
        IConnectionPointContainer *container;
        IVMVirtualMachine *machine;
        IConnectionPoint *point;
        VMVMState state;
        IVMTask *task;
        DWORD cookie;

        if (FAILED(hr = IVMVirtualMachineCollection_get_Item(machines, i, &machine)))
            break;
        if (SUCCEEDED(hr = IVMVirtualMachine_QueryInterface(
                            machine, &IID_IConnectionPointContainer, (void **)&container)))
        {
            if (SUCCEEDED(hr = IConnectionPointContainer_FindConnectionPoint(
                                container, &DIID_IVMVirtualMachineEvents, &point)))
            {
                hr = IConnectionPoint_Advise(point, (IUnknown *)sink, &cookie);
                IConnectionPoint_Release(point);
            }
            IConnectionPointContainer_Release(container);
        }
        if (SUCCEEDED(hr) && SUCCEEDED(hr = IVMVirtualMachine_get_State(machine, &state))
                && state == vmVMState_TurnedOff && SUCCEEDED(hr = IVMVirtualMachine_Startup(machine, &task)))
        {
            hr = IVMTask_WaitForCompletion(task, 60000);
            IVMTask_Release(task);
        }
        IVMVirtualMachine_Release(machine);
    }
    IVMVirtualMachineCollection_Release(machines);
    return hr == VM_E_VM_RUNNING ? S_OK : hr;
}

/* Where there is no Virtual PC there is nothing of that class: nothing of ours claims to be it. */
static int nobody_is_virtual_pc(void)
{
    static IVMVirtualMachineEvents sink = {(IVMVirtualMachineEventsVtbl *)&sink_vtbl};
    IVMVirtualPC *virtual_pc;
    HRESULT hr;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 0;
    hr = CoCreateInstance(
            &CLSID_VMVirtualPC, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMVirtualPC, (void **)&virtual_pc);
    if (SUCCEEDED(hr))
    {
        start_machines(virtual_pc, (IDispatch *)&sink);
        IVMVirtualPC_Release(virtual_pc);
    }
    CoUninitialize();
    printf("CLSID_VMVirtualPC: %#lx\n", (unsigned long)hr);
    return hr == REGDB_E_CLASSNOTREG;
}

int main(void)
{
    return guids_are_right() && nobody_is_virtual_pc() ? 0 : 1;
}

#include "watch/machine.h"

#include "client/call.h"
#include "watch/options.h"
#include "watch/output.h"

#include <stdio.h>
#include <wchar.h>

/* The longest name that a machine can have. */
#define NAME_MAX_LENGTH 80

/* Calls a method of the host that takes strings, of which the second may be NULL, and returns a machine. */
static HRESULT ask_for_machine(IDispatch *host, const WCHAR *method, const WCHAR *name, const WCHAR *address,
        IVMEventMachine **machine, BSTR *description)
{
    VARIANT args[2], *first = address ? args : args + 1, result; /* the last first */
    HRESULT hr;

    V_VT(&args[0]) = V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[0]) = SysAllocString(address);
    V_BSTR(&args[1]) = SysAllocString(name);
    hr = call_method(host, method, first, address ? 2 : 1, &result, description);
    SysFreeString(V_BSTR(&args[0]));
    SysFreeString(V_BSTR(&args[1]));
    if (FAILED(hr))
        return hr;
    hr = IDispatch_QueryInterface(V_DISPATCH(&result), &IID_IVMEventMachine, (void **)machine);
    VariantClear(&result);
    return hr;
}

static HRESULT find_or_create(IDispatch *host, const WCHAR *name, IVMEventMachine **machine, BSTR *description)
{
    HRESULT hr = ask_for_machine(host, L"FindMachine", name, NULL, machine, description);

    if (hr == VM_E_VM_UNKNOWN)
    {
        SysFreeString(*description);
        hr = ask_for_machine(host, L"CreateMachine", name, NULL, machine, description);
    }
    /* Another program may have made it in between. */
    if (hr == VM_E_CONFIG_DUPLICATE_NAME)
    {
        SysFreeString(*description);
        hr = ask_for_machine(host, L"FindMachine", name, NULL, machine, description);
    }
    return hr;
}

/* Makes a name of the address, in which a hyphen stands for what no name may have. */
static void name_from_address(const WCHAR *address, WCHAR name[NAME_MAX_LENGTH + 1])
{
    size_t length = wcscspn(address, L",");

    if (length > NAME_MAX_LENGTH)
        length = NAME_MAX_LENGTH;
    for (size_t i = 0; i < length; ++i)
        name[i] = wcschr(L"*?:<>/|\\\"", address[i]) ? '-' : address[i];
    name[length] = 0;
}

static bool is_at(IVMEventMachine *machine, const WCHAR *address)
{
    BSTR there = NULL;
    bool same = SUCCEEDED(IVMEventMachine_get_Address(machine, &there)) && !wcscmp(there ? there : L"", address);

    SysFreeString(there);
    return same;
}

/* Opens the machine at the address, or finds the one of that name and address that another program has opened. */
static HRESULT open_or_find(
        IDispatch *host, const WCHAR *address, const WCHAR *name, IVMEventMachine **machine, BSTR *description)
{
    WCHAR made[NAME_MAX_LENGTH + 1];
    HRESULT hr;

    if (!name)
    {
        name_from_address(address, made);
        name = made;
    }
    hr = ask_for_machine(host, L"OpenMachine", name, address, machine, description);
    if (hr != VM_E_CONFIG_DUPLICATE_NAME)
        return hr;
    hr = ask_for_machine(host, L"FindMachine", name, NULL, machine, &(BSTR){NULL});
    if (FAILED(hr) || is_at(*machine, address))
        return hr;
    IVMEventMachine_Release(*machine);
    return VM_E_CONFIG_DUPLICATE_NAME;
}

HRESULT machine_open(IDispatch *host, const WCHAR *machine, const WCHAR *name, IVMEventMachine **result)
{
    BSTR description = NULL;
    HRESULT hr;

    hr = options_is_address(machine) ? open_or_find(host, machine, name, result, &description)
                                     : find_or_create(host, machine, result, &description);
    if (FAILED(hr))
        output_complain_of(L"cannot have the machine", hr, description);
    SysFreeString(description);
    return hr;
}

HRESULT machine_connect(IVMEventMachine *machine, IVMEventSink *sink)
{
    LONG connection;
    HRESULT hr = IVMEventSink_Connect(sink, (IUnknown *)machine, NULL, &connection);

    if (FAILED(hr))
        output_complain_of_call(L"cannot connect to the machine", hr);
    return hr;
}

/* "vmwatch: Web: QEMU ...", or without the name. */
static void complain_of_machine(const WCHAR *name, const WCHAR *what, const WCHAR *behind)
{
    output_complain(L"%ls%ls%ls%ls", name ? name : L"", name ? L": " : L"", what, behind);
}

bool machine_is_there(IVMEventMachine *machine)
{
    VMVMState state;

    return SUCCEEDED(IVMEventMachine_get_State(machine, &state)) && state != vmVMState_DeleteMachine;
}

void machine_tell_fault(IVMEventMachine *machine, const WCHAR *name, BSTR *fault)
{
    BSTR now = NULL;

    if (FAILED(IVMEventMachine_get_Fault(machine, &now)))
        return;
    if (SysStringLen(now) && wcscmp(now, *fault ? *fault : L"") != 0)
        complain_of_machine(name, now, L"; it goes on trying");
    else if (!SysStringLen(now) && SysStringLen(*fault))
        complain_of_machine(name, L"connected again", L"");
    SysFreeString(*fault);
    *fault = now;
}

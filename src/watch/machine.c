#include "watch/machine.h"

#include "watch/call.h"
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
        IDispatch *host, const struct options *options, IVMEventMachine **machine, BSTR *description)
{
    WCHAR name[NAME_MAX_LENGTH + 1];
    HRESULT hr;

    name_from_address(options->machine, name);
    hr = ask_for_machine(
            host, L"OpenMachine", options->name ? options->name : name, options->machine, machine, description);
    if (hr != VM_E_CONFIG_DUPLICATE_NAME)
        return hr;
    hr = ask_for_machine(host, L"FindMachine", options->name ? options->name : name, NULL, machine, &(BSTR){NULL});
    if (FAILED(hr) || is_at(*machine, options->machine))
        return hr;
    IVMEventMachine_Release(*machine);
    return VM_E_CONFIG_DUPLICATE_NAME;
}

static IDispatch *open_host(void)
{
    IDispatch *host = NULL;
    HRESULT hr = CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IDispatch, (void **)&host);

    if (hr == REGDB_E_CLASSNOTREG)
        output_complain(L"VMEvents.Host is not registered; run `vmhost.exe /regserver` once");
    else if (FAILED(hr))
        output_complain_of(L"cannot start VMEvents.Host", hr, NULL);
    return host;
}

HRESULT machine_open(const struct options *options, IVMEventMachine **machine)
{
    IDispatch *host = open_host();
    BSTR description = NULL;
    HRESULT hr;

    if (!host)
        return E_FAIL;
    hr = options_is_address(options->machine) ? open_or_find(host, options, machine, &description)
                                              : find_or_create(host, options->machine, machine, &description);
    if (FAILED(hr))
        output_complain_of(L"cannot have the machine", hr, description);
    SysFreeString(description);
    IDispatch_Release(host);
    return hr;
}

bool machine_look_after(IVMEventMachine *machine, BSTR *fault)
{
    VMVMState state;
    BSTR now = NULL;

    if (FAILED(IVMEventMachine_get_State(machine, &state)) || state == vmVMState_DeleteMachine)
        return false;
    if (FAILED(IVMEventMachine_get_Fault(machine, &now)))
        return true;
    if (SysStringLen(now) && wcscmp(now, *fault ? *fault : L""))
        output_complain(L"%ls; it goes on trying", now);
    else if (!SysStringLen(now) && SysStringLen(*fault))
        output_complain(L"connected again");
    SysFreeString(*fault);
    *fault = now;
    return true;
}

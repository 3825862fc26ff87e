#include "watch/host.h"

#include "watch/output.h"

IVMEventHost *host_open(void)
{
    IVMEventHost *host = NULL;
    HRESULT hr = CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&host);

    if (hr == REGDB_E_CLASSNOTREG)
        output_complain(L"VMEvents.Host is not registered; run `vmhost.exe /regserver` once");
    else if (FAILED(hr))
        output_complain_of(L"cannot start VMEvents.Host", hr, NULL);
    return host;
}

static HRESULT visit_variant(const VARIANT *variant, machine_visitor visit, void *context)
{
    IVMEventMachine *machine;
    BSTR name;
    HRESULT hr;

    hr = IDispatch_QueryInterface(V_DISPATCH(variant), &IID_IVMEventMachine, (void **)&machine);
    if (FAILED(hr))
        return hr;
    if (SUCCEEDED(hr = IVMEventMachine_get_Name(machine, &name)))
    {
        hr = visit(machine, name, context);
        SysFreeString(name);
    }
    IVMEventMachine_Release(machine);
    return hr;
}

static HRESULT get_enumerator(IVMEventHost *host, IEnumVARIANT **enumerator)
{
    IVMEventMachines *machines;
    IUnknown *unknown;
    HRESULT hr;

    if (FAILED(hr = IVMEventHost_get_Machines(host, &machines)))
        return hr;
    if (SUCCEEDED(hr = IVMEventMachines_get__NewEnum(machines, &unknown)))
    {
        hr = IUnknown_QueryInterface(unknown, &IID_IEnumVARIANT, (void **)enumerator);
        IUnknown_Release(unknown);
    }
    IVMEventMachines_Release(machines);
    return hr;
}

HRESULT host_visit_machines(IVMEventHost *host, machine_visitor visit, void *context)
{
    IEnumVARIANT *enumerator;
    VARIANT variant;
    ULONG fetched;
    HRESULT hr;

    if (FAILED(hr = get_enumerator(host, &enumerator)))
        return hr;
    while ((hr = IEnumVARIANT_Next(enumerator, 1, &variant, &fetched)) == S_OK)
    {
        hr = visit_variant(&variant, visit, context);
        VariantClear(&variant);
        if (hr != S_OK)
            break;
    }
    IEnumVARIANT_Release(enumerator);
    return hr == S_FALSE ? S_OK : hr;
}

#include "watch/host.h"

#include "client/call.h"
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

/* Calls visit for what the enumerator has, which is released. */
static HRESULT visit_all(IUnknown *unknown, HRESULT (*visit)(const VARIANT *variant, void *visitor), void *visitor)
{
    IEnumVARIANT *enumerator;
    VARIANT variant;
    ULONG fetched;
    HRESULT hr = IUnknown_QueryInterface(unknown, &IID_IEnumVARIANT, (void **)&enumerator);

    IUnknown_Release(unknown);
    if (FAILED(hr))
        return hr;
    while ((hr = IEnumVARIANT_Next(enumerator, 1, &variant, &fetched)) == S_OK)
    {
        hr = visit(&variant, visitor);
        VariantClear(&variant);
        if (hr != S_OK)
            break;
    }
    IEnumVARIANT_Release(enumerator);
    return hr == S_FALSE ? S_OK : hr;
}

struct machine_visit
{
    machine_visitor visit;
    void *context;
};

static HRESULT visit_machine(const VARIANT *variant, void *visitor)
{
    const struct machine_visit *visit = visitor;
    IVMEventMachine *machine;
    BSTR name;
    HRESULT hr;

    hr = IDispatch_QueryInterface(V_DISPATCH(variant), &IID_IVMEventMachine, (void **)&machine);
    if (FAILED(hr))
        return hr;
    if (SUCCEEDED(hr = IVMEventMachine_get_Name(machine, &name)))
    {
        hr = visit->visit(machine, name, visit->context);
        SysFreeString(name);
    }
    IVMEventMachine_Release(machine);
    return hr;
}

HRESULT host_visit_machines(IVMEventHost *host, machine_visitor visit, void *context)
{
    struct machine_visit visitor = {visit, context};
    IVMEventMachines *machines;
    IUnknown *enumerator;
    HRESULT hr;

    if (FAILED(hr = IVMEventHost_get_Machines(host, &machines)))
        return hr;
    if (SUCCEEDED(hr = IVMEventMachines_get__NewEnum(machines, &enumerator)))
        hr = visit_all(enumerator, visit_machine, &visitor);
    IVMEventMachines_Release(machines);
    return hr;
}

struct available_visit
{
    available_visitor visit;
    void *context;
};

static HRESULT visit_available(const VARIANT *variant, void *visitor)
{
    const struct available_visit *visit = visitor;
    IVMEventAvailable *machine;
    HRESULT hr;

    hr = IDispatch_QueryInterface(V_DISPATCH(variant), &IID_IVMEventAvailable, (void **)&machine);
    if (FAILED(hr))
        return hr;
    hr = visit->visit(machine, visit->context);
    IVMEventAvailable_Release(machine);
    return hr;
}

HRESULT host_visit_available(IVMEventHost *host, available_visitor visit, void *context, BSTR *description)
{
    struct available_visit visitor = {visit, context};
    IVMEventCollection *machines;
    IUnknown *enumerator;
    VARIANT result;
    HRESULT hr;

    if (FAILED(hr = call_method((IDispatch *)host, L"Available", NULL, 0, &result, description)))
        return hr;
    hr = IDispatch_QueryInterface(V_DISPATCH(&result), &IID_IVMEventCollection, (void **)&machines);
    VariantClear(&result);
    if (FAILED(hr))
        return hr;
    if (SUCCEEDED(hr = IVMEventCollection_get__NewEnum(machines, &enumerator)))
        hr = visit_all(enumerator, visit_available, &visitor);
    IVMEventCollection_Release(machines);
    return hr;
}

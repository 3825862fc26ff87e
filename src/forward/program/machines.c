#include "forward/program/machines.h"

#include <stdio.h>
#include <wchar.h>

#include "forward/program/record.h"
#include "forward/program/wide.h"
#include "platform/memory.h"

/* A machine that was there and is no more is let go of when it has been missed so often: until then what it has fired is
 * on its way. */
#define MISSED_MOST 3

struct machine
{
    struct machine *next;
    BSTR name;
    LONG cookie;
    unsigned int missed;
};

static void complain(const struct machines *machines, const char *what, const WCHAR *of, HRESULT hr)
{
    char *name = utf8_from_wide(of), text[512];

    snprintf(text, sizeof(text), "%s%.300s: error 0x%08lx", what, name ? name : "", (unsigned long)hr);
    machines->say(machines->context, true, text);
    wide_free(name);
}

static void let_go(struct machines *machines, struct machine **place)
{
    struct machine *machine = *place;

    *place = machine->next;
    IVMEventSink_Disconnect(machines->sink, machine->cookie);
    SysFreeString(machine->name);
    memory_free(machine);
    --machines->count;
}

void machines_clear(struct machines *machines)
{
    while (machines->first)
        let_go(machines, &machines->first);
    if (machines->host)
    {
        IVMEventSink_Disconnect(machines->sink, machines->host_cookie);
        IVMEventHost_Release(machines->host);
    }
    machines->host = NULL;
    machines->last_count = -1;
    machines->opened = false;
}

static bool open_host(struct machines *machines)
{
    BSTR label = SysAllocString(RECORD_OF_HOST);
    HRESULT hr;

    hr = CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&machines->host);
    if (hr == REGDB_E_CLASSNOTREG)
        machines->say(machines->context, true, "VMEvents.Host is not registered; run `vmhost.exe /regserver` once");
    else if (FAILED(hr))
        complain(machines, "VMEvents.Host cannot be started", L"", hr);
    else if (FAILED(hr = IVMEventSink_Connect(
                            machines->sink, (IUnknown *)machines->host, label, &machines->host_cookie)))
    {
        complain(machines, "the host cannot be heard", L"", hr);
        IVMEventHost_Release(machines->host);
    }
    SysFreeString(label);
    if (FAILED(hr))
        machines->host = NULL;
    machines->last_count = -1;
    return SUCCEEDED(hr);
}

/* What the last failed call said was wrong. */
static void complain_of_opening(const struct machines *machines, const struct config_machine *wanted, HRESULT hr)
{
    BSTR description = NULL;
    IErrorInfo *info;
    char *why, text[800];

    if (GetErrorInfo(0, &info) == S_OK)
    {
        IErrorInfo_GetDescription(info, &description);
        IErrorInfo_Release(info);
    }
    why = utf8_from_bstr(description);
    snprintf(text, sizeof(text), "the machine %.100s of line %u cannot be opened: %.500s (error 0x%08lx)", wanted->name,
            wanted->line, why ? why : "", (unsigned long)hr);
    machines->say(machines->context, true, text);
    wide_free(why);
    SysFreeString(description);
}

/* Those of the configuration that the host does not have. */
static void open_wanted(struct machines *machines, const struct config *config)
{
    IVMEventMachine *machine;

    machines->opened = true;
    for (size_t i = 0; i < config->machine_count; ++i)
    {
        const struct config_machine *wanted = &config->machines[i];
        WCHAR *name = wide_from_utf8(wanted->name), *address = wide_from_utf8(wanted->address);
        BSTR name_string = SysAllocString(name), address_string = SysAllocString(address);
        HRESULT hr = IVMEventHost_OpenMachine(machines->host, name_string, address_string, &machine);

        if (SUCCEEDED(hr))
            IVMEventMachine_Release(machine);
        else if (hr != VM_E_CONFIG_DUPLICATE_NAME)
            complain_of_opening(machines, wanted, hr);
        SysFreeString(name_string);
        SysFreeString(address_string);
        wide_free(name);
        wide_free(address);
    }
}

static struct machine *find(const struct machines *machines, BSTR name)
{
    struct machine *machine = machines->first;

    while (machine && wcscmp(machine->name, name) != 0)
        machine = machine->next;
    return machine;
}

static void hear(struct machines *machines, IVMEventMachine *source, BSTR name)
{
    struct machine *machine = memory_alloc(sizeof(*machine));
    VMVMState state;
    HRESULT hr;

    if (!machine || !(machine->name = SysAllocString(name)))
    {
        memory_free(machine);
        return;
    }
    if (FAILED(hr = IVMEventSink_Connect(machines->sink, (IUnknown *)source, name, &machine->cookie)))
    {
        complain(machines, "there is no hearing the machine ", name, hr);
        SysFreeString(machine->name);
        memory_free(machine);
        return;
    }
    machine->next = machines->first;
    machines->first = machine;
    ++machines->count;
    if (SUCCEEDED(IVMEventMachine_get_State(source, &state)))
        machines->changed(machines->context, name, state);
}

/* What a broker tells of is another host's to forward. */
static bool is_of_broker(IVMEventMachine *machine)
{
    static const WCHAR scheme[] = L"mqtt:";
    BSTR address = NULL;
    bool is;

    is = SUCCEEDED(IVMEventMachine_get_Address(machine, &address)) && address
            && !wcsncmp(address, scheme, wcslen(scheme));
    SysFreeString(address);
    return is;
}

static void meet(struct machines *machines, IUnknown *object)
{
    IVMEventMachine *source;
    struct machine *known;
    BSTR name = NULL;

    if (FAILED(IUnknown_QueryInterface(object, &IID_IVMEventMachine, (void **)&source)))
        return;
    if (SUCCEEDED(IVMEventMachine_get_Name(source, &name)))
    {
        if ((known = find(machines, name)))
            known->missed = 0;
        else if (!is_of_broker(source))
            hear(machines, source, name);
    }
    SysFreeString(name);
    IVMEventMachine_Release(source);
}

/* One of the same name may have come in its place, to which nobody is connected. That is not to be told from here; it
 * is heard when the old one has been let go of. */
static void part(struct machines *machines)
{
    struct machine **place = &machines->first;

    while (*place)
    {
        if ((*place)->missed < MISSED_MOST)
        {
            place = &(*place)->next;
            continue;
        }
        machines->changed(machines->context, (*place)->name, vmVMState_DeleteMachine);
        let_go(machines, place);
    }
}

static HRESULT meet_all(struct machines *machines, IVMEventMachines *collection)
{
    IEnumVARIANT *enumerator = NULL;
    IUnknown *object = NULL;
    VARIANT item;
    HRESULT hr;

    if (FAILED(hr = IVMEventMachines_get__NewEnum(collection, &object)))
        return hr;
    hr = IUnknown_QueryInterface(object, &IID_IEnumVARIANT, (void **)&enumerator);
    IUnknown_Release(object);
    if (FAILED(hr))
        return hr;
    for (struct machine *machine = machines->first; machine; machine = machine->next)
        ++machine->missed;
    VariantInit(&item);
    while ((hr = IEnumVARIANT_Next(enumerator, 1, &item, NULL)) == S_OK)
    {
        if (V_VT(&item) == VT_DISPATCH && V_DISPATCH(&item))
            meet(machines, (IUnknown *)V_DISPATCH(&item));
        VariantClear(&item);
    }
    IEnumVARIANT_Release(enumerator);
    if (SUCCEEDED(hr))
        part(machines);
    return hr;
}

static bool has_missed(const struct machines *machines)
{
    const struct machine *machine = machines->first;

    while (machine && !machine->missed)
        machine = machine->next;
    return machine != NULL;
}

bool machines_look(struct machines *machines, const struct config *config, bool look_closely)
{
    IVMEventMachines *collection = NULL;
    LONG count = 0;
    HRESULT hr;

    if (!machines->host && !open_host(machines))
        return false;
    if (!machines->opened)
        open_wanted(machines, config);
    if (SUCCEEDED(hr = IVMEventHost_get_Machines(machines->host, &collection)))
        hr = IVMEventMachines_get_Count(collection, &count);
    if (SUCCEEDED(hr) && (look_closely || count != machines->last_count || has_missed(machines)))
    {
        machines->last_count = count;
        hr = meet_all(machines, collection);
    }
    if (collection)
        IVMEventMachines_Release(collection);
    if (SUCCEEDED(hr))
        return true;
    complain(machines, "the host is gone", L"", hr);
    machines_clear(machines);
    return false;
}

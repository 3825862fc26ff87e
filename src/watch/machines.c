#include "watch/machines.h"

#include "platform/memory.h"
#include "watch/host.h"
#include "watch/machine.h"
#include "watch/output.h"

static HRESULT reserve(struct machines *machines)
{
    size_t size = machines->size ? 2 * machines->size : 8;
    struct watched_machine *items;

    if (machines->count < machines->size)
        return S_OK;
    if (!(items = memory_resize(machines->items, size * sizeof(*items))))
        return E_OUTOFMEMORY;
    machines->items = items;
    machines->size = size;
    return S_OK;
}

/* What a machine that is removed has fired may still come: its connection stays, and is the sink's to end. */
static void remove_at(struct machines *machines, size_t place)
{
    struct watched_machine *item = &machines->items[place];

    IVMEventMachine_Release(item->machine);
    IUnknown_Release(item->identity);
    SysFreeString(item->name);
    SysFreeString(item->fault);
    *item = machines->items[--machines->count];
}

static struct watched_machine *find(const struct machines *machines, const IUnknown *identity)
{
    for (size_t i = 0; i < machines->count; ++i)
    {
        if (machines->items[i].identity == identity)
            return &machines->items[i];
    }
    return NULL;
}

/* Watches the machine, unless it is watched already: it may be named twice, by its name and its address. Its arguments
 * stay the caller's. */
static HRESULT watch_machine(struct machines *machines, IVMEventMachine *machine, BSTR name)
{
    struct watched_machine item = {.machine = machine, .seen = true}, *known;
    HRESULT hr;

    if (FAILED(hr = IVMEventMachine_QueryInterface(machine, &IID_IUnknown, (void **)&item.identity)))
        return hr;
    if ((known = find(machines, item.identity)))
        known->seen = true;
    else if (!(item.name = SysAllocStringLen(name, SysStringLen(name))))
        hr = E_OUTOFMEMORY;
    else if (SUCCEEDED(hr = reserve(machines))
            && (machines->all || SUCCEEDED(hr = machine_connect(machine, machines->sink))))
    {
        IVMEventMachine_AddRef(machine);
        machines->items[machines->count++] = item;
        return S_OK;
    }
    SysFreeString(item.name);
    IUnknown_Release(item.identity);
    return hr;
}

static HRESULT open_machine(struct machines *machines, const WCHAR *word, const WCHAR *called)
{
    IVMEventMachine *machine;
    BSTR name;
    HRESULT hr;

    if (FAILED(hr = machine_open((IDispatch *)machines->host, word, called, &machine)))
        return hr;
    if (SUCCEEDED(hr = IVMEventMachine_get_Name(machine, &name)))
    {
        hr = watch_machine(machines, machine, name);
        SysFreeString(name);
    }
    IVMEventMachine_Release(machine);
    return hr;
}

/* One that is gone again does not keep the others from being looked at. */
static HRESULT look_at(IVMEventMachine *machine, BSTR name, void *context)
{
    watch_machine(context, machine, name);
    return S_OK;
}

static HRESULT look_at_all(struct machines *machines)
{
    HRESULT hr;

    for (size_t i = 0; i < machines->count; ++i)
        machines->items[i].seen = false;
    if (FAILED(hr = host_visit_machines(machines->host, look_at, machines)))
        return hr;
    for (size_t i = machines->count; i-- > 0;)
    {
        if (!machines->items[i].seen)
            remove_at(machines, i);
    }
    return S_OK;
}

/* One connection for all: a machine that comes later is heard from its first event on, and its name comes with each. */
static HRESULT connect_to_all(struct machines *machines)
{
    IVMEventMachines *collection;
    LONG connection;
    HRESULT hr;

    if (FAILED(hr = IVMEventHost_get_Machines(machines->host, &collection)))
        return hr;
    hr = IVMEventSink_Connect(machines->sink, (IUnknown *)collection, NULL, &connection);
    IVMEventMachines_Release(collection);
    return hr;
}

HRESULT machines_open(struct machines *machines, const struct options *options, IVMEventSink *sink)
{
    HRESULT hr = S_OK;

    *machines = (struct machines){.sink = sink, .named = options->machine_count, .all = options->all};
    if (!(machines->host = host_open()))
        return E_FAIL;
    for (size_t i = 0; i < options->machine_count && SUCCEEDED(hr); ++i)
        hr = open_machine(machines, options->machines[i], options->name);
    if (!options->all)
        return hr;
    if (FAILED(hr = connect_to_all(machines)))
        output_complain_of_call(L"cannot connect to the host's machines", hr);
    return hr;
}

void machines_cleanup(struct machines *machines)
{
    while (machines->count)
        remove_at(machines, machines->count - 1);
    memory_free(machines->items);
    if (machines->host)
        IVMEventHost_Release(machines->host);
}

/* Looks after those of the command line. False: none is left. */
static bool look_after_named(struct machines *machines)
{
    bool several = machines->named > 1;

    for (size_t i = machines->count; i-- > 0;)
    {
        struct watched_machine *item = &machines->items[i];

        if (machine_is_there(item->machine))
        {
            machine_tell_fault(item->machine, several ? item->name : NULL, &item->fault);
            continue;
        }
        if (several)
            output_complain(L"%ls is gone", item->name);
        remove_at(machines, i);
    }
    if (!machines->count)
        output_complain(several ? L"all machines are gone" : L"the machine is gone");
    return machines->count > 0;
}

bool machines_look_after(struct machines *machines)
{
    if (!machines->all)
        return look_after_named(machines);
    if (FAILED(look_at_all(machines)))
    {
        output_complain(L"the host is gone");
        return false;
    }
    for (size_t i = 0; i < machines->count; ++i)
        machine_tell_fault(machines->items[i].machine, machines->items[i].name, &machines->items[i].fault);
    return true;
}

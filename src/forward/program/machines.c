#include "forward/program/machines.h"

#include <stdio.h>
#include <wchar.h>

#include "forward/program/record.h"
#include "forward/program/wide.h"
#include "platform/memory.h"

/* A machine that is not there any more is on its way out: it says so itself, and what it has fired before is heard first. It is
 * taken for gone without its word when it has been missed so often, and the sink had nothing meanwhile. */
#define MISSED_MOST 3

struct machine
{
    struct machine *next;
    BSTR name;
    bool is_known; /* it has been seen at this host, and told of */
    unsigned int missed, empty_then;
};

static void complain(const struct machines *machines, const char *what, const WCHAR *of, HRESULT hr)
{
    char *name = utf8_from_wide(of), text[512];

    snprintf(text, sizeof(text), "%s%.300s: error 0x%08lx", what, name ? name : "", (unsigned long)hr);
    machines->say(machines->context, true, text);
    wide_free(name);
}

/* The lock is held. */
static void take_out(struct machines *machines, struct machine **place)
{
    struct machine *machine = *place;

    lock_assert_exclusive(&machines->lock);
    *place = machine->next;
    SysFreeString(machine->name);
    memory_free(machine);
    --machines->count;
    machines->news = true;
}

static struct machine **find(struct machines *machines, const WCHAR *name)
{
    struct machine **place = &machines->first;

    while (*place && wcscmp((*place)->name, name) != 0)
        place = &(*place)->next;
    return place;
}

void machines_forget(struct machines *machines, const WCHAR *name)
{
    struct machine **place;

    lock_acquire(&machines->lock);
    place = find(machines, name);
    if (*place)
        take_out(machines, place);
    lock_release(&machines->lock);
}

void machines_note_empty(struct machines *machines)
{
    lock_acquire(&machines->lock);
    ++machines->empty;
    lock_release(&machines->lock);
}

size_t machines_count(struct machines *machines)
{
    size_t count;

    lock_acquire_shared(&machines->lock);
    count = machines->count;
    lock_release_shared(&machines->lock);
    return count;
}

/* Lets go of the host. Who was there stays known by name, so that it is found out who is there no more. */
static void leave_host(struct machines *machines)
{
    if (machines->collection)
    {
        IVMEventSink_Disconnect(machines->sink, machines->collection_cookie);
        IVMEventMachines_Release(machines->collection);
    }
    if (machines->host)
    {
        IVMEventSink_Disconnect(machines->sink, machines->host_cookie);
        IVMEventHost_Release(machines->host);
    }
    machines->host = NULL;
    machines->collection = NULL;
    machines->last_count = -1;
    machines->opened = false;
    lock_acquire(&machines->lock);
    for (struct machine *machine = machines->first; machine; machine = machine->next)
        machine->is_known = false;
    lock_release(&machines->lock);
}

void machines_clear(struct machines *machines)
{
    leave_host(machines);
    lock_acquire(&machines->lock);
    while (machines->first)
        take_out(machines, &machines->first);
    lock_release(&machines->lock);
}

static HRESULT connect_host(struct machines *machines)
{
    BSTR label = SysAllocString(RECORD_OF_HOST);
    HRESULT hr;

    hr = IVMEventSink_Connect(machines->sink, (IUnknown *)machines->host, label, &machines->host_cookie);
    SysFreeString(label);
    if (SUCCEEDED(hr))
        hr = IVMEventHost_get_Machines(machines->host, &machines->collection);
    /* Each event has its machine's name for a label. */
    if (SUCCEEDED(hr))
        hr = IVMEventSink_Connect(machines->sink, (IUnknown *)machines->collection, NULL, &machines->collection_cookie);
    return hr;
}

static bool open_host(struct machines *machines)
{
    HRESULT hr;

    hr = CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&machines->host);
    if (hr == REGDB_E_CLASSNOTREG)
        machines->say(machines->context, true, "VMEvents.Host is not registered; run `vmhost.exe /regserver` once");
    else if (FAILED(hr))
        complain(machines, "VMEvents.Host cannot be started", L"", hr);
    if (FAILED(hr))
    {
        machines->host = NULL;
        return false;
    }
    if (SUCCEEDED(hr = connect_host(machines)))
        return true;
    complain(machines, "the host cannot be heard", L"", hr);
    leave_host(machines);
    return false;
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

/* Whether it has not been told of yet. From now on it has. */
static bool is_news(struct machines *machines, BSTR name)
{
    struct machine *machine;
    bool news = false;

    lock_acquire(&machines->lock);
    if (!(machine = *find(machines, name)) && (machine = memory_alloc(sizeof(*machine))))
    {
        if ((machine->name = SysAllocString(name)))
        {
            machine->next = machines->first;
            machines->first = machine;
            ++machines->count;
        }
        else
        {
            memory_free(machine);
            machine = NULL;
        }
    }
    if (machine)
    {
        news = !machine->is_known;
        machine->is_known = true;
        machine->missed = 0;
    }
    lock_release(&machines->lock);
    return news;
}

static void meet(struct machines *machines, IUnknown *object)
{
    IVMEventMachine *source;
    VMVMState state;
    BSTR name = NULL;

    if (FAILED(IUnknown_QueryInterface(object, &IID_IVMEventMachine, (void **)&source)))
        return;
    if (!is_of_broker(source) && SUCCEEDED(IVMEventMachine_get_Name(source, &name)) && is_news(machines, name)
            && SUCCEEDED(IVMEventMachine_get_State(source, &state)))
        machines->changed(machines->context, name, state);
    SysFreeString(name);
    IVMEventMachine_Release(source);
}

static void count_missed(struct machines *machines)
{
    lock_acquire(&machines->lock);
    machines->news = false;
    for (struct machine *machine = machines->first; machine; machine = machine->next)
    {
        if (!machine->missed++)
            machine->empty_then = machines->empty;
    }
    lock_release(&machines->lock);
}

/* The name of one that is gone without a word, which is known no more; NULL: there is none. */
static BSTR take_gone(struct machines *machines)
{
    struct machine **place = &machines->first;
    BSTR name = NULL;

    lock_acquire(&machines->lock);
    while (*place && ((*place)->missed <= MISSED_MOST || (*place)->empty_then == machines->empty))
        place = &(*place)->next;
    if (*place && (name = SysAllocString((*place)->name)))
        take_out(machines, place);
    lock_release(&machines->lock);
    return name;
}

static void part(struct machines *machines)
{
    BSTR name;

    while ((name = take_gone(machines)))
    {
        machines->changed(machines->context, name, vmVMState_DeleteMachine);
        SysFreeString(name);
    }
}

static HRESULT meet_all(struct machines *machines)
{
    IEnumVARIANT *enumerator = NULL;
    IUnknown *object = NULL;
    VARIANT item;
    HRESULT hr;

    if (FAILED(hr = IVMEventMachines_get__NewEnum(machines->collection, &object)))
        return hr;
    hr = IUnknown_QueryInterface(object, &IID_IEnumVARIANT, (void **)&enumerator);
    IUnknown_Release(object);
    if (FAILED(hr))
        return hr;
    count_missed(machines);
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

static bool has_news(struct machines *machines)
{
    const struct machine *machine;
    bool news;

    lock_acquire_shared(&machines->lock);
    for (machine = machines->first; machine && !machine->missed; machine = machine->next)
        ;
    news = machines->news || machine;
    lock_release_shared(&machines->lock);
    return news;
}

bool machines_look(struct machines *machines, const struct config *config, bool look_closely)
{
    LONG count = 0;
    HRESULT hr;

    if (!machines->host && !open_host(machines))
        return false;
    if (!machines->opened)
        open_wanted(machines, config);
    hr = IVMEventMachines_get_Count(machines->collection, &count);
    if (SUCCEEDED(hr) && (look_closely || count != machines->last_count || has_news(machines)))
    {
        machines->last_count = count;
        hr = meet_all(machines);
    }
    if (SUCCEEDED(hr))
        return true;
    complain(machines, "the host is gone", L"", hr);
    leave_host(machines);
    return false;
}

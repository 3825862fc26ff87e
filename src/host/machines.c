#include "host/machines.h"

#include "com/error_info.h"
#include "host/error_source.h"
#include "host/live_machine.h"
#include "host/machine_name.h"
#include "host/machine_object.h"
#include "host/machine_table.h"
#include "host/settle.h"
#include "platform/lock.h"
#include "platform/memory.h"
#include "platform/trace.h"

static struct lock lock = LOCK_INIT;

static struct machine_table table; /* guarded by the lock; with a reference to each machine in it */
static BOOL stopped;               /* and so is this: the process is about to end */

/* A sentence with a name in it. */
static HRESULT raise_with_name(HRESULT hr, REFIID iid, const WCHAR *before, BSTR name, const WCHAR *behind)
{
    struct text text = {0};

    text_append(&text, before);
    text_append_quote(&text, name ? name : L"", SysStringLen(name), TEXT_QUOTE_MAX);
    text_append(&text, behind);
    return error_raise_text(hr, iid, HOST_ERROR_SOURCE, &text);
}

static HRESULT error_duplicate(BSTR name)
{
    return raise_with_name(VM_E_CONFIG_DUPLICATE_NAME, &IID_IVMEventHost, L"There is a machine named ", name,
            L" already; FindMachine returns it, and a new one needs another name (upper and lower case make no "
            L"difference)");
}

static HRESULT error_unknown(BSTR name, REFIID iid)
{
    return raise_with_name(VM_E_VM_UNKNOWN, iid, L"There is no machine named ", name,
            string_has_nul(name) ? L", with a NUL character in its name; Machines lists those there are, and "
                                   L"CreateMachine makes one"
                                 : L"; Machines lists those there are, and CreateMachine makes one");
}

static HRESULT error_same_place(const struct machine *there)
{
    return raise_with_name(E_INVALIDARG, &IID_IVMEventHost,
            L"The machine at that address is open already, by the name of ", machine_name(there),
            L"; FindMachine returns it");
}

/* Puts the machine into the table, which takes a reference of its own. */
static HRESULT table_add(struct machine *machine, struct live *live)
{
    struct machine *there = NULL;
    HRESULT hr = S_OK;

    lock_acquire(&lock);
    if (stopped)
        hr = CO_E_SERVER_STOPPING;
    else if (machine_table_find(&table, machine_name(machine)))
        hr = VM_E_CONFIG_DUPLICATE_NAME;
    else if ((there = machine_table_find_place(&table, live)))
        hr = E_INVALIDARG;
    else if (!machine_table_add(&table, machine, live))
        hr = E_OUTOFMEMORY;
    else
        machine_addref(machine);
    if (there)
        machine_addref(there);
    lock_release(&lock);
    if (SUCCEEDED(hr))
        trace(TRACE_HOST, "machine \"%ls\" is made, %s, source %lx", machine_name(machine), live ? "live" : "simulated",
                TRACE_ID(machine_source(machine)));

    if (hr == VM_E_CONFIG_DUPLICATE_NAME)
        return error_duplicate(machine_name(machine));
    if (!there)
        return hr;
    hr = error_same_place(there);
    machine_release(there);
    return hr;
}

HRESULT machines_create(BSTR name, const struct machine_host *host, struct machine **result)
{
    struct machine *machine;
    HRESULT hr;

    if (FAILED(hr = machine_name_check(name)) || FAILED(hr = machine_object_create(name, host, NULL, &machine)))
        return hr;
    if (FAILED(hr = table_add(machine, NULL)))
        machine_release(machine);
    else
        *result = machine;
    return hr;
}

/* Ends a machine that could not be attached or has been deleted, unless a client has removed it meanwhile: by itself and
 * not by its name, which may be another machine's by now. The calling thread has prepared to fire. */
static void take_back(struct machine *machine)
{
    BOOL is_there;

    lock_acquire(&lock);
    is_there = machine_table_take(&table, machine);
    lock_release(&lock);
    if (!is_there)
        return;
    machine_remove(machine);
    machine_settle(machine, SETTLE_AFTER_FIRING_MS);
    machine_release(machine);
}

/* How long memory is waited for at a time. */
#define MEMORY_WAIT_MS 1000

void machines_remove_deleted(struct machine *machine)
{
    while (FAILED(machine_prepare_to_fire(machine)))
    {
        if (machine_wait_for_removal(machine, MEMORY_WAIT_MS))
            return;
    }
    take_back(machine);
}

/* Makes the machine, whose backend live becomes, and attaches it. It is prepared first, so that it can be removed again when it
 * cannot be attached. It is in the table before it is attached, so that a second machine at the same place is refused and does
 * not take the connection of the first. */
static HRESULT attach(BSTR name, struct live *live, const struct machine_host *host, struct machine **result)
{
    struct machine *machine;
    HRESULT hr;

    if (FAILED(hr = machine_object_create(name, host, live_as_backend(live), &machine)))
        return hr;
    if (SUCCEEDED(hr = machine_prepare_to_fire(machine)) && SUCCEEDED(hr = table_add(machine, live))
            && FAILED(hr = live_open(live, machine)))
        take_back(machine);
    if (FAILED(hr))
        machine_release(machine);
    else
        *result = machine;
    return hr;
}

HRESULT machines_open(BSTR name, BSTR address, const struct machine_host *host, struct machine **result)
{
    struct live *live;
    HRESULT hr;

    if (FAILED(hr = machine_name_check(name)) || FAILED(hr = live_create(address, &live)))
        return hr;
    return attach(name, live, host, result);
}

static BOOL are_stopped(void)
{
    BOOL are;

    lock_acquire_shared(&lock);
    are = stopped;
    lock_release_shared(&lock);
    return are;
}

void machines_open_found(BSTR name, BSTR address, struct live_peer *peer, const struct machine_host *host)
{
    struct machine *machine;
    struct live *live;
    HRESULT hr;

    if (are_stopped() || FAILED(hr = machine_name_check(name)))
    {
        peer->kind->destroy(peer);
        return;
    }
    hr = (live = live_from_peer(peer, address)) ? attach(name, live, host, &machine) : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        machine_release(machine);
    else
        trace(TRACE_HOST, "\"%ls\" is not opened: error %08lx", name, (unsigned long)hr);
}

struct machine *machines_get(BSTR name)
{
    struct machine *machine;

    lock_acquire_shared(&lock);
    if ((machine = machine_table_find(&table, name)))
        machine_addref(machine);
    lock_release_shared(&lock);
    return machine;
}

HRESULT machines_find(BSTR name, REFIID iid, struct machine **machine)
{
    *machine = NULL;
    if (machine_name_is_empty(name))
        return machine_name_error_empty(iid);
    *machine = machines_get(name);
    return *machine ? S_OK : error_unknown(name, iid);
}

HRESULT machines_remove(BSTR name)
{
    struct machine *machine = NULL;
    HRESULT hr = S_OK;

    if (machine_name_is_empty(name))
        return machine_name_error_empty(&IID_IVMEventHost);
    lock_acquire(&lock);
    /* Once it is taken out there is no way back, so that nothing may fail from there on. Its reference is this call's then. */
    if ((machine = machine_table_find(&table, name)) && SUCCEEDED(hr = machine_prepare_to_fire(machine)))
        machine_table_take(&table, machine);
    lock_release(&lock);
    if (FAILED(hr))
        return hr;
    if (!machine)
        return error_unknown(name, &IID_IVMEventHost);
    machine_remove(machine);
    machine_settle(machine, SETTLE_AFTER_FIRING_MS);
    machine_release(machine);
    return S_OK;
}

void machines_stop(void)
{
    lock_acquire(&lock);
    stopped = TRUE;
    lock_release(&lock);
}

void machines_remove_all(void)
{
    struct machine *machine;

    for (;;)
    {
        lock_acquire(&lock);
        if ((machine = table.count ? machine_table_at(&table, table.count - 1) : NULL))
            machine_table_take(&table, machine);
        lock_release(&lock);
        if (!machine)
            return;
        machine_remove(machine);
        machine_release(machine);
    }
}

UINT machines_count(void)
{
    UINT count;

    lock_acquire_shared(&lock);
    count = table.count;
    lock_release_shared(&lock);
    return count;
}

struct machine *machines_at(LONG number, UINT *count)
{
    struct machine *machine = NULL;

    lock_acquire_shared(&lock);
    *count = table.count;
    if (number >= 1 && (ULONG)number <= table.count)
        machine_addref(machine = machine_table_at(&table, (UINT)number - 1));
    lock_release_shared(&lock);
    return machine;
}

struct machine **machines_list(UINT *count)
{
    struct machine **list;

    lock_acquire_shared(&lock);
    *count = table.count;
    if ((list = memory_alloc((table.count + 1) * sizeof(*list))))
    {
        for (UINT i = 0; i < table.count; ++i)
            machine_addref(list[i] = machine_table_at(&table, i));
    }
    lock_release_shared(&lock);
    return list;
}

void machines_cleanup(void)
{
    stopped = FALSE;
    machine_table_cleanup(&table);
}

#include "host/machines.h"

#include "com/dispatch_methods.h"
#include "com/enumerator.h"
#include "com/error_info.h"
#include "com/error_support.h"
#include "host/machine_name.h"
#include "host/qemu/live.h"
#include "host/server.h"
#include "platform/memory.h"

static SRWLOCK lock = SRWLOCK_INIT;
static struct machine **table; /* guarded by the lock, in the order of creation; a reference to each */
static UINT table_count, table_size;

/* The lock is held. table_count: there is none. */
static UINT table_find(BSTR name)
{
    UINT i = 0;

    while (i < table_count && !machine_names_are_equal(machine_name(table[i]), name))
        ++i;
    return i;
}

/* The lock is held. */
static BOOL table_reserve(void)
{
    UINT size = table_size ? table_size * 2 : 16;
    struct machine **larger;

    if (table_count < table_size)
        return TRUE;
    if (!(larger = memory_resize(table, size * sizeof(*table))))
        return FALSE;
    table = larger;
    table_size = size;
    return TRUE;
}

/* Takes a machine out; its reference goes to the caller. The lock is held. */
static struct machine *table_take(UINT place)
{
    struct machine *machine = table[place];

    memmove(&table[place], &table[place + 1], (--table_count - place) * sizeof(*table));
    return machine;
}

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

/* The lock is held. The machine that is at the same place, with a reference, or NULL. QEMU's monitor serves one client. */
static struct machine *table_find_place(const struct machine *machine)
{
    for (UINT i = 0; i < table_count; ++i)
    {
        if (!machine_is_same_place(table[i], machine))
            continue;
        machine_addref(table[i]);
        return table[i];
    }
    return NULL;
}

/* Puts the machine into the table, which takes a reference of its own. */
static HRESULT table_add(struct machine *machine)
{
    struct machine *there = NULL;
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive(&lock);
    if (table_find(machine_name(machine)) != table_count)
        hr = VM_E_CONFIG_DUPLICATE_NAME;
    else if ((there = table_find_place(machine)))
        hr = E_INVALIDARG;
    else if (!table_reserve())
        hr = E_OUTOFMEMORY;
    else
        machine_addref(table[table_count++] = machine);
    ReleaseSRWLockExclusive(&lock);

    if (hr == VM_E_CONFIG_DUPLICATE_NAME)
        return error_duplicate(machine_name(machine));
    if (!there)
        return hr;
    hr = error_same_place(there);
    machine_release(there);
    return hr;
}

HRESULT machines_create(BSTR name, struct machine **result)
{
    struct machine *machine;
    HRESULT hr;

    if (FAILED(hr = machine_name_check(name)) || FAILED(hr = machine_create(name, &machine)))
        return hr;
    if (FAILED(hr = table_add(machine)))
        machine_release(machine);
    else
        *result = machine;
    return hr;
}

HRESULT machines_open(BSTR name, BSTR address, struct machine **result)
{
    struct machine *machine;
    struct live *live;
    HRESULT hr;

    if (FAILED(hr = machine_name_check(name)) || FAILED(hr = live_create(address, &live))
            || FAILED(hr = machine_create_live(name, live, &machine)))
        return hr;
    /* First, so that it can be removed again. */
    if (SUCCEEDED(hr = machine_prepare_to_fire(machine)) && SUCCEEDED(hr = table_add(machine))
            && FAILED(hr = machine_attach(machine)))
        machines_remove(name);
    if (FAILED(hr))
        machine_release(machine);
    else
        *result = machine;
    return hr;
}

HRESULT machines_find(BSTR name, REFIID iid, struct machine **machine)
{
    UINT place;

    *machine = NULL;
    if (machine_name_is_empty(name))
        return machine_name_raise_empty(iid);
    AcquireSRWLockShared(&lock);
    if ((place = table_find(name)) < table_count)
        machine_addref(*machine = table[place]);
    ReleaseSRWLockShared(&lock);
    return *machine ? S_OK : error_unknown(name, iid);
}

HRESULT machines_remove(BSTR name)
{
    struct machine *machine = NULL;
    HRESULT hr = S_OK;
    UINT place;

    if (machine_name_is_empty(name))
        return machine_name_raise_empty(&IID_IVMEventHost);
    AcquireSRWLockExclusive(&lock);
    /* Once it is taken out there is no way back, so that nothing may fail from there on. */
    if ((place = table_find(name)) < table_count && SUCCEEDED(hr = machine_prepare_to_fire(table[place])))
        machine = table_take(place);
    ReleaseSRWLockExclusive(&lock);
    if (FAILED(hr))
        return hr;
    if (!machine)
        return error_unknown(name, &IID_IVMEventHost);
    machine_remove(machine);
    machine_settle(machine);
    machine_release(machine);
    return S_OK;
}

void machines_remove_all(void)
{
    struct machine *machine;

    for (;;)
    {
        AcquireSRWLockExclusive(&lock);
        machine = table_count ? table_take(table_count - 1) : NULL;
        ReleaseSRWLockExclusive(&lock);
        if (!machine)
            return;
        machine_remove(machine);
        machine_release(machine);
    }
}

/* IVMEventMachines: shows the table as it is at each call. Never freed, its references only keep the process. */

static struct collection
{
    IVMEventMachines IVMEventMachines_iface;
    struct error_support error_support;
    LONG refcount;
} collection;

static HRESULT WINAPI collection_QueryInterface(IVMEventMachines *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) || IsEqualIID(riid, &IID_IVMEventMachines))
        *object = iface;
    else if (IsEqualIID(riid, &IID_ISupportErrorInfo))
        *object = &collection.error_support.ISupportErrorInfo_iface;
    else
        *object = NULL;
    if (!*object)
        return E_NOINTERFACE;
    IVMEventMachines_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI collection_AddRef(IVMEventMachines *iface)
{
    (void)iface;
    server_addref();
    return InterlockedIncrement(&collection.refcount);
}

static ULONG WINAPI collection_Release(IVMEventMachines *iface)
{
    ULONG refcount = InterlockedDecrement(&collection.refcount);

    (void)iface;
    server_release();
    return refcount;
}

DISPATCH_DESCRIPTION_METHODS(collection, IVMEventMachines, &IID_IVMEventMachines)

static HRESULT WINAPI collection_Invoke(IVMEventMachines *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    /* Scripts ask for a method when they ignore the result, and Wine's JScript does when it enumerates. */
    if (flags & DISPATCH_METHOD)
        flags |= DISPATCH_PROPERTYGET;
    return type_info_invoke(&IID_IVMEventMachines, iface, id, riid, lcid, flags, params, result, exception, arg_error);
}

static HRESULT machine_at(LONG number, struct machine **machine)
{
    UINT count;

    *machine = NULL;
    AcquireSRWLockShared(&lock);
    count = table_count;
    if (number >= 1 && (ULONG)number <= count)
        machine_addref(*machine = table[number - 1]);
    ReleaseSRWLockShared(&lock);
    if (*machine)
        return S_OK;
    return error_raise_format(DISP_E_BADINDEX, &IID_IVMEventMachines, HOST_ERROR_SOURCE,
            count ? L"There is no machine number %ld; they are numbered from 1 to %u"
                  : L"There is no machine number %ld; there are no machines, and CreateMachine makes one",
            (long)number, count);
}

/* Also clears it. */
static HRESULT refuse_key(VARIANT *key)
{
    VARTYPE type = V_VT(key);

    VariantClear(key);
    return error_raise_format(DISP_E_TYPEMISMATCH, &IID_IVMEventMachines, HOST_ERROR_SOURCE,
            L"A machine is found by its number or its name, not by a value of type %u", type);
}

static HRESULT WINAPI collection_get_Item(IVMEventMachines *iface, VARIANT index, IVMEventMachine **face)
{
    struct machine *machine;
    VARIANT key;
    HRESULT hr;

    (void)iface;
    if (!face)
        return E_POINTER;
    *face = NULL;
    if (FAILED(hr = event_copy_argument(&key, &index)))
        return hr;
    if (V_VT(&key) == VT_BSTR)
        hr = machines_find(V_BSTR(&key), &IID_IVMEventMachines, &machine);
    else if (V_VT(&key) != VT_EMPTY && SUCCEEDED(hr = VariantChangeType(&key, &key, 0, VT_I4)))
        hr = machine_at(V_I4(&key), &machine);
    else if (hr != E_OUTOFMEMORY)
        return refuse_key(&key);
    VariantClear(&key);
    if (FAILED(hr))
        return hr;
    *face = machine_get_face(machine);
    machine_release(machine);
    return S_OK;
}

static HRESULT WINAPI collection_get_Count(IVMEventMachines *iface, LONG *count)
{
    (void)iface;
    if (!count)
        return E_POINTER;
    AcquireSRWLockShared(&lock);
    *count = (LONG)table_count;
    ReleaseSRWLockShared(&lock);
    return S_OK;
}

/* The machines as there are now, each a VARIANT that the caller clears. NULL: out of memory. */
static VARIANT *list_machines(UINT *count)
{
    VARIANT *machines;

    AcquireSRWLockShared(&lock);
    *count = table_count;
    if ((machines = memory_alloc((table_count + 1) * sizeof(*machines))))
    {
        for (UINT i = 0; i < table_count; ++i)
        {
            V_VT(&machines[i]) = VT_DISPATCH;
            V_DISPATCH(&machines[i]) = (IDispatch *)machine_get_face(table[i]);
        }
    }
    ReleaseSRWLockShared(&lock);
    return machines;
}

static HRESULT WINAPI collection_get__NewEnum(IVMEventMachines *iface, IUnknown **enumerator)
{
    VARIANT *machines;
    UINT count;
    HRESULT hr;

    if (!enumerator)
        return E_POINTER;
    *enumerator = NULL;
    if (!(machines = list_machines(&count)))
        return E_OUTOFMEMORY;
    hr = enum_variant_create(machines, count, (IUnknown *)iface, (IEnumVARIANT **)enumerator);
    while (count--)
        VariantClear(&machines[count]);
    memory_free(machines);
    return hr;
}

static const IVMEventMachinesVtbl collection_vtbl = {
        collection_QueryInterface,
        collection_AddRef,
        collection_Release,
        collection_GetTypeInfoCount,
        collection_GetTypeInfo,
        collection_GetIDsOfNames,
        collection_Invoke,
        collection_get_Item,
        collection_get_Count,
        collection_get__NewEnum,
};

void machines_init(void)
{
    collection.IVMEventMachines_iface.lpVtbl = (IVMEventMachinesVtbl *)&collection_vtbl;
    error_support_init(
            &collection.error_support, (IUnknown *)&collection.IVMEventMachines_iface, &IID_IVMEventMachines);
}

void machines_cleanup(void)
{
    memory_free(table);
    table = NULL;
    table_size = 0;
}

IVMEventMachines *machines_get_collection(void)
{
    IVMEventMachines_AddRef(&collection.IVMEventMachines_iface);
    return &collection.IVMEventMachines_iface;
}

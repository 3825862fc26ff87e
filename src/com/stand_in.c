#include "com/stand_in.h"

#include "com/client_calls.h"
#include "com/module.h"
#include "com/proxy.h"
#include "event/visit.h"
#include "platform/memory.h"

#include <objidl.h>

struct stand_in
{
    IDispatch IDispatch_iface;
    LONG refcount;
    VARTYPE type; /* VT_DISPATCH or VT_UNKNOWN */
    struct apartment *home;
    IUnknown *object; /* with a reference, when the home is multithreaded; NULL: it is had by the cookie alone */
    DWORD cookie;     /* in the global interface table; 0: not there, since no other apartment asks for it */
    bool is_agile;    /* given by a thread without COM: has no apartment, and is called on any thread */
    bool is_proxy;    /* the object is in another apartment or process */
    struct apartment_job job;
    struct client_calls *client; /* whose object it is, of another process; NULL: it is not known to be */
    struct client_release release;
};

static bool stay_in_place; /* objects of the multithreaded apartment are not registered for others */

/* The global interface table */

static IGlobalInterfaceTable *get_table(void)
{
    IGlobalInterfaceTable *table;

    if (FAILED(CoCreateInstance(&CLSID_StdGlobalInterfaceTable, NULL, CLSCTX_INPROC_SERVER, &IID_IGlobalInterfaceTable,
                (void **)&table)))
        return NULL;
    return table;
}

static const IID *stand_in_iid(const struct stand_in *stand_in)
{
    return stand_in->type == VT_DISPATCH ? &IID_IDispatch : &IID_IUnknown;
}

static bool stand_in_register(struct stand_in *stand_in, IUnknown *object)
{
    IGlobalInterfaceTable *table = get_table();
    HRESULT hr;

    if (!table)
        return false;
    hr = IGlobalInterfaceTable_RegisterInterfaceInGlobal(table, object, stand_in_iid(stand_in), &stand_in->cookie);
    IGlobalInterfaceTable_Release(table);
    return SUCCEEDED(hr);
}

static void stand_in_revoke(struct stand_in *stand_in)
{
    IGlobalInterfaceTable *table = stand_in->cookie ? get_table() : NULL;

    if (!table)
        return;
    IGlobalInterfaceTable_RevokeInterfaceFromGlobal(table, stand_in->cookie);
    IGlobalInterfaceTable_Release(table);
}

/* The object, by the interface that it was given as, for the calling thread's apartment. */
static HRESULT stand_in_open(struct stand_in *stand_in, IUnknown **object)
{
    IGlobalInterfaceTable *table;
    HRESULT hr;

    *object = NULL;
    if (stand_in->is_agile || (stand_in->object && apartment_is_current(stand_in->home)))
    {
        IUnknown_AddRef(stand_in->object);
        *object = stand_in->object;
        return S_OK;
    }
    if (!stand_in->cookie || !(table = get_table()))
        return CO_E_OBJNOTCONNECTED;
    hr = IGlobalInterfaceTable_GetInterfaceFromGlobal(table, stand_in->cookie, stand_in_iid(stand_in), (void **)object);
    IGlobalInterfaceTable_Release(table);
    return hr;
}

/* Letting go */

static void stand_in_free(struct stand_in *stand_in)
{
    stand_in_revoke(stand_in);
    if (stand_in->object)
        IUnknown_Release(stand_in->object);
    apartment_job_cleanup(&stand_in->job);
    apartment_release(stand_in->home);
    if (stand_in->client)
        client_calls_release(stand_in->client);
    memory_free(stand_in);
    module_release();
}

static void stand_in_run_job(struct apartment_job *job)
{
    stand_in_free(CONTAINING_RECORD(job, struct stand_in, job));
}

static void stand_in_run_release(struct client_release *release)
{
    stand_in_free(CONTAINING_RECORD(release, struct stand_in, release));
}

/* An object is released in its home apartment. When that ends COM releases it; until then it cannot be revoked from another
 * thread, on which it would be released. Releasing a proxy may call a process that hangs: in the multithreaded apartment
 * that is left to a thread of the pool, one for all objects of a client, since the calling thread may have more to do. */
static bool can_let_go_here(const struct stand_in *stand_in)
{
    if (stand_in->is_agile)
        return true;
    return apartment_is_current(stand_in->home)
            && (apartment_is_single_threaded(stand_in->home) || !stand_in->is_proxy);
}

static void stand_in_let_go(struct stand_in *stand_in)
{
    if (can_let_go_here(stand_in))
        stand_in_free(stand_in);
    else if (stand_in->client)
        client_calls_let_go(stand_in->client, &stand_in->release);
    else if (!apartment_post(stand_in->home, &stand_in->job) && !apartment_post_late(stand_in->home, &stand_in->job))
        stand_in_free(stand_in);
}

/* IDispatch */

static struct stand_in *stand_in_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct stand_in, IDispatch_iface);
}

static bool stand_in_has(const struct stand_in *stand_in, REFIID riid)
{
    return IsEqualIID(riid, &IID_IUnknown) || (stand_in->type == VT_DISPATCH && IsEqualIID(riid, &IID_IDispatch));
}

/* The object is asked for IDispatch alone, and only when it was given as an IUnknown. COM asks for many interfaces of
 * its own when the stand-in goes to another process; asking the object for them would wait for its process, which may
 * hang. */

static HRESULT WINAPI stand_in_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    struct stand_in *stand_in = stand_in_from_IDispatch(iface);
    IUnknown *inner;
    HRESULT hr;

    if (!object)
        return E_POINTER;
    *object = NULL;
    if (stand_in_has(stand_in, riid))
    {
        IDispatch_AddRef(iface);
        *object = iface;
        return S_OK;
    }
    if (!IsEqualIID(riid, &IID_IDispatch))
        return E_NOINTERFACE;
    if (FAILED(hr = stand_in_open(stand_in, &inner)))
        return hr;
    hr = IUnknown_QueryInterface(inner, riid, object);
    IUnknown_Release(inner);
    return hr;
}

static ULONG WINAPI stand_in_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&stand_in_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI stand_in_Release(IDispatch *iface)
{
    struct stand_in *stand_in = stand_in_from_IDispatch(iface);
    ULONG refcount = InterlockedDecrement(&stand_in->refcount);

    if (!refcount)
        stand_in_let_go(stand_in);
    return refcount;
}

static HRESULT WINAPI stand_in_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    IUnknown *inner;
    HRESULT hr;

    if (FAILED(hr = stand_in_open(stand_in_from_IDispatch(iface), &inner)))
        return hr;
    hr = IDispatch_GetTypeInfoCount((IDispatch *)inner, count);
    IUnknown_Release(inner);
    return hr;
}

static HRESULT WINAPI stand_in_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    IUnknown *inner;
    HRESULT hr;

    if (FAILED(hr = stand_in_open(stand_in_from_IDispatch(iface), &inner)))
        return hr;
    hr = IDispatch_GetTypeInfo((IDispatch *)inner, index, lcid, info);
    IUnknown_Release(inner);
    return hr;
}

static HRESULT WINAPI stand_in_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    IUnknown *inner;
    HRESULT hr;

    if (FAILED(hr = stand_in_open(stand_in_from_IDispatch(iface), &inner)))
        return hr;
    hr = IDispatch_GetIDsOfNames((IDispatch *)inner, riid, names, count, lcid, ids);
    IUnknown_Release(inner);
    return hr;
}

static HRESULT WINAPI stand_in_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    IUnknown *inner;
    HRESULT hr;

    if (FAILED(hr = stand_in_open(stand_in_from_IDispatch(iface), &inner)))
        return hr;
    hr = IDispatch_Invoke((IDispatch *)inner, id, riid, lcid, flags, params, result, exception, arg_error);
    IUnknown_Release(inner);
    return hr;
}

static const IDispatchVtbl stand_in_vtbl = {
        stand_in_QueryInterface,
        stand_in_AddRef,
        stand_in_Release,
        stand_in_GetTypeInfoCount,
        stand_in_GetTypeInfo,
        stand_in_GetIDsOfNames,
        stand_in_Invoke,
};

static bool is_stand_in(const IUnknown *object)
{
    return (const void *)object->lpVtbl == (const void *)&stand_in_vtbl;
}

/* Making them */

static bool thread_has_com(void)
{
    APTTYPEQUALIFIER qualifier;
    APTTYPE type;

    return SUCCEEDED(CoGetApartmentType(&type, &qualifier));
}

/* Keeps the object where calls will find it: here, in the global interface table for other apartments, or both. Takes
 * the reference over. False: it cannot be registered, and the reference is the caller's still. */
static bool stand_in_take(struct stand_in *stand_in, IUnknown *object)
{
    bool single_threaded = apartment_is_single_threaded(stand_in->home);

    stand_in->is_agile = !thread_has_com();
    stand_in->is_proxy = object_is_proxy(object);
    if (stand_in->is_proxy && !single_threaded && !client_calls_get(&stand_in->client))
        return false;
    if (!stand_in->is_agile && (single_threaded || !stay_in_place) && !stand_in_register(stand_in, object))
        return false;
    if (single_threaded)
        IUnknown_Release(object);
    else
        stand_in->object = object;
    return true;
}

/* For an object of the calling thread's apartment; takes the reference over, unless it fails. NULL: out of memory, or
 * the object cannot be called from other apartments. */
static IUnknown *stand_in_create(VARTYPE type, IUnknown *object)
{
    struct stand_in *stand_in = memory_alloc(sizeof(*stand_in));

    if (!stand_in)
        return NULL;
    stand_in->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&stand_in_vtbl;
    stand_in->refcount = 1;
    stand_in->type = type;
    stand_in->job.run = stand_in_run_job;
    stand_in->release.run = stand_in_run_release;
    if (!(stand_in->home = apartment_get_current()))
    {
        memory_free(stand_in);
        return NULL;
    }
    module_addref();
    if (apartment_prepare_job(stand_in->home, &stand_in->job) && stand_in_take(stand_in, object))
        return (IUnknown *)&stand_in->IDispatch_iface;
    stand_in_free(stand_in);
    return NULL;
}

static bool replace_object(VARTYPE type, void *data, void *context)
{
    IUnknown **place = data, *stand_in;

    (void)context;
    if (!is_object_type(type) || !*place || is_stand_in(*place))
        return true;
    if (!(stand_in = stand_in_create(type, *place)))
        return false;
    *place = stand_in;
    return true;
}

static bool replace_objects(VARIANT *arg)
{
    return visit_values(arg, replace_object, NULL);
}

void stand_ins_init(void)
{
    kept_event_replace_objects = replace_objects;
}

void stand_ins_stay_in_place(void)
{
    stay_in_place = true;
}

/* Going back to the objects */

static bool restore_object(VARTYPE type, void *data, void *context)
{
    IUnknown **place = data, *object;

    (void)context;
    if (!is_object_type(type) || !*place || !is_stand_in(*place)
            || FAILED(stand_in_open(stand_in_from_IDispatch((IDispatch *)*place), &object)))
        return true;
    IUnknown_Release(*place);
    *place = object;
    return true;
}

HRESULT arguments_open(const struct kept_event *kept, VARIANT args[EVENT_MAX_ARGS])
{
    UINT count = kept->event.type->param_count;
    HRESULT hr;

    memcpy(args, kept->event.args, count * sizeof(*args));
    if (!kept->has_objects)
        return S_OK;
    for (UINT i = 0; i < count; ++i)
        VariantInit(&args[i]);
    for (UINT i = 0; i < count; ++i)
    {
        if (FAILED(hr = VariantCopy(&args[i], (VARIANT *)&kept->event.args[i])))
        {
            arguments_close(kept, args);
            return hr;
        }
        visit_values(&args[i], restore_object, NULL);
    }
    return S_OK;
}

void arguments_close(const struct kept_event *kept, VARIANT args[EVENT_MAX_ARGS])
{
    if (!kept->has_objects)
        return;
    for (UINT i = 0; i < kept->event.type->param_count; ++i)
        VariantClear(&args[i]);
}

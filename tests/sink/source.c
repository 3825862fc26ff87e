#include "sink/source.h"

#define DISPID_NAME 17

static bool runs_out(const struct source *source, const char *what)
{
    return source->allows && !source->allows(what);
}

/* IDispatch: identity and Name */

static struct source *source_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct source, IDispatch_iface);
}

static HRESULT WINAPI source_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    struct source *source = source_from_IDispatch(iface);

    *object = NULL;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch))
        *object = iface;
    else if (IsEqualIID(riid, &IID_IConnectionPointContainer) && !source->is_no_container)
        *object = &source->IConnectionPointContainer_iface;
    else
        return E_NOINTERFACE;
    if (runs_out(source, "a source's QueryInterface"))
    {
        *object = NULL;
        return E_OUTOFMEMORY;
    }
    IDispatch_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI source_AddRef(IDispatch *iface)
{
    CHECK(!source_from_IDispatch(iface)->freed);
    return InterlockedIncrement(&source_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI source_Release(IDispatch *iface)
{
    struct source *source = source_from_IDispatch(iface);
    LONG refcount = InterlockedDecrement(&source->refcount);

    CHECK(!source->freed && refcount >= (source->on_free ? 0 : 1));
    if (refcount && source->on_release)
        source->on_release(source);
    if (!refcount)
    {
        source->freed = true;
        source->on_free(source);
    }
    return refcount;
}

static HRESULT WINAPI source_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI source_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid, (void)info;
    return E_NOTIMPL;
}

static HRESULT WINAPI source_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)riid, (void)lcid;
    for (UINT i = 0; i < count; ++i)
        ids[i] = DISPID_UNKNOWN;
    if (runs_out(source_from_IDispatch(iface), "a source's GetIDsOfNames"))
        return E_OUTOFMEMORY;
    if (count != 1 || !source_from_IDispatch(iface)->name || _wcsicmp(names[0], L"Name"))
        return DISP_E_UNKNOWNNAME;
    *ids = DISPID_NAME;
    return S_OK;
}

static HRESULT WINAPI source_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    (void)riid, (void)lcid, (void)exception, (void)arg_error;
    CHECK(id == DISPID_NAME && (flags & DISPATCH_PROPERTYGET) && !params->cArgs);
    if (runs_out(source_from_IDispatch(iface), "a source's Name"))
        return E_OUTOFMEMORY;
    V_VT(result) = VT_BSTR;
    V_BSTR(result) = source_from_IDispatch(iface)->name_length
            ? SysAllocStringLen(source_from_IDispatch(iface)->name, source_from_IDispatch(iface)->name_length)
            : SysAllocString(source_from_IDispatch(iface)->name);
    return S_OK;
}

static const IDispatchVtbl source_vtbl = {
        source_QueryInterface,
        source_AddRef,
        source_Release,
        source_GetTypeInfoCount,
        source_GetTypeInfo,
        source_GetIDsOfNames,
        source_Invoke,
};

/* IConnectionPointContainer */

static struct source *source_from_container(IConnectionPointContainer *iface)
{
    return CONTAINING_RECORD(iface, struct source, IConnectionPointContainer_iface);
}

static HRESULT WINAPI container_QueryInterface(IConnectionPointContainer *iface, REFIID riid, void **object)
{
    return source_QueryInterface(&source_from_container(iface)->IDispatch_iface, riid, object);
}

static ULONG WINAPI container_AddRef(IConnectionPointContainer *iface)
{
    return source_AddRef(&source_from_container(iface)->IDispatch_iface);
}

static ULONG WINAPI container_Release(IConnectionPointContainer *iface)
{
    return source_Release(&source_from_container(iface)->IDispatch_iface);
}

static HRESULT WINAPI container_EnumConnectionPoints(IConnectionPointContainer *iface, IEnumConnectionPoints **points)
{
    (void)iface;
    *points = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI container_FindConnectionPoint(
        IConnectionPointContainer *iface, REFIID riid, IConnectionPoint **result)
{
    struct source *source = source_from_container(iface);

    *result = NULL;
    if (runs_out(source, "a source's FindConnectionPoint"))
        return E_OUTOFMEMORY;
    for (UINT i = 0; i < source->count; ++i)
    {
        if (!IsEqualIID(riid, source->points[i].iid))
            continue;
        *result = &source->points[i].IConnectionPoint_iface;
        IConnectionPoint_AddRef(*result);
        return S_OK;
    }
    return CONNECT_E_NOCONNECTION;
}

static const IConnectionPointContainerVtbl container_vtbl = {
        container_QueryInterface,
        container_AddRef,
        container_Release,
        container_EnumConnectionPoints,
        container_FindConnectionPoint,
};

/* IConnectionPoint */

static struct source_point *point_from_IConnectionPoint(IConnectionPoint *iface)
{
    return CONTAINING_RECORD(iface, struct source_point, IConnectionPoint_iface);
}

static HRESULT WINAPI point_QueryInterface(IConnectionPoint *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IConnectionPoint))
        return E_NOINTERFACE;
    IConnectionPoint_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI point_AddRef(IConnectionPoint *iface)
{
    return source_AddRef(&point_from_IConnectionPoint(iface)->source->IDispatch_iface);
}

static ULONG WINAPI point_Release(IConnectionPoint *iface)
{
    return source_Release(&point_from_IConnectionPoint(iface)->source->IDispatch_iface);
}

static HRESULT WINAPI point_GetConnectionInterface(IConnectionPoint *iface, IID *iid)
{
    *iid = *point_from_IConnectionPoint(iface)->iid;
    return S_OK;
}

static HRESULT WINAPI point_GetConnectionPointContainer(IConnectionPoint *iface, IConnectionPointContainer **container)
{
    *container = &point_from_IConnectionPoint(iface)->source->IConnectionPointContainer_iface;
    IConnectionPointContainer_AddRef(*container);
    return S_OK;
}

static HRESULT WINAPI point_Advise(IConnectionPoint *iface, IUnknown *sink, DWORD *cookie)
{
    struct source_point *point = point_from_IConnectionPoint(iface);
    struct source *source = point->source;

    *cookie = 0;
    if (runs_out(source, "a source's Advise"))
        return E_OUTOFMEMORY;
    if (++source->advises == source->failing_advise)
        return CONNECT_E_ADVISELIMIT;
    if (point->sink)
        return CONNECT_E_ADVISELIMIT;
    if (FAILED(IUnknown_QueryInterface(sink, source->by_dispatch ? &IID_IDispatch : point->iid, (void **)&point->sink)))
        return CONNECT_E_CANNOTCONNECT;
    point->thread = GetCurrentThreadId();
    ++point->advised;
    InterlockedIncrement(&source->connected);
    *cookie = 4000 + point->advised;
    return S_OK;
}

static HRESULT WINAPI point_Unadvise(IConnectionPoint *iface, DWORD cookie)
{
    struct source_point *point = point_from_IConnectionPoint(iface);

    CHECK(!point->source->freed);
    CHECK(point->sink && cookie == (DWORD)(4000 + point->advised));
    if (point->source->on_unadvise)
        point->source->on_unadvise(point->source);
    IDispatch_Release(point->sink);
    point->sink = NULL;
    point->thread = GetCurrentThreadId();
    ++point->unadvised;
    InterlockedDecrement(&point->source->connected);
    return point->source->unadvise_answer;
}

static HRESULT WINAPI point_EnumConnections(IConnectionPoint *iface, IEnumConnections **connections)
{
    (void)iface;
    *connections = NULL;
    return E_NOTIMPL;
}

static const IConnectionPointVtbl point_vtbl = {
        point_QueryInterface,
        point_AddRef,
        point_Release,
        point_GetConnectionInterface,
        point_GetConnectionPointContainer,
        point_Advise,
        point_Unadvise,
        point_EnumConnections,
};

void source_offer(struct source *source, const IID *iid)
{
    struct source_point *point = &source->points[source->count++];

    point->IConnectionPoint_iface.lpVtbl = (IConnectionPointVtbl *)&point_vtbl;
    point->source = source;
    point->iid = iid;
}

void source_init(struct source *source, unsigned int interfaces)
{
    memset(source, 0, sizeof(*source));
    source->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&source_vtbl;
    source->IConnectionPointContainer_iface.lpVtbl = (IConnectionPointContainerVtbl *)&container_vtbl;
    source->refcount = 1;
    for (UINT i = 0; i < DIID_COUNT; ++i)
    {
        if (interfaces & (1u << i))
            source_offer(source, diids[i]);
    }
}

void source_end(struct source *source)
{
    CHECK(!source->connected);
    CHECK(source->refcount == (source->on_free ? 0 : 1));
    for (UINT i = 0; i < source->count; ++i)
        CHECK(source->points[i].advised == source->points[i].unadvised);
}

HRESULT source_fire(struct source *source, const struct sample *sample)
{
    HRESULT hr = CONNECT_E_NOCONNECTION;
    VARIANT args[2];

    for (UINT i = 0; i < source->count; ++i)
    {
        if (!IsEqualIID(sample->iid, source->points[i].iid) || !source->points[i].sink)
            continue;
        sample_arguments(sample, args);
        hr = invoke(source->points[i].sink, sample->id, args, sample->count);
        sample_clear(sample, args);
    }
    return hr;
}

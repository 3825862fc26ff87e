#include "sink/owned_object.h"

#include "sink/samples.h"
#include "sink/worker.h"

static volatile LONG under_way;

static struct owned_object *owned_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct owned_object, IDispatch_iface);
}

static void note_caller(struct owned_object *object)
{
    if (object->home ? object->home != GetCurrentThreadId() : is_single_threaded())
        InterlockedIncrement(&object->strange);
}

static void owned_act(struct owned_object *object, enum owned_place place)
{
    InterlockedIncrement(&object->begun[place]);
    if (!object->act || !under_way || InterlockedCompareExchange(&object->acting, TRUE, FALSE))
        return;
    object->act(object, place);
    InterlockedExchange(&object->acting, FALSE);
}

static HRESULT WINAPI owned_QueryInterface(IDispatch *iface, REFIID riid, void **result)
{
    struct owned_object *object = owned_from_IDispatch(iface);
    bool has = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch);

    note_caller(object);
    if ((*result = has ? iface : NULL))
        InterlockedIncrement(&object->refcount);
    owned_act(object, OWNED_QUERY);
    return has ? S_OK : E_NOINTERFACE;
}

static ULONG WINAPI owned_AddRef(IDispatch *iface)
{
    struct owned_object *object = owned_from_IDispatch(iface);
    ULONG refcount = InterlockedIncrement(&object->refcount);

    note_caller(object);
    owned_act(object, OWNED_ADDREF);
    return refcount;
}

static ULONG WINAPI owned_Release(IDispatch *iface)
{
    struct owned_object *object = owned_from_IDispatch(iface);
    LONG refcount;

    note_caller(object);
    owned_act(object, OWNED_RELEASE);
    refcount = InterlockedDecrement(&object->refcount);
    /* The test's own reference is the last. */
    CHECK(refcount >= 1);
    return refcount;
}

static HRESULT WINAPI owned_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    note_caller(owned_from_IDispatch(iface));
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI owned_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)index, (void)lcid;
    note_caller(owned_from_IDispatch(iface));
    *info = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI owned_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)riid, (void)names, (void)count, (void)lcid;
    note_caller(owned_from_IDispatch(iface));
    *ids = DISPID_UNKNOWN;
    return DISP_E_UNKNOWNNAME;
}

static HRESULT WINAPI owned_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct owned_object *object = owned_from_IDispatch(iface);

    (void)riid, (void)lcid, (void)flags, (void)params, (void)result, (void)exception, (void)arg_error;
    note_caller(object);
    if (id != OWNED_METHOD)
        return DISP_E_MEMBERNOTFOUND;
    InterlockedIncrement(&object->calls);
    return S_OK;
}

static const IDispatchVtbl owned_vtbl = {
        owned_QueryInterface,
        owned_AddRef,
        owned_Release,
        owned_GetTypeInfoCount,
        owned_GetTypeInfo,
        owned_GetIDsOfNames,
        owned_Invoke,
};

void owned_init(struct owned_object *object)
{
    memset(object, 0, sizeof(*object));
    object->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&owned_vtbl;
    object->refcount = 1;
    object->home = is_single_threaded() ? GetCurrentThreadId() : 0;
}

static VARIANT wrap_in_array(VARTYPE type, void *element)
{
    VARIANT value;
    LONG index = 0;

    V_VT(&value) = VT_ARRAY | type;
    CHECK((V_ARRAY(&value) = SafeArrayCreateVector(type, 0, 2)));
    CHECK(SafeArrayPutElement(V_ARRAY(&value), &index, element) == S_OK);
    return value;
}

static VARIANT wrap_value(VARIANT value)
{
    VARIANT array = wrap_in_array(VT_VARIANT, &value);

    VariantClear(&value);
    return array;
}

VARIANT owned_wrap(IDispatch *object, enum owned_shape shape)
{
    VARIANT value;

    switch (shape)
    {
        case SHAPE_VARIANTS:
            return wrap_value(owned_wrap(object, SHAPE_DISPATCH));
        case SHAPE_NESTED:
            return wrap_value(owned_wrap(object, SHAPE_VARIANTS));
        case SHAPE_DISPATCHES:
            return wrap_in_array(VT_DISPATCH, object);
        case SHAPE_UNKNOWNS:
            return wrap_in_array(VT_UNKNOWN, object);
        default:
            V_VT(&value) = shape == SHAPE_UNKNOWN ? VT_UNKNOWN : VT_DISPATCH;
            V_DISPATCH(&value) = object;
            IDispatch_AddRef(object);
            return value;
    }
}

IUnknown *owned_find(const VARIANT *value)
{
    while (V_VT(value) & VT_ARRAY)
    {
        void *data = V_ARRAY(value)->pvData;

        if (V_VT(value) != (VT_ARRAY | VT_VARIANT))
            return *(IUnknown **)data;
        value = data;
    }
    CHECK(V_VT(value) == VT_DISPATCH || V_VT(value) == VT_UNKNOWN);
    return V_UNKNOWN(value);
}

HRESULT owned_call(const VARIANT *value)
{
    DISPPARAMS none = {NULL, NULL, 0, 0};
    IDispatch *object;
    HRESULT hr;

    if (FAILED(hr = IUnknown_QueryInterface(owned_find(value), &IID_IDispatch, (void **)&object)))
        return hr;
    hr = IDispatch_Invoke(
            object, OWNED_METHOD, &IID_NULL, LOCALE_NEUTRAL, DISPATCH_METHOD, &none, NULL, NULL, NULL);
    IDispatch_Release(object);
    return hr;
}

void owned_raise(IVMEventSink *sink, IDispatch *object, enum owned_shape shape)
{
    VARIANT args[2] = {owned_wrap(object, shape)};

    V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[1]) = SysAllocString(L"key");
    InterlockedIncrement(&under_way);
    CHECK(invoke(face_of(sink, &DIID_IVMVirtualMachineEvents), vmVirtualMachineEvent_ConfigurationChanged, args, 2)
            == S_OK);
    InterlockedDecrement(&under_way);
    VariantClear(&args[0]);
    VariantClear(&args[1]);
}

#include "sink/failure_object.h"

#include "com/dispatch_methods.h"
#include "com/module.h"
#include "platform/memory.h"
#include "sink/record.h"

struct failure_object
{
    IVMEventFailure IVMEventFailure_iface;
    LONG refcount;
    struct failure *failure;
};

static struct failure_object *failure_object_from_IVMEventFailure(IVMEventFailure *iface)
{
    return CONTAINING_RECORD(iface, struct failure_object, IVMEventFailure_iface);
}

static const struct failure *failure_of(IVMEventFailure *iface)
{
    return failure_object_from_IVMEventFailure(iface)->failure;
}

static HRESULT WINAPI failure_object_QueryInterface(IVMEventFailure *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) || IsEqualIID(riid, &IID_IVMEventFailure))
    {
        IVMEventFailure_AddRef(iface);
        *object = iface;
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI failure_object_AddRef(IVMEventFailure *iface)
{
    return InterlockedIncrement(&failure_object_from_IVMEventFailure(iface)->refcount);
}

static ULONG WINAPI failure_object_Release(IVMEventFailure *iface)
{
    struct failure_object *object = failure_object_from_IVMEventFailure(iface);
    ULONG refcount = InterlockedDecrement(&object->refcount);

    if (!refcount)
    {
        failure_release(object->failure);
        memory_free(object);
        module_release();
    }
    return refcount;
}

DISPATCH_METHODS_OF_PROPERTIES(failure_object, IVMEventFailure)

/* Takes a string over that is to be returned; NULL: out of memory. */
static HRESULT return_string(BSTR string, BSTR *result)
{
    return (*result = string) ? S_OK : E_OUTOFMEMORY;
}

static HRESULT WINAPI failure_object_get_Text(IVMEventFailure *iface, BSTR *text)
{
    if (!text)
        return E_POINTER;
    return return_string(failure_to_text(failure_of(iface)), text);
}

static HRESULT WINAPI failure_object_get_Record(IVMEventFailure *iface, IVMEventRecord **record)
{
    struct kept_event *kept = failure_of(iface)->kept;
    HRESULT hr;

    if (!record)
        return E_POINTER;
    *record = NULL;
    if (!kept)
        return S_OK;
    if (SUCCEEDED(hr = record_create(record)))
        record_set_event(*record, kept);
    return hr;
}

static HRESULT WINAPI failure_object_get_Number(IVMEventFailure *iface, LONG *number)
{
    if (!number)
        return E_POINTER;
    *number = failure_of(iface)->hr;
    return S_OK;
}

static HRESULT WINAPI failure_object_get_Description(IVMEventFailure *iface, BSTR *description)
{
    BSTR said = failure_of(iface)->description;

    if (!description)
        return E_POINTER;
    return return_string(SysAllocStringLen(said, SysStringLen(said)), description);
}

static HRESULT WINAPI failure_object_get_Source(IVMEventFailure *iface, BSTR *source)
{
    BSTR said = failure_of(iface)->error_source;

    if (!source)
        return E_POINTER;
    return return_string(SysAllocStringLen(said, SysStringLen(said)), source);
}

static HRESULT WINAPI failure_object_get_Event(IVMEventFailure *iface, BSTR *name)
{
    const struct event_type *type = failure_of(iface)->type;

    if (!name)
        return E_POINTER;
    return return_string(SysAllocString(type ? type->name : L""), name);
}

static HRESULT WINAPI failure_object_get_Label(IVMEventFailure *iface, BSTR *label)
{
    if (!label)
        return E_POINTER;
    return return_string(SysAllocString(failure_of(iface)->label), label);
}

static const IVMEventFailureVtbl failure_object_vtbl = {
        failure_object_QueryInterface,
        failure_object_AddRef,
        failure_object_Release,
        failure_object_GetTypeInfoCount,
        failure_object_GetTypeInfo,
        failure_object_GetIDsOfNames,
        failure_object_Invoke,
        failure_object_get_Text,
        failure_object_get_Record,
        failure_object_get_Number,
        failure_object_get_Description,
        failure_object_get_Source,
        failure_object_get_Event,
        failure_object_get_Label,
};

HRESULT failure_object_create(struct failure *failure, IVMEventFailure **result)
{
    struct failure_object *object = memory_alloc(sizeof(*object));

    *result = NULL;
    if (!object)
        return E_OUTOFMEMORY;
    module_addref();
    object->IVMEventFailure_iface.lpVtbl = (IVMEventFailureVtbl *)&failure_object_vtbl;
    object->refcount = 1;
    object->failure = failure_addref(failure);
    *result = &object->IVMEventFailure_iface;
    return S_OK;
}

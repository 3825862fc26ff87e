#include "sink/record.h"

#include "com/dispatch_methods.h"
#include "com/module.h"
#include "com/stand_in.h"
#include "event/text.h"
#include "platform/memory.h"

/* 30 December 1899, the zero of DATE, in days since 1 January 1601, the zero of FILETIME. */
#define DATE_ZERO_DAYS 109205
#define FILETIME_PER_DAY (24 * 60 * 60 * 10000000.0)

struct record
{
    IVMEventRecord IVMEventRecord_iface;
    LONG refcount;
    struct kept_event *kept;
};

static struct record *record_from_IVMEventRecord(IVMEventRecord *iface)
{
    return CONTAINING_RECORD(iface, struct record, IVMEventRecord_iface);
}

static const struct event *record_event(IVMEventRecord *iface)
{
    return &record_from_IVMEventRecord(iface)->kept->event;
}

static HRESULT WINAPI record_QueryInterface(IVMEventRecord *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) || IsEqualIID(riid, &IID_IVMEventRecord))
    {
        IVMEventRecord_AddRef(iface);
        *object = iface;
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI record_AddRef(IVMEventRecord *iface)
{
    return InterlockedIncrement(&record_from_IVMEventRecord(iface)->refcount);
}

static ULONG WINAPI record_Release(IVMEventRecord *iface)
{
    struct record *record = record_from_IVMEventRecord(iface);
    ULONG refcount = InterlockedDecrement(&record->refcount);

    if (!refcount)
    {
        if (record->kept)
            kept_event_release(record->kept);
        memory_free(record);
        module_release();
    }
    return refcount;
}

DISPATCH_METHODS(record, IVMEventRecord)

/* A string that is to be returned. */
static HRESULT return_string(const WCHAR *string, BSTR *result)
{
    if (!result)
        return E_POINTER;
    return (*result = SysAllocString(string)) ? S_OK : E_OUTOFMEMORY;
}

static HRESULT return_number(LONG number, LONG *result)
{
    if (!result)
        return E_POINTER;
    *result = number;
    return S_OK;
}

static HRESULT WINAPI record_get_Text(IVMEventRecord *iface, BSTR *text)
{
    if (!text)
        return E_POINTER;
    return (*text = event_to_text(&record_event(iface)->view)) ? S_OK : E_OUTOFMEMORY;
}

static HRESULT WINAPI record_get_Sequence(IVMEventRecord *iface, LONG *sequence)
{
    return return_number(record_from_IVMEventRecord(iface)->kept->sequence, sequence);
}

static HRESULT WINAPI record_get_Time(IVMEventRecord *iface, DATE *time)
{
    const FILETIME *filetime = &record_from_IVMEventRecord(iface)->kept->time;

    if (!time)
        return E_POINTER;
    *time = (double)(((ULONGLONG)filetime->dwHighDateTime << 32) | filetime->dwLowDateTime) / FILETIME_PER_DAY
            - DATE_ZERO_DAYS;
    return S_OK;
}

static HRESULT WINAPI record_get_Source(IVMEventRecord *iface, BSTR *source)
{
    return return_string(record_event(iface)->view.source, source);
}

static HRESULT WINAPI record_get_Interface(IVMEventRecord *iface, BSTR *name)
{
    return return_string(record_event(iface)->type->interface_->name, name);
}

static HRESULT WINAPI record_get_Name(IVMEventRecord *iface, BSTR *name)
{
    return return_string(record_event(iface)->view.name, name);
}

static HRESULT WINAPI record_get_Id(IVMEventRecord *iface, LONG *id)
{
    return return_number(record_event(iface)->view.id, id);
}

static HRESULT array_from_arguments(const VARIANT *args, UINT count, SAFEARRAY **array)
{
    HRESULT hr = S_OK;

    if (!(*array = SafeArrayCreateVector(VT_VARIANT, 0, count)))
        return E_OUTOFMEMORY;
    for (LONG i = 0; i < (LONG)count && SUCCEEDED(hr); ++i)
        hr = SafeArrayPutElement(*array, &i, (VARIANT *)&args[i]);
    if (FAILED(hr))
        SafeArrayDestroy(*array);
    return hr;
}

static HRESULT WINAPI record_get_Arguments(IVMEventRecord *iface, VARIANT *arguments)
{
    const struct kept_event *kept = record_from_IVMEventRecord(iface)->kept;
    VARIANT args[EVENT_MAX_ARGS];
    SAFEARRAY *array;
    HRESULT hr;

    if (!arguments)
        return E_POINTER;
    VariantInit(arguments);
    if (FAILED(hr = arguments_open(kept, args)))
        return hr;
    hr = array_from_arguments(args, kept->event.type->param_count, &array);
    arguments_close(kept, args);
    if (FAILED(hr))
        return hr;
    V_VT(arguments) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(arguments) = array;
    return S_OK;
}

static const IVMEventRecordVtbl record_vtbl = {
        record_QueryInterface,
        record_AddRef,
        record_Release,
        record_GetTypeInfoCount,
        record_GetTypeInfo,
        record_GetIDsOfNames,
        record_Invoke,
        record_get_Text,
        record_get_Sequence,
        record_get_Time,
        record_get_Source,
        record_get_Interface,
        record_get_Name,
        record_get_Id,
        record_get_Arguments,
};

HRESULT record_create(IVMEventRecord **result)
{
    struct record *record = memory_alloc(sizeof(*record));

    *result = NULL;
    if (!record)
        return E_OUTOFMEMORY;
    module_addref();
    record->IVMEventRecord_iface.lpVtbl = (IVMEventRecordVtbl *)&record_vtbl;
    record->refcount = 1;
    *result = &record->IVMEventRecord_iface;
    return S_OK;
}

void record_set_event(IVMEventRecord *record, struct kept_event *kept)
{
    record_from_IVMEventRecord(record)->kept = kept_event_addref(kept);
}

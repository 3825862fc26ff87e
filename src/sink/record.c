#include "sink/record.h"

#include "com/dispatch_methods.h"
#include "com/error_info.h"
#include "com/error_support.h"
#include "com/event_descriptions.h"
#include "com/module.h"
#include "com/stand_in.h"
#include "event/given.h"
#include "event/json.h"
#include "event/text.h"
#include "platform/memory.h"
#include "sink/event_invoke.h"

/* 30 December 1899, the zero of DATE, in days since 1 January 1601, the zero of FILETIME. */
#define DATE_ZERO_DAYS 109205
#define FILETIME_PER_DAY (24 * 60 * 60 * 10000000.0)

struct record
{
    IVMEventRecord IVMEventRecord_iface;
    struct error_support error_support;
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
    if (IsEqualIID(riid, &IID_ISupportErrorInfo))
    {
        IVMEventRecord_AddRef(iface);
        *object = &record_from_IVMEventRecord(iface)->error_support.ISupportErrorInfo_iface;
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

DISPATCH_METHODS_OF_PROPERTIES(record, IVMEventRecord)

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

static DATE record_time(IVMEventRecord *iface)
{
    const FILETIME *time = &record_from_IVMEventRecord(iface)->kept->time;

    return (double)(((ULONGLONG)time->dwHighDateTime << 32) | time->dwLowDateTime) / FILETIME_PER_DAY - DATE_ZERO_DAYS;
}

static HRESULT WINAPI record_get_Time(IVMEventRecord *iface, DATE *time)
{
    if (!time)
        return E_POINTER;
    *time = record_time(iface);
    return S_OK;
}

static HRESULT WINAPI record_get_TimeText(IVMEventRecord *iface, BSTR *result)
{
    struct text text = {0};

    if (!result)
        return E_POINTER;
    text_append_time(&text, record_time(iface));
    return (*result = text_finish(&text)) ? S_OK : E_OUTOFMEMORY;
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

static HRESULT refuse_argument(const struct event_type *type, const VARIANT *argument)
{
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": there is no argument ");
    if (V_VT(argument) == VT_BSTR)
        text_append_quote(&text, V_BSTR(argument), SysStringLen(V_BSTR(argument)), TEXT_QUOTE_MAX);
    else if (V_VT(argument) == VT_I4)
        text_append_number(&text, V_I4(argument));
    else
        text_append(&text, L"but by its name or number");
    text_append(&text, type->param_count ? L"; there are " : L"; there is none");
    for (UINT i = 0; i < type->param_count; ++i)
    {
        text_append(&text, i ? L", " : L"");
        text_append_number(&text, (LONG)i);
        text_append(&text, L" (");
        text_append(&text, type->params[i].name);
        text_append(&text, L")");
    }
    return error_raise_text(DISP_E_BADINDEX, &IID_IVMEventRecord, SINK_ERROR_SOURCE, &text);
}

/* The place of the argument that a name or a number means. S_OK, E_OUTOFMEMORY, with a
 * description DISP_E_BADINDEX, E_POINTER */
static HRESULT find_argument(const struct event_type *type, const VARIANT *argument, UINT *place)
{
    VARIANT plain;
    HRESULT hr;

    *place = type->param_count;
    if ((hr = event_copy_argument(&plain, argument)) == E_OUTOFMEMORY)
        return hr;
    if (hr == E_POINTER)
        return error_raise_format(
                hr, &IID_IVMEventRecord, SINK_ERROR_SOURCE, L"%ls: argument is a reference to nothing", type->name);
    if (V_VT(&plain) == VT_BSTR)
        *place = event_param_place(type, V_BSTR(&plain), SysStringLen(V_BSTR(&plain)));
    else if (SUCCEEDED(hr) && SUCCEEDED(given_convert(&plain, &plain, LOCALE_USER_DEFAULT, VT_I4)))
        *place = (UINT)V_I4(&plain);
    hr = *place < type->param_count ? S_OK : refuse_argument(type, &plain);
    VariantClear(&plain);
    return hr;
}

static HRESULT WINAPI record_get_Value(IVMEventRecord *iface, VARIANT argument, VARIANT *value)
{
    const struct kept_event *kept = record_from_IVMEventRecord(iface)->kept;
    VARIANT args[EVENT_MAX_ARGS];
    UINT place;
    HRESULT hr;

    if (!value)
        return E_POINTER;
    VariantInit(value);
    if (given_is_left_out(&argument))
    {
        V_VT(value) = VT_BSTR;
        return record_get_Text(iface, &V_BSTR(value));
    }
    if (FAILED(hr = find_argument(kept->event.type, &argument, &place)) || FAILED(hr = arguments_open(kept, args)))
        return hr;
    hr = VariantCopy(value, &args[place]);
    arguments_close(kept, args);
    return hr;
}

static HRESULT WINAPI record_get_Enumerator(IVMEventRecord *iface, VARIANT argument, BSTR *name)
{
    const struct event *event = record_event(iface);
    const struct event_param *param;
    UINT place;
    HRESULT hr;

    if (!name)
        return E_POINTER;
    *name = NULL;
    if (FAILED(hr = find_argument(event->type, &argument, &place)))
        return hr;
    param = &event->type->params[place];
    return return_string(
            param->enumeration ? enumeration_name(param->enumeration, V_I4(&event->args[place])) : L"", name);
}

static HRESULT WINAPI record_get_Json(IVMEventRecord *iface, BSTR *json)
{
    const struct kept_event *kept = record_from_IVMEventRecord(iface)->kept;
    const VMEVENT *event = &kept->event.view;
    BSTR text;

    if (!json)
        return E_POINTER;
    *json = NULL;
    if (!(text = event_to_text(event)))
        return E_OUTOFMEMORY;
    *json = event_to_json_with_details(&(struct json_event){kept->sequence, record_time(iface), event->source,
                                               kept->event.type, event->args, text},
            event->details);
    SysFreeString(text);
    return *json ? S_OK : E_OUTOFMEMORY;
}

/* The name that a detail is asked for by. S_OK; S_FALSE: none, all of them are meant; E_OUTOFMEMORY; with a
 * description E_INVALIDARG, E_POINTER */
static HRESULT get_detail_name(const VARIANT *argument, VARIANT *name)
{
    HRESULT hr;

    VariantInit(name);
    if (given_is_left_out(argument))
        return S_FALSE;
    if ((hr = event_copy_argument(name, argument)) == E_OUTOFMEMORY)
        return hr;
    if (hr == E_POINTER)
        return error_raise_format(
                hr, &IID_IVMEventRecord, SINK_ERROR_SOURCE, L"Details: name is a reference to nothing");
    if (SUCCEEDED(hr) && V_VT(name) == VT_BSTR)
        return S_OK;
    VariantClear(name);
    return error_raise_format(E_INVALIDARG, &IID_IVMEventRecord, SINK_ERROR_SOURCE,
            L"Details: name has to be a string, as \"user\"; without one all details are returned");
}

/* A source may tell of a detail or not: one that there is not is Empty, and no error. */
static HRESULT WINAPI record_get_Details(IVMEventRecord *iface, VARIANT argument, VARIANT *result)
{
    const struct event_origin *origin = event_origin(record_event(iface));
    const VARIANT *found;
    VARIANT name;
    HRESULT hr;

    if (!result)
        return E_POINTER;
    VariantInit(result);
    if (FAILED(hr = get_detail_name(&argument, &name)))
        return hr;
    if (hr == S_FALSE)
    {
        hr = details_collection_create(origin ? origin->known : NULL, (IVMEventCollection **)&V_DISPATCH(result));
        if (SUCCEEDED(hr))
            V_VT(result) = VT_DISPATCH;
        return hr;
    }
    found = origin ? details_find(&origin->details, V_BSTR(&name) ? V_BSTR(&name) : L"", SysStringLen(V_BSTR(&name)))
                   : NULL;
    hr = found ? VariantCopy(result, (VARIANT *)found) : S_OK;
    VariantClear(&name);
    return hr;
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
        record_get_Value,
        record_get_Enumerator,
        record_get_Json,
        record_get_TimeText,
        record_get_Details,
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
    error_support_init(&record->error_support, (IUnknown *)&record->IVMEventRecord_iface, &IID_IVMEventRecord);
    *result = &record->IVMEventRecord_iface;
    return S_OK;
}

void record_set_event(IVMEventRecord *record, struct kept_event *kept)
{
    record_from_IVMEventRecord(record)->kept = kept_event_addref(kept);
}

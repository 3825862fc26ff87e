#include "host/hyperv/wmi_row.h"

#include "platform/memory.h"

/* Text of up to so many bytes needs no memory. */
#define SHORT_TEXT 512

static HRESULT add_text(struct hv_row *row, const char *name, BSTR string)
{
    char small_text[SHORT_TEXT], *text = small_text;
    int length = (int)SysStringLen(string), size = 0;
    BOOL added;

    if (length > HV_ROW_BYTES_MAX)
        return S_OK;
    if (length)
        size = WideCharToMultiByte(CP_UTF8, 0, string, length, NULL, 0, NULL, NULL);
    if (size > SHORT_TEXT && !(text = memory_alloc((size_t)size)))
        return E_OUTOFMEMORY;
    if (size)
        WideCharToMultiByte(CP_UTF8, 0, string, length, text, size, NULL, NULL);
    added = hv_row_add_text(row, name, text, (size_t)size);
    if (text != small_text)
        memory_free(text);
    return added ? S_OK : E_OUTOFMEMORY;
}

/* One value, that of a property or of an array. WMI says numbers of up to 32 bits so, and all others as text. */
static HRESULT add_value(struct hv_row *row, const char *name, VARTYPE type, const void *value)
{
    int64_t number;

    switch (type)
    {
        case VT_BSTR:
            return *(const BSTR *)value ? add_text(row, name, *(const BSTR *)value) : S_OK;
        case VT_BOOL:
            number = *(const VARIANT_BOOL *)value != VARIANT_FALSE;
            break;
        case VT_UI1:
            number = *(const BYTE *)value;
            break;
        case VT_I2:
            number = *(const SHORT *)value;
            break;
        case VT_I4:
            number = *(const LONG *)value;
            break;
        case VT_UI4:
            number = *(const ULONG *)value;
            break;
        default:
            return S_OK;
    }
    return hv_row_add_number(row, name, number) ? S_OK : E_OUTOFMEMORY;
}

static HRESULT add_array(struct hv_row *row, const char *name, VARTYPE type, SAFEARRAY *array)
{
    LONG first, last;
    HRESULT hr = S_OK;
    char *values;

    if (!array || SafeArrayGetDim(array) != 1 || FAILED(SafeArrayGetLBound(array, 1, &first))
            || FAILED(SafeArrayGetUBound(array, 1, &last)) || FAILED(SafeArrayAccessData(array, (void **)&values)))
        return S_OK;
    for (LONG i = 0; SUCCEEDED(hr) && i <= last - first && i < HV_ROW_VALUES_MAX; ++i)
        hr = add_value(row, name, type, values + (size_t)i * SafeArrayGetElemsize(array));
    SafeArrayUnaccessData(array);
    return hr;
}

static BOOL is_no_memory(HRESULT hr)
{
    return hr == E_OUTOFMEMORY || hr == (HRESULT)WBEM_E_OUT_OF_MEMORY;
}

static HRESULT add_property(struct hv_row *row, IWbemClassObject *object, const char *name)
{
    WCHAR wide[64];
    VARIANT value;
    HRESULT hr;

    MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, ARRAYSIZE(wide));
    VariantInit(&value);
    if (FAILED(hr = IWbemClassObject_Get(object, wide, 0, &value, NULL, NULL)))
        return is_no_memory(hr) ? E_OUTOFMEMORY : S_OK;
    if (V_VT(&value) & VT_ARRAY)
        hr = add_array(row, name, V_VT(&value) & VT_TYPEMASK, V_ARRAY(&value));
    else
        hr = add_value(row, name, V_VT(&value), &V_I4(&value));
    VariantClear(&value);
    return hr;
}

HRESULT wmi_row_read(struct hv_row *row, IWbemClassObject *object, enum hv_class class_)
{
    const char *const *properties = hv_class_properties(class_);
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && properties[i]; ++i)
        hr = add_property(row, object, properties[i]);
    return hr;
}

/* A property that is text. It stays empty when the object has none of that name. S_OK, E_OUTOFMEMORY */
static HRESULT read_text(IWbemClassObject *object, const WCHAR *name, WCHAR text[64])
{
    VARIANT value;
    HRESULT hr;

    *text = 0;
    VariantInit(&value);
    hr = IWbemClassObject_Get(object, name, 0, &value, NULL, NULL);
    if (SUCCEEDED(hr) && V_VT(&value) == VT_BSTR && SysStringLen(V_BSTR(&value)) < 64)
        wcscpy(text, V_BSTR(&value) ? V_BSTR(&value) : L"");
    VariantClear(&value);
    return is_no_memory(hr) ? E_OUTOFMEMORY : S_OK;
}

static const struct
{
    const WCHAR *name;
    enum hv_notification_type type;
} notification_types[] = {
        {L"__InstanceCreationEvent", HV_CREATED},
        {L"__InstanceModificationEvent", HV_MODIFIED},
        {L"__InstanceDeletionEvent", HV_DELETED},
};

/* Each: S_OK, S_FALSE: it is of no kind that is watched, E_OUTOFMEMORY. */
static HRESULT read_type(IWbemClassObject *event, enum hv_notification_type *type)
{
    WCHAR name[64];
    HRESULT hr;

    if (FAILED(hr = read_text(event, L"__CLASS", name)))
        return hr;
    for (UINT i = 0; i < ARRAYSIZE(notification_types); ++i)
    {
        if (_wcsicmp(name, notification_types[i].name))
            continue;
        *type = notification_types[i].type;
        return S_OK;
    }
    return S_FALSE;
}

static HRESULT read_watched_class(IWbemClassObject *object, enum hv_class *class_)
{
    WCHAR name[64];
    HRESULT hr;

    if (FAILED(hr = read_text(object, L"__CLASS", name)))
        return hr;
    *class_ = _wcsicmp(name, L"Msvm_ComputerSystem") ? HV_CLASS_SETTINGS : HV_CLASS_SYSTEM;
    return *class_ == HV_CLASS_SYSTEM || !_wcsicmp(name, L"Msvm_VirtualSystemSettingData") ? S_OK : S_FALSE;
}

/* In units of a tenth of a microsecond, as text. */
static HRESULT read_time(IWbemClassObject *event, int64_t *time)
{
    WCHAR text[64];
    HRESULT hr = read_text(event, L"TIME_CREATED", text);

    *time = _wcstoi64(text, NULL, 10) / 10;
    *time = *time > 0 ? *time : INT64_MAX;
    return hr;
}

static HRESULT read_instance(IWbemClassObject *event, IWbemClassObject **instance)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    hr = IWbemClassObject_Get(event, L"TargetInstance", 0, &value, NULL, NULL);
    if (is_no_memory(hr))
        return E_OUTOFMEMORY;
    hr = FAILED(hr) || V_VT(&value) != VT_UNKNOWN || !V_UNKNOWN(&value)
                    || FAILED(IUnknown_QueryInterface(V_UNKNOWN(&value), &IID_IWbemClassObject, (void **)instance))
            ? S_FALSE
            : S_OK;
    VariantClear(&value);
    return hr;
}

HRESULT wmi_notification_read(struct hv_notification *notification, struct hv_row *row, IWbemClassObject *event)
{
    IWbemClassObject *instance;
    HRESULT hr = read_instance(event, &instance);

    if (hr != S_OK)
        return hr;
    if ((hr = read_time(event, &notification->time_us)) == S_OK && (hr = read_type(event, &notification->type)) == S_OK
            && (hr = read_watched_class(instance, &notification->class_)) == S_OK)
        hr = wmi_row_read(row, instance, notification->class_);
    IWbemClassObject_Release(instance);
    return hr;
}

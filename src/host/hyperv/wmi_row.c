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

static HRESULT add_property(struct hv_row *row, IWbemClassObject *object, const char *name)
{
    WCHAR wide[64];
    VARIANT value;
    HRESULT hr;

    MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, ARRAYSIZE(wide));
    VariantInit(&value);
    if (FAILED(hr = IWbemClassObject_Get(object, wide, 0, &value, NULL, NULL)))
        return hr == E_OUTOFMEMORY || hr == (HRESULT)WBEM_E_OUT_OF_MEMORY ? E_OUTOFMEMORY : S_OK;
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

/* The name of the object's class; empty: it says none. */
static void read_class_name(IWbemClassObject *object, WCHAR name[64])
{
    VARIANT value;

    *name = 0;
    VariantInit(&value);
    if (SUCCEEDED(IWbemClassObject_Get(object, L"__CLASS", 0, &value, NULL, NULL)) && V_VT(&value) == VT_BSTR
            && SysStringLen(V_BSTR(&value)) < 64)
        wcscpy(name, V_BSTR(&value) ? V_BSTR(&value) : L"");
    VariantClear(&value);
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

static BOOL read_type(IWbemClassObject *event, enum hv_notification_type *type)
{
    WCHAR name[64];

    read_class_name(event, name);
    for (UINT i = 0; i < ARRAYSIZE(notification_types); ++i)
    {
        if (_wcsicmp(name, notification_types[i].name))
            continue;
        *type = notification_types[i].type;
        return TRUE;
    }
    return FALSE;
}

static BOOL read_watched_class(IWbemClassObject *object, enum hv_class *class_)
{
    WCHAR name[64];

    read_class_name(object, name);
    *class_ = _wcsicmp(name, L"Msvm_ComputerSystem") ? HV_CLASS_SETTINGS : HV_CLASS_SYSTEM;
    return *class_ == HV_CLASS_SYSTEM || !_wcsicmp(name, L"Msvm_VirtualSystemSettingData");
}

/* In units of a tenth of a microsecond, as text. */
static int64_t read_time(IWbemClassObject *event)
{
    int64_t time = INT64_MAX;
    VARIANT value;

    VariantInit(&value);
    if (SUCCEEDED(IWbemClassObject_Get(event, L"TIME_CREATED", 0, &value, NULL, NULL)) && V_VT(&value) == VT_BSTR
            && V_BSTR(&value))
        time = _wcstoi64(V_BSTR(&value), NULL, 10) / 10;
    VariantClear(&value);
    return time > 0 ? time : INT64_MAX;
}

HRESULT wmi_notification_read(struct hv_notification *notification, struct hv_row *row, IWbemClassObject *event)
{
    IWbemClassObject *instance;
    HRESULT hr = S_FALSE;
    VARIANT value;

    VariantInit(&value);
    if (FAILED(IWbemClassObject_Get(event, L"TargetInstance", 0, &value, NULL, NULL)) || V_VT(&value) != VT_UNKNOWN
            || !V_UNKNOWN(&value)
            || FAILED(IUnknown_QueryInterface(V_UNKNOWN(&value), &IID_IWbemClassObject, (void **)&instance)))
    {
        VariantClear(&value);
        return S_FALSE;
    }
    notification->time_us = read_time(event);
    if (read_type(event, &notification->type) && read_watched_class(instance, &notification->class_))
        hr = wmi_row_read(row, instance, notification->class_);
    IWbemClassObject_Release(instance);
    VariantClear(&value);
    return hr;
}

#include "pretended_wmi_objects.h"

#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define TIME_TEXT 24
#define LOOK_MS 5

/* Instances and notifications */

struct wmi_object
{
    IWbemClassObject IWbemClassObject_iface;
    LONG refcount;
    char class_name[80], properties[512];
    struct hv_row row;
    IWbemClassObject *instance; /* of a notification; NULL: it is an instance */
    WCHAR time_created[TIME_TEXT];
};

static struct wmi_object *object_from_IWbemClassObject(IWbemClassObject *iface)
{
    return CONTAINING_RECORD(iface, struct wmi_object, IWbemClassObject_iface);
}

static HRESULT WINAPI object_QueryInterface(IWbemClassObject *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IWbemClassObject))
        return E_NOINTERFACE;
    *object = iface;
    IWbemClassObject_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI object_AddRef(IWbemClassObject *iface)
{
    return InterlockedIncrement(&object_from_IWbemClassObject(iface)->refcount);
}

static ULONG WINAPI object_Release(IWbemClassObject *iface)
{
    struct wmi_object *object = object_from_IWbemClassObject(iface);
    LONG refcount = InterlockedDecrement(&object->refcount);

    if (refcount)
        return refcount;
    if (object->instance)
        IWbemClassObject_Release(object->instance);
    hv_row_cleanup(&object->row);
    free(object);
    InterlockedDecrement(&pretended_wmi_counts()->objects);
    return 0;
}

static HRESULT get_text(const char *text, VARIANT *value)
{
    int length = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);

    if (!(V_BSTR(value) = SysAllocStringLen(NULL, (UINT)length - 1)))
        return WBEM_E_OUT_OF_MEMORY;
    MultiByteToWideChar(CP_UTF8, 0, text, -1, V_BSTR(value), length);
    V_VT(value) = VT_BSTR;
    return S_OK;
}

static HRESULT get_wide(const WCHAR *text, VARIANT *value)
{
    if (!(V_BSTR(value) = SysAllocString(text)))
        return WBEM_E_OUT_OF_MEMORY;
    V_VT(value) = VT_BSTR;
    return S_OK;
}

static BOOL is_asked_for(const struct wmi_object *object, const char *name)
{
    size_t length = strlen(name);

    if (!strcmp(object->properties, "*"))
        return TRUE;
    for (const char *found = object->properties; (found = strstr(found, name)); ++found)
    {
        if ((found == object->properties || strchr(", ", found[-1])) && strchr(", ", found[length]))
            return TRUE;
    }
    return FALSE;
}

/* Those of Microsoft's documentation that are arrays. */
static BOOL is_array(const char *name)
{
    static const char *const arrays[] = {"OperationalStatus", "HostResource", "GuestExchangeItems"};

    for (size_t i = 0; i < ARRAYSIZE(arrays); ++i)
    {
        if (!strcmp(name, arrays[i]))
            return TRUE;
    }
    return FALSE;
}

/* One value of a row; VT_EMPTY: there is none at that place. */
static HRESULT get_value(const struct hv_row *row, const char *name, size_t place, VARIANT *value)
{
    const char *text = hv_row_text(row, name, place);
    int64_t number;

    V_VT(value) = VT_EMPTY;
    if (text)
        return get_text(text, value);
    if (!hv_row_number(row, name, place, &number))
        return S_OK;
    /* What is no number of 32 bits comes as text. */
    if (number != (LONG)number)
    {
        char digits[TIME_TEXT];

        snprintf(digits, sizeof(digits), "%lld", (long long)number);
        return get_text(digits, value);
    }
    V_VT(value) = VT_I4;
    V_I4(value) = (LONG)number;
    return S_OK;
}

static HRESULT get_array(const struct hv_row *row, const char *name, VARIANT *value)
{
    VARTYPE type = hv_row_text(row, name, 0) ? VT_BSTR : VT_I4;
    SAFEARRAY *array;
    VARIANT element;
    LONG count = 0;
    HRESULT hr = S_OK;
    int64_t number;

    while (hv_row_text(row, name, (size_t)count) || hv_row_number(row, name, (size_t)count, &number))
        ++count;
    if (!(array = SafeArrayCreateVector(type, 0, (ULONG)count)))
        return WBEM_E_OUT_OF_MEMORY;
    for (LONG i = 0; SUCCEEDED(hr) && i < count; ++i)
    {
        if (FAILED(hr = get_value(row, name, (size_t)i, &element)) || V_VT(&element) != type)
            continue;
        hr = SafeArrayPutElement(array, &i, type == VT_BSTR ? (void *)V_BSTR(&element) : (void *)&V_I4(&element));
        VariantClear(&element);
    }
    if (FAILED(hr))
    {
        SafeArrayDestroy(array);
        return WBEM_E_OUT_OF_MEMORY;
    }
    V_VT(value) = VT_ARRAY | type;
    V_ARRAY(value) = array;
    return S_OK;
}

static HRESULT get_of_event(const struct wmi_object *object, const char *name, VARIANT *value)
{
    if (!strcmp(name, "TIME_CREATED"))
        return get_wide(object->time_created, value);
    if (strcmp(name, "TargetInstance"))
        return WBEM_E_NOT_FOUND;
    V_VT(value) = VT_UNKNOWN;
    V_UNKNOWN(value) = (IUnknown *)object->instance;
    IWbemClassObject_AddRef(object->instance);
    return S_OK;
}

static HRESULT WINAPI object_Get(
        IWbemClassObject *iface, LPCWSTR wide_name, LONG flags, VARIANT *value, CIMTYPE *type, LONG *flavor)
{
    struct wmi_object *object = object_from_IWbemClassObject(iface);
    char name[80];

    if (flags || type || flavor || !WideCharToMultiByte(CP_UTF8, 0, wide_name, -1, name, sizeof(name), NULL, NULL))
        return pretended_wmi_refuse(WBEM_E_INVALID_PARAMETER, "IWbemClassObject::Get");
    if (!strcmp(name, "__CLASS"))
        return get_text(object->class_name, value);
    if (object->instance)
        return get_of_event(object, name, value);
    if (!is_asked_for(object, name))
        return pretended_wmi_refuse(WBEM_E_NOT_FOUND, name);
    V_VT(value) = VT_NULL;
    if (!hv_row_text(&object->row, name, 0) && !hv_row_number(&object->row, name, 0, &(int64_t){0}))
        return S_OK;
    return is_array(name) ? get_array(&object->row, name, value) : get_value(&object->row, name, 0, value);
}

static const IWbemClassObjectVtbl object_vtbl = {
        .QueryInterface = object_QueryInterface,
        .AddRef = object_AddRef,
        .Release = object_Release,
        .Get = object_Get,
};

static struct wmi_object *create_object(const char *class_name, const char *properties)
{
    struct wmi_object *object = calloc(1, sizeof(*object));

    if (!object)
        return NULL;
    object->IWbemClassObject_iface.lpVtbl = (IWbemClassObjectVtbl *)&object_vtbl;
    object->refcount = 1;
    snprintf(object->class_name, sizeof(object->class_name), "%s", class_name);
    snprintf(object->properties, sizeof(object->properties), "%s", properties);
    hv_row_init(&object->row);
    InterlockedIncrement(&pretended_wmi_counts()->objects);
    return object;
}

HRESULT wmi_object_create(
        const char *class_name, const char *properties, const struct hv_row *row, IWbemClassObject **result)
{
    struct wmi_object *object = create_object(class_name, properties);

    if (!object)
        return WBEM_E_OUT_OF_MEMORY;
    *result = &object->IWbemClassObject_iface;
    if (world_copy_row(&object->row, row))
        return S_OK;
    IWbemClassObject_Release(*result);
    return WBEM_E_OUT_OF_MEMORY;
}

HRESULT wmi_event_create(
        const struct hv_notification *notification, IWbemClassObject *instance, IWbemClassObject **event)
{
    static const char *const names[] = {
            "__InstanceCreationEvent", "__InstanceModificationEvent", "__InstanceDeletionEvent"};
    struct wmi_object *object = create_object(names[notification->type], "*");

    if (!object)
        return WBEM_E_OUT_OF_MEMORY;
    object->instance = instance;
    IWbemClassObject_AddRef(instance);
    swprintf(object->time_created, TIME_TEXT, L"%lld", (long long)pretended_wmi_wall_us(notification->time_us) * 10);
    *event = &object->IWbemClassObject_iface;
    return S_OK;
}

/* Enumerators */

struct wmi_enumerator
{
    IEnumWbemClassObject IEnumWbemClassObject_iface;
    LONG refcount;
    BOOL notifies;
    IWbemClassObject **objects; /* those before `next` have been given away */
    ULONG count, next;
    ULONGLONG ready_ms;
    HRESULT code; /* what it ends by */
};

static struct wmi_enumerator *enumerator_from_IEnumWbemClassObject(IEnumWbemClassObject *iface)
{
    return CONTAINING_RECORD(iface, struct wmi_enumerator, IEnumWbemClassObject_iface);
}

static HRESULT WINAPI enumerator_QueryInterface(IEnumWbemClassObject *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IEnumWbemClassObject))
        return E_NOINTERFACE;
    *object = iface;
    IEnumWbemClassObject_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI enumerator_AddRef(IEnumWbemClassObject *iface)
{
    return InterlockedIncrement(&enumerator_from_IEnumWbemClassObject(iface)->refcount);
}

static void end_subscription(void)
{
    struct world *world = pretended_wmi_enter();

    InterlockedDecrement(&pretended_wmi_counts()->subscribed);
    world_unsubscribe(world);
    pretended_wmi_leave();
}

static ULONG WINAPI enumerator_Release(IEnumWbemClassObject *iface)
{
    struct wmi_enumerator *enumerator = enumerator_from_IEnumWbemClassObject(iface);
    LONG refcount = InterlockedDecrement(&enumerator->refcount);

    if (refcount)
        return refcount;
    if (enumerator->notifies)
        end_subscription();
    for (; enumerator->next < enumerator->count; ++enumerator->next)
        IWbemClassObject_Release(enumerator->objects[enumerator->next]);
    free(enumerator->objects);
    free(enumerator);
    InterlockedDecrement(&pretended_wmi_counts()->objects);
    return 0;
}

/* S_OK, WBEM_S_TIMEDOUT: there is none, or a failure. */
static HRESULT take_notification(IWbemClassObject **event)
{
    struct world *world = pretended_wmi_enter();
    struct hv_notification notification;
    IWbemClassObject *instance;
    struct hv_row row;
    HRESULT hr;

    hv_row_init(&row);
    hr = world_source.next(world, 0, &notification, &row);
    pretended_wmi_leave();
    if (hr == S_OK && SUCCEEDED(hr = wmi_object_create(hv_class_name(notification.class_), "*", &row, &instance)))
    {
        hr = wmi_event_create(&notification, instance, event);
        IWbemClassObject_Release(instance);
    }
    hv_row_cleanup(&row);
    return hr;
}

static HRESULT next_notification(LONG timeout_ms, IWbemClassObject **objects, ULONG *returned)
{
    ULONGLONG start = GetTickCount64();
    HRESULT hr;

    while ((hr = take_notification(objects)) == WBEM_S_TIMEDOUT && GetTickCount64() - start < (ULONGLONG)timeout_ms)
        Sleep(LOOK_MS);
    *returned = hr == S_OK;
    return hr;
}

static HRESULT next_of_answer(
        struct wmi_enumerator *enumerator, LONG timeout_ms, ULONG count, IWbemClassObject **objects, ULONG *returned)
{
    ULONGLONG now = GetTickCount64(), wait;

    if (enumerator->ready_ms > now)
    {
        wait = enumerator->ready_ms - now;
        Sleep(wait < (ULONGLONG)timeout_ms ? (DWORD)wait : (DWORD)timeout_ms);
        if (wait > (ULONGLONG)timeout_ms)
            return WBEM_S_TIMEDOUT;
    }
    while (*returned < count && enumerator->next < enumerator->count)
        objects[(*returned)++] = enumerator->objects[enumerator->next++];
    if (*returned == count)
        return S_OK;
    return FAILED(enumerator->code) ? enumerator->code : (HRESULT)WBEM_S_FALSE;
}

static HRESULT WINAPI enumerator_Next(
        IEnumWbemClassObject *iface, LONG timeout_ms, ULONG count, IWbemClassObject **objects, ULONG *returned)
{
    struct wmi_enumerator *enumerator = enumerator_from_IEnumWbemClassObject(iface);

    *returned = 0;
    if (timeout_ms < 0 || !count || (enumerator->notifies && count != 1))
        return pretended_wmi_refuse(WBEM_E_INVALID_PARAMETER, "IEnumWbemClassObject::Next");
    if (enumerator->notifies)
        return next_notification(timeout_ms, objects, returned);
    return next_of_answer(enumerator, timeout_ms, count, objects, returned);
}

static const IEnumWbemClassObjectVtbl enumerator_vtbl = {
        .QueryInterface = enumerator_QueryInterface,
        .AddRef = enumerator_AddRef,
        .Release = enumerator_Release,
        .Next = enumerator_Next,
};

static struct wmi_enumerator *create_enumerator(void)
{
    struct wmi_enumerator *enumerator = calloc(1, sizeof(*enumerator));

    if (!enumerator)
        return NULL;
    enumerator->IEnumWbemClassObject_iface.lpVtbl = (IEnumWbemClassObjectVtbl *)&enumerator_vtbl;
    enumerator->refcount = 1;
    InterlockedIncrement(&pretended_wmi_counts()->objects);
    return enumerator;
}

HRESULT wmi_answer_create(
        IWbemClassObject **objects, ULONG count, DWORD slow_ms, HRESULT code, IEnumWbemClassObject **answer)
{
    struct wmi_enumerator *enumerator = create_enumerator();

    if (!enumerator)
        return WBEM_E_OUT_OF_MEMORY;
    enumerator->objects = objects;
    enumerator->count = count;
    enumerator->ready_ms = GetTickCount64() + slow_ms;
    enumerator->code = code;
    *answer = &enumerator->IEnumWbemClassObject_iface;
    return S_OK;
}

HRESULT wmi_notifications_create(IEnumWbemClassObject **notifications)
{
    struct wmi_enumerator *enumerator = create_enumerator();

    if (!enumerator)
        return WBEM_E_OUT_OF_MEMORY;
    enumerator->notifies = TRUE;
    *notifications = &enumerator->IEnumWbemClassObject_iface;
    return S_OK;
}

#include "host/hyperv/wmi_method.h"

#include "host/hyperv/exchange.h"
#include "host/hyperv/wmi_source.h"
#include "platform/trace.h"

#include <stdio.h>

#define SERVICE L"Msvm_VirtualSystemManagementService"

/* How long an answer is waited for at a time. */
#define ANSWER_MS 250

/* What a method answers that goes on in a job. */
#define JOB_STARTED 4096

static const WCHAR *const methods[] = {
        [HV_ADD_ITEM] = L"AddKvpItems",
        [HV_MODIFY_ITEM] = L"ModifyKvpItems",
        [HV_REMOVE_ITEM] = L"RemoveKvpItems",
};

static HRESULT get_text(IWbemClassObject *object, const WCHAR *name, BSTR *text)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    if (FAILED(hr = IWbemClassObject_Get(object, name, 0, &value, NULL, NULL)))
        return hr;
    if (V_VT(&value) == VT_BSTR && V_BSTR(&value))
    {
        *text = V_BSTR(&value);
        return S_OK;
    }
    VariantClear(&value);
    return HV_E_FAILED;
}

/* The path of the first instance that the query finds. */
static HRESULT find_path(const struct wmi_source *source, const WCHAR *query, BSTR *path)
{
    BSTR language = SysAllocString(L"WQL"), text = SysAllocString(query);
    ULONGLONG start = GetTickCount64();
    IEnumWbemClassObject *answer = NULL;
    IWbemClassObject *object = NULL;
    HRESULT hr = E_OUTOFMEMORY;
    ULONG count = 0;

    *path = NULL;
    if (language && text)
        hr = IWbemServices_ExecQuery(
                source->services, language, text, WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY, NULL, &answer);
    SysFreeString(language);
    SysFreeString(text);
    if (FAILED(hr))
        return hr;
    hr = wmi_set_blanket(source, (IUnknown *)answer);
    while (SUCCEEDED(hr) && (hr = IEnumWbemClassObject_Next(answer, ANSWER_MS, 1, &object, &count)) == WBEM_S_TIMEDOUT)
    {
        if (GetTickCount64() - start >= HV_QUERY_MS)
            hr = HV_E_TIMED_OUT;
    }
    if (SUCCEEDED(hr))
        hr = count ? get_text(object, L"__PATH", path) : (HRESULT)WBEM_E_NOT_FOUND;
    if (count)
        IWbemClassObject_Release(object);
    IEnumWbemClassObject_Release(answer);
    return hr;
}

static HRESULT put_text(IWbemClassObject *object, const WCHAR *name, BSTR text)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = text;
    return IWbemClassObject_Put(object, name, 0, &value, 0);
}

/* An array of that one text. */
static HRESULT put_texts(IWbemClassObject *object, const WCHAR *name, const char *text)
{
    WCHAR wide[HV_ITEM_XML_SIZE];
    LONG place = 0;
    VARIANT value;
    HRESULT hr = E_OUTOFMEMORY;
    BSTR string;

    MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, ARRAYSIZE(wide));
    V_VT(&value) = VT_ARRAY | VT_BSTR;
    if (!(V_ARRAY(&value) = SafeArrayCreateVector(VT_BSTR, 0, 1)))
        return hr;
    if ((string = SysAllocString(wide)) && SUCCEEDED(hr = SafeArrayPutElement(V_ARRAY(&value), &place, string)))
        hr = IWbemClassObject_Put(object, name, 0, &value, 0);
    SysFreeString(string);
    SafeArrayDestroy(V_ARRAY(&value));
    return hr;
}

/* The method's arguments, to be filled. Its declaration is WMI's own affair, which asks nobody for it. */
static HRESULT begin_arguments(const struct wmi_source *source, const WCHAR *method, IWbemClassObject **arguments)
{
    IWbemClassObject *class_ = NULL, *declared = NULL;
    BSTR name = SysAllocString(SERVICE);
    HRESULT hr = E_OUTOFMEMORY;

    *arguments = NULL;
    if (name)
        hr = IWbemServices_GetObject(source->services, name, 0, NULL, &class_, NULL);
    SysFreeString(name);
    if (SUCCEEDED(hr))
        hr = IWbemClassObject_GetMethod(class_, method, 0, &declared, NULL);
    if (SUCCEEDED(hr))
        hr = declared ? IWbemClassObject_SpawnInstance(declared, 0, arguments) : HV_E_FAILED;
    if (declared)
        IWbemClassObject_Release(declared);
    if (class_)
        IWbemClassObject_Release(class_);
    return hr;
}

static int32_t read_answer(IWbemClassObject *answer)
{
    VARIANT value;
    HRESULT hr;
    LONG number;

    VariantInit(&value);
    if (FAILED(hr = IWbemClassObject_Get(answer, L"ReturnValue", 0, &value, NULL, NULL)))
        return hr;
    number = V_VT(&value) == VT_I4 ? V_I4(&value) : -1;
    VariantClear(&value);
    if (number == JOB_STARTED)
        return HV_OK;
    return number < 0 ? HV_E_FAILED : number;
}

static int32_t wait_for_answer(const struct wmi_source *source, IWbemCallResult *call)
{
    ULONGLONG start = GetTickCount64();
    IWbemClassObject *answer = NULL;
    int32_t code;
    HRESULT hr = wmi_set_blanket(source, (IUnknown *)call);

    while (SUCCEEDED(hr) && (hr = IWbemCallResult_GetResultObject(call, ANSWER_MS, &answer)) == WBEM_S_TIMEDOUT)
    {
        if (GetTickCount64() - start >= HV_QUERY_MS)
            hr = HV_E_TIMED_OUT;
    }
    if (FAILED(hr))
        return hr;
    code = answer ? read_answer(answer) : HV_E_FAILED;
    if (answer)
        IWbemClassObject_Release(answer);
    return code;
}

static int32_t call_method(
        const struct wmi_source *source, BSTR service, const WCHAR *method, IWbemClassObject *arguments)
{
    BSTR name = SysAllocString(method);
    IWbemCallResult *call = NULL;
    HRESULT hr = E_OUTOFMEMORY;
    int32_t code;

    if (name)
        hr = IWbemServices_ExecMethod(
                source->services, service, name, WBEM_FLAG_RETURN_IMMEDIATELY, NULL, arguments, NULL, &call);
    SysFreeString(name);
    if (FAILED(hr))
        return hr;
    if (!call)
        return HV_E_FAILED;
    code = wait_for_answer(source, call);
    IWbemCallResult_Release(call);
    return code;
}

int32_t wmi_change_item(void *context, enum hv_item_change change, const struct hv_guid *machine, const char *item)
{
    const struct wmi_source *source = context;
    BSTR service = NULL, system = NULL;
    IWbemClassObject *arguments = NULL;
    WCHAR query[128];
    int32_t code;
    HRESULT hr;

    if (!source->services)
        return HV_E_DISCONNECTED;
    swprintf(query, ARRAYSIZE(query), L"SELECT * FROM Msvm_ComputerSystem WHERE Name = '%hs'", machine->text);
    if (SUCCEEDED(hr = find_path(source, L"SELECT * FROM " SERVICE, &service)))
        hr = find_path(source, query, &system);
    if (SUCCEEDED(hr))
        hr = begin_arguments(source, methods[change], &arguments);
    if (SUCCEEDED(hr))
        hr = put_text(arguments, L"TargetSystem", system);
    if (SUCCEEDED(hr))
        hr = put_texts(arguments, L"DataItems", item);
    code = SUCCEEDED(hr) ? call_method(source, service, methods[change], arguments) : hr;
    if (arguments)
        IWbemClassObject_Release(arguments);
    SysFreeString(service);
    SysFreeString(system);
    trace(TRACE_HYPERV, "%ls of machine %s returns %lx", methods[change], machine->text, (unsigned long)code);
    return code;
}

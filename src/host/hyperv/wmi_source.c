#include "host/hyperv/wmi_source.h"

#include "host/hyperv/wmi_method.h"
#include "host/hyperv/wmi_row.h"
#include "platform/trace.h"

#include <stdio.h>

#define NAMESPACE L"root\\virtualization\\v2"

/* How long an answer is waited for at a time, and how many objects are taken at once. */
#define ANSWER_MS 250
#define OBJECTS 32

#define FLAGS (WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY)

static int64_t own_time_us(void)
{
    ULARGE_INTEGER now;
    FILETIME time;

    GetSystemTimeAsFileTime(&time);
    now.LowPart = time.dwLowDateTime;
    now.HighPart = time.dwHighDateTime;
    return (int64_t)(now.QuadPart / 10);
}

static uint64_t source_now_ms(void *context)
{
    (void)context;
    return GetTickCount64();
}

static int64_t source_time_us(void *context)
{
    const struct wmi_source *source = context;

    return own_time_us() + source->ahead_us;
}

/* What another computer says is on the way for a while, so that its clock is ahead by as much as the quickest shows. */
static void learn_clock(struct wmi_source *source, int64_t said_us)
{
    int64_t ahead_us = said_us - own_time_us();

    if (!*source->host || (source->is_ahead_known && ahead_us <= source->ahead_us))
        return;
    source->is_ahead_known = TRUE;
    source->ahead_us = ahead_us;
}

/* Who asks is shown to WMI, which decides by that what it shows; nobody on the way reads or changes it. An object of this
 * process, which has no proxy, sends nothing and needs none of that. One that is another computer's goes no other way. */
HRESULT wmi_set_blanket(const struct wmi_source *source, IUnknown *object)
{
    IClientSecurity *security;
    HRESULT hr;

    if (FAILED(IUnknown_QueryInterface(object, &IID_IClientSecurity, (void **)&security)))
        return S_OK;
    hr = IClientSecurity_SetBlanket(security, object, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, NULL,
            RPC_C_AUTHN_LEVEL_PKT_PRIVACY, RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE);
    IClientSecurity_Release(security);
    return *source->host ? hr : S_OK;
}

static void release_notifications(struct wmi_source *source)
{
    if (source->notifications)
        IEnumWbemClassObject_Release(source->notifications);
    source->notifications = NULL;
}

static void source_disconnect(void *context)
{
    struct wmi_source *source = context;

    release_notifications(source);
    if (source->services)
        IWbemServices_Release(source->services);
    source->services = NULL;
    source->is_ahead_known = FALSE;
    source->ahead_us = 0;
}

static int32_t source_connect(void *context)
{
    struct wmi_source *source = context;
    WCHAR path[ARRAYSIZE(source->host) + 64];
    IWbemLocator *locator;
    BSTR resource;
    HRESULT hr;

    if (FAILED(hr = CoCreateInstance(
                       &CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator, (void **)&locator)))
        return hr;
    swprintf(path, ARRAYSIZE(path), L"%ls%ls%ls" NAMESPACE, *source->host ? L"\\\\" : L"", source->host,
            *source->host ? L"\\" : L"");
    hr = E_OUTOFMEMORY;
    if ((resource = SysAllocString(path)))
        hr = IWbemLocator_ConnectServer(
                locator, resource, NULL, NULL, NULL, WBEM_FLAG_CONNECT_USE_MAX_WAIT, NULL, NULL, &source->services);
    SysFreeString(resource);
    IWbemLocator_Release(locator);
    if (SUCCEEDED(hr))
        hr = wmi_set_blanket(source, (IUnknown *)source->services);
    if (FAILED(hr))
        source_disconnect(source);
    trace(TRACE_HYPERV, "connecting to %ls returns %lx", path, (unsigned long)hr);
    return FAILED(hr) ? hr : HV_OK;
}

/* notification: whether the query is one for notifications. */
static HRESULT begin_query(
        const struct wmi_source *source, const char *query, BOOL notification, IEnumWbemClassObject **answer)
{
    WCHAR wide[HV_QUERY_SIZE];
    BSTR text, language;
    HRESULT hr = E_OUTOFMEMORY;

    *answer = NULL;
    if (!source->services)
        return HV_E_DISCONNECTED;
    MultiByteToWideChar(CP_UTF8, 0, query, -1, wide, ARRAYSIZE(wide));
    text = SysAllocString(wide);
    language = SysAllocString(L"WQL");
    if (text && language)
        hr = notification ? IWbemServices_ExecNotificationQuery(source->services, language, text, FLAGS, NULL, answer)
                          : IWbemServices_ExecQuery(source->services, language, text, FLAGS, NULL, answer);
    SysFreeString(text);
    SysFreeString(language);
    if (SUCCEEDED(hr) && FAILED(hr = wmi_set_blanket(source, (IUnknown *)*answer)))
        IEnumWbemClassObject_Release(*answer);
    return hr;
}

static HRESULT take_object(struct wmi_source *source, IWbemClassObject *object, enum hv_class class_,
        void (*take)(void *taker, const struct hv_row *row), void *taker)
{
    HRESULT hr;

    hv_row_clear(&source->row);
    if (SUCCEEDED(hr = wmi_row_read(&source->row, object, class_)))
        take(taker, &source->row);
    return hr;
}

/* Takes all that comes. */
static HRESULT read_answer(struct wmi_source *source, IEnumWbemClassObject *answer, enum hv_class class_,
        void (*take)(void *taker, const struct hv_row *row), void *taker)
{
    ULONGLONG start = GetTickCount64();
    IWbemClassObject *objects[OBJECTS];
    HRESULT hr = S_OK, taken = S_OK;
    ULONG count;

    while (SUCCEEDED(taken) && SUCCEEDED(hr) && hr != WBEM_S_FALSE)
    {
        count = 0;
        hr = IEnumWbemClassObject_Next(answer, ANSWER_MS, ARRAYSIZE(objects), objects, &count);
        for (ULONG i = 0; i < count; ++i)
        {
            if (SUCCEEDED(taken))
                taken = take_object(source, objects[i], class_, take, taker);
            IWbemClassObject_Release(objects[i]);
        }
        if (hr == WBEM_S_TIMEDOUT && GetTickCount64() - start >= HV_QUERY_MS)
            hr = HV_E_TIMED_OUT;
    }
    return FAILED(taken) ? taken : hr;
}

static int32_t source_query(void *context, const char *query, enum hv_class class_,
        void (*take)(void *taker, const struct hv_row *row), void *taker)
{
    struct wmi_source *source = context;
    IEnumWbemClassObject *answer;
    HRESULT hr;

    if (SUCCEEDED(hr = begin_query(source, query, FALSE, &answer)))
    {
        hr = read_answer(source, answer, class_, take, taker);
        IEnumWbemClassObject_Release(answer);
    }
    if (FAILED(hr))
        trace(TRACE_HYPERV, "%s returns %lx", query, (unsigned long)hr);
    return FAILED(hr) ? hr : HV_OK;
}

static int32_t source_subscribe(void *context, const char *query)
{
    struct wmi_source *source = context;
    HRESULT hr;

    release_notifications(source);
    if (FAILED(hr = begin_query(source, query, TRUE, &source->notifications)))
        source->notifications = NULL;
    trace(TRACE_HYPERV, "%s returns %lx", query, (unsigned long)hr);
    return FAILED(hr) ? hr : HV_OK;
}

static int32_t source_next(void *context, uint32_t timeout_ms, struct hv_notification *notification, struct hv_row *row)
{
    struct wmi_source *source = context;
    IWbemClassObject *event = NULL;
    ULONG count = 0;
    HRESULT hr;

    if (!source->notifications)
        return HV_E_DISCONNECTED;
    hr = IEnumWbemClassObject_Next(source->notifications, (LONG)timeout_ms, 1, &event, &count);
    if (FAILED(hr))
        release_notifications(source);
    if (FAILED(hr) || hr == WBEM_S_TIMEDOUT)
        return hr;
    /* A subscription has no end. */
    if (!count)
        return HV_E_DISCONNECTED;
    hr = wmi_notification_read(notification, row, event);
    IWbemClassObject_Release(event);
    if (hr == S_FALSE)
    {
        hv_row_clear(row);
        notification->class_ = HV_CLASS_SYSTEM;
        notification->type = HV_DELETED;
        return HV_OK;
    }
    if (FAILED(hr))
        return hr;
    if (notification->time_us == INT64_MAX)
        notification->time_us = source_time_us(source);
    else
        learn_clock(source, notification->time_us);
    return HV_OK;
}

static int32_t source_open_log(void *context)
{
    struct wmi_source *source = context;
    HRESULT hr = event_log_open(&source->log, *source->host ? source->host : NULL);

    trace(TRACE_HYPERV, "opening the event log returns %lx", (unsigned long)hr);
    return hr;
}

static void source_close_log(void *context)
{
    struct wmi_source *source = context;

    event_log_close(&source->log);
}

static int32_t source_next_record(void *context, struct hv_record *record)
{
    struct wmi_source *source = context;
    HRESULT hr = event_log_next(&source->log, record);

    if (hr == S_OK)
        learn_clock(source, record->time_us);
    return hr;
}

const struct hv_source wmi_source_functions = {
        .connect = source_connect,
        .disconnect = source_disconnect,
        .query = source_query,
        .subscribe = source_subscribe,
        .next = source_next,
        .open_log = source_open_log,
        .close_log = source_close_log,
        .next_record = source_next_record,
        .change_item = wmi_change_item,
        .now_ms = source_now_ms,
        .time_us = source_time_us,
};

void wmi_source_init(struct wmi_source *source, const char *host)
{
    *source = (struct wmi_source){.services = NULL};
    MultiByteToWideChar(CP_UTF8, 0, host, -1, source->host, ARRAYSIZE(source->host));
    event_log_init(&source->log, event_log_load());
    hv_row_init(&source->row);
}

void wmi_source_cleanup(struct wmi_source *source)
{
    source_disconnect(source);
    event_log_cleanup(&source->log);
    hv_row_cleanup(&source->row);
}

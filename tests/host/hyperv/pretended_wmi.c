#include "pretended_wmi.h"

#include "pretended_wmi_objects.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Where the world's time begins, so that there is some before it. */
#define WORLD_BEGIN_MS 1000000

/* Both have to be asked for by a client that waits for answers a little at a time. */
#define SEMISYNCHRONOUS (WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY)

static struct
{
    CRITICAL_SECTION lock; /* guards the next */
    struct world world;
    int64_t begin_us; /* the system's time then */
    struct wmi_counts *counts;
    void (*look)(void *context);
    void *context;
} wmi;

/* The world */

static int64_t system_time_us(void)
{
    ULARGE_INTEGER now;
    FILETIME time;

    GetSystemTimeAsFileTime(&time);
    now.LowPart = time.dwLowDateTime;
    now.HighPart = time.dwHighDateTime;
    return (int64_t)(now.QuadPart / 10);
}

int64_t pretended_wmi_wall_us(int64_t world_us)
{
    return world_us - WORLD_TIME_US - (int64_t)WORLD_BEGIN_MS * 1000 + wmi.begin_us;
}

/* Not before now: what is said now must not seem to have been so when something was asked a moment ago. */
static uint64_t world_now_ms(void)
{
    return WORLD_BEGIN_MS + (uint64_t)((system_time_us() - wmi.begin_us + 999) / 1000);
}

struct wmi_counts *pretended_wmi_counts(void)
{
    return wmi.counts;
}

HRESULT pretended_wmi_refuse(HRESULT code, const char *what)
{
    if (InterlockedIncrement(&wmi.counts->wrong) == 1)
        snprintf(wmi.counts->wrong_text, sizeof(wmi.counts->wrong_text), "%lx: %.200s", (unsigned long)code, what);
    return code;
}

static void count_thread(void)
{
    LONG id = (LONG)GetCurrentThreadId();

    for (LONG i = 0; i < wmi.counts->threads; ++i)
    {
        if (wmi.counts->thread_ids[i] == id)
            return;
    }
    if (wmi.counts->threads < WMI_THREADS_MAX)
        wmi.counts->thread_ids[wmi.counts->threads++] = id;
}

struct world *pretended_wmi_enter(void)
{
    EnterCriticalSection(&wmi.lock);
    count_thread();
    wmi.world.now_ms = world_now_ms();
    if (wmi.look)
        wmi.look(wmi.context);
    return &wmi.world;
}

void pretended_wmi_leave(void)
{
    LeaveCriticalSection(&wmi.lock);
}

void pretended_wmi_say(const char *line)
{
    struct said *said = malloc(sizeof(*said));

    if (!said)
        return;
    EnterCriticalSection(&wmi.lock);
    said_parse(said, line);
    InterlockedIncrement(&wmi.counts->lines);
    if (said->verb == SAID_WRONG)
        pretended_wmi_refuse(E_INVALIDARG, line);
    wmi.world.now_ms = world_now_ms();
    said->at_ms = wmi.world.now_ms - (said->ms - said->at_ms);
    said->ms = wmi.world.now_ms;
    if (!world_take(&wmi.world, said))
    {
        said_cleanup(said);
        free(said);
    }
    LeaveCriticalSection(&wmi.lock);
}

void pretended_wmi_hold(void)
{
    EnterCriticalSection(&wmi.lock);
}

void pretended_wmi_go_on(void)
{
    LeaveCriticalSection(&wmi.lock);
}

void pretended_wmi_begin(struct wmi_counts *counts, void (*look)(void *context), void *context)
{
    memset(&wmi, 0, sizeof(wmi));
    InitializeCriticalSection(&wmi.lock);
    wmi.begin_us = system_time_us();
    wmi.counts = counts;
    wmi.look = look;
    wmi.context = context;
}

void pretended_wmi_end(void)
{
    world_cleanup(&wmi.world);
    DeleteCriticalSection(&wmi.lock);
}

/* Queries */

struct finding
{
    const char *class_name, *properties;
    IWbemClassObject **objects;
    ULONG count, size;
    HRESULT hr;
};

static void take_row(void *taker, const struct hv_row *row)
{
    struct finding *finding = taker;
    IWbemClassObject **larger;

    if (finding->count == finding->size)
    {
        finding->size = finding->size ? 2 * finding->size : 16;
        if (!(larger = realloc(finding->objects, finding->size * sizeof(*larger))))
        {
            finding->hr = WBEM_E_OUT_OF_MEMORY;
            return;
        }
        finding->objects = larger;
    }
    if (SUCCEEDED(finding->hr))
        finding->hr = wmi_object_create(
                finding->class_name, finding->properties, row, &finding->objects[finding->count]);
    finding->count += SUCCEEDED(finding->hr);
}

static HRESULT find(const char *query, enum hv_class class_, const char *properties, IEnumWbemClassObject **answer)
{
    const char *class_name = class_ == HV_CLASS_AFFECTED ? "Msvm_AffectedJobElement" : hv_class_name(class_);
    struct finding finding = {.class_name = hv_class_name(class_), .properties = properties, .hr = S_OK};
    struct world *world = pretended_wmi_enter();
    DWORD slow_ms = world_slowness(world, class_name);
    HRESULT hr;

    InterlockedIncrement(&wmi.counts->queries[class_]);
    hr = world_source.query(world, query, class_, take_row, &finding);
    pretended_wmi_leave();
    if (SUCCEEDED(finding.hr)
            && SUCCEEDED(finding.hr = wmi_answer_create(finding.objects, finding.count, slow_ms, hr, answer)))
        return S_OK;
    for (ULONG i = 0; i < finding.count; ++i)
        IWbemClassObject_Release(finding.objects[i]);
    free(finding.objects);
    return finding.hr;
}

static BOOL find_class(const char *name, enum hv_class *class_)
{
    size_t length = strcspn(name, " ");

    for (unsigned int i = 0; i < HV_CLASS_COUNT; ++i)
    {
        if (strncmp(name, hv_class_name((enum hv_class)i), length) || strlen(hv_class_name((enum hv_class)i)) != length)
            continue;
        *class_ = (enum hv_class)i;
        return TRUE;
    }
    return FALSE;
}

/* SELECT properties FROM class, or the associators of a job. */
static HRESULT take_query(const char *query, IEnumWbemClassObject **answer)
{
    static const char associators[] = "ASSOCIATORS OF {Msvm_ConcreteJob.InstanceID=\"", select[] = "SELECT ";
    const char *from = strstr(query, " FROM ");
    char properties[512];
    enum hv_class class_;

    if (!strncmp(query, associators, strlen(associators)))
        return find(query, HV_CLASS_AFFECTED, "*", answer);
    if (!from || strncmp(query, select, strlen(select)) || !find_class(from + strlen(" FROM "), &class_))
        return pretended_wmi_refuse(WBEM_E_INVALID_QUERY, query);
    snprintf(properties, sizeof(properties), "%.*s", (int)(from - query - strlen(select)), query + strlen(select));
    return find(query, class_, properties, answer);
}

/* IWbemServices */

struct services
{
    IWbemServices IWbemServices_iface;
    LONG refcount;
};

static HRESULT WINAPI services_QueryInterface(IWbemServices *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IWbemServices))
        return E_NOINTERFACE;
    *object = iface;
    IWbemServices_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI services_AddRef(IWbemServices *iface)
{
    return InterlockedIncrement(&CONTAINING_RECORD(iface, struct services, IWbemServices_iface)->refcount);
}

static ULONG WINAPI services_Release(IWbemServices *iface)
{
    struct services *services = CONTAINING_RECORD(iface, struct services, IWbemServices_iface);
    LONG refcount = InterlockedDecrement(&services->refcount);

    if (refcount)
        return refcount;
    free(services);
    InterlockedDecrement(&wmi.counts->connections);
    InterlockedDecrement(&wmi.counts->objects);
    return 0;
}

/* FALSE: it is no call that a real WMI takes from a client that does not wait in it. */
static BOOL read_query(BSTR language, BSTR text, LONG flags, char query[HV_QUERY_SIZE])
{
    return language && !wcscmp(language, L"WQL") && (flags & SEMISYNCHRONOUS) == SEMISYNCHRONOUS && text
            && WideCharToMultiByte(CP_UTF8, 0, text, -1, query, HV_QUERY_SIZE, NULL, NULL);
}

static HRESULT WINAPI services_ExecQuery(IWbemServices *iface, const BSTR language, const BSTR text, LONG flags,
        IWbemContext *context, IEnumWbemClassObject **answer)
{
    char query[HV_QUERY_SIZE];

    (void)iface, (void)context;
    *answer = NULL;
    if (!read_query(language, text, flags, query))
        return pretended_wmi_refuse(WBEM_E_INVALID_PARAMETER, "ExecQuery");
    return take_query(query, answer);
}

static HRESULT WINAPI services_ExecNotificationQuery(IWbemServices *iface, const BSTR language, const BSTR text,
        LONG flags, IWbemContext *context, IEnumWbemClassObject **notifications)
{
    char query[HV_QUERY_SIZE];
    HRESULT hr;

    (void)iface, (void)context;
    *notifications = NULL;
    if (!read_query(language, text, flags, query) || strncmp(query, "SELECT * FROM __Instance", 24))
        return pretended_wmi_refuse(WBEM_E_INVALID_QUERY, "ExecNotificationQuery");
    InterlockedIncrement(&wmi.counts->subscriptions);
    hr = world_source.subscribe(pretended_wmi_enter(), query);
    pretended_wmi_leave();
    if (SUCCEEDED(hr) && SUCCEEDED(hr = wmi_notifications_create(notifications)))
        InterlockedIncrement(&wmi.counts->subscribed);
    return hr;
}

static const IWbemServicesVtbl services_vtbl = {
        .QueryInterface = services_QueryInterface,
        .AddRef = services_AddRef,
        .Release = services_Release,
        .ExecQuery = services_ExecQuery,
        .ExecNotificationQuery = services_ExecNotificationQuery,
};

static HRESULT create_services(IWbemServices **result)
{
    struct services *services = calloc(1, sizeof(*services));
    LONG connections;

    if (!services)
        return WBEM_E_OUT_OF_MEMORY;
    services->IWbemServices_iface.lpVtbl = (IWbemServicesVtbl *)&services_vtbl;
    services->refcount = 1;
    InterlockedIncrement(&wmi.counts->objects);
    if ((connections = InterlockedIncrement(&wmi.counts->connections)) > wmi.counts->most_connections)
        wmi.counts->most_connections = connections;
    *result = &services->IWbemServices_iface;
    return S_OK;
}

/* IWbemLocator, of which there is one, that lives for ever */

static HRESULT WINAPI locator_QueryInterface(IWbemLocator *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IWbemLocator))
        return E_NOINTERFACE;
    *object = iface;
    return S_OK;
}

static ULONG WINAPI locator_AddRef(IWbemLocator *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI locator_Release(IWbemLocator *iface)
{
    (void)iface;
    return 1;
}

/* root\virtualization\v2, of this computer or of another. */
static BOOL is_namespace(const WCHAR *resource)
{
    if (!wcsncmp(resource, L"\\\\", 2))
        resource = wcschr(resource + 2, '\\') ? wcschr(resource + 2, '\\') + 1 : L"";
    return !_wcsicmp(resource, L"root\\virtualization\\v2");
}

static HRESULT WINAPI locator_ConnectServer(IWbemLocator *iface, const BSTR resource, const BSTR user,
        const BSTR password, const BSTR locale, LONG flags, const BSTR authority, IWbemContext *context,
        IWbemServices **services)
{
    HRESULT hr;

    (void)iface, (void)locale, (void)flags, (void)authority, (void)context;
    *services = NULL;
    if (user || password)
        return pretended_wmi_refuse(WBEM_E_LOCAL_CREDENTIALS, "ConnectServer");
    if (!is_namespace(resource))
        return pretended_wmi_refuse(WBEM_E_INVALID_NAMESPACE, "ConnectServer");
    InterlockedIncrement(&wmi.counts->connects);
    hr = world_source.connect(pretended_wmi_enter());
    pretended_wmi_leave();
    return SUCCEEDED(hr) ? create_services(services) : hr;
}

static const IWbemLocatorVtbl locator_vtbl = {
        locator_QueryInterface,
        locator_AddRef,
        locator_Release,
        locator_ConnectServer,
};

static IWbemLocator the_locator = {(IWbemLocatorVtbl *)&locator_vtbl};

/* The class object, likewise */

static HRESULT WINAPI factory_QueryInterface(IClassFactory *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IClassFactory))
        return E_NOINTERFACE;
    *object = iface;
    return S_OK;
}

static ULONG WINAPI factory_AddRef(IClassFactory *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI factory_Release(IClassFactory *iface)
{
    (void)iface;
    return 1;
}

static HRESULT WINAPI factory_CreateInstance(IClassFactory *iface, IUnknown *outer, REFIID riid, void **object)
{
    (void)iface;
    *object = NULL;
    return outer ? CLASS_E_NOAGGREGATION : IWbemLocator_QueryInterface(&the_locator, riid, object);
}

static HRESULT WINAPI factory_LockServer(IClassFactory *iface, BOOL lock)
{
    (void)iface, (void)lock;
    return S_OK;
}

static const IClassFactoryVtbl factory_vtbl = {
        factory_QueryInterface,
        factory_AddRef,
        factory_Release,
        factory_CreateInstance,
        factory_LockServer,
};

static IClassFactory the_factory = {(IClassFactoryVtbl *)&factory_vtbl};

HRESULT pretended_wmi_get_class_object(REFIID riid, void **object)
{
    return IClassFactory_QueryInterface(&the_factory, riid, object);
}

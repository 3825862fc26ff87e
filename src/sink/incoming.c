/*
 * Connect and Disconnect.
 *
 * A source in another process or apartment calls back in the apartment that advised. Were that a script's
 * single-threaded one, every event would wait for the script to pump, and the source with it. So when the source
 * is a proxy and the caller single-threaded, the advising is done in the multithreaded apartment.
 */
#include "sink/incoming.h"

#include "com/apartment.h"
#include "com/multithreaded.h"
#include "platform/memory.h"
#include "sink/sink.h"

#include <olectl.h>

struct advised
{
    IConnectionPoint *point;
    DWORD cookie;
    struct incoming_sink *sink; /* until it has been closed */
    IUnknown *identity;         /* its; with a reference, until it has been unadvised */
};

struct incoming
{
    struct incoming *next; /* in the sink's list */
    LONG refcount; /* of the sink's list, or who took it from there to end it; of the apartment that tells its end */
    LONG cookie;
    struct apartment *apartment; /* where the points belong to, and are called and released */
    struct apartment_member member;
    struct apartment_job job;
    bool held; /* keeps the multithreaded apartment */
    struct multithreaded_call call; /* to that one, from the connecting and the disconnecting thread */
    UINT count;
    struct advised advised[EVENT_INTERFACE_COUNT];
};

/* Everything that advising needs, for the thread that does it. */
struct advising
{
    struct incoming *incoming;
    struct event_source *source;
    const WCHAR *label;
    IUnknown *object; /* NULL: it comes out of the stream */
    IStream *stream;
    HRESULT hr;
};

/* The sinks hear nothing more; unadvising, which calls the source, is a matter of the right apartment. */
static void incoming_silence(struct incoming *incoming)
{
    for (UINT i = 0; i < incoming->count; ++i)
    {
        /* The apartment may end while another thread disconnects. */
        struct incoming_sink *sink = InterlockedExchangePointer((void **)&incoming->advised[i].sink, NULL);

        if (sink)
            incoming_sink_close(sink);
    }
}

/* In the apartment of the points. */
static void incoming_unadvise(struct incoming *incoming)
{
    bool is_gone[EVENT_INTERFACE_COUNT] = {false};

    for (UINT i = 0; i < incoming->count; ++i)
    {
        struct advised *advised = &incoming->advised[i];

        /* A source that is gone says so here; that is no error. */
        is_gone[i] = FAILED(IConnectionPoint_Unadvise(advised->point, advised->cookie));
        IConnectionPoint_Release(advised->point);
    }
    incoming_silence(incoming);
    for (UINT i = 0; i < incoming->count; ++i)
    {
        /* Its references went with its process: COM drops them here at once, by itself after minutes or never. */
        if (is_gone[i])
            CoDisconnectObject(incoming->advised[i].identity, 0);
        IUnknown_Release(incoming->advised[i].identity);
    }
    incoming->count = 0;
}

/* S_FALSE: the source does not offer the interface. */
static HRESULT advise_one(struct advising *advising, IConnectionPointContainer *container,
        const struct event_interface *events)
{
    struct incoming *incoming = advising->incoming;
    struct advised *advised = &incoming->advised[incoming->count];
    HRESULT hr;

    hr = IConnectionPointContainer_FindConnectionPoint(container, events->iid, &advised->point);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : S_FALSE;
    if (FAILED(hr = incoming_sink_create(advising->source, events, advising->label, &advised->sink)))
        goto failed;
    if (FAILED(hr = IConnectionPoint_Advise(advised->point, incoming_sink_identity(advised->sink), &advised->cookie)))
    {
        incoming_sink_close(advised->sink);
        goto failed;
    }
    advised->identity = incoming_sink_identity(advised->sink);
    IUnknown_AddRef(advised->identity);
    ++incoming->count;
    return S_OK;

failed:
    IConnectionPoint_Release(advised->point);
    return hr;
}

static HRESULT advise_all(struct advising *advising)
{
    struct incoming *incoming = advising->incoming;
    IConnectionPointContainer *container;
    HRESULT hr;

    hr = IUnknown_QueryInterface(advising->object, &IID_IConnectionPointContainer, (void **)&container);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : CONNECT_E_NOCONNECTION;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT && SUCCEEDED(hr); ++i)
    {
        /* One of the two: a source that offers both fires each event by both. */
        if ((hr = advise_one(advising, container, &event_interfaces[i])) == S_FALSE)
            hr = advise_one(advising, container, &server_interfaces[i]);
    }
    IConnectionPointContainer_Release(container);
    if (FAILED(hr))
        incoming_unadvise(incoming);
    else
        hr = incoming->count ? S_OK : CONNECT_E_NOCONNECTION;
    return hr;
}

static void advise_from_stream(void *context)
{
    struct advising *advising = context;

    if (FAILED(advising->hr = CoGetInterfaceAndReleaseStream(
                       advising->stream, &IID_IUnknown, (void **)&advising->object)))
        return;
    advising->hr = advise_all(advising);
    IUnknown_Release(advising->object);
}

static bool is_proxy(IUnknown *object)
{
    IUnknown *security;

    if (FAILED(IUnknown_QueryInterface(object, &IID_IClientSecurity, (void **)&security)))
        return false;
    IUnknown_Release(security);
    return true;
}

/* Advises from the multithreaded apartment, on behalf of a single-threaded caller. */
static HRESULT advise_multithreaded(struct advising *advising, IUnknown *object)
{
    struct incoming *incoming = advising->incoming;
    HRESULT hr;

    if (FAILED(hr = multithreaded_hold()))
        return hr;
    incoming->held = true;
    if (FAILED(hr = multithreaded_call_prepare(&incoming->call)))
        return hr;
    if (FAILED(hr = CoMarshalInterThreadInterfaceInStream(&IID_IUnknown, object, &advising->stream)))
        return hr;
    multithreaded_call(&incoming->call, advise_from_stream, advising);
    return advising->hr;
}

static HRESULT incoming_advise(
        struct incoming *incoming, struct event_source *source, IUnknown *object, const WCHAR *label)
{
    struct advising advising = {.incoming = incoming, .source = source, .label = label, .object = object};

    if (apartment_is_single_threaded(incoming->apartment) && is_proxy(object))
    {
        apartment_release(incoming->apartment);
        incoming->apartment = apartment_get_multithreaded();
        return advise_multithreaded(&advising, object);
    }
    return advise_all(&advising);
}

static void incoming_release(struct incoming *incoming)
{
    if (InterlockedDecrement(&incoming->refcount))
        return;
    apartment_release(incoming->apartment);
    multithreaded_call_cleanup(&incoming->call);
    if (incoming->held)
        multithreaded_let_go();
    memory_free(incoming);
}

static void incoming_end_here(struct incoming *incoming)
{
    if (incoming->member.link)
    {
        apartment_leave(&incoming->member);
        incoming_release(incoming);
    }
    incoming_unadvise(incoming);
    incoming_release(incoming);
}

static void incoming_end_by_job(struct apartment_job *job)
{
    incoming_end_here(CONTAINING_RECORD(job, struct incoming, job));
}

static void incoming_unadvise_for_caller(void *context)
{
    incoming_unadvise(context);
}

/* Ends a connection that has left the sink's list. */
static void incoming_end(struct incoming *incoming)
{
    incoming_silence(incoming);
    if (apartment_is_current(incoming->apartment))
    {
        incoming_end_here(incoming);
        return;
    }
    if (incoming->held)
    {
        multithreaded_call(&incoming->call, incoming_unadvise_for_caller, incoming);
        incoming_release(incoming);
        return;
    }
    /* A single-threaded apartment unadvises when it pumps. If it has ended, it has done so then. */
    incoming->job.run = incoming_end_by_job;
    if (!apartment_post(incoming->apartment, &incoming->job))
        incoming_release(incoming);
}

/* The apartment that the source belongs to ends: so does the connection, though its cookie stays good. */
static void incoming_on_apartment_end(struct apartment_member *member)
{
    struct incoming *incoming = CONTAINING_RECORD(member, struct incoming, member);

    incoming_silence(incoming);
    incoming_unadvise(incoming);
    incoming_release(incoming);
}

/* The property of that DISPID as a string. */
static HRESULT get_string(IDispatch *dispatch, DISPID id, BSTR *string)
{
    DISPPARAMS none = {0};
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    if (SUCCEEDED(hr = IDispatch_Invoke(dispatch, id, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_PROPERTYGET, &none,
                          &value, NULL, NULL))
            && SUCCEEDED(hr = VariantChangeType(&value, &value, 0, VT_BSTR)))
    {
        *string = V_BSTR(&value);
        return S_OK;
    }
    VariantClear(&value);
    return hr;
}

/* The source's Name, for a label; NULL when it has none. S_OK, E_OUTOFMEMORY */
static HRESULT get_name(IUnknown *object, BSTR *name)
{
    LPOLESTR member = (LPOLESTR)L"Name";
    IDispatch *dispatch;
    DISPID id;
    HRESULT hr;

    *name = NULL;
    if (FAILED(hr = IUnknown_QueryInterface(object, &IID_IDispatch, (void **)&dispatch)))
        return hr == E_OUTOFMEMORY ? hr : S_OK;
    if (SUCCEEDED(hr = IDispatch_GetIDsOfNames(dispatch, &IID_NULL, &member, 1, LOCALE_USER_DEFAULT, &id)))
        hr = get_string(dispatch, id, name);
    IDispatch_Release(dispatch);
    return hr == E_OUTOFMEMORY ? hr : S_OK;
}

static HRESULT incoming_create(struct sink *sink, IUnknown *object, const WCHAR *label, struct incoming **result)
{
    struct incoming *incoming = memory_alloc(sizeof(*incoming));
    HRESULT hr;

    if (!incoming)
        return E_OUTOFMEMORY;
    if (!(incoming->apartment = apartment_get_current()))
    {
        memory_free(incoming);
        return E_OUTOFMEMORY;
    }
    incoming->refcount = 1;
    incoming->member.on_end = incoming_on_apartment_end;
    if (FAILED(hr = incoming_advise(incoming, sink->source, object, label)))
    {
        incoming_release(incoming);
        return hr;
    }
    apartment_join(incoming->apartment, &incoming->member);
    if (incoming->member.link)
        ++incoming->refcount;
    *result = incoming;
    return S_OK;
}

HRESULT sink_connect(struct sink *sink, IUnknown *object, const WCHAR *label, LONG *cookie)
{
    struct incoming *incoming;
    BSTR name = NULL;
    HRESULT hr;

    if (!cookie)
        return E_POINTER;
    *cookie = 0;
    if (!object)
        return sink_error(E_POINTER, L"Connect: source is Nothing; it has to be an object that fires events");
    if (!label || !*label)
    {
        if (FAILED(hr = get_name(object, &name)))
            return hr;
        label = name ? name : L"";
    }
    hr = incoming_create(sink, object, label, &incoming);
    SysFreeString(name);
    if (hr == CONNECT_E_NOCONNECTION)
        return sink_error(hr, L"Connect: source offers none of IVMVirtualMachineEvents, IVMVirtualPCEvents, "
                              L"IVMDVDDriveEvents and IVMFloppyDriveEvents as connection points, nor Virtual Server's");
    if (FAILED(hr))
        return sink_error(hr, L"Connect: source does not let the sink advise (0x%08lx)", (unsigned long)hr);

    AcquireSRWLockExclusive(&sink->lock);
    *cookie = incoming->cookie = ++sink->last_incoming_cookie;
    incoming->next = sink->incoming;
    sink->incoming = incoming;
    ReleaseSRWLockExclusive(&sink->lock);
    return S_OK;
}

HRESULT sink_disconnect(struct sink *sink, LONG cookie)
{
    struct incoming **link, *incoming;

    AcquireSRWLockExclusive(&sink->lock);
    for (link = &sink->incoming; (incoming = *link) && incoming->cookie != cookie; link = &incoming->next)
        ;
    if (incoming)
        *link = incoming->next;
    ReleaseSRWLockExclusive(&sink->lock);
    if (!incoming)
        return sink_error(CONNECT_E_NOCONNECTION,
                L"Disconnect: there is no connection %ld; it takes what Connect returned, once", (long)cookie);
    incoming_end(incoming);
    return S_OK;
}

void sink_disconnect_all(struct sink *sink)
{
    struct incoming *incoming;

    for (;;)
    {
        AcquireSRWLockExclusive(&sink->lock);
        if ((incoming = sink->incoming))
            sink->incoming = incoming->next;
        ReleaseSRWLockExclusive(&sink->lock);
        if (!incoming)
            return;
        incoming_end(incoming);
    }
}

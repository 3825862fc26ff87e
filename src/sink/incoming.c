/*
 * Connect and Disconnect.
 *
 * A source in another process or apartment calls back in the apartment that advised. Were that a script's
 * single-threaded one, every event would wait for the script to pump, and the source with it. So when the source
 * is a proxy and the caller single-threaded, the advising is done in the multithreaded apartment.
 */
#include "sink/incoming.h"

#include "com/apartment.h"
#include "com/proxy.h"
#include "event/text.h"
#include "platform/memory.h"
#include "sink/mta.h"
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
    bool held;               /* keeps the multithreaded apartment */
    bool is_agile;           /* the source may be called from any thread */
    struct mta_call call;    /* to that one, from the connecting and the disconnecting thread */
    volatile LONG unadvised; /* whoever sets it does it: what is called then may end the connection again */
    SRWLOCK points_lock;     /* held while a point is given out, so that it is not released meanwhile */
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

/* In the apartment of the points, with a reference: the source may own the sink, the sink the list that the connection
 * stands in, and any call here may be the last that keeps either. */
static void incoming_unadvise(struct incoming *incoming)
{
    bool is_gone[EVENT_INTERFACE_COUNT] = {false};

    if (InterlockedExchange(&incoming->unadvised, TRUE))
        return;
    AcquireSRWLockExclusive(&incoming->points_lock);
    ReleaseSRWLockExclusive(&incoming->points_lock);
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
}

/* Instead of unadvising, when the points belong to a thread that is gone: nobody may call them any more, not even to
 * let go of them. */
static void incoming_abandon(struct incoming *incoming)
{
    if (InterlockedExchange(&incoming->unadvised, TRUE))
        return;
    for (UINT i = 0; i < incoming->count; ++i)
        IUnknown_Release(incoming->advised[i].identity);
}

/* S_FALSE: the source does not offer the interface. */
static HRESULT advise_one(
        struct advising *advising, IConnectionPointContainer *container, const struct event_interface *events)
{
    struct incoming *incoming = advising->incoming;
    struct advised *advised = &incoming->advised[incoming->count];
    HRESULT hr;

    hr = IConnectionPointContainer_FindConnectionPoint(container, events->iid, &advised->point);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : S_FALSE;
    hr = incoming_sink_create(advising->source, events, advising->label,
            incoming->count ? incoming->advised[0].sink : NULL, &advised->sink);
    if (FAILED(hr))
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

/* Advises from the multithreaded apartment, on behalf of a single-threaded caller. */
static HRESULT advise_in_mta(struct advising *advising, IUnknown *object)
{
    struct incoming *incoming = advising->incoming;
    HRESULT hr;

    if (FAILED(hr = mta_hold()))
        return hr;
    incoming->held = true;
    if (FAILED(hr = mta_call_prepare(&incoming->call)))
        return hr;
    if (FAILED(hr = CoMarshalInterThreadInterfaceInStream(&IID_IUnknown, object, &advising->stream)))
        return hr;
    mta_call(&incoming->call, advise_from_stream, advising);
    return advising->hr;
}

static HRESULT find_out_whether_agile(IUnknown *object, bool *is_agile)
{
    IUnknown *agile;
    HRESULT hr = IUnknown_QueryInterface(object, &sink_IID_IAgileObject, (void **)&agile);

    if ((*is_agile = SUCCEEDED(hr)))
        IUnknown_Release(agile);
    return hr == E_OUTOFMEMORY ? hr : S_OK;
}

static HRESULT incoming_advise(
        struct incoming *incoming, struct event_source *source, IUnknown *object, const WCHAR *label)
{
    struct advising advising = {.incoming = incoming, .source = source, .label = label, .object = object};
    HRESULT hr;

    if (apartment_is_single_threaded(incoming->apartment) && object_is_proxy(object))
    {
        apartment_release(incoming->apartment);
        incoming->apartment = apartment_get_mta();
        return advise_in_mta(&advising, object);
    }
    if (FAILED(hr = find_out_whether_agile(object, &incoming->is_agile)))
        return hr;
    return advise_all(&advising);
}

static void incoming_release(struct incoming *incoming)
{
    if (InterlockedDecrement(&incoming->refcount))
        return;
    apartment_release(incoming->apartment);
    mta_call_cleanup(&incoming->call);
    if (incoming->held)
        mta_let_go();
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
        mta_call(&incoming->call, incoming_unadvise_for_caller, incoming);
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

static void incoming_on_apartment_lost(struct apartment_member *member)
{
    struct incoming *incoming = CONTAINING_RECORD(member, struct incoming, member);

    incoming_silence(incoming);
    if (incoming->is_agile)
        incoming_unadvise(incoming);
    else
        incoming_abandon(incoming);
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
    InitializeSRWLock(&incoming->points_lock);
    incoming->member.on_end = incoming_on_apartment_end;
    incoming->member.on_lost = incoming_on_apartment_lost;
    hr = incoming_advise(incoming, sink->source, object, label);
    /* The source may have left COM while it was called. */
    if (SUCCEEDED(hr) && !apartment_join(incoming->apartment, &incoming->member))
    {
        incoming_unadvise(incoming);
        hr = CO_E_NOTINITIALIZED;
    }
    if (FAILED(hr))
    {
        incoming_release(incoming);
        return hr;
    }
    if (incoming->member.link)
        ++incoming->refcount;
    *result = incoming;
    return S_OK;
}

/* A label is a C string to callbacks. */
static HRESULT refuse_label(BSTR label, const WCHAR *what, const WCHAR *legal)
{
    struct text text = {0};

    text_append(&text, what);
    text_append_quote(&text, label, SysStringLen(label), TEXT_QUOTE_MAX);
    text_append(&text, L" has a NUL character in it; ");
    text_append(&text, legal);
    return sink_error_text(E_INVALIDARG, &text);
}

HRESULT sink_connect(struct sink *sink, IUnknown *object, BSTR label, LONG *cookie)
{
    struct incoming *incoming;
    BSTR name = NULL;
    HRESULT hr;

    if (!cookie)
        return E_POINTER;
    *cookie = 0;
    if (!object)
        return sink_error(E_POINTER, L"Connect: source is Nothing; it has to be an object that fires events");
    if (string_has_nul(label))
        return refuse_label(label, L"Connect: label ",
                L"it has to be a string without one, or empty for the source's "
                L"name");
    if (!label || !*label)
    {
        if (FAILED(hr = get_name(object, &name)))
            return hr;
        if (string_has_nul(name))
        {
            hr = refuse_label(name, L"Connect: the source's Name ", L"give a label in its place");
            SysFreeString(name);
            return hr;
        }
        label = name;
    }
    hr = incoming_create(sink, object, label ? label : L"", &incoming);
    SysFreeString(name);
    if (hr == CONNECT_E_NOCONNECTION)
        return sink_error(hr,
                L"Connect: source offers none of IVMVirtualMachineEvents, IVMVirtualPCEvents, "
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

struct incoming *incoming_next(struct sink *sink, struct incoming *after)
{
    struct incoming *incoming;

    /* The newest stands first. */
    AcquireSRWLockShared(&sink->lock);
    for (incoming = sink->incoming; incoming && after && incoming->cookie >= after->cookie; incoming = incoming->next)
        ;
    if (incoming)
        InterlockedIncrement(&incoming->refcount);
    ReleaseSRWLockShared(&sink->lock);
    if (after)
        incoming_release(after);
    return incoming;
}

bool incoming_is_in_mta(const struct incoming *incoming)
{
    return incoming->apartment == apartment_get_mta();
}

bool incoming_get_point(struct incoming *incoming, IConnectionPoint **point, DWORD *cookie)
{
    *point = NULL;
    AcquireSRWLockShared(&incoming->points_lock);
    if (!incoming->unadvised && incoming->count)
    {
        *point = incoming->advised[0].point;
        *cookie = incoming->advised[0].cookie;
        IConnectionPoint_AddRef(*point);
    }
    ReleaseSRWLockShared(&incoming->points_lock);
    return *point != NULL;
}

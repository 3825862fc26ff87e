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
#include "event/given.h"
#include "event/text.h"
#include "platform/memory.h"
#include "platform/trace.h"
#include "sink/advised_points.h"
#include "sink/mta.h"
#include "sink/sink.h"

#include <olectl.h>

struct incoming
{
    struct incoming_link link; /* in the sink's list */
    LONG refcount; /* one of the sink's list, or of who took it out to end it; one of the apartment it has joined */
    struct apartment *apartment; /* where the points belong to, and are called and released */
    struct apartment_member member;
    struct apartment_job job;
    bool held;            /* has an mta_hold, given back with its memory */
    bool is_agile;        /* the source may be called from any thread */
    struct mta_call call; /* advises and unadvises there, for the thread that connects or disconnects */
    struct advised_points advised;
};

static struct incoming *incoming_from_link(struct incoming_link *link)
{
    return CONTAINING_RECORD(link, struct incoming, link);
}

/* What the thread in the multithreaded apartment needs to advise for another one. */
struct advising
{
    struct advised_points *advised;
    struct event_source *source;
    const WCHAR *label;
    IStream *stream; /* the source, marshalled */
    HRESULT hr;
};

static void advise_from_stream(void *context)
{
    struct advising *advising = context;
    IUnknown *object;

    if (FAILED(advising->hr = CoGetInterfaceAndReleaseStream(advising->stream, &IID_IUnknown, (void **)&object)))
        return;
    advising->hr = advised_points_advise(advising->advised, advising->source, object, advising->label);
    IUnknown_Release(object);
}

/* Advises from the multithreaded apartment, on behalf of a single-threaded caller. */
static HRESULT advise_in_mta(
        struct incoming *incoming, struct event_source *source, IUnknown *object, const WCHAR *label)
{
    struct advising advising = {.advised = &incoming->advised, .source = source, .label = label};
    HRESULT hr;

    if (FAILED(hr = mta_hold()))
        return hr;
    incoming->held = true;
    if (FAILED(hr = mta_call_prepare(&incoming->call)))
        return hr;
    if (FAILED(hr = CoMarshalInterThreadInterfaceInStream(&IID_IUnknown, object, &advising.stream)))
        return hr;
    mta_call(&incoming->call, advise_from_stream, &advising);
    return advising.hr;
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
    HRESULT hr;

    if (apartment_is_single_threaded(incoming->apartment) && object_is_proxy(object))
    {
        apartment_release(incoming->apartment);
        incoming->apartment = apartment_get_mta();
        return advise_in_mta(incoming, source, object, label);
    }
    if (FAILED(hr = find_out_whether_agile(object, &incoming->is_agile)))
        return hr;
    return advised_points_advise(&incoming->advised, source, object, label);
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
    advised_points_unadvise(&incoming->advised);
    incoming_release(incoming);
}

static void incoming_end_by_job(struct apartment_job *job)
{
    incoming_end_here(CONTAINING_RECORD(job, struct incoming, job));
}

static void unadvise_for_caller(void *context)
{
    advised_points_unadvise(context);
}

/* Ends a connection that has left the sink's list. */
static void incoming_end(struct incoming *incoming)
{
    advised_points_silence(&incoming->advised);
    if (apartment_is_current(incoming->apartment))
    {
        incoming_end_here(incoming);
        return;
    }
    if (incoming->held)
    {
        mta_call(&incoming->call, unadvise_for_caller, &incoming->advised);
        incoming_release(incoming);
        return;
    }
    /* A single-threaded apartment unadvises when its thread pumps. One that takes no job has ended, and unadvised
     * then. */
    incoming->job.run = incoming_end_by_job;
    if (!apartment_post(incoming->apartment, &incoming->job))
        incoming_release(incoming);
}

/* The apartment that the source belongs to ends, and the connection with it. It stays in the sink's list, so that
 * Disconnect takes the cookie still. */
static void incoming_on_apartment_end(struct apartment_member *member)
{
    struct incoming *incoming = CONTAINING_RECORD(member, struct incoming, member);

    trace(TRACE_SINK, "connection %ld ends with the apartment of its source", (long)incoming->link.cookie);
    advised_points_silence(&incoming->advised);
    advised_points_unadvise(&incoming->advised);
    incoming_release(incoming);
}

static void incoming_on_apartment_lost(struct apartment_member *member)
{
    struct incoming *incoming = CONTAINING_RECORD(member, struct incoming, member);

    advised_points_silence(&incoming->advised);
    if (incoming->is_agile)
        advised_points_unadvise(&incoming->advised);
    else
        advised_points_abandon(&incoming->advised);
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
            && SUCCEEDED(hr = given_convert(&value, &value, LOCALE_USER_DEFAULT, VT_BSTR)))
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
    advised_points_init(&incoming->advised);
    incoming->member.on_end = incoming_on_apartment_end;
    incoming->member.on_lost = incoming_on_apartment_lost;
    hr = incoming_advise(incoming, sink->source, object, label);
    /* The source, while it was called, may have had this thread leave COM: then there is no apartment to live in. */
    if (SUCCEEDED(hr) && !apartment_join(incoming->apartment, &incoming->member))
    {
        advised_points_unadvise(&incoming->advised);
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

/* Callbacks get the label as a C string, which a NUL inside would cut. */
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
    trace(TRACE_SINK, "sink %lx: connects to \"%ls\"", TRACE_ID(sink), label ? label : L"");
    hr = incoming_create(sink, object, label ? label : L"", &incoming);
    SysFreeString(name);
    if (hr == CONNECT_E_NOCONNECTION)
        return sink_error(hr,
                L"Connect: source offers none of IVMVirtualMachineEvents, IVMVirtualPCEvents, "
                L"IVMDVDDriveEvents and IVMFloppyDriveEvents as connection points, nor Virtual Server's");
    if (FAILED(hr))
        return sink_error(hr, L"Connect: source does not let the sink advise (0x%08lx)", (unsigned long)hr);

    lock_acquire(&sink->lock);
    incoming_list_add(&sink->incoming, &incoming->link);
    *cookie = incoming->link.cookie;
    lock_release(&sink->lock);
    trace(TRACE_SINK, "sink %lx: connection %ld is made%s", TRACE_ID(sink), (long)*cookie,
            incoming->held ? ", by way of the multithreaded apartment" : "");
    return S_OK;
}

HRESULT sink_disconnect(struct sink *sink, LONG cookie)
{
    struct incoming_link *link;

    lock_acquire(&sink->lock);
    if ((link = incoming_list_find(&sink->incoming, cookie)))
        incoming_list_take(&sink->incoming, link);
    lock_release(&sink->lock);
    if (!link)
        return sink_error(CONNECT_E_NOCONNECTION,
                L"Disconnect: there is no connection %ld; it takes what Connect returned, once", (long)cookie);
    trace(TRACE_SINK, "sink %lx: connection %ld ends", TRACE_ID(sink), (long)cookie);
    incoming_end(incoming_from_link(link));
    return S_OK;
}

void sink_disconnect_all(struct sink *sink)
{
    struct incoming_link *link;

    for (;;)
    {
        lock_acquire(&sink->lock);
        if ((link = sink->incoming.newest))
            incoming_list_take(&sink->incoming, link);
        lock_release(&sink->lock);
        if (!link)
            return;
        incoming_end(incoming_from_link(link));
    }
}

struct incoming *incoming_next(struct sink *sink, struct incoming *after)
{
    struct incoming_link *link;

    lock_acquire_shared(&sink->lock);
    link = after ? incoming_list_behind(&sink->incoming, &after->link) : sink->incoming.newest;
    if (link)
        InterlockedIncrement(&incoming_from_link(link)->refcount);
    lock_release_shared(&sink->lock);
    if (after)
        incoming_release(after);
    return link ? incoming_from_link(link) : NULL;
}

bool incoming_is_in_mta(const struct incoming *incoming)
{
    return incoming->apartment == apartment_get_mta();
}

bool incoming_get_point(struct incoming *incoming, IConnectionPoint **point, DWORD *cookie)
{
    return advised_points_get_first(&incoming->advised, point, cookie);
}

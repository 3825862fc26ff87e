/*
 * The sink object: identity, lifetime, and IVMEventSink. Its other interfaces stand in dispinterface.c and callbacks.c,
 * what Subscribe and Connect do in subscribe.c and incoming.c.
 */
#include "sink/sink.h"

#include "com/dispatch_methods.h"
#include "com/error_info.h"
#include "com/event_descriptions.h"
#include "com/failures.h"
#include "com/module.h"
#include "event/refusal.h"
#include "platform/memory.h"
#include "platform/trace.h"
#include "sink/catch_up.h"
#include "sink/event_choice.h"
#include "sink/event_invoke.h"
#include "sink/failure_object.h"
#include "sink/record.h"

/* {94ea2b94-e9cc-49e0-c0ff-ee64ca8f5b90}: no library of MinGW-w64 has it. */
const IID sink_IID_IAgileObject = {0x94ea2b94, 0xe9cc, 0x49e0, {0xc0, 0xff, 0xee, 0x64, 0xca, 0x8f, 0x5b, 0x90}};

HRESULT sink_error(HRESULT hr, const WCHAR *format, ...)
{
    struct text text = {0};
    va_list args;

    va_start(args, format);
    text_append_format_list(&text, format, args);
    va_end(args);
    return sink_error_text(hr, &text);
}

HRESULT sink_error_text(HRESULT hr, struct text *text)
{
    return error_raise_text(hr, &IID_IVMEventSink, SINK_ERROR_SOURCE, text);
}

/* IUnknown */

/* The free-threaded marshaler, which makes the object the same in every apartment of the process. */
static HRESULT sink_query_marshaler(struct sink *sink, REFIID riid, void **object)
{
    IUnknown *marshaler;
    HRESULT hr = S_OK;

    lock_acquire(&sink->lock);
    if (!sink->marshaler)
        hr = CoCreateFreeThreadedMarshaler((IUnknown *)&sink->IVMEventSink_iface, &sink->marshaler);
    marshaler = sink->marshaler;
    lock_release(&sink->lock);
    return FAILED(hr) ? hr : IUnknown_QueryInterface(marshaler, riid, object);
}

/* The sink's interface of that IID; NULL: it has none. */
static void *sink_find_interface(struct sink *sink, REFIID riid)
{
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) || IsEqualIID(riid, &IID_IVMEventSink)
            || IsEqualIID(riid, &sink_IID_IAgileObject))
        return &sink->IVMEventSink_iface;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        if (IsEqualIID(riid, event_interfaces[i].iid))
            return &sink->dispinterfaces[i].IDispatch_iface;
        if (IsEqualIID(riid, server_interfaces[i].iid))
            return &sink->server_dispinterfaces[i].IDispatch_iface;
    }
    if (IsEqualIID(riid, &IID_IVMEventCallbacks))
        return &sink->IVMEventCallbacks_iface;
    if (IsEqualIID(riid, &IID_IConnectionPointContainer))
        return &sink->points.IConnectionPointContainer_iface;
    if (IsEqualIID(riid, &IID_IProvideClassInfo) || IsEqualIID(riid, &IID_IProvideClassInfo2))
        return &sink->class_info.IProvideClassInfo2_iface;
    if (IsEqualIID(riid, &IID_ISupportErrorInfo))
        return &sink->error_support.ISupportErrorInfo_iface;
    if (IsEqualIID(riid, &IID_IEventRelay))
        return &sink->IEventRelay_iface;
    return NULL;
}

static HRESULT WINAPI sink_QueryInterface(IVMEventSink *iface, REFIID riid, void **object)
{
    struct sink *sink = sink_from_IVMEventSink(iface);

    if (!object)
        return E_POINTER;
    *object = NULL;
    if (IsEqualIID(riid, &IID_IMarshal))
        return sink_query_marshaler(sink, riid, object);
    if (!(*object = sink_find_interface(sink, riid)))
        return E_NOINTERFACE;
    IVMEventSink_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI sink_AddRef(IVMEventSink *iface)
{
    return InterlockedIncrement(&sink_from_IVMEventSink(iface)->refcount);
}

static void sink_free(struct sink *sink)
{
    /* What is called from here may add a reference and release it again, which must not free the sink a second time. */
    sink->refcount = 1;
    trace(TRACE_SINK, "sink %lx ends: %ld events were refused, %ld calls failed, %ld events were dropped",
            TRACE_ID(sink), (long)sink->source->rejected, (long)sink->source->failed, (long)sink->source->dropped);
    sink_disconnect_all(sink);
    connections_end_all(sink->source);
    poll_close(sink->poll);
    event_source_close(sink->source);
    if (sink->marshaler)
        IUnknown_Release(sink->marshaler);
    incoming_list_cleanup(&sink->incoming);
    memory_free(sink);
    module_release();
}

static ULONG WINAPI sink_Release(IVMEventSink *iface)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    ULONG refcount = InterlockedDecrement(&sink->refcount);

    if (!refcount)
        sink_free(sink);
    return refcount;
}

/* IDispatch */

DISPATCH_DESCRIPTION_METHODS(sink, IVMEventSink, &IID_IVMEventSink)

static HRESULT WINAPI sink_Invoke(IVMEventSink *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    const struct event_interface *events = &event_interfaces[MACHINE_EVENTS];
    const struct event_type *type = event_invoked(events, id, riid, flags, params);
    HRESULT hr;

    if (type && !result)
        return event_source_pass(sink->source, type, L"", params->rgvarg);
    if (event_type_find(events, id))
        return event_invoke(sink->source, events, L"", id, riid, lcid, flags, params, result, exception, arg_error);
    hr = type_info_invoke(&IID_IVMEventSink, iface, id, riid, lcid, flags, params, result, exception, arg_error);
    /* A source that took the sink by IDispatch alone calls an event that none of the twelve is. It is refused, and
     * counted. */
    if (hr == DISP_E_MEMBERNOTFOUND && event_is_called(flags) && !type_info_has_member(&IID_IVMEventSink, id))
    {
        trace(TRACE_SINK, "source %lx: there is no event %ld, which is refused", TRACE_ID(sink->source), (long)id);
        InterlockedIncrement(&sink->source->rejected);
        if (failures_are_heard(sink->source))
            failures_add_refused(sink->source, NULL, L"", hr, refusal_describe_id(events, id), SINK_ERROR_SOURCE);
    }
    return hr;
}

/* The sink's own members */

/* Subscribe and Connect call objects that may release the sink; the reference keeps it until they have returned. */
static HRESULT WINAPI sink_Subscribe(IVMEventSink *iface, VARIANT event, VARIANT handler, BSTR source, LONG *cookie)
{
    HRESULT hr;

    IVMEventSink_AddRef(iface);
    hr = sink_subscribe(sink_from_IVMEventSink(iface), event, handler, source, cookie);
    IVMEventSink_Release(iface);
    return hr;
}

static HRESULT WINAPI sink_Unsubscribe(IVMEventSink *iface, LONG cookie)
{
    return sink_unsubscribe(sink_from_IVMEventSink(iface), cookie);
}

/* The functions that are let go of may release the sink. */
static HRESULT WINAPI sink_UnsubscribeAll(IVMEventSink *iface, LONG *count)
{
    HRESULT hr;

    IVMEventSink_AddRef(iface);
    hr = sink_unsubscribe_all(sink_from_IVMEventSink(iface), count);
    IVMEventSink_Release(iface);
    return hr;
}

static HRESULT WINAPI sink_Connect(IVMEventSink *iface, IUnknown *source, BSTR label, LONG *cookie)
{
    HRESULT hr;

    IVMEventSink_AddRef(iface);
    hr = sink_connect(sink_from_IVMEventSink(iface), source, label, cookie);
    IVMEventSink_Release(iface);
    return hr;
}

static HRESULT WINAPI sink_Disconnect(IVMEventSink *iface, LONG cookie)
{
    return sink_disconnect(sink_from_IVMEventSink(iface), cookie);
}

static HRESULT check_timeout(const WCHAR *method, LONG timeout_ms)
{
    if (timeout_ms >= -1)
        return S_OK;
    return sink_error(E_INVALIDARG, L"%ls: timeoutMs is %ld; it has to be a number of milliseconds, or -1 for no limit",
            method, (long)timeout_ms);
}

/* Gives the record that was made the event that has been waited for, and takes the reference to that. What is not S_OK
 * ends the record: there is none. */
static HRESULT finish_record(HRESULT hr, struct kept_event *kept, IVMEventRecord **record)
{
    if (hr == S_OK)
    {
        record_set_event(*record, kept);
        kept_event_release(kept);
        return S_OK;
    }
    IVMEventRecord_Release(*record);
    *record = NULL;
    return FAILED(hr) ? hr : S_OK;
}

static HRESULT WINAPI sink_NextEvent(IVMEventSink *iface, LONG timeout_ms, IVMEventRecord **record)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    struct kept_event *kept;
    HRESULT hr;

    if (!record)
        return E_POINTER;
    *record = NULL;
    if (FAILED(hr = check_timeout(L"NextEvent", timeout_ms)))
        return hr;
    /* The record is made first: an event that has been taken out of the queue must not be lost for want of memory. */
    if (FAILED(hr = record_create(record)))
        return hr;
    hr = poll_next(sink->poll, (DWORD)timeout_ms, &kept);
    return finish_record(hr, kept, record);
}

static HRESULT choose_awaited(const VARIANT *event, struct event_choice *choice)
{
    HRESULT hr = event_choice_from_variant(L"WaitFor", event, choice);

    if (SUCCEEDED(hr) && (choice->events & EVENT_FAILURE_MASK))
        return sink_error(E_INVALIDARG, L"WaitFor: \"!\" is no event; failures are had by Subscribe and LastFailure");
    return hr;
}

static HRESULT WINAPI sink_WaitFor(
        IVMEventSink *iface, VARIANT event, LONG timeout_ms, BSTR source, IVMEventRecord **record)
{
    struct poll *poll = sink_from_IVMEventSink(iface)->poll;
    struct event_choice choice;
    struct kept_event *kept;
    HRESULT hr;

    if (!record)
        return E_POINTER;
    *record = NULL;
    if (FAILED(hr = check_timeout(L"WaitFor", timeout_ms)))
        return hr;
    /* What is asked for its default value, and a handler that runs meanwhile, may release the sink. */
    poll_addref(poll);
    if (SUCCEEDED(hr = choose_awaited(&event, &choice)) && SUCCEEDED(hr = record_create(record)))
    {
        hr = poll_wait_for(poll, &choice, source, (DWORD)timeout_ms, &kept);
        hr = finish_record(hr, kept, record);
    }
    poll_release(poll);
    return hr;
}

static HRESULT WINAPI sink_Run(IVMEventSink *iface, LONG timeout_ms, LONG *count)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    HRESULT hr;

    if (!count)
        return E_POINTER;
    *count = 0;
    if (FAILED(hr = check_timeout(L"Run", timeout_ms)))
        return hr;
    return poll_run(sink->poll, (DWORD)timeout_ms, count);
}

static HRESULT WINAPI sink_Stop(IVMEventSink *iface)
{
    poll_stop(sink_from_IVMEventSink(iface)->poll);
    return S_OK;
}

static HRESULT WINAPI sink_CatchUp(IVMEventSink *iface, LONG timeout_ms, LONG *missing)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    HRESULT hr;

    if (!missing)
        return E_POINTER;
    *missing = 0;
    if (FAILED(hr = check_timeout(L"CatchUp", timeout_ms)))
        return hr;
    /* A handler that runs meanwhile may release the sink. */
    IVMEventSink_AddRef(iface);
    hr = sink_catch_up(sink, (DWORD)timeout_ms, missing);
    IVMEventSink_Release(iface);
    return hr;
}

static HRESULT return_count(ULONG_PTR count, LONG *result)
{
    if (!result)
        return E_POINTER;
    *result = (LONG)min(count, LONG_MAX);
    return S_OK;
}

static HRESULT WINAPI sink_get_QueueCapacity(IVMEventSink *iface, LONG *capacity)
{
    return return_count(poll_get_capacity(sink_from_IVMEventSink(iface)->poll), capacity);
}

static HRESULT WINAPI sink_put_QueueCapacity(IVMEventSink *iface, LONG capacity)
{
    if (capacity < 0)
        return sink_error(E_INVALIDARG,
                L"QueueCapacity is %ld; it has to be a number of events, or 0 to turn the queue off", (long)capacity);
    return poll_set_capacity(sink_from_IVMEventSink(iface)->poll, capacity);
}

static HRESULT WINAPI sink_get_Subscriptions(IVMEventSink *iface, LONG *count)
{
    return return_count(listeners_count(&sink_from_IVMEventSink(iface)->source->listeners, LISTENER_HANDLER), count);
}

static HRESULT WINAPI sink_get_Received(IVMEventSink *iface, LONG *count)
{
    return return_count(readers_count_fired(&sink_from_IVMEventSink(iface)->source->listeners.readers), count);
}

static HRESULT WINAPI sink_get_Rejected(IVMEventSink *iface, LONG *count)
{
    return return_count(sink_from_IVMEventSink(iface)->source->rejected, count);
}

static HRESULT WINAPI sink_get_Failed(IVMEventSink *iface, LONG *count)
{
    return return_count(sink_from_IVMEventSink(iface)->source->failed, count);
}

static HRESULT WINAPI sink_get_Dropped(IVMEventSink *iface, LONG *count)
{
    return return_count(sink_from_IVMEventSink(iface)->source->dropped, count);
}

static HRESULT WINAPI sink_get_LastFailure(IVMEventSink *iface, IVMEventFailure **object)
{
    struct failure *failure;
    HRESULT hr;

    if (!object)
        return E_POINTER;
    *object = NULL;
    if (!(failure = failures_get_last(sink_from_IVMEventSink(iface)->source->failures)))
        return S_OK;
    hr = failure_object_create(failure, object);
    failure_release(failure);
    return hr;
}

static HRESULT WINAPI sink_get_Events(IVMEventSink *iface, IVMEventCollection **events)
{
    (void)iface;
    return event_descriptions_create(EVENT_ALL_MASK, events);
}

/* The source that is asked may release the sink. */
static HRESULT WINAPI sink_EventsOf(IVMEventSink *iface, IUnknown *source, IVMEventCollection **events)
{
    HRESULT hr;

    IVMEventSink_AddRef(iface);
    hr = sink_events_of(source, events);
    IVMEventSink_Release(iface);
    return hr;
}

static const IVMEventSinkVtbl sink_vtbl = {
        sink_QueryInterface,
        sink_AddRef,
        sink_Release,
        sink_GetTypeInfoCount,
        sink_GetTypeInfo,
        sink_GetIDsOfNames,
        sink_Invoke,
        sink_OnStateChange,
        sink_OnRequestShutdown,
        sink_OnReset,
        sink_OnTripleFault,
        sink_OnHeartbeatStopped,
        sink_OnConfigurationChanged,
        sink_OnEnhancedVideoModeChanged,
        sink_OnAdditionsUninstalled,
        sink_OnAdditionsAvailable,
        sink_OnGuestShutdown,
        sink_OnGuestLogoff,
        sink_OnDiskOutOfSpace,
        sink_Subscribe,
        sink_Unsubscribe,
        sink_Connect,
        sink_Disconnect,
        sink_NextEvent,
        sink_Run,
        sink_Stop,
        sink_get_QueueCapacity,
        sink_put_QueueCapacity,
        sink_get_Received,
        sink_get_Rejected,
        sink_get_Failed,
        sink_get_Dropped,
        sink_CatchUp,
        sink_UnsubscribeAll,
        sink_get_Subscriptions,
        sink_WaitFor,
        sink_get_LastFailure,
        sink_get_Events,
        sink_EventsOf,
};

HRESULT sink_create(REFIID riid, void **object)
{
    struct sink *sink;
    HRESULT hr;

    *object = NULL;
    if (!(sink = memory_alloc(sizeof(*sink))))
        return E_OUTOFMEMORY;
    if (!(sink->source = event_source_create()) || !(sink->source->failures = failures_create())
            || !(sink->poll = poll_create(sink->source)))
    {
        if (sink->source)
            event_source_close(sink->source);
        memory_free(sink);
        return E_OUTOFMEMORY;
    }
    module_addref();
    sink->IVMEventSink_iface.lpVtbl = (IVMEventSinkVtbl *)&sink_vtbl;
    sink->refcount = 1;
    lock_init(&sink->lock);
    sink_init_dispinterfaces(sink);
    sink_init_callbacks(sink);
    error_support_init(&sink->error_support, (IUnknown *)&sink->IVMEventSink_iface, &IID_IVMEventSink);
    class_info_init(&sink->class_info, (IUnknown *)&sink->IVMEventSink_iface, &CLSID_VMEventSink,
            &DIID_IVMVirtualMachineEvents);
    connection_points_init(&sink->points, (IUnknown *)&sink->IVMEventSink_iface, sink->source,
            (1u << EVENT_INTERFACE_COUNT) - 1, LANE_HOME_THREAD);

    trace(TRACE_SINK, "sink %lx is made, source %lx", TRACE_ID(sink), TRACE_ID(sink->source));
    hr = IVMEventSink_QueryInterface(&sink->IVMEventSink_iface, riid, object);
    IVMEventSink_Release(&sink->IVMEventSink_iface);
    return hr;
}

#include "sink/handler.h"

#include "com/call_error.h"
#include "com/error_info.h"
#include "com/failures.h"
#include "com/lane.h"
#include "com/proxy.h"
#include "com/relay.h"
#include "com/stand_in.h"
#include "platform/memory.h"
#include "platform/trace.h"
#include "sink/failure_object.h"
#include "sink/record.h"
#include "sink/script_object.h"

struct handler
{
    struct lane_receiver receiver;
    struct event_source *source;
    struct poll *poll;
    IDispatch *code;
    IEventRelay *relay; /* the code's, if it is a sink of ours in this process */
    bool is_here;       /* the code is an object of this apartment */
    enum script_object_kind kind;
    bool whole; /* a function gets the event's record instead of its arguments */
    BSTR from;  /* the source that is listened to; NULL: any */
};

static struct handler *handler_from_receiver(struct lane_receiver *receiver)
{
    return CONTAINING_RECORD(receiver, struct handler, receiver);
}

static HRESULT call(IDispatch *code, DISPID id, VARIANT *args, UINT count, EXCEPINFO *exception)
{
    DISPPARAMS params = {args, NULL, count, 0};

    error_forget();
    return IDispatch_Invoke(code, id, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, NULL, exception, NULL);
}

static HRESULT call_with_arguments(IDispatch *code, DISPID id, const struct kept_event *kept, EXCEPINFO *exception)
{
    VARIANT args[EVENT_MAX_ARGS], reversed[EVENT_MAX_ARGS];
    UINT count = kept->event.type->param_count;
    HRESULT hr;

    if (FAILED(hr = arguments_open(kept, args)))
        return hr;
    arguments_reverse(reversed, args, count);
    hr = call(code, id, reversed, count, exception);
    arguments_close(kept, args);
    return hr;
}

/* With an object of ours, whose reference is given back. */
static HRESULT call_with_object(IDispatch *code, DISPID id, IDispatch *object, EXCEPINFO *exception)
{
    VARIANT arg;
    HRESULT hr;

    V_VT(&arg) = VT_DISPATCH;
    V_DISPATCH(&arg) = object;
    hr = call(code, id, &arg, 1, exception);
    IDispatch_Release(object);
    return hr;
}

static HRESULT call_with_record(IDispatch *code, struct kept_event *kept, EXCEPINFO *exception)
{
    IVMEventRecord *record;
    HRESULT hr;

    if (FAILED(hr = record_create(&record)))
        return hr;
    record_set_event(record, kept);
    return call_with_object(code, DISPID_VALUE, (IDispatch *)record, exception);
}

static HRESULT call_with_failure(IDispatch *code, DISPID id, struct failure *failure, EXCEPINFO *exception)
{
    IVMEventFailure *object;
    HRESULT hr;

    if (FAILED(hr = failure_object_create(failure, &object)))
        return hr;
    return call_with_object(code, id, (IDispatch *)object, exception);
}

/* A sink gets the event as it is, by which it knows the one that it has had already. */
static HRESULT handler_call_method(struct handler *handler, DISPID id, struct kept_event *kept, EXCEPINFO *exception)
{
    if (kept->failure)
        return call_with_failure(handler->code, id, kept->failure, exception);
    if (handler->relay)
        return IEventRelay_Relay(handler->relay, kept);
    return call_with_arguments(handler->code, id, kept, exception);
}

static HRESULT handler_call_function(struct handler *handler, struct kept_event *kept, EXCEPINFO *exception)
{
    if (handler->whole)
        return call_with_record(handler->code, kept, exception);
    return handler_call_method(handler, DISPID_VALUE, kept, exception);
}

/* Calls what the code has for the event. False: it has nothing, unless it cannot be told for want of memory. */
static bool handler_call(struct handler *handler, struct kept_event *kept, HRESULT *result, EXCEPINFO *exception)
{
    DISPID id;

    if (handler->kind != SCRIPT_FUNCTION)
    {
        *result = script_object_find_method(handler->code, kept->event.type->name, &id);
        if (FAILED(*result))
            return false;
        *result = handler_call_method(handler, id, kept, exception);
        if (*result != DISP_E_MEMBERNOTFOUND || handler->kind != SCRIPT_CLAIMS_EVERY_NAME)
            return true;
    }
    *result = handler_call_function(handler, kept, exception);
    return handler->kind == SCRIPT_FUNCTION || *result != DISP_E_MEMBERNOTFOUND;
}

/* A listener_notify. */
static void CALLBACK handler_notify(const VMEVENT *event, void *context)
{
    struct lane_receiver *receiver = context;
    struct handler *handler = handler_from_receiver(receiver);

    if (!source_is_chosen(handler->from, event->source))
        return;
    failures_note_event(handler->source, event);
    lane_notify(event, receiver);
}

/* A handler that hears of failures is not told of its own. */
static void handler_fail(struct handler *handler, struct kept_event *kept, HRESULT hr, EXCEPINFO *exception)
{
    hr = error_complete(exception, hr);
    trace(TRACE_SINK, "handler %lx fails by 0x%08lx: %ls", TRACE_ID(handler->code), (unsigned long)hr,
            exception->bstrDescription);
    if (kept->failure)
        InterlockedIncrement(&handler->source->failed);
    else
        failures_add(handler->source, kept, hr, exception);
}

/* False: the code is in another program, which is busy. */
static bool handler_hear(struct handler *handler, struct kept_event *kept)
{
    EXCEPINFO exception = {0};
    HRESULT hr;
    bool called = handler_call(handler, kept, &hr, &exception);
    enum call_error error = handler->is_here ? CALL_ERROR_OWN : call_error_tell(hr);

    if (error == CALL_ERROR_BUSY)
    {
        error_clear(&exception);
        return false;
    }
    if (called)
        poll_count_call(handler->poll);
    if (error == CALL_ERROR_LOST)
        lane_lose(&handler->receiver, 1);
    if (FAILED(hr) && (called || hr == E_OUTOFMEMORY || error == CALL_ERROR_LOST))
        handler_fail(handler, kept, hr, &exception);
    error_clear(&exception);
    return true;
}

static bool handler_deliver(struct lane_receiver *receiver, struct kept_event *kept)
{
    struct handler *handler = handler_from_receiver(receiver);
    struct failure_call call;
    bool taken;

    if (!kept->failure)
        return handler_hear(handler, kept);
    failures_begin_call(handler->source->failures, &call);
    taken = handler_hear(handler, kept);
    failures_end_call(handler->source->failures, &call);
    return taken;
}

static void handler_destroy(struct lane_receiver *receiver)
{
    struct handler *handler = handler_from_receiver(receiver);

    if (handler->relay)
        IEventRelay_Release(handler->relay);
    IDispatch_Release(handler->code);
}

/* A sink of ours may be released on any thread. */
static void handler_abandon(struct lane_receiver *receiver)
{
    if (handler_from_receiver(receiver)->relay)
        handler_destroy(receiver);
}

static void handler_free(struct lane_receiver *receiver)
{
    struct handler *handler = handler_from_receiver(receiver);

    poll_release(handler->poll);
    event_source_release(handler->source);
    SysFreeString(handler->from);
    memory_free(handler);
}

/* One function, or one object, that subscribes several times is one listener, known by its identity. The handler has a
 * reference to it until `destroy`, so that no other object can have that identity meanwhile. */
static bool handler_join(struct handler *handler)
{
    IUnknown *identity;
    bool joined;

    if (FAILED(IDispatch_QueryInterface(handler->code, &IID_IUnknown, (void **)&identity)))
        return false;
    joined = lane_join(handler->source, identity, LANE_HOME_THREAD, &handler->receiver);
    IUnknown_Release(identity);
    return joined;
}

static void handler_find_ways(struct handler *handler)
{
    handler->is_here = !object_is_proxy((IUnknown *)handler->code);
    if (!handler->is_here
            || FAILED(IDispatch_QueryInterface(handler->code, &IID_IEventRelay, (void **)&handler->relay)))
        handler->relay = NULL;
}

/* False: out of memory. */
static bool handler_copy_source(struct handler *handler, BSTR from)
{
    return !SysStringLen(from) || (handler->from = SysAllocStringLen(from, SysStringLen(from)));
}

HRESULT handler_subscribe(struct event_source *source, struct poll *poll, const struct event_choice *choice, BSTR from,
        IDispatch *code, uint32_t *cookie)
{
    struct handler *handler = memory_alloc(sizeof(*handler));
    HRESULT hr;

    if (!handler)
        return E_OUTOFMEMORY;
    handler->receiver.deliver = handler_deliver;
    handler->receiver.destroy = handler_destroy;
    handler->receiver.abandon = handler_abandon;
    handler->receiver.free = handler_free;
    handler->source = source;
    handler->poll = poll;
    handler->code = code;
    handler->whole = choice->several_names;
    hr = script_object_find_kind(code, choice->events == EVENT_FAILURE_MASK, &handler->kind);
    if (SUCCEEDED(hr) && (!handler_copy_source(handler, from) || !handler_join(handler)))
        hr = E_OUTOFMEMORY;
    if (FAILED(hr))
    {
        SysFreeString(handler->from);
        memory_free(handler);
        return hr;
    }
    handler_find_ways(handler);
    event_source_addref(source);
    poll_addref(poll);
    IDispatch_AddRef(code);
    if (!listeners_add(&source->listeners, choice->events | LISTENER_HANDLER, handler_notify, &handler->receiver,
                lane_release_listener, cookie))
    {
        lane_release_listener(&handler->receiver);
        return E_OUTOFMEMORY;
    }
    return S_OK;
}

#include "sink/handler.h"

#include "com/lane.h"
#include "com/stand_in.h"
#include "platform/memory.h"
#include "platform/trace.h"
#include "sink/record.h"

#include <dispex.h>

/* {a6ef9860-c720-11d0-9337-00a0c90dcaa9}: no library of MinGW-w64 has it. */
static const IID iid_IDispatchEx = {0xa6ef9860, 0xc720, 0x11d0, {0x93, 0x37, 0x00, 0xa0, 0xc9, 0x0d, 0xca, 0xa9}};

struct handler
{
    struct lane_receiver receiver;
    struct event_source *source;
    struct poll *poll;
    IDispatch *code;
    bool is_function;
    bool claims_every_name; /* has a DISPID for any name; only a call tells whether there is such a method */
    bool whole;             /* a function gets the event's record instead of its arguments */
};

static struct handler *handler_from_receiver(struct lane_receiver *receiver)
{
    return CONTAINING_RECORD(receiver, struct handler, receiver);
}

/* Wine's VBScript objects have names only for those who ask through IDispatchEx. */
static HRESULT find_extended_method(IDispatch *code, const WCHAR *name, DISPID *id)
{
    IDispatchEx *extended;
    BSTR string;
    HRESULT hr;

    if (FAILED(hr = IDispatch_QueryInterface(code, &iid_IDispatchEx, (void **)&extended)))
        return hr;
    hr = E_OUTOFMEMORY;
    if ((string = SysAllocString(name)))
        hr = IDispatchEx_GetDispID(extended, string, fdexNameCaseInsensitive, id);
    SysFreeString(string);
    IDispatchEx_Release(extended);
    return hr;
}

/* E_OUTOFMEMORY: it cannot be told whether there is one. Any other failure: there is none. */
static HRESULT find_method(IDispatch *code, const WCHAR *name, DISPID *id)
{
    LPOLESTR names = (LPOLESTR)name;
    HRESULT hr;

    hr = IDispatch_GetIDsOfNames(code, &IID_NULL, &names, 1, LOCALE_USER_DEFAULT, id);
    if (hr == E_NOTIMPL)
        hr = find_extended_method(code, name, id);
    return hr;
}

/* An object that has a method named like some event is taken for one whose methods are the handlers; any other is a
 * function. AutoHotkey's objects, functions too, have a DISPID for whatever name they are asked for. */
static HRESULT handler_find_out_kind(struct handler *handler)
{
    HRESULT hr = E_FAIL;
    DISPID id;

    for (unsigned int i = 0; i < EVENT_COUNT && FAILED(hr); ++i)
    {
        if (!event_is_first_of_its_name(&event_types[i]))
            continue;
        if ((hr = find_method(handler->code, event_types[i].name, &id)) == E_OUTOFMEMORY)
            return hr;
    }
    if ((handler->is_function = FAILED(hr)))
        return S_OK;
    hr = find_method(handler->code, L"vmevents_no_such_member", &id);
    handler->claims_every_name = SUCCEEDED(hr);
    return hr == E_OUTOFMEMORY ? hr : S_OK;
}

static HRESULT call(IDispatch *code, DISPID id, VARIANT *args, UINT count)
{
    DISPPARAMS params = {args, NULL, count, 0};
    EXCEPINFO exception = {0};
    HRESULT hr;

    hr = IDispatch_Invoke(code, id, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, NULL, &exception, NULL);
    if (FAILED(hr))
        trace(TRACE_SINK, "handler %lx fails by 0x%08lx: %ls", TRACE_ID(code),
                (unsigned long)(hr == DISP_E_EXCEPTION ? exception.scode : hr), exception.bstrDescription);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    SysFreeString(exception.bstrHelpFile);
    return hr;
}

static HRESULT call_with_arguments(IDispatch *code, DISPID id, const struct kept_event *kept)
{
    VARIANT args[EVENT_MAX_ARGS], reversed[EVENT_MAX_ARGS];
    UINT count = kept->event.type->param_count;
    HRESULT hr;

    if (FAILED(hr = arguments_open(kept, args)))
        return hr;
    arguments_reverse(reversed, args, count);
    hr = call(code, id, reversed, count);
    arguments_close(kept, args);
    return hr;
}

static HRESULT call_with_record(IDispatch *code, struct kept_event *kept)
{
    IVMEventRecord *record;
    VARIANT arg;
    HRESULT hr;

    if (FAILED(hr = record_create(&record)))
        return hr;
    record_set_event(record, kept);
    V_VT(&arg) = VT_DISPATCH;
    V_DISPATCH(&arg) = (IDispatch *)record;
    hr = call(code, DISPID_VALUE, &arg, 1);
    IVMEventRecord_Release(record);
    return hr;
}

static HRESULT handler_call_function(struct handler *handler, struct kept_event *kept)
{
    if (handler->whole)
        return call_with_record(handler->code, kept);
    return call_with_arguments(handler->code, DISPID_VALUE, kept);
}

/* Calls what the code has for the event. False: it has nothing. */
static bool handler_call(struct handler *handler, struct kept_event *kept, HRESULT *result)
{
    DISPID id;

    if (!handler->is_function)
    {
        HRESULT hr = find_method(handler->code, kept->event.type->name, &id);

        if (hr == E_OUTOFMEMORY)
            InterlockedIncrement(&handler->source->failed);
        if (FAILED(hr))
            return false;
        *result = call_with_arguments(handler->code, id, kept);
        if (*result != DISP_E_MEMBERNOTFOUND || !handler->claims_every_name)
            return true;
    }
    *result = handler_call_function(handler, kept);
    return handler->is_function || *result != DISP_E_MEMBERNOTFOUND;
}

static void handler_deliver(struct lane_receiver *receiver, struct kept_event *kept)
{
    struct handler *handler = handler_from_receiver(receiver);
    HRESULT hr;

    if (!handler_call(handler, kept, &hr))
        return;
    poll_count_call(handler->poll);
    if (FAILED(hr))
        InterlockedIncrement(&handler->source->failed);
}

static void handler_destroy(struct lane_receiver *receiver)
{
    IDispatch_Release(handler_from_receiver(receiver)->code);
}

static void handler_free(struct lane_receiver *receiver)
{
    struct handler *handler = handler_from_receiver(receiver);

    poll_release(handler->poll);
    event_source_release(handler->source);
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

HRESULT handler_subscribe(
        struct event_source *source, struct poll *poll, uint32_t events, IDispatch *code, bool whole, uint32_t *cookie)
{
    struct handler *handler = memory_alloc(sizeof(*handler));

    if (!handler)
        return E_OUTOFMEMORY;
    handler->receiver.deliver = handler_deliver;
    handler->receiver.destroy = handler_destroy;
    handler->receiver.free = handler_free;
    handler->source = source;
    handler->poll = poll;
    handler->code = code;
    handler->whole = whole;
    if (FAILED(handler_find_out_kind(handler)) || !handler_join(handler))
    {
        memory_free(handler);
        return E_OUTOFMEMORY;
    }
    event_source_addref(source);
    poll_addref(poll);
    IDispatch_AddRef(code);
    if (!listeners_add(&source->listeners, events | LISTENER_HANDLER, lane_notify, &handler->receiver,
                lane_release_listener, cookie))
    {
        lane_release_listener(&handler->receiver);
        return E_OUTOFMEMORY;
    }
    return S_OK;
}

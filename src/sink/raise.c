/* The twelve machine events as methods of IVMEventSink: raised by hand, from C or from a script. */
#include "com/error_info.h"
#include "com/failures.h"
#include "event/text.h"
#include "platform/trace.h"
#include "sink/event_invoke.h"
#include "sink/sink.h"

static BSTR describe_refusal(const struct event_type *type, HRESULT hr, const struct event_fault *fault)
{
    struct text text = {0};

    if (hr == E_INVALIDARG)
        return event_describe_fault(type, fault);
    text_append_format(&text,
            L"%ls: %ls has to be a value that a VARIANT can hold, with arrays of the type that they say, and not left "
            L"out",
            type->name, type->params[fault->param].name);
    return text_finish(&text);
}

static HRESULT sink_refuse(
        struct sink *sink, const struct event_type *type, HRESULT hr, const struct event_fault *fault)
{
    /* Nobody knows whether the arguments were right: not counted. */
    if (hr == E_OUTOFMEMORY)
        return hr;
    trace(TRACE_SINK, "source %lx: %ls is refused by 0x%08lx", TRACE_ID(sink->source), type->name, (unsigned long)hr);
    InterlockedIncrement(&sink->source->rejected);
    if (failures_are_heard(sink->source))
        failures_add_refused(sink->source, type, L"", hr, describe_refusal(type, hr, fault), SINK_ERROR_SOURCE);
    return error_raise(hr, &IID_IVMEventSink, SINK_ERROR_SOURCE, describe_refusal(type, hr, fault));
}

static inline const struct event_type *type_of(DISPID id)
{
    return &event_types[MACHINE_EVENTS_FIRST + id - EVENT_FIRST_ID];
}

static HRESULT sink_raise(IVMEventSink *iface, DISPID id)
{
    return event_source_pass(sink_from_IVMEventSink(iface)->source, type_of(id), L"", NULL);
}

/* A value of four bytes or less that is legal. */
static HRESULT sink_raise_value(struct event_source *source, const struct event_type *type, LONG value)
{
    struct event event;

    event_init_borrowed(&event, type, L"", &source->sequence);
    V_VT(&event.args[0]) = type->params[0].type;
    V_I4(&event.args[0]) = value;
    return event_source_fire_borrowed(source, type, &event);
}

static __attribute__((noinline)) HRESULT sink_refuse_value(struct sink *sink, const struct event_type *type, LONG value)
{
    struct event_fault fault = {0, 0, value};

    return sink_refuse(sink, type, E_INVALIDARG, &fault);
}

static inline HRESULT sink_raise_enumerator(IVMEventSink *iface, DISPID id, LONG value)
{
    struct sink *sink = sink_from_IVMEventSink(iface);

    if (__builtin_expect((ULONG)value > type_of(id)->params[0].last, 0))
        return sink_refuse_value(sink, type_of(id), value);
    return sink_raise_value(sink->source, type_of(id), value);
}

static inline HRESULT sink_raise_bool(IVMEventSink *iface, DISPID id, VARIANT_BOOL value)
{
    return sink_raise_value(sink_from_IVMEventSink(iface)->source, type_of(id), value ? VARIANT_TRUE : VARIANT_FALSE);
}

HRESULT WINAPI sink_OnStateChange(IVMEventSink *iface, VMVMState state)
{
    return sink_raise_enumerator(iface, vmVirtualMachineEvent_StateChanged, state);
}

HRESULT WINAPI sink_OnRequestShutdown(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_RequestShutdown);
}

HRESULT WINAPI sink_OnReset(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_Reset);
}

HRESULT WINAPI sink_OnTripleFault(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_TripleFault);
}

HRESULT WINAPI sink_OnHeartbeatStopped(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_HeartbeatStopped);
}

HRESULT WINAPI sink_OnConfigurationChanged(IVMEventSink *iface, BSTR key, VARIANT data)
{
    struct sink *sink = sink_from_IVMEventSink(iface);
    struct event_fault fault = {0};
    VARIANT args[2] = {data};
    DISPPARAMS params = {args, NULL, 2, 0};
    struct event event;
    HRESULT hr;

    V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[1]) = key;
    event_init(&event, type_of(vmVirtualMachineEvent_ConfigurationChanged), L"", &sink->source->sequence);
    if (FAILED(hr = event_decode(&event, &params, LOCALE_USER_DEFAULT, &fault)))
        return sink_refuse(sink, event.type, hr, &fault);
    hr = event_source_fire(sink->source, &event);
    event_cleanup(&event);
    return hr;
}

HRESULT WINAPI sink_OnEnhancedVideoModeChanged(IVMEventSink *iface, VARIANT_BOOL enhanced)
{
    return sink_raise_bool(iface, vmVirtualMachineEvent_EnhancedVideoModeChanged, enhanced);
}

HRESULT WINAPI sink_OnAdditionsUninstalled(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_AdditionsUninstalled);
}

HRESULT WINAPI sink_OnAdditionsAvailable(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_AdditionsAvailable);
}

HRESULT WINAPI sink_OnGuestShutdown(IVMEventSink *iface)
{
    return sink_raise(iface, vmVirtualMachineEvent_GuestShutdown);
}

HRESULT WINAPI sink_OnGuestLogoff(IVMEventSink *iface, VMLogoffType type)
{
    return sink_raise_enumerator(iface, vmVirtualMachineEvent_GuestLogoff, type);
}

HRESULT WINAPI sink_OnDiskOutOfSpace(IVMEventSink *iface, VARIANT_BOOL critically_low)
{
    return sink_raise_bool(iface, vmVirtualMachineEvent_DiskOutOfSpace, critically_low);
}

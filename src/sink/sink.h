/*
 * The sink: one object with many interfaces. What it receives goes to its event source, which has a listener for each
 * callback, script handler, queue and advised sink.
 */
#ifndef VMEVENTS_SINK_SINK_H
#define VMEVENTS_SINK_SINK_H

#include "com/class_info.h"
#include "com/connection_points.h"
#include "com/error_support.h"
#include "com/event_source.h"
#include "com/relay.h"
#include "platform/lock.h"
#include "sink/incoming_list.h"
#include "sink/poll.h"

struct sink;
struct text;

/* One event dispinterface of the sink, Virtual PC's or Virtual Server's: an IDispatch of its own, since their DISPIDs
 * collide. */
struct sink_dispinterface
{
    IDispatch IDispatch_iface;
    struct sink *sink;
    struct event_source *source; /* the sink's */
    const struct event_interface *events;
};

struct sink
{
    IVMEventSink IVMEventSink_iface;
    IVMEventCallbacks IVMEventCallbacks_iface;
    IEventRelay IEventRelay_iface;
    struct error_support error_support;
    struct class_info class_info;
    struct connection_points points;
    struct sink_dispinterface dispinterfaces[EVENT_INTERFACE_COUNT];
    struct sink_dispinterface server_dispinterfaces[EVENT_INTERFACE_COUNT];
    LONG refcount;
    struct event_source *source;
    struct poll *poll;
    struct lock lock;
    IUnknown *marshaler;           /* made when it is first asked for; guarded by the lock */
    struct incoming_list incoming; /* connections to sources; guarded by the lock */
};

static inline struct sink *sink_from_IVMEventSink(IVMEventSink *iface)
{
    return CONTAINING_RECORD(iface, struct sink, IVMEventSink_iface);
}

HRESULT sink_create(REFIID riid, void **object);

/* Each of these sets up interfaces of the sink, and stands in a file of its own (dispinterface.c, callbacks.c). */
void sink_init_dispinterfaces(struct sink *sink);
void sink_init_callbacks(struct sink *sink);

/* The twelve event methods of IVMEventSink (raise.c). */
HRESULT WINAPI sink_OnStateChange(IVMEventSink *iface, VMVMState state);
HRESULT WINAPI sink_OnRequestShutdown(IVMEventSink *iface);
HRESULT WINAPI sink_OnReset(IVMEventSink *iface);
HRESULT WINAPI sink_OnTripleFault(IVMEventSink *iface);
HRESULT WINAPI sink_OnHeartbeatStopped(IVMEventSink *iface);
HRESULT WINAPI sink_OnConfigurationChanged(IVMEventSink *iface, BSTR key, VARIANT data);
HRESULT WINAPI sink_OnEnhancedVideoModeChanged(IVMEventSink *iface, VARIANT_BOOL enhanced);
HRESULT WINAPI sink_OnAdditionsUninstalled(IVMEventSink *iface);
HRESULT WINAPI sink_OnAdditionsAvailable(IVMEventSink *iface);
HRESULT WINAPI sink_OnGuestShutdown(IVMEventSink *iface);
HRESULT WINAPI sink_OnGuestLogoff(IVMEventSink *iface, VMLogoffType type);
HRESULT WINAPI sink_OnDiskOutOfSpace(IVMEventSink *iface, VARIANT_BOOL critically_low);

/* IVMEventSink's own members, as methods of the sink (subscribe.c, incoming.c). Their errors are described. */
HRESULT sink_subscribe(struct sink *sink, VARIANT event, VARIANT handler, BSTR source, LONG *cookie);
HRESULT sink_unsubscribe(struct sink *sink, LONG cookie);
HRESULT sink_unsubscribe_all(struct sink *sink, LONG *count);
HRESULT sink_connect(struct sink *sink, IUnknown *object, BSTR label, LONG *cookie);
HRESULT sink_disconnect(struct sink *sink, LONG cookie);
void sink_disconnect_all(struct sink *sink);

/* The events that sink_connect would advise on (events_of.c). */
HRESULT sink_events_of(IUnknown *source, IVMEventCollection **events);

/* Marks an object that every apartment may call directly. */
extern const IID sink_IID_IAgileObject;

/* Sets the thread's error object, in the name of IVMEventSink, and returns hr. A string that a caller
 * gave comes as a text, in which it is quoted (event/text.h). */
HRESULT sink_error(HRESULT hr, const WCHAR *format, ...);
HRESULT sink_error_text(HRESULT hr, struct text *text);

#endif

/*
 * IEventRelay: how one sink of this library hands an event to another in the same process. It spares the decoding,
 * and the event keeps its trail, by which a loop of sinks is noticed. Private: the IID changes with struct
 * kept_event.
 */
#ifndef VMEVENTS_COM_RELAY_H
#define VMEVENTS_COM_RELAY_H

#include "com/event_source.h"
#include "event/kept_event.h"

#undef INTERFACE
#define INTERFACE IEventRelay
DECLARE_INTERFACE_(IEventRelay, IUnknown)
{
    STDMETHOD(QueryInterface)(THIS_ REFIID riid, void **object) PURE;
    STDMETHOD_(ULONG, AddRef)(THIS) PURE;
    STDMETHOD_(ULONG, Release)(THIS) PURE;

    /* Passes the event on. S_OK also when it has been here before and goes no further. */
    STDMETHOD(Relay)(THIS_ struct kept_event *kept) PURE;
};

#define IEventRelay_Release(This) (This)->lpVtbl->Release(This)
#define IEventRelay_Relay(This, kept) (This)->lpVtbl->Relay(This, kept)

extern const IID IID_IEventRelay;

/* Fires a kept event at another source, unless it came from there. S_OK, E_OUTOFMEMORY */
HRESULT event_source_relay(struct event_source *source, const WCHAR *label, struct kept_event *kept);

#endif

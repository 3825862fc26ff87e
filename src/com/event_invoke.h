/* IDispatch::Invoke for events: the way of every event from a caller to the listeners. */
#ifndef VMEVENTS_COM_EVENT_INVOKE_H
#define VMEVENTS_COM_EVENT_INVOKE_H

#include "com/event_source.h"

/* The source that descriptions of errors name. */
#define SINK_ERROR_SOURCE L"VMEvents.Sink"

/*
 * Decodes, validates and fires one event of the interface at the source. `label` names where it comes from.
 *
 * S_OK
 * DISP_E_MEMBERNOTFOUND    no event has that id, or flags asks for anything but a method
 * DISP_E_UNKNOWNINTERFACE  riid is not IID_NULL
 * DISP_E_EXCEPTION         a value that its enumeration does not have: scode E_INVALIDARG, and a description
 * E_POINTER                params is NULL, or what it says is there is not
 * DISP_E_BADPARAMCOUNT, DISP_E_PARAMNOTFOUND, DISP_E_PARAMNOTOPTIONAL, DISP_E_TYPEMISMATCH, E_OUTOFMEMORY
 *                          as event_decode tells them; *arg_error is set where an argument is to blame
 */
HRESULT event_invoke(struct event_source *source, const struct event_interface *events, const WCHAR *label, DISPID id,
        REFIID riid, LCID lcid, WORD flags, const DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception,
        UINT *arg_error);

#endif

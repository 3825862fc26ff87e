/* What is wrong with the arguments of an event, in words for whoever gave them. Each answers NULL when memory is out, and
 * otherwise a string that the caller frees by SysFreeString. */
#ifndef VMEVENTS_EVENT_REFUSAL_H
#define VMEVENTS_EVENT_REFUSAL_H

#include "event/event.h"

/* "OnGuestLogoff takes 1 argument (logoffType), not 2" */
BSTR refusal_describe_count(const struct event_type *type, UINT count);

/* A string that is none of the enumerators: "OnGuestLogoff: logoffType is "x"; VMLogoffType has 0 (…), …" */
BSTR refusal_describe_enumerator(const struct event_type *type, UINT param, BSTR string);

/* An argument of the wrong type, as which this string stood (NULL: no string), or one left out (DISP_E_PARAMNOTOPTIONAL).
 * "OnReset: x must be a number" */
BSTR refusal_describe_argument(const struct event_type *type, UINT param, BSTR string, HRESULT hr);

/* The string as which an argument stands, or NULL. */
BSTR refusal_argument_string(const VARIANT *arg);

/* Whatever event_decode has refused. */
BSTR refusal_describe(
        const struct event_type *type, HRESULT hr, const struct event_fault *fault, const DISPPARAMS *params);

/* "IVMDVDDriveEvents has no event 7; it has those from 1 to 2" */
BSTR refusal_describe_id(const struct event_interface *events, DISPID id);

#endif

/* What is wrong with an event that a client or a scenario names, in words: descriptions that say what would be right. Each
 * is for SysFreeString; NULL: out of memory. */
#ifndef VMEVENTS_HOST_NAMED_EVENTS_DESCRIBE_H
#define VMEVENTS_HOST_NAMED_EVENTS_DESCRIBE_H

#include "host/named_events.h"

/* A name of which there is no event there. */
BSTR named_events_describe_name(BSTR name, enum named_at at);

/* A wrong number of arguments. */
BSTR named_events_describe_count(const struct event_type *type, UINT count);

/* A string that is none of the enumerators that the parameter takes. */
BSTR named_events_describe_enumerator(const struct event_type *type, UINT param, BSTR string);

/* An argument that was left out (DISP_E_PARAMNOTOPTIONAL) or is of no use. string: the argument, when it is one; or
 * NULL. */
BSTR named_events_describe_argument(const struct event_type *type, UINT param, BSTR string, HRESULT hr);

#endif

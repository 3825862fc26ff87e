/* What is wrong with the name of an event that a client or a scenario gives, in words that say what would be right
 * (event/refusal.h has those for arguments). For SysFreeString; NULL: out of memory. */
#ifndef VMEVENTS_HOST_NAMED_EVENTS_DESCRIBE_H
#define VMEVENTS_HOST_NAMED_EVENTS_DESCRIBE_H

#include "host/named_events.h"

/* A name of which there is no event there. */
BSTR named_events_describe_name(BSTR name, enum named_at at);

#endif

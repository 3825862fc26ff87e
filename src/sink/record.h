/* IVMEventRecord: a kept event as scripts see it. */
#ifndef VMEVENTS_SINK_RECORD_H
#define VMEVENTS_SINK_RECORD_H

#include "event/kept_event.h"

/* Makes a record with a reference of its own to the event. S_OK, E_OUTOFMEMORY */
HRESULT record_create(struct kept_event *kept, IVMEventRecord **record);

#endif

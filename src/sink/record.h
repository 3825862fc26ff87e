/* IVMEventRecord: a kept event as scripts see it. */
#ifndef VMEVENTS_SINK_RECORD_H
#define VMEVENTS_SINK_RECORD_H

#include "event/kept_event.h"

/* Makes a record that has no event yet: until record_set_event nothing but releasing it may be called. S_OK,
 * E_OUTOFMEMORY */
HRESULT record_create(IVMEventRecord **record);

/* Gives the record its event, with a reference of its own. */
void record_set_event(IVMEventRecord *record, struct kept_event *kept);

#endif

/* IVMEventFailure: what went wrong with an event, as scripts see it. */
#ifndef VMEVENTS_SINK_FAILURE_OBJECT_H
#define VMEVENTS_SINK_FAILURE_OBJECT_H

#include "event/failure.h"

/* Makes an object with a reference of its own to the failure. S_OK, E_OUTOFMEMORY */
HRESULT failure_object_create(struct failure *failure, IVMEventFailure **object);

#endif

/* An event as a kind of live machine says it (live/live_event.h), as one of the catalogue's. */
#ifndef VMEVENTS_HOST_LIVE_EVENT_FIRE_H
#define VMEVENTS_HOST_LIVE_EVENT_FIRE_H

#include "host/live/live_event.h"
#include "host/machine.h"

/* Fires it. When there is no memory for it, it is dropped, but for the state that it tells of. One that was told and makes no
 * sense is dropped too; *reason says why, for SysFreeString, and is NULL otherwise. */
void live_event_fire(struct machine *machine, const struct vm_event *said, BSTR *reason);

#endif

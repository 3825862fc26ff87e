/*
 * Stand-ins: what is kept of an object among an event's arguments.
 *
 * An object belongs to an apartment, and may belong to a process that is busy or hangs. An event that is kept goes to
 * other apartments, is put into queues, and ends on whatever thread is the last to need it. So the copy has a stand-in
 * in the object's place, which may be called and released on any thread:
 *
 * - Calls go on to the object in its own apartment. To a client in another process the stand-in is an object of this
 *   process that has IDispatch, so that handing it over, and letting go of it, asks nothing of the process that the
 *   object is in.
 * - Releasing it never calls the object: that is done where nobody waits, in the object's apartment.
 */
#ifndef VMEVENTS_COM_STAND_IN_H
#define VMEVENTS_COM_STAND_IN_H

#include "event/kept_event.h"

/* From here on events that are kept have stand-ins for their objects; with DllMain or main. */
void stand_ins_init(void);

/* For a process in which every event is kept and delivered in the multithreaded apartment: objects of that one are not
 * registered for other apartments. (Registering one may call the process that it is in.) */
void stand_ins_stay_in_place(void);

/*
 * The arguments of a kept event as they may be called in the calling thread's apartment: of an object of this very
 * apartment the object itself, of another's a proxy. Where the object cannot be reached any more its stand-in is left,
 * whose methods say so. To be ended by arguments_close. The arguments stay valid as long as the event.
 *
 * S_OK, E_OUTOFMEMORY
 */
HRESULT arguments_open(const struct kept_event *kept, VARIANT args[EVENT_MAX_ARGS]);
void arguments_close(const struct kept_event *kept, VARIANT args[EVENT_MAX_ARGS]);

#endif

/* The events that a caller of Subscribe or WaitFor asks for. */
#ifndef VMEVENTS_SINK_EVENT_CHOICE_H
#define VMEVENTS_SINK_EVENT_CHOICE_H

#include "event/event.h"

struct event_choice
{
    uint32_t events;    /* their bits */
    bool several_names; /* it is not one name or number, but a list or a pattern: the caller cannot tell which will come */
};

/*
 * A name ("OnGuestLogoff", "IVMDVDDriveEvents.OnMediaEject"), a number of IVMVirtualMachineEvents, a pattern ("OnGuest*",
 * "*"), or several of these: in a string with commas, in an array, or in an object whose default value is such a
 * string, as that of JScript's arrays is. "!" alone means failures (EVENT_FAILURE_MASK). Anything else is refused with a description in the name of that method.
 *
 * S_OK, E_INVALIDARG, E_POINTER (a reference to nothing), E_OUTOFMEMORY, and what an object says that is asked for its
 * default value
 */
HRESULT event_choice_from_variant(const WCHAR *method, const VARIANT *value, struct event_choice *choice);

/* Whether the source is the one that a caller has named; an empty name, or NULL, is any. In any case, as names of
 * machines are. */
bool source_is_chosen(BSTR chosen, const WCHAR *source);

#endif

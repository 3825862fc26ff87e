/* Events as clients and scenarios name them: from a name and arguments to events that can be fired. */
#ifndef VMEVENTS_HOST_NAMED_EVENTS_H
#define VMEVENTS_HOST_NAMED_EVENTS_H

#include "event/event.h"

/* Who takes a name, and so whose events it may mean. */
enum named_at
{
    NAMED_AT_MACHINE,
    NAMED_AT_HOST,
    NAMED_IN_SCENARIO /* a machine's, and only if that has none of the name the host's */
};

/* Whether an event is one of the host's. All others are a machine's. */
static inline bool event_type_is_of_host(const struct event_type *type)
{
    return type->interface_ == &event_interfaces[PC_EVENTS];
}

/* The DVD drive and the floppy drive have events of the same names. */
#define NAMED_EVENTS_MAX 2

/* Borrows from the arguments and the source's name that it was made of. Stays where it is: events cannot be moved. */
struct named_events
{
    UINT count;
    struct event events[NAMED_EVENTS_MAX];
    struct details *details; /* that go with each; NULL: there are none */
    struct event_origin origin;
};

/*
 * Finds the events of that name, in any case; "IVMDVDDriveEvents.OnMediaEject" names the one of that interface,
 * "OnMediaEject" means both. They are all the host's, or all a machine's, whose source is named as given. Arguments in the
 * order of declaration; an enumerator may be given by its name. Behind them may stand details (named_details.h).
 *
 * To be ended by named_events_cleanup when it succeeds; otherwise *description says what is wrong, for SysFreeString.
 *
 * S_OK
 * E_INVALIDARG          no such event, a value that its enumeration does not have, or a detail twice
 * DISP_E_BADPARAMCOUNT  too many or too few arguments
 * DISP_E_TYPEMISMATCH, DISP_E_PARAMNOTOPTIONAL, E_POINTER, E_OUTOFMEMORY
 */
HRESULT named_events_init(struct named_events *named, enum named_at at, BSTR name, const VARIANT *args, UINT count,
        const WCHAR *source, LCID lcid, BSTR *description);

void named_events_cleanup(struct named_events *named);

/* The events of that name, as bits. 0: there is none. */
uint32_t named_events_mask(BSTR name, enum named_at at);

#endif

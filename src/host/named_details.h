/* Details as clients and scenarios give them, behind the arguments of an event: strings that have the name, "=" and the value. */
#ifndef VMEVENTS_HOST_NAMED_DETAILS_H
#define VMEVENTS_HOST_NAMED_DETAILS_H

#include "event/event.h"

/*
 * Makes details, for details_release, of all arguments: args is the whole of what was given for an event of that type, count is
 * more than it takes. Otherwise *description says what is wrong, for SysFreeString.
 *
 * S_OK, E_OUTOFMEMORY
 * DISP_E_BADPARAMCOUNT  one behind the event's arguments is no detail, or there are too many
 * E_INVALIDARG          two have the same name
 */
HRESULT named_details_read(
        const struct event_type *type, const VARIANT *args, UINT count, struct details **details, BSTR *description);

#endif

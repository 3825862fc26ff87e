/* A script's handler: a function, or an object with methods named like the events. */
#ifndef VMEVENTS_SINK_HANDLER_H
#define VMEVENTS_SINK_HANDLER_H

#include "sink/event_choice.h"
#include "sink/poll.h"

/*
 * Calls `code` for the events that were chosen, in the calling thread's apartment. A function that cannot tell which of
 * several names will come gets the event's record instead of its arguments. `from`: only for those of that source, as
 * source_is_chosen has it; NULL: of all.
 *
 * S_OK, E_OUTOFMEMORY; DISP_E_MEMBERNOTFOUND: the code is neither a function nor an object with methods for events
 */
HRESULT handler_subscribe(struct event_source *source, struct poll *poll, const struct event_choice *choice, BSTR from,
        IDispatch *code, uint32_t *cookie);

#endif

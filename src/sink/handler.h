/* A script's handler: a function, or an object with methods named like the events. */
#ifndef VMEVENTS_SINK_HANDLER_H
#define VMEVENTS_SINK_HANDLER_H

#include "sink/poll.h"

/*
 * Calls `code` for the events whose bits are set, in the calling thread's apartment. `whole` asks that a function
 * gets the event's record instead of its arguments. S_OK, E_OUTOFMEMORY
 */
HRESULT handler_subscribe(struct event_source *source, struct poll *poll, uint32_t events, IDispatch *code, bool whole,
        uint32_t *cookie);

#endif

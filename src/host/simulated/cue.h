/* A line of a scenario with its meaning: an event of a machine or of the host with arguments, ready to be fired at its time. */
#ifndef VMEVENTS_HOST_CUE_H
#define VMEVENTS_HOST_CUE_H

#include "event/event.h"
#include "host/simulated/scenario.h"

struct cue
{
    uint32_t time_ms;
    BSTR event; /* its name, as the line has it */
    UINT arg_count;
    VARIANT args[SCENARIO_MAX_ARGS];
};

/*
 * Makes and checks the cue of a line. To be ended by cue_cleanup when it succeeds; otherwise *description says what is
 * wrong with the line, for SysFreeString.
 *
 * S_OK, E_OUTOFMEMORY, and what named_events_init returns
 */
HRESULT cue_init(struct cue *cue, const struct scenario_line *line, BSTR *description);

void cue_cleanup(struct cue *cue);

#endif

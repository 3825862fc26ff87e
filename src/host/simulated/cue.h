/* A line of a scenario or of a recording with its meaning: an event of a machine or of the host with arguments, ready to be fired at its time. */
#ifndef VMEVENTS_HOST_CUE_H
#define VMEVENTS_HOST_CUE_H

#include "event/event.h"
#include "host/simulated/scenario.h"
#include "recording/recorded_event.h"

struct cue
{
    ULONGLONG time_ms; /* since the first */
    BSTR source;       /* whose it was in a recording; NULL in a scenario */
    BSTR event;        /* its name, as the line has it; with its interface in a recording */
    UINT arg_count;
    VARIANT args[SCENARIO_MAX_ARGS];
    struct details *details; /* what its source knew besides; NULL: nothing */
};

/*
 * Makes and checks the cue of a line. To be ended by cue_cleanup when it succeeds; otherwise *description says what is
 * wrong with the line, for SysFreeString.
 *
 * S_OK, E_OUTOFMEMORY, and what named_events_init returns
 */
HRESULT cue_init(struct cue *cue, const struct scenario_line *line, BSTR *description);

/*
 * The same of an event of a recording, time_ms after its first; the event's source, arguments and details become the cue's.
 *
 * S_OK, E_OUTOFMEMORY, and what named_events_init returns
 */
HRESULT cue_init_recorded(struct cue *cue, struct recorded_event *event, ULONGLONG time_ms, BSTR *description);

void cue_cleanup(struct cue *cue);

#endif

/*
 * What is played: the events of a scenario file or a recording, each with its time and, once it has been cast, with the machine
 * that fires it.
 */
#ifndef VMEVENTS_HOST_PLAY_H
#define VMEVENTS_HOST_PLAY_H

#include "host/machine.h"
#include "host/simulated/cue.h"

struct play
{
    const IID *iid; /* of whose method Play is, for errors */
    struct cue *cues;
    size_t count;
    size_t size;
    bool is_recording;
};

/*
 * Reads and checks a file; the last line of a recording that was cut is left out. No event has a machine yet. To be ended by
 * play_cleanup, also when it fails.
 *
 * S_OK, what play_file_read returns, and with a description what is wrong with a line: E_INVALIDARG and others of
 * named_events_init
 */
HRESULT play_load(struct play *play, BSTR path, REFIID iid);

void play_cleanup(struct play *play);

/* Returns hr with a description: the path, the number of the line and the reason, which quotes what it has of the file. */
HRESULT play_error_line(const struct play *play, HRESULT hr, const WCHAR *path, uint32_t line, const WCHAR *reason);

/* Whether the event is a change of a machine's state, and whether it is one of the host's. */
bool cue_is_state_change(const struct cue *cue);
bool cue_is_of_host(const struct cue *cue);

/*
 * Fires the events, each at its time divided by speed (greater than 0), in their order, and counts them in *fired. Where a
 * recording has events of the host, its clients hear these alone, and not once more what follows from a machine's. `host` fires
 * those that have no machine; NULL: all have one.
 *
 * S_OK, E_OUTOFMEMORY, and with a description:
 * VM_E_VM_UNKNOWN  the machine whose turn it is has been removed
 * E_ACCESSDENIED   OnStateChange, of a live machine
 */
HRESULT play_perform(const struct play *play, const struct machine_host *host, double speed, LONG *fired);

#endif

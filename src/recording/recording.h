/*
 * A recording: a file of JSON lines, an event each, in UTF-8. Lines without anything are let be. The last line may have been
 * cut, where whoever wrote it was ended: a line that is not ended and cannot be read is left out.
 */
#ifndef VMEVENTS_RECORDING_RECORDING_H
#define VMEVENTS_RECORDING_RECORDING_H

#include "recording/recorded_event.h"

/* The largest recording that is read. */
#define RECORDING_MAX_MB 64

/* Borrows the text. Begins with recording_begin. */
struct recording
{
    const char *next;
    const char *end;
    uint32_t line; /* the number of the line that was read last, from 1 up */
    bool cut;      /* the last line was */
};

/* Whether text is a recording, and no scenario: the first thing in it is a brace. */
bool recording_is_one(const char *text, size_t size);

void recording_begin(struct recording *recording, const char *text, size_t size);

/*
 * Reads the next event, which ends by recorded_event_cleanup.
 *
 * S_OK, S_FALSE (there is none any more), E_OUTOFMEMORY
 * E_INVALIDARG  the line is wrong; *reason says why, for SysFreeString
 */
HRESULT recording_next(struct recording *recording, struct recorded_event *event, BSTR *reason);

/* Whether the last line is one that was cut; the others are not looked at. */
bool recording_is_cut(const char *text, size_t size);

#endif

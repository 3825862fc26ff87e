/* An event as a recording has it: a line of JSON, as `vmwatch --record` writes it (event/json.h, event/json_exact.h). */
#ifndef VMEVENTS_RECORDING_RECORDED_EVENT_H
#define VMEVENTS_RECORDING_RECORDED_EVENT_H

#include "event/catalogue.h"
#include "event/details.h"

struct recorded_event
{
    LONG sequence;
    ULONGLONG time_ms; /* UTC, since 1601 */
    BSTR source;
    const struct event_type *type;
    VARIANT args[EVENT_MAX_ARGS]; /* each of its declared type, and legal */
    struct details *details;      /* NULL: it has none */
};

/*
 * Reads a line without its end. Members that are not known are let be: a later version may have written them. To be ended
 * by recorded_event_cleanup when it succeeds; otherwise *reason says what is wrong with the line, for SysFreeString.
 *
 * S_OK, E_INVALIDARG, E_OUTOFMEMORY (*reason is NULL)
 */
HRESULT recorded_event_read(struct recorded_event *event, const char *line, size_t length, BSTR *reason);

void recorded_event_cleanup(struct recorded_event *event);

/* When it was, as IVMEventRecord::Time has it. */
DATE recorded_event_date(const struct recorded_event *event);

#endif

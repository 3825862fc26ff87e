/* An event that is shown, wherever it comes from. */
#ifndef VMEVENTS_WATCH_SHOWN_EVENT_H
#define VMEVENTS_WATCH_SHOWN_EVENT_H

#include "event/catalogue.h"

struct shown_event
{
    DATE time; /* UTC */
    BSTR source;
    const struct event_type *type;
    BSTR text; /* what event_to_text says of it */
    BSTR json; /* what event_to_json does */
};

/* To be ended by shown_event_cleanup when it succeeds. What the record's properties return, and E_UNEXPECTED: the catalogue
 * does not have the event. */
HRESULT shown_event_from_record(struct shown_event *event, IVMEventRecord *record);

void shown_event_cleanup(struct shown_event *event);

#endif

/* What becomes of each event: it is chosen, printed, recorded, and put on the timeline. */
#ifndef VMEVENTS_WATCH_SHOWING_H
#define VMEVENTS_WATCH_SHOWING_H

#include "watch/output.h"
#include "watch/record_file.h"
#include "watch/timeline_file.h"

struct showing
{
    const struct options *options;
    struct output output;
    struct record_file record;
    struct timeline_file timeline;
    bool quiet; /* nothing is printed: a recording is read to make a file of it */
    long shown;
};

/* To be ended by showing_end, also when it fails. False: that has been written to standard error. */
bool showing_begin(struct showing *showing, const struct options *options);

/* S_OK; S_FALSE: that was the last of those that were asked for. Errors have been written. */
HRESULT showing_show(struct showing *showing, const struct shown_event *event);

/* No event has come for a moment. False: that has been written. */
bool showing_rest(struct showing *showing);
bool showing_end(struct showing *showing);

#endif

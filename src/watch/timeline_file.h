/*
 * The page of --timeline: one file of HTML with everything in it, its parts in src/watch/timeline. The events stand at its
 * end as lines of JSON, and are written as they come: a page that is not finished can be looked at.
 */
#ifndef VMEVENTS_WATCH_TIMELINE_FILE_H
#define VMEVENTS_WATCH_TIMELINE_FILE_H

#include <stdbool.h>

#include "watch/shown_event.h"

struct timeline_file
{
    HANDLE file;
    const WCHAR *path;
    bool failed; /* which has been told */
};

/* Begins with the file closed: {0}. A file that is there is written over. Each returns false when it fails, which has been
 * written to standard error. */
bool timeline_file_open(struct timeline_file *timeline, const WCHAR *path);
bool timeline_file_write(struct timeline_file *timeline, const struct shown_event *event);
bool timeline_file_close(struct timeline_file *timeline);

#endif

/*
 * The file of --record: JSON lines, the same as --json prints.
 *
 * A recording that is there is gone on with; another file is refused. Lines are written one by one, and are on the disk once no
 * event has come for a moment. A line that was cut, when whoever wrote it was ended, is taken out of a file that is gone on with.
 */
#ifndef VMEVENTS_WATCH_RECORD_FILE_H
#define VMEVENTS_WATCH_RECORD_FILE_H

#include <stdbool.h>

#include "watch/shown_event.h"

struct record_file
{
    HANDLE file;
    const WCHAR *path;
    bool unflushed;
};

/* Begins with the file closed: {0}. Each returns false when it fails, which has been written to standard error. */
bool record_file_open(struct record_file *file, const WCHAR *path);
bool record_file_write(struct record_file *file, const struct shown_event *event);

/* No event has come for a moment. */
bool record_file_rest(struct record_file *file);

bool record_file_close(struct record_file *file);

#endif

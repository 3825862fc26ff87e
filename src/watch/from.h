/* --from: what a recording has is shown as if it came now. */
#ifndef VMEVENTS_WATCH_FROM_H
#define VMEVENTS_WATCH_FROM_H

#include "watch/exit_code.h"
#include "watch/options.h"

enum exit_code show_recording(const struct options *options);

/* Says on standard error when the last line of a file that is a recording was cut. What cannot be read is let be. */
void warn_of_cut_line(const WCHAR *path);

#endif

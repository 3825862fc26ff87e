/* Recording what WMI and the event log say of a machine of Hyper-V's, for the tests of this project (docs/hyperv.md). */
#ifndef VMEVENTS_WATCH_RAW_RECORDING_H
#define VMEVENTS_WATCH_RAW_RECORDING_H

#include "watch/options.h"

/*
 * Reads WMI and the log in this process, with the rights of who runs it and no host, and writes into the file of
 * options->record_raw, which is made, until --timeout, --count events or Ctrl+C. COM has to be there. Complains by itself.
 * False: it could not be done.
 */
bool raw_recording_run(const struct options *options);

#endif

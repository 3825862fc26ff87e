/* The machine that is watched, as the host has it: simulated ones by their names, live ones by their addresses. */
#ifndef VMEVENTS_WATCH_MACHINE_H
#define VMEVENTS_WATCH_MACHINE_H

#include <stdbool.h>

#include "vmevents.h"
#include "watch/options.h"

/* Finds the machine, or makes or opens it when there is none. The caller releases it. A failure has been written to
 * standard error. */
HRESULT machine_open(const struct options *options, IVMEventMachine **machine);

/* Whether the machine is still there. A fault of a live machine's connections is written to standard error, once until
 * it is another one or gone: *fault is the one that was written last, which the caller frees by SysFreeString. */
bool machine_look_after(IVMEventMachine *machine, BSTR *fault);

#endif

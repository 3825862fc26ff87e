/* The machine that is watched, as the host has it: simulated ones by their names, live ones by their addresses. */
#ifndef VMEVENTS_WATCH_MACHINE_H
#define VMEVENTS_WATCH_MACHINE_H

#include <stdbool.h>

#include "vmevents.h"
#include "watch/options.h"

/* Finds the machine, or makes or opens it when there is none. The caller releases it. What fails is complained of. */
HRESULT machine_open(const struct options *options, IVMEventMachine **machine);

/* Whether it is still there. What is wrong with the connections of a live machine is complained of, each time that it
 * is something else: *fault is what was wrong before, the caller's. */
bool machine_look_after(IVMEventMachine *machine, BSTR *fault);

#endif

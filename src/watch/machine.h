/* A machine that is watched, as the host has it: simulated ones by their names, live ones by their addresses. */
#ifndef VMEVENTS_WATCH_MACHINE_H
#define VMEVENTS_WATCH_MACHINE_H

#include <stdbool.h>

#include "vmevents.h"

/* Finds the machine of that name or address, or makes or opens it when there is none. `name` is what the host is to call
 * one that is given by its address; NULL: that is made of it. The caller releases the machine. A failure has been written
 * to standard error. */
HRESULT machine_open(IDispatch *host, const WCHAR *machine, const WCHAR *name, IVMEventMachine **result);

/* Connects the sink to the machine. A failure has been written to standard error. */
HRESULT machine_connect(IVMEventMachine *machine, IVMEventSink *sink);

/* Whether it has not been removed, nor its host ended. */
bool machine_is_there(IVMEventMachine *machine);

/* Writes a fault of a live machine's connections to standard error, once until it is another one or gone: *fault is the one
 * that was written last, which the caller frees by SysFreeString. `name` stands in front of it; NULL: the machine is the
 * only one. */
void machine_tell_fault(IVMEventMachine *machine, const WCHAR *name, BSTR *fault);

#endif

/* Sinks to measure, and what every subject needs of them. Everything here ends the program when it fails. */
#ifndef VMEVENTS_BENCH_SINKS_H
#define VMEVENTS_BENCH_SINKS_H

#include "vmevents.h"

/* Ends the program. */
void fail(const char *what, HRESULT hr);

static inline void check(const char *what, HRESULT hr)
{
    if (FAILED(hr))
        fail(what, hr);
}

/* Loads the DLL, from which all sinks here come. */
void sinks_load(const WCHAR *dll);

/* What the callbacks add up, so that no compiler does without them. */
extern volatile LONG sum;

/* A sink with so many callbacks for OnGuestLogoff, its queue off as in any program of callbacks. */
IVMEventSink *sink_with_callbacks(unsigned int count);

IVMEventCallbacks *callbacks_of(IVMEventSink *sink);

/* The sink's IDispatch for IVMVirtualMachineEvents. */
IDispatch *machine_events_of(IVMEventSink *sink);

/* Calls of OnGuestLogoff, by Invoke and by the vtable: functions for a contender, whose context is the IDispatch or
 * the sink. */
void run_invoke(void *events, unsigned int count);
void run_direct(void *sink, unsigned int count);

#endif

/*
 * JScript in this process, in a thread with a single-threaded apartment of its own, which runs until it is stopped. The
 * script sees the sink as `sink` and has a handler for OnGuestLogoff, subscribed to it, that calls back here.
 */
#ifndef VMEVENTS_BENCH_SCRIPT_ENGINE_H
#define VMEVENTS_BENCH_SCRIPT_ENGINE_H

#include <stdbool.h>

#include "vmevents.h"

/* Waits until the script has subscribed. False: there is no JScript. */
bool script_start(IVMEventSink *sink);
void script_stop(void);

/* The script's handler itself, as every apartment may call it; a new reference, for the calling thread. */
IDispatch *script_handler(void);

/* How often the handler has run, and when it did last, as clock_ns tells it. */
LONG script_heard(void);
double script_heard_at(void);

/* Waits until it has run that often. */
void script_wait(LONG count);

#endif

/* How a thread waits in its apartment: a single-threaded one goes on working. */
#ifndef VMEVENTS_SINK_PUMP_H
#define VMEVENTS_SINK_PUMP_H

#include "com/apartment.h"

/*
 * Lets the calling thread's apartment work for a while, or wait until `wake` is signalled, something happens, or
 * timeout_ms are over. A single-threaded one runs its jobs and dispatches its messages; *jobs counts the jobs over
 * several calls, so that messages have their turn between many. False: the thread has been asked to quit (WM_QUIT,
 * which is posted again).
 */
bool pump(struct apartment *apartment, HANDLE wake, DWORD timeout_ms, UINT *jobs);

#endif

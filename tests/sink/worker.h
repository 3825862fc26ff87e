/* Threads in apartments. */
#ifndef VMEVENTS_TESTS_WORKER_H
#define VMEVENTS_TESTS_WORKER_H

#include <windows.h>

/* A thread in no apartment of its own. */
#define NO_APARTMENT 0xffffffffu

/* Runs body(context) on a new thread in an apartment of that kind (COINIT_…), which it leaves at the end. */
HANDLE worker_start(DWORD apartment, void (*body)(void *context), void *context);
void worker_join(HANDLE worker);

/* Both at once: the body has run when this returns. */
void worker_run(DWORD apartment, void (*body)(void *context), void *context);

/* The same for a thread that ends without leaving its single-threaded apartment. */
void worker_run_and_lose(void (*body)(void *context), void *context);

/* Whether the calling thread is in a single-threaded apartment. */
BOOL is_single_threaded(void);

#endif

/* Who calls. */
#ifndef VMEVENTS_HOST_CALLER_H
#define VMEVENTS_HOST_CALLER_H

#include <windows.h>

/* The process that the call which the calling thread answers comes from. 0: from this one, or not known. */
DWORD caller_process(void);

#endif

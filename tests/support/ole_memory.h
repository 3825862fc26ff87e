/*
 * The memory that OLE Automation gives and takes: strings, arrays, CoTaskMemAlloc. Counted for the whole process by
 * COM's own means, an IMallocSpy.
 */
#ifndef VMEVENTS_TESTS_OLE_MEMORY_H
#define VMEVENTS_TESTS_OLE_MEMORY_H

#include <windows.h>

/* Begins to count, once for the process. */
void ole_memory_watch(void);

/* Blocks that were had since then and not given back. */
LONG ole_memory_live(void);

#endif

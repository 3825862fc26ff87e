/* Blocks of OLE Automation's memory that are not to be counted, by who had them. */
#ifndef VMEVENTS_TESTS_OLE_CALLERS_H
#define VMEVENTS_TESTS_OLE_CALLERS_H

#include <stdbool.h>

/* Whether the block that is being given is one that Wine loses (wine_loses_arguments). Then it is remembered. */
bool ole_callers_is_lost(void *memory);

/* Whether the block was remembered. Then it is forgotten. */
bool ole_callers_forget(void *memory);

#endif

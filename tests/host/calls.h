/* How many calls this process makes to others, and how many come from them. */
#ifndef VMEVENTS_TESTS_CALLS_H
#define VMEVENTS_TESTS_CALLS_H

#include <windows.h>

/* Begins to count; in an apartment, once. */
void calls_count(void);

LONG calls_made(void);
LONG calls_come(void);

#endif

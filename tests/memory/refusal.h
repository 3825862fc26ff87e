/*
 * Memory that runs out on purpose. Whatever a module of the project gets memory by is counted, and one request of them
 * is refused: what platform/memory.h gives, and the functions of Windows that the module imports which can fail for
 * want of memory, each with what it returns then.
 */
#ifndef VMEVENTS_TESTS_REFUSAL_H
#define VMEVENTS_TESTS_REFUSAL_H

#include <stdbool.h>

#include <windows.h>

#include "support/counted_memory.h"

/* Stands in the way of the module's requests. Again after each time that it has been loaded. */
void refusal_install(HMODULE module, const struct counted_memory *memory);

/* Refuses the request of that number from here on, counted from 1; of all threads', or of this one's. */
void refusal_arm(LONG number);
void refusal_arm_here(LONG number);

/* Refuses no more. Whether there was a request of that number. */
bool refusal_disarm(void);

/* What was refused last. */
const char *refusal_of(void);

/* Asks for the right to go on, for objects of the test that may run out of memory too. */
bool refusal_allows(const char *what);

#endif

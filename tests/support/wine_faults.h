/*
 * Faults of Wine's that a test has to allow for, by their names. Each is known by the versions that have it: 8.0 and 10.0
 * were looked at, and what was first seen in 10.0 is taken to be in 9 and all later ones. On Windows there is none.
 */
#ifndef VMEVENTS_TESTS_WINE_FAULTS_H
#define VMEVENTS_TESTS_WINE_FAULTS_H

#include <stdbool.h>

/* What rpcrt4 itself had to read the arguments of a call of IDispatch::Invoke from another apartment stays where the call
 * is answered: two blocks, 48 and 24 bytes, for each. 10.0. */
bool wine_loses_arguments(void);

/* A thread that has seen a desktop before it had a window for messages never sees that window. 10.0; in 8.0 the thread
 * finds it when it looks at the desktop by another handle. */
bool wine_keeps_half_a_desktop(void);

/* The heap has small blocks in groups of up to 64 KB, and a walk through it counts a group as one block in use, whatever of
 * it is. 10.0. */
bool wine_counts_groups_of_blocks(void);

/* Now and then on a busy machine a new process is gone before anything of its program has run, and CreateProcess fails by
 * ERROR_INTERNAL_ERROR. Seen in 8.0, and allowed for in all. */
bool wine_fails_to_start(void);

#endif

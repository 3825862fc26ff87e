/* The ends of connections to clients that hang, while the host goes on. */
#ifndef VMEVENTS_HOST_ENDINGS_H
#define VMEVENTS_HOST_ENDINGS_H

#include <windows.h>

/* A client that has not returned from a call for so long, when its connection is to end, is let go: what waits for it is
 * dropped, and counts in the host's Dropped. One that returns from each call within the time gets everything. */
#define CLIENT_PATIENCE_MS 30000

/* Has ready what watching needs. FALSE: out of memory. */
BOOL endings_init(void);
void endings_cleanup(void);

/* Connections have begun to end: looks after them until all have. */
void endings_watch(void);

#endif

/*
 * What keeps the process alive: the references that clients hold to its objects, and the locks of its class object.
 * Every such reference is counted here besides where its object counts it. What the process's own objects hold of each
 * other is not: it would keep the process without a client.
 */
#ifndef VMEVENTS_HOST_PROCESS_LIFE_H
#define VMEVENTS_HOST_PROCESS_LIFE_H

#include <windows.h>

/* Has ready what process_wait needs. FALSE: out of memory. */
BOOL process_life_init(void);

/* Any thread. */
void process_addref(void);
void process_release(void);

/* Whether anybody holds a reference. Under Wine a client that ended may have left some: see wine_clients.h. */
BOOL process_has_references(void);

/* Ends one process_wait: that under way, or the next. Any thread. */
void process_wake(void);

/* Waits until process_wake is called, as it is when the last reference is released; no longer than that. */
void process_wait(DWORD timeout_ms);

#endif

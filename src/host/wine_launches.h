/*
 * Clients that create the host at the same moment, while no process of it runs. Windows starts one for all of them.
 * Under Wine 8.0 each client starts one; all then reach the one that was the first to offer its class object, and the
 * others would wait for clients of their own, and get those that come when the first is about to end. So under Wine
 * one process at a time offers it. On Windows nothing of this is active.
 */
#ifndef VMEVENTS_HOST_WINE_LAUNCHES_H
#define VMEVENTS_HOST_WINE_LAUNCHES_H

#include <windows.h>

/*
 * Waits until no other process offers the class object. From then on this one may, on the calling thread, until it
 * calls wine_launches_end_turn. Returns how long it is to wait for its first client, in milliseconds: at most timeout,
 * and 0 when the other process stays, which is the one that all clients have reached by then.
 */
DWORD wine_launches_await_turn(DWORD timeout);
void wine_launches_end_turn(void);

#endif

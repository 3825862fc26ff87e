/*
 * Clients that end without releasing what they hold. Windows notices, and releases it for them; Wine 8.0 does not.
 * So under Wine the host learns from every call which process it comes from, and watches those processes: when none
 * is left, nobody can call it any more. On Windows nothing of this is active.
 */
#ifndef VMEVENTS_HOST_WINE_CLIENTS_H
#define VMEVENTS_HOST_WINE_CLIENTS_H

#include <windows.h>

/* From here on on_gone is called whenever the last client process has ended, on any thread. */
void wine_clients_watch(void (*on_gone)(void));

/* Whether there were client processes, and all have ended. */
BOOL wine_clients_are_gone(void);

/*
 * Waits until no call has come in for a moment. Wine neither suspends class objects nor tells of their clients by
 * LockServer; so this is called before the class object is withdrawn and behind it, for clients that are about to get
 * it or have it. Those that ask for it in the very instant of its withdrawal fail.
 */
void wine_clients_await_late_calls(void);

#endif

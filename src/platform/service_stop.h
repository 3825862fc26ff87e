/* The end of a service, for who removes it or replaces its program. */
#ifndef VMEVENTS_PLATFORM_SERVICE_STOP_H
#define VMEVENTS_PLATFORM_SERVICE_STOP_H

#include <windows.h>

/*
 * Stops a service, which has been opened with SERVICE_STOP and SERVICE_QUERY_STATUS, and waits until its process has ended too:
 * a service counts as stopped before that, while the file of its program cannot be removed yet. Returns 0, also for one that
 * does not run, or an error of Windows'; ERROR_SERVICE_REQUEST_TIMEOUT when it has not ended in timeout_ms.
 */
DWORD service_stop(SC_HANDLE service, DWORD timeout_ms);

#endif

/* vmguest as a service of Windows'. Functions return an error of Windows', or 0. */
#ifndef VMEVENTS_GUEST_WINDOWS_SERVICE_H
#define VMEVENTS_GUEST_WINDOWS_SERVICE_H

#include <windows.h>

#define SERVICE_NAME L"vmguest"

/* Has the running program started as a service, now and with Windows, and again when it fails. Where it is installed already it is
 * this program from now on. */
DWORD service_install(void);

/* Stops and removes it, if it is there, and takes out what it has written. */
DWORD service_uninstall(void);

/* What the service control manager starts: returns when the service has ended. */
DWORD service_run(void);

/* What Windows tells a service; the context is its struct watcher. */
DWORD WINAPI service_handle(DWORD control, DWORD event, void *data, void *context);

#endif

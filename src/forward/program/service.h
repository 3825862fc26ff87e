/* vmforward as a service of Windows. */
#ifndef VMEVENTS_FORWARD_PROGRAM_SERVICE_H
#define VMEVENTS_FORWARD_PROGRAM_SERVICE_H

#include <stdbool.h>

#include <windows.h>

#define SERVICE_NAME L"vmforward"

/* Makes the service, or changes the one that is there, and starts it. It runs as the system, begins with the computer, and
 * is started again when it fails. config: the full path. False: it cannot, which has been told. */
bool service_install(const WCHAR *config);

/* Ends the service and removes it. That there is none is no error. */
bool service_uninstall(void);

/* What the service's process does: calls `run` in a thread that Windows starts, and `stop` when the service is to end. The
 * service ends with what run returns. False: no service has been started that way. */
bool service_run(int (*run)(void), void (*stop)(void));

#endif

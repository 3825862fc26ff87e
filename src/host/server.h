/* The class object, and what the process does from its registration to its end. */
#ifndef VMEVENTS_HOST_SERVER_H
#define VMEVENTS_HOST_SERVER_H

#include <windows.h>

/*
 * Offers the class object and serves clients until the last is gone. COM is initialised, multithreaded.
 *
 * S_OK, E_OUTOFMEMORY, or what CoRegisterClassObject and CoResumeClassObjects return
 */
HRESULT server_run(void);

#endif

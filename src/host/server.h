/* What keeps the process alive: the references that clients hold to its objects, and calls under way. */
#ifndef VMEVENTS_HOST_SERVER_H
#define VMEVENTS_HOST_SERVER_H

#include <windows.h>

/* The source that descriptions of errors name. */
#define HOST_ERROR_SOURCE L"VMEvents.Host"

/* Every reference from outside counts. What the process's own objects hold of each other does not. */
void server_addref(void);
void server_release(void);

/* Offers the class object and serves clients until the last is gone. COM is initialised, multithreaded. */
HRESULT server_run(void);

#endif

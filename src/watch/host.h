/* The host, as vmwatch calls it. */
#ifndef VMEVENTS_WATCH_HOST_H
#define VMEVENTS_WATCH_HOST_H

#include "vmevents.h"

/* The caller releases it. NULL: there is none, which has been written to standard error. */
IVMEventHost *host_open(void);

/* Called with a machine of the host and its name, which stay the caller's. Another HRESULT than S_OK ends the visit. */
typedef HRESULT (*machine_visitor)(IVMEventMachine *machine, BSTR name, void *context);

/* Visits each machine that there is now, in the order of their creation. S_OK, E_OUTOFMEMORY, what the visitor returned, and
 * what calls of the host returned. */
HRESULT host_visit_machines(IVMEventHost *host, machine_visitor visit, void *context);

#endif

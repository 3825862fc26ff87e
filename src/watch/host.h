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

/* The same with a machine that the host could open. */
typedef HRESULT (*available_visitor)(IVMEventAvailable *machine, void *context);

/* Visits each that there is now. Waits for those who know them. The same, and E_ACCESSDENIED, E_FAIL: which there are cannot
 * be found out. In case of an error *description is what the host says was wrong, or NULL; for SysFreeString. */
HRESULT host_visit_available(IVMEventHost *host, available_visitor visit, void *context, BSTR *description);

#endif

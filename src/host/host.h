/* The host object: IVMEventHost. There is one in the process, which all clients share. What it fires is in
 * host_events.h. */
#ifndef VMEVENTS_HOST_HOST_H
#define VMEVENTS_HOST_HOST_H

#include "vmevents.h"

/* Once, before anything else of it. FALSE: out of memory. */
BOOL host_init(void);

/* Gives back what host_init made and the table of machines, which is empty by then. Nobody has a reference any more. */
void host_cleanup(void);

/* Not counted: the host is never freed, its references only keep the process. */
IVMEventHost *host_get(void);

#endif

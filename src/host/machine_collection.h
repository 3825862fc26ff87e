/* IVMEventMachines: the host's machines as clients see them. It shows the table (machines.h) as it is at each call. */
#ifndef VMEVENTS_HOST_MACHINE_COLLECTION_H
#define VMEVENTS_HOST_MACHINE_COLLECTION_H

#include "vmevents.h"

void machine_collection_init(void);

/* With a reference. The collection is never freed: its references only keep the process. */
IVMEventMachines *machine_collection_get(void);

#endif

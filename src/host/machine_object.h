/* IVMEventMachine: a machine as clients see it. */
#ifndef VMEVENTS_HOST_MACHINE_OBJECT_H
#define VMEVENTS_HOST_MACHINE_OBJECT_H

#include "host/machine.h"

/*
 * Makes a machine with its object, with one reference. The backend's reference becomes the machine's, also when it fails;
 * NULL: the machine is simulated.
 *
 * S_OK, E_OUTOFMEMORY
 */
HRESULT machine_object_create(
        BSTR name, const struct machine_host *host, struct machine_backend *backend, struct machine **machine);

/* The machine's interface, with a reference, which also keeps the process. */
IVMEventMachine *machine_get_interface(struct machine *machine);

#endif

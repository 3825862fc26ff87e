/* The machines of the host, by their names, and the collection that clients see of them: IVMEventMachines. */
#ifndef VMEVENTS_HOST_MACHINES_H
#define VMEVENTS_HOST_MACHINES_H

#include "host/machine.h"

void machines_init(void);
void machines_cleanup(void);

/*
 * Makes a simulated machine. The caller gets a reference, as from the others here.
 *
 * S_OK, E_OUTOFMEMORY, and with a description: VM_E_CONFIG_NO_NAME, VM_E_CONFIG_NAME_TOO_LONG,
 * VM_E_CONFIG_NAME_INVALID_CHAR, VM_E_CONFIG_DUPLICATE_NAME
 */
HRESULT machines_create(BSTR name, struct machine **machine);

/* Makes a machine that is attached to a live one. The same, and E_INVALIDARG with a description: the address is none, is
 * not allowed, or is that of another machine. */
HRESULT machines_open(BSTR name, BSTR address, struct machine **machine);

/* S_OK, and with a description: VM_E_CONFIG_NO_NAME, VM_E_VM_UNKNOWN. The error is said to be of interface iid. */
HRESULT machines_find(BSTR name, REFIID iid, struct machine **machine);
HRESULT machines_remove(BSTR name);

void machines_remove_all(void);

IVMEventMachines *machines_get_collection(void);

#endif

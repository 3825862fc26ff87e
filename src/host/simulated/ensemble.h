/* Plays a recording of several machines, as one timeline. */
#ifndef VMEVENTS_HOST_ENSEMBLE_H
#define VMEVENTS_HOST_ENSEMBLE_H

#include "host/machine.h"

/*
 * Fires the events of the recording in its order, each at the machine of its name, and those of the host at that; each at its
 * time divided by speed (greater than 0), counted in *fired. Machines that are not there are made, and stay, also when it
 * fails later. Returns when the last has been fired. Nothing is fired, and no machine made, when the file has an error.
 *
 * S_OK, what play_load and play_perform return, E_OUTOFMEMORY (without a description), and with a description, which is of
 * interface IVMEventMachine where a machine has refused:
 * E_INVALIDARG    the file is a scenario, which names no machines
 * E_ACCESSDENIED  the state of a live machine would change
 * VM_E_CONFIG_NO_NAME, VM_E_CONFIG_NAME_TOO_LONG, VM_E_CONFIG_NAME_INVALID_CHAR  no machine can have a name in it
 */
HRESULT ensemble_play(const struct machine_host *host, BSTR path, double speed, LONG *fired);

#endif

/* Plays a scenario file or a recording on a machine. */
#ifndef VMEVENTS_HOST_PLAYER_H
#define VMEVENTS_HOST_PLAYER_H

#include "host/machine.h"

/*
 * Fires the events of the file, each at its time divided by speed (greater than 0), and counts them in *fired. Returns
 * when the last has been fired, or the machine been removed. Nothing is fired when the file has an error; the last line of a
 * recording that was cut is left out. Of a recording of several machines the machine plays the events of its name.
 *
 * S_OK, and with a description, of interface IVMEventMachine:
 * E_INVALIDARG       the path is not a full one or has a NUL inside, a line of the file is wrong, or a
 *                    recording of several machines has no event of this one
 * VM_E_VM_UNKNOWN    the machine has been removed
 * E_ACCESSDENIED     the machine is live, and its state would change
 * E_OUTOFMEMORY      (without a description), and Windows' errors as HRESULTs when the file cannot be read
 */
HRESULT player_play(struct machine *machine, BSTR path, double speed, LONG *fired);

#endif

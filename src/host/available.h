/* The machines of this computer that OpenMachine could attach to: what IVMEventHost::Available returns. */
#ifndef VMEVENTS_HOST_AVAILABLE_H
#define VMEVENTS_HOST_AVAILABLE_H

#include "vmevents.h"

/*
 * Asks each kind of live machine that can tell (live_kind.h), and makes a collection of IVMEventAvailable. Waits, for
 * LIVE_LIST_MS for each kind at most. The objects never change, and may be called on any thread.
 *
 * S_OK, E_POINTER, E_OUTOFMEMORY, and with a description of interface IVMEventHost:
 * E_ACCESSDENIED  whoever the host runs as may not see the machines of a kind
 * E_FAIL          a kind could not be asked
 */
HRESULT available_create(IVMEventCollection **collection);

#endif

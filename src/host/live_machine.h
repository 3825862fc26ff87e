/* A live machine, as what is behind a machine object: struct machine here, struct attachment there. */
#ifndef VMEVENTS_HOST_LIVE_H
#define VMEVENTS_HOST_LIVE_H

#include "host/machine.h"

struct live;

/*
 * Makes it, for a machine of which it becomes the backend.
 *
 * S_OK
 * E_INVALIDARG, with a description of interface IVMEventHost: the text is no address, or one that is not allowed
 * E_OUTOFMEMORY
 */
HRESULT live_create(BSTR address, struct live **live);

/* The same with the reference that live_create gave. */
struct machine_backend *live_as_backend(struct live *live);

/*
 * Attaches the machine, and waits until the first try has succeeded or failed. Once at most.
 *
 * S_OK (also when nobody listens at the address: the machine is turned off), E_OUTOFMEMORY
 */
HRESULT live_open(struct live *live, struct machine *machine);

BOOL live_is_same_place(const struct live *live, const struct live *other);

#endif

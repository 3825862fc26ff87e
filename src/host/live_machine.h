/* A live machine of whatever kind, as what is behind a machine object: struct machine here, a kind's peer there. */
#ifndef VMEVENTS_HOST_LIVE_MACHINE_H
#define VMEVENTS_HOST_LIVE_MACHINE_H

#include "host/live/live_kind.h"
#include "host/machine.h"

struct live;

/*
 * Makes it, for a machine of which it becomes the backend.
 *
 * S_OK
 * E_INVALIDARG, with a description of interface IVMEventHost: the address is of no kind that there is, or its kind says
 *     what is wrong with it
 * E_OUTOFMEMORY
 */
HRESULT live_create(BSTR address, struct live **live);

/* The same for a peer that a kind has found, which becomes its own also when it fails. NULL: out of memory. */
struct live *live_from_peer(struct live_peer *peer, BSTR address);

/* The same with the reference that live_create gave. */
struct machine_backend *live_as_backend(struct live *live);

/*
 * Attaches the machine, whose backend it is, and waits until the first try has succeeded or failed, or the machine has been
 * removed; for LIVE_FIRST_TRY_MS at most. Once at most.
 *
 * S_OK (also when nobody is at the address), E_OUTOFMEMORY
 * E_INVALIDARG, with a description of interface IVMEventHost: there can be no machine at the address, as its kind has found
 */
HRESULT live_open(struct live *live, struct machine *machine);

/* What its kind has of what is behind a machine, as long as that has a reference to the backend. NULL: no live machine is. */
const struct live_peer *live_peer_of(const struct machine_backend *backend);

BOOL live_is_same_place(const struct live *live, const struct live *other);

/* Numbers of which two that are the same place have one in common. Returns how many. */
UINT live_places(const struct live *live, uint32_t places[LIVE_PLACES_MAX]);

#endif

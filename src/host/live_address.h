/* The address of a live machine: which kind it is of, and what is wrong with it. */
#ifndef VMEVENTS_HOST_LIVE_ADDRESS_H
#define VMEVENTS_HOST_LIVE_ADDRESS_H

#include "host/live/live_kind.h"

#include <windows.h>
#include <oleauto.h>

/*
 * Has the kind that the address is of make a peer for it, which the caller ends by the kind's destroy.
 *
 * S_OK, E_OUTOFMEMORY
 * E_INVALIDARG, with a description of interface IVMEventHost: there is no such kind, and the description lists those that
 *     there are; or what the kind finds wrong with the address
 */
HRESULT live_address_make_peer(BSTR address, struct live_peer **peer);

#endif

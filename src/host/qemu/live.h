/* A live machine's connection between its object and what is behind it: struct machine here, struct attachment there. */
#ifndef VMEVENTS_HOST_LIVE_H
#define VMEVENTS_HOST_LIVE_H

#include "host/machine.h"

/*
 * Makes it, to be released by live_release.
 *
 * S_OK
 * E_INVALIDARG, with a description of interface IVMEventHost: the text is no address, or one that is not allowed
 * E_OUTOFMEMORY
 */
HRESULT live_create(BSTR address, struct live **live);

/*
 * Attaches the machine, and waits until the first try has succeeded or failed. Once at most.
 *
 * S_OK (also when nobody listens at the address: the machine is turned off), E_OUTOFMEMORY
 */
HRESULT live_open(struct live *live, struct machine *machine);

/* Ends the connections. No event comes any more once the machine has been removed. */
void live_close(struct live *live);

/* NULL is allowed. */
void live_release(struct live *live);

/* The address as it was given; it stays live's. */
BSTR live_address(const struct live *live);
BOOL live_is_same_place(const struct live *live, const struct live *other);

/* Whether QEMU is connected, and what is wrong: to be freed by SysFreeString; NULL: out of memory. */
BOOL live_is_connected(struct live *live);
BSTR live_fault(struct live *live);

/*
 * Logs off the guest's users; returns when they are gone.
 *
 * S_OK, E_OUTOFMEMORY, and with a description, of interface IVMEventMachine:
 * VM_E_VM_NOT_RUNNING              the machine does not run, or ended meanwhile
 * VM_E_ADDITIONS_NOT_AVAIL         the guest has no agent that answers
 * VM_E_ADDITIONS_FEATURE_NOT_AVAIL the agent refuses to start a program
 * VM_E_TIMED_OUT                   somebody is still there
 */
HRESULT live_logoff(struct live *live);

#endif

/* The machines of the host, by their names: who is there, and how one comes and goes. Any thread may call all of it. */
#ifndef VMEVENTS_HOST_MACHINES_H
#define VMEVENTS_HOST_MACHINES_H

#include "host/live/live_kind.h"
#include "host/machine.h"

/* Gives back the table, which is empty by then. */
void machines_cleanup(void);

/*
 * Makes a simulated machine. The caller gets a reference, as from the others here.
 *
 * S_OK, E_OUTOFMEMORY, and with a description: VM_E_CONFIG_NO_NAME, VM_E_CONFIG_NAME_TOO_LONG,
 * VM_E_CONFIG_NAME_INVALID_CHAR, VM_E_CONFIG_DUPLICATE_NAME
 */
HRESULT machines_create(BSTR name, const struct machine_host *host, struct machine **machine);

/* Makes a machine that is attached to a live one. The same, and E_INVALIDARG with a description: the address is none, is
 * not allowed, or is that of another machine. */
HRESULT machines_open(BSTR name, BSTR address, const struct machine_host *host, struct machine **machine);

/* The same with the peer of a machine that a kind has found, which is destroyed when it cannot be opened. Nobody hears why but
 * the trace. */
void machines_open_found(BSTR name, BSTR address, struct live_peer *peer, const struct machine_host *host);

/* S_OK, and with a description: VM_E_CONFIG_NO_NAME, VM_E_VM_UNKNOWN. The error is said to be of interface iid. */
HRESULT machines_find(BSTR name, REFIID iid, struct machine **machine);

/* The machine of that name, with a reference; NULL: there is none. */
struct machine *machines_get(BSTR name);

/* The same, and E_OUTOFMEMORY: then the machine is still there. */
HRESULT machines_remove(BSTR name);

/* Removes that machine, unless it has been removed already; when memory runs out it waits until there is some. */
void machines_remove_deleted(struct machine *machine);

void machines_remove_all(void);

/* From now on there are no new ones, until machines_cleanup: the process is about to end. */
void machines_stop(void);

UINT machines_count(void);

/* The machine of that number, from 1 in the order of creation, with a reference; NULL: there is none. *count: how many
 * there were at that moment. */
struct machine *machines_at(LONG number, UINT *count);

/* All of them, with a reference to each, in memory that the caller frees by memory_free. NULL: out of memory. */
struct machine **machines_list(UINT *count);

#endif

/* The host object: IVMEventHost. There is one in the process, which all clients share. */
#ifndef VMEVENTS_HOST_HOST_H
#define VMEVENTS_HOST_HOST_H

#include "event/event.h"

BOOL host_init(void);

/* Gives back what host_init made and the table of machines, which is empty by then. Nobody has a reference any more. */
void host_cleanup(void);

/* Not counted: the host is never freed, its references only keep the process. */
IVMEventHost *host_get(void);

/* Whether the calling thread has what it needs to fire at the host's clients; false: out of memory. */
BOOL host_prepare_to_fire(void);

/* Fires OnVMStateChange. Returns at once: host_settle waits for the clients. */
void host_fire_state_change(BSTR machine, VMVMState state);
void host_settle(DWORD timeout_ms);

/* Ends all connections to the host when they have delivered what was fired. */
void host_finish_connections(void);

#endif

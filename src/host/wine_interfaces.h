/*
 * A deadlock of Wine 8.0: when a client releases the last object with some interface, Wine takes the interface's
 * registration with the RPC runtime back and waits for calls of it to end; one that ends just then goes unnoticed, and
 * the wait is for ever. Here under Wine no interface is ever the last: the host holds one of each.
 */
#ifndef VMEVENTS_HOST_WINE_INTERFACES_H
#define VMEVENTS_HOST_WINE_INTERFACES_H

/* For the rest of the process's life; in the multithreaded apartment. On Windows it does nothing. */
void wine_interfaces_keep(void);

#endif

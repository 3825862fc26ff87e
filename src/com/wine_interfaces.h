/*
 * A deadlock of Wine 8.0: when the last object with some interface is released by another process, Wine takes the
 * interface's registration with the RPC runtime back and waits for calls of it to end; one that ends just then goes
 * unnoticed, and the wait is for ever. Here under Wine no interface is ever the last: this binary holds one of each. On
 * Windows nothing of this is active.
 */
#ifndef VMEVENTS_COM_WINE_INTERFACES_H
#define VMEVENTS_COM_WINE_INTERFACES_H

#include <objidl.h>

/* Holds one of each interface by which others call objects of this binary; on a thread in the multithreaded apartment.
 * The interfaces are the same each time, and stay where they are. Returns what they are held by; NULL: they are not
 * held. */
IStream *wine_interfaces_keep(const IID *const *interfaces, UINT count);

/* Lets them go, on such a thread, when nobody calls any more. Without this they are held until the apartment ends. */
void wine_interfaces_let_go(IStream *stream);

#endif

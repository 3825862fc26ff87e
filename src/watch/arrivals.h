/*
 * Tells that there may be a new machine. The host tells its clients of a machine when its state changes, which is soon after
 * it has been made; what a machine fires before somebody has connected to it is not heard.
 */
#ifndef VMEVENTS_WATCH_ARRIVALS_H
#define VMEVENTS_WATCH_ARRIVALS_H

#include <stdbool.h>

#include "vmevents.h"

struct arrivals;

/* Listens to the host. `waiting` is a sink of which NextEvent ends when there is news. arrivals_end ends it. */
HRESULT arrivals_begin(IVMEventHost *host, IVMEventSink *waiting, struct arrivals **arrivals);
void arrivals_end(struct arrivals *arrivals);

/* Whether there was news since it was asked last. */
bool arrivals_take(struct arrivals *arrivals);

/* Whether there is news; it stays. */
bool arrivals_are_there(const struct arrivals *arrivals);

#endif

/* What hears the host and its machines, and hands their events to a forwarder: two threads of the multithreaded
 * apartment. One takes events from the sink, the other looks which machines there are. */
#ifndef VMEVENTS_FORWARD_PROGRAM_HEARING_H
#define VMEVENTS_FORWARD_PROGRAM_HEARING_H

#include <stdbool.h>

#include <windows.h>

#include "forward/config.h"
#include "forward/forwarder.h"

struct hearing;

/* Begins. NULL: it cannot, which has been told. */
struct hearing *hearing_begin(struct forwarder *forwarder, const struct config *config);

/* Takes what has been heard by now, and hears nothing more. Whoever does not end within some seconds, since a call hangs,
 * is left: the process has to end. */
void hearing_end(struct hearing *hearing);

#endif

/* A record of the sink as an event for the forwarder. */
#ifndef VMEVENTS_FORWARD_PROGRAM_RECORD_H
#define VMEVENTS_FORWARD_PROGRAM_RECORD_H

#include "forward/heard_event.h"
#include "vmevents.h"

/* The label of the connection to the host itself: no machine has a slash in its name. */
#define RECORD_OF_HOST L"/"

/* NULL: out of memory, or the record cannot be read; or, with *is_relayed, another host has fired the event, and it has come
 * from a broker, to none of which it may go again. The caller owns it. */
struct heard_event *record_to_event(IVMEventRecord *record, bool *is_relayed);

/* An event of vmforward itself about a machine, with the state that it is in; what arguments and text are is the event's
 * affair. NULL: out of memory. */
struct heard_event *record_make_own(BSTR machine, const char *name, VMVMState state, const char *text);

#endif

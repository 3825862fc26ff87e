/* The machines that are watched: those of the command line, or with --all every one of the host. */
#ifndef VMEVENTS_WATCH_MACHINES_H
#define VMEVENTS_WATCH_MACHINES_H

#include <stdbool.h>

#include "vmevents.h"
#include "watch/options.h"

struct watched_machine
{
    IVMEventMachine *machine;
    IUnknown *identity; /* by which it is told from another one that has its name later */
    BSTR name;
    BSTR fault; /* of its connections, as it was written last */
    bool seen;  /* by the look at all machines that is under way */
};

struct machines
{
    IVMEventHost *host;
    IVMEventSink *sink; /* which is connected to each of those of the command line, or to all by one connection */
    struct watched_machine *items;
    size_t count;
    size_t size;
    size_t named; /* on the command line */
    bool all;
};

/* Finds, makes or opens the machines, and connects the sink. To be ended by machines_cleanup, also when it fails; the
 * failure has been written to standard error. */
HRESULT machines_open(struct machines *machines, const struct options *options, IVMEventSink *sink);

void machines_cleanup(struct machines *machines);

/* Finds out who has gone and who has come, and writes to standard error what is wrong with whom. False: none is left, and
 * none will come, which has been written too. */
bool machines_look_after(struct machines *machines);

#endif

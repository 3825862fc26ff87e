/*
 * The machines of the host, as they come and go: a sink is connected to each, and to the host itself. This is the one file
 * that knows how all machines of a host are heard.
 */
#ifndef VMEVENTS_FORWARD_PROGRAM_MACHINES_H
#define VMEVENTS_FORWARD_PROGRAM_MACHINES_H

#include <stdbool.h>

#include "forward/config.h"
#include "vmevents.h"

struct machine;

struct machines
{
    IVMEventHost *host; /* NULL: there is none at present */
    IVMEventSink *sink; /* the owner's */
    LONG host_cookie;
    struct machine *first;
    size_t count;
    LONG last_count;
    bool opened; /* those of the configuration */

    /* A machine is heard from now on, in that state; or is there no more (vmVMState_DeleteMachine), without having said so
     * itself as far as is known here. */
    void (*changed)(void *context, BSTR name, VMVMState state);
    /* A plain sentence without its full stop. */
    void (*say)(void *context, bool is_fault, const char *text);
    void *context;
};

/* Looks who is there, and connects the sink to those that are new. Starts the host when there is none. May be called now
 * and then; look_closely: the machines may be others though they are as many. False: there is no host. */
bool machines_look(struct machines *machines, const struct config *config, bool look_closely);

/* Lets go of all. */
void machines_clear(struct machines *machines);

#endif

/*
 * The machines of the host, as they come and go. A sink hears all of them by one connection, those that come later from their
 * first event on, and the host itself by another; what is looked for here is who is there, since a machine that fires nothing
 * is not heard of otherwise. This is the one file that knows how all machines of a host are heard.
 *
 * One thread looks, and another takes the sink's events and tells what they say of it.
 */
#ifndef VMEVENTS_FORWARD_PROGRAM_MACHINES_H
#define VMEVENTS_FORWARD_PROGRAM_MACHINES_H

#include <stdbool.h>

#include "forward/config.h"
#include "platform/lock.h"
#include "vmevents.h"

struct machine;

struct machines
{
    IVMEventHost *host; /* NULL: there is none at present. This and the next are the looking thread's alone */
    IVMEventMachines *collection;
    IVMEventSink *sink; /* the owner's */
    LONG host_cookie, collection_cookie;
    LONG last_count;
    bool opened; /* those of the configuration */

    struct lock lock; /* guards the rest */
    struct machine *first;
    size_t count;
    bool news;          /* somebody is there no more, and somebody else may be by that name */
    unsigned int empty; /* how often the sink has had nothing */

    /* A machine is heard, and is in that state; or is there no more (vmVMState_DeleteMachine), without having said so itself.
     * The looking thread calls it, without the lock. */
    void (*changed)(void *context, BSTR name, VMVMState state);
    /* A plain sentence without its full stop. */
    void (*say)(void *context, bool is_fault, const char *text);
    void *context;
};

/* Looks who is there. Starts the host when there is none, and connects the sink to it. May be called now and then;
 * look_closely: the machines may be others though they are as many. False: there is no host. */
bool machines_look(struct machines *machines, const struct config *config, bool look_closely);

/* The machine of that name has said that it is there no more. */
void machines_forget(struct machines *machines, const WCHAR *name);

/* The sink has nothing at present. */
void machines_note_empty(struct machines *machines);

/* How many are there. */
size_t machines_count(struct machines *machines);

/* Lets go of all. */
void machines_clear(struct machines *machines);

#endif

/* A live machine from inside: shared by what is common to all kinds (live_machine.c), and what opens the machines that a kind has
 * found (live_found.c). */
#ifndef VMEVENTS_HOST_LIVE_MACHINE_PARTS_H
#define VMEVENTS_HOST_LIVE_MACHINE_PARTS_H

#include "host/live/live_kind.h"
#include "host/live_machine.h"
#include "platform/lock.h"

struct found;

struct live
{
    struct machine_backend backend;
    LONG refcount; /* the machine's, and the kind's from open to closed */
    struct live_peer *peer;
    BSTR address;
    struct machine *machine;        /* with a reference from open to closed */
    HANDLE tried, ended;            /* signalled by the first try, and by closed, for good */
    BOOL no_memory;                 /* to begin with; to be read once `tried` is signalled, as the next */
    WCHAR refusal[LIVE_FAULT_SIZE]; /* why there can be no such machine; empty: there can be */
    TP_WORK *removal;               /* what removes the machine, for which a callback must not wait */

    /* Calls of the kind come one at a time and in their order. No callback takes this lock, so that a kind may hold locks
     * of its own in its functions. */
    struct lock calls_lock;
    BOOL opened, closing; /* guarded by it */

    struct details *origin; /* goes with all events; NULL: they are the machine's own */

    struct lock lock; /* guards the next five */
    BOOL connected;
    WCHAR fault[LIVE_FAULT_SIZE]; /* empty: none */
    BOOL removed;
    struct found *first_found; /* of those that wait to be opened */
    BOOL opens_found;          /* a thread does */

    struct lock logoff_lock; /* one logoff at a time */
    HANDLE logged_off;       /* signalled when the next two are there */
    enum vm_logoff_result logoff_result;
    WCHAR logoff_text[LIVE_DESCRIPTION_SIZE];
};

void live_addref(struct live *live);
void live_release(struct live *live);

/* A live_callbacks's found. */
void live_on_found(void *context, const char *name, const char *address, struct live_peer *peer);

#endif

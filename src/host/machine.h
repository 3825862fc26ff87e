/*
 * A machine as the host has it: its name, its state, who listens to it, and whether it has been removed. It does not
 * know what makes its events: clients that call Raise, a scenario, or a live machine behind it. Nor does it know the
 * host or what is behind it but by the two tables of functions here, which it is given when it is made.
 *
 * Any thread may call all of it, but for machine_init and machine_cleanup.
 */
#ifndef VMEVENTS_HOST_MACHINE_H
#define VMEVENTS_HOST_MACHINE_H

#include "com/event_source.h"
#include "platform/lock.h"

struct machine;
struct machine_backend;
struct live_peer;
struct named_events;

/* What a machine needs of the host. Clients' references keep the host; what is behind a machine has none, and so makes a
 * machine call the host only until it is removed. */
struct machine_host
{
    /* Has ready what the calling thread needs to fire at the host's clients, and at those of all machines. FALSE: out of
     * memory. */
    BOOL (*prepare_to_fire)(void);

    /* Fires an event of a machine at those who hear all machines. The machine's lock is held, so that they hear it in the
     * machine's order. */
    void (*fire_to_all)(struct event *event);

    /* Fires an event of the host, which a scenario has named. Like the next two it is called with the machine's lock held,
     * so that the host's clients hear all in the machine's order, and does not wait for them. S_OK, E_OUTOFMEMORY */
    HRESULT (*fire)(struct event *event);

    /* The state of the machine of that name has changed, or its heartbeat has stopped: the host's clients hear it, with what
     * goes with all of the machine's events, or with that one. NULL: nothing does. */
    void (*fire_state_change)(BSTR name, VMVMState state, struct details *details);
    void (*fire_heartbeat_stopped)(BSTR name, struct details *details);

    /* Removes the machine, which has been deleted where it was, as if a client had; not when it is being removed already. No
     * lock is held. Waits. */
    void (*remove)(struct machine *machine);

    /* Opens a machine that what is behind another has found, with its peer, which the host takes over. What comes of it is
     * known by the peer alone, which is destroyed when it cannot be opened. No lock is held. Waits. */
    void (*open)(BSTR name, BSTR address, struct live_peer *peer);

    /* Waits until the host's clients, and those of all machines, have got what was fired, for so long at most. */
    void (*settle)(DWORD timeout_ms);
};

/* What a machine needs of that which is behind it, when it is live. */
struct machine_backend_functions
{
    /* Where it is. The string stays the backend's, until it is released. */
    BSTR (*address)(const struct machine_backend *backend);

    /* Whether it is connected, and what is wrong: for SysFreeString, empty when nothing is; NULL: out of memory. */
    BOOL (*is_connected)(struct machine_backend *backend);
    BSTR (*fault)(struct machine_backend *backend);

    /* Logs off the guest's users and waits until they are gone. What IVMEventMachine::LogoffGuest returns, with its
     * description. */
    HRESULT (*log_off)(struct machine_backend *backend);

    /* The machine has been removed: nothing that happens is news any more. Called once at most; does not wait. */
    void (*close)(struct machine_backend *backend);

    /* What goes with all of the machine's events, for as long as the backend is there; NULL: nothing does. */
    struct details *(*origin)(const struct machine_backend *backend);

    /* Ends the machine's reference. */
    void (*release)(struct machine_backend *backend);
};

struct machine_backend
{
    const struct machine_backend_functions *functions;
};

/* Part of a machine's object, which frees it (host/machine_object.c). The fields are machine.c's alone. */
struct machine
{
    LONG refcount;
    void (*destroy)(struct machine *machine);
    const struct machine_host *host;
    struct machine_backend *backend; /* NULL: the machine is simulated */
    struct event_source *source;
    BSTR name;
    HANDLE removal; /* signalled when it has been removed */

    struct lock lock; /* one event after the other, so that all clients hear them and the states in the same order */
    VMVMState state;
    BOOL removed;
};

/* Begins a machine with one reference; when the last goes it is destroyed by that function, which calls machine_cleanup.
 * The backend's reference becomes the machine's, also when it fails. The state is that of a machine that is turned off;
 * with a backend it is unknown. FALSE: out of memory, and machine_cleanup is to be called all the same. */
BOOL machine_init(struct machine *machine, BSTR name, const struct machine_host *host, struct machine_backend *backend,
        void (*destroy)(struct machine *machine));
void machine_cleanup(struct machine *machine);

/* References of the process itself and of clients. Those of clients also keep the process, which the object counts. Both
 * return the number that is left. */
ULONG machine_addref(struct machine *machine);
ULONG machine_release(struct machine *machine);

/* The string stays the machine's. */
BSTR machine_name(const struct machine *machine);

VMVMState machine_state(struct machine *machine);

/* What is behind it; NULL: it is simulated. Good as long as the machine. */
struct machine_backend *machine_backend(const struct machine *machine);

/* Who listens. Good as long as the machine. */
struct event_source *machine_source(const struct machine *machine);

/* S_OK: the calling thread has what it needs to fire the machine's events and what the host fires of them, so that it
 * cannot run out of memory any more. E_OUTOFMEMORY */
HRESULT machine_prepare_to_fire(struct machine *machine);

/*
 * Fires the events, and with OnStateChange takes on the state. Of that, and of OnHeartbeatStopped, the host's clients hear
 * too, unless tells_host is FALSE. Events of the host, which a scenario may name, are fired at the host's clients alone. Does
 * not wait for those who listen.
 *
 * S_OK, E_OUTOFMEMORY, and with a description:
 * VM_E_VM_UNKNOWN  the machine has been removed
 * E_ACCESSDENIED   OnStateChange, of a live machine, whose state is its own
 */
HRESULT machine_fire(struct machine *machine, struct named_events *named, BOOL tells_host);

/* S_OK, and with a description E_ACCESSDENIED: the machine is live, and so its state is its own. */
HRESULT machine_check_state_change(const struct machine *machine);

/* Waits until every client that responds has got what was fired; those that do not delay it by timeout_ms at most, and only
 * once. Nothing depends on it: with SETTLE_AFTER_FIRING_MS it lets a script that raises an event find that it has been heard. */
void machine_settle(struct machine *machine, DWORD timeout_ms);

/* Fires the events of that name with arguments in the order of declaration, as Raise does: what named_events_init and
 * machine_fire return, with a description. Strings that stand for numbers are read by the locale. */
HRESULT machine_raise(struct machine *machine, BSTR event_name, const VARIANT *args, UINT count, LCID lcid);

/*
 * What is behind the machine fires one event. With OnStateChange the machine takes on the state also when there is no
 * memory to fire it: it is what the machine is in.
 *
 * S_OK, VM_E_VM_UNKNOWN (the machine has been removed: nobody hears the event), E_OUTOFMEMORY; none has a description
 */
HRESULT machine_fire_from_backend(struct machine *machine, struct event *event);

/* The state that what is behind the machine has found it in. It is no change, so that no event is fired. */
void machine_learn_state(struct machine *machine, VMVMState state);

/* What is behind the machine has found out that it has been deleted: removes it. Waits for clients. */
void machine_remove_from_host(struct machine *machine);

/* What is behind the machine has found another: has the host open it, as its `open` says. The machine has not been removed. */
void machine_open_found(struct machine *machine, BSTR name, BSTR address, struct live_peer *peer);

/* Waits. TRUE: the machine has been removed. */
BOOL machine_wait_for_removal(struct machine *machine, DWORD timeout_ms);

/* Returns VM_E_VM_UNKNOWN with its description. */
HRESULT machine_error_removed(struct machine *machine);

/* Fires that the machine is deleted, and nothing ever after: its connections end when they have delivered that. Once;
 * the calling thread has prepared to fire. */
void machine_remove(struct machine *machine);

#endif

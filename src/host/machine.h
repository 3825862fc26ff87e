/*
 * A machine: IVMEventMachine, its state and its connection points. It does not know what makes its events: clients
 * that call Raise, a scenario, or a live machine behind it.
 */
#ifndef VMEVENTS_HOST_MACHINE_H
#define VMEVENTS_HOST_MACHINE_H

#include "event/event.h"

struct live;
struct machine;
struct named_events;

/* With one reference. References of the process itself are counted by machine_addref and machine_release; only those
 * of machine_get_face, which clients get, keep the process. */
HRESULT machine_create(BSTR name, struct machine **machine);

/* The same with a live machine behind it, which becomes the machine's, also when it fails. */
HRESULT machine_create_live(BSTR name, struct live *live, struct machine **machine);

void machine_addref(struct machine *machine);
void machine_release(struct machine *machine);

IVMEventMachine *machine_get_face(struct machine *machine);

BSTR machine_name(const struct machine *machine);

/* S_OK: the calling thread has what it needs to fire the machine's events and what the host tells of them, so that it
 * cannot run out of memory any more. E_OUTOFMEMORY */
HRESULT machine_prepare_to_fire(struct machine *machine);

/*
 * Fires the events, and with OnStateChange takes on the state. Of that, and of OnHeartbeatStopped, the host's clients hear
 * too. Events of the host, which a scenario may name, are fired at the host's clients alone. Does not wait for those who
 * listen.
 *
 * S_OK, VM_E_VM_UNKNOWN (with a description: the machine has been removed), E_OUTOFMEMORY
 */
HRESULT machine_fire(struct machine *machine, struct named_events *named);

/* Waits until every client that responds has got what was fired; those that do not delay it by
 * SETTLE_AFTER_FIRING_MS at most. Nothing depends on it: it lets a script that raises an event find that it has been heard. */
void machine_settle(struct machine *machine);

/* Fires the events of that name with arguments in the order of declaration, as Raise does: what named_events_init and
 * machine_fire return, with a description. Strings that stand for numbers are read by the locale. */
HRESULT machine_raise(struct machine *machine, BSTR event_name, const VARIANT *args, UINT count, LCID lcid);

/* As machine_fire with one event, of a machine that is live. */
HRESULT machine_tell(struct machine *machine, struct event *event);

/* The state of a live machine, when it is not news. */
void machine_learn_state(struct machine *machine, VMVMState state);

/* Attaches a machine that is live, once it can be found. */
HRESULT machine_attach(struct machine *machine);

/* Whether both are live, and the same. */
BOOL machine_is_same_place(const struct machine *machine, const struct machine *other);

/* Waits. True: the machine has been removed. */
BOOL machine_wait_for_removal(struct machine *machine, DWORD timeout_ms);

/* Returns VM_E_VM_UNKNOWN with its description. */
HRESULT machine_raise_removed(struct machine *machine);

/* The machine says that it is deleted, and is never heard of again: its connections end when they have delivered that. */
void machine_remove(struct machine *machine);

#endif

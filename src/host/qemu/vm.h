/*
 * A live machine as QEMU and its guest agent show it: what they say goes in, Virtual PC's events come out. Knows
 * neither sockets nor COM nor the clock; whoever uses it hands it bytes and the time. docs/qemu.md has the mapping and
 * its reasons.
 *
 *     bytes ─▶ messages ─▶ qmp, agent ─▶ order ─▶ vm_events.c, vm_answers.c, guest ─▶ the parts ─▶ vm_callbacks.fire
 *
 * What is known of the machine is in parts. Each is a struct, and the file of its name alone reads and writes its
 * fields; all others call its functions. (tests/host/qemu/parts.cmake sees to that.)
 *
 *     power         the state of the machine, and what it has stopped for
 *     snapshot_job  the job of QEMU's that saves or loads a snapshot
 *     resets        which of QEMU's RESET events are resets of the machine
 *     reset_log     the file that has their reasons
 *     identity      which QEMU it is
 *     settings, devices, drives, full_disks
 *                   what the machine is made of, as events were last fired for it
 *     guest         whether an agent is there and answers; in it are agent (the protocol), users and logoff
 *     agent_port    which device is the agent's
 *     questions     what QEMU has been asked and has not answered
 *     polls         when it is asked again
 *     order         what has been observed and waits for its turn
 *     faults        what is wrong although the connections are there
 *     clock         the time
 *
 * The files vm_*.c connect the parts, and keep nothing themselves: vm_monitor.c and vm_agent.c observe what the two
 * peers say, vm_events.c and vm_answers.c say which part an observation is for, vm_reset_log.c has a reset wait for its
 * record. vm.c has what is left: when all of that happens.
 */
#ifndef VMEVENTS_HOST_VM_H
#define VMEVENTS_HOST_VM_H

#include "host/qemu/address.h"
#include "host/qemu/agent_port.h"
#include "host/qemu/devices.h"
#include "host/qemu/drives.h"
#include "host/qemu/faults.h"
#include "host/qemu/full_disks.h"
#include "host/qemu/guest.h"
#include "host/qemu/identity.h"
#include "host/qemu/messages.h"
#include "host/qemu/order.h"
#include "host/qemu/polls.h"
#include "host/qemu/power.h"
#include "host/qemu/qmp.h"
#include "host/qemu/questions.h"
#include "host/qemu/reset_log.h"
#include "host/qemu/resets.h"
#include "host/qemu/settings.h"
#include "host/qemu/snapshot_job.h"
#include "host/qemu/vm_clock.h"
#include "host/qemu/vm_event.h"

enum vm_channel
{
    VM_QMP,
    VM_AGENT
};

struct vm_callbacks
{
    /* False: it could not be sent. */
    bool (*send)(void *context, enum vm_channel channel, const char *text, size_t size);

    void (*fire)(void *context, const struct vm_event *event);

    /* The state has become known, which is no event: nobody knows when it changed. */
    void (*learn_state)(void *context, enum vm_state state);

    /* All that is asked at the start of a connection to QEMU has been answered. */
    void (*attached)(void *context);

    /* What is wrong although the connections are there: a plain sentence, good until the next; NULL: nothing is. */
    void (*fault)(void *context, const char *fault);

    /* The end of vm_logoff; text: what the agent said, or NULL. */
    void (*logged_off)(void *context, enum vm_logoff_result result, const char *text);
};

struct vm
{
    const struct vm_callbacks *callbacks;
    void *context;
    struct vm_outlet outlet;

    /* vm.c alone writes these. */
    const char *fault;   /* why the connection to QEMU has to be ended; NULL: it need not */
    size_t message_size; /* of the message that is being taken, in bytes */
    bool qmp_open;       /* there is a connection to QEMU */
    bool attached;       /* and all that is asked at its start has been answered */
    bool may_go_on;      /* the address names other places: the end of a QEMU may not be that of the machine */
    uint64_t opened_ms;  /* when the connection was made */
    const char *reset_log_path;

    struct vm_clock clock;
    struct messages qmp_messages, agent_messages;
    struct qmp qmp;
    struct order order;
    struct questions questions;
    struct polls polls;
    struct faults faults;

    struct identity identity;
    struct power power;
    struct snapshot_job snapshot_job;
    struct resets resets;
    struct reset_log reset_log;
    struct settings settings;
    struct devices devices;
    struct drives drives;
    struct full_disks full_disks;
    struct agent_port agent_port;
    struct guest guest;
};

/* False: out of memory; vm_cleanup is to be called all the same. address must live as long. */
bool vm_init(struct vm *vm, const struct vm_callbacks *callbacks, void *context, const struct address *address);
void vm_cleanup(struct vm *vm);

/* A connection to QEMU has been made; it has ended, for whatever reason. */
void vm_open_qmp(struct vm *vm, uint64_t now_ms);
void vm_close_qmp(struct vm *vm, uint64_t now_ms);

/* Nothing listens where QEMU was: there is no machine, or no machine any more. */
void vm_end(struct vm *vm, uint64_t now_ms);

/*
 * The machine is at another place, to which the next connection will be; there is none now. first_place: it is the
 * first of the address.
 *
 * vm_move: it was here, and goes on there as it is, or as it was saved. vm_find: it has been there before anybody asked;
 * what has been learnt here is not of it, and no event comes of it.
 */
void vm_move(struct vm *vm, bool first_place, uint64_t now_ms);
void vm_find(struct vm *vm, bool first_place, uint64_t now_ms);

/* Whether its QEMU has said that it ends, after the machine was saved or migrated: vm_end is due, unless it is found at
 * another place. */
bool vm_has_left(const struct vm *vm);

/* Its UUID, "" if it is not known; good until the next call. */
const char *vm_uuid(const struct vm *vm);
enum vm_state vm_state(const struct vm *vm);

/* local_port: of the connection, by which QEMU tells its clients apart. */
void vm_open_agent(struct vm *vm, uint16_t local_port, uint64_t now_ms);
void vm_close_agent(struct vm *vm, uint64_t now_ms);

/* Whether the agent has answered on the present connection. */
bool vm_has_agent(const struct vm *vm);

/* NULL, or what is wrong: then the connection is to be ended. */
const char *vm_take_qmp(struct vm *vm, const char *bytes, size_t count, uint64_t now_ms);
const char *vm_take_agent(struct vm *vm, const char *bytes, size_t count, uint64_t now_ms);

/* Does what is due. NULL, or what is wrong with the connection to QEMU. */
const char *vm_tick(struct vm *vm, uint64_t now_ms);
uint64_t vm_due_ms(const struct vm *vm);

/* There are so many machines now, of which this is the one of that number: how often it is asked depends on that. */
void vm_share_polls(struct vm *vm, unsigned int machine_count, unsigned int number);

/* Asks the guest's users to leave; ends by logged_off. One at a time. */
void vm_logoff(struct vm *vm, uint64_t now_ms);

#endif

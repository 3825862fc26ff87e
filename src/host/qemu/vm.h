/*
 * A live machine as QEMU and its guest agent tell of it: what they say goes in, Virtual PC's events come out. Knows
 * neither sockets nor COM nor the clock; whoever uses it hands it bytes and the time. docs/qemu.md has the mapping and
 * its reasons.
 *
 *     bytes ─▶ messages ─▶ qmp, agent ─▶ order ─▶ vm_events.c, vm_answers.c, vm_guest.c ─▶ vm_callbacks.fire
 */
#ifndef VMEVENTS_HOST_VM_H
#define VMEVENTS_HOST_VM_H

#include "host/qemu/address.h"
#include "host/qemu/agent.h"
#include "host/qemu/devices.h"
#include "host/qemu/disks.h"
#include "host/qemu/drives.h"
#include "host/qemu/messages.h"
#include "host/qemu/order.h"
#include "host/qemu/qmp.h"
#include "host/qemu/reset_log.h"
#include "host/qemu/resets.h"
#include "host/qemu/users.h"
#include "host/qemu/vm_event.h"

/* How often QEMU is asked for what it has no events for: media in drives, and devices that are added. Where there is no
 * drive, it is seldom asked for one: it may have been added without a name. */
#define VM_POLL_MS 2000
#define VM_POLL_SELDOM_MS 10000

/* How long an agent of whose port QEMU does not tell has to answer for the first time, to have been there before. */
#define VM_ADDITIONS_MS 5000

/* How long LogoffGuest waits for the users to be gone. */
#define VM_LOGOFF_MS 20000

/* How long a reset waits for what the log has of it, which is there before QEMU tells of the reset unless the file is
 * on its way through something else; and how often it is looked for. */
#define VM_LOG_WAIT_MS 5000
#define VM_LOG_RETRY_MS 50

#define VM_PROBES_MAX 64

/* What others say of themselves is quoted in so many bytes. */
#define VM_FAULT_MAX 256

enum vm_logoff_result
{
    VM_LOGOFF_DONE,
    VM_LOGOFF_NOT_RUNNING,
    VM_LOGOFF_NO_AGENT,
    VM_LOGOFF_REFUSED, /* by the agent, or it makes no sense: the text says how */
    VM_LOGOFF_TIMED_OUT,
    VM_LOGOFF_ENDED, /* the machine, before the users were gone */
    VM_LOGOFF_NO_MEMORY
};

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

    /* The state is learnt, without a change that could be told. */
    void (*learn_state)(void *context, enum vm_state state);

    /* All that is to be known at the start of a connection to QEMU is known. */
    void (*attached)(void *context);

    /* What is wrong though the connections are there, a plain sentence, good until the next; NULL: nothing is. */
    void (*fault)(void *context, const char *fault);

    /* The end of vm_logoff; text: what the agent said, or NULL. */
    void (*logged_off)(void *context, /* What others say of themselves is quoted in so many bytes. */
#define VM_FAULT_MAX 256

enum vm_logoff_result result, const char *text);
};

/* What is asked of QEMU. Every answer is an observation of that kind. */
enum vm_question
{
    VM_EVENT, /* none: an event */
    VM_ASK_CAPABILITY,
    VM_ASK_PROCESS,
    VM_ASK_STATS,
    VM_ASK_STATUS,
    VM_ASK_BLOCKS,
    VM_ASK_DEVICES,
    VM_ASK_PORTS, /* the character devices, among which is the agent's */
    VM_ASK_JOBS,
    VM_QUESTIONS,

    /* Not questions to QEMU, but observations all the same. */
    VM_USERS = VM_QUESTIONS,
    VM_AGENT_ALIVE,
    VM_AGENT_SILENT,

    /* Properties of objects, each asked for by a probe. */
    VM_PROBES = 100
};

struct vm_probe
{
    json_t *path; /* of the object; NULL: free */
    enum
    {
        VM_PROBE_DRIVE_TYPE,
        VM_PROBE_PORT_NAME,
        VM_PROBE_PORT_DEVICE
    } what;
};

struct vm
{
    const struct vm_callbacks *callbacks;
    void *context;
    struct vm_outlet outlet;
    const struct address *address;
    uint64_t now_ms;
    const char *fault; /* what ends the connection to QEMU */
    size_t message_size; /* of the message that is being taken, in bytes */

    struct messages qmp_messages, agent_messages;
    struct qmp qmp;
    struct agent agent;
    struct order order;

    /* What has been asked and not answered, and what is to be asked again then. */
    bool asked[VM_QUESTIONS], ask_again[VM_QUESTIONS];
    uint32_t unanswered;
    char refusal[VM_FAULT_MAX]; /* of a question, by QEMU; empty: none */
    int refused;                  /* the question, which is asked again at each poll */
    struct vm_probe probes[VM_PROBES_MAX];
    bool qmp_open, attached;
    bool status_known; /* on this connection: what came before the answer is in the answer */
    uint64_t opened_ms; /* when the connection was made */
    int64_t clock_us;   /* QEMU's clock, less ours */
    uint64_t poll_ms, blocks_ms, stats_ms;

    /* The machine. */
    json_int_t process; /* what tells a QEMU from another that was started later; 0: not known */
    struct disks disks; /* and what does where processes have the same numbers */
    enum vm_state state;
    bool saving;      /* migrating, to a file perhaps */
    bool shut_down;   /* QEMU said so */
    bool incoming;    /* being restored from what another QEMU has saved */
    bool stopped;     /* between STOP and RESUME */
    bool undecided;   /* it has stopped, and why is not known yet */
    enum
    {
        VM_NO_SNAPSHOT,
        VM_SNAPSHOT_SAVE,
        VM_SNAPSHOT_LOAD
    } snapshot; /* what a job is at */
    char job[128], new_job[128]; /* that job, and the one that was created last */
    bool heartbeat_stopped;
    uint64_t shutdown_requested_ms; /* 0: it was not */
    struct resets resets;
    struct reset_log reset_log;
    int64_t log_size;      /* when the devices were asked for last */
    uint64_t log_ms;       /* when it is looked at again */
    unsigned int log_says; /* of the event that is being taken */
    struct drives drives;
    struct vm_setting
    {
        bool known;
        int64_t number;
    } ram_size, time_offset; /* as last told */
    struct devices devices;
    bool device_deleted; /* and the block devices have not been listed since */
    json_t *full_disks; /* an object: when a disk was last said to be full, of those that have been told of */

    /* The guest agent. */
    enum
    {
        VM_ADDITIONS_UNKNOWN,
        VM_ADDITIONS_CLOSED,
        VM_ADDITIONS_OPEN
    } additions;
    char port[128];       /* the name of the agent's device; empty: it is not known, and has no events */
    char port_device[128]; /* of its character device */
    uint16_t agent_local_port; /* of our connection to the channel */
    bool agent_is_ours;        /* it has answered on that connection, and nobody else has the channel */
    const char *agent_silence;  /* what is wrong with it, if it does not answer; NULL: nothing */
    char agent_fault[VM_FAULT_MAX]; /* what is wrong with its answers; empty: nothing */
    bool verify_silence;
    bool answered; /* since the guest was last reset */
    uint32_t guest;    /* the number of guests that have ended: what the agent of one said is not of the next */
    struct users users;
    enum
    {
        VM_NOT_LOGGING_OFF,
        VM_LOGOFF_LISTING,
        VM_LOGOFF_WAITING
    } logoff;
    uint64_t logoff_until_ms;
    bool memory_ran_out; /* since then */
    json_int_t logoff_process; /* in the guest; 0: none */
};

/* False: out of memory; vm_cleanup is to be called all the same. address must live as long. */
bool vm_init(struct vm *vm, const struct vm_callbacks *callbacks, void *context, const struct address *address);
void vm_cleanup(struct vm *vm);

/* A connection to QEMU has been made; it has ended, for whatever reason. */
void vm_open_qmp(struct vm *vm, uint64_t now_ms);
void vm_close_qmp(struct vm *vm, uint64_t now_ms);

/* Nothing listens where QEMU was: there is no machine, or no machine any more. */
void vm_end(struct vm *vm, uint64_t now_ms);

/* local_port: of the connection, by which QEMU tells its clients apart. */
void vm_open_agent(struct vm *vm, uint16_t local_port, uint64_t now_ms);
void vm_close_agent(struct vm *vm, uint64_t now_ms);

/* NULL, or what is wrong: then the connection is to be ended. */
const char *vm_take_qmp(struct vm *vm, const char *bytes, size_t count, uint64_t now_ms);
const char *vm_take_agent(struct vm *vm, const char *bytes, size_t count, uint64_t now_ms);

/* Does what is due. NULL, or what is wrong with the connection to QEMU. */
const char *vm_tick(struct vm *vm, uint64_t now_ms);
uint64_t vm_due_ms(const struct vm *vm);

/* Asks the guest's users to leave; ends by logged_off. One at a time. */
void vm_logoff(struct vm *vm, uint64_t now_ms);

#endif

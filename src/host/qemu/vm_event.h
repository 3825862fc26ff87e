/*
 * What a live machine tells of itself, in plain C. The numbers of states and logoffs are those of VMVMState and
 * VMLogoffType (VPCCOMInterfaces.h); qemu/live.c holds the two against each other.
 */
#ifndef VMEVENTS_HOST_VM_EVENT_H
#define VMEVENTS_HOST_VM_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum vm_state
{
    VM_UNKNOWN = 0,
    VM_TURNED_OFF = 1,
    VM_SAVED = 2,
    VM_RESTORING = 4,
    VM_RUNNING = 5,
    VM_PAUSED = 6,
    VM_SAVING = 7,
    VM_TURNING_OFF = 8
};

enum vm_logoff
{
    VM_LOGOFF_NORMAL = 0,
    VM_LOGOFF_FORCED = 1,
    VM_LOGOFF_EXTERNAL = 2
};

enum vm_event_type
{
    VM_EVENT_STATE_CHANGE,
    VM_EVENT_REQUEST_SHUTDOWN,
    VM_EVENT_RESET,
    VM_EVENT_TRIPLE_FAULT,
    VM_EVENT_HEARTBEAT_STOPPED,
    VM_EVENT_CONFIGURATION_CHANGED,
    VM_EVENT_ADDITIONS_UNINSTALLED,
    VM_EVENT_ADDITIONS_AVAILABLE,
    VM_EVENT_GUEST_SHUTDOWN,
    VM_EVENT_GUEST_LOGOFF,
    VM_EVENT_DISK_OUT_OF_SPACE,
    VM_EVENT_DVD_INSERT,
    VM_EVENT_DVD_EJECT,
    VM_EVENT_FLOPPY_INSERT,
    VM_EVENT_FLOPPY_EJECT
};

struct vm_event
{
    enum vm_event_type type;
    int64_t number;   /* the state, the kind of logoff, a truth value, or what a setting has become */
    bool is_truth;    /* of a setting: its number is a truth value */
    const char *text; /* in UTF-8, during the call: the path of a medium, the key of a setting */
};

/* Where the events of a machine go. */
struct vm_outlet
{
    void (*fire)(void *context, const struct vm_event *event);
    void *context;
};

static inline void vm_fire(const struct vm_outlet *outlet, enum vm_event_type type, int64_t number)
{
    outlet->fire(outlet->context, &(struct vm_event){.type = type, .number = number});
}

static inline void vm_fire_text(const struct vm_outlet *outlet, enum vm_event_type type, const char *text)
{
    outlet->fire(outlet->context, &(struct vm_event){.type = type, .text = text});
}

#endif

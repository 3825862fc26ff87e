/*
 * What a live machine of whatever kind says of itself, in plain C. The numbers of states and logoffs are those of
 * VMVMState and VMLogoffType (VPCCOMInterfaces.h); host/live_machine.c holds the two against each other.
 */
#ifndef VMEVENTS_HOST_LIVE_EVENT_H
#define VMEVENTS_HOST_LIVE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum vm_state
{
    VM_UNKNOWN = 0,
    VM_TURNED_OFF = 1,
    VM_SAVED = 2,
    VM_TURNING_ON = 3,
    VM_RESTORING = 4,
    VM_RUNNING = 5,
    VM_PAUSED = 6,
    VM_SAVING = 7,
    VM_TURNING_OFF = 8,
    VM_MERGING_DRIVES = 9
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
    VM_EVENT_FLOPPY_EJECT,
    VM_EVENT_ENHANCED_VIDEO_MODE_CHANGED,
    VM_EVENT_LOGGED /* one of the host's, as OnEventLogged */
};

/* What is known of an event besides, in UTF-8, during the call. Names are those of docs/com-api.md. */
struct vm_detail
{
    const char *name;
    const char *text; /* NULL, or empty: it is not known */
};

#define VM_DETAILS_MAX 4

struct vm_event
{
    enum vm_event_type type;
    int64_t number;   /* the state, the kind of logoff, a truth value, what a setting has become, or a message's id */
    bool is_truth;    /* of a setting: its number is a truth value */
    const char *text; /* in UTF-8, during the call: the path of a medium, the key of a setting */
    struct vm_detail details[VM_DETAILS_MAX]; /* up to the first without a name */
};

/* How an attempt to log off the guest's users has ended. */
enum vm_logoff_result
{
    VM_LOGOFF_DONE,
    VM_LOGOFF_NOT_RUNNING, /* the machine does not run */
    VM_LOGOFF_NO_AGENT,    /* nothing in the guest can do it */
    VM_LOGOFF_REFUSED,     /* by what is in the guest, or it makes no sense: the text says how */
    VM_LOGOFF_TIMED_OUT,   /* somebody is still there */
    VM_LOGOFF_ENDED,       /* the machine, before the users were gone */
    VM_LOGOFF_NO_MEMORY
};

#endif

#include "host/live_event_text.h"

#include <stdio.h>

static const char *const names[] = {
        [VM_EVENT_STATE_CHANGE] = "OnStateChange",
        [VM_EVENT_REQUEST_SHUTDOWN] = "OnRequestShutdown",
        [VM_EVENT_RESET] = "OnReset",
        [VM_EVENT_TRIPLE_FAULT] = "OnTripleFault",
        [VM_EVENT_HEARTBEAT_STOPPED] = "OnHeartbeatStopped",
        [VM_EVENT_CONFIGURATION_CHANGED] = "OnConfigurationChanged",
        [VM_EVENT_ADDITIONS_UNINSTALLED] = "OnAdditionsUninstalled",
        [VM_EVENT_ADDITIONS_AVAILABLE] = "OnAdditionsAvailable",
        [VM_EVENT_GUEST_SHUTDOWN] = "OnGuestShutdown",
        [VM_EVENT_GUEST_LOGOFF] = "OnGuestLogoff",
        [VM_EVENT_DISK_OUT_OF_SPACE] = "OnDiskOutOfSpace",
        [VM_EVENT_DVD_INSERT] = "DVD.OnMediaInsert",
        [VM_EVENT_DVD_EJECT] = "DVD.OnMediaEject",
        [VM_EVENT_FLOPPY_INSERT] = "Floppy.OnMediaInsert",
        [VM_EVENT_FLOPPY_EJECT] = "Floppy.OnMediaEject",
        [VM_EVENT_ENHANCED_VIDEO_MODE_CHANGED] = "OnEnhancedVideoModeChanged",
        [VM_EVENT_LOGGED] = "OnEventLogged",
};

static const char *const states[] = {
        [VM_UNKNOWN] = "Unknown",
        [VM_TURNED_OFF] = "TurnedOff",
        [VM_SAVED] = "Saved",
        [VM_TURNING_ON] = "TurningOn",
        [VM_RESTORING] = "Restoring",
        [VM_RUNNING] = "Running",
        [VM_PAUSED] = "Paused",
        [VM_SAVING] = "Saving",
        [VM_TURNING_OFF] = "TurningOff",
        [VM_MERGING_DRIVES] = "MergingDrives",
};

static const char *const logoffs[] = {"Normal", "Forced", "External"};

const char *vm_state_text(enum vm_state state)
{
    return states[state];
}

void vm_event_text(const struct vm_event *event, char *text, size_t size)
{
    const char *name = names[event->type];

    if (event->type == VM_EVENT_STATE_CHANGE)
        snprintf(text, size, "%s(%s)", name, vm_state_text((enum vm_state)event->number));
    else if (event->type == VM_EVENT_GUEST_LOGOFF)
        snprintf(text, size, "%s(%s)", name, logoffs[event->number]);
    else if (event->type == VM_EVENT_DISK_OUT_OF_SPACE || event->type == VM_EVENT_ENHANCED_VIDEO_MODE_CHANGED)
        snprintf(text, size, "%s(%s)", name, event->number ? "True" : "False");
    else if (event->type == VM_EVENT_CONFIGURATION_CHANGED && event->is_truth)
        snprintf(text, size, "%s(%s=%s)", name, event->text, event->number ? "True" : "False");
    else if (event->type == VM_EVENT_CONFIGURATION_CHANGED)
        snprintf(text, size, "%s(%s=%ld)", name, event->text, (long)event->number);
    else if (event->type == VM_EVENT_LOGGED)
        snprintf(text, size, "%s(%ld)", name, (long)event->number);
    else
        snprintf(text, size, "%s(%s)", name, event->text ? event->text : "");
}

void vm_event_details_text(const struct vm_event *event, char *text, size_t size)
{
    size_t length = 0;

    *text = 0;
    for (size_t i = 0; i < VM_DETAILS_MAX && event->details[i].name; ++i)
    {
        const struct vm_detail *detail = &event->details[i];

        if (detail->text && *detail->text && length < size)
            length += (size_t)snprintf(
                    text + length, size - length, "%s%s=%s", length ? " " : "", detail->name, detail->text);
    }
}

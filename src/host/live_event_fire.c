#include "host/live_event_fire.h"

#include "host/utf8.h"

/* Names of details are words of ours. */
#define DETAIL_NAME_MAX 32

C_ASSERT((int)VM_TURNED_OFF == (int)vmVMState_TurnedOff && (int)VM_SAVED == (int)vmVMState_Saved
        && (int)VM_TURNING_ON == (int)vmVMState_TurningOn && (int)VM_MERGING_DRIVES == (int)vmVMState_MergingDrives
        && (int)VM_RESTORING == (int)vmVMState_Restoring && (int)VM_RUNNING == (int)vmVMState_Running
        && (int)VM_PAUSED == (int)vmVMState_Paused && (int)VM_SAVING == (int)vmVMState_Saving
        && (int)VM_TURNING_OFF == (int)vmVMState_TurningOff);
C_ASSERT((int)VM_LOGOFF_NORMAL == (int)vmLogoff_Normal && (int)VM_LOGOFF_FORCED == (int)vmLogoff_Forced
        && (int)VM_LOGOFF_EXTERNAL == (int)vmLogoff_External);

static const struct
{
    enum event_interface_index events;
    DISPID id;
} event_ids[] = {
        [VM_EVENT_STATE_CHANGE] = {MACHINE_EVENTS, vmVirtualMachineEvent_StateChanged},
        [VM_EVENT_REQUEST_SHUTDOWN] = {MACHINE_EVENTS, vmVirtualMachineEvent_RequestShutdown},
        [VM_EVENT_RESET] = {MACHINE_EVENTS, vmVirtualMachineEvent_Reset},
        [VM_EVENT_TRIPLE_FAULT] = {MACHINE_EVENTS, vmVirtualMachineEvent_TripleFault},
        [VM_EVENT_HEARTBEAT_STOPPED] = {MACHINE_EVENTS, vmVirtualMachineEvent_HeartbeatStopped},
        [VM_EVENT_CONFIGURATION_CHANGED] = {MACHINE_EVENTS, vmVirtualMachineEvent_ConfigurationChanged},
        [VM_EVENT_ADDITIONS_UNINSTALLED] = {MACHINE_EVENTS, vmVirtualMachineEvent_AdditionsUninstalled},
        [VM_EVENT_ADDITIONS_AVAILABLE] = {MACHINE_EVENTS, vmVirtualMachineEvent_AdditionsAvailable},
        [VM_EVENT_GUEST_SHUTDOWN] = {MACHINE_EVENTS, vmVirtualMachineEvent_GuestShutdown},
        [VM_EVENT_GUEST_LOGOFF] = {MACHINE_EVENTS, vmVirtualMachineEvent_GuestLogoff},
        [VM_EVENT_DISK_OUT_OF_SPACE] = {MACHINE_EVENTS, vmVirtualMachineEvent_DiskOutOfSpace},
        [VM_EVENT_DVD_INSERT] = {DVD_EVENTS, vmDVDDriveEvent_OnInsert},
        [VM_EVENT_DVD_EJECT] = {DVD_EVENTS, vmDVDDriveEvent_OnEject},
        [VM_EVENT_FLOPPY_INSERT] = {FLOPPY_EVENTS, vmFloppyDriveEvent_OnInsert},
        [VM_EVENT_FLOPPY_EJECT] = {FLOPPY_EVENTS, vmFloppyDriveEvent_OnEject},
        [VM_EVENT_ENHANCED_VIDEO_MODE_CHANGED] = {MACHINE_EVENTS, vmVirtualMachineEvent_EnhancedVideoModeChanged},
        [VM_EVENT_LOGGED] = {PC_EVENTS, vmVirtualPCEvent_EventLogged},
};

/* A number that is greater than a long is said as a double, as scripts have it anyway. */
static void set_number(VARIANT *variant, int64_t number)
{
    if (number == (LONG)number)
    {
        V_VT(variant) = VT_I4;
        V_I4(variant) = (LONG)number;
    }
    else
    {
        V_VT(variant) = VT_R8;
        V_R8(variant) = (double)number;
    }
}

static void set_argument(VARIANT *variant, const struct event_param *param, const struct vm_event *said, BSTR text)
{
    if (param->type == VT_BSTR)
    {
        V_VT(variant) = VT_BSTR;
        V_BSTR(variant) = text;
    }
    else if (param->type == VT_BOOL || said->is_truth)
    {
        V_VT(variant) = VT_BOOL;
        V_BOOL(variant) = said->number ? VARIANT_TRUE : VARIANT_FALSE;
    }
    else
    {
        set_number(variant, said->number);
    }
}

static const struct event_type *type_of(const struct vm_event *said)
{
    return event_type_get(&event_interfaces[event_ids[said->type].events], event_ids[said->type].id);
}

/* What is known besides. NULL: nothing, or there is no memory for it, which costs the event nothing. */
static struct details *make_details(const struct vm_event *said)
{
    VMEVENTDETAIL given[VM_DETAILS_MAX];
    WCHAR names[VM_DETAILS_MAX][DETAIL_NAME_MAX];
    struct details *details = NULL;
    UINT count = 0;

    for (UINT i = 0; i < VM_DETAILS_MAX && said->details[i].name; ++i)
    {
        const struct vm_detail *detail = &said->details[i];

        if (!detail->text || !*detail->text)
            continue;
        if (!MultiByteToWideChar(CP_UTF8, 0, detail->name, -1, names[count], DETAIL_NAME_MAX))
            continue;
        V_VT(&given[count].value) = VT_BSTR;
        if (!(V_BSTR(&given[count].value) = bstr_from_utf8(detail->text)))
            continue;
        given[count].name = names[count];
        ++count;
    }
    if (count)
        details = details_create(given, count);
    while (count--)
        VariantClear(&given[count].value);
    return details;
}

void live_event_fire(struct machine *machine, const struct vm_event *said)
{
    const struct event_type *type = type_of(said);
    BSTR text = said->text ? bstr_from_utf8(said->text) : NULL;
    struct event_origin origin;
    struct details *details;
    struct event event;

    /* Without memory for its text the event is dropped: with an empty one it would speak of something else. */
    if (said->text && !text)
        return;
    event_init(&event, type, machine_name(machine), NULL);
    for (UINT i = 0; i < type->param_count; ++i)
        set_argument(&event.args[i], &type->params[i], said, text ? text : empty_bstr);
    if ((details = make_details(said)))
        event_set_origin(&event, &origin, details, NULL);
    machine_fire_from_backend(machine, &event);
    event_cleanup(&event);
    if (details)
        details_release(details);
    SysFreeString(text);
}

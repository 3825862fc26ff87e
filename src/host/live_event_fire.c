#include "host/live_event_fire.h"

#include "event/text.h"
#include "host/named_events.h"
#include "host/utf8.h"
#include "json/scan.h"
#include "recording/recorded_event.h"
#include "recording/recorded_value.h"

#include <wchar.h>

#define DETAIL_NAME_MAX (DETAIL_NAME_LENGTH_MAX + 1)

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

/* What is known besides. */
struct given
{
    VMEVENTDETAIL details[DETAILS_MAX];
    WCHAR names[DETAILS_MAX][DETAIL_NAME_MAX];
    UINT count;
};

static void give(struct given *given, const WCHAR *name, const VARIANT *value)
{
    wcscpy(given->names[given->count], name);
    given->details[given->count] = (VMEVENTDETAIL){given->names[given->count], *value};
    ++given->count;
}

static void give_said(struct given *given, const struct vm_event *said)
{
    WCHAR name[DETAIL_NAME_MAX];
    VARIANT value;

    for (UINT i = 0; i < VM_DETAILS_MAX && said->details[i].name; ++i)
    {
        const struct vm_detail *detail = &said->details[i];

        if (!detail->text || !*detail->text)
            continue;
        if (!MultiByteToWideChar(CP_UTF8, 0, detail->name, -1, name, DETAIL_NAME_MAX))
            continue;
        V_VT(&value) = VT_BSTR;
        if ((V_BSTR(&value) = bstr_from_utf8(detail->text)))
            give(given, name, &value);
    }
}

/* Those that another host has told. */
static void give_told(struct given *given, const struct scan_value *object)
{
    struct scan_value details, name, json;
    WCHAR wide[DETAIL_NAME_MAX];
    struct scan scan;
    VARIANT value;
    size_t length;

    if (!scan_find(object, "details", &details))
        return;
    for (scan = scan_inside(&details); given->count < DETAILS_MAX && scan_member(&scan, &name, &json);)
    {
        if (name.length >= DETAIL_NAME_MAX)
            continue;
        length = scan_copy(&name, (uint16_t *)wide);
        wide[length] = 0;
        if (!detail_is_name(wide, length))
            continue;
        if (SUCCEEDED(recorded_value_read(&value, &json)))
            give(given, wide, &value);
    }
}

/* NULL: nothing is known, or there is no memory for it, which costs the event nothing. */
static struct details *make_details(const struct vm_event *said, const struct scan_value *told)
{
    struct given given = {.count = 0};
    struct details *details = NULL;

    give_said(&given, said);
    if (told)
        give_told(&given, told);
    if (given.count)
        details = details_create(given.details, given.count);
    while (given.count)
        VariantClear(&given.details[--given.count].value);
    return details;
}

static void fire(struct machine *machine, struct event *event, struct details *details)
{
    struct event_origin origin;

    if (details)
        event_set_origin(event, &origin, details, NULL);
    machine_fire_from_backend(machine, event);
    event_cleanup(event);
    if (details)
        details_release(details);
}

/* The host alone fires that a machine is deleted, when it removes it: the machine is there as long. */
static bool tells_of_deletion(const struct event_type *type, const struct recorded_event *told)
{
    VARIANT state;
    bool is_deleted;

    if (type != event_type_get(&event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_StateChanged))
        return false;
    VariantInit(&state);
    is_deleted = SUCCEEDED(VariantChangeType(&state, (VARIANT *)&told->args[0], 0, VT_I4))
            && V_I4(&state) == vmVMState_DeleteMachine;
    VariantClear(&state);
    return is_deleted;
}

/* Of the machine's, since the host's are its own. Virtual Server's are fired as Virtual PC's, which they are. */
static const struct event_type *type_of_told(const struct recorded_event *told, BSTR *reason)
{
    const struct event_type *type = NULL;
    struct text text = {0};

    for (UINT i = 0; i < EVENT_INTERFACE_COUNT && !type; ++i)
    {
        if (told->type->mask & event_interface_mask(&event_interfaces[i]))
            type = event_type_find(&event_interfaces[i], told->type->id);
    }
    if (type && !event_type_is_of_host(type) && !tells_of_deletion(type, told))
        return type;
    if (type && !event_type_is_of_host(type))
        text_append(&text, L"\"arguments\" and \"exact\" tell of different states, of which one is that it is deleted");
    else
        text_append_format(&text, L"%ls is no event of a machine", told->type->name);
    *reason = text_finish(&text);
    return NULL;
}

/* An event is told of with a reason also when there is no memory for it, if there is some for the reason. */
static HRESULT read_told(struct recorded_event *told, const struct scan_value *object, BSTR *reason)
{
    struct scan_value omitted;
    HRESULT hr = E_FAIL;

    if (scan_find(object, "omitted", &omitted))
        *reason = SysAllocString(
                L"with its arguments it was larger than the 128 KB that a message may have, so that its "
                L"host has left them out");
    else if (FAILED(hr = recorded_event_read_told(told, object, reason)) && !*reason)
        *reason = SysAllocString(L"there was no memory for it");
    return hr;
}

static void fire_told(struct machine *machine, const struct vm_event *said, BSTR *reason)
{
    const struct event_type *type;
    struct recorded_event told;
    struct scan_value object;
    struct event event;

    if (!scan_text(said->text, said->length, &object) || FAILED(read_told(&told, &object, reason)))
        return;
    if ((type = type_of_told(&told, reason)))
    {
        event_init(&event, type, machine_name(machine), NULL);
        memcpy(event.args, told.args, type->param_count * sizeof(*told.args));
        fire(machine, &event, make_details(said, &object));
    }
    recorded_event_cleanup(&told);
}

void live_event_fire(struct machine *machine, const struct vm_event *said, BSTR *reason)
{
    const struct event_type *type;
    struct event event;
    BSTR text;

    *reason = NULL;
    if (said->type == VM_EVENT_TOLD)
    {
        fire_told(machine, said, reason);
        return;
    }
    text = said->text ? bstr_from_utf8(said->text) : NULL;
    /* Without memory for its text the event is dropped: with an empty one it would speak of something else. */
    if (said->text && !text)
        return;
    type = type_of(said);
    event_init(&event, type, machine_name(machine), NULL);
    for (UINT i = 0; i < type->param_count; ++i)
        set_argument(&event.args[i], &type->params[i], said, text ? text : empty_bstr);
    fire(machine, &event, make_details(said, NULL));
    SysFreeString(text);
}

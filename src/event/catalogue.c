#include "event/catalogue.h"

#include <wchar.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const WCHAR *const logoff_type_names[] = {
        L"vmLogoff_Normal",
        L"vmLogoff_Forced",
        L"vmLogoff_External",
};

static const WCHAR *const machine_state_names[] = {
        L"vmVMState_Invalid",
        L"vmVMState_TurnedOff",
        L"vmVMState_Saved",
        L"vmVMState_TurningOn",
        L"vmVMState_Restoring",
        L"vmVMState_Running",
        L"vmVMState_Paused",
        L"vmVMState_Saving",
        L"vmVMState_TurningOff",
        L"vmVMState_MergingDrives",
        L"vmVMState_DeleteMachine",
};

const struct enumeration logoff_types = {L"VMLogoffType", ARRAY_SIZE(logoff_type_names), logoff_type_names};
const struct enumeration machine_states = {L"VMVMState", ARRAY_SIZE(machine_state_names), machine_state_names};

/* Where each interface's events begin in event_types. */
enum
{
    FIRST_MACHINE_EVENT = 0,
    FIRST_PC_EVENT = 12,
    FIRST_DVD_EVENT = 14,
    FIRST_FLOPPY_EVENT = 16
};

const struct event_interface event_interfaces[EVENT_INTERFACE_COUNT] = {
        [MACHINE_EVENTS] = {&DIID_IVMVirtualMachineEvents, L"IVMVirtualMachineEvents",
                &event_types[FIRST_MACHINE_EVENT], 1, 12},
        [PC_EVENTS] = {&DIID_IVMVirtualPCEvents, L"IVMVirtualPCEvents", &event_types[FIRST_PC_EVENT], 2, 2},
        [DVD_EVENTS] = {&DIID_IVMDVDDriveEvents, L"IVMDVDDriveEvents", &event_types[FIRST_DVD_EVENT], 1, 2},
        [FLOPPY_EVENTS] = {&DIID_IVMFloppyDriveEvents, L"IVMFloppyDriveEvents", &event_types[FIRST_FLOPPY_EVENT], 1, 2},
};

#define EVENT(place, interface_, iid, id, name, count, only, ...)                                                      \
    [place] = {&(iid), id, name, count, 1u << (place), only, {__VA_ARGS__}, &event_interfaces[interface_]}
#define MACHINE(id, name, count, only, ...)                                                                            \
    EVENT(FIRST_MACHINE_EVENT + (id)-1, MACHINE_EVENTS, DIID_IVMVirtualMachineEvents, id, name, count, only,           \
            __VA_ARGS__)
#define PC(id, name, count, only, ...)                                                                                 \
    EVENT(FIRST_PC_EVENT + (id)-2, PC_EVENTS, DIID_IVMVirtualPCEvents, id, name, count, only, __VA_ARGS__)
#define DVD(id, name, count, only, ...)                                                                                \
    EVENT(FIRST_DVD_EVENT + (id)-1, DVD_EVENTS, DIID_IVMDVDDriveEvents, id, name, count, only, __VA_ARGS__)
#define FLOPPY(id, name, count, only, ...)                                                                             \
    EVENT(FIRST_FLOPPY_EVENT + (id)-1, FLOPPY_EVENTS, DIID_IVMFloppyDriveEvents, id, name, count, only, __VA_ARGS__)
#define NONE                                                                                                           \
    {                                                                                                                  \
        NULL, VT_EMPTY, NULL, 0                                                                                        \
    }
#define ANY(name, type)                                                                                                \
    {                                                                                                                  \
        name, type, NULL, UINT32_MAX                                                                                   \
    }
#define ONE_OF(name, enumeration, values)                                                                              \
    {                                                                                                                  \
        name, VT_I4, &enumeration, ARRAY_SIZE(values) - 1                                                              \
    }

const struct event_type event_types[EVENT_COUNT] = {
        MACHINE(1, L"OnStateChange", 1, VT_I4, ONE_OF(L"virtualMachineState", machine_states, machine_state_names)),
        MACHINE(2, L"OnRequestShutdown", 0, VT_EMPTY, NONE),
        MACHINE(3, L"OnReset", 0, VT_EMPTY, NONE),
        MACHINE(4, L"OnTripleFault", 0, VT_EMPTY, NONE),
        MACHINE(5, L"OnHeartbeatStopped", 0, VT_EMPTY, NONE),
        MACHINE(6, L"OnConfigurationChanged", 2, VT_EMPTY, ANY(L"configKey", VT_BSTR), ANY(L"configData", VT_VARIANT)),
        MACHINE(7, L"OnEnhancedVideoModeChanged", 1, VT_BOOL, ANY(L"enhancedVideoMode", VT_BOOL)),
        MACHINE(8, L"OnAdditionsUninstalled", 0, VT_EMPTY, NONE),
        MACHINE(9, L"OnAdditionsAvailable", 0, VT_EMPTY, NONE),
        MACHINE(10, L"OnGuestShutdown", 0, VT_EMPTY, NONE),
        MACHINE(11, L"OnGuestLogoff", 1, VT_I4, ONE_OF(L"logoffType", logoff_types, logoff_type_names)),
        MACHINE(12, L"OnDiskOutOfSpace", 1, VT_BOOL, ANY(L"criticallyLow", VT_BOOL)),
        PC(2, L"OnVMStateChange", 2, VT_EMPTY, ANY(L"virtualMachineConfig", VT_BSTR),
                ONE_OF(L"virtualMachineState", machine_states, machine_state_names)),
        PC(3, L"OnEventLogged", 1, VT_I4, ANY(L"logMessageID", VT_I4)),
        DVD(1, L"OnMediaInsert", 1, VT_BSTR, ANY(L"mediaPath", VT_BSTR)),
        DVD(2, L"OnMediaEject", 1, VT_BSTR, ANY(L"mediaPath", VT_BSTR)),
        FLOPPY(1, L"OnMediaInsert", 1, VT_BSTR, ANY(L"mediaPath", VT_BSTR)),
        FLOPPY(2, L"OnMediaEject", 1, VT_BSTR, ANY(L"mediaPath", VT_BSTR)),
};

const struct event_interface *event_interface_find(REFIID iid)
{
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        if (IsEqualIID(iid, event_interfaces[i].iid))
            return &event_interfaces[i];
    }
    return NULL;
}

uint32_t event_interface_mask(const struct event_interface *events)
{
    return ((1u << events->count) - 1) * events->first->mask;
}

static bool is_name(const WCHAR *name, size_t length, const WCHAR *known)
{
    /* No known name is as long as that. */
    return length < 64 && CompareStringOrdinal(name, (int)length, known, -1, TRUE) == CSTR_EQUAL;
}

uint32_t event_mask_from_name(const WCHAR *name, size_t length)
{
    const WCHAR *dot = length ? wmemchr(name, '.', length) : NULL;
    size_t interface_length = dot ? (size_t)(dot - name) : 0, skipped = dot ? interface_length + 1 : 0;
    uint32_t mask = 0;

    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        if (!is_name(name + skipped, length - skipped, event_types[i].name))
            continue;
        if (!dot || is_name(name, interface_length, event_types[i].interface_->name))
            mask |= event_types[i].mask;
    }
    return mask;
}

const WCHAR *enumeration_name(const struct enumeration *enumeration, LONG value)
{
    return value >= 0 && value < enumeration->count ? enumeration->values[value] : NULL;
}

bool enumeration_value(const struct enumeration *enumeration, const WCHAR *name, size_t length, LONG *value)
{
    for (LONG i = 0; i < enumeration->count; ++i)
    {
        if (is_name(name, length, enumeration->values[i]))
        {
            *value = i;
            return true;
        }
    }
    return false;
}

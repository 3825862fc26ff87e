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

#define INTERFACE_ROW(index, name, list)                                                                               \
    [index] = {&DIID_##name, L"" #name, &event_types[index##_FIRST], index##_COUNT},
const struct event_interface event_interfaces[EVENT_INTERFACE_COUNT] = {EVENT_INTERFACE_LIST(INTERFACE_ROW)};

/* The parameters: how many, the type of the only one, and each. */
#define NONE 0, VT_EMPTY, {{NULL, VT_EMPTY, NULL, 0}}
#define ONE(type, name, values) 1, type, {{L"" #name, type, values}}
#define TWO(type, name, values, type2, name2, values2)                                                                 \
    2, VT_EMPTY, {{L"" #name, type, values}, {L"" #name2, type2, values2}}
#define ANY NULL, UINT32_MAX
#define LOGOFFS &logoff_types, ARRAY_SIZE(logoff_type_names) - 1
#define STATES &machine_states, ARRAY_SIZE(machine_state_names) - 1

/* A row in the wrong place, by a gap or the same DISPID twice, takes another's place, which the compiler refuses. */
#define EVENT(index, interface_, id, name, ...)                                                                        \
    [index##_FIRST + (id) - EVENT_FIRST_ID] = {&DIID_##interface_, id, L"" #name,                                      \
            EVENT_MASK(index##_FIRST + (id) - EVENT_FIRST_ID), __VA_ARGS__, &event_interfaces[index]},
#define MACHINE_EVENTS_ROW(id, name, params) EVENT(MACHINE_EVENTS, IVMVirtualMachineEvents, id, name, params)
#define PC_EVENTS_ROW(id, name, params) EVENT(PC_EVENTS, IVMVirtualPCEvents, id, name, params)
#define DVD_EVENTS_ROW(id, name, params) EVENT(DVD_EVENTS, IVMDVDDriveEvents, id, name, params)
#define FLOPPY_EVENTS_ROW(id, name, params) EVENT(FLOPPY_EVENTS, IVMFloppyDriveEvents, id, name, params)
#define INTERFACE_EVENTS(index, name, list) list(index##_ROW)
const struct event_type event_types[EVENT_COUNT] = {EVENT_INTERFACE_LIST(INTERFACE_EVENTS)};

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

bool event_is_first_of_its_name(const struct event_type *type)
{
    const struct event_type *other = event_types;

    while (wcscmp(other->name, type->name))
        ++other;
    return other == type;
}

uint32_t event_mask_from_name(const WCHAR *name)
{
    const WCHAR *dot = wcschr(name, '.'), *event_name = dot ? dot + 1 : name;
    size_t interface_length = dot ? (size_t)(dot - name) : 0;
    uint32_t mask = 0;

    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        const WCHAR *interface_name = event_types[i].interface_->name;

        if (_wcsicmp(event_name, event_types[i].name))
            continue;
        if (dot && (wcslen(interface_name) != interface_length || _wcsnicmp(name, interface_name, interface_length)))
            continue;
        mask |= event_types[i].mask;
    }
    return mask;
}

const WCHAR *enumeration_name(const struct enumeration *enumeration, LONG value)
{
    return value >= 0 && value < enumeration->count ? enumeration->values[value] : NULL;
}

bool enumeration_value(const struct enumeration *enumeration, const WCHAR *name, LONG *value)
{
    for (LONG i = 0; i < enumeration->count; ++i)
    {
        if (!_wcsicmp(name, enumeration->values[i]))
        {
            *value = i;
            return true;
        }
    }
    return false;
}

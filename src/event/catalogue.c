#include "event/catalogue.h"

#include <wchar.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* By the enumerators of the type library. */
#define VALUE(name) [name] = L"" #name

static const WCHAR *const logoff_type_names[] = {
        VALUE(vmLogoff_Normal),
        VALUE(vmLogoff_Forced),
        VALUE(vmLogoff_External),
};

static const WCHAR *const machine_state_names[] = {
        VALUE(vmVMState_Invalid),
        VALUE(vmVMState_TurnedOff),
        VALUE(vmVMState_Saved),
        VALUE(vmVMState_TurningOn),
        VALUE(vmVMState_Restoring),
        VALUE(vmVMState_Running),
        VALUE(vmVMState_Paused),
        VALUE(vmVMState_Saving),
        VALUE(vmVMState_TurningOff),
        VALUE(vmVMState_MergingDrives),
        VALUE(vmVMState_DeleteMachine),
};

const struct enumeration logoff_types = {L"VMLogoffType", ARRAY_SIZE(logoff_type_names), logoff_type_names};
const struct enumeration machine_states = {L"VMVMState", ARRAY_SIZE(machine_state_names), machine_state_names};

static const struct event_type server_event_types[EVENT_COUNT];

#define INTERFACE_ROW(index, name, list)                                                                               \
    [index] = {&DIID_##name, L"" #name, &event_types[index##_FIRST], index##_COUNT, &DIID_##name},
#define SERVER_ROW(index, name, count, of)                                                                             \
    [index] = {&DIID_VirtualServer_##name, L"" #name, &server_event_types[index##_FIRST], count, &DIID_##of},

#define SERVER_HAS_NO_MORE(index, name, count, of)                                                                     \
    _Static_assert((count) > 0 && (count) <= index##_COUNT,                                                            \
            "an interface of Virtual Server has the first events of the other");
SERVER_INTERFACE_LIST(SERVER_HAS_NO_MORE)

const struct event_interface event_interfaces[EVENT_INTERFACE_COUNT] = {EVENT_INTERFACE_LIST(INTERFACE_ROW)};
const struct event_interface server_interfaces[EVENT_INTERFACE_COUNT] = {SERVER_INTERFACE_LIST(SERVER_ROW)};

/* The parameters: how many, the type of the only one, and each. */
#define NONE 0, VT_EMPTY, {{NULL, VT_EMPTY, NULL, 0}}
#define ONE(type, name, values) 1, type, {{L"" #name, type, VALUES_##values}}
#define TWO(type, name, values, type2, name2, values2)                                                                 \
    2, VT_EMPTY, {{L"" #name, type, VALUES_##values}, {L"" #name2, type2, VALUES_##values2}}
#define VALUES_ANY NULL, UINT32_MAX
#define VALUES_LOGOFFS &logoff_types, ARRAY_SIZE(logoff_type_names) - 1
#define VALUES_STATES &machine_states, ARRAY_SIZE(machine_state_names) - 1

/* A row in the wrong place, by a gap or the same DISPID twice, takes another's place, which the compiler refuses. */
#define EVENT(interfaces, index, interface_, id, name, ...)                                                            \
    [index##_FIRST + (id) - EVENT_FIRST_ID] = {&DIID_##interface_, id, L"" #name,                                      \
            EVENT_MASK(index##_FIRST + (id) - EVENT_FIRST_ID), __VA_ARGS__, &interfaces[index]},
#define MACHINE_EVENTS_ROW(id, name, ...)                                                                              \
    EVENT(event_interfaces, MACHINE_EVENTS, IVMVirtualMachineEvents, id, name, __VA_ARGS__)
#define PC_EVENTS_ROW(id, name, ...)                                                                                   \
    EVENT(event_interfaces, PC_EVENTS, IVMVirtualPCEvents, id, name, __VA_ARGS__)
#define DVD_EVENTS_ROW(id, name, ...)                                                                                  \
    EVENT(event_interfaces, DVD_EVENTS, IVMDVDDriveEvents, id, name, __VA_ARGS__)
#define FLOPPY_EVENTS_ROW(id, name, ...)                                                                               \
    EVENT(event_interfaces, FLOPPY_EVENTS, IVMFloppyDriveEvents, id, name, __VA_ARGS__)
#define INTERFACE_EVENTS(index, name, list) list(index##_ROW)
const struct event_type event_types[EVENT_COUNT] = {EVENT_INTERFACE_LIST(INTERFACE_EVENTS)};

/* Rows behind the events that an interface of Virtual Server has are never reached: it counts those that it has. */
#define SERVER_EVENT(index, name_, id, name, ...)                                                                      \
    EVENT(server_interfaces, index, VirtualServer_##name_, id, name, __VA_ARGS__)
#define SERVER_MACHINE_EVENTS_ROW(id, name, ...)                                                                       \
    SERVER_EVENT(MACHINE_EVENTS, IVMVirtualMachineEvents, id, name, __VA_ARGS__)
#define SERVER_PC_EVENTS_ROW(id, name, ...)                                                                            \
    SERVER_EVENT(PC_EVENTS, IVMVirtualServerEvents, id, name, __VA_ARGS__)
#define SERVER_DVD_EVENTS_ROW(id, name, ...)                                                                           \
    SERVER_EVENT(DVD_EVENTS, IVMDVDDriveEvents, id, name, __VA_ARGS__)
#define SERVER_FLOPPY_EVENTS_ROW(id, name, ...)                                                                        \
    SERVER_EVENT(FLOPPY_EVENTS, IVMFloppyDriveEvents, id, name, __VA_ARGS__)
#define SERVER_EVENTS(index, name, list) list(SERVER_##index##_ROW)
static const struct event_type server_event_types[EVENT_COUNT] = {EVENT_INTERFACE_LIST(SERVER_EVENTS)};

const struct event_interface *event_interface_find(REFIID iid)
{
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        if (IsEqualIID(iid, event_interfaces[i].iid))
            return &event_interfaces[i];
        if (IsEqualIID(iid, server_interfaces[i].iid))
            return &server_interfaces[i];
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

static bool is_name(const WCHAR *name, size_t length, const WCHAR *known)
{
    /* No known name is as long as that. */
    return length < 64 && CompareStringOrdinal(name, (int)length, known, -1, TRUE) == CSTR_EQUAL;
}

static bool is_character(WCHAR c, WCHAR known)
{
    return c == '?' || CompareStringOrdinal(&c, 1, &known, 1, TRUE) == CSTR_EQUAL;
}

/* What stands in front of a "*" has been found when that is reached: only what the last one stands for is ever changed. */
static bool is_pattern_of(const WCHAR *pattern, size_t length, const WCHAR *known)
{
    const WCHAR *end = pattern + length, *behind_star = NULL, *star_end = NULL;

    while (*known)
    {
        if (pattern < end && *pattern == '*')
        {
            behind_star = ++pattern;
            star_end = known;
        }
        else if (pattern < end && is_character(*pattern, *known))
        {
            ++pattern;
            ++known;
        }
        else if (behind_star)
        {
            pattern = behind_star;
            known = ++star_end;
        }
        else
        {
            return false;
        }
    }
    while (pattern < end && *pattern == '*')
        ++pattern;
    return pattern == end;
}

typedef bool (*name_matcher)(const WCHAR *name, size_t length, const WCHAR *known);

static uint32_t event_mask(const WCHAR *name, size_t length, name_matcher matches)
{
    const WCHAR *dot = length ? wmemchr(name, '.', length) : NULL;
    size_t interface_length = dot ? (size_t)(dot - name) : 0, skipped = dot ? interface_length + 1 : 0;
    uint32_t mask = 0;

    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        const struct event_type *type = &event_types[i];
        const struct event_interface *of_server = &server_interfaces[type->interface_ - event_interfaces];

        if (!matches(name + skipped, length - skipped, type->name))
            continue;
        if (!dot || matches(name, interface_length, type->interface_->name)
                || (event_type_find(of_server, type->id) && matches(name, interface_length, of_server->name)))
            mask |= event_types[i].mask;
    }
    return mask;
}

uint32_t event_mask_from_name(const WCHAR *name, size_t length)
{
    return event_mask(name, length, is_name);
}

uint32_t event_mask_from_pattern(const WCHAR *pattern, size_t length)
{
    return event_mask(pattern, length, is_pattern_of);
}

static bool is_blank(WCHAR c)
{
    return c == ' ' || c == '\t';
}

uint32_t event_mask_from_list(const WCHAR *list, size_t length)
{
    const WCHAR *end = list + length;
    uint32_t mask = 0, events;

    for (const WCHAR *name = list, *next; name <= end; name = next + 1)
    {
        const WCHAR *comma = name < end ? wmemchr(name, ',', end - name) : NULL, *last = comma ? comma : end;

        next = last;
        while (name < last && is_blank(*name))
            ++name;
        while (name < last && is_blank(last[-1]))
            --last;
        if (name == last || !(events = event_mask_from_pattern(name, last - name)))
            return 0;
        mask |= events;
    }
    return mask;
}

UINT event_param_place(const struct event_type *type, const WCHAR *name, size_t length)
{
    UINT place = 0;

    while (place < type->param_count && !is_name(name, length, type->params[place].name))
        ++place;
    return place;
}

const WCHAR *event_param_type_name(const struct event_param *param)
{
    switch (param->type)
    {
        case VT_I4:
            return param->enumeration ? param->enumeration->name : L"long";
        case VT_BOOL:
            return L"VARIANT_BOOL";
        case VT_BSTR:
            return L"BSTR";
        default:
            return L"VARIANT";
    }
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

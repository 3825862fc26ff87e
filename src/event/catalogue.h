/*
 * The catalogue: every event there is, described once (event_list.h). Decoding, validation, names, text and connection
 * points read it; a test holds it against the compiled type library.
 */
#ifndef VMEVENTS_EVENT_CATALOGUE_H
#define VMEVENTS_EVENT_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event_list.h"
#include "vmevents.h"

#define EVENT_MAX_ARGS 2
#define EVENT_FIRST_ID 1

#define INTERFACE_INDEX(index, name, list) index,
enum event_interface_index
{
    EVENT_INTERFACE_LIST(INTERFACE_INDEX) EVENT_INTERFACE_COUNT
};
#undef INTERFACE_INDEX

/* How many events each interface has, PC_EVENTS_COUNT, and where they begin in event_types, PC_EVENTS_FIRST. */
#define PLUS_ONE(id, name, params) +1
#define INTERFACE_PLACES(index, name, list)                                                                            \
    index##_FIRST, index##_COUNT = 0 list(PLUS_ONE), index##_LAST = index##_FIRST + index##_COUNT - 1,
enum event_place
{
    EVENT_INTERFACE_LIST(INTERFACE_PLACES) EVENT_COUNT
};
#undef INTERFACE_PLACES
#undef PLUS_ONE

/* Each event has a bit. */
#define EVENT_MASK(place) (1u << (place))
#define EVENT_ALL_MASK (EVENT_MASK(EVENT_COUNT) - 1)
_Static_assert(EVENT_COUNT < 32, "the events fit a mask");

/* An enumeration whose values run from 0 to count - 1. */
struct enumeration
{
    const WCHAR *name;
    LONG count;
    const WCHAR *const *values;
};

struct event_param
{
    const WCHAR *name;
    VARTYPE type;                          /* VT_I4, VT_BSTR, VT_BOOL, VT_VARIANT */
    const struct enumeration *enumeration; /* for VT_I4; NULL: any value is legal */
    ULONG last;                            /* for VT_I4: the last legal value, from 0 up; all ones: any is */
};

struct event_interface
{
    const IID *iid;
    const WCHAR *name;
    const struct event_type *first; /* its events stand together, by their DISPIDs from EVENT_FIRST_ID up */
    ULONG count;
    const IID *described; /* the interface of the type library that describes it */
};

/* Begins as VMEVENT does. */
struct event_type
{
    const IID *iid; /* of its interface */
    DISPID id;
    const WCHAR *name;
    uint32_t mask; /* its bit among all events */
    UINT param_count;
    VARTYPE only; /* the type of its parameter when it has just one, otherwise VT_EMPTY */
    struct event_param params[EVENT_MAX_ARGS];
    const struct event_interface *interface_;
};

extern const struct event_interface event_interfaces[EVENT_INTERFACE_COUNT];

/* Virtual Server's interfaces, each in the place of that of Virtual PC which has the same events. Their events have the
 * same bits, so that who listens to one hears the other's too, and types of their own. */
extern const struct event_interface server_interfaces[EVENT_INTERFACE_COUNT];

extern const struct event_type event_types[EVENT_COUNT];
extern const struct enumeration logoff_types;
extern const struct enumeration machine_states;

/* NULL: the interface has no such event. */
static inline const struct event_type *event_type_find(const struct event_interface *events, DISPID id)
{
    ULONG place = (ULONG)id - EVENT_FIRST_ID;

    return place < events->count ? &events->first[place] : NULL;
}

/* The event of a DISPID that the interface has. */
static inline const struct event_type *event_type_get(const struct event_interface *events, DISPID id)
{
    return &events->first[id - EVENT_FIRST_ID];
}

/* NULL: neither one of Virtual PC's nor of Virtual Server's. */
const struct event_interface *event_interface_find(REFIID iid);

/* The bits of all events of an interface. */
uint32_t event_interface_mask(const struct event_interface *events);

/* Whether no event that stands before it has its name. */
bool event_is_first_of_its_name(const struct event_type *type);

/* The bits of the events of that name, in any case, whatever the language; "IVMFloppyDriveEvents.OnMediaEject" names
 * the one of that interface, also by Virtual Server's name for it. 0: there is none, as there is none with a NUL in its
 * name. */
uint32_t event_mask_from_name(const WCHAR *name, size_t length);

/* The same of a name in which "*" stands for any characters, and "?" for any one. */
uint32_t event_mask_from_pattern(const WCHAR *pattern, size_t length);

/* The same of a list of patterns with commas between them, around which blanks mean nothing. 0: one of them is of no event. */
uint32_t event_mask_from_list(const WCHAR *list, size_t length);

/* The place of the parameter of that name, in any case; as many as there are: none has it. */
UINT event_param_place(const struct event_type *type, const WCHAR *name, size_t length);

/* The name of the parameter's type, as the IDL has it: its enumeration's, or L"BSTR". */
const WCHAR *event_param_type_name(const struct event_param *param);

/* The value's name, or NULL when the enumeration does not have it. */
const WCHAR *enumeration_name(const struct enumeration *enumeration, LONG value);

/* The value of that name, in any case. False: there is none. */
bool enumeration_value(const struct enumeration *enumeration, const WCHAR *name, size_t length, LONG *value);

#endif

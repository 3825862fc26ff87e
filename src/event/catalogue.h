/*
 * The catalogue: every event there is, described once. Decoding, validation, names, text and connection points
 * read it; a test holds it against the compiled type library.
 */
#ifndef VMEVENTS_EVENT_CATALOGUE_H
#define VMEVENTS_EVENT_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmevents.h"

#define EVENT_MAX_ARGS 2
#define EVENT_COUNT 18
#define EVENT_ALL_MASK ((1u << EVENT_COUNT) - 1)

enum event_interface_index
{
    MACHINE_EVENTS,
    PC_EVENTS,
    DVD_EVENTS,
    FLOPPY_EVENTS,
    EVENT_INTERFACE_COUNT
};

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
    const struct event_type *first; /* its events stand together, by rising DISPID without a gap */
    DISPID first_id;
    ULONG count;
};

/* Begins as VMEVENT does. */
struct event_type
{
    const IID *iid; /* of its interface */
    DISPID id;
    const WCHAR *name;
    UINT param_count;
    uint32_t mask; /* its bit among all events */
    VARTYPE only;  /* the type of its parameter when it has just one, otherwise VT_EMPTY */
    struct event_param params[EVENT_MAX_ARGS];
    const struct event_interface *interface_;
};

extern const struct event_interface event_interfaces[EVENT_INTERFACE_COUNT];
extern const struct event_type event_types[EVENT_COUNT];
extern const struct enumeration logoff_types;
extern const struct enumeration machine_states;

/* NULL: the interface has no such event. */
static inline const struct event_type *event_type_find(const struct event_interface *events, DISPID id)
{
    ULONG place = (ULONG)id - (ULONG)events->first_id;

    return place < events->count ? &events->first[place] : NULL;
}

/* The event of a DISPID that the interface has. */
static inline const struct event_type *event_type_get(const struct event_interface *events, DISPID id)
{
    return &events->first[id - events->first_id];
}

/* NULL: none of the four. */
const struct event_interface *event_interface_find(REFIID iid);

/* The bits of all events of an interface. */
uint32_t event_interface_mask(const struct event_interface *events);

/* The bits of the events of that name, in any case, whatever the language; "IVMFloppyDriveEvents.OnMediaEject" names
 * the one of that interface. 0: there is none, as there is none with a NUL in its name. */
uint32_t event_mask_from_name(const WCHAR *name, size_t length);

/* The value's name, or NULL when the enumeration does not have it. */
const WCHAR *enumeration_name(const struct enumeration *enumeration, LONG value);

/* The value of that name, in any case. False: there is none. */
bool enumeration_value(const struct enumeration *enumeration, const WCHAR *name, size_t length, LONG *value);

#endif

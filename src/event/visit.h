/* The values inside a VARIANT: it itself, or what stands in an array, in arrays of VARIANTs too. */
#ifndef VMEVENTS_EVENT_VISIT_H
#define VMEVENTS_EVENT_VISIT_H

#include <stdbool.h>

#include <windows.h>
#include <oaidl.h>

/* Shown a value of that type where it stands: type is VT_BSTR and data a BSTR *, and so on. False ends the visit. */
typedef bool (*value_visitor)(VARTYPE type, void *data, void *context);

/* Shows each value that is no array, in a fixed order; references are not followed. False: a visitor returned false. */
bool visit_values(VARIANT *value, value_visitor visit, void *context);

/* Puts the values that references in arrays of VARIANTs refer to in their places, in a copy that is to outlive them; a
 * reference to nothing becomes Empty. False: out of memory. */
bool detach_values(VARIANT *value);

/* How many bytes the value takes outside of the VARIANT. */
size_t value_bytes(const VARIANT *value);

/* Whether there is an object among the values. */
bool value_has_object(const VARIANT *value);

static inline bool is_object_type(VARTYPE type)
{
    return type == VT_DISPATCH || type == VT_UNKNOWN;
}

#endif

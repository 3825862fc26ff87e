/*
 * Values as callers give them, and their conversion. The functions of OLE Automation trust what they are shown:
 * VariantCopyInd follows a reference to nothing, and Wine writes a DECIMAL with too many digits behind its point beyond
 * the end of a buffer. So what comes from outside is converted by these.
 */
#ifndef VMEVENTS_EVENT_GIVEN_H
#define VMEVENTS_EVENT_GIVEN_H

#include <stdbool.h>

#include <windows.h>
#include <oaidl.h>

/* The longest chain of references that is followed: a VARIANT by reference that holds a value by reference. */
#define GIVEN_REFERENCES_MAX 2

/* As many digits as there may be behind the point. */
#define GIVEN_DECIMAL_SCALE_MAX 28

static inline bool given_is_decimal(const DECIMAL *decimal)
{
    return decimal->scale <= GIVEN_DECIMAL_SCALE_MAX && !(decimal->sign & ~DECIMAL_NEG);
}

/* Whether it says that it is a DECIMAL, and is none. */
static inline bool given_is_false_decimal(const VARIANT *value)
{
    return V_VT(value) == VT_DECIMAL && !given_is_decimal(&V_DECIMAL(value));
}

/* Whether it says that the argument was left out. */
static inline bool given_is_left_out(const VARIANT *value)
{
    return V_VT(value) == VT_ERROR && V_ERROR(value) == DISP_E_PARAMNOTFOUND;
}

/*
 * Follows references to the value that is meant; one by reference stays one, and can be followed.
 *
 * S_OK
 * E_POINTER            a reference to nothing
 * DISP_E_TYPEMISMATCH  of no type that there is, or too long a chain of references
 */
HRESULT given_resolve(const VARIANT **value);

/*
 * Copies the value that is to be converted to that type: what is behind references, and in the place of an object,
 * which is asked once, its default value, unless the type is an object's. The value is VT_EMPTY when it fails.
 *
 * S_OK, E_OUTOFMEMORY, E_POINTER, DISP_E_TYPEMISMATCH
 */
HRESULT given_take(VARIANT *value, const VARIANT *given, LCID lcid, VARTYPE type);

/*
 * VariantChangeTypeEx for what was given. The two may be the same; when it fails `value` is what it was. Of a string
 * with a NUL inside the conversion would read but the beginning: it is a string and nothing else.
 *
 * S_OK, E_OUTOFMEMORY, E_POINTER, DISP_E_TYPEMISMATCH, what VariantChangeTypeEx returns
 */
HRESULT given_convert(VARIANT *value, const VARIANT *given, LCID lcid, VARTYPE type);

#endif

/*
 * The arguments of an IDispatch::Invoke, converted in the caller's locale. ITypeInfo::Invoke converts too, but knows
 * no locale: what depends on one, a string for a number or a number for a string, is done before it is called.
 */
#ifndef VMEVENTS_COM_CONVERTED_H
#define VMEVENTS_COM_CONVERTED_H

#include <stdbool.h>

#include "vmevents.h"

/* More parameters than any method of the library has. */
#define CONVERTED_MAX 4

/* Borrows the arguments that need no conversion from the caller. `params` points into the struct: it is not copied. */
struct converted
{
    DISPPARAMS params;
    VARIANT args[CONVERTED_MAX];
    UINT owned; /* a bit for each argument that is to be cleared */
};

/*
 * To be ended by converted_cleanup when it succeeds. What cannot be converted is left to ITypeInfo::Invoke to refuse.
 *
 * S_OK, E_OUTOFMEMORY
 * DISP_E_TYPEMISMATCH  a string with a NUL inside, for a number: only its beginning would be read; *arg_error is set
 * DISP_E_OVERFLOW      NaN for a whole number; *arg_error is set
 */
HRESULT converted_init(struct converted *converted, ITypeInfo *info, DISPID id, WORD flags, LCID lcid,
        const DISPPARAMS *params, UINT *arg_error);

void converted_cleanup(struct converted *converted);

/* The type that a parameter is declared with, VT_I4 for an enumeration; VT_EMPTY for another type that has a name. */
VARTYPE declared_type(ITypeInfo *info, const TYPEDESC *declared);

/* The place of a parameter's argument, as DISPPARAMS has it. params->cArgs: it has none. */
UINT argument_place(const DISPPARAMS *params, UINT parameter);

/*
 * Converts a value to a simple type as the caller's locale has it: true, into *value, when the two depend on a locale
 * and it can be done. *hr is what converted_init returns of it.
 */
bool convert_in_locale(VARIANT *value, const VARIANT *arg, VARTYPE type, LCID lcid, HRESULT *hr);

/* Whether it is NaN where the type is of whole numbers, none of which it is. Wine 8.0 converts it to the greatest. */
bool is_nan_for_whole(const VARIANT *value, VARTYPE type);

#endif

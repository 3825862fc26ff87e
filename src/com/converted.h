/*
 * The arguments of an IDispatch::Invoke, converted to the declared types in the caller's locale before
 * ITypeInfo::Invoke is called. That knows no locale and refuses no reference to nothing, and Wine's keeps what it has
 * copied of the arguments before one that it refuses: a handler would stay for ever. What has been converted it does
 * not ask for again.
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
    UINT owned;  /* a bit for each argument that is to be cleared */
    UINT placed; /* and for each that a parameter has */
};

/* Which argument is at fault. */
struct argument_fault
{
    UINT parameter;
    UINT place; /* as DISPPARAMS has it; UINT_MAX: no single one is */
};

/*
 * To be ended by converted_cleanup when it succeeds. An argument whose parameter is a VARIANT stays as it is given. An
 * object that stands for another value is asked for it once.
 *
 * S_OK                     ITypeInfo::Invoke will call the member, or there is none
 * E_POINTER                a reference to nothing; fault->place
 * DISP_E_BADPARAMCOUNT
 * DISP_E_PARAMNOTFOUND     a name that is no parameter's, or an argument given twice; fault->place
 * DISP_E_TYPEMISMATCH, DISP_E_BADVARTYPE, DISP_E_OVERFLOW
 *                          an argument that cannot be converted, as a string with a NUL inside cannot be a number and
 *                          NaN no whole one; fault->place
 * E_OUTOFMEMORY
 */
HRESULT converted_init(struct converted *converted, ITypeInfo *info, DISPID id, WORD flags, LCID lcid,
        const DISPPARAMS *params, struct argument_fault *fault);

void converted_cleanup(struct converted *converted);

/* How many arguments a function takes; what it returns is none. */
void arguments_count(const FUNCDESC *function, UINT *least, UINT *most);

/* Whether it takes so many. A variable number is counted by whoever takes it. The new value of a property has no name, and
 * is one. */
bool arguments_count_is_right(const FUNCDESC *function, UINT given);

/* The type that a parameter is declared with, VT_I4 for an enumeration; VT_EMPTY for another type that has a name. */
VARTYPE declared_type(ITypeInfo *info, const TYPEDESC *declared);

#endif

/*
 * Whether the arrays in a VARIANT are what it says that they are. Its VARTYPE says what the elements are, the array's own
 * features what it does with them: whether a copy has references of its own, what its end lets go of, and as what the
 * elements go to another process. Where the two do not agree nobody may touch the elements.
 */
#ifndef VMEVENTS_EVENT_ARRAYS_H
#define VMEVENTS_EVENT_ARRAYS_H

#include <stdbool.h>

#include <windows.h>
#include <oaidl.h>

enum arrays_state
{
    ARRAYS_WHOLE, /* there is none, or each is what it is said to be */
    ARRAYS_BARE,  /* arrays of objects that do not say so, for arrays_mend; the others are whole */
    ARRAYS_WRONG
};

/* Of the value, or what it refers to, and of the arrays inside. */
enum arrays_state arrays_judge(const VARIANT *value);

/* Makes bare arrays in a value that is the caller's own ones of VARIANTs, which have references to the objects. The value
 * itself has none to lose. S_OK, E_OUTOFMEMORY */
HRESULT arrays_mend(VARIANT *value);

/* Whether the array is one of elements of that type; what is inside of them is not looked at. */
bool array_is_of(const SAFEARRAY *array, VARTYPE type);

/* How much an element of an array takes. 0: it cannot be looked at. */
ULONG array_element_size(VARTYPE type);

/* How many elements there are, in all dimensions together. */
size_t array_count(const SAFEARRAY *array);

#endif

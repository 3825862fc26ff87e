/* What is wrong with the arguments of a method, in words. */
#ifndef VMEVENTS_COM_ARGUMENT_FAULT_H
#define VMEVENTS_COM_ARGUMENT_FAULT_H

#include "com/converted.h"

/* Whether it says that the argument was left out. */
bool argument_is_left_out(const VARIANT *value);

bool argument_may_be_left_out(const FUNCDESC *function, UINT parameter);

/* Whether a function takes so many. A variable number is counted by whoever takes it. The new value of a property has
 * no name, and is one. */
bool argument_count_is_right(const FUNCDESC *function, UINT given);

/*
 * "Connect: source is Null; it has to be an object", "Unsubscribe takes 1 argument (cookie), not 2". `id` and `flags` are
 * the member's, as Invoke gets them, `hr` and the fault what converted_init has found; no object is asked again. NULL: none
 * of the arguments is at fault, or out of memory. The caller frees it by SysFreeString.
 */
BSTR argument_fault_describe(ITypeInfo *info, DISPID id, WORD flags, const DISPPARAMS *params, HRESULT hr,
        const struct argument_fault *fault);

#endif

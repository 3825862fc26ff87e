/* What is wrong with the arguments of a method, in words. */
#ifndef VMEVENTS_COM_ARGUMENT_FAULT_H
#define VMEVENTS_COM_ARGUMENT_FAULT_H

#include "com/converted.h"

/*
 * "Connect: source is Null; it has to be an object", "Unsubscribe takes 1 argument (cookie), not 2". `id` and `flags` are
 * the member's, as Invoke gets them, `hr` and the fault what converted_init has found; no object is asked again. NULL: none
 * of the arguments is at fault, or out of memory. The caller frees it by SysFreeString.
 */
BSTR argument_fault_describe(ITypeInfo *info, DISPID id, WORD flags, const DISPPARAMS *params, HRESULT hr,
        const struct argument_fault *fault);

#endif

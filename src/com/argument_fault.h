/* What is wrong with the arguments of a method that ITypeInfo::Invoke would refuse, or has refused: as it says it, and in words. */
#ifndef VMEVENTS_COM_ARGUMENT_FAULT_H
#define VMEVENTS_COM_ARGUMENT_FAULT_H

#include "vmevents.h"

/*
 * What ITypeInfo::Invoke would return for the arguments without calling the method, for which *arg_error is set; S_OK: it would call
 * it. It is not asked itself, since Wine's keeps what it has copied of the arguments before the one that it refuses: a
 * handler would stay for ever.
 */
HRESULT argument_fault_find(ITypeInfo *info, DISPID id, WORD flags, const DISPPARAMS *params, UINT *arg_error);

/* "Connect: source is Null; it has to be an object", "Unsubscribe takes 1 argument (cookie), not 2". `id` and `flags` are the member's, as Invoke gets them. NULL: none of the
 * arguments is at fault, or out of memory. The caller frees it by SysFreeString. */
BSTR argument_fault_describe(ITypeInfo *info, DISPID id, WORD flags, const DISPPARAMS *params);

#endif

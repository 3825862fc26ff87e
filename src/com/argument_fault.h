/* What was wrong with the arguments of a method that ITypeInfo::Invoke has refused, in words. */
#ifndef VMEVENTS_COM_ARGUMENT_FAULT_H
#define VMEVENTS_COM_ARGUMENT_FAULT_H

#include "vmevents.h"

/* "Connect: source is Null; it has to be an object", "Unsubscribe takes 1 argument (cookie), not 2". `id` and `flags` are the member's, as Invoke gets them. NULL: none of the
 * arguments is at fault, or out of memory. The caller frees it by SysFreeString. */
BSTR argument_fault_describe(ITypeInfo *info, DISPID id, WORD flags, const DISPPARAMS *params);

#endif

/*
 * Raise of the host and of its machines, as callers call it: by Invoke with a variable number of arguments, and by the
 * vtable with an array of them. For Invoke the work of ITypeInfo::Invoke is done by hand: Wine 8.0's refuses a [vararg]
 * method without variable arguments.
 */
#ifndef VMEVENTS_HOST_RAISE_INVOKE_H
#define VMEVENTS_HOST_RAISE_INVOKE_H

#include "vmevents.h"

/* The DISPIDs of Raise. */
#define DISPID_MACHINE_RAISE 2
#define DISPID_HOST_RAISE 8

/* Fires the events of that name at what the object is, with arguments in the order of declaration, and sets the error
 * object when it fails. Strings that stand for numbers are read by the locale. */
typedef HRESULT (*raise_function)(void *object, BSTR event_name, const VARIANT *args, UINT count, LCID lcid);

/*
 * By IDispatch::Invoke. Strings that stand for numbers are read in the caller's locale. An array of VARIANT with one
 * dimension behind the event's name is what it holds: PowerShell makes one of the first argument.
 *
 * S_OK
 * DISP_E_UNKNOWNINTERFACE  riid is not IID_NULL
 * DISP_E_MEMBERNOTFOUND    flags asks for no method
 * DISP_E_BADPARAMCOUNT     not even the name of an event
 * DISP_E_NONAMEDARGS       arguments by name, which a variable number cannot have
 * DISP_E_TYPEMISMATCH      the name of the event is no string; *arg_error tells its place
 * DISP_E_EXCEPTION         what Raise returned, with its description
 * E_POINTER, E_OUTOFMEMORY
 */
HRESULT raise_invoke(raise_function raise, void *object, REFIID riid, LCID lcid, WORD flags, const DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error);

/*
 * By the vtable of interface iid, which tells no locale: numbers as strings are read by that of the host's user.
 * `arguments` may be NULL: there are none.
 *
 * DISP_E_TYPEMISMATCH  they are not an array of VARIANT with one dimension (with a description)
 * what Raise returns, and what SafeArrayAccessData does
 */
HRESULT raise_array(raise_function raise, void *object, REFIID iid, BSTR event_name, SAFEARRAY *arguments);

#endif

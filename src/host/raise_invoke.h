/*
 * IDispatch::Invoke for IVMEventMachine::Raise, which has a variable number of arguments. The work of
 * ITypeInfo::Invoke done by hand: Wine 8.0's refuses a [vararg] method without variable arguments.
 */
#ifndef VMEVENTS_HOST_RAISE_INVOKE_H
#define VMEVENTS_HOST_RAISE_INVOKE_H

#include "host/machine.h"

/* The DISPID of Raise. */
#define DISPID_RAISE 2

/*
 * Strings that stand for numbers are read in the caller's locale.
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
HRESULT raise_invoke(struct machine *machine, REFIID riid, LCID lcid, WORD flags, const DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error);

#endif

/* What a script has given to be called: a function, or an object whose methods are to be called. */
#ifndef VMEVENTS_SINK_SCRIPT_OBJECT_H
#define VMEVENTS_SINK_SCRIPT_OBJECT_H

#include <stdbool.h>

#include <windows.h>
#include <oaidl.h>

enum script_object_kind
{
    SCRIPT_FUNCTION,         /* called by DISPID_VALUE */
    SCRIPT_OBJECT,           /* has a method that events are to call */
    SCRIPT_CLAIMS_EVERY_NAME /* has a DISPID for any name; only a call tells whether there is such a method */
};

/*
 * `for_failures`: it is to be told of failures, by the method OnFailure; otherwise of events, by methods named like them.
 * Whatever has none of these methods is taken for a function, unless it shows that it is none: by names that
 * objects of JavaScript have, or by its type information.
 *
 * S_OK, E_OUTOFMEMORY
 * DISP_E_MEMBERNOTFOUND  it is neither
 * CALL_ERROR_BUSY        those errors (com/call_error.h): its program takes no calls now
 */
HRESULT script_object_find_kind(IDispatch *code, bool for_failures, enum script_object_kind *kind);

/* E_OUTOFMEMORY, or an error that is a CALL_ERROR_BUSY: it cannot be told whether there is one. Any other failure: there is
 * none. */
HRESULT script_object_find_method(IDispatch *code, const WCHAR *name, DISPID *id);

#endif

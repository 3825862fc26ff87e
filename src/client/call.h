/*
 * Calls by name through IDispatch, as a script makes them. A client calls the host this way because the description of
 * an error comes back with the call; Wine 8.0 does not carry the error object of a vtable call from one process to
 * another.
 */
#ifndef VMEVENTS_CLIENT_CALL_H
#define VMEVENTS_CLIENT_CALL_H

#include <windows.h>
#include <oaidl.h>

/*
 * Calls the method with count arguments, the last first. result may be NULL; the caller clears it. In case of an error
 * *description is what the object says was wrong, or NULL; the caller frees it by SysFreeString.
 *
 * What the method returned, or what IDispatch::GetIDsOfNames and Invoke return when it could not be called.
 */
HRESULT call_method(
        IDispatch *object, const WCHAR *name, VARIANT *args, UINT count, VARIANT *result, BSTR *description);

#endif

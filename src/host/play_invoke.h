/* Play of the host and of its machines: its speed, which is a VARIANT and may be a number as a string. */
#ifndef VMEVENTS_HOST_PLAY_INVOKE_H
#define VMEVENTS_HOST_PLAY_INVOKE_H

#include "vmevents.h"

/* The DISPIDs of Play. */
#define DISPID_MACHINE_PLAY 3
#define DISPID_HOST_PLAY 11

/* IDispatch::Invoke for Play, the member of that DISPID of the object, whose interface is iid: what type_info_invoke returns.
 * The speed is read in the caller's locale, which Play itself is not told. */
HRESULT play_invoke(REFIID iid, void *object, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error);

/* The speed that Play was given, 1 when it was left out. S_OK, E_OUTOFMEMORY, and with a description, of interface iid,
 * E_INVALIDARG: it is no number greater than 0. */
HRESULT play_speed(REFIID iid, VARIANT *given, double *speed);

#endif

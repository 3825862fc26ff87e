/* IDispatch::Invoke for IVMEventMachine::Play, whose speed is a VARIANT and may be a number as a string. */
#ifndef VMEVENTS_HOST_PLAY_INVOKE_H
#define VMEVENTS_HOST_PLAY_INVOKE_H

#include "vmevents.h"

/* The DISPID of Play. */
#define DISPID_PLAY 3

/* What type_info_invoke returns. The speed is read in the caller's locale, which Play itself is not told. */
HRESULT play_invoke(IVMEventMachine *machine, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params, VARIANT *result,
        EXCEPINFO *exception, UINT *arg_error);

#endif

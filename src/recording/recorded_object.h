/* An object that stands for one that an event had. What that could do has not been recorded. */
#ifndef VMEVENTS_RECORDING_RECORDED_OBJECT_H
#define VMEVENTS_RECORDING_RECORDED_OBJECT_H

#include <windows.h>
#include <oaidl.h>

/* An IDispatch without members, which may be called from any thread. A new reference. */
IDispatch *recorded_object_get(void);

#endif

/* vmevents.dll, from where this program stands and from nowhere else. */
#ifndef VMEVENTS_CLIENT_LIBRARY_H
#define VMEVENTS_CLIENT_LIBRARY_H

#include "vmevents.h"

/*
 * Makes a sink, as VMEventsCreateSink does. A program that is linked with the import library calls that; here the
 * DLL is loaded by its full path, because Windows looks for an import that is not beside the program in the current
 * directory too, where anybody may have put a file of that name.
 *
 * S_OK, what VMEventsCreateSink returns, or what kept the DLL from being loaded.
 */
HRESULT library_create_sink(REFIID riid, void **sink);

#endif

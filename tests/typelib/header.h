/* What a program that includes vmevents.h may rely on. A macro says how each file of this test differs. */
#ifndef VMEVENTS_TESTS_TYPELIB_HEADER_H
#define VMEVENTS_TESTS_TYPELIB_HEADER_H

#include "vmevents.h"

#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
#define HOLDS(condition) static_assert(condition, #condition)
#else
#define HOLDS(condition) _Static_assert(condition, #condition)
#endif

/* An ABI: programs that were compiled against an older header read events made by a newer DLL. */
#ifdef _WIN64
HOLDS(sizeof(VMEVENT) == 56);
HOLDS(offsetof(VMEVENT, events) == 0);
HOLDS(offsetof(VMEVENT, id) == 8);
HOLDS(offsetof(VMEVENT, name) == 16);
HOLDS(offsetof(VMEVENT, source) == 24);
HOLDS(offsetof(VMEVENT, argCount) == 32);
HOLDS(offsetof(VMEVENT, args) == 40);
HOLDS(offsetof(VMEVENT, details) == 48);
HOLDS(sizeof(VMEVENTDETAILS) == 16);
HOLDS(offsetof(VMEVENTDETAILS, details) == 8);
HOLDS(sizeof(VMEVENTDETAIL) == 32);
HOLDS(offsetof(VMEVENTDETAIL, value) == 8);
#else
HOLDS(sizeof(VMEVENT) == 28);
HOLDS(offsetof(VMEVENT, events) == 0);
HOLDS(offsetof(VMEVENT, id) == 4);
HOLDS(offsetof(VMEVENT, name) == 8);
HOLDS(offsetof(VMEVENT, source) == 12);
HOLDS(offsetof(VMEVENT, argCount) == 16);
HOLDS(offsetof(VMEVENT, args) == 20);
HOLDS(offsetof(VMEVENT, details) == 24);
HOLDS(sizeof(VMEVENTDETAILS) == 8);
HOLDS(offsetof(VMEVENTDETAILS, details) == 4);
HOLDS(sizeof(VMEVENTDETAIL) == 24);
HOLDS(offsetof(VMEVENTDETAIL, value) == 8);
#endif

/* IIDs are there, be it from this file (INITGUID) or from the library. */
static int guids_are_right(void)
{
    static const GUID machine_events = {
            0x9d84f560, 0xbb67, 0x4961, {0xbd, 0x12, 0xa4, 0xda, 0x78, 0x0c, 0x67, 0xe4}};
    static const GUID callbacks = {
            0x00445cf1, 0x4caf, 0x4de5, {0x8a, 0xaa, 0x82, 0x2e, 0x08, 0x2e, 0x7f, 0xfd}};

    return !memcmp(&DIID_IVMVirtualMachineEvents, &machine_events, sizeof(GUID))
            && !memcmp(&IID_IVMEventCallbacks, &callbacks, sizeof(GUID));
}

#endif

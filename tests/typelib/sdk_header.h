/*
 * VPCCOMInterfaces.h alone, and beside vmevents.h in either order: VMEVENTS_FIRST or VMEVENTS_LAST says which.
 * COBJMACROS and INITGUID are defined as a program does that was written against the SDK's header.
 */
#ifndef VMEVENTS_TESTS_TYPELIB_SDK_HEADER_H
#define VMEVENTS_TESTS_TYPELIB_SDK_HEADER_H

#define COBJMACROS
#define INITGUID
#ifdef VMEVENTS_FIRST
#include "vmevents.h"
#endif
#include "VPCCOMInterfaces.h"
#ifdef VMEVENTS_LAST
#include "vmevents.h"
#endif

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
#define HOLDS(condition) static_assert(condition, #condition)
#else
#define HOLDS(condition) _Static_assert(condition, #condition)
#endif

/* Every value, and every code. */
#define VALUE(name, value) HOLDS(name == value);
#define CODE(name, value) HOLDS(name == (HRESULT)value);
#include "typelib/virtual_pc_api.inc"

/* Each IID, DIID and CLSID beside what it has to be. */
struct named_guid
{
    const char *name;
    const GUID *guid;
    GUID expected;
};

static const struct named_guid named_guids[] = {
#define DUAL(name, hidden, iid) {"IID_" #name, &IID_##name, iid},
#define EVENTS(name, iid) {"DIID_" #name, &DIID_##name, iid},
#define CLASS(name, interface_, events, clsid) {"CLSID_" #name, &CLSID_##name, clsid},
#include "typelib/virtual_pc_api.inc"
        {"LIBID_VirtualPC", &LIBID_VirtualPC,
                {0xcef63746, 0xad34, 0x42d0, {0x91, 0x38, 0x39, 0xd8, 0x3e, 0xcb, 0x77, 0xcb}}},
};

static int guids_are_right(void)
{
    int right = 1;

    for (size_t i = 0; i < sizeof(named_guids) / sizeof(named_guids[0]); ++i)
    {
        if (memcmp(named_guids[i].guid, &named_guids[i].expected, sizeof(GUID)))
        {
            printf("%s is another\n", named_guids[i].name);
            right = 0;
        }
    }
    return right;
}

#endif

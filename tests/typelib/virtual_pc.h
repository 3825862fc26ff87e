/* What Virtual PC's own type library says about its events. */
#ifndef VMEVENTS_TESTS_TYPELIB_VIRTUAL_PC_H
#define VMEVENTS_TESTS_TYPELIB_VIRTUAL_PC_H

#include <windows.h>

#define VIRTUAL_PC_INTERFACE_COUNT 4
#define VIRTUAL_PC_ENUMERATION_COUNT 6

struct virtual_pc_method /* all return HRESULT */
{
    LONG id;
    const WCHAR *name;
    unsigned int param_count;
    struct
    {
        const WCHAR *name;
        const WCHAR *type; /* as in IDL */
    } params[2];
};

struct virtual_pc_interface
{
    const WCHAR *name;
    GUID iid;
    unsigned int method_count;
    struct virtual_pc_method methods[12];
};

struct virtual_pc_enumeration
{
    const WCHAR *name;
    GUID uuid;
    unsigned int value_count;
    struct
    {
        const WCHAR *name;
        LONG value;
    } values[12];
};

extern const struct virtual_pc_interface virtual_pc_interfaces[VIRTUAL_PC_INTERFACE_COUNT];
extern const struct virtual_pc_interface virtual_server_interfaces[VIRTUAL_PC_INTERFACE_COUNT]; /* of the same events */
extern const struct virtual_pc_enumeration virtual_pc_enumerations[VIRTUAL_PC_ENUMERATION_COUNT];

#endif

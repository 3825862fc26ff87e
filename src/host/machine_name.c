#include "host/machine_name.h"

#include "com/error_info.h"
#include "host/server.h"
#include "vmevents.h"

#include <wchar.h>

static const WCHAR invalid_characters[] = L"*?:<>/|\\\"";

bool machine_name_is_empty(BSTR name)
{
    UINT length = SysStringLen(name);

    while (length && name[length - 1] == ' ')
        --length;
    return !length;
}

HRESULT machine_name_raise_empty(REFIID iid)
{
    return error_raise_format(VM_E_CONFIG_NO_NAME, iid, HOST_ERROR_SOURCE,
            L"The name of the machine is empty; it needs 1 to %u characters", MACHINE_NAME_MAX);
}

static HRESULT error_too_long(BSTR name)
{
    return error_raise_format(VM_E_CONFIG_NAME_TOO_LONG, &IID_IVMEventHost, HOST_ERROR_SOURCE,
            L"The name \"%.20ls...\" has %u characters; a machine's name has at most %u", name, SysStringLen(name),
            MACHINE_NAME_MAX);
}

/* Names the character, which may not be printable, by its code too. */
static HRESULT error_invalid_character(BSTR name, UINT place)
{
    WCHAR character[] = {name[place] < ' ' ? '?' : name[place], 0};

    return error_raise_format(VM_E_CONFIG_NAME_INVALID_CHAR, &IID_IVMEventHost, HOST_ERROR_SOURCE,
            L"Character %u of the name \"%ls\" is %ls (U+%04X); a machine's name has no control characters and none of "
            L"%ls",
            place + 1, name, character, name[place], invalid_characters);
}

HRESULT machine_name_check(BSTR name)
{
    UINT length = SysStringLen(name);

    if (machine_name_is_empty(name))
        return machine_name_raise_empty(&IID_IVMEventHost);
    if (length > MACHINE_NAME_MAX)
        return error_too_long(name);
    for (UINT i = 0; i < length; ++i)
    {
        if (name[i] < ' ' || wcschr(invalid_characters, name[i]))
            return error_invalid_character(name, i);
    }
    return S_OK;
}

bool machine_names_are_equal(BSTR name, BSTR other)
{
    return CompareStringOrdinal(name, (int)SysStringLen(name), other, (int)SysStringLen(other), TRUE) == CSTR_EQUAL;
}

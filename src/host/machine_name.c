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

/* Those of ASCII, of Latin 1, and the two of Unicode that begin a new line. A terminal obeys some of them. */
static bool is_control(WCHAR c)
{
    return c < ' ' || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

const WCHAR *machine_name_quote(BSTR name, WCHAR quote[MACHINE_NAME_MAX + 1])
{
    UINT length = SysStringLen(name), i = 0;

    for (; i < length && i < MACHINE_NAME_MAX; ++i)
        quote[i] = is_control(name[i]) ? '?' : name[i];
    quote[i] = 0;
    return quote;
}

static HRESULT error_too_long(BSTR name)
{
    WCHAR quote[MACHINE_NAME_MAX + 1];

    return error_raise_format(VM_E_CONFIG_NAME_TOO_LONG, &IID_IVMEventHost, HOST_ERROR_SOURCE,
            L"The name \"%.20ls...\" has %u characters; a machine's name has at most %u",
            machine_name_quote(name, quote), SysStringLen(name), MACHINE_NAME_MAX);
}

/* Names the character, which may not be printable, by its code too. */
static HRESULT error_invalid_character(BSTR name, UINT place)
{
    WCHAR quote[MACHINE_NAME_MAX + 1], character = is_control(name[place]) ? '?' : name[place];

    return error_raise_format(VM_E_CONFIG_NAME_INVALID_CHAR, &IID_IVMEventHost, HOST_ERROR_SOURCE,
            L"Character %u of the name \"%ls\" is %lc (U+%04X); a machine's name has no control characters and none of "
            L"%ls",
            place + 1, machine_name_quote(name, quote), character, name[place], invalid_characters);
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
        if (is_control(name[i]) || wcschr(invalid_characters, name[i]))
            return error_invalid_character(name, i);
    }
    return S_OK;
}

bool machine_names_are_equal(BSTR name, BSTR other)
{
    return CompareStringOrdinal(name, (int)SysStringLen(name), other, (int)SysStringLen(other), TRUE) == CSTR_EQUAL;
}

#include "host/machine_name.h"

#include "com/error_info.h"
#include "host/error_source.h"
#include "platform/hash.h"
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

HRESULT machine_name_error_empty(REFIID iid)
{
    return error_raise_format(VM_E_CONFIG_NO_NAME, iid, HOST_ERROR_SOURCE,
            L"The name of the machine is empty; it needs 1 to %u characters", MACHINE_NAME_MAX);
}

/* Those of ASCII, of Latin 1, and the two of Unicode that begin a new line. A terminal obeys some of them. */
static bool is_control(WCHAR c)
{
    return c < ' ' || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

static HRESULT error_too_long(BSTR name)
{
    struct text text = {0};

    text_append(&text, L"The name ");
    text_append_quote(&text, name, SysStringLen(name), MACHINE_NAME_MAX);
    text_append_format(
            &text, L" has %u characters; a machine's name has at most %u", SysStringLen(name), MACHINE_NAME_MAX);
    return error_raise_text(VM_E_CONFIG_NAME_TOO_LONG, &IID_IVMEventHost, HOST_ERROR_SOURCE, &text);
}

/* Names the character, which may not be printable, by its code too. */
static HRESULT error_invalid_character(BSTR name, UINT place)
{
    struct text text = {0};

    text_append_format(&text, L"Character %u of the name ", place + 1);
    text_append_quote(&text, name, SysStringLen(name), TEXT_QUOTE_MAX);
    text_append(&text, L" is ");
    if (!is_control(name[place]))
        text_append_part(&text, &name[place], 1);
    text_append_format(&text, !is_control(name[place]) ? L" (U+%04X)" : L"U+%04X", name[place]);
    text_append(&text, L"; a machine's name has no control characters and none of ");
    text_append(&text, invalid_characters);
    return error_raise_text(VM_E_CONFIG_NAME_INVALID_CHAR, &IID_IVMEventHost, HOST_ERROR_SOURCE, &text);
}

HRESULT machine_name_check(BSTR name)
{
    UINT length = SysStringLen(name);

    if (machine_name_is_empty(name))
        return machine_name_error_empty(&IID_IVMEventHost);
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

/* Capital letters by the rules of file names, as CompareStringOrdinal has them. No machine has a longer name than fits, and
 * all that have are found nowhere together. */
uint32_t machine_name_hash(BSTR name)
{
    WCHAR capitals[MACHINE_NAME_MAX];
    int length = LCMapStringW(
            LOCALE_INVARIANT, LCMAP_UPPERCASE, name, (int)SysStringLen(name), capitals, MACHINE_NAME_MAX);
    uint32_t hash = HASH_BEGIN;

    for (int i = 0; i < length; ++i)
        hash = hash_number(hash, capitals[i]);
    return hash;
}

/* Keys of the registry, by path. Every change of the registry goes through registry_write. */
#ifndef VMEVENTS_COM_REGISTRY_H
#define VMEVENTS_COM_REGISTRY_H

#include <stdbool.h>

#include <windows.h>

struct registry_key
{
    HKEY root;
    REGSAM view; /* KEY_WOW64_32KEY or KEY_WOW64_64KEY; 32-bit Windows has one view, and ignores it */
    const WCHAR *path;
};

enum registry_change
{
    REGISTRY_CREATE_KEY, /* its parent is there */
    REGISTRY_DELETE_KEY, /* it has no subkeys */
    REGISTRY_SET_VALUE,
    REGISTRY_DELETE_VALUE
};

struct registry_value
{
    DWORD type;
    DWORD size; /* in bytes */
    BYTE *bytes;
};

struct registry_write
{
    enum registry_change change;
    struct registry_key key;
    const WCHAR *name; /* of the value; NULL is the default value */
    struct registry_value value;
};

/* Makes one change, and returns Windows' error code. */
LSTATUS registry_write(const struct registry_write *write);

/* A key that may not be read exists too. */
bool registry_key_exists(const struct registry_key *key);

/* Has neither subkeys nor values. */
bool registry_key_is_empty(const struct registry_key *key);

/*
 * Reads a value, whose bytes the caller frees by memory_free; four more bytes of zero follow them, so that a string
 * ends even when it has an odd number of bytes.
 *
 * S_OK, S_FALSE (there is none, and bytes is NULL), E_OUTOFMEMORY, or the HRESULT of Windows' error code
 */
HRESULT registry_read(const struct registry_key *key, const WCHAR *name, struct registry_value *value);

/* The same for a string; what is not a string counts as not there. */
HRESULT registry_read_string(const struct registry_key *key, const WCHAR *name, WCHAR **string);

#endif

#include "com/registry.h"

#include "platform/memory.h"

static LSTATUS create_key(const struct registry_key *key)
{
    HKEY handle;
    LSTATUS status = RegCreateKeyExW(
            key->root, key->path, 0, NULL, REG_OPTION_NON_VOLATILE, KEY_WRITE | key->view, NULL, &handle, NULL);

    if (!status)
        RegCloseKey(handle);
    return status;
}

static LSTATUS write_value(const struct registry_write *write)
{
    const struct registry_value *value = &write->value;
    HKEY handle;
    LSTATUS status;

    if ((status = RegOpenKeyExW(write->key.root, write->key.path, 0, KEY_SET_VALUE | write->key.view, &handle)))
        return status;
    if (write->change == REGISTRY_SET_VALUE)
        status = RegSetValueExW(handle, write->name, 0, value->type, value->bytes, value->size);
    else
        status = RegDeleteValueW(handle, write->name);
    RegCloseKey(handle);
    return status;
}

LSTATUS registry_write(const struct registry_write *write)
{
    switch (write->change)
    {
        case REGISTRY_CREATE_KEY:
            return create_key(&write->key);
        case REGISTRY_DELETE_KEY:
            return RegDeleteKeyExW(write->key.root, write->key.path, write->key.view, 0);
        default:
            return write_value(write);
    }
}

bool registry_key_exists(const struct registry_key *key)
{
    HKEY handle;
    LSTATUS status = RegOpenKeyExW(key->root, key->path, 0, KEY_QUERY_VALUE | key->view, &handle);

    if (!status)
        RegCloseKey(handle);
    return status != ERROR_FILE_NOT_FOUND && status != ERROR_PATH_NOT_FOUND;
}

bool registry_key_is_empty(const struct registry_key *key)
{
    DWORD subkeys, values;
    LSTATUS status;
    HKEY handle;

    if (RegOpenKeyExW(key->root, key->path, 0, KEY_QUERY_VALUE | key->view, &handle))
        return false;
    status = RegQueryInfoKeyW(handle, NULL, NULL, NULL, &subkeys, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    RegCloseKey(handle);
    return !status && !subkeys && !values;
}

static HRESULT read_from(HKEY handle, const WCHAR *name, struct registry_value *value)
{
    LSTATUS status;
    DWORD size = 0;

    /* The value is read again when somebody has put a longer one there in between. */
    while (!(status = RegQueryValueExW(handle, name, NULL, &value->type, NULL, &size)))
    {
        value->size = size;
        if (!(value->bytes = memory_alloc(size + 2 * sizeof(WCHAR))))
            return E_OUTOFMEMORY;
        if (!(status = RegQueryValueExW(handle, name, NULL, &value->type, value->bytes, &value->size)))
            return S_OK;
        memory_free(value->bytes);
        value->bytes = NULL;
        if (status != ERROR_MORE_DATA)
            break;
    }
    return status == ERROR_FILE_NOT_FOUND ? S_FALSE : HRESULT_FROM_WIN32(status);
}

HRESULT registry_read(const struct registry_key *key, const WCHAR *name, struct registry_value *value)
{
    LSTATUS status;
    HKEY handle;
    HRESULT hr;

    memset(value, 0, sizeof(*value));
    status = RegOpenKeyExW(key->root, key->path, 0, KEY_QUERY_VALUE | key->view, &handle);
    if (status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND)
        return S_FALSE;
    if (status)
        return HRESULT_FROM_WIN32(status);
    hr = read_from(handle, name, value);
    RegCloseKey(handle);
    return hr;
}

HRESULT registry_read_string(const struct registry_key *key, const WCHAR *name, WCHAR **string)
{
    struct registry_value value;
    HRESULT hr = registry_read(key, name, &value);

    *string = NULL;
    if (hr == S_OK && value.type != REG_SZ && value.type != REG_EXPAND_SZ)
    {
        memory_free(value.bytes);
        return S_FALSE;
    }
    if (hr == S_OK)
        *string = (WCHAR *)value.bytes;
    return hr;
}

#include "com/registration_steps.h"

#include "platform/memory.h"

#include <stdarg.h>
#include <stdio.h>

const struct registry_key *classes_key_format(
        struct classes_key *key, const struct registration *registration, REGSAM view, const WCHAR *format, ...)
{
    static const WCHAR classes[] = CLASSES L"\\";
    const size_t prefix = ARRAYSIZE(classes) - 1;
    va_list args;

    wcscpy(key->path, classes);
    va_start(args, format);
    _vsnwprintf(key->path + prefix, ARRAYSIZE(key->path) - prefix - 1, format, args);
    va_end(args);
    key->path[ARRAYSIZE(key->path) - 1] = 0;
    key->key = (struct registry_key){registration->root, view, key->path};
    return &key->key;
}

HRESULT registration_put_string(
        struct registration *registration, const struct registry_key *key, const WCHAR *name, const WCHAR *string)
{
    struct registry_value value = {REG_SZ, (DWORD)((wcslen(string) + 1) * sizeof(*string)), (BYTE *)string};

    return registry_journal_set_value(&registration->journal, key, name, &value);
}

HRESULT registration_put(struct registration *registration, const struct registry_key *key,
        const struct classes_value *values, size_t count)
{
    WCHAR path[CLASSES_PATH_LENGTH];
    struct registry_key place = *key;
    HRESULT hr = S_OK;

    place.path = path;
    for (size_t i = 0; SUCCEEDED(hr) && i < count; ++i)
    {
        _snwprintf(path, ARRAYSIZE(path), values[i].subkey ? L"%ls\\%ls" : L"%ls", key->path, values[i].subkey);
        path[ARRAYSIZE(path) - 1] = 0;
        hr = registry_journal_create_key(&registration->journal, &place);
        if (SUCCEEDED(hr) && values[i].string)
            hr = registration_put_string(registration, &place, values[i].name, values[i].string);
    }
    return hr;
}

HRESULT registration_key_says(const struct registry_key *key, const WCHAR *string, bool *says)
{
    WCHAR *value;
    HRESULT hr = registry_read_string(key, NULL, &value);

    *says = value && !wcsicmp(value, string);
    memory_free(value);
    return hr;
}

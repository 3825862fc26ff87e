#include "com/registration/steps.h"

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

static struct registry_value string_value(const WCHAR *string)
{
    DWORD size = string ? (DWORD)((wcslen(string) + 1) * sizeof(*string)) : 0;

    return (struct registry_value){REG_SZ, size, (BYTE *)string};
}

HRESULT registration_put_string(
        struct registration *registration, const struct registry_key *key, const WCHAR *name, const WCHAR *string)
{
    struct registry_value value = string_value(string);

    return registry_journal_set_value(&registration->journal, key, name, &value);
}

static const WCHAR *subkey_path(
        WCHAR path[CLASSES_PATH_LENGTH], const struct registry_key *key, const struct classes_value *value)
{
    _snwprintf(path, CLASSES_PATH_LENGTH, value->subkey ? L"%ls\\%ls" : L"%ls", key->path, value->subkey);
    path[CLASSES_PATH_LENGTH - 1] = 0;
    return path;
}

HRESULT registration_put(struct registration *registration, const struct registry_key *key,
        const struct classes_value *values, size_t count)
{
    WCHAR path[CLASSES_PATH_LENGTH];
    struct registry_key place = *key;
    HRESULT hr = S_OK;

    for (size_t i = 0; SUCCEEDED(hr) && i < count; ++i)
    {
        place.path = subkey_path(path, key, &values[i]);
        hr = registry_journal_create_key(&registration->journal, &place);
        if (SUCCEEDED(hr) && values[i].string)
            hr = registration_put_string(registration, &place, values[i].name, values[i].string);
    }
    return hr;
}

/* Deletes the key if it is empty, and then those on the way up to the one whose path has that length. */
static HRESULT take_empty_keys(struct registration *registration, struct registry_key place, WCHAR *path, size_t above)
{
    HRESULT hr = S_OK;

    place.path = path;
    for (; SUCCEEDED(hr) && wcslen(path) > above; *wcsrchr(path, '\\') = 0)
    {
        if (!registry_key_exists(&place))
            continue;
        if (!registry_key_is_empty(&place))
            break;
        hr = registry_journal_delete_empty_key(&registration->journal, &place);
    }
    return hr;
}

HRESULT registration_take(struct registration *registration, const struct registry_key *key,
        const struct classes_value *values, size_t count)
{
    WCHAR path[CLASSES_PATH_LENGTH];
    struct registry_key place = *key;
    HRESULT hr = S_OK;

    for (size_t i = count; SUCCEEDED(hr) && i--;)
    {
        struct registry_value value = string_value(values[i].string);

        place.path = subkey_path(path, key, &values[i]);
        if (values[i].string)
            hr = registry_journal_take_value(&registration->journal, &place, values[i].name, &value);
        if (SUCCEEDED(hr))
            hr = take_empty_keys(registration, place, path, wcslen(key->path));
    }
    return FAILED(hr) ? hr : registry_journal_delete_empty_key(&registration->journal, key);
}

static HRESULT compare(
        const struct registry_key *key, const WCHAR *name, const WCHAR *string, bool *same, bool *different)
{
    WCHAR *value;
    HRESULT hr = registry_read_string(key, name, &value);

    *same = value && !wcsicmp(value, string);
    *different = value && !*same;
    memory_free(value);
    return hr;
}

HRESULT registration_key_says(const struct registry_key *key, const WCHAR *name, const WCHAR *string, bool *says)
{
    bool other;

    return compare(key, name, string, says, &other);
}

HRESULT registration_key_says_other(const struct registry_key *key, const WCHAR *name, const WCHAR *string, bool *other)
{
    bool says;

    return compare(key, name, string, &says, other);
}

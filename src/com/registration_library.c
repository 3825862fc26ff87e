/*
 * TypeLib\{LIBID}: one key for both bitnesses, with a path for each (0\win32, 0\win64). The path is that of the binary
 * which was registered last, or of one that remains when that has been unregistered.
 */
#include "com/registration_steps.h"

#include "platform/memory.h"

#ifdef _WIN64
#define PLATFORM_KEY L"0\\win64"
#else
#define PLATFORM_KEY L"0\\win32"
#endif

static const struct registry_key *library_key(
        struct classes_key *key, const struct registration *registration, const WCHAR *subkey)
{
    return classes_key_format(key, registration, SHARED_VIEW, subkey ? L"TypeLib\\%ls\\%ls\\%ls" : L"TypeLib\\%ls\\%ls",
            registration->library_id, registration->library_version, subkey);
}

static WCHAR *directory_of(const WCHAR *path)
{
    const WCHAR *name = wcsrchr(path, '\\');
    size_t length = name ? (size_t)(name - path) : 0;
    WCHAR *directory = memory_alloc((length + 1) * sizeof(*directory));

    if (directory)
        memcpy(directory, path, length * sizeof(*directory));
    return directory;
}

HRESULT registration_add_library(struct registration *registration)
{
    WCHAR *directory = directory_of(registration->module);
    struct classes_key key;
    BSTR description;
    HRESULT hr;

    if (!directory)
        return E_OUTOFMEMORY;
    if (SUCCEEDED(hr = ITypeLib_GetDocumentation(
                          registration->library, MEMBERID_NIL, NULL, &description, NULL, NULL)))
    {
        const struct classes_value values[] = {
                {NULL, NULL, description},
                {PLATFORM_KEY, NULL, registration->module},
                {L"FLAGS", NULL, L"0"},
                {L"HELPDIR", NULL, directory},
        };

        hr = registration_put(registration, library_key(&key, registration, NULL), values, ARRAYSIZE(values));
        SysFreeString(description);
    }
    memory_free(directory);
    return FAILED(hr) ? hr : registration_add_interfaces(registration);
}

/* Nothing of ours is left: the library goes, and the shared keys that were made for us. */
static HRESULT remove_everything(struct registration *registration)
{
    struct classes_key key;
    struct registry_value record;
    HRESULT hr;

    if (FAILED(hr = registration_take_record(registration, &record)))
        return hr;
    hr = registry_journal_delete_tree(&registration->journal, library_key(&key, registration, NULL));
    /* Another version of the library may be registered beside this one. */
    if (SUCCEEDED(hr))
        hr = registry_journal_delete_empty_key(&registration->journal,
                classes_key_format(&key, registration, SHARED_VIEW, L"TypeLib\\%ls", registration->library_id));
    if (SUCCEEDED(hr))
        hr = registration_remove_parents(registration, &record);
    memory_free(record.bytes);
    return hr;
}

/* Writes the new string in place of the old one; any other stays. */
static HRESULT replace_string(
        struct registration *registration, const struct registry_key *key, const WCHAR *old, const WCHAR *string)
{
    bool says;
    HRESULT hr = registration_key_says(key, old, &says);

    return FAILED(hr) || !says ? hr : registration_put_string(registration, key, NULL, string);
}

/* Help lies beside the library. */
static HRESULT move_help_directory(struct registration *registration, const WCHAR *from, const WCHAR *to)
{
    WCHAR *old = directory_of(from), *directory = directory_of(to);
    struct classes_key key;
    HRESULT hr = E_OUTOFMEMORY;

    if (old && directory)
        hr = replace_string(registration, library_key(&key, registration, L"HELPDIR"), old, directory);
    memory_free(old);
    memory_free(directory);
    return hr;
}

static HRESULT remove_from_view(
        struct registration *registration, const WCHAR *removed, const WCHAR *own, const WCHAR *other)
{
    struct classes_key key;
    HRESULT hr;

    library_key(&key, registration, PLATFORM_KEY);
    if (own)
        hr = replace_string(registration, &key.key, removed, own);
    else if (SUCCEEDED(hr = registration_remove_interfaces(registration)))
        hr = registry_journal_delete_tree(&registration->journal, &key.key);
    if (FAILED(hr))
        return hr;
    if (!own && !other)
        return remove_everything(registration);
    return move_help_directory(registration, removed, own ? own : other);
}

HRESULT registration_remove_library(struct registration *registration, const WCHAR *removed)
{
    WCHAR *own = NULL, *other = NULL;
    HRESULT hr = registration_find_server(registration, OWN_VIEW, &own);

    if (SUCCEEDED(hr) && SUCCEEDED(hr = registration_find_server(registration, OTHER_VIEW, &other)))
        hr = remove_from_view(registration, removed, own, other);
    memory_free(own);
    memory_free(other);
    return hr;
}

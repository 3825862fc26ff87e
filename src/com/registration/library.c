/*
 * TypeLib\{LIBID}: one key for both bitnesses, with a path for each (0\win32, 0\win64). The path is that of the binary
 * which was registered last, or of one that remains when that has been unregistered. The key belongs to all whose paths
 * stand in it, and goes with the last of them.
 */
#include "com/registration/steps.h"

#include "platform/memory.h"

#ifdef _WIN64
#define OWN_PLATFORM_KEY L"0\\win64"
#define OTHER_PLATFORM_KEY L"0\\win32"
#else
#define OWN_PLATFORM_KEY L"0\\win32"
#define OTHER_PLATFORM_KEY L"0\\win64"
#endif

static const struct registry_key *library_key(
        struct classes_key *key, const struct registration *registration, const WCHAR *subkey)
{
    return classes_key_format(key, registration, SHARED_VIEW, subkey ? L"TypeLib\\%ls\\%ls\\%ls" : L"TypeLib\\%ls\\%ls",
            registration->library_id, registration->library_version, subkey);
}

/* The values that all servers share; the paths come beside them. */
static HRESULT step_shared(struct registration *registration, const WCHAR *directory, registration_step put_or_take)
{
    struct classes_key key;
    BSTR description;
    HRESULT hr;

    if (FAILED(hr = ITypeLib_GetDocumentation(registration->library, MEMBERID_NIL, NULL, &description, NULL, NULL)))
        return hr;
    const struct classes_value values[] = {
            {NULL, NULL, description},
            {L"FLAGS", NULL, L"0"},
            {L"HELPDIR", NULL, directory},
    };

    hr = put_or_take(registration, library_key(&key, registration, NULL), values, ARRAYSIZE(values));
    SysFreeString(description);
    return hr;
}

HRESULT registration_add_library(struct registration *registration)
{
    const struct classes_value path = {OWN_PLATFORM_KEY, NULL, registration->module};
    WCHAR *directory = registration_directory_of(registration->module);
    struct classes_key key;
    HRESULT hr;

    if (!directory)
        return E_OUTOFMEMORY;
    if (SUCCEEDED(hr = step_shared(registration, directory, registration_put)))
        hr = registration_put(registration, library_key(&key, registration, NULL), &path, 1);
    memory_free(directory);
    return FAILED(hr) ? hr : registration_add_interfaces(registration);
}

HRESULT registration_library_is_at(const struct registration *registration, const WCHAR *path, bool *is_there)
{
    struct classes_key key;

    return registration_key_says(library_key(&key, registration, OWN_PLATFORM_KEY), NULL, path, is_there);
}

/* Nothing of ours is left: the library goes, and the shared keys that were made for us. */
static HRESULT remove_everything(struct registration *registration, const WCHAR *removed)
{
    WCHAR *directory = registration_directory_of(removed);
    struct registry_value record = {0};
    struct classes_key key;
    HRESULT hr = E_OUTOFMEMORY;

    /* Another version of the library may be registered beside this one. */
    if (directory && SUCCEEDED(hr = registration_take_record(registration, &record))
            && SUCCEEDED(hr = step_shared(registration, directory, registration_take))
            && SUCCEEDED(hr = registry_journal_delete_empty_key(&registration->journal,
                                 classes_key_format(
                                         &key, registration, SHARED_VIEW, L"TypeLib\\%ls", registration->library_id))))
        hr = registration_remove_parents(registration, &record);
    memory_free(record.bytes);
    memory_free(directory);
    return hr;
}

/* Writes the new string in place of the old one; any other stays. */
static HRESULT replace_string(
        struct registration *registration, const struct registry_key *key, const WCHAR *old, const WCHAR *string)
{
    bool says;
    HRESULT hr = registration_key_says(key, NULL, old, &says);

    return FAILED(hr) || !says ? hr : registration_put_string(registration, key, NULL, string);
}

/* Help lies beside the library. */
static HRESULT move_help_directory(struct registration *registration, const WCHAR *from, const WCHAR *to)
{
    WCHAR *old = registration_directory_of(from), *directory = registration_directory_of(to);
    struct classes_key key;
    HRESULT hr = E_OUTOFMEMORY;

    if (old && directory)
        hr = replace_string(registration, library_key(&key, registration, L"HELPDIR"), old, directory);
    memory_free(old);
    memory_free(directory);
    return hr;
}

/*
 * Takes the removed path out of a platform's key, or puts that of a server that remains in its place. `remaining` is
 * such a server's path, or that of somebody else who has registered the library since; NULL: there is none. Freed by
 * memory_free.
 */
static HRESULT remove_path(
        struct registration *registration, const WCHAR *platform, REGSAM view, const WCHAR *removed, WCHAR **remaining)
{
    const struct classes_value path = {platform, NULL, removed};
    struct classes_key key;
    bool says;
    HRESULT hr;

    if (FAILED(hr = registration_find_server(registration, view, remaining)))
        return hr;
    library_key(&key, registration, platform);
    if (*remaining)
        return replace_string(registration, &key.key, removed, *remaining);
    if (FAILED(hr = registration_key_says_other(&key.key, NULL, removed, &says)))
        return hr;
    if (says)
        return registry_read_string(&key.key, NULL, remaining);
    return registration_take(registration, library_key(&key, registration, NULL), &path, 1);
}

HRESULT registration_remove_library(struct registration *registration, const WCHAR *removed)
{
    WCHAR *own = NULL, *other = NULL, *remaining;
    HRESULT hr = remove_path(registration, OWN_PLATFORM_KEY, OWN_VIEW, removed, &own);

    if (SUCCEEDED(hr))
        hr = remove_path(registration, OTHER_PLATFORM_KEY, OTHER_VIEW, removed, &other);
    if (SUCCEEDED(hr) && !own)
        hr = registration_remove_interfaces(registration);
    remaining = own ? own : other;
    if (SUCCEEDED(hr))
        hr = remaining ? move_help_directory(registration, removed, remaining)
                       : remove_everything(registration, removed);
    memory_free(own);
    memory_free(other);
    return hr;
}

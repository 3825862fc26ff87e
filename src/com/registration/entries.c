/* Server entries, the default values of InprocServer32 and LocalServer32, and the paths in them. */
#include "com/registration/steps.h"

#include "platform/memory.h"
#include "vmevents.h"

#include <stdio.h>

/* All servers that share the type library. */
static const struct
{
    const CLSID *clsid;
    const WCHAR *server_key;
} servers[] = {
        {&CLSID_VMEventSink, L"InprocServer32"},
        {&CLSID_VMEventHost, L"LocalServer32"},
};

static HRESULT read_entry(
        const struct registration *registration, REGSAM view, const CLSID *clsid, const WCHAR *name, WCHAR **entry)
{
    struct classes_key key;
    WCHAR id[GUID_LENGTH];

    StringFromGUID2(clsid, id, ARRAYSIZE(id));
    return registry_read_string(
            classes_key_format(&key, registration, view, L"CLSID\\%ls\\%ls", id, name), NULL, entry);
}

void registration_unquote(WCHAR *entry)
{
    WCHAR *quote;

    if (*entry != '"')
        return;
    memmove(entry, entry + 1, wcslen(entry) * sizeof(*entry));
    if ((quote = wcschr(entry, '"')))
        *quote = 0;
}

WCHAR *registration_directory_of(const WCHAR *path)
{
    const WCHAR *name = wcsrchr(path, '\\');
    size_t length = name ? (size_t)(name - path) : 0;
    WCHAR *directory = memory_alloc((length + 1) * sizeof(*directory));

    if (directory)
        memcpy(directory, path, length * sizeof(*directory));
    return directory;
}

WCHAR *registration_server_entry(const struct registration *registration, const struct registration_server *server)
{
    size_t length = wcslen(registration->module) + 3;
    WCHAR *entry = memory_alloc(length * sizeof(*entry));

    if (entry)
        _snwprintf(entry, length, server->threading_model ? L"%ls" : L"\"%ls\"", registration->module);
    return entry;
}

/* With the short names in it (C:\PROGRA~1) written out; freed by memory_free. A path that leads nowhere stays as it is.
 * NULL: there is no memory. */
static WCHAR *long_path(const WCHAR *path)
{
    DWORD size = GetLongPathNameW(path, NULL, 0), length;
    size_t own_size = wcslen(path) + 1;
    WCHAR *result;

    if (!(result = memory_alloc((size > own_size ? size : own_size) * sizeof(*result))))
        return NULL;
    length = size ? GetLongPathNameW(path, result, size) : 0;
    if (!length || length >= size)
        memcpy(result, path, own_size * sizeof(*path));
    return result;
}

static HRESULT paths_are_same(const WCHAR *path, const WCHAR *other, bool *same)
{
    WCHAR *full, *other_full;

    if ((*same = !wcsicmp(path, other)))
        return S_OK;
    full = long_path(path);
    other_full = long_path(other);
    if (full && other_full)
        *same = !wcsicmp(full, other_full);
    memory_free(full);
    memory_free(other_full);
    return full && other_full ? S_OK : E_OUTOFMEMORY;
}

/* Whether the entry is a quoted path and nothing else. */
static bool is_quoted(const WCHAR *entry)
{
    const WCHAR *quote = *entry == '"' ? wcschr(entry + 1, '"') : NULL;

    return quote && quote != entry + 1 && !quote[1];
}

static HRESULT find_owner(const struct registration *registration, const struct registration_server *server,
        const WCHAR *entry, enum entry_owner *owner)
{
    size_t size = (wcslen(entry) + 1) * sizeof(*entry);
    bool quoted = is_quoted(entry), same;
    WCHAR *path;
    HRESULT hr;

    *owner = ENTRY_CHANGED;
    if (!*entry || (!quoted && wcschr(entry, '"')))
        return S_OK;
    if (!(path = memory_alloc(size)))
        return E_OUTOFMEMORY;
    memcpy(path, entry, size);
    registration_unquote(path);
    hr = paths_are_same(path, registration->module, &same);
    memory_free(path);
    if (!same)
        *owner = ENTRY_ANOTHER;
    else if (quoted == !server->threading_model)
        *owner = ENTRY_OWN;
    return hr;
}

HRESULT registration_read_entry(const struct registration *registration, const struct registration_server *server,
        WCHAR **entry, enum entry_owner *owner)
{
    HRESULT hr = read_entry(registration, OWN_VIEW, server->clsid, server->server_key, entry);

    *owner = ENTRY_ANOTHER;
    return FAILED(hr) || !*entry ? hr : find_owner(registration, server, *entry, owner);
}

HRESULT registration_find_server(const struct registration *registration, REGSAM view, WCHAR **path)
{
    HRESULT hr = S_OK;

    *path = NULL;
    for (size_t i = 0; SUCCEEDED(hr) && !*path && i < ARRAYSIZE(servers); ++i)
        hr = read_entry(registration, view, servers[i].clsid, servers[i].server_key, path);
    if (*path)
        registration_unquote(*path);
    return hr;
}

HRESULT registration_has_server(
        const struct registration *registration, REGSAM view, const struct registration_server *server, bool *has)
{
    WCHAR *entry;
    HRESULT hr = read_entry(registration, view, server->clsid, server->server_key, &entry);

    *has = entry;
    memory_free(entry);
    return hr;
}

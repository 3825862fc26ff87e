#include "com/registration.h"

#include "com/module.h"
#include "com/registration_steps.h"
#include "com/type_info.h"
#include "platform/memory.h"

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

static const struct registry_key *server_key(struct classes_key *key, const struct registration *registration,
        REGSAM view, const CLSID *clsid, const WCHAR *name)
{
    WCHAR id[GUID_LENGTH];

    StringFromGUID2(clsid, id, ARRAYSIZE(id));
    return classes_key_format(key, registration, view, L"CLSID\\%ls\\%ls", id, name);
}

/* The path that a server is registered with, without the quotes of a command line. */
static HRESULT read_server_path(const struct registry_key *key, WCHAR **path)
{
    HRESULT hr = registry_read_string(key, NULL, path);
    WCHAR *quote;

    if (*path && **path == '"')
    {
        memmove(*path, *path + 1, wcslen(*path) * sizeof(**path));
        if ((quote = wcschr(*path, '"')))
            *quote = 0;
    }
    return hr;
}

HRESULT registration_find_server(const struct registration *registration, REGSAM view, WCHAR **path)
{
    struct classes_key key;
    HRESULT hr = S_OK;

    *path = NULL;
    for (size_t i = 0; SUCCEEDED(hr) && !*path && i < ARRAYSIZE(servers); ++i)
        hr = read_server_path(
                server_key(&key, registration, view, servers[i].clsid, servers[i].server_key), path);
    return hr;
}

static HRESULT registration_begin(struct registration *registration, enum registration_scope scope)
{
    TLIBATTR *attr;
    HRESULT hr;

    memset(registration, 0, sizeof(*registration));
    registration->root = scope == REGISTRATION_USER ? HKEY_CURRENT_USER : HKEY_LOCAL_MACHINE;
    if (!(registration->module = module_path()))
        return E_OUTOFMEMORY;
    if (FAILED(hr = type_library_load(&registration->library)))
        return hr;
    if (FAILED(hr = ITypeLib_GetLibAttr(registration->library, &attr)))
        return hr;
    StringFromGUID2(&attr->guid, registration->library_id, ARRAYSIZE(registration->library_id));
    /* The registry has the version of a type library in hexadecimal. */
    _snwprintf(registration->library_version, ARRAYSIZE(registration->library_version), L"%x.%x", attr->wMajorVerNum,
            attr->wMinorVerNum);
    ITypeLib_ReleaseTLibAttr(registration->library, attr);
    return S_OK;
}

static HRESULT registration_end(struct registration *registration, HRESULT hr)
{
    hr = registry_journal_end(&registration->journal, hr);
    if (registration->library)
        ITypeLib_Release(registration->library);
    memory_free(registration->module);
    return FAILED(hr) ? hr : S_OK;
}

/* Makes Software\Classes, and the redirected half of it that comes into being with its first key. */
static HRESULT prepare_classes(struct registration *registration)
{
    const struct registry_key classes = {registration->root, SHARED_VIEW, CLASSES};
    const struct registry_key redirected = {registration->root, SHARED_VIEW, CLASSES L"\\Wow6432Node"};
    HRESULT hr = registry_journal_create_key(&registration->journal, &classes);

    if (FAILED(hr) || OWN_VIEW == SHARED_VIEW)
        return hr;
    return registry_journal_expect_key(&registration->journal, &redirected);
}

static HRESULT add_prog_ids(
        struct registration *registration, const struct registration_server *server, const WCHAR *clsid)
{
    const struct classes_value values[] = {
            {NULL, NULL, server->description},
            {L"CLSID", NULL, clsid},
            {L"CurVer", NULL, server->prog_id}, /* of the version-independent one only */
    };
    struct classes_key key;
    HRESULT hr;

    classes_key_format(&key, registration, SHARED_VIEW, L"%ls", server->prog_id);
    if (FAILED(hr = registration_put(registration, &key.key, values, ARRAYSIZE(values) - 1)))
        return hr;
    classes_key_format(&key, registration, SHARED_VIEW, L"%ls", server->version_independent_prog_id);
    return registration_put(registration, &key.key, values, ARRAYSIZE(values));
}

static HRESULT add_server(struct registration *registration, const struct registration_server *server,
        const WCHAR *clsid, const WCHAR *path)
{
    const struct classes_value values[] = {
            {NULL, NULL, server->description},
            {server->server_key, NULL, path},
            {server->server_key, L"ThreadingModel", server->threading_model},
            {L"ProgID", NULL, server->prog_id},
            {L"VersionIndependentProgID", NULL, server->version_independent_prog_id},
            {L"TypeLib", NULL, registration->library_id},
            {L"Version", NULL, registration->library_version},
            {L"Programmable", NULL, NULL},
    };
    struct classes_key key;
    HRESULT hr;

    if (FAILED(hr = prepare_classes(registration)))
        return hr;
    classes_key_format(&key, registration, OWN_VIEW, L"CLSID\\%ls", clsid);
    if (FAILED(hr = registration_put(registration, &key.key, values, ARRAYSIZE(values))))
        return hr;
    return add_prog_ids(registration, server, clsid);
}

/* A local server's path is a command line, where a path with spaces has to be quoted. */
static WCHAR *server_path(const struct registration *registration, const struct registration_server *server)
{
    size_t length = wcslen(registration->module) + 3;
    WCHAR *path = memory_alloc(length * sizeof(*path));

    if (path)
        _snwprintf(path, length, server->threading_model ? L"%ls" : L"\"%ls\"", registration->module);
    return path;
}

HRESULT registration_add(const struct registration_server *server, enum registration_scope scope)
{
    struct registration registration;
    WCHAR clsid[GUID_LENGTH], *path;
    HRESULT hr;

    StringFromGUID2(server->clsid, clsid, ARRAYSIZE(clsid));
    if (FAILED(hr = registration_begin(&registration, scope)))
        return registration_end(&registration, hr);
    if (!(path = server_path(&registration, server)))
        return registration_end(&registration, E_OUTOFMEMORY);
    if (SUCCEEDED(hr = add_server(&registration, server, clsid, path)) &&
            SUCCEEDED(hr = registration_add_library(&registration)))
        hr = registration_remember_parents(&registration);
    memory_free(path);
    return registration_end(&registration, hr);
}

/* Removes a ProgID unless it names another class, or another version of this one, by now. */
static HRESULT remove_prog_id(
        struct registration *registration, const WCHAR *prog_id, const WCHAR *clsid, const WCHAR *current)
{
    struct classes_key key;
    bool ours;
    HRESULT hr;

    classes_key_format(&key, registration, SHARED_VIEW, L"%ls\\CLSID", prog_id);
    if (FAILED(hr = registration_key_says(&key.key, clsid, &ours)) || !ours)
        return hr;
    classes_key_format(&key, registration, SHARED_VIEW, L"%ls\\CurVer", prog_id);
    if (current && (FAILED(hr = registration_key_says(&key.key, current, &ours)) || !ours))
        return hr;
    classes_key_format(&key, registration, SHARED_VIEW, L"%ls", prog_id);
    return registry_journal_delete_tree(&registration->journal, &key.key);
}

static HRESULT remove_prog_ids(
        struct registration *registration, const struct registration_server *server, const WCHAR *clsid)
{
    HRESULT hr = remove_prog_id(registration, server->prog_id, clsid, NULL);

    if (FAILED(hr))
        return hr;
    return remove_prog_id(registration, server->version_independent_prog_id, clsid, server->prog_id);
}

static HRESULT remove_server(
        struct registration *registration, const struct registration_server *server, const WCHAR *path)
{
    WCHAR clsid[GUID_LENGTH];
    struct classes_key key;
    HRESULT hr;

    StringFromGUID2(server->clsid, clsid, ARRAYSIZE(clsid));
    classes_key_format(&key, registration, OWN_VIEW, L"CLSID\\%ls", clsid);
    if (FAILED(hr = registry_journal_delete_tree(&registration->journal, &key.key)))
        return hr;
    /* Looked up now, what is in the other view is the other bitness even where both views are one. */
    server_key(&key, registration, OTHER_VIEW, server->clsid, server->server_key);
    if (!registry_key_exists(&key.key) && FAILED(hr = remove_prog_ids(registration, server, clsid)))
        return hr;
    return registration_remove_library(registration, path);
}

HRESULT registration_remove(const struct registration_server *server, enum registration_scope scope)
{
    struct registration registration;
    struct classes_key key;
    WCHAR *path = NULL;
    HRESULT hr;

    if (FAILED(hr = registration_begin(&registration, scope)))
        return registration_end(&registration, hr);
    server_key(&key, &registration, OWN_VIEW, server->clsid, server->server_key);
    if (registry_key_exists(&key.key) && SUCCEEDED(hr = read_server_path(&key.key, &path)))
        hr = remove_server(&registration, server, path ? path : L"");
    memory_free(path);
    return registration_end(&registration, hr);
}

/* CLSID\{CLSID} in the view of this bitness, and the ProgIDs, which both share. */
#include "com/registration/steps.h"

static const struct registry_key *class_key(
        struct classes_key *key, const struct registration *registration, const struct registration_server *server)
{
    WCHAR clsid[GUID_LENGTH];

    StringFromGUID2(server->clsid, clsid, ARRAYSIZE(clsid));
    return classes_key_format(key, registration, OWN_VIEW, L"CLSID\\%ls", clsid);
}

static HRESULT step_class(struct registration *registration, const struct registration_server *server,
        const WCHAR *entry, registration_step put_or_take)
{
    WCHAR application[GUID_LENGTH];
    const struct classes_value values[] = {
            {NULL, NULL, server->description},
            {NULL, L"AppID", server->application ? application : NULL},
            {server->server_key, NULL, entry},
            {server->server_key, L"ThreadingModel", server->threading_model},
            {L"ProgID", NULL, server->prog_id},
            {L"VersionIndependentProgID", NULL, server->version_independent_prog_id},
            {L"TypeLib", NULL, registration->library_id},
            {L"Version", NULL, registration->library_version},
            {L"Programmable", NULL, NULL},
    };
    struct classes_key key;

    if (server->application)
        StringFromGUID2(server->application->id, application, ARRAYSIZE(application));
    return put_or_take(registration, class_key(&key, registration, server), values, ARRAYSIZE(values));
}

static HRESULT step_prog_id(struct registration *registration, const struct registration_server *server,
        bool independent_of_version, registration_step put_or_take)
{
    WCHAR clsid[GUID_LENGTH];
    const struct classes_value values[] = {
            {NULL, NULL, server->description}, {L"CLSID", NULL, clsid},
            {L"CurVer", NULL, server->prog_id}, /* of the version-independent one only */
    };
    struct classes_key key;

    StringFromGUID2(server->clsid, clsid, ARRAYSIZE(clsid));
    classes_key_format(&key, registration, SHARED_VIEW, L"%ls",
            independent_of_version ? server->version_independent_prog_id : server->prog_id);
    return put_or_take(registration, &key.key, values, ARRAYSIZE(values) - !independent_of_version);
}

HRESULT registration_add_class(
        struct registration *registration, const struct registration_server *server, const WCHAR *entry)
{
    HRESULT hr = step_class(registration, server, entry, registration_put);

    if (SUCCEEDED(hr))
        hr = step_prog_id(registration, server, false, registration_put);
    return FAILED(hr) ? hr : step_prog_id(registration, server, true, registration_put);
}

/* Whether a ProgID names another class, or another version of this one, by now. */
static HRESULT is_foreign(const struct registration *registration, const WCHAR *prog_id,
        const struct registration_server *server, bool *foreign)
{
    WCHAR clsid[GUID_LENGTH];
    struct classes_key key;
    HRESULT hr;

    StringFromGUID2(server->clsid, clsid, ARRAYSIZE(clsid));
    classes_key_format(&key, registration, SHARED_VIEW, L"%ls\\CLSID", prog_id);
    if (FAILED(hr = registration_key_says_other(&key.key, NULL, clsid, foreign)) || *foreign)
        return hr;
    classes_key_format(&key, registration, SHARED_VIEW, L"%ls\\CurVer", prog_id);
    return registration_key_says_other(&key.key, NULL, server->prog_id, foreign);
}

static HRESULT remove_prog_id(
        struct registration *registration, const struct registration_server *server, bool independent_of_version)
{
    bool foreign;
    HRESULT hr = is_foreign(registration,
            independent_of_version ? server->version_independent_prog_id : server->prog_id, server, &foreign);

    return FAILED(hr) || foreign ? hr : step_prog_id(registration, server, independent_of_version, registration_take);
}

HRESULT registration_remove_class(
        struct registration *registration, const struct registration_server *server, const WCHAR *entry)
{
    bool needed;
    HRESULT hr = step_class(registration, server, entry, registration_take);

    /* Looked up only now that this class is out: even where both views are one, what stands there is the other
     * bitness's. */
    if (FAILED(hr) || FAILED(hr = registration_has_server(registration, OTHER_VIEW, server, &needed)) || needed)
        return hr;
    if (FAILED(hr = remove_prog_id(registration, server, false)))
        return hr;
    return remove_prog_id(registration, server, true);
}

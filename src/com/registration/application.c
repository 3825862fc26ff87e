/*
 * AppID\{AppID}: who may start a local server and call it. AppID\vmhost.exe leads there from the name of the program,
 * for tools that set permissions. Both bitnesses share the keys.
 *
 * There is no RunAs: the server runs as whoever starts it.
 */
#include "com/registration/steps.h"

#include <sddl.h>

/* The security descriptor as the registry has it, self-relative and in binary; freed by LocalFree. */
static HRESULT read_permission(const WCHAR *string, struct registry_value *value)
{
    PSECURITY_DESCRIPTOR descriptor;

    memset(value, 0, sizeof(*value));
    value->type = REG_BINARY;
    if (ConvertStringSecurityDescriptorToSecurityDescriptorW(string, SDDL_REVISION_1, &descriptor, &value->size))
    {
        value->bytes = descriptor;
        return S_OK;
    }
    return GetLastError() == ERROR_NOT_ENOUGH_MEMORY ? E_OUTOFMEMORY : HRESULT_FROM_WIN32(GetLastError());
}

typedef HRESULT (*value_step)(struct registry_journal *journal, const struct registry_key *key, const WCHAR *name,
        const struct registry_value *value);

static HRESULT step_permission(struct registration *registration, const struct registry_key *key, const WCHAR *name,
        const WCHAR *string, value_step set_or_take)
{
    struct registry_value value;
    HRESULT hr;

    if (FAILED(hr = read_permission(string, &value)))
        return hr;
    hr = set_or_take(&registration->journal, key, name, &value);
    LocalFree(value.bytes);
    return hr;
}

static HRESULT step_permissions(struct registration *registration, const struct registry_key *key,
        const struct registration_application *application, value_step set_or_take)
{
    HRESULT hr = step_permission(registration, key, L"LaunchPermission", application->launch_permission, set_or_take);

    return FAILED(hr)
            ? hr
            : step_permission(registration, key, L"AccessPermission", application->access_permission, set_or_take);
}

static const struct registry_key *executable_key(struct classes_key *key, const struct registration *registration,
        const struct registration_application *application)
{
    return classes_key_format(key, registration, SHARED_VIEW, L"AppID\\%ls", application->executable);
}

/* Whether another product's program of that name is registered under this root. */
static HRESULT is_foreign(HKEY root, const struct registration *registration,
        const struct registration_application *application, const WCHAR *id, bool *foreign)
{
    struct registration there = *registration;
    struct classes_key key;

    there.root = root;
    return registration_key_says_other(executable_key(&key, &there, application), L"AppID", id, foreign);
}

HRESULT registration_add_application(struct registration *registration, const struct registration_server *server)
{
    const struct registration_application *application = server->application;
    WCHAR id[GUID_LENGTH];
    const struct classes_value description = {NULL, NULL, server->description};
    const struct classes_value leads_to = {NULL, L"AppID", id};
    struct classes_key key;
    bool foreign;
    HRESULT hr;

    if (!application)
        return S_OK;
    StringFromGUID2(application->id, id, ARRAYSIZE(id));
    classes_key_format(&key, registration, SHARED_VIEW, L"AppID\\%ls", id);
    if (FAILED(hr = registration_put(registration, &key.key, &description, 1))
            || FAILED(hr = step_permissions(registration, &key.key, application, registry_journal_set_value))
            || FAILED(hr = is_foreign(registration->root, registration, application, id, &foreign)))
        return hr;
    /* HKEY_CURRENT_USER hides HKEY_LOCAL_MACHINE: a key written for the user would take the other product's away from
     * them. */
    if (!foreign && registration->root != HKEY_LOCAL_MACHINE)
        hr = is_foreign(HKEY_LOCAL_MACHINE, registration, application, id, &foreign);
    if (FAILED(hr) || foreign)
        return hr;
    return registration_put(registration, executable_key(&key, registration, application), &leads_to, 1);
}

HRESULT registration_remove_application(struct registration *registration, const struct registration_server *server)
{
    const struct registration_application *application = server->application;
    WCHAR id[GUID_LENGTH];
    const struct classes_value description = {NULL, NULL, server->description};
    const struct classes_value leads_to = {NULL, L"AppID", id};
    struct classes_key key;
    bool needed;
    HRESULT hr;

    if (!application)
        return S_OK;
    if (FAILED(hr = registration_has_server(registration, OTHER_VIEW, server, &needed)) || needed)
        return hr;
    StringFromGUID2(application->id, id, ARRAYSIZE(id));
    hr = registration_take(registration, executable_key(&key, registration, application), &leads_to, 1);
    classes_key_format(&key, registration, SHARED_VIEW, L"AppID\\%ls", id);
    if (FAILED(hr) || FAILED(hr = step_permissions(registration, &key.key, application, registry_journal_take_value)))
        return hr;
    return registration_take(registration, &key.key, &description, 1);
}

/*
 * Interface\{IID}: what lets COM carry calls of the library's interfaces between apartments and processes. The
 * same keys as RegisterTypeLib writes, but for the view of this bitness alone.
 */
#include "com/registration_steps.h"

#include "platform/memory.h"

/* OLE Automation's marshalers: one goes by the type library's vtable, the other by IDispatch alone. */
#define PROXY_OF_LIBRARY L"{00020424-0000-0000-C000-000000000046}"
#define PROXY_OF_DISPATCH L"{00020420-0000-0000-C000-000000000046}"

struct interface_entry
{
    WCHAR iid[GUID_LENGTH];
    const WCHAR *name;
    const WCHAR *proxy;
};

typedef HRESULT (*interface_step)(struct registration *registration, const struct interface_entry *entry);

static HRESULT step_to(struct registration *registration, ITypeInfo *info, interface_step step)
{
    struct interface_entry entry;
    TYPEATTR *attr;
    BSTR name;
    HRESULT hr;

    if (FAILED(hr = ITypeInfo_GetTypeAttr(info, &attr)))
        return hr;
    StringFromGUID2(&attr->guid, entry.iid, ARRAYSIZE(entry.iid));
    entry.proxy = attr->typekind == TKIND_DISPATCH && !(attr->wTypeFlags & TYPEFLAG_FDUAL) ? PROXY_OF_DISPATCH
                                                                                           : PROXY_OF_LIBRARY;
    if (attr->typekind == TKIND_DISPATCH || attr->wTypeFlags & TYPEFLAG_FOLEAUTOMATION)
    {
        if (SUCCEEDED(hr = ITypeInfo_GetDocumentation(info, MEMBERID_NIL, &name, NULL, NULL, NULL)))
        {
            entry.name = name;
            hr = step(registration, &entry);
            SysFreeString(name);
        }
    }
    ITypeInfo_ReleaseTypeAttr(info, attr);
    return hr;
}

static HRESULT for_each_interface(struct registration *registration, interface_step step)
{
    UINT count = ITypeLib_GetTypeInfoCount(registration->library);
    ITypeInfo *info;
    TYPEKIND kind;
    HRESULT hr = S_OK;

    for (UINT i = 0; SUCCEEDED(hr) && i < count; ++i)
    {
        if (FAILED(hr = ITypeLib_GetTypeInfoType(registration->library, i, &kind)))
            break;
        if (kind != TKIND_INTERFACE && kind != TKIND_DISPATCH)
            continue;
        if (FAILED(hr = ITypeLib_GetTypeInfo(registration->library, i, &info)))
            break;
        hr = step_to(registration, info, step);
        ITypeInfo_Release(info);
    }
    return hr;
}

static HRESULT is_ours(struct registration *registration, const struct interface_entry *entry, bool *ours)
{
    struct classes_key key;

    classes_key_format(&key, registration, OWN_VIEW, L"Interface\\%ls\\TypeLib", entry->iid);
    return registration_key_says(&key.key, registration->library_id, ours);
}

/* Whether the interface is registered under this root, and not for our type library. */
static HRESULT is_foreign(
        HKEY root, struct registration *registration, const struct interface_entry *entry, bool *foreign)
{
    struct registration there = *registration;
    struct classes_key key;
    bool ours;
    HRESULT hr;

    there.root = root;
    *foreign = false;
    if (!registry_key_exists(classes_key_format(&key, &there, OWN_VIEW, L"Interface\\%ls", entry->iid)))
        return S_OK;
    hr = is_ours(&there, entry, &ours);
    *foreign = !ours;
    return hr;
}

static HRESULT add_interface(struct registration *registration, const struct interface_entry *entry)
{
    const struct classes_value values[] = {
            {NULL, NULL, entry->name},
            {L"ProxyStubClsid32", NULL, entry->proxy},
            {L"TypeLib", NULL, registration->library_id},
            {L"TypeLib", L"Version", registration->library_version},
    };
    struct classes_key key;
    bool foreign;
    HRESULT hr;

    if (FAILED(hr = is_foreign(registration->root, registration, entry, &foreign)))
        return hr;
    /* For the user, a key of theirs would hide the machine's. */
    if (!foreign && registration->root != HKEY_LOCAL_MACHINE)
        hr = is_foreign(HKEY_LOCAL_MACHINE, registration, entry, &foreign);
    if (FAILED(hr) || foreign)
        return hr;
    classes_key_format(&key, registration, OWN_VIEW, L"Interface\\%ls", entry->iid);
    return registration_put(registration, &key.key, values, ARRAYSIZE(values));
}

static HRESULT remove_interface(struct registration *registration, const struct interface_entry *entry)
{
    struct classes_key key;
    bool ours;
    HRESULT hr;

    if (FAILED(hr = is_ours(registration, entry, &ours)) || !ours)
        return hr;
    classes_key_format(&key, registration, OWN_VIEW, L"Interface\\%ls", entry->iid);
    return registry_journal_delete_tree(&registration->journal, &key.key);
}

HRESULT registration_add_interfaces(struct registration *registration)
{
    return for_each_interface(registration, add_interface);
}

HRESULT registration_remove_interfaces(struct registration *registration)
{
    return for_each_interface(registration, remove_interface);
}

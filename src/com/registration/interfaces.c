/*
 * Interface\{IID}: what lets COM carry calls of the library's interfaces between apartments and processes. The
 * same keys as RegisterTypeLib writes, but for the view of this bitness alone.
 */
#include "com/registration/steps.h"

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

enum owner
{
    OWNER_US,
    OWNER_NEWER, /* version of the library */
    OWNER_OLDER,
    OWNER_OTHER /* library, or nobody who says so */
};

/* As the registry has it, hexadecimal: 1.a is newer than 1.9. */
static unsigned long version_number(const WCHAR *version)
{
    WCHAR *end;
    unsigned long major = wcstoul(version, &end, 16);

    return major << 16 | (*end == '.' ? wcstoul(end + 1, NULL, 16) & 0xffff : 0);
}

/* Whose the key of an interface is, by the version, when it names our library. */
static HRESULT read_version(const struct registration *registration, const struct registry_key *key, enum owner *owner)
{
    unsigned long theirs, ours = version_number(registration->library_version);
    WCHAR *version;
    HRESULT hr = registry_read_string(key, L"Version", &version);

    theirs = version ? version_number(version) : ours;
    *owner = theirs == ours ? OWNER_US : theirs > ours ? OWNER_NEWER : OWNER_OLDER;
    memory_free(version);
    return hr;
}

static HRESULT read_owner(
        const struct registration *registration, const struct interface_entry *entry, enum owner *owner)
{
    struct classes_key key;
    bool ours;
    HRESULT hr;

    *owner = OWNER_OTHER;
    classes_key_format(&key, registration, OWN_VIEW, L"Interface\\%ls\\TypeLib", entry->iid);
    if (FAILED(hr = registration_key_says(&key.key, NULL, registration->library_id, &ours)) || !ours)
        return hr;
    return read_version(registration, &key.key, owner);
}

/* Whether the interface is registered under this root, and neither for our type library nor for an older one. */
static HRESULT is_foreign(
        HKEY root, const struct registration *registration, const struct interface_entry *entry, bool *foreign)
{
    struct registration there = *registration;
    struct classes_key key;
    enum owner owner;
    HRESULT hr;

    there.root = root;
    *foreign = false;
    if (!registry_key_exists(classes_key_format(&key, &there, OWN_VIEW, L"Interface\\%ls", entry->iid)))
        return S_OK;
    hr = read_owner(&there, entry, &owner);
    *foreign = owner == OWNER_OTHER || owner == OWNER_NEWER;
    return hr;
}

static HRESULT step_values(
        struct registration *registration, const struct interface_entry *entry, registration_step put_or_take)
{
    const struct classes_value values[] = {
            {NULL, NULL, entry->name},
            {L"ProxyStubClsid32", NULL, entry->proxy},
            {L"TypeLib", NULL, registration->library_id},
            {L"TypeLib", L"Version", registration->library_version},
    };
    struct classes_key key;

    classes_key_format(&key, registration, OWN_VIEW, L"Interface\\%ls", entry->iid);
    return put_or_take(registration, &key.key, values, ARRAYSIZE(values));
}

static HRESULT add_interface(struct registration *registration, const struct interface_entry *entry)
{
    bool foreign;
    HRESULT hr;

    if (FAILED(hr = is_foreign(registration->root, registration, entry, &foreign)))
        return hr;
    /* HKEY_CURRENT_USER hides HKEY_LOCAL_MACHINE: a key written for the user would take the other product's away from
     * them. */
    if (!foreign && registration->root != HKEY_LOCAL_MACHINE)
        hr = is_foreign(HKEY_LOCAL_MACHINE, registration, entry, &foreign);
    return FAILED(hr) || foreign ? hr : step_values(registration, entry, registration_put);
}

static HRESULT remove_interface(struct registration *registration, const struct interface_entry *entry)
{
    enum owner owner;
    HRESULT hr = read_owner(registration, entry, &owner);

    return FAILED(hr) || owner != OWNER_US ? hr : step_values(registration, entry, registration_take);
}

HRESULT registration_add_interfaces(struct registration *registration)
{
    return for_each_interface(registration, add_interface);
}

HRESULT registration_remove_interfaces(struct registration *registration)
{
    return for_each_interface(registration, remove_interface);
}

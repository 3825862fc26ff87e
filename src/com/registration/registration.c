#include "com/registration/registration.h"

#include "com/module.h"
#include "com/registration/steps.h"
#include "com/type_info.h"
#include "platform/memory.h"
#include "platform/trace.h"

#include <stdio.h>

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
    trace(TRACE_COM, "registration of %ls ends by 0x%08lx%s", registration->module, (unsigned long)hr,
            FAILED(hr) ? ": all is as it was" : "");
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

HRESULT registration_add(const struct registration_server *server, enum registration_scope scope)
{
    struct registration registration;
    WCHAR *entry;
    HRESULT hr;

    if (FAILED(hr = registration_begin(&registration, scope)))
        return registration_end(&registration, hr);
    if (!(entry = registration_server_entry(&registration, server)))
        return registration_end(&registration, E_OUTOFMEMORY);
    if (SUCCEEDED(hr = prepare_classes(&registration))
            && SUCCEEDED(hr = registration_add_class(&registration, server, entry))
            && SUCCEEDED(hr = registration_add_application(&registration, server))
            && SUCCEEDED(hr = registration_add_library(&registration)))
        hr = registration_remember_parents(&registration);
    memory_free(entry);
    return registration_end(&registration, hr);
}

static HRESULT remove_server(struct registration *registration, const struct registration_server *server, WCHAR *entry)
{
    HRESULT hr = registration_remove_class(registration, server, entry);

    if (SUCCEEDED(hr))
        hr = registration_remove_application(registration, server);
    if (FAILED(hr))
        return hr;
    registration_unquote(entry);
    return registration_remove_library(registration, entry);
}

/* The class is not this binary's, or not any more. The library may be: where both views are one, the other bitness has
 * taken the place of the class, but not that of the library's path. */
static HRESULT remove_library_alone(struct registration *registration)
{
    bool is_there;
    HRESULT hr = registration_library_is_at(registration, registration->module, &is_there);

    return FAILED(hr) || !is_there ? hr : registration_remove_library(registration, registration->module);
}

HRESULT registration_remove(const struct registration_server *server, enum registration_scope scope)
{
    struct registration registration;
    enum entry_owner owner;
    WCHAR *entry = NULL;
    HRESULT hr;

    if (FAILED(hr = registration_begin(&registration, scope)))
        return registration_end(&registration, hr);
    if (SUCCEEDED(hr = registration_read_entry(&registration, server, &entry, &owner)) && owner != ENTRY_CHANGED)
        hr = owner == ENTRY_OWN ? remove_server(&registration, server, entry) : remove_library_alone(&registration);
    memory_free(entry);
    return registration_end(&registration, hr);
}

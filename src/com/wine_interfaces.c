#include "com/wine_interfaces.h"

#include "com/registry.h"
#include "platform/wine.h"

#include <objbase.h>
#include <stdbool.h>

static const IID *const *kept;
static UINT kept_count;

/* An object that claims to have all of the interfaces. Nobody is ever given it, so its methods are never called by a
 * client. */

static HRESULT WINAPI placeholder_QueryInterface(IUnknown *iface, REFIID riid, void **object)
{
    for (UINT i = 0; i < kept_count; ++i)
    {
        if (!IsEqualIID(riid, kept[i]))
            continue;
        *object = iface;
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI placeholder_AddRef(IUnknown *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI placeholder_Release(IUnknown *iface)
{
    (void)iface;
    return 1;
}

static const IUnknownVtbl placeholder_vtbl = {
        placeholder_QueryInterface,
        placeholder_AddRef,
        placeholder_Release,
};

static IUnknown placeholder = {(IUnknownVtbl *)&placeholder_vtbl};

static bool has_proxy_in_manifest(REFIID iid)
{
    ACTCTX_SECTION_KEYED_DATA found = {.cbSize = sizeof(found)};

    return FindActCtxSectionGuid(0, NULL, ACTIVATION_CONTEXT_SECTION_COM_INTERFACE_REDIRECTION, iid, &found);
}

/* Either view counts, since Wine looks into both. HKEY_CLASSES_ROOT with a view costs a handle too. */
static bool has_proxy_in_registry(REFIID iid)
{
    WCHAR path[100] = L"Software\\Classes\\Interface\\";
    const struct registry_key keys[] = {
            {HKEY_CURRENT_USER, KEY_WOW64_64KEY, path},
            {HKEY_CURRENT_USER, KEY_WOW64_32KEY, path},
            {HKEY_LOCAL_MACHINE, KEY_WOW64_64KEY, path},
            {HKEY_LOCAL_MACHINE, KEY_WOW64_32KEY, path},
    };

    StringFromGUID2(iid, path + lstrlenW(path), 39);
    lstrcatW(path, L"\\ProxyStubClsid32");
    for (UINT i = 0; i < ARRAYSIZE(keys); ++i)
    {
        if (registry_key_exists(&keys[i]))
            return true;
    }
    return false;
}

/* No client can have an interface that has no proxy. It is not tried, because that would cost a handle each time: what
 * looks the proxy up in Wine, CoGetPSClsid too, leaves a key of the registry open when it finds nothing. */
static bool can_be_marshalled(REFIID iid)
{
    return IsEqualIID(iid, &IID_IUnknown) || has_proxy_in_manifest(iid) || has_proxy_in_registry(iid);
}

IStream *wine_interfaces_keep(const IID *const *interfaces, UINT count)
{
    IStream *stream;

    if (!is_wine() || FAILED(CreateStreamOnHGlobal(NULL, TRUE, &stream)))
        return NULL;
    kept = interfaces;
    kept_count = count;
    for (UINT i = 0; i < count; ++i)
    {
        if (can_be_marshalled(interfaces[i]))
            CoMarshalInterface(stream, interfaces[i], &placeholder, MSHCTX_LOCAL, NULL, MSHLFLAGS_TABLESTRONG);
    }
    return stream;
}

void wine_interfaces_let_go(IStream *stream)
{
    LARGE_INTEGER start = {0};

    if (!stream)
        return;
    IStream_Seek(stream, start, STREAM_SEEK_SET, NULL);
    while (SUCCEEDED(CoReleaseMarshalData(stream)))
        ;
    IStream_Release(stream);
}

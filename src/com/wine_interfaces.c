#include "com/wine_interfaces.h"

#include "platform/wine.h"

#include <objbase.h>

static const IID *const *kept;
static UINT kept_count;

/* An object that claims to have all of them. Nobody ever learns where it is, so none is ever called. */

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

IStream *wine_interfaces_keep(const IID *const *interfaces, UINT count)
{
    IStream *stream;

    if (!is_wine() || FAILED(CreateStreamOnHGlobal(NULL, TRUE, &stream)))
        return NULL;
    kept = interfaces;
    kept_count = count;
    /* One that cannot be marshalled, for want of a proxy, no client can have either. */
    for (UINT i = 0; i < count; ++i)
        CoMarshalInterface(stream, interfaces[i], &placeholder, MSHCTX_LOCAL, NULL, MSHLFLAGS_TABLESTRONG);
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

#include "host/wine_interfaces.h"

#include "platform/wine.h"
#include "vmevents.h"

#include <ocidl.h>

/* Every interface that clients call the host's objects by. */
static const IID *const interfaces[] = {
        &IID_IClassFactory,
        &IID_IDispatch,
        &IID_IVMEventHost,
        &IID_IVMEventMachine,
        &IID_IVMEventMachines,
        &IID_IConnectionPointContainer,
        &IID_IConnectionPoint,
        &IID_IEnumConnectionPoints,
        &IID_IEnumConnections,
        &IID_IEnumVARIANT,
        &IID_IProvideClassInfo,
        &IID_IProvideClassInfo2,
        &IID_ISupportErrorInfo,
        &IID_ITypeInfo,
        &IID_ITypeLib,
        &IID_IUnknown,
};

/* An object that claims to have all of them. Nobody ever learns where it is, so none is ever called. */

static HRESULT WINAPI placeholder_QueryInterface(IUnknown *iface, REFIID riid, void **object)
{
    for (unsigned int i = 0; i < ARRAYSIZE(interfaces); ++i)
    {
        if (!IsEqualIID(riid, interfaces[i]))
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

void wine_interfaces_keep(void)
{
    static IUnknown placeholder = {(IUnknownVtbl *)&placeholder_vtbl};
    IStream *stream;

    if (!is_wine() || FAILED(CreateStreamOnHGlobal(NULL, TRUE, &stream)))
        return;
    /* One that cannot be marshalled, for want of a proxy, no client can have either. */
    for (unsigned int i = 0; i < ARRAYSIZE(interfaces); ++i)
        CoMarshalInterface(stream, interfaces[i], &placeholder, MSHCTX_LOCAL, NULL, MSHLFLAGS_TABLESTRONG);
    IStream_Release(stream);
}

#include "com/error_support.h"

static struct error_support *error_support_from_ISupportErrorInfo(ISupportErrorInfo *iface)
{
    return CONTAINING_RECORD(iface, struct error_support, ISupportErrorInfo_iface);
}

static HRESULT WINAPI error_support_QueryInterface(ISupportErrorInfo *iface, REFIID riid, void **object)
{
    return IUnknown_QueryInterface(error_support_from_ISupportErrorInfo(iface)->owner, riid, object);
}

static ULONG WINAPI error_support_AddRef(ISupportErrorInfo *iface)
{
    return IUnknown_AddRef(error_support_from_ISupportErrorInfo(iface)->owner);
}

static ULONG WINAPI error_support_Release(ISupportErrorInfo *iface)
{
    return IUnknown_Release(error_support_from_ISupportErrorInfo(iface)->owner);
}

static HRESULT WINAPI error_support_InterfaceSupportsErrorInfo(ISupportErrorInfo *iface, REFIID riid)
{
    return IsEqualIID(riid, error_support_from_ISupportErrorInfo(iface)->iid) ? S_OK : S_FALSE;
}

static const ISupportErrorInfoVtbl error_support_vtbl = {
        error_support_QueryInterface,
        error_support_AddRef,
        error_support_Release,
        error_support_InterfaceSupportsErrorInfo,
};

void error_support_init(struct error_support *support, IUnknown *owner, const IID *iid)
{
    support->ISupportErrorInfo_iface.lpVtbl = (ISupportErrorInfoVtbl *)&error_support_vtbl;
    support->owner = owner;
    support->iid = iid;
}

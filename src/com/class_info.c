#include "com/class_info.h"

#include "com/type_info.h"

static struct class_info *class_info_from_IProvideClassInfo2(IProvideClassInfo2 *iface)
{
    return CONTAINING_RECORD(iface, struct class_info, IProvideClassInfo2_iface);
}

static HRESULT WINAPI class_info_QueryInterface(IProvideClassInfo2 *iface, REFIID riid, void **object)
{
    return IUnknown_QueryInterface(class_info_from_IProvideClassInfo2(iface)->owner, riid, object);
}

static ULONG WINAPI class_info_AddRef(IProvideClassInfo2 *iface)
{
    return IUnknown_AddRef(class_info_from_IProvideClassInfo2(iface)->owner);
}

static ULONG WINAPI class_info_Release(IProvideClassInfo2 *iface)
{
    return IUnknown_Release(class_info_from_IProvideClassInfo2(iface)->owner);
}

static HRESULT WINAPI class_info_GetClassInfo(IProvideClassInfo2 *iface, ITypeInfo **info)
{
    if (!info)
        return E_POINTER;
    *info = NULL;
    return type_info_get(class_info_from_IProvideClassInfo2(iface)->clsid, info);
}

static HRESULT WINAPI class_info_GetGUID(IProvideClassInfo2 *iface, DWORD kind, GUID *guid)
{
    if (!guid)
        return E_POINTER;
    *guid = GUID_NULL;
    if (kind != GUIDKIND_DEFAULT_SOURCE_DISP_IID)
        return E_INVALIDARG;
    *guid = *class_info_from_IProvideClassInfo2(iface)->event_source;
    return S_OK;
}

static const IProvideClassInfo2Vtbl class_info_vtbl = {
        class_info_QueryInterface,
        class_info_AddRef,
        class_info_Release,
        class_info_GetClassInfo,
        class_info_GetGUID,
};

void class_info_init(struct class_info *info, IUnknown *owner, const CLSID *clsid, const IID *event_source)
{
    info->IProvideClassInfo2_iface.lpVtbl = (IProvideClassInfo2Vtbl *)&class_info_vtbl;
    info->owner = owner;
    info->clsid = clsid;
    info->event_source = event_source;
}

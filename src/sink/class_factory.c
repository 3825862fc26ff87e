#include "sink/class_factory.h"

#include "com/module.h"

static struct class_factory *class_factory_from_IClassFactory(IClassFactory *iface)
{
    return CONTAINING_RECORD(iface, struct class_factory, IClassFactory_iface);
}

static HRESULT WINAPI class_factory_QueryInterface(IClassFactory *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IClassFactory))
    {
        IClassFactory_AddRef(iface);
        *object = iface;
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI class_factory_AddRef(IClassFactory *iface)
{
    (void)iface;
    module_addref();
    return 2;
}

static ULONG WINAPI class_factory_Release(IClassFactory *iface)
{
    (void)iface;
    module_release();
    return 1;
}

static HRESULT WINAPI class_factory_CreateInstance(IClassFactory *iface, IUnknown *outer, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    *object = NULL;
    if (outer)
        return CLASS_E_NOAGGREGATION;
    return class_factory_from_IClassFactory(iface)->create(riid, object);
}

static HRESULT WINAPI class_factory_LockServer(IClassFactory *iface, BOOL lock)
{
    (void)iface;
    if (lock)
        module_addref();
    else
        module_release();
    return S_OK;
}

const IClassFactoryVtbl class_factory_vtbl = {
        class_factory_QueryInterface,
        class_factory_AddRef,
        class_factory_Release,
        class_factory_CreateInstance,
        class_factory_LockServer,
};

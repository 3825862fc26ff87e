#ifndef VMEVENTS_SINK_CLASS_FACTORY_H
#define VMEVENTS_SINK_CLASS_FACTORY_H

#include <windows.h>

/* A class factory that is never freed; `create` makes the object. Statically initialised by CLASS_FACTORY_INIT. */
struct class_factory
{
    IClassFactory IClassFactory_iface;
    HRESULT (*create)(REFIID riid, void **object);
};

extern const IClassFactoryVtbl class_factory_vtbl;

#define CLASS_FACTORY_INIT(create) {{(IClassFactoryVtbl *)&class_factory_vtbl}, create}

#endif

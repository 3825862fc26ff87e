/* IProvideClassInfo2: tells a client which coclass an object is of, and which events it should ask for. */
#ifndef VMEVENTS_COM_CLASS_INFO_H
#define VMEVENTS_COM_CLASS_INFO_H

#include <windows.h>
#include <ocidl.h>

/* Stands in the object, whose identity and lifetime it shares. */
struct class_info
{
    IProvideClassInfo2 IProvideClassInfo2_iface;
    IUnknown *owner;         /* the object's identity; not counted */
    const CLSID *clsid;      /* the coclass in the type library */
    const IID *event_source; /* its default source */
};

void class_info_init(struct class_info *info, IUnknown *owner, const CLSID *clsid, const IID *event_source);

#endif

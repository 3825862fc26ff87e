/* ISupportErrorInfo: promises descriptions of errors for one interface of the object that it stands in, whose identity
 * and lifetime it shares. */
#ifndef VMEVENTS_COM_ERROR_SUPPORT_H
#define VMEVENTS_COM_ERROR_SUPPORT_H

#include <windows.h>
#include <oleauto.h>

struct error_support
{
    ISupportErrorInfo ISupportErrorInfo_iface;
    IUnknown *owner; /* the object's identity; not counted */
    const IID *iid;
};

/* Offers it for the interface of that IID. */
void error_support_init(struct error_support *support, IUnknown *owner, const IID *iid);

#endif

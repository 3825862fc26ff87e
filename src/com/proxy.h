/* Whether an object is here, or stands for one of another apartment or process. */
#ifndef VMEVENTS_COM_PROXY_H
#define VMEVENTS_COM_PROXY_H

#include <stdbool.h>

#include <objidl.h>

/* Asks for what every proxy has, and answers without asking the object. */
static inline bool object_is_proxy(IUnknown *object)
{
    IUnknown *security;

    if (FAILED(IUnknown_QueryInterface(object, &IID_IClientSecurity, (void **)&security)))
        return false;
    IUnknown_Release(security);
    return true;
}

#endif

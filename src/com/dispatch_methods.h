/*
 * The methods of IDispatch that every object has alike, written once. An object's file has the line that fits it, and
 * names the functions in its vtable:
 *
 *     DISPATCH_METHODS(record, IVMEventRecord)
 *
 * defines record_GetTypeInfoCount, record_GetTypeInfo, record_GetIDsOfNames and record_Invoke for the dual interface
 * IVMEventRecord, which the type library describes. What they answer stands in com/type_info.h.
 */
#ifndef VMEVENTS_COM_DISPATCH_METHODS_H
#define VMEVENTS_COM_DISPATCH_METHODS_H

#include "com/type_info.h"

/* Invoke as well, which calls the members through the vtable. */
#define DISPATCH_METHODS(object, interface)                                                                            \
    DISPATCH_DESCRIPTION_METHODS(object, interface, &IID_##interface)                                                  \
                                                                                                                       \
    static HRESULT WINAPI object##_Invoke(interface *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,             \
            DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)                                \
    {                                                                                                                  \
        return type_info_invoke(&IID_##interface, iface, id, riid, lcid, flags, params, result, exception, arg_error); \
    }

/* The same for an object that has properties alone: a script that ignores the result asks for a method, as Wine's JScript does
 * when it enumerates. */
#define DISPATCH_METHODS_OF_PROPERTIES(object, interface)                                                              \
    DISPATCH_DESCRIPTION_METHODS(object, interface, &IID_##interface)                                                  \
                                                                                                                       \
    static HRESULT WINAPI object##_Invoke(interface *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,             \
            DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)                                \
    {                                                                                                                  \
        if (flags & DISPATCH_METHOD)                                                                                   \
            flags |= DISPATCH_PROPERTYGET;                                                                             \
        return type_info_invoke(&IID_##interface, iface, id, riid, lcid, flags, params, result, exception, arg_error); \
    }

/* The three that describe the object, for one that has an Invoke of its own. `described` is the GUID of the type in the
 * library, an expression in which `iface` is the object's interface. */
#define DISPATCH_DESCRIPTION_METHODS(object, interface, described)                                                     \
    static HRESULT WINAPI object##_GetTypeInfoCount(interface *iface, UINT *count)                                     \
    {                                                                                                                  \
        (void)iface;                                                                                                   \
        return type_info_count(count);                                                                                 \
    }                                                                                                                  \
                                                                                                                       \
    static HRESULT WINAPI object##_GetTypeInfo(interface *iface, UINT index, LCID lcid, ITypeInfo **info)              \
    {                                                                                                                  \
        (void)iface, (void)lcid;                                                                                       \
        return type_info_describe(described, index, info);                                                             \
    }                                                                                                                  \
                                                                                                                       \
    static HRESULT WINAPI object##_GetIDsOfNames(                                                                      \
            interface *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)                        \
    {                                                                                                                  \
        (void)iface, (void)lcid;                                                                                       \
        return type_info_get_ids(described, riid, names, count, ids);                                                  \
    }

#endif

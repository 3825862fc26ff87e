/* Type information, from the library that every binary of the project carries as resource 1. */
#ifndef VMEVENTS_COM_TYPE_INFO_H
#define VMEVENTS_COM_TYPE_INFO_H

#include <stdbool.h>

#include "vmevents.h"

/* The type library of this module. The caller releases it. */
HRESULT type_library_load(ITypeLib **library);

/* The description of an interface or coclass of the library. The caller releases it. Loaded once and kept while
 * the module is in use. */
HRESULT type_info_get(REFGUID guid, ITypeInfo **info);

/* Lets go of what type_info_get keeps. */
void type_info_forget(void);

/*
 * The IDispatch methods that every object shares, by the description of its interface (com/dispatch_methods.h).
 *
 * type_info_count: IDispatch::GetTypeInfoCount, which is 1. S_OK, E_POINTER.
 */
HRESULT type_info_count(UINT *count);

/*
 * type_info_describe: IDispatch::GetTypeInfo. S_OK, E_POINTER, DISP_E_BADINDEX (index is not 0), or what loading
 * the library returned.
 */
HRESULT type_info_describe(REFGUID guid, UINT index, ITypeInfo **info);

/* IDispatch::GetIDsOfNames, a member's name followed by those of its parameters. S_OK, E_POINTER,
 * DISP_E_UNKNOWNINTERFACE (riid is not IID_NULL), DISP_E_UNKNOWNNAME, E_OUTOFMEMORY. */
HRESULT type_info_get_ids(REFGUID guid, REFIID riid, LPOLESTR *names, UINT count, DISPID *ids);

/*
 * Shows the visitor each function of the type that is the member of that DISPID and is called by one of these flags of
 * Invoke. Returns what it returned, or what reading the type did; anything but S_OK ends the visit.
 */
HRESULT type_info_visit_functions(ITypeInfo *info, DISPID id, WORD flags,
        HRESULT (*visit)(ITypeInfo *info, const FUNCDESC *function, void *context), void *context);

/* Whether the type has a member of that DISPID. False also when that cannot be told for want of memory. */
bool type_info_has_member(REFGUID guid, DISPID id);

/*
 * IDispatch::Invoke on a dual interface, by calling its vtable. Arguments are converted to the declared types in the
 * caller's locale, each once, as com/converted.h says, which has the errors. Where arguments or names are counted and there
 * is no array of them, it is E_POINTER.
 *
 * To a caller who can be told, by an EXCEPINFO, an argument that is wrong, and a wrong number of them, are
 * DISP_E_EXCEPTION with a description, and the error is its scode.
 */
HRESULT type_info_invoke(REFGUID guid, void *object, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error);

#endif

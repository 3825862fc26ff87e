/* The type library under test, and questions to it. Whatever the library does not answer fails the running test. */
#ifndef VMEVENTS_TESTS_TYPELIB_LIBRARY_H
#define VMEVENTS_TESTS_TYPELIB_LIBRARY_H

#include <windows.h>
#include <oleauto.h>

#include "support/test.h"

extern ITypeLib *library;

/* Loads bin/<file> of the build that this program belongs to: vmevents.tlb, or another that has it as a resource. */
void library_open(const char *file);
void library_close(void);

/* The type of that name; to be released. Case makes no difference: a library has each name in the spelling in which it
 * met it first, be it that of a type or of a parameter. */
ITypeInfo *library_find(const WCHAR *name);

/* The name of a type, or of one of its members; to be freed. */
BSTR type_name(ITypeInfo *info, MEMBERID member);

/* The type as IDL writes it: "long", "VMVMState", "IVMEventRecord **"; to be freed. */
BSTR type_text(ITypeInfo *info, const TYPEDESC *type);

/* The vtable half of a dual interface; to be released. */
ITypeInfo *type_vtable(ITypeInfo *info);

/* How many functions a type has of its own. */
unsigned int type_count_functions(ITypeInfo *info);

/* Whether a function comes from IUnknown or IDispatch, which some views of a type show too. */
bool is_inherited(const FUNCDESC *function);

/* The function of that id that is called or gets a property; to be given back by ITypeInfo_ReleaseFuncDesc. */
FUNCDESC *type_find_function(ITypeInfo *info, MEMBERID id);

/* One parameter: its name and its type. */
void assert_param(ITypeInfo *info, const FUNCDESC *function, unsigned int param, const WCHAR *name, const WCHAR *type);

void assert_wide_equal(const WCHAR *got, const WCHAR *expected);
void assert_guid_equal(const GUID *got, const GUID *expected);

#endif

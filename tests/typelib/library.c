#include "typelib/library.h"

#include <stdio.h>
#include <wchar.h>

ITypeLib *library;

void library_open(const char *file)
{
    WCHAR path[MAX_PATH], *end;
    HRESULT hr;

    CHECK(GetModuleFileNameW(NULL, path, MAX_PATH));
    /* From tests\test_typelib.exe to bin\file. */
    CHECK((end = wcsrchr(path, '\\')));
    *end = 0;
    CHECK((end = wcsrchr(path, '\\')));
    CHECK(_snwprintf(end, path + MAX_PATH - end, L"\\bin\\%S", file) > 0);
    if (file[0] == '.' && GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
    {
        printf("SKIP: %ls has not been built\n", path);
        exit(77);
    }
    if (FAILED(hr = LoadTypeLibEx(path, REGKIND_NONE, &library)))
    {
        printf("%ls: %#lx\n", path, (unsigned long)hr);
        exit(1);
    }
}

void library_close(void)
{
    ITypeLib_Release(library);
}

void assert_wide_equal(const WCHAR *got, const WCHAR *expected)
{
    if (wcscmp(got, expected))
        fail_msg("'%ls' instead of '%ls'", got, expected);
}

void assert_guid_equal(const GUID *got, const GUID *expected)
{
    WCHAR text[2][40];

    StringFromGUID2(got, text[0], 40);
    StringFromGUID2(expected, text[1], 40);
    assert_wide_equal(text[0], text[1]);
}

BSTR type_name(ITypeInfo *info, MEMBERID member)
{
    BSTR name = NULL;

    assert_int_equal(ITypeInfo_GetDocumentation(info, member, &name, NULL, NULL, NULL), S_OK);
    assert_non_null(name);
    return name;
}

ITypeInfo *library_find(const WCHAR *name)
{
    for (UINT i = 0; i < ITypeLib_GetTypeInfoCount(library); ++i)
    {
        ITypeInfo *info;
        bool found;
        BSTR own;

        assert_int_equal(ITypeLib_GetTypeInfo(library, i, &info), S_OK);
        own = type_name(info, MEMBERID_NIL);
        found = !_wcsicmp(own, name);
        SysFreeString(own);
        if (found)
            return info;
        ITypeInfo_Release(info);
    }
    fail_msg("the library has no %ls", name);
    return NULL;
}

static const WCHAR *simple_type_text(VARTYPE type)
{
    switch (type)
    {
        case VT_I4: return L"long";
        case VT_BSTR: return L"BSTR";
        case VT_BOOL: return L"VARIANT_BOOL";
        case VT_VARIANT: return L"VARIANT";
        case VT_HRESULT: return L"HRESULT";
        case VT_DATE: return L"DATE";
        case VT_VOID: return L"void";
        case VT_UNKNOWN: return L"IUnknown *";
        case VT_DISPATCH: return L"IDispatch *";
    }
    fail_msg("a type that the library should not have: %u", type);
    return NULL;
}

static BSTR type_text_in(const WCHAR *before, ITypeInfo *info, const TYPEDESC *type, const WCHAR *behind)
{
    BSTR inner = type_text(info, type), text;
    WCHAR buffer[128];

    _snwprintf(buffer, 128, L"%ls%ls%ls", before, inner, behind);
    SysFreeString(inner);
    text = SysAllocString(buffer);
    assert_non_null(text);
    return text;
}

BSTR type_text(ITypeInfo *info, const TYPEDESC *type)
{
    ITypeInfo *referenced;
    BSTR text;

    switch (type->vt)
    {
        case VT_PTR:
            return type_text_in(L"", info, type->lptdesc, L" *");
        case VT_SAFEARRAY:
            return type_text_in(L"SAFEARRAY(", info, type->lptdesc, L")");
        case VT_USERDEFINED:
            assert_int_equal(ITypeInfo_GetRefTypeInfo(info, type->hreftype, &referenced), S_OK);
            text = type_name(referenced, MEMBERID_NIL);
            ITypeInfo_Release(referenced);
            return text;
    }
    text = SysAllocString(simple_type_text(type->vt));
    assert_non_null(text);
    return text;
}

ITypeInfo *type_vtable(ITypeInfo *info)
{
    ITypeInfo *vtable = NULL;
    HREFTYPE reference;

    assert_int_equal(ITypeInfo_GetRefTypeOfImplType(info, (UINT)-1, &reference), S_OK);
    assert_int_equal(ITypeInfo_GetRefTypeInfo(info, reference, &vtable), S_OK);
    return vtable;
}

bool is_inherited(const FUNCDESC *function)
{
    return (function->memid & 0xffff0000) == 0x60000000 || (function->memid & 0xffff0000) == 0x60010000;
}

unsigned int type_count_functions(ITypeInfo *info)
{
    unsigned int count = 0;
    FUNCDESC *function;

    for (UINT i = 0; SUCCEEDED(ITypeInfo_GetFuncDesc(info, i, &function)); ++i)
    {
        count += !is_inherited(function);
        ITypeInfo_ReleaseFuncDesc(info, function);
    }
    return count;
}

FUNCDESC *type_find_function(ITypeInfo *info, MEMBERID id)
{
    FUNCDESC *function;

    for (UINT i = 0; SUCCEEDED(ITypeInfo_GetFuncDesc(info, i, &function)); ++i)
    {
        if (function->memid == id && function->invkind & (INVOKE_FUNC | INVOKE_PROPERTYGET))
            return function;
        ITypeInfo_ReleaseFuncDesc(info, function);
    }
    fail_msg("there is no function with id %ld", (long)id);
    return NULL;
}

void assert_param(ITypeInfo *info, const FUNCDESC *function, unsigned int param, const WCHAR *name, const WCHAR *type)
{
    BSTR names[8] = {NULL}, text;
    UINT count = 0;

    assert_true((unsigned int)function->cParams > param);
    assert_int_equal(ITypeInfo_GetNames(info, function->memid, names, 8, &count), S_OK);
    assert_true(count > param + 1);
    assert_wide_equal(names[param + 1], name);
    for (UINT i = 0; i < count; ++i)
        SysFreeString(names[i]);
    text = type_text(info, &function->lprgelemdescParam[param].tdesc);
    assert_wide_equal(text, type);
    SysFreeString(text);
    assert_true(function->lprgelemdescParam[param].paramdesc.wParamFlags & PARAMFLAG_FIN);
}

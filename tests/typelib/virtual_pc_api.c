/* The compiled library VirtualPC (idl/virtualpc.idl) against what Virtual PC's own says. */
#include "typelib/library.h"

#include <stdio.h>
#include <wchar.h>

#define MAX_TEXT 400

/* A member as it stands in the facts; params as C writes them, with This in front for the members of a vtable. */
struct member
{
    const WCHAR *name;
    INVOKEKIND kind;
    bool returns; /* its last parameter */
    MEMBERID id;
    const WCHAR *params;
};

struct interface_
{
    const WCHAR *name;
    bool hidden;
    GUID iid;
    const struct member *members; /* up to one without a name */
};

struct enumerator
{
    const WCHAR *name;
    LONG value;
};

struct enumeration
{
    const WCHAR *name;
    GUID uuid;
    const struct enumerator *values; /* up to one without a name */
};

struct class_
{
    const WCHAR *name;
    const WCHAR *interface_;
    const WCHAR *events; /* or empty */
    GUID clsid;
};

#define WIDE(text) L"" text
#define MEMBER(name, kind, returns, id, params) {WIDE(#name), kind, returns, (MEMBERID)id, WIDE(#params)},

static const struct interface_ duals[] = {
#define DUAL(name, hidden, iid) {WIDE(#name), hidden, iid, (const struct member[]){
#define GET(type, name, id, params) MEMBER(name, INVOKE_PROPERTYGET, true, id, params)
#define PUT(type, name, id, params) MEMBER(name, INVOKE_PROPERTYPUT, false, id, params)
#define METHOD(type, name, id, params) MEMBER(name, INVOKE_FUNC, false, id, params)
#define FUNCTION(type, name, id, params) MEMBER(name, INVOKE_FUNC, true, id, params)
#define END_DUAL(name) {0}}},
#include "typelib/virtual_pc_api.inc"
};

static const struct interface_ events[] = {
#define EVENTS(name, iid) {WIDE(#name), false, iid, (const struct member[]){
#define EVENT(name, id, params) MEMBER(name, INVOKE_FUNC, false, id, params)
#define END_EVENTS(name) {0}}},
#include "typelib/virtual_pc_api.inc"
};

static const struct enumeration enumerations[] = {
#define ENUMERATION(name, uuid) {WIDE(#name), uuid, (const struct enumerator[]){
#define VALUE(name, value) {WIDE(#name), value},
#define END_ENUMERATION(name) {0}}},
#include "typelib/virtual_pc_api.inc"
};

static const struct class_ classes[] = {
#define CLASS(name, interface_, events, clsid) {WIDE(#name), WIDE(#interface_), WIDE(events), clsid},
#include "typelib/virtual_pc_api.inc"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void append(WCHAR text[MAX_TEXT], const WCHAR *more)
{
    assert_true(wcslen(text) + wcslen(more) < MAX_TEXT);
    wcscat(text, more);
}

static const WCHAR *simple_type(VARTYPE type)
{
    switch (type)
    {
        case VT_I4: return L"long";
        case VT_UI4: return L"unsigned long";
        case VT_BSTR: return L"BSTR";
        case VT_BOOL: return L"VARIANT_BOOL";
        case VT_VARIANT: return L"VARIANT";
        case VT_DATE: return L"DATE";
        case VT_UNKNOWN: return L"IUnknown";
    }
    fail_msg("a type that the library should not have: %u", type);
    return NULL;
}

/* "IVMTask **task", as C declares it. */
static void append_declaration(WCHAR text[MAX_TEXT], ITypeInfo *info, const TYPEDESC *type, const WCHAR *name)
{
    WCHAR stars[4] = L"", length[16] = L"";
    unsigned int depth = 0;
    ITypeInfo *referenced;
    BSTR own;

    for (; type->vt == VT_PTR; type = type->lptdesc)
        stars[depth++] = '*';
    if (type->vt == VT_UNKNOWN)
        stars[depth++] = '*';
    if (type->vt == VT_CARRAY)
    {
        assert_int_equal(type->lpadesc->cDims, 1);
        _snwprintf(length, 16, L"[%lu]", (unsigned long)type->lpadesc->rgbounds[0].cElements);
        type = &type->lpadesc->tdescElem;
    }
    if (type->vt == VT_USERDEFINED)
    {
        assert_int_equal(ITypeInfo_GetRefTypeInfo(info, type->hreftype, &referenced), S_OK);
        own = type_name(referenced, MEMBERID_NIL);
        /* A struct has its tag here, which C's name for it has not: _GUESTOSVERSIONINFOEX. */
        append(text, own + (*own == '_'));
        SysFreeString(own);
        ITypeInfo_Release(referenced);
    }
    else
        append(text, simple_type(type->vt));
    append(text, L" ");
    append(text, stars);
    append(text, name);
    append(text, length);
}

/* "parent" of "(IVMHardDisk *This, IVMHardDisk *parent)". */
static void copy_last_name(WCHAR name[64], const WCHAR *params)
{
    const WCHAR *last = wcsrchr(params, ' ') + 1;

    last += wcsspn(last, L"*");
    _snwprintf(name, 64, L"%.*ls", (int)wcslen(last) - 1, last);
}

/* "(IVMTask *This, long timeout)". A library does not name the new value of a property: it has the name that the facts
 * have. */
static void write_params(WCHAR text[MAX_TEXT], ITypeInfo *info, const FUNCDESC *function, const WCHAR *this_type,
        const struct member *expected)
{
    BSTR names[8] = {NULL};
    UINT count = 0;
    WCHAR value[64] = L"";

    if (expected->kind == INVOKE_PROPERTYPUT)
        copy_last_name(value, expected->params);
    assert_int_equal(ITypeInfo_GetNames(info, function->memid, names, 8, &count), S_OK);
    wcscpy(text, L"(");
    if (this_type)
    {
        append(text, this_type);
        append(text, L" *This");
    }
    for (SHORT i = 0; i < function->cParams; ++i)
    {
        if (i || this_type)
            append(text, L", ");
        if (!*value)
            assert_true(count > (UINT)i + 1);
        append_declaration(text, info, &function->lprgelemdescParam[i].tdesc, *value ? value : names[i + 1]);
    }
    append(text, L")");
    for (UINT i = 0; i < count; ++i)
        SysFreeString(names[i]);
}

static bool is_interface_name(const WCHAR *type)
{
    return !wcsncmp(type, L"IVM", 3) || !wcsncmp(type, L"IUnknown", 8);
}

/* Whether the caller gets something by the parameter: it is a pointer to what is no interface, or to a pointer. */
static bool is_out(const WCHAR *declaration, size_t length)
{
    unsigned int stars = 0;

    for (size_t i = 0; i < length; ++i)
    {
        stars += declaration[i] == '*';
        if (declaration[i] == '[')
            return true;
    }
    return stars > (is_interface_name(declaration) ? 1u : 0u);
}

static void assert_directions(const FUNCDESC *function, const struct member *expected)
{
    const WCHAR *declaration = wcschr(expected->params, ',');

    for (SHORT i = 0; i < function->cParams; ++i)
    {
        USHORT flags = function->lprgelemdescParam[i].paramdesc.wParamFlags;
        size_t length = wcscspn(declaration + 2, L",)");
        bool out = is_out(declaration + 2, length), returned = expected->returns && i == function->cParams - 1;

        if (!(flags & PARAMFLAG_FOUT) != !out || !(flags & PARAMFLAG_FIN) != out
                || !(flags & PARAMFLAG_FRETVAL) != !returned)
            fail_msg("%ls: parameter %d has the flags %#x", expected->name, i, flags);
        declaration += 2 + length;
    }
}

static void assert_member(ITypeInfo *info, UINT place, const WCHAR *this_type, const struct member *expected)
{
    WCHAR text[MAX_TEXT];
    FUNCDESC *function;
    BSTR name;

    assert_int_equal(ITypeInfo_GetFuncDesc(info, place, &function), S_OK);
    name = type_name(info, function->memid);
    assert_wide_equal(name, expected->name);
    SysFreeString(name);
    if (function->memid != expected->id)
        fail_msg("%ls has the id %#lx, not %#lx", expected->name, (long)function->memid, (long)expected->id);
    assert_int_equal(function->invkind, expected->kind);
    assert_int_equal(function->elemdescFunc.tdesc.vt, VT_HRESULT);
    write_params(text, info, function, this_type, expected);
    /* A library has each name in one spelling; the header's test looks at the letters' case. */
    if (_wcsicmp(text, expected->params))
        fail_msg("%ls%ls instead of %ls", expected->name, text, expected->params);
    if (this_type)
        assert_directions(function, expected);
    ITypeInfo_ReleaseFuncDesc(info, function);
}

static void assert_attributes(ITypeInfo *info, const GUID *guid, TYPEKIND kind, WORD flags)
{
    TYPEATTR *attr;

    assert_int_equal(ITypeInfo_GetTypeAttr(info, &attr), S_OK);
    assert_int_equal(attr->typekind, kind);
    assert_guid_equal(&attr->guid, guid);
    assert_int_equal(attr->wTypeFlags
                    & (TYPEFLAG_FHIDDEN | TYPEFLAG_FDUAL | TYPEFLAG_FNONEXTENSIBLE | TYPEFLAG_FRESTRICTED), flags);
    ITypeInfo_ReleaseTypeAttr(info, attr);
}

/* The places of the vtable behind those of IDispatch, each with what the facts have in that place. */
static void assert_vtable(ITypeInfo *vtable, const struct interface_ *expected)
{
    UINT count = 0;
    FUNCDESC *function;
    TYPEATTR *attr;

    for (; expected->members[count].name; ++count)
    {
        assert_member(vtable, count, expected->name, &expected->members[count]);
        assert_int_equal(ITypeInfo_GetFuncDesc(vtable, count, &function), S_OK);
        assert_int_equal(function->oVft, (7 + count) * sizeof(void *));
        assert_int_equal(function->funckind, FUNC_PUREVIRTUAL);
        ITypeInfo_ReleaseFuncDesc(vtable, function);
    }
    assert_int_equal(ITypeInfo_GetTypeAttr(vtable, &attr), S_OK);
    assert_int_equal(attr->cFuncs, count);
    ITypeInfo_ReleaseTypeAttr(vtable, attr);
}

static void test_interfaces(void **state)
{
    (void)state;
    assert_int_equal(COUNT(duals), 30);
    for (size_t i = 0; i < COUNT(duals); ++i)
    {
        ITypeInfo *info = library_find(duals[i].name), *vtable = type_vtable(info);

        assert_attributes(
                info, &duals[i].iid, TKIND_DISPATCH, TYPEFLAG_FDUAL | (duals[i].hidden ? TYPEFLAG_FHIDDEN : 0));
        assert_vtable(vtable, &duals[i]);
        ITypeInfo_Release(vtable);
        ITypeInfo_Release(info);
    }
}

static void test_event_interfaces(void **state)
{
    (void)state;
    assert_int_equal(COUNT(events), 4);
    for (size_t i = 0; i < COUNT(events); ++i)
    {
        ITypeInfo *info = library_find(events[i].name);
        UINT count = 0, inherited = 0;
        FUNCDESC *function;

        assert_attributes(info, &events[i].iid, TKIND_DISPATCH, 0);
        /* Views of a dispinterface may show the functions of IDispatch first. */
        while (SUCCEEDED(ITypeInfo_GetFuncDesc(info, inherited, &function)) && is_inherited(function))
        {
            ITypeInfo_ReleaseFuncDesc(info, function);
            ++inherited;
        }
        ITypeInfo_ReleaseFuncDesc(info, function);
        for (; events[i].members[count].name; ++count)
            assert_member(info, inherited + count, NULL, &events[i].members[count]);
        assert_int_equal(type_count_functions(info), count);
        ITypeInfo_Release(info);
    }
}

static void assert_value(ITypeInfo *info, UINT place, const struct enumerator *expected)
{
    VARDESC *variable;
    BSTR name;

    assert_int_equal(ITypeInfo_GetVarDesc(info, place, &variable), S_OK);
    name = type_name(info, variable->memid);
    assert_wide_equal(name, expected->name);
    SysFreeString(name);
    assert_int_equal(V_VT(variable->lpvarValue), VT_I4);
    assert_int_equal(V_I4(variable->lpvarValue), expected->value);
    ITypeInfo_ReleaseVarDesc(info, variable);
}

static void test_enumerations(void **state)
{
    (void)state;
    assert_int_equal(COUNT(enumerations), 24);
    for (size_t i = 0; i < COUNT(enumerations); ++i)
    {
        ITypeInfo *info = library_find(enumerations[i].name);
        UINT count = 0;
        TYPEATTR *attr;

        assert_attributes(info, &enumerations[i].uuid, TKIND_ENUM, 0);
        for (; enumerations[i].values[count].name; ++count)
            assert_value(info, count, &enumerations[i].values[count]);
        assert_int_equal(ITypeInfo_GetTypeAttr(info, &attr), S_OK);
        assert_int_equal(attr->cVars, count);
        ITypeInfo_ReleaseTypeAttr(info, attr);
        ITypeInfo_Release(info);
    }
}

static void assert_implements(ITypeInfo *info, UINT place, const WCHAR *name, INT flags)
{
    ITypeInfo *implemented;
    HREFTYPE reference;
    BSTR text;
    INT got;

    assert_int_equal(ITypeInfo_GetImplTypeFlags(info, place, &got), S_OK);
    assert_int_equal(got, flags);
    assert_int_equal(ITypeInfo_GetRefTypeOfImplType(info, place, &reference), S_OK);
    assert_int_equal(ITypeInfo_GetRefTypeInfo(info, reference, &implemented), S_OK);
    text = type_name(implemented, MEMBERID_NIL);
    assert_wide_equal(text, name);
    SysFreeString(text);
    ITypeInfo_Release(implemented);
}

static void test_classes(void **state)
{
    (void)state;
    assert_int_equal(COUNT(classes), 19);
    for (size_t i = 0; i < COUNT(classes); ++i)
    {
        ITypeInfo *info = library_find(classes[i].name);

        assert_attributes(info, &classes[i].clsid, TKIND_COCLASS, 0);
        assert_implements(info, 0, classes[i].interface_, IMPLTYPEFLAG_FDEFAULT);
        if (*classes[i].events)
            assert_implements(info, 1, classes[i].events, IMPLTYPEFLAG_FDEFAULT | IMPLTYPEFLAG_FSOURCE);
        ITypeInfo_Release(info);
    }
}

static void test_library(void **state)
{
    static const GUID libid = {0xcef63746, 0xad34, 0x42d0, {0x91, 0x38, 0x39, 0xd8, 0x3e, 0xcb, 0x77, 0xcb}};
    TLIBATTR *attr;
    BSTR name;

    (void)state;
    assert_int_equal(ITypeLib_GetLibAttr(library, &attr), S_OK);
    assert_guid_equal(&attr->guid, &libid);
    assert_int_equal(attr->wMajorVerNum, 1);
    assert_int_equal(attr->wMinorVerNum, 0);
    ITypeLib_ReleaseTLibAttr(library, attr);
    assert_int_equal(ITypeLib_GetDocumentation(library, -1, &name, NULL, NULL, NULL), S_OK);
    assert_wide_equal(name, L"VirtualPC");
    SysFreeString(name);
    /* What the facts have, GUESTOSVERSIONINFOEX, and nothing else. */
    assert_int_equal(ITypeLib_GetTypeInfoCount(library),
            COUNT(duals) + COUNT(events) + COUNT(enumerations) + COUNT(classes) + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_library),
            cmocka_unit_test(test_interfaces),
            cmocka_unit_test(test_event_interfaces),
            cmocka_unit_test(test_enumerations),
            cmocka_unit_test(test_classes),
    };
    int failed;

    library_open("..\\idl\\virtualpc.tlb");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    library_close();
    return failed;
}

/* The compiled library as a whole: that everything in it resolves and says what it is, and the coclasses. */
#include "typelib/library.h"

#include <wchar.h>

#include "vmevents.h"

static void assert_type_resolves(ITypeInfo *info);

static void assert_reference_resolves(ITypeInfo *info, HREFTYPE reference)
{
    ITypeInfo *referenced = NULL;

    assert_int_equal(ITypeInfo_GetRefTypeInfo(info, reference, &referenced), S_OK);
    assert_type_resolves(referenced);
    ITypeInfo_Release(referenced);
}

static void assert_typedesc_resolves(ITypeInfo *info, const TYPEDESC *type)
{
    ITypeInfo *referenced = NULL;

    for (; type->vt == VT_PTR || type->vt == VT_SAFEARRAY; type = type->lptdesc)
        assert_non_null(type->lptdesc);
    if (type->vt != VT_USERDEFINED)
        return;
    /* Not what it has in turn: types refer to each other. Each is looked at in its own turn. */
    assert_int_equal(ITypeInfo_GetRefTypeInfo(info, type->hreftype, &referenced), S_OK);
    SysFreeString(type_name(referenced, MEMBERID_NIL));
    ITypeInfo_Release(referenced);
}

static void assert_functions_resolve(ITypeInfo *info, UINT count)
{
    for (UINT i = 0; i < count; ++i)
    {
        FUNCDESC *function;

        assert_int_equal(ITypeInfo_GetFuncDesc(info, i, &function), S_OK);
        assert_typedesc_resolves(info, &function->elemdescFunc.tdesc);
        for (SHORT j = 0; j < function->cParams; ++j)
            assert_typedesc_resolves(info, &function->lprgelemdescParam[j].tdesc);
        ITypeInfo_ReleaseFuncDesc(info, function);
    }
}

static void assert_type_resolves(ITypeInfo *info)
{
    TYPEATTR *attr;
    HREFTYPE reference;

    assert_int_equal(ITypeInfo_GetTypeAttr(info, &attr), S_OK);
    for (UINT i = 0; i < attr->cImplTypes; ++i)
    {
        assert_int_equal(ITypeInfo_GetRefTypeOfImplType(info, i, &reference), S_OK);
        assert_reference_resolves(info, reference);
    }
    /* The other half of a dual interface, with the vtable. */
    if (attr->typekind == TKIND_DISPATCH && attr->wTypeFlags & TYPEFLAG_FDUAL)
    {
        assert_int_equal(ITypeInfo_GetRefTypeOfImplType(info, (UINT)-1, &reference), S_OK);
        assert_reference_resolves(info, reference);
    }
    if (attr->typekind == TKIND_ALIAS)
        assert_typedesc_resolves(info, &attr->tdescAlias);
    assert_functions_resolve(info, attr->cFuncs);
    ITypeInfo_ReleaseTypeAttr(info, attr);
}

static void for_each_type(void (*check)(ITypeInfo *info, const TYPEATTR *attr))
{
    UINT count = ITypeLib_GetTypeInfoCount(library);

    assert_true(count > 0);
    for (UINT i = 0; i < count; ++i)
    {
        ITypeInfo *info;
        TYPEATTR *attr;

        assert_int_equal(ITypeLib_GetTypeInfo(library, i, &info), S_OK);
        assert_int_equal(ITypeInfo_GetTypeAttr(info, &attr), S_OK);
        check(info, attr);
        ITypeInfo_ReleaseTypeAttr(info, attr);
        ITypeInfo_Release(info);
    }
}

static void check_resolves(ITypeInfo *info, const TYPEATTR *attr)
{
    (void)attr;
    assert_type_resolves(info);
}

/* widl 8.0 writes a wrong import entry when a dispinterface stands before a dual interface. */
static void test_every_reference_resolves(void **state)
{
    (void)state;
    for_each_type(check_resolves);
}

/* The vtable half of a dual interface descends from IDispatch. */
static void check_dual(ITypeInfo *info, const TYPEATTR *attr)
{
    ITypeInfo *vtable, *base;
    TYPEATTR *vtable_attr, *base_attr;
    HREFTYPE reference;

    if (attr->typekind != TKIND_DISPATCH || !(attr->wTypeFlags & TYPEFLAG_FDUAL))
        return;
    vtable = type_vtable(info);
    assert_int_equal(ITypeInfo_GetTypeAttr(vtable, &vtable_attr), S_OK);
    assert_true(vtable_attr->wTypeFlags & TYPEFLAG_FOLEAUTOMATION);
    ITypeInfo_ReleaseTypeAttr(vtable, vtable_attr);
    assert_int_equal(ITypeInfo_GetRefTypeOfImplType(vtable, 0, &reference), S_OK);
    assert_int_equal(ITypeInfo_GetRefTypeInfo(vtable, reference, &base), S_OK);
    assert_int_equal(ITypeInfo_GetTypeAttr(base, &base_attr), S_OK);
    assert_guid_equal(&base_attr->guid, &IID_IDispatch);
    ITypeInfo_ReleaseTypeAttr(base, base_attr);
    ITypeInfo_Release(base);
    ITypeInfo_Release(vtable);
}

static void test_dual_interfaces_descend_from_dispatch(void **state)
{
    (void)state;
    for_each_type(check_dual);
}

static void assert_helpstring(ITypeInfo *info, MEMBERID member)
{
    BSTR name = NULL, text = NULL;

    assert_int_equal(ITypeInfo_GetDocumentation(info, member, &name, &text, NULL, NULL), S_OK);
    if (!SysStringLen(text))
        fail_msg("%ls has no helpstring", name);
    SysFreeString(name);
    SysFreeString(text);
}

static void check_helpstrings(ITypeInfo *info, const TYPEATTR *attr)
{
    assert_helpstring(info, MEMBERID_NIL);
    for (UINT i = 0; i < attr->cFuncs; ++i)
    {
        FUNCDESC *function;

        assert_int_equal(ITypeInfo_GetFuncDesc(info, i, &function), S_OK);
        if (!is_inherited(function))
            assert_helpstring(info, function->memid);
        ITypeInfo_ReleaseFuncDesc(info, function);
    }
}

static void test_everything_has_a_helpstring(void **state)
{
    BSTR text = NULL;

    (void)state;
    assert_int_equal(ITypeLib_GetDocumentation(library, -1, NULL, &text, NULL, NULL), S_OK);
    assert_true(SysStringLen(text) > 0);
    SysFreeString(text);
    for_each_type(check_helpstrings);
}

static SYSKIND expected_system = sizeof(void *) == 8 ? SYS_WIN64 : SYS_WIN32;

static void test_library_attributes(void **state)
{
    TLIBATTR *attr;
    BSTR name;

    (void)state;
    assert_int_equal(ITypeLib_GetLibAttr(library, &attr), S_OK);
    assert_guid_equal(&attr->guid, &LIBID_VMEvents);
    assert_int_equal(attr->wMajorVerNum, 1);
    assert_int_equal(attr->wMinorVerNum, 0);
    assert_int_equal(attr->syskind, expected_system);
    ITypeLib_ReleaseTLibAttr(library, attr);
    assert_int_equal(ITypeLib_GetDocumentation(library, -1, &name, NULL, NULL, NULL), S_OK);
    assert_wide_equal(name, L"VMEvents");
    SysFreeString(name);
}

#define SOURCE IMPLTYPEFLAG_FSOURCE
#define DEFAULT IMPLTYPEFLAG_FDEFAULT

static const struct coclass
{
    const WCHAR *name;
    const CLSID *clsid;
    bool creatable;
    struct
    {
        const WCHAR *name;
        INT flags;
    } interfaces[6];
} coclasses[] = {
        {L"VMEventSink", &CLSID_VMEventSink, true,
                {
                        {L"IVMEventSink", DEFAULT},
                        {L"IVMVirtualMachineEvents", DEFAULT | SOURCE},
                        {L"IVMVirtualPCEvents", SOURCE},
                        {L"IVMDVDDriveEvents", SOURCE},
                        {L"IVMFloppyDriveEvents", SOURCE},
                }},
        {L"VMEventRecord", &CLSID_VMEventRecord, false, {{L"IVMEventRecord", DEFAULT}}},
        {L"VMEventFailure", &CLSID_VMEventFailure, false, {{L"IVMEventFailure", DEFAULT}}},
        {L"VMEventHost", &CLSID_VMEventHost, true,
                {
                        {L"IVMEventHost", DEFAULT},
                        {L"IVMVirtualPCEvents", DEFAULT | SOURCE},
                }},
        {L"VMEventMachine", &CLSID_VMEventMachine, false,
                {
                        {L"IVMEventMachine", DEFAULT},
                        {L"IVMVirtualMachineEvents", DEFAULT | SOURCE},
                        {L"IVMDVDDriveEvents", SOURCE},
                        {L"IVMFloppyDriveEvents", SOURCE},
                }},
};

static void assert_implements(ITypeInfo *info, UINT index, const WCHAR *name, INT flags)
{
    ITypeInfo *implemented;
    HREFTYPE reference;
    INT got;
    BSTR text;

    assert_int_equal(ITypeInfo_GetImplTypeFlags(info, index, &got), S_OK);
    assert_int_equal(got & (SOURCE | DEFAULT), flags);
    assert_int_equal(ITypeInfo_GetRefTypeOfImplType(info, index, &reference), S_OK);
    assert_int_equal(ITypeInfo_GetRefTypeInfo(info, reference, &implemented), S_OK);
    text = type_name(implemented, MEMBERID_NIL);
    assert_wide_equal(text, name);
    SysFreeString(text);
    ITypeInfo_Release(implemented);
}

static unsigned int coclass_count;

static void count_coclass(ITypeInfo *info, const TYPEATTR *attr)
{
    (void)info;
    coclass_count += attr->typekind == TKIND_COCLASS;
}

static void test_coclasses(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < sizeof(coclasses) / sizeof(coclasses[0]); ++i)
    {
        const struct coclass *expected = &coclasses[i];
        ITypeInfo *info = library_find(expected->name);
        unsigned int count = 0;
        TYPEATTR *attr;

        for (; expected->interfaces[count].name; ++count)
            assert_implements(info, count, expected->interfaces[count].name, expected->interfaces[count].flags);
        assert_int_equal(ITypeInfo_GetTypeAttr(info, &attr), S_OK);
        assert_int_equal(attr->typekind, TKIND_COCLASS);
        assert_int_equal(attr->cImplTypes, count);
        assert_int_equal(!!(attr->wTypeFlags & TYPEFLAG_FCANCREATE), expected->creatable);
        assert_guid_equal(&attr->guid, expected->clsid);
        ITypeInfo_ReleaseTypeAttr(info, attr);
        ITypeInfo_Release(info);
    }
    for_each_type(count_coclass);
    assert_int_equal(coclass_count, sizeof(coclasses) / sizeof(coclasses[0]));
}

/* The parameter's default value, or NULL when it can be left out but has none. */
static void assert_optional(const WCHAR *type, MEMBERID id, unsigned int param, const WCHAR *name,
        const WCHAR *param_type, const VARIANT *value)
{
    ITypeInfo *info = library_find(type);
    FUNCDESC *function = type_find_function(info, id);
    const PARAMDESC *desc;
    VARIANT *left_out;

    assert_param(info, function, param, name, param_type);
    desc = &function->lprgelemdescParam[param].paramdesc;
    if (value)
    {
        assert_true(desc->wParamFlags & PARAMFLAG_FHASDEFAULT);
        left_out = &desc->pparamdescex->varDefaultValue;
        assert_int_equal(V_VT(left_out), V_VT(value));
        assert_int_equal(VarCmp(left_out, (VARIANT *)value, LOCALE_INVARIANT, 0), VARCMP_EQ);
    }
    else
    {
        assert_true(desc->wParamFlags & PARAMFLAG_FOPT);
        assert_false(desc->wParamFlags & PARAMFLAG_FHASDEFAULT);
    }
    ITypeInfo_ReleaseFuncDesc(info, function);
    ITypeInfo_Release(info);
}

static void test_what_can_be_left_out(void **state)
{
    VARIANT empty, for_ever;

    (void)state;
    V_VT(&empty) = VT_BSTR;
    V_BSTR(&empty) = SysAllocString(L"");
    V_VT(&for_ever) = VT_I4;
    V_I4(&for_ever) = -1;
    assert_optional(L"IVMEventSink", 102, 1, L"Label", L"BSTR", &empty);
    assert_optional(L"IVMEventSink", 104, 0, L"timeoutMs", L"long", &for_ever);
    assert_optional(L"IVMEventSink", 105, 0, L"timeoutMs", L"long", &for_ever);
    assert_optional(L"IVMEventMachine", 3, 1, L"speed", L"VARIANT", NULL);
    VariantClear(&empty);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_library_attributes),
            cmocka_unit_test(test_every_reference_resolves),
            cmocka_unit_test(test_dual_interfaces_descend_from_dispatch),
            cmocka_unit_test(test_everything_has_a_helpstring),
            cmocka_unit_test(test_coclasses),
            cmocka_unit_test(test_what_can_be_left_out),
    };
    int failed;

    if (argc > 1 && strstr(argv[1], "win32"))
        expected_system = SYS_WIN32;
    library_open(argc > 1 ? argv[1] : "vmevents.tlb");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    library_close();
    return failed;
}

/* The compiled library against what Virtual PC's reference says, and the catalogue against the library. */
#include "event/catalogue.h"
#include "typelib/library.h"
#include "typelib/virtual_pc.h"

static void assert_is_dispinterface(ITypeInfo *info, const GUID *iid, WORD dual)
{
    TYPEATTR *attr;

    assert_int_equal(ITypeInfo_GetTypeAttr(info, &attr), S_OK);
    assert_int_equal(attr->typekind, TKIND_DISPATCH);
    assert_int_equal(attr->wTypeFlags & TYPEFLAG_FDUAL, dual);
    assert_guid_equal(&attr->guid, iid);
    ITypeInfo_ReleaseTypeAttr(info, attr);
}

static void assert_has_method(ITypeInfo *info, const struct virtual_pc_method *method, FUNCKIND kind)
{
    FUNCDESC *function = type_find_function(info, method->id);
    BSTR name = type_name(info, method->id);
    BSTR result = type_text(info, &function->elemdescFunc.tdesc);

    assert_wide_equal(name, method->name);
    assert_wide_equal(result, L"HRESULT");
    assert_int_equal(function->invkind, INVOKE_FUNC);
    assert_int_equal(function->funckind, kind);
    assert_int_equal(function->cParamsOpt, 0);
    assert_int_equal(function->cParams, method->param_count);
    for (unsigned int i = 0; i < method->param_count; ++i)
    {
        assert_param(info, function, i, method->params[i].name, method->params[i].type);
        assert_int_equal(function->lprgelemdescParam[i].paramdesc.wParamFlags, PARAMFLAG_FIN);
    }
    SysFreeString(name);
    SysFreeString(result);
    ITypeInfo_ReleaseFuncDesc(info, function);
}

/* The DISPIDs of its own members, in the order in which they stand; how many there are. */
static unsigned int list_members(ITypeInfo *info, MEMBERID *ids, unsigned int room)
{
    unsigned int count = 0;
    FUNCDESC *function;

    for (UINT i = 0; SUCCEEDED(ITypeInfo_GetFuncDesc(info, i, &function)); ++i)
    {
        if (!is_inherited(function))
        {
            assert_true(count < room);
            ids[count++] = function->memid;
        }
        ITypeInfo_ReleaseFuncDesc(info, function);
    }
    return count;
}

/* What is said of the type besides its members: nothing but that it is a dispinterface. */
static void assert_plain(ITypeInfo *info)
{
    TYPEATTR *attr;

    assert_int_equal(ITypeInfo_GetTypeAttr(info, &attr), S_OK);
    assert_int_equal(attr->wTypeFlags, TYPEFLAG_FDISPATCHABLE);
    assert_int_equal(attr->cVars, 0);
    ITypeInfo_ReleaseTypeAttr(info, attr);
}

static void test_event_interfaces_are_those_of_virtual_pc(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < VIRTUAL_PC_INTERFACE_COUNT; ++i)
    {
        const struct virtual_pc_interface *expected = &virtual_pc_interfaces[i];
        ITypeInfo *info = library_find(expected->name);
        MEMBERID ids[12];

        assert_is_dispinterface(info, &expected->iid, 0);
        assert_plain(info);
        assert_int_equal(list_members(info, ids, ARRAYSIZE(ids)), expected->method_count);
        for (unsigned int j = 0; j < expected->method_count; ++j)
        {
            assert_int_equal(ids[j], expected->methods[j].id);
            assert_has_method(info, &expected->methods[j], FUNC_DISPATCH);
        }
        ITypeInfo_Release(info);
    }
}

static LONG enumerator_value(ITypeInfo *info, UINT index)
{
    VARDESC *variable;
    LONG value;

    assert_int_equal(ITypeInfo_GetVarDesc(info, index, &variable), S_OK);
    assert_int_equal(variable->varkind, VAR_CONST);
    assert_int_equal(V_VT(variable->lpvarValue), VT_I4);
    value = V_I4(variable->lpvarValue);
    ITypeInfo_ReleaseVarDesc(info, variable);
    return value;
}

static BSTR enumerator_name(ITypeInfo *info, UINT index)
{
    VARDESC *variable;
    BSTR name;

    assert_int_equal(ITypeInfo_GetVarDesc(info, index, &variable), S_OK);
    name = type_name(info, variable->memid);
    ITypeInfo_ReleaseVarDesc(info, variable);
    return name;
}

static void assert_is_enumeration(ITypeInfo *info, const GUID *uuid, UINT count)
{
    TYPEATTR *attr;

    assert_int_equal(ITypeInfo_GetTypeAttr(info, &attr), S_OK);
    assert_int_equal(attr->typekind, TKIND_ENUM);
    assert_int_equal(attr->cVars, count);
    if (uuid)
        assert_guid_equal(&attr->guid, uuid);
    ITypeInfo_ReleaseTypeAttr(info, attr);
}

static void test_enumerations_are_those_of_virtual_pc(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < VIRTUAL_PC_ENUMERATION_COUNT; ++i)
    {
        const struct virtual_pc_enumeration *expected = &virtual_pc_enumerations[i];
        ITypeInfo *info = library_find(expected->name);

        assert_is_enumeration(info, &expected->uuid, expected->value_count);
        for (unsigned int j = 0; j < expected->value_count; ++j)
        {
            BSTR name = enumerator_name(info, j);

            assert_wide_equal(name, expected->values[j].name);
            assert_int_equal(enumerator_value(info, j), expected->values[j].value);
            SysFreeString(name);
        }
        ITypeInfo_Release(info);
    }
}

/* The sink's first twelve members are the events of IVMVirtualMachineEvents; its own ids begin at 100. */
static void test_sink_has_the_machine_events(void **state)
{
    const struct virtual_pc_interface *events = &virtual_pc_interfaces[0];
    ITypeInfo *info = library_find(L"IVMEventSink"), *vtable = type_vtable(info);
    FUNCDESC *function;

    (void)state;
    assert_wide_equal(events->name, L"IVMVirtualMachineEvents");
    assert_is_dispinterface(info, &IID_IVMEventSink, TYPEFLAG_FDUAL);
    for (unsigned int i = 0; i < events->method_count; ++i)
        assert_has_method(vtable, &events->methods[i], FUNC_PUREVIRTUAL);
    for (UINT i = 0; SUCCEEDED(ITypeInfo_GetFuncDesc(info, i, &function)); ++i)
    {
        if (!is_inherited(function) && (function->memid < 1 || function->memid > 12))
            assert_true(function->memid >= 100);
        ITypeInfo_ReleaseFuncDesc(info, function);
    }
    assert_true(type_count_functions(info) > events->method_count);
    ITypeInfo_Release(vtable);
    ITypeInfo_Release(info);
}

static const WCHAR *param_type_text(const struct event_param *param)
{
    if (param->enumeration)
        return param->enumeration->name;
    switch (param->type)
    {
        case VT_I4: return L"long";
        case VT_BSTR: return L"BSTR";
        case VT_BOOL: return L"VARIANT_BOOL";
        case VT_VARIANT: return L"VARIANT";
    }
    fail_msg("the catalogue has a parameter of type %u", param->type);
    return NULL;
}

static void assert_catalogue_event(ITypeInfo *info, const struct event_type *event)
{
    struct virtual_pc_method stated = {event->id, event->name, event->param_count, {{NULL, NULL}}};

    assert_true(event->param_count <= EVENT_MAX_ARGS);
    for (UINT i = 0; i < event->param_count; ++i)
    {
        stated.params[i].name = event->params[i].name;
        stated.params[i].type = param_type_text(&event->params[i]);
        if (event->params[i].enumeration)
            assert_int_equal(event->params[i].type, VT_I4);
    }
    assert_has_method(info, &stated, FUNC_DISPATCH);
}

/* What the catalogue says twice so that the event path need not look it up. */
static void assert_short_cuts(const struct event_type *event)
{
    assert_int_equal(event->only, event->param_count == 1 ? event->params[0].type : VT_EMPTY);
    for (UINT i = 0; i < event->param_count; ++i)
    {
        const struct event_param *param = &event->params[i];

        assert_true(param->last == (param->enumeration ? (ULONG)param->enumeration->count - 1 : UINT32_MAX));
    }
}

static void test_catalogue_states_the_library(void **state)
{
    uint32_t all = 0;
    unsigned int count = 0;

    (void)state;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        const struct event_interface *events = &event_interfaces[i];
        ITypeInfo *info = library_find(events->name);
        uint32_t mask = 0;

        assert_is_dispinterface(info, events->iid, 0);
        assert_int_equal(type_count_functions(info), events->count);
        assert_ptr_equal(event_interface_find(events->iid), events);
        assert_null(event_type_find(events, EVENT_FIRST_ID - 1));
        assert_null(event_type_find(events, EVENT_FIRST_ID + (LONG)events->count));
        assert_null(event_type_find(events, DISPID_UNKNOWN));
        for (DISPID id = EVENT_FIRST_ID; id < EVENT_FIRST_ID + (LONG)events->count; ++id)
        {
            const struct event_type *event = event_type_find(events, id);

            assert_non_null(event);
            assert_int_equal(event->id, id);
            assert_ptr_equal(event->interface_, events);
            assert_int_equal(event->mask, 1u << (event - event_types));
            assert_catalogue_event(info, event);
            assert_ptr_equal(event->iid, events->iid);
            assert_short_cuts(event);
            mask |= event->mask;
            ++count;
        }
        assert_int_equal(event_interface_mask(events), mask);
        all |= mask;
        ITypeInfo_Release(info);
    }
    assert_int_equal(count, EVENT_COUNT);
    assert_int_equal(all, EVENT_ALL_MASK);
    assert_null(event_interface_find(&IID_IDispatch));
    assert_null(event_interface_find(&IID_IVMEventSink));
}

/* The type of an interface of Virtual Server is that of Virtual PC's event, by another interface. */
static void assert_server_event(const struct event_interface *events, const struct virtual_pc_method *expected)
{
    const struct event_type *event = event_type_find(events, expected->id);
    const struct event_type *counterpart = event_type_find(event_interface_find(events->described), expected->id);

    assert_non_null(event);
    assert_int_equal(event->id, expected->id);
    assert_wide_equal(event->name, expected->name);
    assert_ptr_equal(event->interface_, events);
    assert_ptr_equal(event->iid, events->iid);
    assert_int_equal(event->mask, counterpart->mask);
    assert_int_equal(event->param_count, expected->param_count);
    assert_short_cuts(event);
    for (UINT i = 0; i < expected->param_count; ++i)
    {
        assert_wide_equal(event->params[i].name, expected->params[i].name);
        assert_wide_equal(param_type_text(&event->params[i]), expected->params[i].type);
    }
}

static void test_catalogue_states_virtual_servers_interfaces(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        const struct virtual_pc_interface *expected = &virtual_server_interfaces[i];
        const struct event_interface *events = event_interface_find(&expected->iid);
        uint32_t mask = 0;

        assert_ptr_equal(events, &server_interfaces[i]);
        assert_wide_equal(events->name, expected->name);
        assert_int_equal(events->count, expected->method_count);
        assert_null(event_type_find(events, EVENT_FIRST_ID - 1));
        assert_null(event_type_find(events, EVENT_FIRST_ID + (LONG)events->count));
        assert_ptr_equal(events->described, event_interfaces[i].iid);
        for (unsigned int j = 0; j < expected->method_count; ++j)
        {
            assert_server_event(events, &expected->methods[j]);
            mask |= event_type_find(events, expected->methods[j].id)->mask;
        }
        assert_int_equal(event_interface_mask(events), mask);
    }
}

static void test_catalogue_enumerations(void **state)
{
    const struct enumeration *const enumerations[] = {&logoff_types, &machine_states};

    (void)state;
    for (unsigned int i = 0; i < 2; ++i)
    {
        const struct enumeration *stated = enumerations[i];
        ITypeInfo *info = library_find(stated->name);

        assert_is_enumeration(info, NULL, stated->count);
        for (LONG j = 0; j < stated->count; ++j)
        {
            BSTR name = enumerator_name(info, j);
            LONG value = -1;

            assert_int_equal(enumerator_value(info, j), j);
            assert_wide_equal(stated->values[j], name);
            assert_wide_equal(enumeration_name(stated, j), name);
            assert_true(enumeration_value(stated, _wcsupr(name), wcslen(name), &value));
            assert_int_equal(value, j);
            SysFreeString(name);
        }
        ITypeInfo_Release(info);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_event_interfaces_are_those_of_virtual_pc),
            cmocka_unit_test(test_enumerations_are_those_of_virtual_pc),
            cmocka_unit_test(test_sink_has_the_machine_events),
            cmocka_unit_test(test_catalogue_states_the_library),
            cmocka_unit_test(test_catalogue_states_virtual_servers_interfaces),
            cmocka_unit_test(test_catalogue_enumerations),
    };
    int failed;

    library_open(argc > 1 ? argv[1] : "vmevents.tlb");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    library_close();
    return failed;
}

/* How arguments are counted, named and checked, and who owns what. */
#include "event/values.h"

#include "vmevents.h"

static const struct event_type *find(enum event_interface_index events, DISPID id)
{
    const struct event_type *type = event_type_find(&event_interfaces[events], id);

    assert_non_null(type);
    return type;
}

static HRESULT decode(struct event *event, const struct event_type *type, const DISPPARAMS *params,
        struct event_fault *fault)
{
    memset(fault, 0x55, sizeof(*fault));
    event_init(event, type, L"", NULL);
    return event_decode(event, params, LOCALE_INVARIANT, fault);
}

static void test_count_must_be_right(void **state)
{
    static const UINT counts[] = {0, 1, 2, 3, 255, 0x7fffffff, 0x80000000, 0xffffffff};
    VARIANT args[3];

    (void)state;
    memset(args, 0, sizeof(args));
    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        for (unsigned int j = 0; j < sizeof(counts) / sizeof(counts[0]); ++j)
        {
            DISPPARAMS params = {args, NULL, counts[j], 0};
            struct event_fault fault;
            struct event event;
            HRESULT hr = decode(&event, &event_types[i], &params, &fault);

            assert_int_equal(hr == DISP_E_BADPARAMCOUNT, counts[j] != event_types[i].param_count);
            if (SUCCEEDED(hr))
                event_cleanup(&event);
        }
    }
}

static void test_arguments_that_are_not_there(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        UINT count = event_types[i].param_count;
        DISPPARAMS params = {NULL, NULL, count, 0};
        DISPID id = 0;
        VARIANT args[EVENT_MAX_ARGS];
        struct event_fault fault;
        struct event event;

        assert_int_equal(decode(&event, &event_types[i], &params, &fault), count ? E_POINTER : S_OK);
        params.cNamedArgs = 1;
        params.rgdispidNamedArgs = &id;
        assert_int_equal(decode(&event, &event_types[i], &params, &fault), count ? E_POINTER : DISP_E_BADPARAMCOUNT);
        if (!count)
            continue;
        for (UINT j = 0; j < count; ++j)
            value_make_legal(&args[count - 1 - j], &event_types[i].params[j]);
        params = (DISPPARAMS){args, NULL, count, 1};
        assert_int_equal(decode(&event, &event_types[i], &params, &fault), E_POINTER);
        params.cNamedArgs = 0xffffffff;
        assert_int_equal(decode(&event, &event_types[i], &params, &fault), E_POINTER);
        params.rgdispidNamedArgs = &id;
        assert_int_equal(decode(&event, &event_types[i], &params, &fault), DISP_E_BADPARAMCOUNT);
        params.cNamedArgs = count + 1;
        assert_int_equal(decode(&event, &event_types[i], &params, &fault), DISP_E_BADPARAMCOUNT);
        /* Whatever the number is. */
        params = (DISPPARAMS){NULL, NULL, count + 1, 0};
        assert_int_equal(decode(&event, &event_types[i], &params, &fault), E_POINTER);
    }
}

/* OnVMStateChange(virtualMachineConfig = "a", virtualMachineState = 5), in rgvarg as the row says. */
static const struct naming
{
    const char *what;
    UINT named;
    DISPID ids[2];
    bool state_first; /* rgvarg[0] is the state, as by position */
    HRESULT hr;
    UINT arg; /* at fault */
} namings[] = {
        {"by position", 0, {0, 0}, true, S_OK, 0},
        {"both named, in order", 2, {0, 1}, false, S_OK, 0},
        {"both named, in reverse", 2, {1, 0}, true, S_OK, 0},
        {"the second named", 1, {1, 0}, true, S_OK, 0},
        {"the first named, so that the position is taken", 1, {0, 0}, false, DISP_E_PARAMNOTFOUND, 1},
        {"one twice", 2, {1, 1}, true, DISP_E_PARAMNOTFOUND, 1},
        {"the other twice", 2, {0, 0}, false, DISP_E_PARAMNOTFOUND, 1},
        {"an unknown one", 1, {2, 0}, true, DISP_E_PARAMNOTFOUND, 0},
        {"an unknown one behind", 2, {1, 7}, true, DISP_E_PARAMNOTFOUND, 1},
        {"a property's value", 1, {DISPID_PROPERTYPUT, 0}, true, DISP_E_PARAMNOTFOUND, 0},
        {"DISPID_UNKNOWN", 2, {0, DISPID_UNKNOWN}, false, DISP_E_PARAMNOTFOUND, 1},
        {"the least number", 1, {(DISPID)0x80000000, 0}, true, DISP_E_PARAMNOTFOUND, 0},
        {"the greatest number", 1, {0x7fffffff, 0}, true, DISP_E_PARAMNOTFOUND, 0},
};

static void test_named_arguments(void **state)
{
    const struct event_type *type = find(PC_EVENTS, 2);
    BSTR text = SysAllocString(L"a");

    (void)state;
    for (unsigned int i = 0; i < sizeof(namings) / sizeof(namings[0]); ++i)
    {
        const struct naming *naming = &namings[i];
        VARIANT args[2];
        DISPPARAMS params = {args, (DISPID *)naming->ids, 2, naming->named};
        struct event_fault fault;
        struct event event;
        HRESULT hr;

        V_VT(&args[naming->state_first ? 1 : 0]) = VT_BSTR;
        V_BSTR(&args[naming->state_first ? 1 : 0]) = text;
        V_VT(&args[naming->state_first ? 0 : 1]) = VT_I4;
        V_I4(&args[naming->state_first ? 0 : 1]) = 5;
        if ((hr = decode(&event, type, &params, &fault)) != naming->hr)
            fail_msg("%s: %#lx", naming->what, (unsigned long)hr);
        if (FAILED(hr))
        {
            if (fault.arg != naming->arg)
                fail_msg("%s: argument %u", naming->what, fault.arg);
            continue;
        }
        assert_int_equal(V_VT(&event.view.args[0]), VT_BSTR);
        assert_int_equal(wcscmp(V_BSTR(&event.view.args[0]), L"a"), 0);
        assert_int_equal(V_VT(&event.view.args[1]), VT_I4);
        assert_int_equal(V_I4(&event.view.args[1]), 5);
        event_cleanup(&event);
    }
    SysFreeString(text);
}

static void assert_enumeration_bounds(const struct event_type *type, UINT param)
{
    LONG count = type->params[param].enumeration->count;
    const LONG values[] = {(LONG)0x80000000, -1, 0, count - 1, count, 2147483647};

    for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); ++i)
    {
        for (unsigned int by_reference = 0; by_reference < 2; ++by_reference)
        {
            LONG number = values[i];
            VARIANT args[EVENT_MAX_ARGS], *arg = &args[type->param_count - 1 - param];
            DISPPARAMS params = {args, NULL, type->param_count, 0};
            bool legal = number >= 0 && number < count;
            struct event_fault fault;
            struct event event;

            for (UINT j = 0; j < type->param_count; ++j)
                value_make_legal(&args[type->param_count - 1 - j], &type->params[j]);
            V_VT(arg) = by_reference ? VT_BYREF | VT_I4 : VT_I4;
            if (by_reference)
                V_I4REF(arg) = &number;
            else
                V_I4(arg) = number;
            assert_int_equal(decode(&event, type, &params, &fault), legal ? S_OK : E_INVALIDARG);
            if (legal)
            {
                assert_int_equal(V_I4(&event.args[param]), number);
                event_cleanup(&event);
                continue;
            }
            assert_int_equal(fault.param, param);
            assert_int_equal(fault.arg, type->param_count - 1 - param);
            assert_int_equal(fault.value, number);
        }
    }
}

static void test_enumerations_are_bounded(void **state)
{
    unsigned int checked = 0;

    (void)state;
    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        for (UINT j = 0; j < event_types[i].param_count; ++j)
        {
            if (!event_types[i].params[j].enumeration)
                continue;
            assert_enumeration_bounds(&event_types[i], j);
            ++checked;
        }
    }
    assert_int_equal(checked, 3);
}

static void test_any_long_is_legal_where_there_is_no_enumeration(void **state)
{
    static const LONG numbers[] = {(LONG)0x80000000, -1, 0, 2147483647};

    (void)state;
    for (unsigned int i = 0; i < 4; ++i)
    {
        VARIANT arg;
        DISPPARAMS params = {&arg, NULL, 1, 0};
        struct event_fault fault;
        struct event event;

        V_VT(&arg) = VT_I4;
        V_I4(&arg) = numbers[i];
        assert_int_equal(decode(&event, find(PC_EVENTS, 3), &params, &fault), S_OK);
        assert_int_equal(V_I4(&event.view.args[0]), numbers[i]);
    }
}

static void test_booleans_are_made_variant_true(void **state)
{
    static const VARIANT_BOOL given[] = {VARIANT_FALSE, VARIANT_TRUE, 1, 2, 0x7fff, (VARIANT_BOOL)0x8000};

    (void)state;
    for (unsigned int i = 0; i < sizeof(given) / sizeof(given[0]); ++i)
    {
        VARIANT_BOOL boolean = given[i];
        VARIANT arg;
        DISPPARAMS params = {&arg, NULL, 1, 0};
        struct event_fault fault;
        struct event event;

        V_VT(&arg) = VT_BOOL;
        V_BOOL(&arg) = boolean;
        assert_int_equal(decode(&event, find(MACHINE_EVENTS, 12), &params, &fault), S_OK);
        assert_int_equal(V_BOOL(&event.view.args[0]), boolean ? VARIANT_TRUE : VARIANT_FALSE);
        V_VT(&arg) = VT_BYREF | VT_BOOL;
        V_BOOLREF(&arg) = &boolean;
        assert_int_equal(decode(&event, find(MACHINE_EVENTS, 12), &params, &fault), S_OK);
        assert_int_equal(V_BOOL(&event.view.args[0]), boolean ? VARIANT_TRUE : VARIANT_FALSE);
        event_cleanup(&event);
    }
}

static void test_null_strings_become_empty_ones(void **state)
{
    BSTR null = NULL;
    VARIANT args[2];
    DISPPARAMS params = {args, NULL, 2, 0};
    struct event_fault fault;
    struct event event;

    (void)state;
    for (unsigned int by_reference = 0; by_reference < 2; ++by_reference)
    {
        for (unsigned int i = 0; i < 2; ++i)
        {
            V_VT(&args[i]) = by_reference ? VT_BYREF | VT_BSTR : VT_BSTR;
            V_BYREF(&args[i]) = by_reference ? &null : NULL;
        }
        assert_int_equal(decode(&event, find(MACHINE_EVENTS, 6), &params, &fault), S_OK);
        for (unsigned int i = 0; i < 2; ++i)
        {
            assert_int_equal(V_VT(&event.view.args[i]), VT_BSTR);
            assert_non_null(V_BSTR(&event.view.args[i]));
            assert_int_equal(SysStringLen(V_BSTR(&event.view.args[i])), 0);
            assert_int_equal(V_BSTR(&event.view.args[i])[0], 0);
        }
        event_cleanup(&event);
    }
}

/* What comes as it is declared is borrowed; what was coerced or came by reference is owned until event_cleanup. */
static void test_objects_are_borrowed_or_given_back(void **state)
{
    const struct event_type *type = find(MACHINE_EVENTS, 6);
    VARIANT args[2], inner;
    DISPPARAMS params = {args, NULL, 2, 0};
    struct counted object;
    struct event_fault fault;
    struct event event;
    IDispatch *dispatch = &object.IDispatch_iface;

    (void)state;
    counted_init(&object);
    value_make_legal(&args[1], &type->params[0]);
    V_VT(&args[0]) = VT_DISPATCH;
    V_DISPATCH(&args[0]) = dispatch;
    assert_int_equal(decode(&event, type, &params, &fault), S_OK);
    assert_int_equal(object.refcount, 1);
    event_cleanup(&event);
    assert_int_equal(object.refcount, 1);

    inner = args[0];
    V_VT(&args[0]) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&args[0]) = &inner;
    assert_int_equal(decode(&event, type, &params, &fault), S_OK);
    assert_int_equal(object.refcount, 2);
    event_cleanup(&event);
    assert_int_equal(object.refcount, 1);

    V_VT(&args[0]) = VT_BYREF | VT_DISPATCH;
    V_DISPATCHREF(&args[0]) = &dispatch;
    assert_int_equal(decode(&event, type, &params, &fault), S_OK);
    assert_int_equal(object.refcount, 2);
    event_cleanup(&event);
    assert_int_equal(object.refcount, 1);
}

/* The first argument has been coerced, the second is refused: nothing is left behind. */
static void test_failure_gives_back_what_was_coerced(void **state)
{
    const struct event_type *type = find(PC_EVENTS, 2);
    VARIANT args[2], number;
    DISPPARAMS params = {args, NULL, 2, 0};
    struct event_fault fault;
    struct event event;

    (void)state;
    V_VT(&number) = VT_I4;
    V_I4(&number) = 11;
    V_VT(&args[1]) = VT_I4;
    V_I4(&args[1]) = 12;
    V_VT(&args[0]) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&args[0]) = &number;
    assert_int_equal(decode(&event, type, &params, &fault), E_INVALIDARG);
    assert_int_equal(event.owned, 0);
    assert_int_equal(fault.param, 1);
    assert_int_equal(fault.value, 11);
}

static void test_view(void **state)
{
    const struct event_type *type = find(FLOPPY_EVENTS, 1);
    VARIANT arg;
    DISPPARAMS params = {&arg, NULL, 1, 0};
    struct event_fault fault;
    struct event event;

    (void)state;
    value_make_legal(&arg, &type->params[0]);
    event_init(&event, type, L"the source", NULL);
    assert_int_equal(event_decode(&event, &params, LOCALE_INVARIANT, &fault), S_OK);
    assert_true(IsEqualIID(event.view.events, &DIID_IVMFloppyDriveEvents));
    assert_int_equal(event.view.id, 1);
    assert_int_equal(wcscmp(event.view.name, L"OnMediaInsert"), 0);
    assert_int_equal(wcscmp(event.view.source, L"the source"), 0);
    assert_int_equal(event.view.argCount, 1);
    assert_ptr_equal(event.view.args, event.args);
    assert_ptr_equal(event_from_view(&event.view), &event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_count_must_be_right),
            cmocka_unit_test(test_arguments_that_are_not_there),
            cmocka_unit_test(test_named_arguments),
            cmocka_unit_test(test_enumerations_are_bounded),
            cmocka_unit_test(test_any_long_is_legal_where_there_is_no_enumeration),
            cmocka_unit_test(test_booleans_are_made_variant_true),
            cmocka_unit_test(test_null_strings_become_empty_ones),
            cmocka_unit_test(test_objects_are_borrowed_or_given_back),
            cmocka_unit_test(test_failure_gives_back_what_was_coerced),
            cmocka_unit_test(test_view),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

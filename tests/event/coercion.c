/*
 * Every VARIANT type in every argument of every event, as it is, by reference and as a variant by reference. What is to
 * come out of it is told by VariantChangeType, and for types that are none by the rule that they are refused.
 */
#include "event/values.h"

#define LCID_ENGLISH MAKELCID(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), SORT_DEFAULT)

struct expected
{
    HRESULT hr;
    VARIANT value; /* to be cleared; what the listeners see */
};

static void expect_coerced(struct expected *expected, const struct event_param *param, VARIANT *value)
{
    if (FAILED(VariantChangeTypeEx(&expected->value, value, LCID_ENGLISH, 0, param->type)))
        expected->hr = DISP_E_TYPEMISMATCH;
    else if (param->enumeration
            && (V_I4(&expected->value) < 0 || V_I4(&expected->value) >= param->enumeration->count))
        expected->hr = E_INVALIDARG;
    /* VariantChangeType leaves a VT_BOOL as it is. */
    if (param->type == VT_BOOL && SUCCEEDED(expected->hr) && V_BOOL(&expected->value))
        V_BOOL(&expected->value) = VARIANT_TRUE;
}

/* value is no reference. */
static void expect(struct expected *expected, const struct event_param *param, VARIANT *value)
{
    expected->hr = S_OK;
    VariantInit(&expected->value);
    if (V_VT(value) == VT_ERROR && V_ERROR(value) == DISP_E_PARAMNOTFOUND)
        expected->hr = DISP_E_PARAMNOTOPTIONAL;
    else if (!type_exists(V_VT(value)))
        expected->hr = DISP_E_TYPEMISMATCH;
    else if (param->type != VT_VARIANT)
        expect_coerced(expected, param, value);
    else if (V_VT(value) == VT_RECORD)
        expected->value = *value;
    else
        assert_int_equal(VariantCopy(&expected->value, value), S_OK);
}

static void assert_same_value(const VARIANT *got, const VARIANT *expected)
{
    assert_int_equal(V_VT(got), V_VT(expected));
    switch (V_VT(got))
    {
        case VT_BSTR:
            assert_non_null(V_BSTR(got));
            assert_int_equal(SysStringLen(V_BSTR(got)), SysStringLen(V_BSTR(expected)));
            assert_memory_equal(V_BSTR(got), V_BSTR(expected) ? V_BSTR(expected) : L"", SysStringByteLen(V_BSTR(got)));
            return;
        case VT_I4:
            assert_int_equal(V_I4(got), V_I4(expected));
            return;
        case VT_BOOL:
            assert_int_equal(V_BOOL(got), V_BOOL(expected));
            return;
        case VT_R8:
            assert_true(V_R8(got) == V_R8(expected));
            return;
        case VT_DISPATCH:
        case VT_UNKNOWN:
            assert_ptr_equal(V_UNKNOWN(got), V_UNKNOWN(expected));
            return;
    }
}

/* Decodes the event with that value as one of its arguments and legal ones beside it. */
static HRESULT decode_with(struct event *event, const struct event_type *type, UINT param, const VARIANT *value,
        struct event_fault *fault)
{
    VARIANT args[EVENT_MAX_ARGS];
    DISPPARAMS params = {args, NULL, type->param_count, 0};

    for (UINT i = 0; i < type->param_count; ++i)
        value_make_legal(&args[type->param_count - 1 - i], &type->params[i]);
    args[type->param_count - 1 - param] = *value;
    event_init(event, type, L"", NULL);
    return event_decode(event, &params, LCID_ENGLISH, fault);
}

static void assert_decodes(
        const struct event_type *type, UINT param, const VARIANT *value, const struct expected *expected)
{
    struct event_fault fault = {99, 99, 0};
    struct event event;
    HRESULT hr = decode_with(&event, type, param, value, &fault);

    if (hr != expected->hr)
        fail_msg("%ls, argument %u, type %#x: %#lx instead of %#lx", type->name, param, V_VT(value),
                (unsigned long)hr, (unsigned long)expected->hr);
    if (FAILED(hr))
    {
        assert_int_equal(fault.arg, type->param_count - 1 - param);
        assert_int_equal(event.owned, 0);
        return;
    }
    assert_same_value(&event.args[param], &expected->value);
    assert_ptr_equal(event.view.args, event.args);
    event_cleanup(&event);
}

static void check_value(const struct event_type *type, UINT param, VARIANT *value)
{
    struct expected expected;

    expect(&expected, &type->params[param], value);
    assert_decodes(type, param, value, &expected);
    if (V_VT(value) != VT_RECORD)
        value_clear(&expected.value);
}

/* The same value by reference: as itself, and as a variant. */
static void check_references(const struct event_type *type, UINT param, VARIANT *value)
{
    struct expected expected;
    VARIANT by_type, by_variant, twice;

    memset(&by_type, 0, sizeof(by_type));
    V_VT(&by_type) = VT_BYREF | V_VT(value);
    V_BYREF(&by_type) = V_VT(value) == VT_DECIMAL ? (void *)value : (void *)&V_I4(value);
    expect(&expected, &type->params[param], value);
    if (V_VT(value) == VT_EMPTY || V_VT(value) == VT_NULL)
    {
        /* A reference to a value that has no place to stand in. */
        struct event_fault fault;
        struct event event;

        assert_int_equal(decode_with(&event, type, param, &by_type, &fault), DISP_E_TYPEMISMATCH);
    }
    else
    {
        assert_decodes(type, param, &by_type, &expected);
    }

    V_VT(&by_variant) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&by_variant) = value;
    assert_decodes(type, param, &by_variant, &expected);
    V_VT(&twice) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&twice) = &by_variant;
    assert_decodes(type, param, &twice, &expected);
    value_clear(&expected.value);
}

static void for_each_argument(void (*check)(const struct event_type *type, UINT param, VARIANT *value), VARIANT *value)
{
    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        for (UINT param = 0; param < event_types[i].param_count; ++param)
            check(&event_types[i], param, value);
    }
}

static const VARTYPE type_flags[] = {0, VT_ARRAY, VT_VECTOR, VT_RESERVED, VT_ARRAY | VT_VECTOR};

static void test_every_type(void **state)
{
    struct counted object;

    (void)state;
    counted_init(&object);
    for (unsigned int i = 0; i < sizeof(type_flags) / sizeof(type_flags[0]); ++i)
    {
        for (VARTYPE base = 0; base < TYPE_COUNT; ++base)
        {
            VARIANT value;

            value_make(&value, type_flags[i] | base, &object);
            for_each_argument(check_value, &value);
            value_clear(&value);
        }
    }
    assert_int_equal(object.refcount, 1);
}

static void test_every_type_by_reference(void **state)
{
    struct counted object;

    (void)state;
    counted_init(&object);
    for (unsigned int i = 0; i < 2; ++i)
    {
        for (VARTYPE base = 0; base < TYPE_COUNT; ++base)
        {
            VARIANT value;

            if (base == VT_VARIANT || base == VT_RECORD || (type_flags[i] && base < VT_I2))
                continue;
            value_make(&value, type_flags[i] | base, &object);
            for_each_argument(check_references, &value);
            value_clear(&value);
        }
    }
    assert_int_equal(object.refcount, 1);
}

static void check_null_reference(const struct event_type *type, UINT param, VARIANT *value)
{
    struct event_fault fault = {99, 99, 0};
    struct event event;

    assert_int_equal(decode_with(&event, type, param, value, &fault), E_POINTER);
    assert_int_equal(fault.arg, type->param_count - 1 - param);
}

static void test_null_references(void **state)
{
    VARIANT value, outer;

    (void)state;
    for (VARTYPE base = VT_I2; base < TYPE_COUNT; ++base)
    {
        memset(&value, 0, sizeof(value));
        V_VT(&value) = VT_BYREF | base;
        for_each_argument(check_null_reference, &value);
        V_VT(&outer) = VT_BYREF | VT_VARIANT;
        V_VARIANTREF(&outer) = &value;
        for_each_argument(check_null_reference, &outer);
    }
}

static void check_refused(const struct event_type *type, UINT param, VARIANT *value)
{
    struct expected expected = {.hr = DISP_E_TYPEMISMATCH};

    assert_decodes(type, param, value, &expected);
}

static void test_variant_that_refers_to_itself(void **state)
{
    VARIANT value, other;

    (void)state;
    V_VT(&value) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&value) = &value;
    for_each_argument(check_refused, &value);

    V_VT(&other) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&other) = &value;
    V_VARIANTREF(&value) = &other;
    for_each_argument(check_refused, &value);
}

static void check_missing(const struct event_type *type, UINT param, VARIANT *value)
{
    struct expected expected = {.hr = DISP_E_PARAMNOTOPTIONAL};

    assert_decodes(type, param, value, &expected);
}

static void test_missing_arguments(void **state)
{
    VARIANT value, reference;
    SCODE missing = DISP_E_PARAMNOTFOUND;

    (void)state;
    V_VT(&value) = VT_ERROR;
    V_ERROR(&value) = missing;
    for_each_argument(check_missing, &value);
    V_VT(&reference) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&reference) = &value;
    for_each_argument(check_missing, &reference);
}

static void test_strings(void **state)
{
    static const WCHAR *const texts[] = {L"", L"2", L" 2 ", L"two", L"True", L"-1", L"99", L"1e99", L"2.5", L"0x2"};
    VARIANT value;

    (void)state;
    V_VT(&value) = VT_BSTR;
    for (unsigned int i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i)
    {
        V_BSTR(&value) = SysAllocString(texts[i]);
        for_each_argument(check_value, &value);
        for_each_argument(check_references, &value);
        VariantClear(&value);
    }
    V_BSTR(&value) = SysAllocStringLen(L"a\0b", 3);
    for_each_argument(check_value, &value);
    VariantClear(&value);
    V_BSTR(&value) = NULL;
    for_each_argument(check_value, &value);
    for_each_argument(check_references, &value);
}

/* Values around the ends of the enumerations and of a long, in several types. */
static void test_numbers(void **state)
{
    static const double numbers[] = {-1, 0, 1, 2, 3, 9, 10, 11, 2147483647.0, -2147483648.0, 2147483648.0, 2.5, 10.6};
    VARIANT value;

    (void)state;
    for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); ++i)
    {
        V_VT(&value) = VT_R8;
        V_R8(&value) = numbers[i];
        for_each_argument(check_value, &value);
        V_VT(&value) = VT_I8;
        V_I8(&value) = (LONGLONG)numbers[i];
        for_each_argument(check_value, &value);
        V_VT(&value) = VT_I4;
        V_I4(&value) = (LONG)(LONGLONG)numbers[i];
        for_each_argument(check_value, &value);
        for_each_argument(check_references, &value);
        V_VT(&value) = VT_I2;
        V_I2(&value) = (SHORT)(LONGLONG)numbers[i];
        for_each_argument(check_value, &value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_every_type),
            cmocka_unit_test(test_every_type_by_reference),
            cmocka_unit_test(test_null_references),
            cmocka_unit_test(test_variant_that_refers_to_itself),
            cmocka_unit_test(test_missing_arguments),
            cmocka_unit_test(test_strings),
            cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

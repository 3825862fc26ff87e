/* Arrays that do not say what they have, or are not what they say. */
#include "event/values.h"

/* Of two elements in one dimension from 3 up, without features, as Wine unmarshals arrays of objects. */
static SAFEARRAY *create_bare(ULONG size)
{
    SAFEARRAY *array;

    assert_int_equal(SafeArrayAllocDescriptor(1, &array), S_OK);
    array->cbElements = size;
    array->rgsabound[0].lLbound = 3;
    array->rgsabound[0].cElements = 2;
    assert_int_equal(SafeArrayAllocData(array), S_OK);
    memset(array->pvData, 0, 2 * size);
    return array;
}

static HRESULT decode_data(struct event *event, const VARIANT *data, struct event_fault *fault)
{
    const struct event_type *type = event_type_find(&event_interfaces[MACHINE_EVENTS], 6);
    VARIANT args[2] = {*data};
    DISPPARAMS params = {args, NULL, 2, 0};

    value_make_legal(&args[1], &type->params[0]);
    event_init(event, type, L"", NULL);
    return event_decode(event, &params, LOCALE_INVARIANT, fault);
}

static void assert_mended(const VARIANT *value, VARTYPE type, struct counted *object)
{
    const VARIANT *elements;

    assert_int_equal(V_VT(value), VT_ARRAY | VT_VARIANT);
    assert_int_equal(V_ARRAY(value)->rgsabound[0].lLbound, 3);
    assert_int_equal(V_ARRAY(value)->rgsabound[0].cElements, 2);
    elements = V_ARRAY(value)->pvData;
    assert_int_equal(V_VT(&elements[0]), type);
    assert_ptr_equal(V_DISPATCH(&elements[0]), &object->IDispatch_iface);
    assert_int_equal(V_VT(&elements[1]), type);
    assert_null(V_DISPATCH(&elements[1]));
}

/* Its objects are held, and the array is left as it is. */
static void test_bare_arrays_of_objects_are_mended(void **state)
{
    static const VARTYPE types[] = {VT_DISPATCH, VT_UNKNOWN};

    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); ++i)
    {
        SAFEARRAY *array = create_bare(sizeof(void *)), *outer = SafeArrayCreateVector(VT_VARIANT, 0, 2);
        VARIANT data, *inside = outer->pvData;
        struct counted object;
        struct event_fault fault;
        struct event event;

        counted_init(&object);
        *(IDispatch **)array->pvData = &object.IDispatch_iface;
        V_VT(&data) = VT_ARRAY | types[i];
        V_ARRAY(&data) = array;
        assert_int_equal(decode_data(&event, &data, &fault), S_OK);
        assert_mended(&event.view.args[1], types[i], &object);
        assert_int_equal(object.refcount, 2);
        event_cleanup(&event);
        assert_int_equal(object.refcount, 1);

        /* Inside of another array, and by reference there. */
        inside[0] = data;
        V_VT(&inside[1]) = VT_BYREF | VT_ARRAY | types[i];
        V_ARRAYREF(&inside[1]) = &array;
        V_VT(&data) = VT_ARRAY | VT_VARIANT;
        V_ARRAY(&data) = outer;
        assert_int_equal(decode_data(&event, &data, &fault), S_OK);
        for (int j = 0; j < 2; ++j)
            assert_mended((VARIANT *)V_ARRAY(&event.view.args[1])->pvData + j, types[i], &object);
        assert_int_equal(object.refcount, 3);
        event_cleanup(&event);
        assert_int_equal(object.refcount, 1);

        V_VT(&inside[0]) = V_VT(&inside[1]) = VT_EMPTY;
        assert_int_equal(SafeArrayDestroy(outer), S_OK);
        assert_int_equal(SafeArrayDestroy(array), S_OK);
        assert_int_equal(object.refcount, 1);
    }
}

/* Of two dimensions, 3 by 1, the rightmost of which stands first. */
static void test_mended_arrays_keep_their_bounds(void **state)
{
    static const SAFEARRAYBOUND bounds[] = {{1, 7}, {3, -2}};
    struct event_fault fault;
    struct event event;
    SAFEARRAY *array;
    VARIANT data;

    (void)state;
    assert_int_equal(SafeArrayAllocDescriptor(2, &array), S_OK);
    array->cbElements = sizeof(void *);
    memcpy(array->rgsabound, bounds, sizeof(bounds));
    assert_int_equal(SafeArrayAllocData(array), S_OK);
    memset(array->pvData, 0, 3 * sizeof(void *));
    V_VT(&data) = VT_ARRAY | VT_UNKNOWN;
    V_ARRAY(&data) = array;
    assert_int_equal(decode_data(&event, &data, &fault), S_OK);
    assert_int_equal(V_ARRAY(&event.view.args[1])->cDims, 2);
    assert_memory_equal(V_ARRAY(&event.view.args[1])->rgsabound, bounds, sizeof(bounds));
    event_cleanup(&event);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
}

/* Pointers of another process: to nothing, to what cannot be read, to what is no object. */
static void test_numbers_are_no_objects(void **state)
{
    static void *const not_objects[2] = {0};
    void *const numbers[] = {
            (void *)8, (void *)0x1001, (void *)((ULONG_PTR)-1 & ~(ULONG_PTR)7), (void *)not_objects, (void *)numbers};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); ++i)
    {
        SAFEARRAY *array = create_bare(sizeof(void *));
        struct event_fault fault;
        struct event event;
        VARIANT data;

        ((void **)array->pvData)[1] = numbers[i];
        V_VT(&data) = VT_ARRAY | VT_DISPATCH;
        V_ARRAY(&data) = array;
        assert_int_equal(decode_data(&event, &data, &fault), DISP_E_TYPEMISMATCH);
        assert_int_equal(fault.param, 1);
        assert_int_equal(event.owned, 0);
        assert_int_equal(SafeArrayDestroy(array), S_OK);
    }
}

/* What is said to be an array of one type and is one of another is refused, and nothing in it is looked at. */
static void test_arrays_have_to_be_what_they_say(void **state)
{
    static const VARTYPE types[] = {VT_I4, VT_I8, VT_BSTR, VT_DISPATCH, VT_UNKNOWN, VT_VARIANT, VT_DECIMAL};
    static const VARTYPE bare[] = {VT_BSTR, VT_VARIANT, VT_RECORD};
    struct event_fault fault;
    struct event event;
    VARIANT data, copy;

    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); ++i)
    {
        SAFEARRAY *array = SafeArrayCreateVector(types[i], 0, 2);

        V_ARRAY(&data) = array;
        for (size_t j = 0; j < sizeof(types) / sizeof(types[0]); ++j)
        {
            /* What has IDispatch has IUnknown. */
            bool fits = i == j || (types[i] == VT_DISPATCH && types[j] == VT_UNKNOWN);

            V_VT(&data) = VT_ARRAY | types[j];
            assert_int_equal(decode_data(&event, &data, &fault), fits ? S_OK : DISP_E_TYPEMISMATCH);
            if (fits)
                event_cleanup(&event);
            assert_int_equal(event_copy_argument(&copy, &data), fits ? S_OK : DISP_E_TYPEMISMATCH);
            VariantClear(&copy);
        }
        assert_int_equal(SafeArrayDestroy(array), S_OK);
    }
    for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); ++i)
    {
        SAFEARRAY *array = create_bare(bare[i] == VT_VARIANT ? sizeof(VARIANT) : sizeof(void *));

        V_VT(&data) = VT_ARRAY | bare[i];
        V_ARRAY(&data) = array;
        assert_int_equal(decode_data(&event, &data, &fault), DISP_E_TYPEMISMATCH);
        assert_int_equal(SafeArrayDestroy(array), S_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_bare_arrays_of_objects_are_mended),
            cmocka_unit_test(test_mended_arrays_keep_their_bounds),
            cmocka_unit_test(test_numbers_are_no_objects),
            cmocka_unit_test(test_arrays_have_to_be_what_they_say),
    };

    return cmocka_run_group_tests_name("arrays", tests, NULL, NULL);
}

/* Events that outlive their call. */
#include "event/kept_event.h"
#include "event/values.h"

struct given
{
    struct counted object;
    WCHAR source[16];
    BSTR key;
    struct event event;
};

/* OnConfigurationChanged("key", data), as if it had come from "source"; data is the test's. */
static void given_init(struct given *given, struct event_sequence *sequence, const VARIANT *data)
{
    VARIANT key;

    counted_init(&given->object);
    wcscpy(given->source, L"source");
    given->key = SysAllocString(L"key");
    event_init(&given->event, event_type_find(&event_interfaces[MACHINE_EVENTS], 6), given->source, sequence);
    V_VT(&key) = VT_BSTR;
    V_BSTR(&key) = given->key;
    assert_true(event_take_arg(&given->event, 0, &key));
    assert_true(event_take_arg(&given->event, 1, data));
}

static void given_end(struct given *given)
{
    event_cleanup(&given->event);
    /* Nothing of the copy may point here. */
    wcscpy(given->source, L"gone");
    given->key[0] = 'x';
    SysFreeString(given->key);
}

static void assert_number(const struct kept_event *kept, LONG number)
{
    assert_int_equal(kept->sequence, number);
}

static void test_copy_is_deep(void **state)
{
    struct event_sequence sequence = {0};
    FILETIME before, after;
    struct kept_event *kept;
    struct given given;
    SAFEARRAY *array = SafeArrayCreateVector(VT_BSTR, 0, 1);
    BSTR element = SysAllocString(L"element"), copied = NULL;
    LONG index = 0;
    VARIANT data;

    (void)state;
    assert_int_equal(SafeArrayPutElement(array, &index, element), S_OK);
    V_VT(&data) = VT_ARRAY | VT_BSTR;
    V_ARRAY(&data) = array;
    given_init(&given, &sequence, &data);
    GetSystemTimeAsFileTime(&before);
    kept = event_keep(&given.event);
    GetSystemTimeAsFileTime(&after);
    assert_non_null(kept);
    given_end(&given);
    SafeArrayDestroy(array);

    assert_number(kept, 1);
    assert_true(CompareFileTime(&before, &kept->time) <= 0 && CompareFileTime(&kept->time, &after) <= 0);
    assert_ptr_equal(kept->event.type, given.event.type);
    assert_ptr_equal(kept->event.view.args, kept->event.args);
    assert_ptr_equal(kept->event.view.source, kept->source);
    assert_int_equal(wcscmp(kept->source, L"source"), 0);
    assert_int_equal(wcscmp(V_BSTR(&kept->event.args[0]), L"key"), 0);
    assert_int_equal(SafeArrayGetElement(V_ARRAY(&kept->event.args[1]), &index, &copied), S_OK);
    assert_int_equal(wcscmp(copied, L"element"), 0);
    SysFreeString(copied);
    SysFreeString(element);
    kept_event_release(kept);
}

/* A reference in an array is copied as what it refers to: that may be gone when the copy is looked at. */
static void test_references_in_arrays_are_followed(void **state)
{
    struct event_sequence sequence = {0};
    struct kept_event *kept;
    struct given given;
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, 3);
    VARIANT data, *elements, *copied;
    LONG number = 7;

    (void)state;
    elements = array->pvData;
    V_VT(&elements[0]) = VT_BYREF | VT_I4;
    V_I4REF(&elements[0]) = &number;
    V_VT(&elements[1]) = VT_BYREF | VT_BSTR;
    V_BSTRREF(&elements[1]) = NULL;
    V_VT(&elements[2]) = VT_I4;
    V_I4(&elements[2]) = 9;
    V_VT(&data) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(&data) = array;
    given_init(&given, &sequence, &data);
    kept = event_keep(&given.event);
    assert_non_null(kept);
    given_end(&given);
    number = 8;
    copied = V_ARRAY(&kept->event.args[1])->pvData;
    assert_int_equal(V_VT(&copied[0]), VT_I4);
    assert_int_equal(V_I4(&copied[0]), 7);
    assert_int_equal(V_VT(&copied[1]), VT_EMPTY);
    assert_int_equal(V_I4(&copied[2]), 9);
    assert_true(kept->bytes >= 3 * sizeof(VARIANT) + sizeof(*kept));
    kept_event_release(kept);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
}

static void test_objects_are_held(void **state)
{
    struct kept_event *kept;
    struct given given;
    VARIANT data;

    (void)state;
    V_VT(&data) = VT_DISPATCH;
    V_DISPATCH(&data) = &given.object.IDispatch_iface;
    given_init(&given, NULL, &data);
    kept = event_keep(&given.event);
    assert_non_null(kept);
    assert_int_equal(given.object.refcount, 2);
    given_end(&given);
    assert_int_equal(given.object.refcount, 2);
    kept_event_addref(kept);
    kept_event_release(kept);
    assert_int_equal(given.object.refcount, 2);
    kept_event_release(kept);
    assert_int_equal(given.object.refcount, 1);
}

static void test_one_copy_serves_all(void **state)
{
    struct event_sequence sequence = {41};
    struct kept_event *first, *second;
    struct given given;
    VARIANT data;

    (void)state;
    V_VT(&data) = VT_NULL;
    given_init(&given, &sequence, &data);
    first = event_keep(&given.event);
    second = event_keep(&given.event);
    assert_non_null(first);
    assert_ptr_equal(first, second);
    assert_number(first, 42);
    assert_int_equal(sequence.last, 42);
    assert_int_equal(first->refcount, 3);
    given_end(&given);
    assert_int_equal(first->refcount, 2);
    kept_event_release(first);
    kept_event_release(second);
}

static void test_numbers_count_what_is_kept(void **state)
{
    struct event_sequence sequence = {0};
    struct kept_event *kept;
    struct given given;
    VARIANT data;

    (void)state;
    V_VT(&data) = VT_EMPTY;
    for (LONG i = 1; i <= 3; ++i)
    {
        /* One that nobody keeps has no number. */
        given_init(&given, &sequence, &data);
        given_end(&given);
        given_init(&given, &sequence, &data);
        kept = event_keep(&given.event);
        assert_number(kept, i);
        given_end(&given);
        kept_event_release(kept);
    }
    given_init(&given, NULL, &data);
    kept = event_keep(&given.event);
    assert_number(kept, 0);
    given_end(&given);
    kept_event_release(kept);
}

static void test_empty_strings_are_copied(void **state)
{
    struct kept_event *kept;
    struct given given;
    VARIANT data;

    (void)state;
    V_VT(&data) = VT_BSTR;
    V_BSTR(&data) = NULL;
    given_init(&given, NULL, &data);
    assert_ptr_equal(V_BSTR(&given.event.args[1]), empty_bstr);
    assert_int_equal(SysStringLen(empty_bstr), 0);
    kept = event_keep(&given.event);
    assert_non_null(kept);
    given_end(&given);
    assert_int_equal(V_VT(&kept->event.args[1]), VT_BSTR);
    assert_int_equal(SysStringLen(V_BSTR(&kept->event.args[1])), 0);
    kept_event_release(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_copy_is_deep),
            cmocka_unit_test(test_references_in_arrays_are_followed),
            cmocka_unit_test(test_objects_are_held),
            cmocka_unit_test(test_one_copy_serves_all),
            cmocka_unit_test(test_numbers_count_what_is_kept),
            cmocka_unit_test(test_empty_strings_are_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

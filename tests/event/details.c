/* What an event's source knows besides its arguments: copied, kept, sent to other processes, and written as JSON. */
#include "event/json.h"
#include "event/kept_event.h"
#include "event/values.h"

static VARIANT string_value(const WCHAR *string)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(string);
    return value;
}

static VARIANT number_value(LONG number)
{
    VARIANT value;

    V_VT(&value) = VT_I4;
    V_I4(&value) = number;
    return value;
}

/* Alice of OFFICE, on her third try. */
static struct details *create_alice(void)
{
    VMEVENTDETAIL given[] = {
            {L"user", string_value(L"alice")}, {L"domain", string_value(L"OFF\"ICE")}, {L"tries", number_value(3)}};
    struct details *details = details_create(given, ARRAYSIZE(given));

    assert_non_null(details);
    for (size_t i = 0; i < ARRAYSIZE(given); ++i)
        VariantClear(&given[i].value);
    return details;
}

static void assert_alice(const VMEVENTDETAILS *details)
{
    assert_non_null(details);
    assert_int_equal(details->count, 3);
    assert_int_equal(wcscmp(details->details[0].name, L"user"), 0);
    assert_int_equal(wcscmp(V_BSTR(&details->details[0].value), L"alice"), 0);
    assert_int_equal(wcscmp(V_BSTR(&details->details[1].value), L"OFF\"ICE"), 0);
    assert_int_equal(V_I4(&details->details[2].value), 3);
}

static void test_found_by_name(void **state)
{
    struct details *details = create_alice();

    (void)state;
    assert_alice(&details->view);
    assert_ptr_equal(details_find(&details->view, L"USER", 4), &details->items[0].value);
    assert_ptr_equal(details_find(&details->view, L"tries", 5), &details->items[2].value);
    assert_null(details_find(&details->view, L"users", 5));
    assert_null(details_find(&details->view, L"", 0));
    assert_null(details_find(NULL, L"user", 4));
    details_release(details);
}

static void test_what_is_no_detail(void **state)
{
    VARIANT object = {.vt = VT_DISPATCH}, nothing = {.vt = VT_BSTR};
    VMEVENTDETAIL given[] = {{NULL, number_value(1)}, {L"", number_value(2)}, {L"object", object},
            {L"a", number_value(3)}, {L"A", number_value(4)}, {L"two\r\nlines", number_value(5)},
            {L"\x1b[31mred", number_value(6)}, {L"7", number_value(7)}, {L"us er", number_value(8)},
            {L"user=", number_value(9)}, {L"\u00fcser", number_value(10)},
            {L"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", number_value(11)}, {L"empty", nothing}};
    struct details *details = details_create(given, ARRAYSIZE(given));

    (void)state;
    assert_int_equal(details->view.count, 2);
    assert_int_equal(V_I4(&details->items[0].value), 3);
    /* There is a string, and it is empty. */
    assert_non_null(V_BSTR(&details->items[1].value));
    assert_int_equal(SysStringLen(V_BSTR(&details->items[1].value)), 0);
    details_release(details);
}

static void test_more_than_there_may_be(void **state)
{
    VMEVENTDETAIL given[DETAILS_MAX + 5];
    WCHAR names[ARRAYSIZE(given)][8];
    struct details *details;

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(given); ++i)
    {
        swprintf(names[i], ARRAYSIZE(names[i]), L"n%u", i);
        given[i].name = names[i];
        given[i].value = number_value((LONG)i);
    }
    details = details_create(given, ARRAYSIZE(given));
    assert_int_equal(details->view.count, DETAILS_MAX);
    details_release(details);
}

static void test_kept_with_the_event(void **state)
{
    struct event_sequence sequence = {0};
    struct details *details = create_alice();
    struct event_origin origin;
    struct kept_event *kept, *again;
    struct event event;
    size_t bytes;

    (void)state;
    event_init(&event, event_type_find(&event_interfaces[MACHINE_EVENTS], 3), L"Web", &sequence);
    kept = event_keep(&event);
    assert_null(kept->event.view.details);
    bytes = kept->bytes;
    kept_event_release(kept);
    event_cleanup(&event);

    event_init(&event, event_type_find(&event_interfaces[MACHINE_EVENTS], 3), L"Web", &sequence);
    event_set_origin(&event, &origin, details, NULL);
    assert_alice(event.view.details);
    kept = event_keep(&event);
    event_cleanup(&event);
    details_release(details);
    memset(&origin, 0xcc, sizeof(origin));
    assert_alice(kept->event.view.details);
    assert_true(kept->bytes > bytes);

    /* Passed on by another sink, it has them still, and where it came from. */
    event_init(&event, kept->event.type, L"Web", NULL);
    event_set_origin(&event, &origin, kept->origin.known, kept);
    again = event_keep(&event);
    event_cleanup(&event);
    kept_event_release(kept);
    assert_alice(again->event.view.details);
    assert_true(kept_event_came_from(again, &sequence));
    kept_event_release(again);
}

/* A name is as long as it says. */
static void test_name_with_a_nul(void **state)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, 4);
    VARIANT *values = array->pvData, sent;
    struct details *come;

    (void)state;
    V_VT(&values[0]) = VT_BSTR;
    V_BSTR(&values[0]) = SysAllocStringLen(L"user\0x", 6);
    values[1] = string_value(L"mallory");
    values[2] = string_value(L"user");
    values[3] = string_value(L"alice");
    V_VT(&sent) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(&sent) = array;
    assert_int_equal(details_from_variant(&sent, &come), S_OK);
    VariantClear(&sent);
    assert_int_equal(come->view.count, 1);
    assert_int_equal(wcscmp(V_BSTR(&come->items[0].value), L"alice"), 0);
    details_release(come);
}

static void test_to_another_process(void **state)
{
    struct details *details = create_alice(), *come;
    VARIANT sent;

    (void)state;
    assert_int_equal(details_to_variant(&details->view, &sent), S_OK);
    assert_int_equal(V_VT(&sent), VT_ARRAY | VT_VARIANT);
    details_release(details);
    assert_int_equal(details_from_variant(&sent, &come), S_OK);
    VariantClear(&sent);
    assert_alice(&come->view);
    details_release(come);
    assert_int_equal(details_to_variant(NULL, &sent), S_OK);
    assert_int_equal(V_VT(&sent), VT_EMPTY);
    assert_int_equal(details_from_variant(&sent, &come), S_OK);
    assert_null(come);
}

/* A peer may send anything. */
static void test_what_is_sent_in_their_place(void **state)
{
    SAFEARRAYBOUND bounds[2] = {{2, 0}, {2, 0}};
    struct details *come;
    VARIANT sent, element;
    LONG place = 0;

    (void)state;
    sent = number_value(4);
    assert_int_equal(details_from_variant(&sent, &come), S_OK);
    assert_null(come);
    V_VT(&sent) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(&sent) = NULL;
    assert_int_equal(details_from_variant(&sent, &come), S_OK);
    assert_null(come);
    V_ARRAY(&sent) = SafeArrayCreate(VT_VARIANT, 2, bounds);
    assert_int_equal(details_from_variant(&sent, &come), S_OK);
    assert_null(come);
    VariantClear(&sent);
    /* A name without a value, behind a name that is none. */
    V_VT(&sent) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(&sent) = SafeArrayCreateVector(VT_VARIANT, 0, 3);
    element = number_value(1);
    assert_int_equal(SafeArrayPutElement(V_ARRAY(&sent), &place, &element), S_OK);
    assert_int_equal(details_from_variant(&sent, &come), S_OK);
    assert_non_null(come);
    assert_int_equal(come->view.count, 0);
    details_release(come);
    VariantClear(&sent);
}

static void test_json(void **state)
{
    struct details *details = create_alice();
    struct json_event event = {1, 0, L"", event_type_find(&event_interfaces[MACHINE_EVENTS], 3), NULL, L"OnReset()"};
    BSTR with, without = event_to_json(&event), none;

    (void)state;
    with = event_to_json_with_details(&event, &details->view);
    assert_non_null(wcsstr(with,
            L"\"arguments\":{},\"details\":{\"user\":\"alice\",\"domain\":\"OFF\\\"ICE\",\"tries\":3},\"text\":"));
    none = event_to_json_with_details(&event, &(VMEVENTDETAILS){0, NULL});
    assert_int_equal(wcscmp(none, without), 0);
    SysFreeString(with);
    SysFreeString(without);
    SysFreeString(none);
    details_release(details);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_found_by_name),
            cmocka_unit_test(test_what_is_no_detail),
            cmocka_unit_test(test_more_than_there_may_be),
            cmocka_unit_test(test_kept_with_the_event),
            cmocka_unit_test(test_name_with_a_nul),
            cmocka_unit_test(test_to_another_process),
            cmocka_unit_test(test_what_is_sent_in_their_place),
            cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

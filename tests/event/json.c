/* Events as JSON; and that the text and the JSON of a value say the same, for VARIANTs of every type. */
#include "event/json.h"
#include "event/text.h"
#include "event/values.h"

#include <locale.h>
#include <math.h>

static const struct event_type *configuration_changed(void)
{
    return event_type_find(&event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_ConfigurationChanged);
}

/* The part of a JSON object behind `before` and in front of `behind`, for free. */
static WCHAR *part_of(BSTR json, const WCHAR *before, const WCHAR *behind)
{
    WCHAR *start = wcsstr(json, before), *end, *part;

    assert_non_null(start);
    start += wcslen(before);
    end = wcsstr(start, behind);
    assert_non_null(end);
    part = calloc(end - start + 1, sizeof(WCHAR));
    wmemcpy(part, start, end - start);
    return part;
}

static void assert_wide(const WCHAR *got, const WCHAR *expected)
{
    if (wcscmp(got, expected))
        fail_msg("'%ls' instead of '%ls'", got, expected);
}

/* How the value of the VARIANT parameter stands in the text and in the JSON of one event. */
static void assert_value(const VARIANT *value, const WCHAR *text, const WCHAR *json)
{
    const struct event_type *type = configuration_changed();
    struct event event;
    struct json_event object = {1, 0, L"", type, event.args, L""};
    BSTR got_text, got_json;
    WCHAR *part;

    event_init(&event, type, L"", NULL);
    V_VT(&event.args[0]) = VT_BSTR;
    V_BSTR(&event.args[0]) = empty_bstr;
    event.args[1] = *value;
    assert_non_null(got_text = event_to_text(&event.view));
    assert_non_null(got_json = event_to_json(&object));
    assert_int_equal(SysStringLen(got_text), wcslen(got_text));
    assert_int_equal(SysStringLen(got_json), wcslen(got_json));
    got_text[SysStringLen(got_text) - 1] = 0;
    assert_wide(wcsstr(got_text, L"configData=") + 11, text);
    part = part_of(got_json, L"\"configData\":", L"},\"");
    assert_wide(part, json);
    free(part);
    SysFreeString(got_text);
    SysFreeString(got_json);
}

#define VALUE(type, member, value, text, json)                                                                         \
    do                                                                                                                 \
    {                                                                                                                  \
        VARIANT value_;                                                                                                \
        memset(&value_, 0, sizeof(value_));                                                                            \
        member(&value_) = value;                                                                                       \
        V_VT(&value_) = type;                                                                                          \
        assert_value(&value_, text, json);                                                                             \
    } while (0)

#define NUMBER(type, member, value, text) VALUE(type, member, value, text, text)

static void test_whole_numbers(void **state)
{
    (void)state;
    NUMBER(VT_I1, V_I1, -128, L"-128");
    NUMBER(VT_UI1, V_UI1, 255, L"255");
    NUMBER(VT_I2, V_I2, -32768, L"-32768");
    NUMBER(VT_UI2, V_UI2, 65535, L"65535");
    NUMBER(VT_I4, V_I4, (LONG)0x80000000, L"-2147483648");
    NUMBER(VT_UI4, V_UI4, 0xffffffff, L"4294967295");
    NUMBER(VT_INT, V_INT, -7, L"-7");
    NUMBER(VT_UINT, V_UINT, 4000000000u, L"4000000000");
    NUMBER(VT_I8, V_I8, LLONG_MIN, L"-9223372036854775808");
    NUMBER(VT_UI8, V_UI8, ULLONG_MAX, L"18446744073709551615");
    NUMBER(VT_I4, V_I4, 0, L"0");
    NUMBER(VT_I4, V_I4, 100, L"100");
}

static void assert_doubles(void)
{
    NUMBER(VT_R8, V_R8, 0.0, L"0");
    NUMBER(VT_R8, V_R8, 1234.5, L"1234.5");
    NUMBER(VT_R8, V_R8, -0.25, L"-0.25");
    NUMBER(VT_R8, V_R8, 0.1, L"0.1");
    NUMBER(VT_R8, V_R8, 0.1 + 0.2, L"0.30000000000000004");
    NUMBER(VT_R8, V_R8, 1e20, L"1E+20");
    NUMBER(VT_R8, V_R8, -2.5e-7, L"-2.5E-7");
    NUMBER(VT_R8, V_R8, 1.7976931348623157e308, L"1.7976931348623157E+308");
    NUMBER(VT_R8, V_R8, 9007199254740993.0, L"9007199254740992");
    NUMBER(VT_R4, V_R4, 0.1f, L"0.1");
    NUMBER(VT_R4, V_R4, 16777216.0f, L"16777216");
    NUMBER(VT_R4, V_R4, -1.5e10f, L"-1.5E+10");
}

static void test_numbers_with_a_point(void **state)
{
    (void)state;
    assert_doubles();
}

static void test_numbers_where_the_program_has_set_a_locale(void **state)
{
    static const char *const locales[] = {"German_Germany.1252", "de-DE", "German", "French"};
    const char *set = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(locales) && !set; ++i)
        set = setlocale(LC_NUMERIC, locales[i]);
    if (!set || strcmp(localeconv()->decimal_point, ","))
        skip();
    assert_doubles();
    setlocale(LC_NUMERIC, "C");
}

static void test_numbers_that_json_does_not_have(void **state)
{
    (void)state;
    VALUE(VT_R8, V_R8, NAN, L"NaN", L"\"NaN\"");
    VALUE(VT_R8, V_R8, INFINITY, L"Infinity", L"\"Infinity\"");
    VALUE(VT_R8, V_R8, -INFINITY, L"-Infinity", L"\"-Infinity\"");
    VALUE(VT_R4, V_R4, NAN, L"NaN", L"\"NaN\"");
    VALUE(VT_R4, V_R4, -INFINITY, L"-Infinity", L"\"-Infinity\"");
}

static DECIMAL decimal(ULONG high, ULONGLONG low, BYTE scale, BYTE sign)
{
    DECIMAL value;

    memset(&value, 0, sizeof(value));
    value.Hi32 = high;
    value.Lo64 = low;
    value.scale = scale;
    value.sign = sign;
    return value;
}

static void test_exact_numbers(void **state)
{
    (void)state;
    NUMBER(VT_CY, V_CY, (CY){.int64 = 15000}, L"1.5");
    NUMBER(VT_CY, V_CY, (CY){.int64 = -1}, L"-0.0001");
    NUMBER(VT_CY, V_CY, (CY){.int64 = 20000}, L"2");
    NUMBER(VT_CY, V_CY, (CY){.int64 = 0}, L"0");
    NUMBER(VT_CY, V_CY, (CY){.int64 = LLONG_MIN}, L"-922337203685477.5808");
    NUMBER(VT_DECIMAL, V_DECIMAL, decimal(0, 150, 2, 0), L"1.5");
    NUMBER(VT_DECIMAL, V_DECIMAL, decimal(0, 0, 28, DECIMAL_NEG), L"0");
    NUMBER(VT_DECIMAL, V_DECIMAL, decimal(0, 1, 28, DECIMAL_NEG), L"-0.0000000000000000000000000001");
    NUMBER(VT_DECIMAL, V_DECIMAL, decimal(0xffffffff, ULLONG_MAX, 0, 0), L"79228162514264337593543950335");
    NUMBER(VT_DECIMAL, V_DECIMAL, decimal(0xffffffff, ULLONG_MAX, 28, DECIMAL_NEG), L"-7.9228162514264337593543950335");
    VALUE(VT_DECIMAL, V_DECIMAL, decimal(0, 1, 29, 0), L"?", L"\"?\"");
}

static void test_words(void **state)
{
    struct counted object;

    (void)state;
    counted_init(&object);
    VALUE(VT_EMPTY, V_I4, 0, L"Empty", L"null");
    VALUE(VT_NULL, V_I4, 0, L"Null", L"null");
    VALUE(VT_BOOL, V_BOOL, VARIANT_TRUE, L"True", L"true");
    VALUE(VT_BOOL, V_BOOL, 1, L"True", L"true");
    VALUE(VT_BOOL, V_BOOL, VARIANT_FALSE, L"False", L"false");
    VALUE(VT_ERROR, V_ERROR, E_FAIL, L"Error 0x80004005", L"\"Error 0x80004005\"");
    VALUE(VT_DISPATCH, V_DISPATCH, NULL, L"Nothing", L"null");
    VALUE(VT_DISPATCH, V_DISPATCH, &object.IDispatch_iface, L"Object", L"\"Object\"");
    VALUE(VT_UNKNOWN, V_UNKNOWN, (IUnknown *)&object.IDispatch_iface, L"Object", L"\"Object\"");
    VALUE(VT_RECORD, V_RECORD, NULL, L"?", L"\"?\"");
    VALUE(VT_BYREF | VT_I4, V_I4REF, NULL, L"?", L"\"?\"");
    /* Nobody has asked it anything: it may hang. */
    assert_int_equal(object.refcount, 1);
    assert_int_equal(object.calls, 0);
}

static void test_dates(void **state)
{
    (void)state;
    VALUE(VT_DATE, V_DATE, 0.0, L"1899-12-30T00:00:00", L"\"1899-12-30T00:00:00\"");
    VALUE(VT_DATE, V_DATE, 46053.75, L"2026-01-31T18:00:00", L"\"2026-01-31T18:00:00\"");
    VALUE(VT_DATE, V_DATE, 1.0 + 1.0 / 86400000, L"1899-12-31T00:00:00.001", L"\"1899-12-31T00:00:00.001\"");
    VALUE(VT_DATE, V_DATE, -1.25, L"1899-12-29T06:00:00", L"\"1899-12-29T06:00:00\"");
    VALUE(VT_DATE, V_DATE, -657434.0, L"0100-01-01T00:00:00", L"\"0100-01-01T00:00:00\"");
    VALUE(VT_DATE, V_DATE, 2958465.0, L"9999-12-31T00:00:00", L"\"9999-12-31T00:00:00\"");
    VALUE(VT_DATE, V_DATE, 2958466.0, L"?", L"\"?\"");
    VALUE(VT_DATE, V_DATE, NAN, L"?", L"\"?\"");
    VALUE(VT_DATE, V_DATE, 1e300, L"?", L"\"?\"");
}

static void assert_string(const WCHAR *string, UINT length, const WCHAR *text, const WCHAR *json)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocStringLen(string, length);
    assert_value(&value, text, json);
    VariantClear(&value);
}

static void test_strings(void **state)
{
    (void)state;
    assert_string(L"C:\\a \"b\".iso", 12, L"\"C:\\a \"\"b\"\".iso\"", L"\"C:\\\\a \\\"b\\\".iso\"");
    assert_string(L"", 0, L"\"\"", L"\"\"");
    assert_string(L"a\0b", 3, L"\"a<U+0000>b\"", L"\"a\\u0000b\"");
    assert_string(L"\r\n\t\b\f\x1b", 6, L"\"<U+000D><U+000A><U+0009><U+0008><U+000C><U+001B>\"",
            L"\"\\r\\n\\t\\b\\f\\u001b\"");
    assert_string(L"\x9b\x2028\x202e", 3, L"\"<U+009B><U+2028><U+202E>\"", L"\"\\u009b\\u2028\\u202e\"");
    assert_string(L"\xd800", 1, L"\"<U+D800>\"", L"\"\\ufffd\"");
    assert_string(L"\xd83d\xde00\xe4", 3, L"\"\xd83d\xde00\xe4\"", L"\"\xd83d\xde00\xe4\"");
    assert_string(L"<U+0000>", 8, L"\"<U+003C>U+0000>\"", L"\"<U+0000>\"");
}

static SAFEARRAY *numbers(UINT dimensions, ULONG first, ULONG second)
{
    SAFEARRAYBOUND bounds[2] = {{first, 1}, {second, -3}};
    SAFEARRAY *array = SafeArrayCreate(VT_I4, dimensions, bounds);

    for (LONG i = 0; i < (LONG)first; ++i)
    {
        for (LONG j = 0; j < (LONG)(dimensions > 1 ? second : 1); ++j)
        {
            LONG indices[2] = {1 + i, -3 + j}, number = 10 * i + j;

            assert_int_equal(SafeArrayPutElement(array, indices, &number), S_OK);
        }
    }
    return array;
}

static void assert_array(VARTYPE type, SAFEARRAY *array, const WCHAR *text, const WCHAR *json)
{
    VARIANT value;

    V_VT(&value) = VT_ARRAY | type;
    V_ARRAY(&value) = array;
    assert_value(&value, text, json);
    if (array)
        VariantClear(&value);
}

static void test_arrays(void **state)
{
    LONG place = 0;
    SAFEARRAY *strings = SafeArrayCreateVector(VT_BSTR, 0, 2);
    BSTR string = SysAllocStringLen(L"a\0\x1b", 3);

    (void)state;
    assert_array(VT_I4, numbers(1, 3, 0), L"Array(3)[0, 10, 20]", L"[0,10,20]");
    assert_array(VT_I4, numbers(2, 2, 3), L"Array(2, 3)[[0, 1, 2], [10, 11, 12]]", L"[[0,1,2],[10,11,12]]");
    assert_array(VT_I4, numbers(1, 0, 0), L"Array(0)", L"[]");
    assert_array(VT_I4, numbers(2, 3, 0), L"Array(3, 0)", L"[]");
    assert_array(VT_I4, NULL, L"Array()", L"[]");
    assert_int_equal(SafeArrayPutElement(strings, &place, string), S_OK);
    SysFreeString(string);
    assert_array(VT_BSTR, strings, L"Array(2)[\"a<U+0000><U+001B>\", \"\"]", L"[\"a\\u0000\\u001b\",\"\"]");
}

/* Arrays of every type of element that there is. */
static void test_elements(void **state)
{
    static const struct
    {
        VARTYPE type;
        const WCHAR *text, *json;
    } zeros[] = {
            {VT_I1, L"0", L"0"},
            {VT_UI1, L"0", L"0"},
            {VT_I2, L"0", L"0"},
            {VT_UI2, L"0", L"0"},
            {VT_UI4, L"0", L"0"},
            {VT_INT, L"0", L"0"},
            {VT_UINT, L"0", L"0"},
            {VT_I8, L"0", L"0"},
            {VT_UI8, L"0", L"0"},
            {VT_R4, L"0", L"0"},
            {VT_R8, L"0", L"0"},
            {VT_CY, L"0", L"0"},
            {VT_DECIMAL, L"0", L"0"},
            {VT_BOOL, L"False", L"false"},
            {VT_DATE, L"1899-12-30T00:00:00", L"\"1899-12-30T00:00:00\""},
            {VT_ERROR, L"Error 0x00000000", L"\"Error 0x00000000\""},
            {VT_DISPATCH, L"Nothing", L"null"},
            {VT_UNKNOWN, L"Nothing", L"null"},
            {VT_VARIANT, L"Empty", L"null"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(zeros); ++i)
    {
        WCHAR text[64], json[64];

        _snwprintf(text, 64, L"Array(2)[%ls, %ls]", zeros[i].text, zeros[i].text);
        _snwprintf(json, 64, L"[%ls,%ls]", zeros[i].json, zeros[i].json);
        assert_array(zeros[i].type, SafeArrayCreateVector(zeros[i].type, 0, 2), text, json);
    }
}

/* An array of VARIANT of one element, which becomes the array's. */
static SAFEARRAY *array_around(VARIANT *element)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, 1);
    VARIANT *elements;

    assert_int_equal(SafeArrayAccessData(array, (void **)&elements), S_OK);
    elements[0] = *element;
    SafeArrayUnaccessData(array);
    return array;
}

/* Deeper ones are told by their sizes, as are those with more elements than are written. */
static void test_arrays_in_arrays(void **state)
{
    WCHAR text[160] = L"", json[64] = L"";
    VARIANT value;
    SAFEARRAY *many;
    VARIANT *elements;

    (void)state;
    V_VT(&value) = VT_BOOL;
    V_BOOL(&value) = VARIANT_TRUE;
    for (unsigned int depth = 0; depth < 9; ++depth)
    {
        SAFEARRAY *array = array_around(&value);

        V_VT(&value) = VT_ARRAY | VT_VARIANT;
        V_ARRAY(&value) = array;
        wcscat(text, depth < 8 ? L"Array(1)[" : L"Array(1)");
        wcscat(json, depth < 8 ? L"[" : L"\"Array(1)\"");
    }
    wcscat(text, L"]]]]]]]]");
    wcscat(json, L"]]]]]]]]");
    assert_value(&value, text, json);
    VariantClear(&value);

    assert_array(VT_UI1, SafeArrayCreateVector(VT_UI1, 0, 1001), L"Array(1001)", L"\"Array(1001)\"");
    many = SafeArrayCreateVector(VT_VARIANT, 0, 2);
    assert_int_equal(SafeArrayAccessData(many, (void **)&elements), S_OK);
    for (unsigned int i = 0; i < 2; ++i)
    {
        VARIANT *element = elements + i;

        V_VT(element) = VT_ARRAY | VT_UI1;
        V_ARRAY(element) = SafeArrayCreateVector(VT_UI1, 0, i ? 997 : 2);
    }
    SafeArrayUnaccessData(many);
    assert_array(VT_VARIANT, many, L"Array(2)[Array(2)[0, 0], Array(997)]", L"[[0,0],\"Array(997)\"]");
}

static void test_arrays_that_are_strange(void **state)
{
    SAFEARRAYBOUND bounds[10];
    SAFEARRAY *array;
    VARIANT value;

    (void)state;
    for (unsigned int i = 0; i < 10; ++i)
        bounds[i] = (SAFEARRAYBOUND){1, 0};
    assert_array(VT_I4, SafeArrayCreate(VT_I4, 10, bounds), L"Array(1, 1, 1, 1, 1, 1, 1, 1, ...)",
            L"\"Array(1, 1, 1, 1, 1, 1, 1, 1, ...)\"");
    /* A type that the array itself does not have. */
    array = SafeArrayCreateVector(VT_I2, 0, 2);
    V_VT(&value) = VT_ARRAY | VT_I8;
    V_ARRAY(&value) = array;
    assert_value(&value, L"Array(2)[?, ?]", L"[\"?\",\"?\"]");
    SafeArrayDestroy(array);
    /* A reference inside an array has nobody who keeps what it refers to. */
    V_VT(&value) = VT_BYREF | VT_I4;
    V_I4REF(&value) = (LONG *)(ULONG_PTR)16;
    array = array_around(&value);
    assert_array(VT_VARIANT, array, L"Array(1)[?]", L"[\"?\"]");
}

static void assert_json(const struct json_event *event, const WCHAR *expected)
{
    BSTR json = event_to_json(event);

    assert_non_null(json);
    assert_wide(json, expected);
    assert_int_equal(SysStringLen(json), wcslen(expected));
    SysFreeString(json);
}

static void test_whole_objects(void **state)
{
    VARIANT args[2];

    (void)state;
    V_VT(&args[0]) = VT_I4;
    V_I4(&args[0]) = vmLogoff_Forced;
    assert_json(&(struct json_event){7, 46053.75 + 5.0 / 86400000, L"De\nmo", event_type_find(&event_interfaces[0], 11),
                        args, L"OnGuestLogoff(logoffType=vmLogoff_Forced)"},
            L"{\"sequence\":7,\"time\":\"2026-01-31T18:00:00.005Z\",\"source\":\"De\\nmo\","
            L"\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnGuestLogoff\",\"id\":11,"
            L"\"arguments\":{\"logoffType\":1},\"text\":\"OnGuestLogoff(logoffType=vmLogoff_Forced)\"}");
    assert_json(&(struct json_event){1, 0, L"", event_type_find(&event_interfaces[0], 3), NULL, L"OnReset()"},
            L"{\"sequence\":1,\"time\":\"1899-12-30T00:00:00.000Z\",\"source\":\"\","
            L"\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnReset\",\"id\":3,\"arguments\":{},"
            L"\"text\":\"OnReset()\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_whole_numbers),
            cmocka_unit_test(test_numbers_with_a_point),
            cmocka_unit_test(test_numbers_where_the_program_has_set_a_locale),
            cmocka_unit_test(test_numbers_that_json_does_not_have),
            cmocka_unit_test(test_exact_numbers),
            cmocka_unit_test(test_words),
            cmocka_unit_test(test_dates),
            cmocka_unit_test(test_strings),
            cmocka_unit_test(test_arrays),
            cmocka_unit_test(test_elements),
            cmocka_unit_test(test_arrays_in_arrays),
            cmocka_unit_test(test_arrays_that_are_strange),
            cmocka_unit_test(test_whole_objects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

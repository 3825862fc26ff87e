/* VMEventRecord: an event as a script sees it. */
#include "sink/samples.h"

static IVMEventSink *sink;

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    return 0;
}

static int tear_down(void **state)
{
    CHECK(!IVMEventSink_Release(sink));
    return library_check_idle(state);
}

static IVMEventRecord *next_record(void)
{
    IVMEventRecord *record;

    assert_int_equal(IVMEventSink_NextEvent(sink, 0, &record), S_OK);
    assert_non_null(record);
    return record;
}

static void expect_text(BSTR string, const WCHAR *expected)
{
    if (!string || wcscmp(string, expected))
        fail_msg("\"%ls\" is not \"%ls\"", string, expected);
    SysFreeString(string);
}

static void expect_arguments(IVMEventRecord *record, const struct sample *sample)
{
    VARIANT arguments;
    LONG lower, upper;
    VARIANT *values;

    assert_int_equal(IVMEventRecord_get_Arguments(record, &arguments), S_OK);
    assert_int_equal(V_VT(&arguments), VT_ARRAY | VT_VARIANT);
    assert_int_equal(SafeArrayGetDim(V_ARRAY(&arguments)), 1);
    assert_int_equal(SafeArrayGetLBound(V_ARRAY(&arguments), 1, &lower), S_OK);
    assert_int_equal(SafeArrayGetUBound(V_ARRAY(&arguments), 1, &upper), S_OK);
    assert_int_equal(lower, 0);
    assert_int_equal(upper, (LONG)sample->count - 1);
    assert_int_equal(SafeArrayAccessData(V_ARRAY(&arguments), (void **)&values), S_OK);
    assert_true(sample_has_arguments(sample, values));
    SafeArrayUnaccessData(V_ARRAY(&arguments));
    VariantClear(&arguments);
}

static DATE now_as_date(void)
{
    SYSTEMTIME now;
    DATE date;

    GetSystemTime(&now);
    CHECK(SystemTimeToVariantTime(&now, &date));
    return date;
}

static void test_properties_of_each_event(void **state)
{
    const DATE second = 1.0 / (24 * 60 * 60);

    (void)state;
    for (LONG i = 0; i < SAMPLE_COUNT; ++i)
    {
        const struct sample *sample = &samples[i];
        DATE before = now_as_date(), time;
        IVMEventRecord *record;
        LONG number;
        BSTR string;

        sample_fire(sample, sink);
        record = next_record();
        assert_int_equal(IVMEventRecord_get_Sequence(record, &number), S_OK);
        assert_int_equal(number, i + 1);
        assert_int_equal(IVMEventRecord_get_Id(record, &number), S_OK);
        assert_int_equal(number, sample->id);
        assert_int_equal(IVMEventRecord_get_Source(record, &string), S_OK);
        expect_text(string, L"");
        assert_int_equal(IVMEventRecord_get_Interface(record, &string), S_OK);
        expect_text(string, sample->interface_name);
        assert_int_equal(IVMEventRecord_get_Name(record, &string), S_OK);
        expect_text(string, sample->name);
        assert_int_equal(IVMEventRecord_get_Text(record, &string), S_OK);
        expect_text(string, sample->text);
        assert_int_equal(IVMEventRecord_get_Time(record, &time), S_OK);
        /* A SYSTEMTIME has milliseconds, which not every conversion to a DATE keeps. */
        assert_true(time >= before - second && time <= now_as_date() + second);
        expect_arguments(record, sample);
        assert_int_equal(IVMEventRecord_Release(record), 0);
    }
}

static void test_outlives_the_sink(void **state)
{
    IVMEventSink *other = sink;
    IVMEventRecord *record;
    BSTR string;

    (void)state;
    sample_fire(&samples[5], sink);
    record = next_record();
    sink = sink_create();
    assert_int_equal(IVMEventSink_Release(other), 0);
    assert_int_equal(IVMEventRecord_get_Text(record, &string), S_OK);
    expect_text(string, samples[5].text);
    expect_arguments(record, &samples[5]);
    IVMEventRecord_Release(record);
}

static void test_identity_and_pointers(void **state)
{
    static const IID *const faces[] = {&IID_IUnknown, &IID_IDispatch, &IID_IVMEventRecord};
    IVMEventRecord *record;
    void *object = state;

    IVMEventSink_OnReset(sink);
    record = next_record();
    for (size_t i = 0; i < ARRAYSIZE(faces); ++i)
    {
        assert_int_equal(IVMEventRecord_QueryInterface(record, faces[i], &object), S_OK);
        assert_ptr_equal(object, record);
        IVMEventRecord_Release(record);
    }
    assert_int_equal(IVMEventRecord_QueryInterface(record, &IID_IVMEventSink, &object), E_NOINTERFACE);
    assert_null(object);
    assert_int_equal(IVMEventRecord_QueryInterface(record, &IID_IUnknown, NULL), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Text(record, NULL), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Sequence(record, NULL), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Time(record, NULL), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Source(record, NULL), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Interface(record, NULL), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Name(record, NULL), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Id(record, NULL), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Arguments(record, NULL), E_POINTER);
    assert_int_equal(IVMEventRecord_Release(record), 0);
}

static void test_late_bound(void **state)
{
    static const WCHAR *const names[] = {
            L"Value", L"Sequence", L"Time", L"Source", L"Interface", L"Name", L"Id", L"Arguments", L"Text", L"Json"};
    static const VARTYPE types[] = {
            VT_BSTR, VT_I4, VT_DATE, VT_BSTR, VT_BSTR, VT_BSTR, VT_I4, VT_ARRAY | VT_VARIANT, VT_BSTR, VT_BSTR};
    IVMEventRecord *record;
    DISPPARAMS none = {0};
    VARIANT result;

    (void)state;
    IVMEventSink_OnGuestLogoff(sink, vmLogoff_Forced);
    record = next_record();
    for (LONG i = 0; i < (LONG)ARRAYSIZE(names); ++i)
    {
        LPOLESTR name = (LPOLESTR)names[i];
        DISPID id;

        assert_int_equal(IVMEventRecord_GetIDsOfNames(record, &IID_NULL, &name, 1, 0, &id), S_OK);
        assert_int_equal(id, i);
        assert_int_equal(
                IVMEventRecord_Invoke(record, id, &IID_NULL, 0, DISPATCH_PROPERTYGET, &none, &result, NULL, NULL),
                S_OK);
        assert_int_equal(V_VT(&result), types[i]);
        VariantClear(&result);
    }
    /* As a string it is its text. */
    V_VT(&result) = VT_DISPATCH;
    V_DISPATCH(&result) = (IDispatch *)record;
    {
        VARIANT text;

        VariantInit(&text);
        assert_int_equal(VariantChangeType(&text, &result, 0, VT_BSTR), S_OK);
        expect_text(V_BSTR(&text), L"OnGuestLogoff(logoffType=vmLogoff_Forced)");
    }
    IVMEventRecord_Release(record);
}

/* ---- the data of a configuration change ---- */

static void expect_data(VARIANT data, const WCHAR *expected)
{
    BSTR key = SysAllocString(L"k"), text;
    IVMEventRecord *record;
    VARIANT arguments, value;
    LONG second = 1;
    WCHAR whole[128];

    _snwprintf(whole, ARRAYSIZE(whole), L"OnConfigurationChanged(configKey=\"k\", configData=%ls)", expected);
    assert_int_equal(IVMEventSink_OnConfigurationChanged(sink, key, data), S_OK);
    SysFreeString(key);
    record = next_record();
    assert_int_equal(IVMEventRecord_get_Text(record, &text), S_OK);
    expect_text(text, whole);
    assert_int_equal(IVMEventRecord_get_Arguments(record, &arguments), S_OK);
    assert_int_equal(SafeArrayGetElement(V_ARRAY(&arguments), &second, &value), S_OK);
    assert_int_equal(V_VT(&value), V_VT(&data) & ~VT_BYREF);
    VariantClear(&value);
    VariantClear(&arguments);
    IVMEventRecord_Release(record);
}

#define DATA(type, member, value, text)                                                                                \
    do                                                                                                                 \
    {                                                                                                                  \
        VARIANT data_;                                                                                                 \
        V_VT(&data_) = type;                                                                                           \
        member(&data_) = value;                                                                                        \
        expect_data(data_, text);                                                                                      \
        VariantClear(&data_);                                                                                          \
    } while (0)

static void test_configuration_data_of_all_kinds(void **state)
{
    LONG number = 7;

    (void)state;
    DATA(VT_EMPTY, V_I4, 0, L"Empty");
    DATA(VT_NULL, V_I4, 0, L"Null");
    DATA(VT_I4, V_I4, -3, L"-3");
    DATA(VT_I1, V_I1, -3, L"-3");
    DATA(VT_UI1, V_UI1, 250, L"250");
    DATA(VT_I2, V_I2, -300, L"-300");
    DATA(VT_UI4, V_UI4, 4000000000u, L"4000000000");
    DATA(VT_I8, V_I8, 10000000000ll, L"10000000000");
    DATA(VT_R8, V_R8, 1.5, L"1.5");
    DATA(VT_R4, V_R4, 0.25f, L"0.25");
    DATA(VT_BOOL, V_BOOL, VARIANT_TRUE, L"True");
    DATA(VT_BOOL, V_BOOL, VARIANT_FALSE, L"False");
    DATA(VT_BSTR, V_BSTR, SysAllocString(L"a \"b\""), L"\"a \"\"b\"\"\"");
    DATA(VT_BSTR, V_BSTR, NULL, L"\"\"");
    DATA(VT_DISPATCH, V_DISPATCH, NULL, L"Nothing");
    DATA(VT_BYREF | VT_I4, V_I4REF, &number, L"7");
    DATA(VT_ARRAY | VT_I4, V_ARRAY, SafeArrayCreateVector(VT_I4, 0, 3), L"Array(3)[0, 0, 0]");
    DATA(VT_ARRAY | VT_VARIANT, V_ARRAY, SafeArrayCreateVector(VT_VARIANT, 5, 0), L"Array(0)");
}

static void test_configuration_data_that_is_an_object(void **state)
{
    IVMEventSink *object = sink_create();
    VARIANT data;

    (void)state;
    V_VT(&data) = VT_DISPATCH;
    V_DISPATCH(&data) = (IDispatch *)object;
    expect_data(data, L"Object");
    V_VT(&data) = VT_UNKNOWN;
    expect_data(data, L"Object");
    assert_int_equal(IVMEventSink_Release(object), 0);
}

#define record_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            record_test(test_properties_of_each_event),
            record_test(test_outlives_the_sink),
            record_test(test_identity_and_pointers),
            record_test(test_late_bound),
            record_test(test_configuration_data_of_all_kinds),
            record_test(test_configuration_data_that_is_an_object),
    };

    return cmocka_run_group_tests_name("records", tests, library_load, library_unload);
}

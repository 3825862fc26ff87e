/*
 * Strings that come in: each has its length, whatever stands inside. One with a NUL is heard whole, or refused where it
 * cannot be that; numbers as strings are read in the caller's locale; complaints quote a part, and name what is legal.
 */
#include "sink/recorder.h"
#include "sink/source.h"

#include <wchar.h>

#define LCID_GERMAN MAKELCID(MAKELANGID(LANG_GERMAN, SUBLANG_GERMAN), SORT_DEFAULT)
#define LCID_ENGLISH MAKELCID(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), SORT_DEFAULT)

static IVMEventSink *sink;
static struct recorder recorder;

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    recorder_init(&recorder);
    return 0;
}

static int tear_down(void **state)
{
    CHECK(!IVMEventSink_Release(sink));
    recorder_end(&recorder);
    return library_check_idle(state);
}

static VARIANT string_variant(const WCHAR *string, UINT length)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocStringLen(string, length);
    return value;
}

/* The description of the last error, for SysFreeString. */
static BSTR take_description(void)
{
    BSTR description;
    IErrorInfo *info;

    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(IErrorInfo_GetDescription(info, &description), S_OK);
    IErrorInfo_Release(info);
    return description;
}

static void expect_described(const WCHAR *const *parts)
{
    BSTR description = take_description();

    for (; *parts; ++parts)
    {
        if (!wcsstr(description, *parts))
            fail_msg("\"%ls\" is not in \"%ls\"", *parts, description);
    }
    /* Nothing of it moves a terminal, and it is no flood. */
    for (UINT i = 0; i < SysStringLen(description); ++i)
        assert_true(description[i] >= ' ');
    assert_true(SysStringLen(description) < 1000);
    SysFreeString(description);
}

static void refuse_event(const WCHAR *name, UINT length, const WCHAR *quote)
{
    const WCHAR *parts[] = {quote, L"OnStateChange", L"OnEventLogged", L"\"*\" for all", NULL};
    VARIANT event = string_variant(name, length), reference;
    LONG cookie = 5;

    assert_int_equal(IVMEventSink_Subscribe(sink, event, recorder_variant(&recorder), NULL, &cookie), E_INVALIDARG);
    expect_described(parts);
    V_VT(&reference) = VT_BYREF | VT_BSTR;
    V_BSTRREF(&reference) = &V_BSTR(&event);
    assert_int_equal(IVMEventSink_Subscribe(sink, reference, recorder_variant(&recorder), NULL, &cookie), E_INVALIDARG);
    expect_described(parts);
    assert_int_equal(cookie, 0);
    VariantClear(&event);
}

static void test_names_of_events(void **state)
{
    (void)state;
    refuse_event(L"OnGuestLogoff\0x", 15, L"\"OnGuestLogoff<U+0000>x\", with a NUL character");
    refuse_event(L"OnGuestLogoff\0", 14, L"\"OnGuestLogoff<U+0000>\", with a NUL character");
    refuse_event(L"*\0", 2, L"\"*<U+0000>\"");
    refuse_event(L"\0", 1, L"\"<U+0000>\"");
    refuse_event(L"IVMDVDDriveEvents\0.OnMediaEject", 31, L"<U+0000>");
    refuse_event(L"a\r\n\x1b[31m\x202e", 9, L"\"a<U+000D><U+000A><U+001B>[31m<U+202E>\"");
    assert_int_equal(recorder.refcount, 1);
}

static void test_names_of_any_length(void **state)
{
    WCHAR *name = calloc(100001, sizeof(WCHAR));

    (void)state;
    wmemset(name, 'x', 100000);
    refuse_event(name, 5000, L"xxx\"...; there are ");
    refuse_event(name, 100000, L"xxx\"...; there are ");
    name[4000] = 0;
    refuse_event(name, 5000, L"xxx\"..., with a NUL character in its name; there are ");
    free(name);
}

static void test_labels(void **state)
{
    static const WCHAR *const label_parts[] = {L"label \"Al<U+0000>pha\"", L"NUL character", L"without one", NULL};
    static const WCHAR *const name_parts[] = {L"Name \"Na<U+0000>me\"", L"NUL character", L"a label", NULL};
    BSTR label = SysAllocStringLen(L"Al\0pha", 6);
    struct source source;
    LONG cookie = 5;

    (void)state;
    source_init(&source, 15);
    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)&source.IDispatch_iface, label, &cookie), E_INVALIDARG);
    expect_described(label_parts);
    assert_int_equal(cookie, 0);
    source.name = L"Na\0me";
    source.name_length = 5;
    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)&source.IDispatch_iface, NULL, &cookie), E_INVALIDARG);
    expect_described(name_parts);
    assert_int_equal(source.advises, 0);
    SysFreeString(label);

    /* A way out is told. */
    label = SysAllocString(L"Alpha");
    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)&source.IDispatch_iface, label, &cookie), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    SysFreeString(label);
    source_end(&source);
}

static void expect_text(BSTR string, const WCHAR *expected)
{
    if (wcscmp(string, expected) || SysStringLen(string) != wcslen(expected))
        fail_msg("\"%ls\" is not \"%ls\"", string, expected);
    SysFreeString(string);
}

/* The next event of the sink has the string of that length for its first argument. */
static void expect_event(IVMEventSink *listener, const WCHAR *string, UINT length, const WCHAR *text)
{
    IVMEventRecord *record;
    VARIANT arguments, *values;
    BSTR got;

    assert_int_equal(IVMEventSink_NextEvent(listener, PATIENCE_MS, &record), S_OK);
    assert_non_null(record);
    assert_int_equal(IVMEventRecord_get_Text(record, &got), S_OK);
    expect_text(got, text);
    assert_int_equal(IVMEventRecord_get_Arguments(record, &arguments), S_OK);
    assert_int_equal(SafeArrayAccessData(V_ARRAY(&arguments), (void **)&values), S_OK);
    assert_int_equal(SysStringLen(V_BSTR(&values[0])), length);
    assert_memory_equal(V_BSTR(&values[0]), string, length * sizeof(WCHAR));
    SafeArrayUnaccessData(V_ARRAY(&arguments));
    VariantClear(&arguments);
    IVMEventRecord_Release(record);
}

/* Heard by a callback's likes, kept, passed on by one sink to another, and given to a script's function. */
static void test_arguments_stay_whole(void **state)
{
    IVMEventSink *behind = sink_create();
    IDispatch *face = face_of(sink, &DIID_IVMDVDDriveEvents);
    VARIANT path = string_variant(L"C:\\a\0b", 6), reference;
    DISPPARAMS params = {&path, NULL, 1, 0};
    LONG connection, subscription = recorder_subscribe(&recorder, sink, L"OnMediaInsert");

    (void)state;
    assert_int_equal(IVMEventSink_Connect(behind, (IUnknown *)sink, NULL, &connection), S_OK);
    for (unsigned int i = 0; i < 2; ++i)
    {
        assert_int_equal(IDispatch_Invoke(face, vmDVDDriveEvent_OnInsert, &IID_NULL, LOCALE_USER_DEFAULT,
                                 DISPATCH_METHOD, &params, NULL, NULL, NULL),
                S_OK);
        expect_event(sink, L"C:\\a\0b", 6, L"OnMediaInsert(mediaPath=\"C:\\a<U+0000>b\")");
        expect_event(behind, L"C:\\a\0b", 6, L"OnMediaInsert(mediaPath=\"C:\\a<U+0000>b\")");
        assert_int_equal(SysStringLen(V_BSTR(&recorder.log[i].args[0])), 6);
        assert_memory_equal(V_BSTR(&recorder.log[i].args[0]), L"C:\\a\0b", 12);
        V_VT(&reference) = VT_BYREF | VT_BSTR;
        V_BSTRREF(&reference) = &V_BSTR(&path);
        params.rgvarg = &reference;
    }
    assert_int_equal(IVMEventSink_Unsubscribe(sink, subscription), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(behind, connection), S_OK);
    IVMEventSink_Release(behind);
    VariantClear(&path);
}

static HRESULT invoke_with(
        IDispatch *object, DISPID id, WORD flags, LCID lcid, const WCHAR *string, UINT length, UINT *arg_error)
{
    static DISPID put = DISPID_PROPERTYPUT;
    VARIANT arg = string_variant(string, length), result;
    DISPPARAMS params = {&arg, flags == DISPATCH_PROPERTYPUT ? &put : NULL, 1, flags == DISPATCH_PROPERTYPUT};
    HRESULT hr;

    VariantInit(&result);
    *arg_error = 7;
    hr = IDispatch_Invoke(object, id, &IID_NULL, lcid, flags, &params, flags == DISPATCH_PROPERTYPUT ? NULL : &result,
            NULL, arg_error);
    VariantClear(&result);
    VariantClear(&arg);
    return hr;
}

/* OLE Automation's conversions would read them up to the NUL. */
static void test_numbers_with_a_nul_inside(void **state)
{
    static const struct
    {
        DISPID id;
        WORD flags;
    } members[] = {
            {vmVirtualMachineEvent_GuestLogoff, DISPATCH_METHOD},
            {vmVirtualMachineEvent_DiskOutOfSpace, DISPATCH_METHOD},
            {101, DISPATCH_METHOD}, /* Unsubscribe */
            {103, DISPATCH_METHOD}, /* Disconnect */
            {104, DISPATCH_METHOD}, /* NextEvent */
            {105, DISPATCH_METHOD}, /* Run */
            {107, DISPATCH_PROPERTYPUT},
    };
    UINT arg_error;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(members); ++i)
    {
        assert_int_equal(invoke_with((IDispatch *)sink, members[i].id, members[i].flags, LOCALE_USER_DEFAULT, L"0\0x",
                                 3, &arg_error),
                DISP_E_TYPEMISMATCH);
        assert_int_equal(arg_error, 0);
    }
    assert_int_equal(invoke_with(face_of(sink, &DIID_IVMVirtualPCEvents), vmVirtualPCEvent_EventLogged, DISPATCH_METHOD,
                             LOCALE_USER_DEFAULT, L"1\0", 2, &arg_error),
            DISP_E_TYPEMISMATCH);
    assert_int_equal(
            invoke_with((IDispatch *)sink, 105, DISPATCH_METHOD, LOCALE_USER_DEFAULT, L"0", 1, &arg_error), S_OK);
}

static LONG put_capacity(LCID lcid, const WCHAR *string)
{
    UINT arg_error;
    LONG capacity;

    assert_int_equal(
            invoke_with((IDispatch *)sink, 107, DISPATCH_PROPERTYPUT, lcid, string, (UINT)wcslen(string), &arg_error),
            S_OK);
    assert_int_equal(IVMEventSink_get_QueueCapacity(sink, &capacity), S_OK);
    return capacity;
}

static void test_numbers_in_the_callers_locale(void **state)
{
    UINT arg_error;

    (void)state;
    assert_int_equal(put_capacity(LCID_GERMAN, L"1.000"), 1000);
    assert_int_equal(put_capacity(LCID_ENGLISH, L"1.000"), 1);
    assert_int_equal(put_capacity(LCID_GERMAN, L"20,0"), 20);
    assert_int_equal(put_capacity(LCID_ENGLISH, L"20,0"), 200);
    assert_int_equal(invoke_with((IDispatch *)sink, vmVirtualMachineEvent_GuestLogoff, DISPATCH_METHOD, LCID_GERMAN,
                             L"1,0", 3, &arg_error),
            S_OK);
    assert_int_equal(invoke_with((IDispatch *)sink, vmVirtualMachineEvent_GuestLogoff, DISPATCH_METHOD, LCID_ENGLISH,
                             L"1,0", 3, &arg_error),
            DISP_E_EXCEPTION);
}

#define string_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            string_test(test_names_of_events),
            string_test(test_names_of_any_length),
            string_test(test_labels),
            string_test(test_arguments_stay_whole),
            string_test(test_numbers_with_a_nul_inside),
            string_test(test_numbers_in_the_callers_locale),
    };

    return cmocka_run_group_tests_name("strings", tests, library_load, library_unload);
}

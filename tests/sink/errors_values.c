/* Values that their enumeration does not have: through Invoke, and by a direct call. */
#include "sink/samples.h"

static const LONG never_legal[] = {-1, LONG_MIN, LONG_MAX, 3000, 256, 0x10000};

static IVMEventSink *sink;
static volatile LONG heard;

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
    InterlockedIncrement(&heard);
}

static int set_up(void **state)
{
    IVMEventCallbacks *callbacks;
    DWORD cookie;

    (void)state;
    heard = 0;
    sink = sink_create();
    callbacks = query(sink, &IID_IVMEventCallbacks);
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie) == S_OK);
    IVMEventCallbacks_Release(callbacks);
    return 0;
}

static int tear_down(void **state)
{
    IVMEventSink_Release(sink);
    return library_check_idle(state);
}

static LONG get_rejected(void)
{
    LONG rejected;

    assert_int_equal(IVMEventSink_get_Rejected(sink, &rejected), S_OK);
    return rejected;
}

/* "OnGuestLogoff: logoffType is 3; VMLogoffType has 0 (vmLogoff_Normal), …" */
static void expect_description(const WCHAR *description, const struct sample *sample, UINT arg, LONG value)
{
    WCHAR expected[1024];

    _snwprintf(expected, ARRAYSIZE(expected), L"%ls: %ls is %ld; %ls", sample->name, sample->args[arg].name,
            (long)value, sample->args[arg].legal);
    assert_non_null(description);
    if (wcscmp(description, expected))
        fail_msg("the description is \"%ls\", not \"%ls\"", description, expected);
}

static void expect_exception(const struct sample *sample, IDispatch *face, UINT arg, LONG value, WORD flags)
{
    UINT place = sample->count - 1 - arg, arg_error = 99;
    LONG rejected = get_rejected();
    EXCEPINFO exception;
    DISPPARAMS params = {NULL, NULL, sample->count, 0};
    VARIANT args[2];

    params.rgvarg = args;
    sample_arguments(sample, args);
    V_I4(&args[place]) = value;
    memset(&exception, 0xcc, sizeof(exception));
    assert_int_equal(IDispatch_Invoke(face, sample->id, &IID_NULL, 0, flags, &params, NULL, &exception, &arg_error),
            DISP_E_EXCEPTION);
    assert_int_equal(exception.scode, E_INVALIDARG);
    assert_int_equal(exception.wCode, 0);
    assert_null(exception.bstrHelpFile);
    assert_null(exception.pfnDeferredFillIn);
    assert_int_equal(wcscmp(exception.bstrSource, L"VMEvents.Sink"), 0);
    expect_description(exception.bstrDescription, sample, arg, value);
    assert_int_equal(arg_error, place);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);

    /* Nobody need ask for more than the answer. */
    assert_int_equal(
            IDispatch_Invoke(face, sample->id, &IID_NULL, 0, flags, &params, NULL, NULL, NULL), DISP_E_EXCEPTION);
    assert_int_equal(get_rejected(), rejected + 2);
    assert_int_equal(heard, 0);
    sample_clear(sample, args);
}

static void test_through_invoke(void **state)
{
    UINT enumerations = 0;

    (void)state;
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
    {
        for (UINT arg = 0; arg < sample->count; ++arg)
        {
            IDispatch *face = face_of(sink, sample->iid);

            if (!sample->args[arg].values)
                continue;
            ++enumerations;
            for (size_t i = 0; i < ARRAYSIZE(never_legal); ++i)
                expect_exception(sample, face, arg, never_legal[i], DISPATCH_METHOD);
            expect_exception(sample, face, arg, sample->args[arg].values, DISPATCH_METHOD | DISPATCH_PROPERTYGET);
            if (sample->iid == &DIID_IVMVirtualMachineEvents)
                expect_exception(sample, (IDispatch *)sink, arg, sample->args[arg].values, DISPATCH_METHOD);
        }
    }
    assert_int_equal(enumerations, 3);
}

/* Coerced values are held against the enumeration as well. */
static void test_coerced_values(void **state)
{
    IDispatch *face = face_of(sink, &DIID_IVMVirtualMachineEvents);
    VARIANT args[3];

    (void)state;
    V_VT(&args[0]) = VT_BSTR;
    V_BSTR(&args[0]) = SysAllocString(L"3");
    V_VT(&args[1]) = VT_R8;
    V_R8(&args[1]) = 2.6;
    V_VT(&args[2]) = VT_BOOL;
    V_BOOL(&args[2]) = VARIANT_TRUE;
    for (size_t i = 0; i < ARRAYSIZE(args); ++i)
    {
        assert_int_equal(invoke(face, vmVirtualMachineEvent_GuestLogoff, &args[i], 1), DISP_E_EXCEPTION);
        VariantClear(&args[i]);
    }
    assert_int_equal(heard, 0);
    assert_int_equal(get_rejected(), 3);
}

static void test_every_legal_value(void **state)
{
    LONG expected = 0;

    (void)state;
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
    {
        for (UINT arg = 0; arg < sample->count; ++arg)
        {
            for (LONG value = 0; value < sample->args[arg].values; ++value)
            {
                VARIANT args[2];

                sample_arguments(sample, args);
                V_I4(&args[sample->count - 1 - arg]) = value;
                assert_int_equal(invoke(face_of(sink, sample->iid), sample->id, args, sample->count), S_OK);
                assert_int_equal(heard, ++expected);
                sample_clear(sample, args);
            }
        }
    }
    assert_int_equal(expected, 11 + 3 + 11);
    assert_int_equal(get_rejected(), 0);
}

static void expect_error_info(const struct sample *sample, LONG value)
{
    IErrorInfo *info;
    BSTR string;
    GUID guid;

    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(IErrorInfo_GetGUID(info, &guid), S_OK);
    assert_true(IsEqualGUID(&guid, &IID_IVMEventSink));
    assert_int_equal(IErrorInfo_GetSource(info, &string), S_OK);
    assert_int_equal(wcscmp(string, L"VMEvents.Sink"), 0);
    SysFreeString(string);
    assert_int_equal(IErrorInfo_GetDescription(info, &string), S_OK);
    expect_description(string, sample, 0, value);
    SysFreeString(string);
    IErrorInfo_Release(info);
}

static void test_by_direct_call(void **state)
{
    const struct sample *state_change = &samples[0], *logoff = &samples[10];
    static const LONG logoffs[] = {-1, 3, 2147483647, LONG_MIN}, states[] = {-1, 11, 2147483647, LONG_MIN};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(logoffs); ++i)
    {
        SetErrorInfo(0, NULL);
        assert_int_equal(IVMEventSink_OnGuestLogoff(sink, (VMLogoffType)logoffs[i]), E_INVALIDARG);
        expect_error_info(logoff, logoffs[i]);
        SetErrorInfo(0, NULL);
        assert_int_equal(IVMEventSink_OnStateChange(sink, (VMVMState)states[i]), E_INVALIDARG);
        expect_error_info(state_change, states[i]);
        assert_int_equal(get_rejected(), 2 * i + 2);
    }
    assert_int_equal(heard, 0);
    for (LONG i = 0; i <= 2; ++i)
        assert_int_equal(IVMEventSink_OnGuestLogoff(sink, (VMLogoffType)i), S_OK);
    for (LONG i = 0; i <= 10; ++i)
        assert_int_equal(IVMEventSink_OnStateChange(sink, (VMVMState)i), S_OK);
    assert_int_equal(heard, 14);
}

static void test_configuration_by_direct_call(void **state)
{
    VARIANT none, missing, nothing, strange;

    (void)state;
    V_VT(&missing) = VT_ERROR;
    V_ERROR(&missing) = DISP_E_PARAMNOTFOUND;
    V_VT(&nothing) = VT_BYREF | VT_I4;
    V_I4REF(&nothing) = NULL;
    V_VT(&strange) = VT_CLSID;
    VariantInit(&none);
    assert_int_equal(IVMEventSink_OnConfigurationChanged(sink, NULL, missing), DISP_E_PARAMNOTOPTIONAL);
    assert_int_equal(IVMEventSink_OnConfigurationChanged(sink, NULL, nothing), E_POINTER);
    assert_int_equal(IVMEventSink_OnConfigurationChanged(sink, NULL, strange), DISP_E_TYPEMISMATCH);
    assert_int_equal(get_rejected(), 3);
    assert_int_equal(heard, 0);
    assert_int_equal(IVMEventSink_OnConfigurationChanged(sink, NULL, none), S_OK);
    assert_int_equal(heard, 1);
}

/* Nobody looks at what is in it. */
static void test_array_of_another_type(void **state)
{
    IErrorInfo *info;
    BSTR description;
    VARIANT data;

    (void)state;
    V_VT(&data) = VT_ARRAY | VT_BSTR;
    V_ARRAY(&data) = SafeArrayCreateVector(VT_I4, 0, 4);
    assert_int_equal(IVMEventSink_OnConfigurationChanged(sink, NULL, data), DISP_E_TYPEMISMATCH);
    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(IErrorInfo_GetDescription(info, &description), S_OK);
    IErrorInfo_Release(info);
    assert_non_null(wcsstr(description, L"configData has to be a value that a VARIANT can hold, with arrays"));
    SysFreeString(description);
    assert_int_equal(get_rejected(), 1);
    assert_int_equal(heard, 0);
    SafeArrayDestroy(V_ARRAY(&data));
}

#define value_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            value_test(test_through_invoke),
            value_test(test_coerced_values),
            value_test(test_every_legal_value),
            value_test(test_by_direct_call),
            value_test(test_configuration_by_direct_call),
            value_test(test_array_of_another_type),
    };

    return cmocka_run_group_tests_name("values that are not legal", tests, library_load, library_unload);
}

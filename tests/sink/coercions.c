/* What OLE Automation can coerce is accepted: by value, by reference, by variant reference, by name. */
#include "sink/recorder.h"
#include "sink/samples.h"

#include <math.h>

/* What a callback was given last. */
static struct
{
    LONG count;
    UINT args;
    VARIANT values[2];
} heard;

static IVMEventSink *sink;

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)context;
    ++heard.count;
    heard.args = event->argCount;
    for (UINT i = 0; i < event->argCount; ++i)
        CHECK(V_VT(&event->args[i]) != VT_BSTR || V_BSTR(&event->args[i]));
    for (UINT i = 0; i < event->argCount; ++i)
        CHECK(SUCCEEDED(VariantCopy(&heard.values[i], (VARIANT *)&event->args[i])));
}

static int set_up(void **state)
{
    IVMEventCallbacks *callbacks;
    DWORD cookie;

    (void)state;
    memset(&heard, 0, sizeof(heard));
    sink = sink_create();
    callbacks = query(sink, &IID_IVMEventCallbacks);
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie) == S_OK);
    IVMEventCallbacks_Release(callbacks);
    return 0;
}

static int tear_down(void **state)
{
    VariantClear(&heard.values[0]);
    VariantClear(&heard.values[1]);
    IVMEventSink_Release(sink);
    return library_check_idle(state);
}

static HRESULT raise(DISPID id, VARIANT *arg)
{
    return invoke(face_of(sink, &DIID_IVMVirtualMachineEvents), id, arg, 1);
}

/* The value itself, by reference to it, and by reference to a VARIANT of it: all mean 2. */
static void expect_two(VARIANT value)
{
    const DISPID id = vmVirtualMachineEvent_GuestLogoff;
    VARIANT reference, variant_reference, both;
    VARIANT *forms[] = {&value, &variant_reference, &reference, &both};
    BYTE copy[sizeof(value)];

    V_VT(&reference) = V_VT(&value) | VT_BYREF;
    /* A DECIMAL fills the VARIANT. */
    V_BYREF(&reference) = V_VT(&value) == VT_DECIMAL ? (void *)&value : (void *)&V_I4(&value);
    V_VT(&variant_reference) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&variant_reference) = &value;
    V_VT(&both) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&both) = &reference;
    memcpy(copy, &value, sizeof(value));
    for (size_t i = 0; i < ARRAYSIZE(forms); ++i)
    {
        LONG count = heard.count;
        HRESULT hr = raise(id, forms[i]);

        if (hr != S_OK)
            fail_msg("type %d, form %d: 0x%08lx", V_VT(&value), (int)i, (unsigned long)hr);
        assert_int_equal(heard.count, count + 1);
        assert_int_equal(V_VT(&heard.values[0]), VT_I4);
        assert_int_equal(V_I4(&heard.values[0]), 2);
        assert_memory_equal(copy, &value, sizeof(value));
    }
}

#define TWO(type, member, number)                                                                                      \
    do                                                                                                                 \
    {                                                                                                                  \
        VARIANT two_;                                                                                                  \
        memset(&two_, 0, sizeof(two_));                                                                                \
        V_VT(&two_) = type;                                                                                            \
        member(&two_) = number;                                                                                        \
        expect_two(two_);                                                                                              \
    } while (0)

static void test_numbers(void **state)
{
    VARIANT decimal;

    (void)state;
    TWO(VT_I4, V_I4, 2);
    TWO(VT_I2, V_I2, 2);
    TWO(VT_I1, V_I1, 2);
    TWO(VT_UI1, V_UI1, 2);
    TWO(VT_UI2, V_UI2, 2);
    TWO(VT_UI4, V_UI4, 2);
    TWO(VT_I8, V_I8, 2);
    TWO(VT_UI8, V_UI8, 2);
    TWO(VT_INT, V_INT, 2);
    TWO(VT_UINT, V_UINT, 2);
    TWO(VT_R4, V_R4, 2.0f);
    TWO(VT_R8, V_R8, 2.0);
    TWO(VT_R8, V_R8, 2.4);
    TWO(VT_R8, V_R8, 1.5); /* to the even one */
    TWO(VT_DATE, V_DATE, 2.0);
    memset(&decimal, 0, sizeof(decimal));
    V_DECIMAL(&decimal).Lo64 = 20;
    V_DECIMAL(&decimal).scale = 1;
    V_VT(&decimal) = VT_DECIMAL;
    expect_two(decimal);
    memset(&decimal, 0, sizeof(decimal));
    V_VT(&decimal) = VT_CY;
    V_CY(&decimal).int64 = 20000;
    expect_two(decimal);
}

static void test_strings(void **state)
{
    static const WCHAR *const strings[] = {L"2", L" 2 ", L"2.0", L"&H2"};
    VARIANT value;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(strings); ++i)
    {
        V_VT(&value) = VT_BSTR;
        V_BSTR(&value) = SysAllocString(strings[i]);
        expect_two(value);
        VariantClear(&value);
    }
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(L"Forced");
    assert_int_equal(raise(vmVirtualMachineEvent_GuestLogoff, &value), DISP_E_TYPEMISMATCH);
    VariantClear(&value);
}

/* The name of an enumerator is its number. One of another enumeration is none. */
static void test_enumerators(void **state)
{
    static const WCHAR *const names[] = {L"vmLogoff_External", L"VMLOGOFF_EXTERNAL"};
    VARIANT value;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(names); ++i)
    {
        V_VT(&value) = VT_BSTR;
        V_BSTR(&value) = SysAllocString(names[i]);
        expect_two(value);
        VariantClear(&value);
    }
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(L"vmVMState_Saved");
    assert_int_equal(raise(vmVirtualMachineEvent_GuestLogoff, &value), DISP_E_TYPEMISMATCH);
    VariantClear(&value);
    V_BSTR(&value) = SysAllocStringLen(L"vmLogoff_External\0x", 19);
    V_VT(&value) = VT_BSTR;
    assert_int_equal(raise(vmVirtualMachineEvent_GuestLogoff, &value), DISP_E_TYPEMISMATCH);
    VariantClear(&value);
}

static void test_empty_is_zero(void **state)
{
    VARIANT empty;

    (void)state;
    VariantInit(&empty);
    assert_int_equal(raise(vmVirtualMachineEvent_GuestLogoff, &empty), S_OK);
    assert_int_equal(V_I4(&heard.values[0]), 0);
    assert_int_equal(raise(vmVirtualMachineEvent_DiskOutOfSpace, &empty), S_OK);
    assert_int_equal(V_BOOL(&heard.values[0]), VARIANT_FALSE);
}

static void test_too_large(void **state)
{
    VARIANT value;

    (void)state;
    V_VT(&value) = VT_R8;
    V_R8(&value) = 1e10;
    assert_int_equal(raise(vmVirtualMachineEvent_GuestLogoff, &value), DISP_E_TYPEMISMATCH);
    V_R8(&value) = NAN;
    assert_true(FAILED(raise(vmVirtualMachineEvent_GuestLogoff, &value)));
    V_VT(&value) = VT_UI4;
    V_UI4(&value) = 0xffffffff;
    /* Wine takes it for -1, which is not legal either. */
    assert_true(FAILED(raise(vmVirtualMachineEvent_GuestLogoff, &value)));
    V_VT(&value) = VT_I8;
    V_I8(&value) = 0x100000001;
    assert_int_equal(raise(vmVirtualMachineEvent_GuestLogoff, &value), DISP_E_TYPEMISMATCH);
    assert_int_equal(heard.count, 0);
}

/* Whatever a caller holds for true arrives as VARIANT_TRUE. */
static void test_booleans(void **state)
{
    VARIANT truths[6];

    (void)state;
    V_VT(&truths[0]) = VT_BOOL;
    V_BOOL(&truths[0]) = 1;
    V_VT(&truths[1]) = VT_I4;
    V_I4(&truths[1]) = 256;
    V_VT(&truths[2]) = VT_R8;
    V_R8(&truths[2]) = 0.5;
    V_VT(&truths[3]) = VT_BSTR;
    V_BSTR(&truths[3]) = SysAllocString(L"True");
    V_VT(&truths[4]) = VT_BSTR;
    V_BSTR(&truths[4]) = SysAllocString(L"-1");
    V_VT(&truths[5]) = VT_BOOL;
    V_BOOL(&truths[5]) = VARIANT_TRUE;
    for (size_t i = 0; i < ARRAYSIZE(truths); ++i)
    {
        VARIANT reference;

        assert_int_equal(raise(vmVirtualMachineEvent_EnhancedVideoModeChanged, &truths[i]), S_OK);
        assert_int_equal(V_VT(&heard.values[0]), VT_BOOL);
        assert_int_equal(V_BOOL(&heard.values[0]), VARIANT_TRUE);
        V_VT(&reference) = VT_BYREF | V_VT(&truths[i]);
        V_BYREF(&reference) = &V_I4(&truths[i]);
        assert_int_equal(raise(vmVirtualMachineEvent_EnhancedVideoModeChanged, &reference), S_OK);
        assert_int_equal(V_BOOL(&heard.values[0]), VARIANT_TRUE);
        VariantClear(&truths[i]);
    }
    assert_int_equal(IVMEventSink_OnDiskOutOfSpace(sink, 1), S_OK);
    assert_int_equal(V_BOOL(&heard.values[0]), VARIANT_TRUE);
    assert_int_equal(IVMEventSink_OnDiskOutOfSpace(sink, 0), S_OK);
    assert_int_equal(V_BOOL(&heard.values[0]), VARIANT_FALSE);
}

static void test_what_becomes_a_string(void **state)
{
    IDispatch *face = face_of(sink, &DIID_IVMDVDDriveEvents);
    VARIANT value, reference;
    BSTR string = NULL;

    (void)state;
    V_VT(&value) = VT_I4;
    V_I4(&value) = 12;
    assert_int_equal(invoke(face, 1, &value, 1), S_OK);
    assert_int_equal(wcscmp(V_BSTR(&heard.values[0]), L"12"), 0);

    /* No string and an empty one are the same to OLE Automation; a callback gets one that is there. */
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = NULL;
    assert_int_equal(invoke(face, 1, &value, 1), S_OK);
    assert_int_equal(V_VT(&heard.values[0]), VT_BSTR);
    assert_int_equal(SysStringLen(V_BSTR(&heard.values[0])), 0);
    V_VT(&reference) = VT_BYREF | VT_BSTR;
    V_BSTRREF(&reference) = &string;
    assert_int_equal(invoke(face, 1, &reference, 1), S_OK);
    assert_int_equal(SysStringLen(V_BSTR(&heard.values[0])), 0);
    string = SysAllocStringLen(L"a\0b", 3);
    assert_int_equal(invoke(face, 1, &reference, 1), S_OK);
    assert_int_equal(SysStringLen(V_BSTR(&heard.values[0])), 3);
    SysFreeString(string);
    VariantInit(&value);
    assert_int_equal(invoke(face, 1, &value, 1), S_OK);
    assert_int_equal(SysStringLen(V_BSTR(&heard.values[0])), 0);
    assert_int_equal(heard.count, 5);
}

static void test_named_arguments(void **state)
{
    const struct sample *changed = &samples[5], *logoff = &samples[10];
    const struct sample *of_machine = sample_find(&DIID_IVMVirtualPCEvents, 2);
    const struct sample *two[] = {changed, of_machine};
    DISPID in_order[2] = {0, 1}, reversed[2] = {1, 0}, last[1] = {1};
    VARIANT args[2], swapped[2];

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(two); ++i)
    {
        DISPPARAMS by_reversed = {args, reversed, 2, 2}, by_last = {args, last, 2, 1};
        DISPPARAMS by_order = {swapped, in_order, 2, 2};
        DISPPARAMS *calls[] = {&by_reversed, &by_last, &by_order};
        IDispatch *face = face_of(sink, two[i]->iid);

        sample_arguments(two[i], args);
        swapped[0] = args[1];
        swapped[1] = args[0];
        for (size_t call = 0; call < ARRAYSIZE(calls); ++call)
        {
            VariantClear(&heard.values[0]);
            VariantClear(&heard.values[1]);
            assert_int_equal(
                    IDispatch_Invoke(face, two[i]->id, &IID_NULL, 0, DISPATCH_METHOD, calls[call], NULL, NULL, NULL),
                    S_OK);
            assert_true(sample_has_arguments(two[i], heard.values));
        }
        sample_clear(two[i], args);
    }
    {
        DISPPARAMS by_name = {args, in_order, 1, 1};

        sample_arguments(logoff, args);
        assert_int_equal(
                IVMEventSink_Invoke(sink, logoff->id, &IID_NULL, 0, DISPATCH_METHOD, &by_name, NULL, NULL, NULL), S_OK);
        assert_int_equal(V_I4(&heard.values[0]), 1);
    }
}

/* The data of a configuration change come as they are, references followed. */
static void test_configuration_takes_any_variant(void **state)
{
    VARIANT args[2], inner;
    LONG number = 42;

    (void)state;
    V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[1]) = SysAllocString(L"key");
    V_VT(&inner) = VT_NULL;
    V_VT(&args[0]) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&args[0]) = &inner;
    assert_int_equal(invoke(sink, vmVirtualMachineEvent_ConfigurationChanged, args, 2), S_OK);
    assert_int_equal(V_VT(&heard.values[1]), VT_NULL);
    V_VT(&args[0]) = VT_BYREF | VT_I4;
    V_I4REF(&args[0]) = &number;
    assert_int_equal(invoke(sink, vmVirtualMachineEvent_ConfigurationChanged, args, 2), S_OK);
    assert_int_equal(V_VT(&heard.values[1]), VT_I4);
    assert_int_equal(V_I4(&heard.values[1]), 42);
    V_VT(&args[0]) = VT_ERROR;
    V_ERROR(&args[0]) = E_FAIL;
    assert_int_equal(invoke(sink, vmVirtualMachineEvent_ConfigurationChanged, args, 2), S_OK);
    assert_int_equal(V_VT(&heard.values[1]), VT_ERROR);
    SysFreeString(V_BSTR(&args[1]));
}

/* A string that is NULL has the declared type, but no callback is shown it so. */
static void test_null_is_an_empty_string(void **state)
{
    VARIANT arg;

    (void)state;
    V_VT(&arg) = VT_BSTR;
    V_BSTR(&arg) = NULL;
    assert_int_equal(invoke(face_of(sink, &DIID_IVMDVDDriveEvents), vmDVDDriveEvent_OnInsert, &arg, 1), S_OK);
    assert_int_equal(heard.count, 1);
    assert_int_equal(V_VT(&heard.values[0]), VT_BSTR);
    assert_int_equal(SysStringLen(V_BSTR(&heard.values[0])), 0);
}

#define coercion_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            coercion_test(test_numbers),
            coercion_test(test_strings),
            coercion_test(test_enumerators),
            coercion_test(test_empty_is_zero),
            coercion_test(test_too_large),
            coercion_test(test_booleans),
            coercion_test(test_what_becomes_a_string),
            coercion_test(test_null_is_an_empty_string),
            coercion_test(test_named_arguments),
            coercion_test(test_configuration_takes_any_variant),
    };

    return cmocka_run_group_tests_name("arguments that are coerced", tests, library_load, library_unload);
}

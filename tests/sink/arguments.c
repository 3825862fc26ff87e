/*
 * Arguments of the sink's own members, and of the objects that come from it, that are not there or not true: references to
 * nothing, counted arguments without an array, DECIMALs that there are not. And objects in an argument's place, which
 * are asked for their default value, once.
 */
#include "sink/recorder.h"

#define MARK 77

/* DISPIDs of the sink's members. */
#define SUBSCRIBE 100
#define UNSUBSCRIBE 101
#define CONNECT 102
#define DISCONNECT 103
#define NEXT_EVENT 104
#define RUN 105
#define QUEUE_CAPACITY 107
#define CATCH_UP 112
#define WAIT_FOR 115
#define EVENTS_OF 118

/* Of a record's. */
#define DETAILS 12
#define ENUMERATOR 10

static IVMEventSink *sink, *other;
static IVMEventRecord *record;
static IVMEventCollection *events;
static struct recorder asked;
static struct recorder handler;

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    other = sink_create();
    CHECK(IVMEventSink_OnGuestLogoff(sink, vmLogoff_Forced) == S_OK);
    CHECK(IVMEventSink_NextEvent(sink, 0, &record) == S_OK && record);
    CHECK(IVMEventSink_get_Events(sink, &events) == S_OK);
    recorder_init(&asked);
    recorder_init(&handler);
    return 0;
}

static int tear_down(void **state)
{
    IVMEventCollection_Release(events);
    IVMEventRecord_Release(record);
    IVMEventSink_Release(sink);
    IVMEventSink_Release(other);
    recorder_end(&asked);
    recorder_end(&handler);
    return library_check_idle(state);
}

/* A member, and one of its arguments. */
struct member
{
    enum
    {
        OF_SINK,
        OF_RECORD,
        OF_EVENTS
    } of;
    DISPID id;
    WORD flags;
    UINT count;
    UINT place; /* of the argument, as DISPPARAMS has it */
};

static const struct member members[] = {
        {OF_SINK, SUBSCRIBE, DISPATCH_METHOD, 2, 0},
        {OF_SINK, SUBSCRIBE, DISPATCH_METHOD, 2, 1},
        {OF_SINK, SUBSCRIBE, DISPATCH_METHOD, 3, 0},
        {OF_SINK, UNSUBSCRIBE, DISPATCH_METHOD, 1, 0},
        {OF_SINK, CONNECT, DISPATCH_METHOD, 1, 0},
        {OF_SINK, CONNECT, DISPATCH_METHOD, 2, 0},
        {OF_SINK, DISCONNECT, DISPATCH_METHOD, 1, 0},
        {OF_SINK, NEXT_EVENT, DISPATCH_METHOD, 1, 0},
        {OF_SINK, RUN, DISPATCH_METHOD, 1, 0},
        {OF_SINK, QUEUE_CAPACITY, DISPATCH_PROPERTYPUT, 1, 0},
        {OF_SINK, CATCH_UP, DISPATCH_METHOD, 1, 0},
        {OF_SINK, WAIT_FOR, DISPATCH_METHOD, 2, 1},
        {OF_SINK, WAIT_FOR, DISPATCH_METHOD, 2, 0},
        {OF_SINK, WAIT_FOR, DISPATCH_METHOD, 3, 0},
        {OF_SINK, EVENTS_OF, DISPATCH_METHOD, 1, 0},
        {OF_RECORD, DISPID_VALUE, DISPATCH_PROPERTYGET, 1, 0},
        {OF_RECORD, ENUMERATOR, DISPATCH_PROPERTYGET, 1, 0},
        {OF_RECORD, DETAILS, DISPATCH_PROPERTYGET, 1, 0},
        {OF_EVENTS, DISPID_VALUE, DISPATCH_PROPERTYGET, 1, 0},
};

/* What fits the parameters of Subscribe, Connect and WaitFor; of the others the argument is the only one. */
static void make_right(const struct member *member, VARIANT *args)
{
    for (UINT i = 0; i < member->count; ++i)
        VariantInit(&args[i]);
    for (UINT i = 0; i < member->count; ++i)
    {
        UINT parameter = member->count - 1 - i;

        if (member->id == CONNECT && !parameter)
            V_VT(&args[i]) = VT_UNKNOWN, V_UNKNOWN(&args[i]) = (IUnknown *)other, IUnknown_AddRef(V_UNKNOWN(&args[i]));
        else if (member->id == SUBSCRIBE && parameter == 1)
            args[i] = recorder_variant(&handler), IDispatch_AddRef(V_DISPATCH(&args[i]));
        else if (member->id == WAIT_FOR && parameter == 1)
            V_VT(&args[i]) = VT_I4;
        else
            V_VT(&args[i]) = VT_BSTR, V_BSTR(&args[i]) = SysAllocString(L"OnReset");
    }
}

/* Calls the member with that argument in its place; what else it takes is right. */
static HRESULT call(const struct member *member, VARIANT *arg, EXCEPINFO *exception, UINT *arg_error)
{
    IDispatch *objects[] = {(IDispatch *)sink, (IDispatch *)record, (IDispatch *)events};
    DISPID put = DISPID_PROPERTYPUT;
    VARIANT args[3], result, right;
    DISPPARAMS params = {args, NULL, member->count, 0};
    HRESULT hr;

    if (member->flags == DISPATCH_PROPERTYPUT)
    {
        params.rgdispidNamedArgs = &put;
        params.cNamedArgs = 1;
    }
    VariantInit(&result);
    make_right(member, args);
    right = args[member->place];
    args[member->place] = *arg;
    /* So that nothing waits. */
    CHECK(IVMEventSink_Stop(sink) == S_OK);
    hr = IDispatch_Invoke(objects[member->of], member->id, &IID_NULL, LOCALE_USER_DEFAULT, member->flags, &params,
            &result, exception, arg_error);
    args[member->place] = right;
    for (UINT i = 0; i < member->count; ++i)
        VariantClear(&args[i]);
    VariantClear(&result);
    return hr;
}

/* Sees that the argument is refused by that error, with a description in which the words are. */
static void expect_refusal(const struct member *member, VARIANT *arg, HRESULT answer, const WCHAR *words)
{
    EXCEPINFO exception = {0};
    UINT place = MARK;
    HRESULT hr = call(member, arg, &exception, &place);

    if (hr != DISP_E_EXCEPTION || exception.scode != answer || !wcsstr(exception.bstrDescription, words))
        fail_msg("member %ld, place %u, type %u: 0x%08lx, 0x%08lx, %ls", (long)member->id, member->place, V_VT(arg),
                (unsigned long)hr, (unsigned long)exception.scode, exception.bstrDescription);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
}

static void test_references_to_nothing(void **state)
{
    static const VARTYPE types[] = {VT_VARIANT, VT_I2, VT_I4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_DISPATCH, VT_BOOL,
            VT_UNKNOWN, VT_DECIMAL, VT_ARRAY | VT_VARIANT};
    VARIANT nothing, outer;
    UINT place;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(members) * ARRAYSIZE(types); ++i)
    {
        const struct member *member = &members[i / ARRAYSIZE(types)];

        V_VT(&nothing) = VT_BYREF | types[i % ARRAYSIZE(types)];
        V_BYREF(&nothing) = NULL;
        V_VT(&outer) = VT_BYREF | VT_VARIANT;
        V_VARIANTREF(&outer) = &nothing;
        expect_refusal(member, &nothing, E_POINTER, L" is a reference to nothing");
        expect_refusal(member, &outer, E_POINTER, L" is a reference to nothing");
        place = MARK;
        assert_int_equal(call(member, &nothing, NULL, &place), E_POINTER);
        assert_int_equal(place, member->place);
    }
    assert_int_equal(handler.refcount, 1);
}

static void test_references_to_nothing_by_the_vtable(void **state)
{
    VARIANT nothing, value;
    BSTR name;

    (void)state;
    V_VT(&nothing) = VT_BYREF | VT_I4;
    V_BYREF(&nothing) = NULL;
    assert_int_equal(IVMEventRecord_get_Value(record, nothing, &value), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Enumerator(record, nothing, &name), E_POINTER);
    assert_int_equal(IVMEventRecord_get_Details(record, nothing, &value), E_POINTER);
    assert_int_equal(IVMEventCollection_get_Item(events, nothing, &value), E_POINTER);
}

/* Events and members answer the same, whether it is the right number that is counted or not. */
static void test_counted_arguments_without_an_array(void **state)
{
    (void)state;
    for (DISPID id = 1; id <= EVENTS_OF; id = id == 12 ? SUBSCRIBE : id + 1)
    {
        for (UINT count = 1; count <= 3; ++count)
        {
            DISPPARAMS missing = {NULL, NULL, count, 0}, unnamed = {NULL, NULL, count, 1};
            VARIANT args[3] = {{{{VT_I4, 0, 0, 0, {0}}}}};

            assert_int_equal(IVMEventSink_Invoke(sink, id, &IID_NULL, 0, DISPATCH_METHOD, &missing, NULL, NULL, NULL),
                    E_POINTER);
            assert_int_equal(IVMEventSink_Invoke(sink, id, &IID_NULL, 0, DISPATCH_METHOD, &unnamed, NULL, NULL, NULL),
                    E_POINTER);
            unnamed.rgvarg = args;
            assert_int_equal(IVMEventSink_Invoke(sink, id, &IID_NULL, 0, DISPATCH_METHOD, &unnamed, NULL, NULL, NULL),
                    E_POINTER);
        }
    }
}

static VARIANT decimal(BYTE scale, BYTE sign)
{
    VARIANT value;

    memset(&value, 0, sizeof(value));
    V_DECIMAL(&value).Lo64 = 5;
    V_DECIMAL(&value).scale = scale;
    V_DECIMAL(&value).sign = sign;
    V_VT(&value) = VT_DECIMAL;
    return value;
}

static const struct
{
    BYTE scale, sign;
} false_decimals[] = {{29, 0}, {255, 0}, {200, DECIMAL_NEG}, {0, 1}, {28, 0x7f}, {2, 0x81}};

/* Those whose parameters are a string's or a number's. */
static bool is_converted(const struct member *member)
{
    return member->of == OF_SINK && !(member->id == SUBSCRIBE && member->count == 2) && member->id != EVENTS_OF
            && !(member->id == WAIT_FOR && member->place) && !(member->id == CONNECT && member->count == 1);
}

static void test_decimals_that_there_are_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(members) * ARRAYSIZE(false_decimals); ++i)
    {
        const struct member *member = &members[i / ARRAYSIZE(false_decimals)];
        VARIANT value = decimal(false_decimals[i % ARRAYSIZE(false_decimals)].scale,
                false_decimals[i % ARRAYSIZE(false_decimals)].sign);
        DECIMAL number = V_DECIMAL(&value);
        VARIANT reference, object = recorder_variant(&asked);

        V_VT(&reference) = VT_BYREF | VT_DECIMAL;
        V_DECIMALREF(&reference) = &number;
        asked.value = &value;
        asked.begun = asked.calls = 0;
        if (is_converted(member))
        {
            expect_refusal(member, &value, DISP_E_TYPEMISMATCH, L"; it has to be ");
            expect_refusal(member, &reference, DISP_E_TYPEMISMATCH, L"; it has to be ");
            expect_refusal(member, &object, DISP_E_TYPEMISMATCH, L"; it has to be ");
        }
        else
        {
            assert_true(FAILED(call(member, &value, NULL, NULL)));
            assert_true(FAILED(call(member, &reference, NULL, NULL)));
            if (member->id != CONNECT && member->id != EVENTS_OF && !(member->id == SUBSCRIBE && !member->place))
                assert_true(FAILED(call(member, &object, NULL, NULL)));
        }
    }
}

static void test_false_decimals_as_events_arguments(void **state)
{
    LONG rejected, expected = 0;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(false_decimals); ++i)
    {
        VARIANT value = decimal(false_decimals[i].scale, false_decimals[i].sign), args[2], object;
        DISPPARAMS one = {args, NULL, 1, 0}, two = {args, NULL, 2, 0};
        DECIMAL number = V_DECIMAL(&value);

        object = recorder_variant(&asked);
        asked.value = &value;
        asked.begun = asked.calls = 0;
        assert_int_equal(IVMEventSink_OnConfigurationChanged(sink, NULL, value), DISP_E_TYPEMISMATCH);
        for (UINT form = 0; form < 3; ++form)
        {
            /* For the key and for the data, which is a VARIANT; an object is taken for what it is there. */
            args[0] = args[1] = form == 2 ? object : value;
            if (form == 1)
            {
                V_VT(&args[0]) = V_VT(&args[1]) = VT_BYREF | VT_DECIMAL;
                V_DECIMALREF(&args[0]) = V_DECIMALREF(&args[1]) = &number;
            }
            assert_int_equal(IVMEventSink_Invoke(sink, vmVirtualMachineEvent_ConfigurationChanged, &IID_NULL, 0,
                                     DISPATCH_METHOD, &two, NULL, NULL, NULL),
                    DISP_E_TYPEMISMATCH);
            assert_int_equal(IVMEventSink_Invoke(sink, vmVirtualMachineEvent_GuestLogoff, &IID_NULL, 0, DISPATCH_METHOD,
                                     &one, NULL, NULL, NULL),
                    DISP_E_TYPEMISMATCH);
            V_VT(&args[1]) = VT_BSTR;
            V_BSTR(&args[1]) = NULL;
            if (form < 2)
                assert_int_equal(IVMEventSink_Invoke(sink, vmVirtualMachineEvent_ConfigurationChanged, &IID_NULL, 0,
                                         DISPATCH_METHOD, &two, NULL, NULL, NULL),
                        DISP_E_TYPEMISMATCH);
        }
        expected += 9;
    }
    assert_int_equal(IVMEventSink_get_Rejected(sink, &rejected), S_OK);
    assert_int_equal(rejected, expected);
}

/* In an array, whose elements an event is not asked about, it is shown as what cannot be written, by all alike. */
static void test_false_decimals_in_arrays(void **state)
{
    VARIANT array = {.vt = VT_ARRAY | VT_DECIMAL}, value = decimal(255, 0);
    struct member subscribe = {OF_SINK, SUBSCRIBE, DISPATCH_METHOD, 2, 1};
    IVMEventRecord *heard;
    BSTR text, json;
    LONG first = 0;

    (void)state;
    V_ARRAY(&array) = SafeArrayCreateVector(VT_DECIMAL, 0, 1);
    assert_int_equal(SafeArrayPutElement(V_ARRAY(&array), &first, &V_DECIMAL(&value)), S_OK);
    assert_int_equal(call(&subscribe, &array, NULL, NULL), DISP_E_EXCEPTION);
    assert_int_equal(IVMEventSink_OnConfigurationChanged(sink, NULL, array), S_OK);
    assert_int_equal(IVMEventSink_NextEvent(sink, 0, &heard), S_OK);
    assert_int_equal(IVMEventRecord_get_Text(heard, &text), S_OK);
    assert_non_null(wcsstr(text, L"Array(1)[?]"));
    assert_int_equal(IVMEventRecord_get_Json(heard, &json), S_OK);
    assert_non_null(wcsstr(json, L"\"?\""));
    assert_null(wcsstr(json, L"scale"));
    SysFreeString(text);
    SysFreeString(json);
    IVMEventRecord_Release(heard);
    VariantClear(&array);
}

/* For a number and for a string, for a VARIANT that is looked at, and whether what it says is taken or refused. */
static void test_objects_are_asked_once(void **state)
{
    VARIANT answers[] = {{.vt = VT_BSTR}, {.vt = VT_BSTR}, {.vt = VT_I4}, {.vt = VT_R8}, {.vt = VT_EMPTY},
            {.vt = VT_NULL}, {.vt = VT_DISPATCH}};
    VARIANT object = recorder_variant(&asked);

    (void)state;
    V_BSTR(&answers[0]) = SysAllocString(L"7");
    V_BSTR(&answers[1]) = SysAllocString(L"seven");
    V_R8(&answers[3]) = 1e10;
    for (size_t i = 0; i < ARRAYSIZE(members) * ARRAYSIZE(answers); ++i)
    {
        const struct member *member = &members[i / ARRAYSIZE(answers)];
        EXCEPINFO exception = {0};

        /* There an object is what is wanted. */
        if ((member->id == SUBSCRIBE && member->count == 2 && !member->place)
                || (member->id == CONNECT && member->count == 1) || member->id == EVENTS_OF
                || (member->of == OF_RECORD && member->id == DETAILS))
            continue;
        asked.value = &answers[i % ARRAYSIZE(answers)];
        asked.begun = asked.calls = 0;
        call(member, &object, &exception, NULL);
        SysFreeString(exception.bstrSource);
        SysFreeString(exception.bstrDescription);
        if (asked.calls != 1)
            fail_msg("member %ld, place %u, answer %u: asked %ld times", (long)member->id, member->place,
                    (UINT)(i % ARRAYSIZE(answers)), asked.calls);
        assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 8), S_OK);
    }
    VariantClear(&answers[0]);
    VariantClear(&answers[1]);
}

static void test_what_is_checked_is_what_is_used(void **state)
{
    VARIANT object = recorder_variant(&asked), number = {.vt = VT_BSTR};
    DISPID put = DISPID_PROPERTYPUT;
    DISPPARAMS params = {&object, &put, 1, 1};
    LONG capacity;

    (void)state;
    V_BSTR(&number) = SysAllocString(L"17");
    asked.value = &number;
    assert_int_equal(
            IVMEventSink_Invoke(sink, QUEUE_CAPACITY, &IID_NULL, 0, DISPATCH_PROPERTYPUT, &params, NULL, NULL, NULL),
            S_OK);
    assert_int_equal(asked.calls, 1);
    assert_int_equal(IVMEventSink_get_QueueCapacity(sink, &capacity), S_OK);
    assert_int_equal(capacity, 17);
    VariantClear(&number);
}

/* The default value of an object may be an object again, but not without end. */
static void test_object_that_is_its_own_default_value(void **state)
{
    VARIANT object = recorder_variant(&asked);
    struct member unsubscribe = {OF_SINK, UNSUBSCRIBE, DISPATCH_METHOD, 1, 0};

    (void)state;
    asked.value = &object;
    expect_refusal(&unsubscribe, &object, DISP_E_TYPEMISMATCH, L"cookie is Object; it has to be ");
    assert_true(asked.calls < 16);
    asked.value = NULL;
}

static void test_names_of_no_parameter(void **state)
{
    VARIANT args[2] = {{{{VT_I4, 0, 0, 0, {0}}}}, {{{VT_I4, 0, 0, 0, {0}}}}};
    DISPID name = 9;
    DISPPARAMS params = {args, &name, 1, 1};
    UINT place = MARK;

    (void)state;
    assert_int_equal(IVMEventSink_Invoke(sink, NEXT_EVENT, &IID_NULL, 0, DISPATCH_METHOD, &params, NULL, NULL, &place),
            DISP_E_PARAMNOTFOUND);
    assert_int_equal(place, 0);
}

#define argument_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            argument_test(test_references_to_nothing),
            argument_test(test_references_to_nothing_by_the_vtable),
            argument_test(test_counted_arguments_without_an_array),
            argument_test(test_decimals_that_there_are_not),
            argument_test(test_false_decimals_as_events_arguments),
            argument_test(test_false_decimals_in_arrays),
            argument_test(test_objects_are_asked_once),
            argument_test(test_what_is_checked_is_what_is_used),
            argument_test(test_object_that_is_its_own_default_value),
            argument_test(test_names_of_no_parameter),
    };

    return cmocka_run_group_tests_name("arguments", tests, library_load, library_unload);
}

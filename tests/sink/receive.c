/* Several events in one call of a source: IVMEventReceiver of the sinks that Connect advises. */
#include "sink/source.h"

#include <wchar.h>

#define CODE(interface_, arguments, id) ((interface_) << 24 | (arguments) << 16 | (id))

enum
{
    LOGOFF = CODE(0, 1, vmVirtualMachineEvent_GuestLogoff),
    CONFIGURATION = CODE(0, 2, vmVirtualMachineEvent_ConfigurationChanged),
    RESET = CODE(0, 0, vmVirtualMachineEvent_Reset),
    EJECT = CODE(2, 1, vmDVDDriveEvent_OnEject),
};

static IVMEventSink *sink;
static IVMEventReceiver *receiver;
static struct source source;
static WCHAR heard[1024]; /* "label.OnReset label.OnGuestLogoff " */
static LONG heard_count;
static DWORD delay_ms;
static LONG cookie;

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)context;
    Sleep(delay_ms);
    ++heard_count;
    if (heard_count < 10)
        swprintf(heard + wcslen(heard), ARRAYSIZE(heard) - wcslen(heard), L"%ls.%ls ", event->source, event->name);
}

static int set_up(void **state)
{
    IVMEventCallbacks *callbacks;
    BSTR label = SysAllocString(L"Own");
    DWORD callback;

    (void)state;
    *heard = 0;
    heard_count = 0;
    delay_ms = 0;
    sink = sink_create();
    callbacks = query(sink, &IID_IVMEventCallbacks);
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &callback) == S_OK);
    IVMEventCallbacks_Release(callbacks);
    source_init(&source, 15);
    CHECK(IVMEventSink_Connect(sink, (IUnknown *)&source.IDispatch_iface, label, &cookie) == S_OK);
    SysFreeString(label);
    receiver = query(source.points[0].sink, &IID_IVMEventReceiver);
    return 0;
}

static int tear_down(void **state)
{
    IVMEventReceiver_Release(receiver);
    CHECK(!IVMEventSink_Release(sink));
    source_end(&source);
    return library_check_idle(state);
}

/* The arrays of a call. */
struct call
{
    SAFEARRAY *events, *sources, *arguments, *details;
    LONG taken, refused;
};

static SAFEARRAY *codes(UINT count, const LONG *values)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_I4, 0, count);

    memcpy(array->pvData, values, count * sizeof(*values));
    return array;
}

static SAFEARRAY *strings(UINT count, const WCHAR *const *values)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_BSTR, 0, count);

    for (UINT i = 0; i < count; ++i)
        ((BSTR *)array->pvData)[i] = values[i] ? SysAllocString(values[i]) : NULL;
    return array;
}

/* Numbers, but for what stands below zero, which becomes a string. */
static SAFEARRAY *values(UINT count, const LONG *numbers)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, count);
    VARIANT *data = array->pvData;

    for (UINT i = 0; i < count; ++i)
    {
        V_VT(&data[i]) = numbers[i] < 0 ? VT_BSTR : VT_I4;
        if (numbers[i] < 0)
            V_BSTR(&data[i]) = SysAllocString(L"text");
        else
            V_I4(&data[i]) = numbers[i];
    }
    return array;
}

static HRESULT receive(struct call *call)
{
    call->taken = call->refused = -1;
    return IVMEventReceiver_Receive(
            receiver, call->events, call->sources, call->arguments, call->details, &call->taken, &call->refused);
}

static void call_end(struct call *call)
{
    SAFEARRAY *arrays[] = {call->events, call->sources, call->arguments, call->details};

    for (UINT i = 0; i < ARRAYSIZE(arrays); ++i)
    {
        if (arrays[i])
            SafeArrayDestroy(arrays[i]);
    }
}

static LONG rejected(void)
{
    LONG count;

    assert_int_equal(IVMEventSink_get_Rejected(sink, &count), S_OK);
    return count;
}

static const LONG three[] = {RESET, CONFIGURATION, EJECT};
static const LONG three_values[] = {-1, 5, -1};

static void test_events_of_every_interface(void **state)
{
    static const WCHAR *const names[] = {L"A", L"B", L"A"};
    struct call call = {.events = codes(3, three), .arguments = values(3, three_values)};

    (void)state;
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.taken, 3);
    assert_int_equal(call.refused, 0);
    assert_int_equal(wcscmp(heard, L"Own.OnReset Own.OnConfigurationChanged Own.OnMediaEject "), 0);
    call.sources = strings(3, names);
    *heard = 0;
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(wcscmp(heard, L"A.OnReset B.OnConfigurationChanged A.OnMediaEject "), 0);
    call_end(&call);
}

/* Each is refused by itself, and counts as one that came alone does. */
static void test_refused_among_others(void **state)
{
    static const LONG events[] = {RESET, LOGOFF, CODE(0, 0, 99), CODE(7, 1, 1), CODE(0, 0, 11), LOGOFF, CODE(1, 3, 2)};
    static const LONG numbers[] = {3, 0, 1, 1, 1, 1};
    struct call call = {.events = codes(7, events), .arguments = values(6, numbers)};

    (void)state;
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.taken, 7);
    assert_int_equal(call.refused, 5);
    assert_int_equal(rejected(), 5);
    assert_int_equal(wcscmp(heard, L"Own.OnReset Own.OnGuestLogoff "), 0);
    call_end(&call);
}

static void test_label_with_a_nul(void **state)
{
    static const WCHAR *const names[] = {L"A", L"B", NULL};
    struct call call = {.events = codes(3, three), .arguments = values(3, three_values), .sources = strings(3, names)};

    (void)state;
    ((BSTR *)call.sources->pvData)[0][0] = 0;
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.refused, 1);
    assert_int_equal(rejected(), 1);
    assert_int_equal(wcscmp(heard, L"B.OnConfigurationChanged Own.OnMediaEject "), 0);
    call_end(&call);
}

static void expect_wrong(struct call call)
{
    assert_int_equal(receive(&call), E_INVALIDARG);
    assert_int_equal(call.taken, 0);
    call_end(&call);
}

static SAFEARRAY *of_two_dimensions(void)
{
    SAFEARRAYBOUND bounds[] = {{1, 0}, {1, 0}};

    return SafeArrayCreate(VT_I4, 2, bounds);
}

/* None of the events is taken: where one ends and the next begins is not known. */
static void test_arrays_that_do_not_fit(void **state)
{
    static const WCHAR *const names[] = {L"A", L"B"};

    (void)state;
    expect_wrong((struct call){.events = codes(3, three), .arguments = values(2, three_values)});
    expect_wrong((struct call){.events = codes(3, three)});
    expect_wrong((struct call){.arguments = values(3, three_values)});
    expect_wrong((struct call){
            .events = codes(3, three), .arguments = values(3, three_values), .sources = strings(2, names)});
    expect_wrong((struct call){
            .events = codes(3, three), .arguments = values(3, three_values), .details = values(2, three_values)});
    expect_wrong((struct call){.events = values(3, three_values), .arguments = values(3, three_values)});
    expect_wrong((struct call){.events = of_two_dimensions()});
    assert_int_equal(heard_count, 0);
    assert_int_equal(rejected(), 0);
}

static void test_no_place_for_the_counts(void **state)
{
    struct call call = {.events = codes(3, three), .arguments = values(3, three_values)};

    (void)state;
    assert_int_equal(IVMEventReceiver_Receive(receiver, call.events, NULL, call.arguments, NULL, NULL, &call.refused),
            E_POINTER);
    assert_int_equal(
            IVMEventReceiver_Receive(receiver, call.events, NULL, call.arguments, NULL, &call.taken, NULL), E_POINTER);
    call_end(&call);
    call = (struct call){0};
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.taken, 0);
    assert_int_equal(heard_count, 0);
}

/* What is to be said besides is for those who know of it. */
static void test_details_are_for_later(void **state)
{
    struct call call = {.events = codes(3, three), .arguments = values(3, three_values), .details = values(3, three)};

    (void)state;
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.taken, 3);
    call_end(&call);
}

/* A source lets go of whoever does not return, so one that is slow leaves the rest for the next call. */
static void test_slow_listener_takes_a_part(void **state)
{
    LONG events[100];
    struct call call;

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(events); ++i)
        events[i] = RESET;
    call = (struct call){.events = codes(ARRAYSIZE(events), events)};
    delay_ms = 100;
    assert_int_equal(receive(&call), S_OK);
    assert_true(call.taken > 0 && call.taken < (LONG)ARRAYSIZE(events));
    assert_int_equal(heard_count, call.taken);
    call_end(&call);
}

static void test_after_disconnect(void **state)
{
    struct call call = {.events = codes(3, three), .arguments = values(3, three_values)};

    (void)state;
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    assert_int_equal(receive(&call), CO_E_OBJNOTCONNECTED);
    assert_int_equal(heard_count, 0);
    call_end(&call);
}

#define receive_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            receive_test(test_events_of_every_interface),
            receive_test(test_refused_among_others),
            receive_test(test_label_with_a_nul),
            receive_test(test_arrays_that_do_not_fit),
            receive_test(test_no_place_for_the_counts),
            receive_test(test_details_are_for_later),
            receive_test(test_slow_listener_takes_a_part),
            receive_test(test_after_disconnect),
    };

    return cmocka_run_group_tests(tests, library_load, library_unload);
}

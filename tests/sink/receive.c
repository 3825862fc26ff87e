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
static WCHAR known[1024]; /* "user=alice " of each event, and "; " behind it */
static struct source source;
static WCHAR heard[1024]; /* "label.OnReset label.OnGuestLogoff " */
static LONG heard_count;
static DWORD delay_ms;
static LONG cookie;

static void note_details(const VMEVENTDETAILS *details)
{
    for (UINT i = 0; details && i < details->count; ++i)
        swprintf(known + wcslen(known), ARRAYSIZE(known) - wcslen(known), L"%.40ls=%.40ls ", details->details[i].name,
                V_VT(&details->details[i].value) == VT_BSTR ? V_BSTR(&details->details[i].value) : L"?");
    wcscat(known, L"; ");
}

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)context;
    Sleep(delay_ms);
    ++heard_count;
    if (heard_count < 10)
    {
        swprintf(heard + wcslen(heard), ARRAYSIZE(heard) - wcslen(heard), L"%ls.%ls ", event->source, event->name);
        note_details(event->details);
    }
}

static int set_up(void **state)
{
    IVMEventCallbacks *callbacks;
    BSTR label = SysAllocString(L"Own");
    DWORD callback;

    (void)state;
    *heard = *known = 0;
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

/* Each name followed by its value, which is a number where it begins with a digit. */
static SAFEARRAY *details_array(UINT count, const WCHAR *const *strings)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, count);
    VARIANT *data = array->pvData;

    for (UINT i = 0; i < count; ++i)
    {
        V_VT(&data[i]) = *strings[i] == '7' ? VT_I4 : VT_BSTR;
        if (V_VT(&data[i]) == VT_I4)
            V_I4(&data[i]) = 7;
        else
            V_BSTR(&data[i]) = SysAllocString(strings[i]);
    }
    return array;
}

static void put_array(VARIANT *value, SAFEARRAY *array)
{
    VariantClear(value);
    V_VT(value) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(value) = array;
}

static void test_details(void **state)
{
    static const WCHAR *const of_reset[] = {L"reason", L"guest-reset", L"count", L"7"},
                              *const of_eject[] = {L"drive", L""};
    struct call call = {.events = codes(3, three), .arguments = values(3, three_values)};
    VARIANT *details;

    (void)state;
    call.details = SafeArrayCreateVector(VT_VARIANT, 0, 3);
    details = call.details->pvData;
    put_array(&details[0], details_array(4, of_reset));
    put_array(&details[2], details_array(2, of_eject));
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.refused, 0);
    assert_int_equal(wcscmp(known, L"reason=guest-reset count=? ; ; drive= ; "), 0);
    call_end(&call);
}

static UINT count_known(void)
{
    UINT count = 0;

    for (const WCHAR *c = known; *c; ++c)
        count += *c == '=';
    return count;
}

/* They come from whoever calls. What makes no sense is left out, and costs no event. */
static void test_details_that_make_no_sense(void **state)
{
    static const WCHAR *const mixed[] = {L"7", L"x", L"user", L"alice", L"USER", L"bob", L"", L"nobody", L"alone"};
    static const WCHAR *const one[] = {L"deep", L"er"};
    struct call call = {.events = codes(3, three), .arguments = values(3, three_values)};
    SAFEARRAY *nested = details_array(2, one);
    SAFEARRAYBOUND bounds[] = {{2, 0}, {2, 0}};
    VARIANT *details;

    (void)state;
    put_array(&((VARIANT *)nested->pvData)[1], details_array(2, one));
    call.details = SafeArrayCreateVector(VT_VARIANT, 0, 3);
    details = call.details->pvData;
    put_array(&details[0], details_array(9, mixed));
    put_array(&details[1], nested);
    put_array(&details[2], SafeArrayCreate(VT_VARIANT, 2, bounds));
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.refused, 0);
    assert_int_equal(wcscmp(known, L"user=alice ; ; ; "), 0);
    call_end(&call);
    /* No arrays at all. */
    call = (struct call){.events = codes(3, three), .arguments = values(3, three_values), .details = values(3, three)};
    *known = 0;
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.taken, 3);
    assert_int_equal(wcscmp(known, L"; ; ; "), 0);
    call_end(&call);
}

/* Names are those that Raise takes: nothing else passes for one, or moves a terminal. */
static void test_names_of_details(void **state)
{
    static const WCHAR *const given[] = {L"userNUL", L"mallory", L"user\r\n", L"x", L"\x1b[31muser", L"x", L"us er",
            L"x", L"user", L"alice", L"k1", L"v"};
    static const LONG reset[] = {RESET};
    struct call call = {.events = codes(1, reset), .details = SafeArrayCreateVector(VT_VARIANT, 0, 1)};
    SAFEARRAY *array = details_array(ARRAYSIZE(given), given);

    (void)state;
    V_BSTR((VARIANT *)array->pvData)[4] = 0;
    put_array(call.details->pvData, array);
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.refused, 0);
    assert_int_equal(wcscmp(known, L"user=alice k1=v ; "), 0);
    call_end(&call);
}

static void test_more_details_than_an_event_has(void **state)
{
    static const LONG reset[] = {RESET};
    struct call call = {.events = codes(1, reset), .details = SafeArrayCreateVector(VT_VARIANT, 0, 1)};
    const WCHAR *strings[200];
    WCHAR names[100][8];

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(names); ++i)
    {
        swprintf(names[i], ARRAYSIZE(names[i]), L"k%u", i);
        strings[2 * i] = strings[2 * i + 1] = names[i];
    }
    put_array(call.details->pvData, details_array(ARRAYSIZE(strings), strings));
    assert_int_equal(receive(&call), S_OK);
    assert_int_equal(call.refused, 0);
    assert_int_equal(count_known(), 16);
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
            receive_test(test_details),
            receive_test(test_details_that_make_no_sense),
            receive_test(test_names_of_details),
            receive_test(test_more_details_than_an_event_has),
            receive_test(test_slow_listener_takes_a_part),
            receive_test(test_after_disconnect),
    };

    return cmocka_run_group_tests(tests, library_load, library_unload);
}

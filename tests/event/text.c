/* Events, values and complaints as text, and names of events. */
#include "event/text.h"

#include "event/values.h"

static void assert_text(BSTR got, const WCHAR *expected)
{
    assert_non_null(got);
    if (wcscmp(got, expected))
        fail_msg("'%ls' instead of '%ls'", got, expected);
    assert_int_equal(SysStringLen(got), wcslen(expected));
    SysFreeString(got);
}

/* With the arguments of value_make_legal. */
static const WCHAR *const event_texts[] = {
        L"OnStateChange(virtualMachineState=vmVMState_TurnedOff)",
        L"OnRequestShutdown()",
        L"OnReset()",
        L"OnTripleFault()",
        L"OnHeartbeatStopped()",
        L"OnConfigurationChanged(configKey=\"\", configData=1)",
        L"OnEnhancedVideoModeChanged(enhancedVideoMode=True)",
        L"OnAdditionsUninstalled()",
        L"OnAdditionsAvailable()",
        L"OnGuestShutdown()",
        L"OnGuestLogoff(logoffType=vmLogoff_Forced)",
        L"OnDiskOutOfSpace(criticallyLow=True)",
        L"OnServiceEvent(logMessageID=1)",
        L"OnVMStateChange(virtualMachineConfig=\"\", virtualMachineState=vmVMState_TurnedOff)",
        L"OnEventLogged(logMessageID=1)",
        L"OnHeartbeatStopped(virtualMachineConfig=\"\")",
        L"OnMediaInsert(mediaPath=\"\")",
        L"OnMediaEject(mediaPath=\"\")",
        L"OnMediaInsert(mediaPath=\"\")",
        L"OnMediaEject(mediaPath=\"\")",
};

_Static_assert(ARRAYSIZE(event_texts) == EVENT_COUNT, "each event has its text");

static void test_every_event(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        struct event event;

        event_init(&event, &event_types[i], L"", NULL);
        for (UINT j = 0; j < event_types[i].param_count; ++j)
            value_make_legal(&event.args[j], &event_types[i].params[j]);
        assert_text(event_to_text(&event.view), event_texts[i]);
    }
}

/* The text of a value as the VARIANT parameter of OnConfigurationChanged shows it. */
static void assert_value_text(const VARIANT *value, const WCHAR *expected)
{
    const struct event_type *type = event_type_find(&event_interfaces[MACHINE_EVENTS], 6);
    struct text text = {0};

    text_append_value(&text, &type->params[1], value);
    assert_text(text_finish(&text), expected);
}

static void assert_string_text(const WCHAR *string, const WCHAR *expected)
{
    VARIANT value;

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(string);
    assert_value_text(&value, expected);
    VariantClear(&value);
}

static void test_strings(void **state)
{
    VARIANT value;

    (void)state;
    assert_string_text(L"C:\\a b.iso", L"\"C:\\a b.iso\"");
    assert_string_text(L"say \"hi\"", L"\"say \"\"hi\"\"\"");
    assert_string_text(L"\"", L"\"\"\"\"");
    assert_string_text(L"", L"\"\"");
    assert_string_text(L"\x00e4\x20ac", L"\"\x00e4\x20ac\"");
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = NULL;
    assert_value_text(&value, L"\"\"");
}

static void assert_numbers(void)
{
    VARIANT value;

    V_VT(&value) = VT_R8;
    V_R8(&value) = 1234.5;
    assert_value_text(&value, L"1234.5");
    V_R8(&value) = -0.25;
    assert_value_text(&value, L"-0.25");
    V_VT(&value) = VT_R4;
    V_R4(&value) = 1.5f;
    assert_value_text(&value, L"1.5");
    V_VT(&value) = VT_CY;
    V_CY(&value).int64 = 15000;
    assert_value_text(&value, L"1.5");
    V_VT(&value) = VT_I4;
    V_I4(&value) = (LONG)0x80000000;
    assert_value_text(&value, L"-2147483648");
    V_VT(&value) = VT_UI1;
    V_UI1(&value) = 200;
    assert_value_text(&value, L"200");
    V_VT(&value) = VT_I8;
    V_I8(&value) = 9007199254740993;
    assert_value_text(&value, L"9007199254740993");
}

static void test_numbers(void **state)
{
    (void)state;
    assert_numbers();
}

static void test_numbers_where_the_decimal_sign_is_a_comma(void **state)
{
    LCID before = GetThreadLocale();
    VARIANT number, text;

    (void)state;
    assert_true(SetThreadLocale(MAKELCID(MAKELANGID(LANG_GERMAN, SUBLANG_GERMAN), SORT_DEFAULT)));
    V_VT(&number) = VT_R8;
    V_R8(&number) = 1.5;
    VariantInit(&text);
    assert_int_equal(VariantChangeTypeEx(&text, &number, GetThreadLocale(), 0, VT_BSTR), S_OK);
    assert_int_equal(wcscmp(V_BSTR(&text), L"1,5"), 0);
    VariantClear(&text);
    assert_numbers();
    SetThreadLocale(before);
}

static void test_other_values(void **state)
{
    SAFEARRAYBOUND bounds[2] = {{2, 0}, {3, 0}};
    struct counted object;
    VARIANT value;

    (void)state;
    counted_init(&object);
    memset(&value, 0, sizeof(value));
    assert_value_text(&value, L"Empty");
    V_VT(&value) = VT_NULL;
    assert_value_text(&value, L"Null");
    V_VT(&value) = VT_BOOL;
    assert_value_text(&value, L"False");
    V_BOOL(&value) = VARIANT_TRUE;
    assert_value_text(&value, L"True");
    V_VT(&value) = VT_DISPATCH;
    V_DISPATCH(&value) = &object.IDispatch_iface;
    assert_value_text(&value, L"Object");
    V_VT(&value) = VT_UNKNOWN;
    V_UNKNOWN(&value) = NULL;
    assert_value_text(&value, L"Nothing");
    assert_int_equal(object.refcount, 1);
    assert_int_equal(object.calls, 0);

    V_VT(&value) = VT_ARRAY | VT_I4;
    V_ARRAY(&value) = SafeArrayCreate(VT_I4, 2, bounds);
    assert_value_text(&value, L"Array(2, 3)[[0, 0, 0], [0, 0, 0]]");
    VariantClear(&value);
    V_VT(&value) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(&value) = SafeArrayCreateVector(VT_VARIANT, 0, 0);
    assert_value_text(&value, L"Array(0)");
    VariantClear(&value);
    V_VT(&value) = VT_ARRAY | VT_I4;
    V_ARRAY(&value) = NULL;
    assert_value_text(&value, L"Array()");
    memset(&value, 0, sizeof(value));
    V_VT(&value) = VT_RECORD;
    assert_value_text(&value, L"?");
}

/* A text that outgrows its first memory more than once. */
static void test_long_text(void **state)
{
    WCHAR expected[1003];
    BSTR string = SysAllocStringLen(NULL, 1000);
    VARIANT value;

    (void)state;
    for (unsigned int i = 0; i < 1000; ++i)
        string[i] = (WCHAR)('a' + i % 26);
    expected[0] = expected[1001] = '"';
    memcpy(expected + 1, string, 1000 * sizeof(WCHAR));
    expected[1002] = 0;
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = string;
    assert_value_text(&value, expected);
    SysFreeString(string);
}

/* What others have sent, shown without quotes and with them. */
static void assert_shown(const WCHAR *string, size_t length, const WCHAR *shown, const WCHAR *quoted)
{
    struct text text = {0};

    text_append_shown(&text, string, length);
    assert_text(text_finish(&text), shown);
    text = (struct text){0};
    text_append_quoted(&text, string, length);
    assert_text(text_finish(&text), quoted);
}

static void test_what_moves_a_terminal_is_shown_by_its_number(void **state)
{
    static const WCHAR acting[] = {0, 1, 7, 8, '\t', '\n', 11, '\r', 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0x61c,
            0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0x206f, 0xfeff, 0xfff9, 0xd800, 0xdfff};
    static const WCHAR harmless[] = {' ', '~', 0xa0, 0xe4, 0x200c, 0x200d, 0x2010, 0x20ac, 0x5d0, 0x627, 0xfffd};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(acting); ++i)
    {
        WCHAR string[] = {'a', acting[i], 'b'}, shown[16], quoted[16];

        _snwprintf(shown, 16, L"a<U+%04X>b", acting[i]);
        _snwprintf(quoted, 16, L"\"a<U+%04X>b\"", acting[i]);
        assert_shown(string, 3, shown, quoted);
    }
    for (size_t i = 0; i < ARRAYSIZE(harmless); ++i)
    {
        WCHAR string[] = {'a', harmless[i], 'b', 0}, quoted[16];

        _snwprintf(quoted, 16, L"\"%ls\"", string);
        assert_shown(string, 3, string, quoted);
    }
    assert_shown(L"x\r\n09:00:00.000  Demo  OnReset()", 32, L"x<U+000D><U+000A>09:00:00.000  Demo  OnReset()",
            L"\"x<U+000D><U+000A>09:00:00.000  Demo  OnReset()\"");
    /* A pair is a character, its halves are none. */
    assert_shown(L"\xd83d\xde00", 2, L"\xd83d\xde00", L"\"\xd83d\xde00\"");
    assert_shown(L"\xde00\xd83d", 2, L"<U+DE00><U+D83D>", L"\"<U+DE00><U+D83D>\"");
}

/* What a quoted string says can be had back from it. */
static void test_quoted_strings_are_not_ambiguous(void **state)
{
    (void)state;
    assert_shown(L"<U+001B>", 8, L"<U+001B>", L"\"<U+003C>U+001B>\"");
    assert_shown(L"<U+", 3, L"<U+", L"\"<U+003C>U+\"");
    assert_shown(L"<U", 2, L"<U", L"\"<U\"");
    assert_shown(L"a\"\x1b\"<", 5, L"a\"<U+001B>\"<", L"\"a\"\"<U+001B>\"\"<\"");
    assert_shown(L"a\0\"", 3, L"a<U+0000>\"", L"\"a<U+0000>\"\"\"");
}

static void test_quotes_are_bounded(void **state)
{
    WCHAR string[5000], expected[64];
    struct text text = {0};

    (void)state;
    wmemset(string, 'x', 5000);
    wmemcpy(expected, L"\"xxxxxxxxxx\"...", 16);
    text_append_quote(&text, string, 5000, 10);
    assert_text(text_finish(&text), expected);
    text = (struct text){0};
    text_append_beginning(&text, string, 5000, 10);
    assert_text(text_finish(&text), L"xxxxxxxxxx...");
    text = (struct text){0};
    text_append_quote(&text, string, 10, 10);
    assert_text(text_finish(&text), L"\"xxxxxxxxxx\"");
    /* Not through a pair. */
    string[9] = 0xd83d;
    string[10] = 0xde00;
    text = (struct text){0};
    text_append_quote(&text, string, 5000, 10);
    assert_text(text_finish(&text), L"\"xxxxxxxxx\"...");
}

static void test_formats_of_any_length(void **state)
{
    WCHAR *string = calloc(10000, sizeof(WCHAR));
    struct text text = {0};
    BSTR got;

    (void)state;
    wmemset(string, 'x', 9998);
    string[5000] = '\n';
    text_append_format(&text, L"%ls; legal: %ld", string, 7L);
    got = text_finish(&text);
    assert_non_null(got);
    assert_int_equal(SysStringLen(got), 9998 + 7 + 10);
    assert_non_null(wcsstr(got, L"x<U+000A>x"));
    assert_non_null(wcsstr(got, L"x; legal: 7"));
    SysFreeString(got);
    free(string);
}

static void test_faults_are_described(void **state)
{
    struct event_fault fault = {0, 0, 3};

    (void)state;
    assert_text(event_describe_fault(event_type_find(&event_interfaces[MACHINE_EVENTS], 11), &fault),
            L"OnGuestLogoff: logoffType is 3; VMLogoffType has 0 (vmLogoff_Normal), 1 (vmLogoff_Forced), "
            L"2 (vmLogoff_External)");
    fault = (struct event_fault){1, 0, -1};
    assert_text(event_describe_fault(event_type_find(&event_interfaces[PC_EVENTS], 2), &fault),
            L"OnVMStateChange: virtualMachineState is -1; VMVMState has 0 (vmVMState_Invalid), "
            L"1 (vmVMState_TurnedOff), 2 (vmVMState_Saved), 3 (vmVMState_TurningOn), 4 (vmVMState_Restoring), "
            L"5 (vmVMState_Running), 6 (vmVMState_Paused), 7 (vmVMState_Saving), 8 (vmVMState_TurningOff), "
            L"9 (vmVMState_MergingDrives), 10 (vmVMState_DeleteMachine)");
}

#define EVENT_BIT(interface_, id) (event_type_find(&event_interfaces[interface_], id)->mask)

static uint32_t mask_of(const WCHAR *name)
{
    return event_mask_from_name(name, wcslen(name));
}

static bool value_of(const WCHAR *name, LONG *value)
{
    return enumeration_value(&machine_states, name, wcslen(name), value);
}

static void test_names(void **state)
{
    uint32_t both = EVENT_BIT(DVD_EVENTS, 2) | EVENT_BIT(FLOPPY_EVENTS, 2);
    uint32_t heartbeats = EVENT_BIT(MACHINE_EVENTS, 5) | EVENT_BIT(PC_EVENTS, 4);

    (void)state;
    assert_int_equal(mask_of(L"OnGuestLogoff"), EVENT_BIT(MACHINE_EVENTS, 11));
    assert_int_equal(mask_of(L"onguestlogoff"), EVENT_BIT(MACHINE_EVENTS, 11));
    assert_int_equal(mask_of(L"ONGUESTLOGOFF"), EVENT_BIT(MACHINE_EVENTS, 11));
    assert_int_equal(mask_of(L"OnMediaEject"), both);
    assert_int_equal(mask_of(L"IVMFloppyDriveEvents.OnMediaEject"), EVENT_BIT(FLOPPY_EVENTS, 2));
    assert_int_equal(mask_of(L"ivmdvddriveevents.ONMEDIAEJECT"), EVENT_BIT(DVD_EVENTS, 2));
    assert_int_equal(mask_of(L"IVMVirtualPCEvents.OnVMStateChange"), EVENT_BIT(PC_EVENTS, 2));
    assert_int_equal(mask_of(L"OnHeartbeatStopped"), heartbeats);
    assert_int_equal(mask_of(L"IVMVirtualPCEvents.OnHeartbeatStopped"), EVENT_BIT(PC_EVENTS, 4));
    assert_int_equal(mask_of(L"IVMVirtualPCEvents.OnServiceEvent"), EVENT_BIT(PC_EVENTS, 1));
    /* Virtual Server's names are as good. */
    assert_int_equal(mask_of(L"IVMVirtualServerEvents.OnServiceEvent"), EVENT_BIT(PC_EVENTS, 1));
    assert_int_equal(mask_of(L"ivmvirtualserverevents.onheartbeatstopped"), EVENT_BIT(PC_EVENTS, 4));
    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
        assert_true(mask_of(event_types[i].name) & event_types[i].mask);
}

static void test_names_that_are_none(void **state)
{
    static const WCHAR *const names[] = {L"", L".", L"*", L"OnGuestLogof", L"OnGuestLogofff", L" OnGuestLogoff",
            L"GuestLogoff", L"IVMFloppyDriveEvents.", L".OnMediaEject", L"IVMFloppyDriveEvents.OnGuestLogoff",
            L"IVMFloppyDriveEvent.OnMediaEject", L"IVMFloppyDriveEventss.OnMediaEject", L"X.IVMDVDDriveEvents",
            L"IVMFloppyDriveEvents.OnMediaEject.", L"IVMFloppyDriveEvents..OnMediaEject",
            L"IVMVirtualServerEvents.OnReset", L"IVMVirtualServerEvent.OnServiceEvent"};

    (void)state;
    for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); ++i)
        assert_int_equal(mask_of(names[i]), 0);
    assert_int_equal(event_mask_from_name(L"OnReset\0x", 9), 0);
    assert_int_equal(event_mask_from_name(L"OnReset\0", 8), 0);
    assert_int_equal(event_mask_from_name(L"IVMDVDDriveEvents\0.OnMediaEject", 31), 0);
    assert_int_equal(event_mask_from_name(NULL, 0), 0);
}

static void test_names_of_enumerators(void **state)
{
    LONG value = 99;

    (void)state;
    assert_null(enumeration_name(&logoff_types, -1));
    assert_null(enumeration_name(&logoff_types, 3));
    assert_null(enumeration_name(&machine_states, 11));
    assert_true(value_of(L"VMVMSTATE_deletemachine", &value));
    assert_int_equal(value, 10);
    assert_false(value_of(L"vmLogoff_Normal", &value));
    assert_false(value_of(L"", &value));
    assert_int_equal(value, 10);
    assert_false(enumeration_value(&machine_states, L"vmVMState_Saved\0x", 17, &value));
    assert_false(enumeration_value(&machine_states, L"vmVMState_Saved\0", 16, &value));
    assert_int_equal(value, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_every_event),
            cmocka_unit_test(test_strings),
            cmocka_unit_test(test_numbers),
            cmocka_unit_test(test_numbers_where_the_decimal_sign_is_a_comma),
            cmocka_unit_test(test_other_values),
            cmocka_unit_test(test_long_text),
            cmocka_unit_test(test_what_moves_a_terminal_is_shown_by_its_number),
            cmocka_unit_test(test_quoted_strings_are_not_ambiguous),
            cmocka_unit_test(test_quotes_are_bounded),
            cmocka_unit_test(test_formats_of_any_length),
            cmocka_unit_test(test_faults_are_described),
            cmocka_unit_test(test_names),
            cmocka_unit_test(test_names_that_are_none),
            cmocka_unit_test(test_names_of_enumerators),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

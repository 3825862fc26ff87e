/* IVMEventMachine::Raise, as a client in another process sees it: events, states, and what is refused. */
#include "recorder.h"
#include "refusals.h"

#include <wchar.h>

/* A machine with a recorder on each of its connection points, and one on the host's. */
struct stage
{
    IVMEventHost *host;
    IVMEventMachine *machine;
    struct journal journal;
    struct recorder recorders[4];
    DWORD cookies[4];
    struct recorder server_recorders[4]; /* of one test; the host may hold them until it ends */
};

static const struct
{
    const IID *iid;
    const WCHAR *name;
} interfaces[4] = {
        {&DIID_IVMVirtualMachineEvents, L"machine"},
        {&DIID_IVMDVDDriveEvents, L"dvd"},
        {&DIID_IVMFloppyDriveEvents, L"floppy"},
        {&DIID_IVMVirtualPCEvents, L"host"},
};

static void *stage_source(struct stage *stage, UINT i)
{
    return i == 3 ? (void *)stage->host : (void *)stage->machine;
}

static int stage_setup(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));

    client_await_no_host(state);
    stage->host = client_create_host();
    stage->machine = client_create_machine(stage->host, L"Alpha");
    journal_init(&stage->journal);
    for (UINT i = 0; i < 4; ++i)
    {
        recorder_init(&stage->recorders[i], &stage->journal, interfaces[i].iid, interfaces[i].name);
        stage->cookies[i] = recorder_advise(&stage->recorders[i], stage_source(stage, i));
    }
    *state = stage;
    return 0;
}

static int stage_teardown(void **state)
{
    struct stage *stage = *state;

    for (UINT i = 0; i < 4; ++i)
        recorder_unadvise(&stage->recorders[i], stage_source(stage, i), stage->cookies[i]);
    client_release(stage->machine);
    client_release(stage->host);
    client_await_no_host(state);
    /* The host has let go of every sink before it ended. */
    for (UINT i = 0; i < 4; ++i)
        assert_int_equal(stage->recorders[i].refcount, 1);
    free(stage);
    return 0;
}

static void test_every_event(void **state)
{
    static const WCHAR *const heard[] = {
            L"machine.2",
            L"machine.3",
            L"machine.4",
            L"machine.5",
            L"host.4 Alpha",
            L"machine.6 memory/ram 512",
            L"machine.7 True",
            L"machine.8",
            L"machine.9",
            L"machine.10",
            L"machine.11 2",
            L"machine.12 False",
            L"dvd.1 C:\\a.iso",
            L"dvd.2 C:\\a.iso",
            L"floppy.1 C:\\b.vfd",
            L"floppy.2 C:\\b.vfd",
    };
    struct stage *stage = *state;
    void *machine = stage->machine;

    client_raise(machine, L"OnRequestShutdown", 0);
    client_raise(machine, L"OnReset", 0);
    client_raise(machine, L"OnTripleFault", 0);
    client_raise(machine, L"OnHeartbeatStopped", 0);
    client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(L"memory/ram"), value_i4(512));
    client_raise(machine, L"OnEnhancedVideoModeChanged", 1, value_bool(true));
    client_raise(machine, L"OnAdditionsUninstalled", 0);
    client_raise(machine, L"OnAdditionsAvailable", 0);
    client_raise(machine, L"OnGuestShutdown", 0);
    client_raise(machine, L"OnGuestLogoff", 1, value_i4(vmLogoff_External));
    client_raise(machine, L"OnDiskOutOfSpace", 1, value_bool(false));
    client_raise(machine, L"IVMDVDDriveEvents.OnMediaInsert", 1, value_bstr(L"C:\\a.iso"));
    client_raise(machine, L"IVMDVDDriveEvents.OnMediaEject", 1, value_bstr(L"C:\\a.iso"));
    client_raise(machine, L"IVMFloppyDriveEvents.OnMediaInsert", 1, value_bstr(L"C:\\b.vfd"));
    client_raise(machine, L"IVMFloppyDriveEvents.OnMediaEject", 1, value_bstr(L"C:\\b.vfd"));
    journal_expect(&stage->journal, ARRAYSIZE(heard), heard);
}

/* Virtual Server's interfaces of the same events are there too, and have those that Virtual Server's machines fire. */
static void test_by_virtual_servers_interfaces(void **state)
{
    static const IID *const iids[4] = {&DIID_VirtualServer_IVMVirtualMachineEvents,
            &DIID_VirtualServer_IVMDVDDriveEvents, &DIID_VirtualServer_IVMFloppyDriveEvents,
            &DIID_VirtualServer_IVMVirtualServerEvents};
    static const WCHAR *const heard[] = {
            L"machine.1 5", L"host.2 Alpha 5", L"machine.3", L"dvd.1 C:\\a.iso", L"floppy.2 C:\\b.vfd"};
    static struct journal journal;
    struct stage *stage = *state;
    struct recorder *recorders = stage->server_recorders;
    DWORD cookies[4];

    journal_init(&journal);
    for (UINT i = 0; i < 4; ++i)
    {
        recorder_init(&recorders[i], &journal, iids[i], interfaces[i].name);
        cookies[i] = recorder_advise(&recorders[i], stage_source(stage, i));
        assert_int_equal(count_connections(stage_source(stage, i), iids[i]), 1);
    }
    client_raise(stage->machine, L"OnStateChange", 1, value_i4(vmVMState_Running));
    client_raise(stage->machine, L"OnGuestLogoff", 1, value_i4(vmLogoff_Forced));
    client_raise(stage->machine, L"OnReset", 0);
    client_raise(stage->machine, L"IVMDVDDriveEvents.OnMediaInsert", 1, value_bstr(L"C:\\a.iso"));
    client_raise(stage->machine, L"IVMFloppyDriveEvents.OnMediaEject", 1, value_bstr(L"C:\\b.vfd"));
    journal_expect(&journal, ARRAYSIZE(heard), heard);
    for (UINT i = 0; i < 4; ++i)
        recorder_unadvise(&recorders[i], stage_source(stage, i), cookies[i]);
}

/* Raise returns when responsive clients have got the event. One takes a few milliseconds for it here, in which a Raise
 * that does not wait is back; and on a machine that is loaded it may often be late, so that once is enough. */
static void test_heard_on_return(void **state)
{
    struct stage *stage = *state;
    bool heard = false;

    for (UINT i = 0; i < 4; ++i)
        stage->recorders[i].delay_ms = 5;
    for (UINT i = 1; i <= 400 && !heard; ++i)
    {
        client_raise(stage->machine, L"OnReset", 0);
        heard = stage->journal.count == i;
        journal_await(&stage->journal, i);
    }
    assert_true(heard);
}

static void test_shared_names_mean_both_drives(void **state)
{
    struct stage *stage = *state;
    bool dvd_first;

    client_raise(stage->machine, L"onmediaeject", 1, value_bstr(L"x"));
    journal_await(&stage->journal, 2);
    dvd_first = !wcscmp(stage->journal.lines[0], L"dvd.2 x");
    assert_true(!wcscmp(stage->journal.lines[dvd_first], L"floppy.2 x"));
    assert_true(!wcscmp(stage->journal.lines[!dvd_first], L"dvd.2 x"));
}

static void assert_state(IVMEventMachine *machine, VMVMState expected)
{
    VMVMState state;

    assert_int_equal(IVMEventMachine_get_State(machine, &state), S_OK);
    assert_int_equal(state, expected);
}

static void test_state(void **state)
{
    struct stage *stage = *state;

    assert_state(stage->machine, vmVMState_TurnedOff);
    client_raise(stage->machine, L"OnStateChange", 1, value_i4(vmVMState_Running));
    assert_state(stage->machine, vmVMState_Running);
    journal_await(&stage->journal, 2);
    assert_true(!wcscmp(stage->journal.lines[0], L"machine.1 5") || !wcscmp(stage->journal.lines[1], L"machine.1 5"));
    assert_true(
            !wcscmp(stage->journal.lines[0], L"host.2 Alpha 5") || !wcscmp(stage->journal.lines[1], L"host.2 Alpha 5"));

    /* The state does not change, so the host has nothing to tell. */
    client_raise(stage->machine, L"OnStateChange", 1, value_i4(vmVMState_Running));
    client_raise(stage->machine, L"OnReset", 0);
    journal_await(&stage->journal, 4);
    assert_true(!wcscmp(stage->journal.lines[2], L"machine.1 5"));
    assert_true(!wcscmp(stage->journal.lines[3], L"machine.3"));
}

static void test_enumerators_by_name(void **state)
{
    static const WCHAR *const heard[] = {L"machine.11 1", L"machine.11 0", L"machine.11 2"};
    struct stage *stage = *state;

    client_raise(stage->machine, L"OnGuestLogoff", 1, value_bstr(L"vmLogoff_Forced"));
    client_raise(stage->machine, L"OnGuestLogoff", 1, value_bstr(L"VMLOGOFF_NORMAL"));
    client_raise(stage->machine, L"OnGuestLogoff", 1, value_bstr(L"2"));
    journal_expect(&stage->journal, ARRAYSIZE(heard), heard);
}

static void test_vtable(void **state)
{
    static const WCHAR *const heard[] = {L"machine.6 key 7", L"machine.3"};
    struct stage *stage = *state;
    SAFEARRAY *args = SafeArrayCreateVector(VT_VARIANT, 0, 2);
    LONG place = 0;
    VARIANT key = value_bstr(L"key"), number = value_i4(7);
    BSTR name = SysAllocString(L"OnConfigurationChanged");

    assert_int_equal(SafeArrayPutElement(args, &place, &key), S_OK);
    place = 1;
    assert_int_equal(SafeArrayPutElement(args, &place, &number), S_OK);
    assert_int_equal(IVMEventMachine_Raise(stage->machine, name, args), S_OK);
    SafeArrayDestroy(args);
    SysFreeString(name);

    args = SafeArrayCreateVector(VT_VARIANT, 0, 0);
    name = SysAllocString(L"OnReset");
    assert_int_equal(IVMEventMachine_Raise(stage->machine, name, args), S_OK);
    journal_expect(&stage->journal, ARRAYSIZE(heard), heard);
    SafeArrayDestroy(args);

    args = SafeArrayCreateVector(VT_I4, 0, 1);
    assert_true(FAILED(IVMEventMachine_Raise(stage->machine, name, args)));
    SafeArrayDestroy(args);
    SysFreeString(name);
}

static VARIANT array_of(UINT count, ...)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, count);
    VARIANT value;
    va_list args;

    va_start(args, count);
    for (LONG i = 0; i < (LONG)count; ++i)
    {
        value = va_arg(args, VARIANT);
        assert_int_equal(SafeArrayPutElement(array, &i, &value), S_OK);
        VariantClear(&value);
    }
    va_end(args);
    V_VT(&value) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(&value) = array;
    return value;
}

/* PowerShell makes an array of the first argument, since the type library has one there; a script may give all in one. */
static void test_arguments_in_an_array(void **state)
{
    static const WCHAR *const heard[] = {
            L"machine.11 1", L"machine.6 key 4", L"machine.6 key 5", L"machine.3", L"machine.11 2"};
    struct stage *stage = *state;
    VARIANT reference, array = array_of(1, value_i4(2)), numbers;

    client_raise(stage->machine, L"OnGuestLogoff", 1, array_of(1, value_i4(1)));
    client_raise(stage->machine, L"OnConfigurationChanged", 2, array_of(1, value_bstr(L"key")), value_i4(4));
    client_raise(stage->machine, L"OnConfigurationChanged", 1, array_of(2, value_bstr(L"key"), value_i4(5)));
    client_raise(stage->machine, L"OnReset", 1, array_of(0));
    V_VT(&reference) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&reference) = &array;
    client_raise(stage->machine, L"OnGuestLogoff", 1, reference);
    VariantClear(&array);

    V_VT(&numbers) = VT_ARRAY | VT_I4;
    V_ARRAY(&numbers) = SafeArrayCreateVector(VT_I4, 0, 1);
    assert_refused(stage->machine,
            (const struct refusal[]){
                    {DISP_E_BADPARAMCOUNT, L"OnGuestLogoff", {L"1 argument", L"not 0", L""}, 1, {array_of(0)}},
                    {E_INVALIDARG, L"OnGuestLogoff", {L"logoffType is 3", L"", L""}, 1, {array_of(1, value_i4(3))}},
                    {DISP_E_BADPARAMCOUNT, L"OnGuestLogoff", {L"1 argument", L"not 2", L""}, 2,
                            {array_of(1, value_i4(1)), value_i4(1)}},
                    /* Another array is a value, as is one that stands behind. */
                    {DISP_E_TYPEMISMATCH, L"OnGuestLogoff", {L"logoffType", L"", L""}, 1, {numbers}},
            },
            4);
    journal_expect(&stage->journal, ARRAYSIZE(heard), heard);
}

/* A caller's variables come by reference. */
static void test_references(void **state)
{
    static const WCHAR *const heard[] = {L"machine.11 1", L"machine.11 2", L"machine.6 key 4"};
    struct stage *stage = *state;
    VARIANT value = value_i4(2), reference;
    LONG number = 1;

    V_VT(&reference) = VT_BYREF | VT_I4;
    V_I4REF(&reference) = &number;
    client_raise(stage->machine, L"OnGuestLogoff", 1, reference);
    V_VT(&reference) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&reference) = &value;
    client_raise(stage->machine, L"OnGuestLogoff", 1, reference);
    value = value_i4(4);
    client_raise(stage->machine, L"OnConfigurationChanged", 2, value_bstr(L"key"), reference);
    journal_expect(&stage->journal, ARRAYSIZE(heard), heard);
}

static void test_order(void **state)
{
    struct stage *stage = *state;
    WCHAR line[40];

    for (LONG i = 0; i < 300; ++i)
        client_raise(stage->machine, L"OnConfigurationChanged", 2, value_bstr(L"n"), value_i4(i));
    journal_await(&stage->journal, 300);
    for (LONG i = 0; i < 300; ++i)
    {
        swprintf(line, ARRAYSIZE(line), L"machine.6 n %ld", (long)i);
        assert_true(!wcscmp(stage->journal.lines[i], line));
    }
}

static void test_refused(void **state)
{
    const struct refusal tests[] = {
            {E_INVALIDARG, L"OnNothing", {L"\"OnNothing\"", L"OnGuestLogoff", L"OnMediaEject"}, 0, {{{{0}}}}},
            {E_INVALIDARG, L"", {L"\"\"", L"OnReset", L"OnStateChange"}, 0, {{{{0}}}}},
            {E_INVALIDARG, L"IVMDVDDriveEvents.OnReset", {L"OnReset", L"OnMediaEject", L"no event"}, 0, {{{{0}}}}},
            {E_INVALIDARG, L"OnVMStateChange",
                    {L"\"OnVMStateChange\" is an event of the host, not of a machine", L"OnStateChange", L""}, 2,
                    {value_bstr(L"x"), value_i4(1)}},
            {E_INVALIDARG, L"OnEventLogged", {L"host", L"OnEventLogged", L""}, 1, {value_i4(1)}},
            {E_INVALIDARG, L"OnServiceEvent", {L"host", L"OnServiceEvent", L""}, 1, {value_i4(1)}},
            {E_INVALIDARG, L"IVMVirtualPCEvents.OnHeartbeatStopped", {L"host", L"", L""}, 1, {value_bstr(L"x")}},
            {DISP_E_BADPARAMCOUNT, L"OnHeartbeatStopped", {L"0 arguments", L"not 1", L""}, 1, {value_bstr(L"x")}},
            {E_INVALIDARG, L"OnGuestLogoff", {L"logoffType is 3", L"2 (vmLogoff_External)", L""}, 1, {value_i4(3)}},
            {E_INVALIDARG, L"OnGuestLogoff", {L"logoffType is -1", L"0 (vmLogoff_Normal)", L""}, 1, {value_i4(-1)}},
            {E_INVALIDARG, L"OnStateChange", {L"11", L"10 (vmVMState_DeleteMachine)", L""}, 1, {value_i4(11)}},
            {E_INVALIDARG, L"OnGuestLogoff", {L"\"vmLogoff_Soft\"", L"VMLogoffType", L"1 (vmLogoff_Forced)"}, 1,
                    {value_bstr(L"vmLogoff_Soft")}},
            {DISP_E_BADPARAMCOUNT, L"OnGuestLogoff", {L"1 argument", L"logoffType", L"not 0"}, 0, {{{{0}}}}},
            {DISP_E_BADPARAMCOUNT, L"OnReset", {L"0 arguments", L"OnReset", L"not 1"}, 1, {value_i4(1)}},
            {DISP_E_BADPARAMCOUNT, L"OnMediaEject", {L"mediaPath", L"not 2", L""}, 2, {value_i4(1), value_i4(2)}},
            {DISP_E_TYPEMISMATCH, L"OnDiskOutOfSpace", {L"criticallyLow", L"True or False", L""}, 1,
                    {value_bstr(L"maybe")}},
            {DISP_E_PARAMNOTOPTIONAL, L"OnDiskOutOfSpace", {L"criticallyLow", L"left out", L""}, 1, {value_missing()}},
    };
    struct stage *stage = *state;

    assert_refused(stage->machine, tests, ARRAYSIZE(tests));
    assert_int_equal(client_call(stage->machine, L"Raise", NULL, 0, NULL).hr, DISP_E_BADPARAMCOUNT);

    /* Nothing of all that was heard. */
    client_raise(stage->machine, L"OnReset", 0);
    journal_await(&stage->journal, 1);
    assert_state(stage->machine, vmVMState_TurnedOff);
}

/* The event's name of 5,000 characters must not push what is legal off the end. */
static void test_quotes_are_bounded(void **state)
{
    struct stage *stage = *state;
    WCHAR *longest = calloc(5001, sizeof(WCHAR));
    VARIANT args[2];
    struct outcome outcome;

    wmemset(longest, 'x', 5000);
    longest[3] = 0x1b;
    args[0] = value_bstr(longest);
    outcome = client_call(stage->machine, L"Raise", NULL, 1, args);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(has(outcome.description, L"\"xxx<U+001B>xxx"));
    assert_true(has(outcome.description, L"OnMediaEject is that of the DVD drive alone"));
    args[1] = args[0];
    args[0] = value_bstr(L"OnGuestLogoff");
    outcome = client_call(stage->machine, L"Raise", NULL, 2, args);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(has(outcome.description, L"\"xxx<U+001B>xxx"));
    assert_true(has(outcome.description, L"2 (vmLogoff_External)"));
    args[0] = value_bstr(L"OnDiskOutOfSpace");
    outcome = client_call(stage->machine, L"Raise", NULL, 2, args);
    assert_int_equal(outcome.hr, DISP_E_TYPEMISMATCH);
    assert_true(has(outcome.description, L"\"xxx<U+001B>xxx"));
    assert_true(has(outcome.description, L"must be True or False"));
    outcome = client_call(stage->host, L"FindMachine", NULL, 1, &args[1]);
    assert_int_equal(outcome.hr, VM_E_VM_UNKNOWN);
    assert_true(has(outcome.description, L"CreateMachine makes one"));
    outcome = client_call(stage->host, L"CreateMachine", NULL, 1, &args[1]);
    assert_int_equal(outcome.hr, VM_E_CONFIG_NAME_TOO_LONG);
    assert_true(has(outcome.description, L"at most 80"));
    args[0] = value_bstr(L"a\x1b\x202e");
    outcome = client_call(stage->host, L"CreateMachine", NULL, 1, &args[0]);
    assert_int_equal(outcome.hr, VM_E_CONFIG_NAME_INVALID_CHAR);
    assert_true(has(outcome.description, L"\"a<U+001B><U+202E>\" is U+001B; "));
    free(longest);
}

/* Strings have their length: one with a NUL inside is heard whole, or refused where it cannot be that. */
static void test_strings_with_a_nul_inside(void **state)
{
    static const WCHAR *const heard[] = {L"machine.6 a|b c|d", L"dvd.1 C:|x", L"machine.6 || |"};
    struct stage *stage = *state;
    const struct
    {
        HRESULT hr;
        const WCHAR *quote, *legal;
        VARIANT event, arg;
    } refused[] = {
            {E_INVALIDARG, L"\"OnGuestLogoff<U+0000>x\", with a NUL", L"OnTripleFault",
                    value_bstr_part(L"OnGuestLogoff\0x", 15), value_i4(1)},
            {E_INVALIDARG, L"\"OnGuestLogoff<U+0000>\"", L"OnTripleFault", value_bstr_part(L"OnGuestLogoff\0", 14),
                    value_i4(1)},
            {E_INVALIDARG, L"\"vmLogoff_Forced<U+0000>x\", with a NUL", L"1 (vmLogoff_Forced)",
                    value_bstr(L"OnGuestLogoff"), value_bstr_part(L"vmLogoff_Forced\0x", 17)},
            {E_INVALIDARG, L"\"1<U+0000>x\"", L"1 (vmLogoff_Forced)", value_bstr(L"OnGuestLogoff"),
                    value_bstr_part(L"1\0x", 3)},
            {DISP_E_TYPEMISMATCH, L"\"True<U+0000>\", with a NUL", L"True or False", value_bstr(L"OnDiskOutOfSpace"),
                    value_bstr_part(L"True\0", 5)},
    };

    client_raise(
            stage->machine, L"OnConfigurationChanged", 2, value_bstr_part(L"a\0b", 3), value_bstr_part(L"c\0d", 3));
    client_raise(stage->machine, L"IVMDVDDriveEvents.OnMediaInsert", 1, value_bstr_part(L"C:\0x", 4));
    client_raise(stage->machine, L"OnConfigurationChanged", 2, value_bstr_part(L"\0\0", 2), value_bstr_part(L"\0", 1));
    journal_expect(&stage->journal, ARRAYSIZE(heard), heard);
    for (UINT i = 0; i < ARRAYSIZE(refused); ++i)
    {
        VARIANT args[2] = {refused[i].event, refused[i].arg};
        struct outcome outcome = client_call(stage->machine, L"Raise", NULL, 2, args);

        if (outcome.hr != refused[i].hr)
            fail_msg("%u: %08lx %ls", i, (unsigned long)outcome.hr, outcome.description);
        assert_true(has(outcome.description, refused[i].quote));
        assert_true(has(outcome.description, refused[i].legal));
    }
}

static void test_names_of_machines_with_a_nul_inside(void **state)
{
    struct stage *stage = *state;
    VARIANT args[2] = {value_bstr_part(L"Alpha\0x", 7), value_bstr_part(L"qemu:127.0.0.1:1\0", 17)};
    struct outcome outcome;

    outcome = client_call(stage->host, L"FindMachine", NULL, 1, args);
    assert_int_equal(outcome.hr, VM_E_VM_UNKNOWN);
    assert_true(has(outcome.description, L"\"Alpha<U+0000>x\", with a NUL character"));
    assert_int_equal(client_call(stage->host, L"RemoveMachine", NULL, 1, args).hr, VM_E_VM_UNKNOWN);
    outcome = client_call(stage->host, L"CreateMachine", NULL, 1, args);
    assert_int_equal(outcome.hr, VM_E_CONFIG_NAME_INVALID_CHAR);
    assert_true(has(outcome.description, L"\"Alpha<U+0000>x\" is U+0000"));
    args[0] = value_bstr(L"Beta");
    outcome = client_call(stage->host, L"OpenMachine", NULL, 2, args);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(has(outcome.description, L"NUL character"));
}

/* Numbers as strings are read as the caller writes them, in whatever language the host runs. */
static void test_the_callers_locale(void **state)
{
    static const WCHAR *const heard[] = {L"machine.11 1", L"machine.11 2"};
    struct stage *stage = *state;
    VARIANT args[2] = {value_bstr(L"OnGuestLogoff"), value_bstr(L"1,0")}, beta;
    struct outcome outcome;

    assert_int_equal(client_call_in(LCID_GERMAN, stage->machine, L"Raise", NULL, 2, args).hr, S_OK);
    outcome = client_call_in(LCID_ENGLISH, stage->machine, L"Raise", NULL, 2, args);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(has(outcome.description, L"logoffType is 10"));
    args[1] = value_bstr(L"2.0");
    assert_int_equal(client_call_in(LCID_ENGLISH, stage->machine, L"Raise", NULL, 2, args).hr, S_OK);
    assert_int_equal(client_call_in(LCID_GERMAN, stage->machine, L"Raise", NULL, 2, args).hr, E_INVALIDARG);
    journal_expect(&stage->journal, ARRAYSIZE(heard), heard);

    /* A machine's name that is given as a number. */
    V_VT(&args[0]) = VT_R8;
    V_R8(&args[0]) = 1.5;
    assert_int_equal(client_call_in(LCID_GERMAN, stage->host, L"CreateMachine", &beta, 1, args).hr, S_OK);
    VariantClear(&beta);
    args[0] = value_bstr(L"1,5");
    assert_int_equal(client_call(stage->host, L"RemoveMachine", NULL, 1, args).hr, S_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_every_event, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_by_virtual_servers_interfaces, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_heard_on_return, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_shared_names_mean_both_drives, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_state, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_enumerators_by_name, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_vtable, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_arguments_in_an_array, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_references, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_order, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_refused, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_quotes_are_bounded, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_strings_with_a_nul_inside, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_names_of_machines_with_a_nul_inside, stage_setup, stage_teardown),
            cmocka_unit_test_setup_teardown(test_the_callers_locale, stage_setup, stage_teardown),
    };

    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}

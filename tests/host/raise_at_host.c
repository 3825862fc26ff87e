/* IVMEventHost::Raise, as a client in another process sees it: the host's four events, which change no machine. */
#include "recorder.h"
#include "refusals.h"

#include <wchar.h>

/* The host with a recorder, and a machine with one. */
static IVMEventHost *host;
static IVMEventMachine *machine;
static struct journal journal;
static struct recorder at_host, at_machine;
static DWORD host_cookie, machine_cookie;

static int setup(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    journal_init(&journal);
    recorder_init(&at_host, &journal, &DIID_IVMVirtualPCEvents, L"host");
    recorder_init(&at_machine, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    host_cookie = recorder_advise(&at_host, host);
    machine_cookie = recorder_advise(&at_machine, machine);
    return 0;
}

static int teardown(void **state)
{
    recorder_unadvise(&at_host, host, host_cookie);
    recorder_unadvise(&at_machine, machine, machine_cookie);
    client_release(machine);
    client_release(host);
    return client_await_no_host(state);
}

static void assert_turned_off(void)
{
    VMVMState state;

    assert_int_equal(IVMEventMachine_get_State(machine, &state), S_OK);
    assert_int_equal(state, vmVMState_TurnedOff);
}

static void test_every_event(void **state)
{
    static const WCHAR *const heard[] = {
            L"host.1 7",
            L"host.2 Alpha 5",
            L"host.2 nobody's name 10",
            L"host.3 42",
            L"host.4 Alpha",
    };

    (void)state;
    client_raise(host, L"OnServiceEvent", 1, value_i4(7));
    client_raise(host, L"OnVMStateChange", 2, value_bstr(L"Alpha"), value_i4(vmVMState_Running));
    client_raise(host, L"OnVMStateChange", 2, value_bstr(L"nobody's name"), value_bstr(L"vmvmstate_deletemachine"));
    client_raise(host, L"OnEventLogged", 1, value_i4(42));
    client_raise(host, L"OnHeartbeatStopped", 1, value_bstr(L"Alpha"));
    journal_expect(&journal, ARRAYSIZE(heard), heard);
    assert_turned_off();
}

static void test_names(void **state)
{
    static const WCHAR *const heard[] = {L"host.3 1", L"host.3 2", L"host.4 a", L"host.4 b", L"host.1 3"};

    (void)state;
    client_raise(host, L"oneventLOGGED", 1, value_i4(1));
    client_raise(host, L"IVMVirtualPCEvents.OnEventLogged", 1, value_i4(2));
    client_raise(host, L"ivmvirtualpcevents.onheartbeatstopped", 1, value_bstr(L"a"));
    client_raise(host, L"IVMVirtualServerEvents.OnHeartbeatStopped", 1, value_bstr(L"b"));
    client_raise(host, L"IVMVirtualServerEvents.OnServiceEvent", 1, value_i4(3));
    journal_expect(&journal, ARRAYSIZE(heard), heard);
}

/* Who listens by Virtual Server's interface hears the same. */
static void test_virtual_servers_interface(void **state)
{
    static const WCHAR *const heard[] = {L"server.1 7", L"server.2 Alpha 6", L"server.3 42", L"server.4 Alpha"};
    static struct journal servers;
    static struct recorder recorder;
    DWORD cookie;

    (void)state;
    journal_init(&servers);
    recorder_init(&recorder, &servers, &DIID_VirtualServer_IVMVirtualServerEvents, L"server");
    cookie = recorder_advise(&recorder, host);
    client_raise(host, L"OnServiceEvent", 1, value_i4(7));
    client_raise(host, L"OnVMStateChange", 2, value_bstr(L"Alpha"), value_bstr(L"vmVMState_Paused"));
    client_raise(host, L"OnEventLogged", 1, value_i4(42));
    client_raise(machine, L"OnHeartbeatStopped", 0);
    journal_expect(&servers, ARRAYSIZE(heard), heard);
    recorder_unadvise(&recorder, host, cookie);
}

/* The machine's own is heard at the host too, with the machine's name, and the host's at no machine. */
static void test_heartbeats(void **state)
{
    static const WCHAR *const heard[] = {L"machine.5", L"host.4 Alpha", L"host.4 by hand", L"machine.3", L"host.4 Beta",
            L"machine.5", L"host.4 Alpha"};
    IVMEventMachine *beta = client_create_machine(host, L"Beta");

    (void)state;
    client_raise(machine, L"OnHeartbeatStopped", 0);
    client_raise(host, L"OnHeartbeatStopped", 1, value_bstr(L"by hand"));
    client_raise(machine, L"OnReset", 0);
    client_raise(beta, L"OnHeartbeatStopped", 0);
    client_raise(machine, L"IVMVirtualMachineEvents.OnHeartbeatStopped", 0);
    journal_expect(&journal, ARRAYSIZE(heard), heard);
    client_release(beta);
}

/* Raise returns when responsive clients have got the event, as a machine's does (raise.c). */
static void test_heard_on_return(void **state)
{
    bool heard = false;

    (void)state;
    at_host.delay_ms = 5;
    for (UINT i = 1; i <= 400 && !heard; ++i)
    {
        client_raise(host, L"OnEventLogged", 1, value_i4((LONG)i));
        heard = journal.count == i;
        journal_await(&journal, i);
    }
    assert_true(heard);
}

static void test_refused(void **state)
{
    const struct refusal tests[] = {
            {E_INVALIDARG, L"OnNothing",
                    {L"\"OnNothing\" is no event of the host; it has OnServiceEvent, OnVMStateChange, OnEventLogged, "
                     L"OnHeartbeatStopped",
                            L"", L""},
                    0, {{{{0}}}}},
            {E_INVALIDARG, L"", {L"\"\" is no event of the host", L"OnEventLogged", L""}, 0, {{{{0}}}}},
            {E_INVALIDARG, L"OnReset",
                    {L"\"OnReset\" is an event of a machine, not of the host; the host has OnServiceEvent", L"", L""},
                    0, {{{{0}}}}},
            {E_INVALIDARG, L"IVMVirtualMachineEvents.OnHeartbeatStopped", {L"event of a machine", L"", L""}, 0,
                    {{{{0}}}}},
            {E_INVALIDARG, L"OnMediaEject", {L"event of a machine", L"", L""}, 1, {value_bstr(L"x")}},
            {E_INVALIDARG, L"OnStateChange", {L"event of a machine", L"OnVMStateChange", L""}, 1, {value_i4(5)}},
            {E_INVALIDARG, L"IVMVirtualPCEvents.OnReset", {L"no event of the host", L"", L""}, 0, {{{{0}}}}},
            {E_INVALIDARG, L"OnVMStateChange",
                    {L"virtualMachineState is 11", L"10 (vmVMState_DeleteMachine)", L"VMVMState"}, 2,
                    {value_bstr(L"Alpha"), value_i4(11)}},
            {E_INVALIDARG, L"OnVMStateChange", {L"\"vmVMState_Off\"", L"1 (vmVMState_TurnedOff)", L""}, 2,
                    {value_bstr(L"Alpha"), value_bstr(L"vmVMState_Off")}},
            {DISP_E_BADPARAMCOUNT, L"OnHeartbeatStopped", {L"1 argument (virtualMachineConfig), not 0", L"", L""}, 0,
                    {{{{0}}}}},
            {DISP_E_BADPARAMCOUNT, L"OnEventLogged", {L"1 argument (logMessageID), not 2", L"", L""}, 2,
                    {value_i4(1), value_i4(2)}},
            {DISP_E_BADPARAMCOUNT, L"OnVMStateChange", {L"2 arguments", L"not 1", L""}, 1, {value_bstr(L"x")}},
            {DISP_E_TYPEMISMATCH, L"OnEventLogged", {L"logMessageID is \"one\"; it must be a number", L"", L""}, 1,
                    {value_bstr(L"one")}},
            {DISP_E_TYPEMISMATCH, L"OnServiceEvent", {L"\"1<U+0000>x\", with a NUL", L"must be a number", L""}, 1,
                    {value_bstr_part(L"1\0x", 3)}},
            {DISP_E_PARAMNOTOPTIONAL, L"OnEventLogged", {L"logMessageID was left out", L"a number", L""}, 1,
                    {value_missing()}},
    };

    (void)state;
    assert_refused(host, tests, ARRAYSIZE(tests));
    assert_int_equal(client_call(host, L"Raise", NULL, 0, NULL).hr, DISP_E_BADPARAMCOUNT);

    /* Nothing of all that was heard. */
    client_raise(host, L"OnEventLogged", 1, value_i4(1));
    journal_await(&journal, 1);
}

/* By the vtable, and with a caller's variables, which come by reference. */
static void test_vtable_and_references(void **state)
{
    static const WCHAR *const heard[] = {L"host.2 Alpha 6", L"host.3 9", L"host.3 10"};
    SAFEARRAY *args = SafeArrayCreateVector(VT_VARIANT, 0, 2);
    VARIANT name = value_bstr(L"Alpha"), paused = value_bstr(L"vmVMState_Paused"), value = value_i4(10), reference;
    BSTR event = SysAllocString(L"OnVMStateChange");
    LONG place = 0, number = 9;

    (void)state;
    assert_int_equal(SafeArrayPutElement(args, &place, &name), S_OK);
    place = 1;
    assert_int_equal(SafeArrayPutElement(args, &place, &paused), S_OK);
    assert_int_equal(IVMEventHost_Raise(host, event, args), S_OK);
    SafeArrayDestroy(args);
    assert_int_equal(IVMEventHost_Raise(host, event, NULL), DISP_E_BADPARAMCOUNT);
    args = SafeArrayCreateVector(VT_I4, 0, 1);
    assert_true(FAILED(IVMEventHost_Raise(host, event, args)));
    SafeArrayDestroy(args);
    SysFreeString(event);

    V_VT(&reference) = VT_BYREF | VT_I4;
    V_I4REF(&reference) = &number;
    client_raise(host, L"OnEventLogged", 1, reference);
    V_VT(&reference) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&reference) = &value;
    client_raise(host, L"OnEventLogged", 1, reference);
    journal_expect(&journal, ARRAYSIZE(heard), heard);
}

/* Numbers as strings are read as the caller writes them, and strings have their length. */
static void test_locale_and_strings(void **state)
{
    static const WCHAR *const heard[] = {L"host.3 1", L"host.3 10", L"host.4 a|b"};
    VARIANT args[2] = {value_bstr(L"OnEventLogged"), value_bstr(L"1,0")};

    (void)state;
    assert_int_equal(client_call_in(LCID_GERMAN, host, L"Raise", NULL, 2, args).hr, S_OK);
    assert_int_equal(client_call_in(LCID_ENGLISH, host, L"Raise", NULL, 2, args).hr, S_OK);
    client_raise(host, L"OnHeartbeatStopped", 1, value_bstr_part(L"a\0b", 3));
    journal_expect(&journal, ARRAYSIZE(heard), heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_every_event, setup, teardown),
            cmocka_unit_test_setup_teardown(test_names, setup, teardown),
            cmocka_unit_test_setup_teardown(test_virtual_servers_interface, setup, teardown),
            cmocka_unit_test_setup_teardown(test_heartbeats, setup, teardown),
            cmocka_unit_test_setup_teardown(test_heard_on_return, setup, teardown),
            cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
            cmocka_unit_test_setup_teardown(test_vtable_and_references, setup, teardown),
            cmocka_unit_test_setup_teardown(test_locale_and_strings, setup, teardown),
    };

    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}

/* Live machines as a client sees them, with a QEMU that is pretended. */
#include "peer.h"
#include "recorder.h"

#include <stdio.h>

static IVMEventHost *host;

static int setup(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    return 0;
}

static int teardown(void **state)
{
    client_release(host);
    return client_await_no_host(state);
}

static struct outcome open_at(const WCHAR *name, const WCHAR *address, IVMEventMachine **machine)
{
    VARIANT args[] = {value_bstr(name), value_bstr(address)}, result;
    struct outcome outcome = client_call(host, L"OpenMachine", &result, 2, args);

    *machine = NULL;
    if (SUCCEEDED(outcome.hr))
    {
        assert_int_equal(IDispatch_QueryInterface(V_DISPATCH(&result), &IID_IVMEventMachine, (void **)machine), S_OK);
        VariantClear(&result);
    }
    return outcome;
}

static IVMEventMachine *open_peer(const WCHAR *name, unsigned int port)
{
    IVMEventMachine *machine;
    WCHAR address[64];

    _snwprintf(address, 64, L"qemu:127.0.0.1:%u", port);
    assert_int_equal(open_at(name, address, &machine).hr, S_OK);
    return machine;
}

static VMVMState state_of(IVMEventMachine *machine)
{
    VMVMState state;

    assert_int_equal(IVMEventMachine_get_State(machine, &state), S_OK);
    return state;
}

static bool is_connected(IVMEventMachine *machine)
{
    VARIANT_BOOL connected;

    assert_int_equal(IVMEventMachine_get_Connected(machine, &connected), S_OK);
    return connected;
}

static bool fault_has(IVMEventMachine *machine, const WCHAR *part)
{
    BSTR fault;
    bool found;

    assert_int_equal(IVMEventMachine_get_Fault(machine, &fault), S_OK);
    found = *part ? has(fault, part) : !SysStringLen(fault);
    SysFreeString(fault);
    return found;
}

static void expect_refusal(const WCHAR *name, const WCHAR *address, HRESULT hr, const WCHAR *part)
{
    IVMEventMachine *machine;
    struct outcome outcome = open_at(name, address, &machine);

    assert_int_equal(outcome.hr, hr);
    assert_true(has(outcome.description, part));
    assert_null(machine);
}

static void test_what_cannot_be_opened(void **state)
{
    IVMEventMachine *machine, *simulated = client_create_machine(host, L"Simulated");

    (void)state;
    expect_refusal(L"Live", L"", E_INVALIDARG, L"must begin with qemu:");
    expect_refusal(L"Live", L"qemu:127.0.0.1", E_INVALIDARG, L"no host and port");
    expect_refusal(L"Live", L"qemu:127.0.0.1:1,agent=0", E_INVALIDARG, L"agent's port");
    expect_refusal(L"Live", L"qemu:192.0.2.1:4444", E_INVALIDARG, L"allow-remote");
    expect_refusal(L"", L"qemu:127.0.0.1:1", VM_E_CONFIG_NO_NAME, L"");
    expect_refusal(L"a:b", L"qemu:127.0.0.1:1", VM_E_CONFIG_NAME_INVALID_CHAR, L"");
    expect_refusal(L"simulated", L"qemu:127.0.0.1:1", VM_E_CONFIG_DUPLICATE_NAME, L"FindMachine");

    /* One monitor, one client. */
    assert_int_equal(open_at(L"Live", L"qemu:127.0.0.1:1", &machine).hr, S_OK);
    expect_refusal(L"Other", L"qemu:127.0.0.1:1,agent=2", E_INVALIDARG, L"\"Live\"");
    client_release(machine);
    client_release(simulated);
}

static void test_nobody_is_there(void **state)
{
    IVMEventMachine *machine;
    BSTR address;

    (void)state;
    assert_int_equal(open_at(L"Live", L"qemu:127.0.0.1:1,agent=2", &machine).hr, S_OK);
    assert_int_equal(state_of(machine), vmVMState_TurnedOff);
    assert_false(is_connected(machine));
    assert_true(fault_has(machine, L"nobody listens there"));
    assert_int_equal(IVMEventMachine_get_Address(machine, &address), S_OK);
    assert_true(!wcscmp(address, L"qemu:127.0.0.1:1,agent=2"));
    SysFreeString(address);
    assert_int_equal(client_call(machine, L"LogoffGuest", NULL, 0, NULL).hr, VM_E_VM_NOT_RUNNING);
    client_release(machine);
}

/* It is not known what it is, and the caller is not kept waiting until it says something. */
static void test_a_peer_that_says_nothing(void **state)
{
    IVMEventMachine *machine = open_peer(L"Live", peer_start_silent());

    (void)state;
    assert_int_equal(state_of(machine), vmVMState_Invalid);
    assert_false(is_connected(machine));
    assert_true(fault_has(machine, L"sends no greeting"));
    client_remove_machine(host, L"Live");
    client_release(machine);
}

static void test_events_of_a_connection(void **state)
{
    static const WCHAR *const before[] = {L"IVMVirtualMachineEvents.1 6", L"IVMVirtualMachineEvents.1 5",
            L"IVMVirtualMachineEvents.5", L"IVMVirtualMachineEvents.3"};
    static const WCHAR *const end[] = {
            L"IVMVirtualMachineEvents.10", L"IVMVirtualMachineEvents.1 8", L"IVMVirtualMachineEvents.1 1"};
    static const WCHAR *const of_host[] = {L"host.2 Live 6", L"host.2 Live 5", L"host.4 Live", L"host.2 Live 2"};
    static struct journal journal, host_journal;
    static struct recorder recorder, host_recorder;
    unsigned int port = peer_start();
    IVMEventMachine *machine = open_peer(L"Live", port);
    VARIANT logoff = value_i4(vmVMState_Saved);
    struct outcome outcome;
    VARIANT args[2] = {value_bstr(L"OnStateChange"), logoff};
    DWORD cookie, host_cookie;

    (void)state;
    peer_await_client();
    assert_int_equal(state_of(machine), vmVMState_Running);
    assert_true(is_connected(machine));
    assert_true(fault_has(machine, L""));
    journal_init(&journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"IVMVirtualMachineEvents");
    cookie = recorder_advise(&recorder, machine);
    journal_init(&host_journal);
    recorder_init(&host_recorder, &host_journal, &DIID_IVMVirtualPCEvents, L"host");
    host_cookie = recorder_advise(&host_recorder, host);

    peer_say_event("STOP", NULL);
    peer_say_event("RESUME", NULL);
    peer_say_event("GUEST_PANICKED", "{\"action\": \"run\"}");
    peer_say_event("SOMETHING_NEW", "{\"a\": [1, 2, {}]}");
    peer_say_event("RESET", "{\"guest\": false}");
    peer_say_event("RESET", "{\"guest\": true}");
    journal_expect(&journal, 4, before);
    /* The host's event by hand changes no machine, and says of a live one what it is told to. */
    client_raise(host, L"OnVMStateChange", 2, value_bstr(L"Live"), logoff);
    journal_expect(&host_journal, 4, of_host);
    recorder_unadvise(&host_recorder, host, host_cookie);
    assert_int_equal(state_of(machine), vmVMState_Running);

    /* The state is the machine's own. */
    outcome = client_call(machine, L"Raise", NULL, 2, args);
    assert_int_equal(outcome.hr, E_ACCESSDENIED);
    assert_true(has(outcome.description, L"live machine"));
    assert_int_equal(state_of(machine), vmVMState_Running);
    /* The rest can. */
    client_raise(machine, L"OnReset", 0);
    journal_expect(&journal, 1, &before[3]);

    peer_say_event("SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    peer_hang_up(true);
    journal_expect(&journal, 3, end);
    assert_int_equal(state_of(machine), vmVMState_TurnedOff);
    recorder_unadvise(&recorder, machine, cookie);
    client_remove_machine(host, L"Live");
    client_release(machine);
}

/* It is connected again by itself, and has nothing to tell. */
static void test_a_connection_that_is_lost(void **state)
{
    static const WCHAR *const after[] = {L"IVMVirtualMachineEvents.2"};
    static struct journal journal;
    static struct recorder recorder;
    unsigned int port = peer_start();
    IVMEventMachine *machine = open_peer(L"Live", port);
    DWORD cookie;

    (void)state;
    peer_await_client();
    journal_init(&journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"IVMVirtualMachineEvents");
    cookie = recorder_advise(&recorder, machine);
    peer_hang_up(false);
    peer_await_client();
    peer_say("this is no JSON\r\n");
    peer_await_client();
    while (!is_connected(machine))
        Sleep(10);
    peer_say_event("POWERDOWN", NULL);
    journal_expect(&journal, 1, after);
    assert_int_equal(state_of(machine), vmVMState_Running);
    recorder_unadvise(&recorder, machine, cookie);
    peer_hang_up(true);
    client_remove_machine(host, L"Live");
    client_release(machine);
}

static void test_a_simulated_machine(void **state)
{
    static const WCHAR *const events[] = {L"IVMVirtualMachineEvents.11 2"};
    static struct journal journal;
    IVMEventMachine *machine = client_create_machine(host, L"Simulated");
    static struct recorder recorder;
    BSTR address;
    DWORD cookie;

    (void)state;
    assert_true(is_connected(machine));
    assert_true(fault_has(machine, L""));
    assert_int_equal(IVMEventMachine_get_Address(machine, &address), S_OK);
    assert_int_equal(SysStringLen(address), 0);
    SysFreeString(address);
    journal_init(&journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"IVMVirtualMachineEvents");
    cookie = recorder_advise(&recorder, machine);
    assert_int_equal(client_call(machine, L"LogoffGuest", NULL, 0, NULL).hr, S_OK);
    journal_expect(&journal, 1, events);
    recorder_unadvise(&recorder, machine, cookie);
    client_release(machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_what_cannot_be_opened, setup, teardown),
            cmocka_unit_test_setup_teardown(test_nobody_is_there, setup, teardown),
            cmocka_unit_test_setup_teardown(test_a_peer_that_says_nothing, setup, teardown),
            cmocka_unit_test_setup_teardown(test_events_of_a_connection, setup, teardown),
            cmocka_unit_test_setup_teardown(test_a_connection_that_is_lost, setup, teardown),
            cmocka_unit_test_setup_teardown(test_a_simulated_machine, setup, teardown),
    };

    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}

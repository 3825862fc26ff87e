/*
 * Someone is gone while events are on their way: the host, the machine, a client inside its callback. What is asserted
 * is what those that are left see, and that they can go on.
 *
 * This program starts itself as a client, and for each test, as clients.c does.
 */
#include "client.h"
#include "killing.h"
#include "recorder.h"
#include "sink/library.h"

#include <wchar.h>

#define RAISERS 4

/* The number of the test's own thread when it raises events. */
#define SELF RAISERS

/* What a sink's callback has heard: each raiser's events carry its number and count up. */
struct hearing
{
    volatile LONG count;
    volatile LONG next[RAISERS + 1];
    volatile LONG removed; /* that the machine has been */
    volatile LONG faults;
};

/* A thread that raises events at the machine until that fails. */
struct raiser
{
    IVMEventMachine *machine;
    LONG number;
    volatile LONG raised; /* how many succeeded */
    HRESULT hr;           /* of the one that did not */
    HANDLE thread;
};

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    struct hearing *hearing = context;
    LONG raiser;

    if (event->id == vmVirtualMachineEvent_StateChanged)
    {
        hearing->faults += V_I4(&event->args[0]) != vmVMState_DeleteMachine || hearing->removed;
        hearing->removed = 1;
    }
    else if (event->id == vmVirtualMachineEvent_ConfigurationChanged)
    {
        raiser = V_BSTR(&event->args[0])[0] - '0';
        /* None is lost, none comes twice, each in its turn, and none after the end. */
        hearing->faults += V_I4(&event->args[1]) != hearing->next[raiser]++ || hearing->removed;
    }
    InterlockedIncrement(&hearing->count);
}

static HRESULT raise_number(IVMEventMachine *machine, LONG raiser, LONG number)
{
    SAFEARRAY *arguments = SafeArrayCreateVector(VT_VARIANT, 0, 2);
    BSTR name = SysAllocString(L"OnConfigurationChanged");
    WCHAR key[] = {(WCHAR)('0' + raiser), 0};
    VARIANT *values;
    HRESULT hr;

    CHECK(SafeArrayAccessData(arguments, (void **)&values) == S_OK);
    values[0] = value_bstr(key);
    values[1] = value_i4(number);
    SafeArrayUnaccessData(arguments);
    hr = IVMEventMachine_Raise(machine, name, arguments);
    SafeArrayDestroy(arguments);
    SysFreeString(name);
    return hr;
}

static DWORD WINAPI raiser_main(void *context)
{
    struct raiser *raiser = context;

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    while ((raiser->hr = raise_number(raiser->machine, raiser->number, raiser->raised)) == S_OK)
        InterlockedIncrement(&raiser->raised);
    CoUninitialize();
    return 0;
}

static void raisers_start(struct raiser raisers[RAISERS], IVMEventMachine *machine)
{
    for (LONG i = 0; i < RAISERS; ++i)
    {
        raisers[i] = (struct raiser){.machine = machine, .number = i};
        raisers[i].thread = CreateThread(NULL, 0, raiser_main, &raisers[i], 0, NULL);
        assert_non_null(raisers[i].thread);
    }
}

static void raisers_join(struct raiser raisers[RAISERS])
{
    for (LONG i = 0; i < RAISERS; ++i)
    {
        assert_int_equal(WaitForSingleObject(raisers[i].thread, PATIENCE_MS), WAIT_OBJECT_0);
        CloseHandle(raisers[i].thread);
    }
}

static IVMEventSink *start_listening(struct hearing *hearing)
{
    IVMEventSink *sink = sink_create();
    IVMEventCallbacks *callbacks = query(sink, &IID_IVMEventCallbacks);
    DWORD cookie;

    assert_int_equal(
            IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, hearing, NULL, &cookie), S_OK);
    IVMEventCallbacks_Release(callbacks);
    return sink;
}

static LONG connect_to(IVMEventSink *sink, IVMEventMachine *machine)
{
    LONG cookie;

    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)machine, NULL, &cookie), S_OK);
    return cookie;
}

static void await_removal_of(struct hearing *hearing)
{
    assert_true(wait_for(&hearing->removed, 1));
}

static LONG take_what_is_queued(IVMEventSink *sink)
{
    IVMEventRecord *record;
    LONG count = 0;

    for (; SUCCEEDED(IVMEventSink_NextEvent(sink, 0, &record)) && record; ++count)
        IVMEventRecord_Release(record);
    return count;
}

/* The sink has received what was heard, and its queue has had that. A host that is dead may have made a call that is
 * under way still, on which the counts agree when it is over. */
static void await_equal_counts(IVMEventSink *sink, const struct hearing *hearing)
{
    LONG received, queued = 0;

    for (DWORD begun = GetTickCount();; Sleep(10))
    {
        queued += take_what_is_queued(sink);
        assert_int_equal(IVMEventSink_get_Received(sink, &received), S_OK);
        if (received == queued && received == hearing->count)
            return;
        if (GetTickCount() - begun > PATIENCE_MS)
            fail_msg("%ld received, %ld heard, %ld queued", (long)received, (long)hearing->count, (long)queued);
    }
}

/* ---- the host ---- */

/* The sink has heard everything in order, keeps what nobody has taken yet, lets go of the dead source without an error,
 * and connects to the machines of the next host. */
static void host_dies_after(DWORD delay_ms)
{
    struct hearing hearing = {0};
    struct raiser raisers[RAISERS];
    IVMEventSink *sink = start_listening(&hearing);
    IVMEventHost *host = client_create_host();
    IVMEventMachine *machine = client_create_machine(host, L"Alpha");
    LONG connection;

    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 1000000), S_OK);
    connection = connect_to(sink, machine);
    raisers_start(raisers, machine);
    assert_true(wait_for(&hearing.count, 20));
    Sleep(delay_ms);
    host_kill();
    raisers_join(raisers);
    await_equal_counts(sink, &hearing);

    assert_int_equal(hearing.faults, 0);
    for (LONG i = 0; i < RAISERS; ++i)
    {
        assert_true(FAILED(raisers[i].hr) && HRESULT_FACILITY(raisers[i].hr) != FACILITY_ITF);
        /* What was heard is how it began, without a gap; the rest went with the host. The event under way may have been
         * heard though the answer did not come. */
        assert_true(hearing.next[i] <= raisers[i].raised + 1);
    }

    client_release(machine);
    client_release(host);
    assert_int_equal(IVMEventSink_Disconnect(sink, connection), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(sink, connection), CONNECT_E_NOCONNECTION);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    connect_to(sink, machine);
    for (LONG i = 0; i < 5; ++i)
        assert_int_equal(raise_number(machine, SELF, i), S_OK);
    assert_true(wait_for(&hearing.next[SELF], 5));
    assert_int_equal(hearing.faults, 0);
    assert_int_equal(IVMEventSink_Release(sink), 0);
    client_release(machine);
    client_release(host);
}

static void test_host_killed_while_it_fires(void **state)
{
    static const DWORD delays_ms[] = {0, 3, 10, 30};

    for (size_t i = 0; i < ARRAYSIZE(delays_ms); ++i)
    {
        host_dies_after(delays_ms[i]);
        client_await_no_host(state);
        assert_int_equal(library_check_idle(state), 0);
    }
}

/* The connection is not ended by hand: releasing the sink does, though nobody is there to be told. */
static void test_sink_released_after_its_host_was_killed(void **state)
{
    struct hearing hearing = {0};
    IVMEventSink *sink = start_listening(&hearing);
    IVMEventHost *host = client_create_host();
    IVMEventMachine *machine = client_create_machine(host, L"Alpha");

    connect_to(sink, machine);
    host_kill();
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(hearing.count, 1);
    assert_int_equal(IVMEventSink_Release(sink), 0);
    client_release(machine);
    client_release(host);
    assert_int_equal(library_check_idle(state), 0);
}

/* ---- the machine ---- */

/* Each Raise is either heard or refused; the last event is that the machine is gone. Another machine goes on. */
static void test_machine_removed_while_it_fires(void **state)
{
    IVMEventHost *host = client_create_host();
    IVMEventMachine *other = client_create_machine(host, L"Beta");
    struct hearing of_other = {0};
    IVMEventSink *sink_of_other = start_listening(&of_other);

    (void)state;
    connect_to(sink_of_other, other);
    for (LONG attempt = 0; attempt < 5; ++attempt)
    {
        IVMEventMachine *machine = client_create_machine(host, L"Alpha");
        struct hearing hearing = {0};
        struct raiser raisers[RAISERS];
        IVMEventSink *sink = start_listening(&hearing);

        connect_to(sink, machine);
        raisers_start(raisers, machine);
        assert_true(wait_for(&hearing.count, 10 + 10 * attempt));
        client_remove_machine(host, L"Alpha");
        raisers_join(raisers);
        await_removal_of(&hearing);
        assert_int_equal(hearing.faults, 0);
        for (LONG i = 0; i < RAISERS; ++i)
        {
            assert_int_equal(raisers[i].hr, VM_E_VM_UNKNOWN);
            assert_in_range(hearing.next[i], raisers[i].raised, raisers[i].raised + 1);
        }
        assert_int_equal(raise_number(other, 0, attempt), S_OK);
        assert_true(wait_for(&of_other.count, attempt + 1));
        assert_int_equal(IVMEventSink_Release(sink), 0);
        client_release(machine);
    }
    assert_int_equal(of_other.faults, 0);
    assert_int_equal(IVMEventSink_Release(sink_of_other), 0);
    client_release(other);
    client_release(host);
}

/* ---- a client ---- */

static void CALLBACK hang(const VMEVENT *event, void *context)
{
    (void)context;
    if (event->id == vmVirtualMachineEvent_Reset)
    {
        child_ready();
        Sleep(INFINITE);
    }
}

/* A process with a sink, which hangs in the callback of the first OnReset. */
static void run_child(void)
{
    IVMEventCallbacks *callbacks;
    IVMEventMachine *machine;
    IVMEventHost *host;
    IVMEventSink *sink;
    void *state = NULL;
    DWORD cookie;

    CHECK(!library_load(&state));
    host = client_create_host();
    machine = client_create_machine(host, L"Child");
    sink = sink_create();
    callbacks = query(sink, &IID_IVMEventCallbacks);
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hang, NULL, NULL, &cookie) == S_OK);
    client_release(machine);
    machine = client_create_machine(host, L"Alpha");
    connect_to(sink, machine);
    client_raise(machine, L"OnReset", 0);
    Sleep(INFINITE);
}

/* The other client hears everything in order, the host drops the dead one's connection and goes on. */
static void test_client_killed_inside_a_callback(void **state)
{
    HANDLE child = child_start(L"child");
    IVMEventHost *host = client_create_host();
    struct hearing hearing = {0};
    struct raiser raisers[RAISERS];
    IVMEventSink *sink = start_listening(&hearing);
    IVMEventMachine *machine;

    (void)state;
    machine = client_find_machine(host, L"Alpha");
    connect_to(sink, machine);
    assert_int_equal(count_connections(machine, &DIID_IVMVirtualMachineEvents), 2);
    raisers_start(raisers, machine);
    assert_true(wait_for(&hearing.count, 20));
    child_kill(child);
    await_connections(machine, &DIID_IVMVirtualMachineEvents, 1);
    assert_true(wait_for(&hearing.count, hearing.count + 20));
    client_remove_machine(host, L"Alpha");
    raisers_join(raisers);
    assert_int_equal(hearing.faults, 0);
    /* What the dead client made is there for others. */
    client_remove_machine(host, L"Child");
    client_release(client_create_machine(host, L"Child"));
    assert_int_equal(IVMEventSink_Release(sink), 0);
    client_release(machine);
    client_release(host);
}

static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_killed_while_it_fires),
        cmocka_unit_test(test_sink_released_after_its_host_was_killed),
        cmocka_unit_test(test_machine_removed_while_it_fires),
        cmocka_unit_test(test_client_killed_inside_a_callback),
};

static const struct client_tests all_tests = {
        .name = "host_faults", .tests = tests, .count = ARRAYSIZE(tests), .begin = library_load, .end = library_unload};

int main(int argc, char **argv)
{
    bool done;
    int code = client_run_tests(&all_tests, argc, argv, &done);

    if (done)
        return code;
    run_child();
    return 0;
}

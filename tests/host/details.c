/*
 * What the source of an event knows besides goes with it from the host's process to a client's: with a QEMU that is
 * pretended, by a connection to the machine and by one to all of them, for events that go alone and such as wait.
 */
#include "client.h"
#include "peer.h"
#include "recorder.h"
#include "sink/library.h"

#include <stdio.h>
#include <wchar.h>

enum
{
    FLOOD = 300 /* that wait at the same time */
};

static IVMEventHost *host;
static IVMEventSink *sink;
static IVMEventMachine *machine;
static volatile LONG held, heard_count; /* the first call does not end while held is set */
static volatile LONG without;           /* events that should have details and have none */

static void open_peer(void)
{
    VARIANT args[2] = {value_bstr(L"Web")}, result;
    WCHAR address[64];

    swprintf(address, ARRAYSIZE(address), L"qemu:127.0.0.1:%u", peer_start());
    args[1] = value_bstr(address);
    assert_int_equal(client_call(host, L"OpenMachine", &result, 2, args).hr, S_OK);
    assert_int_equal(IDispatch_QueryInterface(V_DISPATCH(&result), &IID_IVMEventMachine, (void **)&machine), S_OK);
    VariantClear(&result);
    VariantClear(&args[0]);
    VariantClear(&args[1]);
    peer_await_client();
}

static int set_up(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    sink = sink_create();
    held = heard_count = without = 0;
    open_peer();
    return 0;
}

static int tear_down(void **state)
{
    peer_hang_up(true);
    CHECK(!IVMEventSink_Release(sink));
    client_remove_machine(host, L"Web");
    client_release(machine);
    client_release(host);
    client_await_no_host(state);
    return library_check_idle(state);
}

static void connect_to(void *source)
{
    LONG cookie;

    assert_int_equal(IVMEventSink_Connect(sink, source, NULL, &cookie), S_OK);
}

static void connect_to_all(void)
{
    IVMEventMachines *machines;

    assert_int_equal(IVMEventHost_get_Machines(host, &machines), S_OK);
    connect_to(machines);
    IVMEventMachines_Release(machines);
}

/* The next event is that one, and has the detail; expected NULL: it has none of that name. */
static IVMEventRecord *hear_one(const WCHAR *name, const WCHAR *detail, const WCHAR *expected)
{
    VARIANT wanted = {.vt = VT_BSTR}, found;
    IVMEventRecord *record;
    BSTR string;

    assert_int_equal(IVMEventSink_NextEvent(sink, PATIENCE_MS, &record), S_OK);
    assert_non_null(record);
    assert_int_equal(IVMEventRecord_get_Name(record, &string), S_OK);
    assert_int_equal(wcscmp(string, name), 0);
    SysFreeString(string);
    V_BSTR(&wanted) = SysAllocString(detail);
    assert_int_equal(IVMEventRecord_get_Details(record, wanted, &found), S_OK);
    assert_int_equal(V_VT(&found), expected ? VT_BSTR : VT_EMPTY);
    if (expected && wcscmp(V_BSTR(&found), expected) != 0)
        fail_msg("%ls is \"%ls\"", detail, V_BSTR(&found));
    VariantClear(&wanted);
    VariantClear(&found);
    return record;
}

static void expect(const WCHAR *name, const WCHAR *detail, const WCHAR *expected)
{
    IVMEventRecord *record = hear_one(name, detail, expected);

    IVMEventRecord_Release(record);
}

static void expect_json(IVMEventRecord *record, const WCHAR *part)
{
    BSTR json;

    assert_int_equal(IVMEventRecord_get_Json(record, &json), S_OK);
    if (!has(json, part))
        fail_msg("\"%ls\" is not in %ls", part, json);
    SysFreeString(json);
    IVMEventRecord_Release(record);
}

static void expect_source(IVMEventRecord *record)
{
    BSTR source;

    assert_int_equal(IVMEventRecord_get_Source(record, &source), S_OK);
    assert_int_equal(wcscmp(source, L"Web"), 0);
    SysFreeString(source);
}

static void say_and_expect(void)
{
    IVMEventRecord *record;

    peer_say_event("BLOCK_IO_ERROR",
            "{\"device\": \"disk0\", \"operation\": \"write\", \"action\": \"report\", \"nospace\": true, "
            "\"reason\": \"No \\u00abspace\\u00bb\"}");
    peer_say_event("POWERDOWN", NULL);
    peer_say_event("RESET", "{\"guest\": true, \"reason\": \"guest-reset\"}");
    expect(L"OnDiskOutOfSpace", L"disk", L"disk0");
    expect(L"OnRequestShutdown", L"reason", NULL);
    record = hear_one(L"OnReset", L"reason", L"guest-reset");
    expect_source(record);
    expect_json(record, L"\"arguments\":{},\"details\":{\"reason\":\"guest-reset\"}");
}

static void test_a_machine(void **state)
{
    (void)state;
    connect_to(machine);
    say_and_expect();
}

static void test_all_machines(void **state)
{
    (void)state;
    connect_to_all();
    say_and_expect();
}

static bool knows_reset(const VMEVENTDETAILS *details)
{
    return details && details->count == 1 && !wcscmp(details->details[0].name, L"reason")
            && V_VT(&details->details[0].value) == VT_BSTR
            && !wcscmp(V_BSTR(&details->details[0].value), L"host-qmp-system-reset");
}

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)context;
    while (held)
        Sleep(1);
    /* Every third has nothing more to tell. */
    if (heard_count % 3 == 2 ? event->details != NULL : !knows_reset(event->details))
        InterlockedIncrement(&without);
    InterlockedIncrement(&heard_count);
}

/* Those that wait go in one call, some with details and some without. */
static void test_events_that_wait(void **state)
{
    IVMEventCallbacks *callbacks = query(sink, &IID_IVMEventCallbacks);
    DWORD cookie;

    (void)state;
    assert_int_equal(
            IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie), S_OK);
    IVMEventCallbacks_Release(callbacks);
    connect_to(machine);
    held = 1;
    for (UINT i = 0; i < FLOOD; ++i)
    {
        if (i % 3 == 2)
            peer_say_event("POWERDOWN", NULL);
        else
            peer_say_event("RESET", "{\"guest\": false, \"reason\": \"host-qmp-system-reset\"}");
    }
    held = 0;
    assert_true(wait_for(&heard_count, FLOOD));
    assert_int_equal(heard_count, FLOOD);
    assert_int_equal(without, 0);
}

/* Who has only the dispinterfaces hears the same events as ever. */
static void test_a_client_of_the_dispinterfaces(void **state)
{
    static const WCHAR *const lines[] = {L"machine.12 False", L"machine.2", L"machine.3"};
    static struct recorder recorder;
    static struct journal journal;
    DWORD cookie;

    (void)state;
    journal_init(&journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    cookie = recorder_advise(&recorder, machine);
    connect_to(machine);
    say_and_expect();
    journal_expect(&journal, 3, lines);
    recorder_unadvise(&recorder, machine, cookie);
}

#define details_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static int set_up_group(void **state)
{
    client_setup(state);
    return library_load(state);
}

static int tear_down_group(void **state)
{
    int result = library_unload(state);

    client_teardown(state);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            details_test(test_a_machine),
            details_test(test_all_machines),
            details_test(test_events_that_wait),
            details_test(test_a_client_of_the_dispinterfaces),
    };

    return cmocka_run_group_tests_name("details between processes", tests, set_up_group, tear_down_group);
}

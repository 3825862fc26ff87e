/* One connection to all machines of the host: each event once, under its machine's name, in its machine's order; and how
 * many calls between the processes that takes. */
#include "calls.h"
#include "client.h"
#include "sink/library.h"

#include <wchar.h>

enum
{
    MACHINES = 6,
    EVENTS = 20,  /* of each */
    FLOOD = 3000, /* that wait at the same time */
};

/* What callbacks are told. Of a machine the numbers have to count up, and its end is the last. */
struct heard
{
    volatile LONG count, strange, ends;
    LONG next[MACHINES];
    bool ended[MACHINES];
};

static struct heard heard;
static volatile LONG held; /* the first call does not end while it is set */
static IVMEventSink *sink;
static IVMEventHost *host;

/* "Web 3" */
static LONG number_of(const WCHAR *source)
{
    LONG number = !wcsncmp(source, L"Web ", 4) ? wcstol(source + 4, NULL, 10) : -1;

    return number < MACHINES ? number : -1;
}

static bool is_end(const VMEVENT *event)
{
    return !wcscmp(event->name, L"OnStateChange") && V_I4(&event->args[0]) == vmVMState_DeleteMachine;
}

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    LONG machine = number_of(event->source);

    (void)context;
    while (held)
        Sleep(1);
    if (machine < 0 || heard.ended[machine])
    {
        print_error("%ls of \"%ls\" is strange\n", event->name, event->source);
        InterlockedIncrement(&heard.strange);
    }
    else if (is_end(event))
    {
        heard.ended[machine] = true;
        InterlockedIncrement(&heard.ends);
    }
    else if (V_I4(&event->args[1]) != heard.next[machine]++)
    {
        InterlockedIncrement(&heard.strange);
    }
    InterlockedIncrement(&heard.count);
}

static void begin(void)
{
    IVMEventCallbacks *callbacks;
    DWORD cookie;

    memset(&heard, 0, sizeof(heard));
    sink = sink_create();
    host = client_create_host();
    callbacks = query(sink, &IID_IVMEventCallbacks);
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie) == S_OK);
    IVMEventCallbacks_Release(callbacks);
}

static void end(void)
{
    CHECK(IVMEventSink_Release(sink) == 0);
    client_release(host);
}

static LONG connect_to_all(const WCHAR *label)
{
    BSTR string = label ? SysAllocString(label) : NULL;
    IVMEventMachines *machines;
    LONG cookie;

    CHECK(IVMEventHost_get_Machines(host, &machines) == S_OK);
    CHECK(IVMEventSink_Connect(sink, (IUnknown *)machines, string, &cookie) == S_OK);
    IVMEventMachines_Release(machines);
    SysFreeString(string);
    return cookie;
}

static void name_of(WCHAR name[16], LONG number)
{
    swprintf(name, 16, L"Web %ld", (long)number);
}

static IVMEventMachine *create(LONG number)
{
    WCHAR name[16];

    name_of(name, number);
    return client_create_machine(host, name);
}

/* By the vtable. Strings that are left are counted here, and client_raise leaves some. */
static void raise_at(IVMEventMachine *machine, const WCHAR *event, UINT count, const VARIANT *values)
{
    SAFEARRAY *arguments = SafeArrayCreateVector(VT_VARIANT, 0, count);
    BSTR name = SysAllocString(event);

    memcpy(arguments->pvData, values, count * sizeof(*values));
    CHECK(IVMEventMachine_Raise(machine, name, arguments) == S_OK);
    SafeArrayDestroy(arguments);
    SysFreeString(name);
}

static void fire(IVMEventMachine *machine, LONG first, LONG count)
{
    for (LONG i = first; i < first + count; ++i)
    {
        VARIANT values[] = {value_bstr(L"n"), value_i4(i)};

        raise_at(machine, L"OnConfigurationChanged", ARRAYSIZE(values), values);
    }
}

static void removed(LONG number)
{
    WCHAR name[16];

    name_of(name, number);
    client_remove_machine(host, name);
}

static LONG catch_up(LONG timeout_ms)
{
    LONG missing = -1;

    CHECK(IVMEventSink_CatchUp(sink, timeout_ms, &missing) == S_OK);
    return missing;
}

/* ---- who is heard ---- */

static void test_all_machines_are_heard(void **state)
{
    IVMEventMachine *machines[MACHINES];

    (void)state;
    begin();
    for (LONG i = 0; i < MACHINES / 2; ++i)
        machines[i] = create(i);
    connect_to_all(L"not shown");
    for (LONG i = MACHINES / 2; i < MACHINES; ++i)
        machines[i] = create(i);
    for (LONG i = 0; i < EVENTS; ++i)
    {
        for (LONG k = 0; k < MACHINES; ++k)
            fire(machines[k], i, 1);
    }
    for (LONG i = 0; i < MACHINES; ++i)
    {
        client_release(machines[i]);
        removed(i);
    }
    assert_int_equal(catch_up(-1), 0);
    assert_int_equal(heard.count, MACHINES * (EVENTS + 1));
    assert_int_equal(heard.ends, MACHINES);
    assert_int_equal(heard.strange, 0);
    /* A machine of the same name is another. */
    memset(&heard, 0, sizeof(heard));
    machines[0] = create(0);
    fire(machines[0], 0, EVENTS);
    assert_int_equal(catch_up(-1), 0);
    assert_int_equal(heard.count, EVENTS);
    assert_int_equal(heard.strange, 0);
    client_release(machines[0]);
    end();
}

static void test_nothing_after_disconnect(void **state)
{
    IVMEventMachine *machine;
    LONG cookie;

    (void)state;
    begin();
    machine = create(0);
    cookie = connect_to_all(NULL);
    fire(machine, 0, EVENTS);
    assert_int_equal(catch_up(-1), 0);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), CONNECT_E_NOCONNECTION);
    assert_int_equal(heard.count, EVENTS);
    fire(machine, EVENTS, EVENTS);
    assert_int_equal(catch_up(-1), 0);
    assert_int_equal(heard.count, EVENTS);
    client_release(machine);
    end();
}

/* The host's own events are not its machines'. */
static void test_events_of_the_host_are_not_heard(void **state)
{
    BSTR name = SysAllocString(L"OnEventLogged");
    SAFEARRAY *arguments;
    VARIANT number;

    (void)state;
    begin();
    connect_to_all(NULL);
    V_VT(&number) = VT_I4;
    V_I4(&number) = 42;
    arguments = SafeArrayCreateVector(VT_VARIANT, 0, 1);
    *(VARIANT *)arguments->pvData = number;
    assert_int_equal(IVMEventHost_Raise(host, name, arguments), S_OK);
    SafeArrayDestroy(arguments);
    SysFreeString(name);
    assert_int_equal(catch_up(-1), 0);
    assert_int_equal(heard.count, 0);
    end();
}

/* The queue of a script. */
static void test_records_have_the_names(void **state)
{
    IVMEventMachine *machine;
    IVMEventRecord *record;
    BSTR source, text;
    VARIANT path;

    (void)state;
    sink = sink_create();
    host = client_create_host();
    connect_to_all(NULL);
    machine = create(3);
    path = value_bstr(L"C:\\a.vfd");
    raise_at(machine, L"IVMFloppyDriveEvents.OnMediaInsert", 1, &path);
    assert_int_equal(IVMEventSink_NextEvent(sink, PATIENCE_MS, &record), S_OK);
    assert_non_null(record);
    assert_int_equal(IVMEventRecord_get_Source(record, &source), S_OK);
    assert_int_equal(IVMEventRecord_get_Text(record, &text), S_OK);
    assert_int_equal(wcscmp(source, L"Web 3"), 0);
    assert_int_equal(wcscmp(text, L"OnMediaInsert(mediaPath=\"C:\\a.vfd\")"), 0);
    SysFreeString(source);
    SysFreeString(text);
    IVMEventRecord_Release(record);
    client_release(machine);
    end();
}

/* ---- how many calls it takes ---- */

/* As many with machines as without. */
static void test_connecting_takes_no_calls_for_machines(void **state)
{
    IVMEventMachine *machines[MACHINES];
    LONG before, alone;

    (void)state;
    begin();
    /* What is asked for the first time takes more. */
    IVMEventSink_Disconnect(sink, connect_to_all(NULL));
    before = calls_made();
    IVMEventSink_Disconnect(sink, connect_to_all(NULL));
    alone = calls_made() - before;
    for (LONG i = 0; i < MACHINES; ++i)
        machines[i] = create(i);
    before = calls_made();
    IVMEventSink_Disconnect(sink, connect_to_all(NULL));
    assert_true(alone > 0);
    assert_int_equal(calls_made() - before, alone);
    for (LONG i = 0; i < MACHINES; ++i)
        client_release(machines[i]);
    end();
}

/* Fires so many events without waiting for anybody. */
static void play(IVMEventMachine *machine, LONG first, LONG count)
{
    WCHAR folder[MAX_PATH], path[MAX_PATH];
    VARIANT speed = value_i4(1000);
    BSTR string;
    FILE *file;
    LONG fired;

    CHECK(GetTempPathW(MAX_PATH, folder) && GetTempFileNameW(folder, L"vme", 0, path));
    CHECK((file = _wfopen(path, L"w")));
    for (LONG i = first; i < first + count; ++i)
        fprintf(file, "0 OnConfigurationChanged \"n\" %ld\n", (long)i);
    CHECK(!fclose(file));
    CHECK((string = SysAllocString(path)));
    CHECK(IVMEventMachine_Play(machine, string, speed, &fired) == S_OK && fired == count);
    SysFreeString(string);
    CHECK(DeleteFileW(path));
}

static void expect_flood_in_few_calls(IVMEventMachine *machine)
{
    LONG before = calls_come();

    held = TRUE;
    fire(machine, 0, 1);
    play(machine, 1, FLOOD);
    held = FALSE;
    assert_int_equal(catch_up(-1), 0);
    assert_int_equal(heard.count, FLOOD + 1);
    assert_int_equal(heard.strange, 0);
    assert_true(calls_come() - before <= FLOOD / 100);
}

/* What waits comes in few calls, whichever way the client has connected. */
static void test_what_waits_comes_together(void **state)
{
    IVMEventMachine *machine;
    LONG cookie;

    (void)state;
    begin();
    machine = create(0);
    cookie = connect_to_all(NULL);
    expect_flood_in_few_calls(machine);
    assert_int_equal(IVMEventSink_Disconnect(sink, cookie), S_OK);
    memset(&heard, 0, sizeof(heard));
    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)machine, NULL, &cookie), S_OK);
    expect_flood_in_few_calls(machine);
    client_release(machine);
    end();
}

static const struct CMUnitTest tests[] = {
        sink_test(test_all_machines_are_heard),
        sink_test(test_nothing_after_disconnect),
        sink_test(test_events_of_the_host_are_not_heard),
        sink_test(test_records_have_the_names),
        sink_test(test_connecting_takes_no_calls_for_machines),
        sink_test(test_what_waits_comes_together),
};

static int set_up(void **state)
{
    int result = library_load(state);

    calls_count();
    return result;
}

static const struct client_tests all_tests = {
        .name = "host_fleet", .tests = tests, .count = ARRAYSIZE(tests), .begin = set_up, .end = library_unload};

int main(int argc, char **argv)
{
    bool done;
    int code = client_run_tests(&all_tests, argc, argv, &done);

    return done ? code : 1;
}

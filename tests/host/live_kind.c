/*
 * All that the host promises of live machines, with a kind that is pretended: this program is the host, and its table
 * of kinds has one more than the host's.
 */
#include "pretended_kind.h"
#include "recorder.h"

#include "com/apartment.h"
#include "com/module.h"
#include "com/type_info.h"
#include "dispatch/readers.h"
#include "host/fleet_events.h"
#include "host/host.h"
#include "host/host_events.h"
#include "host/live_kinds.h"
#include "host/machines.h"
#include "host/qemu/kind.h"
#include "host/threads.h"

#include <process.h>

const struct live_kind *const live_kinds[] = {&qemu_kind, &pretended_kind};
const size_t live_kind_count = ARRAYSIZE(live_kinds);

static IVMEventHost *host;

/* The recorders of the tests are static: without COM in between the host lets go of them itself, on a thread of its own and
 * maybe after the test. */

static int set_up(void **state)
{
    (void)state;
    assert_true(threads_init() && host_init());
    host = host_get();
    return 0;
}

static void await_no_peer(void)
{
    ULONGLONG start = GetTickCount64();
    struct pretended_counts counts;

    do
    {
        counts = pretended_count();
        assert_true(GetTickCount64() - start < PATIENCE_MS);
        Sleep(1);
    } while (counts.living || counts.closed != counts.opened);
}

/* Every peer that was made is destroyed, and every one that was opened has said `closed`, once. */
static int tear_down(void **state)
{
    ULONGLONG start = GetTickCount64();

    (void)state;
    machines_remove_all();
    fleet_events_finish_connections();
    host_events_finish_connections();
    await_no_peer();
    pretended_forget();
    while (module_in_use())
    {
        assert_true(GetTickCount64() - start < PATIENCE_MS);
        Sleep(1);
    }
    host_cleanup();
    type_info_forget();
    apartments_cleanup();
    dispatch_cleanup();
    return 0;
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

static IVMEventMachine *open_here(void)
{
    IVMEventMachine *machine;

    assert_int_equal(open_at(L"Live", L"pretend:here", &machine).hr, S_OK);
    return machine;
}

static void expect_refusal(const WCHAR *address, const WCHAR *description)
{
    IVMEventMachine *machine;
    struct outcome outcome = open_at(L"Other", address, &machine);

    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(!wcscmp(outcome.source, L"VMEvents.Host"));
    if (wcscmp(outcome.description, description) != 0)
        fail_msg("\"%ls\" is not \"%ls\"", outcome.description, description);
}

static LONG count_machines(void)
{
    VARIANT result;

    assert_int_equal(client_call(host, L"Machines", &result, 0, NULL).hr, S_OK);
    client_release(V_DISPATCH(&result));
    return (LONG)machines_count();
}

static VMVMState state_of(IVMEventMachine *machine)
{
    VMVMState state;

    assert_int_equal(IVMEventMachine_get_State(machine, &state), S_OK);
    return state;
}

static void expect_connection(IVMEventMachine *machine, bool connected, const WCHAR *fault)
{
    VARIANT_BOOL is_connected;
    BSTR text;

    assert_int_equal(IVMEventMachine_get_Connected(machine, &is_connected), S_OK);
    assert_int_equal(is_connected, connected ? VARIANT_TRUE : VARIANT_FALSE);
    assert_int_equal(IVMEventMachine_get_Fault(machine, &text), S_OK);
    if (wcscmp(text, fault) != 0)
        fail_msg("\"%ls\" is not \"%ls\"", text, fault);
    SysFreeString(text);
}

/* Addresses */

static void test_addresses_that_are_wrong(void **state)
{
    VARIANT args[2] = {value_bstr(L"Other"), value_bstr_part(L"pretend:h\0re", 12)};
    static WCHAR longest[5000];
    struct outcome outcome;

    (void)state;
    expect_refusal(L"",
            L"The address \"\" must begin with qemu:, as in qemu:127.0.0.1:4444,agent=4445, or with pretend:, "
            L"as in pretend:here");
    expect_refusal(L"pretends:here",
            L"The address \"pretends:here\" must begin with qemu:, as in "
            L"qemu:127.0.0.1:4444,agent=4445, or with pretend:, as in pretend:here");
    expect_refusal(L"pretend",
            L"The address \"pretend\" must begin with qemu:, as in qemu:127.0.0.1:4444,agent=4445, or "
            L"with pretend:, as in pretend:here");
    expect_refusal(L"pretend:,h\x00e9",
            L"\","
            L"h\x00e9\" is no place to pretend at, 100% sure");
    /* Each kind has its own. */
    expect_refusal(L"qemu:here",
            L"\"here\" is no host and port; it must be like 127.0.0.1:4444, the place of QEMU's -qmp "
            L"tcp:\x2026");
    wcscpy(longest, L"pretend:");
    wmemset(longest + wcslen(longest), 'x', ARRAYSIZE(longest) - 1 - wcslen(longest));
    expect_refusal(longest,
            L"The address is longer than any can be; it must be like qemu:127.0.0.1:4444,agent=4445 or "
            L"pretend:here");
    outcome = client_call(host, L"OpenMachine", NULL, 2, args);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(!wcscmp(outcome.description,
            L"The address has a NUL character in it; it must be like qemu:127.0.0.1:4444,agent=4445 or pretend:here"));
    assert_int_equal(count_machines(), 0);
    assert_int_equal(pretended_count().living, 0);
}

static void test_one_place_is_one_machine(void **state)
{
    IVMEventMachine *machine = open_here(), *other, *elsewhere;

    (void)state;
    expect_refusal(L"pretend:here,absent",
            L"The machine at that address is open already, by the name of \"Live\"; FindMachine returns it");
    /* Another kind's place is another. */
    assert_int_equal(open_at(L"Elsewhere", L"pretend:there", &elsewhere).hr, S_OK);
    assert_int_equal(open_at(L"Qemu", L"qemu:127.0.0.1:1", &other).hr, S_OK);
    client_release(other);
    /* Once the first is removed its place is free. */
    client_remove_machine(host, L"Live");
    assert_int_equal(open_at(L"Other", L"pretend:here", &other).hr, S_OK);
    client_release(other);
    client_release(elsewhere);
    client_release(machine);
}

/* The first try */

static void test_what_is_known_after_the_first_try(void **state)
{
    IVMEventMachine *machine = open_here(), *absent;
    BSTR address;

    (void)state;
    assert_int_equal(state_of(machine), vmVMState_Running);
    expect_connection(machine, true, L"");
    assert_int_equal(open_at(L"Absent", L"pretend:nowhere,absent", &absent).hr, S_OK);
    assert_int_equal(state_of(absent), vmVMState_TurnedOff);
    expect_connection(absent, false, L"nobody is \"there\"");
    assert_int_equal(IVMEventMachine_get_Address(absent, &address), S_OK);
    assert_true(!wcscmp(address, L"pretend:nowhere,absent"));
    SysFreeString(address);

    pretended_connect(pretended_await("here"), false, "it is gone,\na while ago");
    expect_connection(machine, false, L"it is gone,<U+000A>a while ago");
    pretended_connect(pretended_await("here"), true, "it is slow");
    expect_connection(machine, true, L"it is slow");
    pretended_connect(pretended_await("here"), true, NULL);
    expect_connection(machine, true, L"");
    client_release(absent);
    client_release(machine);
}

/* Nobody is kept waiting for longer than that, and nothing is known of the machine. */
static void test_a_first_try_that_never_ends(void **state)
{
    ULONGLONG start = GetTickCount64();
    IVMEventMachine *machine;

    (void)state;
    assert_int_equal(open_at(L"Live", L"pretend:here,mute", &machine).hr, S_OK);
    assert_true(GetTickCount64() - start >= LIVE_FIRST_TRY_MS - 100);
    assert_int_equal(state_of(machine), vmVMState_Invalid);
    expect_connection(machine, false, L"");
    client_release(machine);
}

/* The end of a machine that is being opened, which another client asks for. */
static unsigned int WINAPI remove_once_it_is_open(void *context)
{
    (void)context;
    pretended_await("here");
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    client_remove_machine(host, L"Live");
    CoUninitialize();
    return 0;
}

static void test_removed_while_it_is_opened(void **state)
{
    HANDLE thread = (HANDLE)_beginthreadex(NULL, 0, remove_once_it_is_open, NULL, 0, NULL);
    IVMEventMachine *machine;
    ULONGLONG start;

    (void)state;
    assert_non_null(thread);
    assert_int_equal(open_at(L"Live", L"pretend:here,mute", &machine).hr, S_OK);
    assert_int_equal(state_of(machine), vmVMState_DeleteMachine);
    assert_int_equal(WaitForSingleObject(thread, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(thread);
    for (start = GetTickCount64(); pretended_count().closed < 1; Sleep(1))
        assert_true(GetTickCount64() - start < PATIENCE_MS);
    assert_int_equal(client_call(machine, L"LogoffGuest", NULL, 0, NULL).hr, VM_E_VM_NOT_RUNNING);
    client_release(machine);
}

/* Whoever finds that memory has run out, nothing is left behind, and the next try works. */
static void test_memory_that_runs_out(void **state)
{
    static const WCHAR *const addresses[] = {
            L"pretend:here,poor-create", L"pretend:here,poor-open", L"pretend:here,poor"};
    IVMEventMachine *machine;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(addresses); ++i)
    {
        assert_int_equal(open_at(L"Live", addresses[i], &machine).hr, E_OUTOFMEMORY);
        assert_int_equal(count_machines(), 0);
        await_no_peer();
    }
    machine = open_here();
    assert_int_equal(state_of(machine), vmVMState_Running);
    client_release(machine);
}

/* Events */

static void test_each_event_and_its_arguments(void **state)
{
    static const struct
    {
        struct vm_event event;
        const WCHAR *line;
    } events[] = {
            {{.type = VM_EVENT_STATE_CHANGE, .number = VM_PAUSED}, L"machine.1 6"},
            {{.type = VM_EVENT_REQUEST_SHUTDOWN}, L"machine.2"},
            {{.type = VM_EVENT_RESET}, L"machine.3"},
            {{.type = VM_EVENT_TRIPLE_FAULT}, L"machine.4"},
            {{.type = VM_EVENT_HEARTBEAT_STOPPED}, L"machine.5"},
            {{.type = VM_EVENT_CONFIGURATION_CHANGED, .text = "memory", .number = 512}, L"machine.6 memory 512"},
            {{.type = VM_EVENT_CONFIGURATION_CHANGED, .text = "\xc3\xa9", .number = -1}, L"machine.6 \x00e9 -1"},
            {{.type = VM_EVENT_CONFIGURATION_CHANGED, .text = "large", .number = 2147483648},
                    L"machine.6 large 2.14748e+09"},
            {{.type = VM_EVENT_CONFIGURATION_CHANGED, .text = "true", .number = 1, .is_truth = true},
                    L"machine.6 true True"},
            {{.type = VM_EVENT_CONFIGURATION_CHANGED, .text = "no", .is_truth = true}, L"machine.6 no False"},
            {{.type = VM_EVENT_ENHANCED_VIDEO_MODE_CHANGED, .number = 1}, L"machine.7 True"},
            {{.type = VM_EVENT_ENHANCED_VIDEO_MODE_CHANGED, .number = 0}, L"machine.7 False"},
            {{.type = VM_EVENT_STATE_CHANGE, .number = VM_TURNING_ON}, L"machine.1 3"},
            {{.type = VM_EVENT_STATE_CHANGE, .number = VM_MERGING_DRIVES}, L"machine.1 9"},
            {{.type = VM_EVENT_ADDITIONS_UNINSTALLED}, L"machine.8"},
            {{.type = VM_EVENT_ADDITIONS_AVAILABLE}, L"machine.9"},
            {{.type = VM_EVENT_GUEST_SHUTDOWN}, L"machine.10"},
            {{.type = VM_EVENT_GUEST_LOGOFF, .number = VM_LOGOFF_EXTERNAL}, L"machine.11 2"},
            {{.type = VM_EVENT_DISK_OUT_OF_SPACE, .number = 1}, L"machine.12 True"},
            {{.type = VM_EVENT_DISK_OUT_OF_SPACE, .number = 0}, L"machine.12 False"},
            {{.type = VM_EVENT_DVD_INSERT, .text = "/iso/a.iso"}, L"dvd.1 /iso/a.iso"},
            {{.type = VM_EVENT_DVD_EJECT, .text = ""}, L"dvd.2 "},
            {{.type = VM_EVENT_FLOPPY_INSERT, .text = "b.img"}, L"floppy.1 b.img"},
            {{.type = VM_EVENT_FLOPPY_EJECT, .text = "b.img"}, L"floppy.2 b.img"},
    };
    static struct journal journal;
    const WCHAR *lines[ARRAYSIZE(events)];
    static struct recorder machine_recorder, dvd, floppy;
    IVMEventMachine *machine = open_here();
    DWORD cookies[3];

    (void)state;
    journal_init(&journal);
    recorder_init(&machine_recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    recorder_init(&dvd, &journal, &DIID_IVMDVDDriveEvents, L"dvd");
    recorder_init(&floppy, &journal, &DIID_IVMFloppyDriveEvents, L"floppy");
    cookies[0] = recorder_advise(&machine_recorder, machine);
    cookies[1] = recorder_advise(&dvd, machine);
    cookies[2] = recorder_advise(&floppy, machine);
    for (size_t i = 0; i < ARRAYSIZE(events); ++i)
    {
        pretended_say(pretended_await("here"), &events[i].event);
        lines[i] = events[i].line;
    }
    journal_expect(&journal, ARRAYSIZE(events), lines);
    recorder_unadvise(&machine_recorder, machine, cookies[0]);
    recorder_unadvise(&dvd, machine, cookies[1]);
    recorder_unadvise(&floppy, machine, cookies[2]);
    client_release(machine);
}

/* The host's clients hear changes, and what was found is none. */
static void test_states_that_are_found_and_that_change(void **state)
{
    static const WCHAR *const of_machine[] = {L"machine.1 6", L"machine.1 5", L"machine.1 5"};
    static const WCHAR *const of_host[] = {L"host.2 Live 6", L"host.2 Live 5"};
    static const struct vm_event pause = {.type = VM_EVENT_STATE_CHANGE, .number = VM_PAUSED},
                                 run = {.type = VM_EVENT_STATE_CHANGE, .number = VM_RUNNING};
    static struct journal journal, host_journal;
    static struct recorder recorder, host_recorder;
    IVMEventMachine *machine = open_here();
    struct pretended *pretended = pretended_await("here");
    DWORD cookie, host_cookie;

    (void)state;
    journal_init(&journal);
    journal_init(&host_journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    recorder_init(&host_recorder, &host_journal, &DIID_IVMVirtualPCEvents, L"host");
    cookie = recorder_advise(&recorder, machine);
    host_cookie = recorder_advise(&host_recorder, host);
    pretended_find_state(pretended, VM_SAVED);
    assert_int_equal(state_of(machine), vmVMState_Saved);
    pretended_say(pretended, &pause);
    assert_int_equal(state_of(machine), vmVMState_Paused);
    pretended_say(pretended, &run);
    pretended_say(pretended, &run);
    journal_expect(&journal, 3, of_machine);
    journal_expect(&host_journal, 2, of_host);
    recorder_unadvise(&recorder, machine, cookie);
    recorder_unadvise(&host_recorder, host, host_cookie);
    client_release(machine);
}

static void test_the_state_is_the_machines_own(void **state)
{
    VARIANT args[2] = {value_bstr(L"OnStateChange"), value_i4(vmVMState_Saved)};
    static const WCHAR *const heard[] = {L"machine.3"};
    static struct journal journal;
    static struct recorder recorder;
    IVMEventMachine *machine = open_here();
    struct outcome outcome;
    DWORD cookie;

    (void)state;
    journal_init(&journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    cookie = recorder_advise(&recorder, machine);
    outcome = client_call(machine, L"Raise", NULL, 2, args);
    assert_int_equal(outcome.hr, E_ACCESSDENIED);
    assert_true(!wcscmp(outcome.description,
            L"OnStateChange cannot be raised by hand: \"Live\" is a live machine, whose "
            L"state is its own; CreateMachine makes a simulated one"));
    assert_int_equal(state_of(machine), vmVMState_Running);
    /* The rest can be raised. */
    client_raise(machine, L"OnReset", 0);
    journal_expect(&journal, 1, heard);
    recorder_unadvise(&recorder, machine, cookie);
    client_release(machine);
}

/* What a machine's log says is an event of the host, and of no machine. */
static void test_a_record_is_the_hosts_event(void **state)
{
    static const struct vm_event record = {.type = VM_EVENT_LOGGED, .number = 18512}, reset = {.type = VM_EVENT_RESET};
    static const WCHAR *const of_host[] = {L"host.3 18512"}, *const of_machine[] = {L"machine.3"};
    static struct journal journal, host_journal;
    static struct recorder recorder, host_recorder;
    IVMEventMachine *machine = open_here();
    DWORD cookie, host_cookie;

    (void)state;
    journal_init(&journal);
    journal_init(&host_journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    recorder_init(&host_recorder, &host_journal, &DIID_IVMVirtualPCEvents, L"host");
    cookie = recorder_advise(&recorder, machine);
    host_cookie = recorder_advise(&host_recorder, host);
    pretended_say(pretended_await("here"), &record);
    pretended_say(pretended_await("here"), &reset);
    journal_expect(&journal, 1, of_machine);
    journal_expect(&host_journal, 1, of_host);
    recorder_unadvise(&recorder, machine, cookie);
    recorder_unadvise(&host_recorder, host, host_cookie);
    client_release(machine);
}

/* Machines that cannot be, and that are no more */

static void test_a_machine_that_cannot_be(void **state)
{
    (void)state;
    expect_refusal(L"pretend:here,impossible", L"there is no \"such\"<U+000A>machine");
    assert_int_equal(count_machines(), 0);
    await_no_peer();
}

static void test_a_machine_that_is_deleted(void **state)
{
    static const struct vm_event reset = {.type = VM_EVENT_RESET};
    static const WCHAR *const heard[] = {L"machine.3", L"machine.1 10"};
    static struct journal journal;
    static struct recorder recorder;
    IVMEventMachine *machine = open_here(), *again;

    (void)state;
    journal_init(&journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    recorder_advise(&recorder, machine);
    pretended_say(pretended_await("here"), &reset);
    pretended_remove(pretended_await("here"));
    journal_expect(&journal, 2, heard);
    await_connections(machine, &DIID_IVMVirtualMachineEvents, 0);
    assert_int_equal(state_of(machine), vmVMState_DeleteMachine);
    assert_int_equal(count_machines(), 0);
    /* Its name and its place are free. */
    again = open_here();
    client_release(again);
    client_release(machine);
}

/* It is removed once, whoever comes first. */
static void test_a_machine_that_is_deleted_and_removed(void **state)
{
    static const WCHAR *const heard[] = {L"machine.1 10"};
    static struct journal journal;
    static struct recorder recorder;

    (void)state;
    for (int i = 0; i < 20; ++i)
    {
        IVMEventMachine *machine = open_here();
        VARIANT name = value_bstr(L"Live");
        HRESULT hr;

        journal_init(&journal);
        recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
        recorder_advise(&recorder, machine);
        pretended_remove(pretended_await("here"));
        hr = client_call(host, L"RemoveMachine", NULL, 1, &name).hr;
        assert_true(hr == S_OK || hr == VM_E_VM_UNKNOWN);
        journal_expect(&journal, 1, heard);
        client_release(machine);
        await_no_peer();
    }
}

/* Logging off */

struct logoff
{
    IVMEventMachine *machine;
    struct outcome outcome;
};

static unsigned int WINAPI run_logoff(void *context)
{
    struct logoff *logoff = context;

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    logoff->outcome = client_call(logoff->machine, L"LogoffGuest", NULL, 0, NULL);
    CoUninitialize();
    return 0;
}

static HANDLE logoff_start(struct logoff *logoff, IVMEventMachine *machine)
{
    HANDLE thread;

    *logoff = (struct logoff){.machine = machine};
    thread = (HANDLE)_beginthreadex(NULL, 0, run_logoff, logoff, 0, NULL);
    assert_non_null(thread);
    return thread;
}

static void logoff_expect(struct logoff *logoff, HANDLE thread, HRESULT hr, const WCHAR *description)
{
    assert_int_equal(WaitForSingleObject(thread, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(thread);
    assert_int_equal(logoff->outcome.hr, hr);
    if (wcscmp(logoff->outcome.description, description) != 0)
        fail_msg("\"%ls\" is not \"%ls\"", logoff->outcome.description, description);
}

static void test_each_answer_of_a_logoff(void **state)
{
    static const struct
    {
        enum vm_logoff_result result;
        const char *text;
        HRESULT hr;
        const WCHAR *description;
    } answers[] = {
            {VM_LOGOFF_DONE, NULL, S_OK, L""},
            {VM_LOGOFF_NOT_RUNNING, NULL, VM_E_VM_NOT_RUNNING,
                    L"The machine does not run, so that nobody can be logged off"},
            {VM_LOGOFF_ENDED, NULL, VM_E_VM_NOT_RUNNING, L"The machine does not run, so that nobody can be logged off"},
            {VM_LOGOFF_NO_AGENT, NULL, VM_E_ADDITIONS_NOT_AVAIL, L"The guest has no agent that answers"},
            {VM_LOGOFF_REFUSED, "no, \xe2\x82\xac 5 first", VM_E_ADDITIONS_FEATURE_NOT_AVAIL,
                    L"Nobody can be logged off: no, \x20ac 5 first"},
            {VM_LOGOFF_TIMED_OUT, NULL, VM_E_TIMED_OUT,
                    L"The users have been asked to leave, but not all are gone after 3 seconds"},
            {VM_LOGOFF_NO_MEMORY, NULL, E_OUTOFMEMORY, L""},
    };
    IVMEventMachine *machine = open_here();
    struct logoff logoff;
    HANDLE thread;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(answers); ++i)
    {
        thread = logoff_start(&logoff, machine);
        pretended_answer_logoff(pretended_await("here"), answers[i].result, answers[i].text);
        logoff_expect(&logoff, thread, answers[i].hr, answers[i].description);
    }
    client_release(machine);
}

/* The kind is asked by one after the other; it ends the program when it is not. */
static void test_two_logoffs_at_once(void **state)
{
    IVMEventMachine *machine = open_here();
    struct logoff logoffs[2];
    HANDLE threads[2] = {logoff_start(&logoffs[0], machine), logoff_start(&logoffs[1], machine)};

    (void)state;
    for (int i = 0; i < 2; ++i)
    {
        pretended_await_logoff(pretended_await("here"));
        Sleep(20);
        pretended_answer_logoff(pretended_await("here"), VM_LOGOFF_DONE, NULL);
    }
    logoff_expect(&logoffs[0], threads[0], S_OK, L"");
    logoff_expect(&logoffs[1], threads[1], S_OK, L"");
    client_release(machine);
}

/* The kind never answers: the end of the machine does. */
static void test_removed_while_users_are_logged_off(void **state)
{
    IVMEventMachine *machine = open_here();
    struct logoff logoff;
    HANDLE thread = logoff_start(&logoff, machine);

    (void)state;
    pretended_await_logoff(pretended_await("here"));
    client_remove_machine(host, L"Live");
    logoff_expect(&logoff, thread, VM_E_VM_NOT_RUNNING, L"The machine does not run, so that nobody can be logged off");
    client_release(machine);
}

/* The end */

static void test_nothing_is_heard_after_the_removal(void **state)
{
    static struct journal journal, host_journal;
    static struct recorder recorder, host_recorder;
    IVMEventMachine *machine = open_here();
    ULONGLONG start = GetTickCount64();
    IVMEventMachine *last = client_create_machine(host, L"Last");
    WCHAR line[32], host_line[32];
    const WCHAR *expected = line, *host_expected[] = {host_line, L"host.2 Last 5"};
    DWORD host_cookie;

    (void)state;
    swprintf(line, ARRAYSIZE(line), L"machine.1 %d", vmVMState_DeleteMachine);
    swprintf(host_line, ARRAYSIZE(host_line), L"host.2 Live %d", vmVMState_DeleteMachine);
    journal_init(&journal);
    journal_init(&host_journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    recorder_init(&host_recorder, &host_journal, &DIID_IVMVirtualPCEvents, L"host");
    recorder_advise(&recorder, machine);
    host_cookie = recorder_advise(&host_recorder, host);
    pretended_talk_at_the_end(pretended_await("here"));
    client_remove_machine(host, L"Live");
    for (; pretended_count().closed < 1; Sleep(1))
        assert_true(GetTickCount64() - start < PATIENCE_MS);
    assert_int_equal(state_of(machine), vmVMState_DeleteMachine);
    /* What the host's clients hear comes in order: this stands behind whatever the kind has said. */
    client_raise(last, L"OnStateChange", 1, value_i4(vmVMState_Running));
    journal_expect(&host_journal, 2, host_expected);
    journal_expect(&journal, 1, &expected);
    recorder_unadvise(&host_recorder, host, host_cookie);
    client_release(last);
    client_release(machine);
}

/* A client that removes the machine when it hears of a reset. */

static volatile LONG removals;

static HRESULT WINAPI remover_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch)
                    || IsEqualIID(riid, &DIID_IVMVirtualMachineEvents)
            ? iface
            : NULL;
    return *object ? S_OK : E_NOINTERFACE;
}

static ULONG WINAPI remover_AddRef(IDispatch *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI remover_Release(IDispatch *iface)
{
    (void)iface;
    return 1;
}

static HRESULT WINAPI remover_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    BSTR name;

    (void)iface, (void)riid, (void)lcid, (void)flags, (void)params, (void)result, (void)exception, (void)arg_error;
    if (id != vmVirtualMachineEvent_Reset)
        return S_OK;
    CHECK(name = SysAllocString(L"Live"));
    CHECK(IVMEventHost_RemoveMachine(host, name) == S_OK);
    SysFreeString(name);
    InterlockedIncrement(&removals);
    return S_OK;
}

static const IDispatchVtbl remover_vtbl = {
        .QueryInterface = remover_QueryInterface,
        .AddRef = remover_AddRef,
        .Release = remover_Release,
        .Invoke = remover_Invoke,
};

static void test_removed_by_a_client_that_hears_it(void **state)
{
    static IDispatch remover = {(IDispatchVtbl *)&remover_vtbl};
    static const struct vm_event reset = {.type = VM_EVENT_RESET};
    IVMEventMachine *machine = open_here();
    IConnectionPoint *point = get_connection_point(machine, &DIID_IVMVirtualMachineEvents);
    ULONGLONG start = GetTickCount64();
    DWORD cookie;

    (void)state;
    removals = 0;
    assert_int_equal(IConnectionPoint_Advise(point, (IUnknown *)&remover, &cookie), S_OK);
    pretended_say(pretended_await("here"), &reset);
    for (; !removals || pretended_count().closed < 1; Sleep(1))
        assert_true(GetTickCount64() - start < PATIENCE_MS);
    assert_int_equal(state_of(machine), vmVMState_DeleteMachine);
    assert_int_equal(removals, 1);
    IConnectionPoint_Release(point);
    client_release(machine);
}

/* Two machines, each with a thread of its own: each is heard in its order, and by its own clients. */

#define MANY 200

static unsigned int WINAPI say_much(void *place)
{
    struct pretended *pretended = pretended_await(place);

    for (int i = 0; i < MANY; ++i)
        pretended_say(pretended,
                &(struct vm_event){.type = VM_EVENT_CONFIGURATION_CHANGED, .text = (const char *)place, .number = i});
    return 0;
}

static void test_two_machines_at_once(void **state)
{
    static const char *const places[] = {"here", "there"};
    static struct journal journals[2];
    static WCHAR lines[2][MANY][32];
    static struct recorder recorders[2];
    IVMEventMachine *machines[2];
    const WCHAR *expected[MANY];
    DWORD cookies[2];
    HANDLE threads[2];

    (void)state;
    assert_int_equal(open_at(L"Here", L"pretend:here", &machines[0]).hr, S_OK);
    assert_int_equal(open_at(L"There", L"pretend:there", &machines[1]).hr, S_OK);
    for (int i = 0; i < 2; ++i)
    {
        journal_init(&journals[i]);
        recorder_init(&recorders[i], &journals[i], &DIID_IVMVirtualMachineEvents, L"machine");
        cookies[i] = recorder_advise(&recorders[i], machines[i]);
    }
    for (int i = 0; i < 2; ++i)
        assert_non_null(threads[i] = (HANDLE)_beginthreadex(NULL, 0, say_much, (void *)places[i], 0, NULL));
    for (int i = 0; i < 2; ++i)
    {
        assert_int_equal(WaitForSingleObject(threads[i], PATIENCE_MS), WAIT_OBJECT_0);
        CloseHandle(threads[i]);
        for (int k = 0; k < MANY; ++k)
        {
            swprintf(lines[i][k], ARRAYSIZE(lines[i][k]), L"machine.6 %hs %d", places[i], k);
            expected[k] = lines[i][k];
        }
        journal_expect(&journals[i], MANY, expected);
        recorder_unadvise(&recorders[i], machines[i], cookies[i]);
        client_release(machines[i]);
    }
}

/* Machines that a kind finds */

static void await_living(long count)
{
    ULONGLONG start = GetTickCount64();

    while (pretended_count().living != count)
    {
        assert_true(GetTickCount64() - start < PATIENCE_MS);
        Sleep(1);
    }
}

static void await_machine(const WCHAR *name)
{
    ULONGLONG start = GetTickCount64();
    VARIANT arg = value_bstr(name), result;

    while (FAILED(client_call(host, L"FindMachine", &result, 1, &arg).hr))
    {
        assert_true(GetTickCount64() - start < PATIENCE_MS);
        Sleep(1);
    }
    VariantClear(&result);
}

/* One is opened under the name that the kind has for it; another that cannot be is destroyed, and all goes on. */
static void test_machines_that_are_found(void **state)
{
    IVMEventMachine *machine = open_here(), *found;
    struct pretended *all = pretended_await("here");
    VARIANT name = value_bstr(L"Found"), result;
    BSTR address;

    (void)state;
    pretended_find(all, "Found", "pretend:there");
    pretended_await("there");
    assert_int_equal(client_call(host, L"FindMachine", &result, 1, &name).hr, S_OK);
    assert_int_equal(IDispatch_QueryInterface(V_DISPATCH(&result), &IID_IVMEventMachine, (void **)&found), S_OK);
    VariantClear(&result);
    assert_int_equal(IVMEventMachine_get_Address(found, &address), S_OK);
    assert_true(!wcscmp(address, L"pretend:there"));
    SysFreeString(address);
    await_living(2);
    /* The name is taken, or none; the place is taken; there is no memory, or no such machine. */
    pretended_find(all, "Found", "pretend:elsewhere");
    pretended_find(all, "Fo/und", "pretend:elsewhere");
    pretended_find(all, "", "pretend:elsewhere");
    pretended_find(all, "Other", "pretend:there");
    pretended_find(all, "Other", "pretend:elsewhere,poor-open");
    pretended_find(all, "Other", "pretend:elsewhere,poor");
    pretended_find(all, "Other", "pretend:elsewhere,impossible");
    pretended_find(all, "Last", "pretend:elsewhere");
    await_machine(L"Last");
    await_living(3);
    assert_int_equal(count_machines(), 3);
    /* They stay when the one that has found them goes. */
    client_remove_machine(host, L"Live");
    assert_int_equal(count_machines(), 2);
    client_release(found);
    client_release(machine);
}

/* Some wait to be opened behind one that takes its time when all ends: what comes of them, nothing is left. */
static void test_removed_while_machines_are_found(void **state)
{
    IVMEventMachine *machine = open_here();
    struct pretended *all = pretended_await("here");
    char name[16], address[32];

    (void)state;
    for (int i = 0; i < 20; ++i)
    {
        snprintf(name, sizeof(name), "Found %d", i);
        snprintf(address, sizeof(address), "pretend:there %d", i);
        pretended_find(all, name, address);
    }
    client_remove_machine(host, L"Live");
    client_release(machine);
    machines_stop();
}

static void tell(struct pretended *pretended, const char *object)
{
    pretended_say(pretended, &(struct vm_event){.type = VM_EVENT_TOLD, .text = object, .length = strlen(object)});
}

/* An event of another host is fired as it was there, when it can be. */
static void test_events_that_are_told(void **state)
{
    static const struct
    {
        const char *object;
        const WCHAR *fault;
    } wrong[] = {
            {"{}", L"the member \"name\" or \"interface\" is missing"},
            {"{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnNothing\"}", L"no event of that interface"},
            {"{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnGuestLogoff\",\"omitted\":true}",
                    L"larger than the 128 KB"},
            {"{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnGuestLogoff\",\"arguments\":{}}",
                    L"\"logoffType\" of OnGuestLogoff is missing"},
            {"{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnGuestLogoff\",\"arguments\":{\"logoffType\":9}}",
                    L"vmLogoff_Normal"},
            {"{\"interface\":\"IVMVirtualPCEvents\",\"name\":\"OnEventLogged\",\"arguments\":{\"logMessageID\":1}}",
                    L"OnEventLogged is no event of a machine"},
            {"{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnStateChange\",\"arguments\":{"
             "\"virtualMachineState\":5},\"exact\":{\"virtualMachineState\":{\"type\":\"VT_I4\",\"value\":\"10\"}}}",
                    L"tell of different states"},
    };
    static const WCHAR *const expected[] = {
            L"machine.11 1", L"machine.1 6", L"machine.6 key type2", L"machine.6 key 7"};
    static struct journal journal;
    static struct recorder recorder;
    IVMEventMachine *machine = open_here();
    struct pretended *pretended = pretended_await("here");
    DWORD cookie;
    BSTR fault;

    (void)state;
    journal_init(&journal);
    recorder_init(&recorder, &journal, &DIID_IVMVirtualMachineEvents, L"machine");
    cookie = recorder_advise(&recorder, machine);
    for (size_t i = 0; i < ARRAYSIZE(wrong); ++i)
    {
        tell(pretended, wrong[i].object);
        assert_int_equal(IVMEventMachine_get_Fault(machine, &fault), S_OK);
        if (!has(fault, wrong[i].fault) || !has(fault, L"an event that was told of the machine was dropped: "))
            fail_msg("\"%ls\" has nothing of \"%ls\"", fault, wrong[i].fault);
        SysFreeString(fault);
    }
    tell(pretended,
            "{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnGuestLogoff\","
            "\"arguments\":{\"logoffType\":1},\"details\":{\"user\":\"alice\",\"deep\":{\"er\":1}}}");
    tell(pretended,
            "{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnStateChange\","
            "\"arguments\":{\"virtualMachineState\":6}}");
    tell(pretended,
            "{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnConfigurationChanged\",\"arguments\":{"
            "\"configKey\":\"key\",\"configData\":512},\"exact\":{\"configData\":{\"type\":\"VT_I2\",\"value\":"
            "\"512\"}}}");
    /* An array of which nothing but its size has come, a large one. */
    tell(pretended,
            "{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnConfigurationChanged\",\"arguments\":{"
            "\"configKey\":\"key\",\"configData\":512},\"exact\":{\"configData\":{\"type\":\"VT_ARRAY|VT_I4\","
            "\"bounds\":[[0,1000000]]}}}");
    tell(pretended,
            "{\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnConfigurationChanged\",\"arguments\":{"
            "\"configKey\":\"key\",\"configData\":7}}");
    journal_expect(&journal, ARRAYSIZE(expected), expected);
    assert_int_equal(state_of(machine), vmVMState_Paused);
    recorder_unadvise(&recorder, machine, cookie);
    client_release(machine);
}

static int enter(void **state)
{
    (void)state;
    module_instance = GetModuleHandleW(NULL);
    return FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED));
}

static int leave(void **state)
{
    (void)state;
    CoUninitialize();
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(test_addresses_that_are_wrong),
            TEST(test_one_place_is_one_machine),
            TEST(test_what_is_known_after_the_first_try),
            TEST(test_a_first_try_that_never_ends),
            TEST(test_removed_while_it_is_opened),
            TEST(test_memory_that_runs_out),
            TEST(test_each_event_and_its_arguments),
            TEST(test_states_that_are_found_and_that_change),
            TEST(test_the_state_is_the_machines_own),
            TEST(test_a_record_is_the_hosts_event),
            TEST(test_a_machine_that_cannot_be),
            TEST(test_a_machine_that_is_deleted),
            TEST(test_a_machine_that_is_deleted_and_removed),
            TEST(test_each_answer_of_a_logoff),
            TEST(test_two_logoffs_at_once),
            TEST(test_removed_while_users_are_logged_off),
            TEST(test_nothing_is_heard_after_the_removal),
            TEST(test_removed_by_a_client_that_hears_it),
            TEST(test_two_machines_at_once),
            TEST(test_machines_that_are_found),
            TEST(test_removed_while_machines_are_found),
            TEST(test_events_that_are_told),
    };

    return cmocka_run_group_tests_name("a kind of live machines, pretended", tests, enter, leave);
}

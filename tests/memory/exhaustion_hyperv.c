/* Memory that runs out while machines of Hyper-V are opened and followed: what speaks with WMI and the event log, in this
 * process, each request of it refused in its turn. Nothing false is said then, nothing is left, and what was lost is made up
 * for. */
#include "host/hyperv/inside.h"

#include "host/hyperv/source.h"
#include "memory/refusal.h"
#include "support/test.h"

#include <stdio.h>

#define PATIENCE_MS 120000

/* A lost connection is made again after half a second, so that not each is waited for. */
#define FOLLOWED 16

#define WEB "5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90"

static struct inside machine;

static void say_state(int enabled_state, bool tells)
{
    char line[256];

    snprintf(line, sizeof(line), "0 is Msvm_ComputerSystem Name=\"" WEB "\" ElementName=\"Web\" EnabledState=%d",
            enabled_state);
    pretended_wmi_say(line);
    snprintf(line, sizeof(line),
            "0 tells modified Msvm_ComputerSystem Name=\"" WEB "\" ElementName=\"Web\" EnabledState=%d", enabled_state);
    if (tells)
        pretended_wmi_say(line);
}

static int setup(void **state)
{
    (void)state;
    inside_begin();
    /* Where the log is not read nothing waits for it. */
    pretended_log.subscribe_error = ERROR_ACCESS_DENIED;
    say_state(2, false);
    pretended_wmi_say("0 is Msvm_HeartbeatComponent SystemName=\"" WEB "\" EnabledState=2 OperationalStatus=[2,2]");
    pretended_wmi_say(
            "0 is Msvm_StorageAllocationSettingData InstanceID=\"Microsoft:" WEB
            "\\\\D\" "
            "ResourceSubType=\"Microsoft:Hyper-V:Virtual CD/DVD Disk\" HostResource=[\"C:\\\\iso\\\\a.iso\"]");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    inside_end();
    return 0;
}

static void await_blocks(long blocks)
{
    for (DWORD start = GetTickCount(); (long)counted_memory_get()->live().blocks != blocks; Sleep(1))
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("%ld blocks are left", (long)counted_memory_get()->live().blocks - blocks);
    }
}

/* Returns whether there was a request of that number. */
static bool open_and_close(LONG number)
{
    long blocks = (long)counted_memory_get()->live().blocks;
    bool opened, refused;

    refusal_arm(number);
    if ((opened = inside_open(&machine, "hyperv:Web")))
        inside_await_tried(&machine);
    refused = refusal_disarm();
    if (opened)
    {
        /* A machine that is there is not said to be none. */
        assert_false(machine.refused);
        assert_true(machine.connected || *machine.fault);
        if (!refused || number % FOLLOWED == 0)
        {
            inside_await_connected(&machine);
            inside_await_state(&machine, VM_RUNNING);
        }
        assert_int_equal(inside_heard(&machine), 0);
        inside_close(&machine);
    }
    else
    {
        assert_true(refused);
    }
    inside_await_end();
    await_blocks(blocks);
    return refused;
}

static void test_opening(void **state)
{
    LONG number = 1;

    (void)state;
    while (open_and_close(number))
        ++number;
    print_message("opening: %ld refused\n", (long)number - 1);
    assert_in_range(number, 40, 4000);
}

/* The machine goes on to another state, and this is told. */
static bool change(LONG number)
{
    bool paused = number % 2, refused;

    assert_true(inside_open(&machine, "hyperv:Web"));
    inside_await_tried(&machine);
    pretended_wmi_hold();
    say_state(paused ? 9 : 2, true);
    refusal_arm(number);
    pretended_wmi_go_on();
    inside_hear(&machine, paused ? "OnStateChange(Paused)" : "OnStateChange(Running)");
    refused = refusal_disarm();
    assert_int_equal(inside_heard(&machine), 0);
    inside_close(&machine);
    inside_await_end();
    return refused;
}

static void test_notifications(void **state)
{
    LONG number = 1;

    (void)state;
    while (change(number))
        ++number;
    print_message("notifications: %ld refused\n", (long)number - 1);
    assert_in_range(number, 10, 1000);
}

/* The log */

#define RECORD_OF(id, number)                                                                                          \
    L"<Event><System><Provider Name='Microsoft-Windows-Hyper-V-Worker'/><EventID>" id                                  \
    L"</EventID><TimeCreated SystemTime='2026-01-01T00:00:00Z'/><EventRecordID>" number                                \
    L"</EventRecordID><Channel>Microsoft-Windows-Hyper-V-Worker-Admin</Channel></System>"                              \
    L"<UserData><VmlEventLog><VmId>5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90</VmId></VmlEventLog></UserData></Event>"

/* A record that there was no memory to read is read by the next call. */
static bool read_log(LONG number)
{
    struct event_log log;
    struct hv_record record;
    HRESULT hr;
    bool refused;

    pretended_log.subscribe_error = 0;
    event_log_init(&log, &pretended_log_functions);
    refusal_arm(number);
    if (FAILED(hr = event_log_open(&log, NULL)))
    {
        assert_int_equal(hr, E_OUTOFMEMORY);
        assert_int_equal(event_log_open(&log, NULL), S_OK);
    }
    pretended_log_write_xml(RECORD_OF(L"18512", L"1"));
    pretended_log_write_xml(RECORD_OF(L"18514", L"2"));
    for (UINT id = 18512; id <= 18514; id += 2)
    {
        if (FAILED(hr = event_log_next(&log, &record)))
        {
            assert_int_equal(hr, E_OUTOFMEMORY);
            hr = event_log_next(&log, &record);
        }
        assert_int_equal(hr, S_OK);
        assert_int_equal(record.id, id);
    }
    refused = refusal_disarm();
    assert_int_equal(event_log_next(&log, &record), HV_TIMED_OUT);
    event_log_cleanup(&log);
    assert_int_equal(pretended_log.handles, 0);
    return refused;
}

static void test_log(void **state)
{
    LONG number = 1;

    (void)state;
    while (read_log(number))
        ++number;
    print_message("reading the log: %ld refused\n", (long)number - 1);
    assert_in_range(number, 4, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_opening, setup, teardown),
            cmocka_unit_test_setup_teardown(test_notifications, setup, teardown),
            cmocka_unit_test_setup_teardown(test_log, setup, teardown),
    };

    refusal_install(GetModuleHandleW(NULL), counted_memory_get());
    return cmocka_run_group_tests_name("memory that runs out for machines of Hyper-V", tests, NULL, NULL);
}

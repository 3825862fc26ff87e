/* What 500 machines of one computer cost: one connection, one subscription, one thread, and no more queries than one machine.
 * Everything here is counted; what is printed beside is for docs/performance.md. */
#include "inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/counted_memory.h"
#include "support/test.h"

#define MACHINES 500
#define PATIENCE_MS 120000

/* How many times what is polled most is asked for while it is counted. */
#define SWEEPS 3
#define SWEEP_MS 2000

static struct inside machines[MACHINES];

static void guid_of(unsigned int number, char guid[40])
{
    snprintf(guid, 40, "%08X-6F27-4C1B-9D3E-0A7F3C2B1D90", number);
}

static void say_machine(unsigned int number, int enabled_state, bool tells)
{
    char guid[40], line[512];

    guid_of(number, guid);
    snprintf(line, sizeof(line), "0 is Msvm_ComputerSystem Name=\"%s\" ElementName=\"Web%u\" EnabledState=%d", guid,
            number, enabled_state);
    pretended_wmi_say(line);
    snprintf(line, sizeof(line),
            "0 tells modified Msvm_ComputerSystem Name=\"%s\" ElementName=\"Web%u\" EnabledState=%d", guid, number,
            enabled_state);
    if (tells)
        pretended_wmi_say(line);
}

static void say_parts(unsigned int number)
{
    char guid[40], line[512];

    guid_of(number, guid);
    snprintf(line, sizeof(line),
            "0 is Msvm_HeartbeatComponent SystemName=\"%s\" EnabledState=2 OperationalStatus=[2,2]", guid);
    pretended_wmi_say(line);
    snprintf(line, sizeof(line),
            "0 is Msvm_MemorySettingData InstanceID=\"Microsoft:%s\\\\M\" VirtualQuantity=\"1024\"", guid);
    pretended_wmi_say(line);
    snprintf(line, sizeof(line),
            "0 is Msvm_StorageAllocationSettingData InstanceID=\"Microsoft:%s\\\\D\" "
            "ResourceSubType=\"Microsoft:Hyper-V:Virtual CD/DVD Disk\" HostResource=[\"C:\\\\iso\\\\%u.iso\"]",
            guid, number);
    pretended_wmi_say(line);
}

static void await_count(const volatile LONG *count, LONG least)
{
    for (DWORD start = GetTickCount(); *count < least; Sleep(5))
        assert_true(GetTickCount() - start < PATIENCE_MS);
}

static double cpu_seconds(void)
{
    FILETIME created, ended, kernel, user;

    CHECK(GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user));
    return ((double)kernel.dwLowDateTime + (double)user.dwLowDateTime
                   + 4294967296.0 * (kernel.dwHighDateTime + user.dwHighDateTime))
            / 1e7;
}

/* Each class is asked for by one query for all machines, and not more often than every 2 seconds. */
static void count_queries(void)
{
    struct wmi_counts before = *inside_counts();
    ULONGLONG start = GetTickCount64(), elapsed;
    double cpu = cpu_seconds();

    await_count(&inside_counts()->queries[HV_CLASS_HEARTBEAT], before.queries[HV_CLASS_HEARTBEAT] + SWEEPS);
    elapsed = GetTickCount64() - start;
    cpu = cpu_seconds() - cpu;
    for (unsigned int i = 0; i < HV_CLASS_COUNT; ++i)
    {
        LONG queries = inside_counts()->queries[i] - before.queries[i];

        if ((ULONGLONG)queries > elapsed / SWEEP_MS + 1)
            fail_msg("%ld queries for %s in %lu ms", (long)queries, hv_class_name((enum hv_class)i),
                    (unsigned long)elapsed);
    }
    print_message("while nothing happens: %.2f %% of a core, the pretended WMI included\n",
            100 * cpu / ((double)elapsed / 1000));
}

/* All change at once: one query has the answer for all of them. */
static void change_all(void)
{
    LONG before;

    pretended_wmi_hold();
    before = inside_counts()->queries[HV_CLASS_SYSTEM];
    for (unsigned int i = 0; i < MACHINES; ++i)
        say_machine(i, 9, true);
    pretended_wmi_go_on();
    for (unsigned int i = 0; i < MACHINES; ++i)
        inside_hear(&machines[i], "OnStateChange(Paused)");
    for (unsigned int i = 0; i < MACHINES; ++i)
        assert_int_equal(inside_heard(&machines[i]), 0);
    /* And perhaps one that was due anyway. */
    assert_in_range(inside_counts()->queries[HV_CLASS_SYSTEM] - before, 1, 2);
}

static void test_500_machines(void **state)
{
    struct memory_count empty;
    char address[64], guid[40];

    (void)state;
    inside_begin();
    for (unsigned int i = 0; i < MACHINES; ++i)
    {
        say_machine(i, 2, false);
        say_parts(i);
    }
    empty = counted_memory_get()->live();
    for (unsigned int i = 0; i < MACHINES; ++i)
    {
        guid_of(i, guid);
        snprintf(address, sizeof(address), "hyperv:{%s}", guid);
        assert_true(inside_open(&machines[i], address));
    }
    for (unsigned int i = 0; i < MACHINES; ++i)
        inside_await_tried(&machines[i]);
    print_message("each machine: %lu bytes\n",
            (unsigned long)((counted_memory_get()->live().bytes - empty.bytes) / MACHINES));
    count_queries();
    change_all();
    assert_int_equal(inside_counts()->connects, 1);
    assert_int_equal(inside_counts()->most_connections, 1);
    assert_int_equal(inside_counts()->subscriptions, 1);
    assert_int_equal(inside_counts()->threads, 1);
    assert_int_equal(pretended_log.subscriptions, 1);
    for (unsigned int i = 0; i < MACHINES; ++i)
        inside_close(&machines[i]);
    inside_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_500_machines),
    };

    return cmocka_run_group_tests_name("what machines of Hyper-V cost", tests, NULL, NULL);
}

/* What the machine makes of what seldom happens to it, or cannot be had on demand. */
#include "pretended.h"
#include "support/test.h"

#include <string.h>

/* Resets */

static void test_ten_resets_close_together(void **state)
{
    struct pretended *pretended = *state;

    for (int i = 0; i < 10; ++i)
    {
        pretended_reset(pretended);
        pretended_wait(pretended, 35);
        pretended_reset_by_guest(pretended);
        pretended_wait(pretended, 15);
    }
    pretended_expect(pretended,
            "OnReset()\nOnReset()\nOnReset()\nOnReset()\nOnReset()\n"
            "OnReset()\nOnReset()\nOnReset()\nOnReset()\nOnReset()\n");
}

static void test_a_burst_of_the_firmware(void **state)
{
    struct pretended *pretended = *state;

    for (int i = 0; i < 53; ++i)
    {
        pretended_reset_by_guest(pretended);
        pretended_wait(pretended, 25);
    }
    pretended_expect(pretended, "OnReset()\n");
    pretended_wait(pretended, 5000);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, "OnReset()\n");
}

static void test_a_clock_that_is_set_back(void **state)
{
    struct pretended *pretended = *state;

    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 5000);
    pretended_say_late(pretended, "RESET", "{\"guest\": true, \"reason\": \"guest-reset\"}", 60000);
    pretended_expect(pretended, "OnReset()\nOnReset()\n");
}

/* A busy host: the firmware's own reset comes late, and its others close behind. */
static void test_a_firmware_that_takes_long(void **state)
{
    struct pretended *pretended = *state;

    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 4000);
    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 100);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, "OnReset()\n");
    /* The guest's, again and again. */
    pretended_wait(pretended, 1500);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, "OnReset()\n");
}

/* The firmware's own reset comes when the machine goes on, however late that is. */
static void test_a_reset_while_stopped(void **state)
{
    struct pretended *pretended = *state;

    pretended->run_state = "paused";
    pretended_say(pretended, "STOP", NULL);
    pretended_wait(pretended, 5000);
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": false}");
    pretended_reset(pretended);
    pretended_wait(pretended, 60000);
    pretended->run_state = "running";
    pretended_say(pretended, "RESUME", NULL);
    pretended_wait(pretended, 40);
    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 5000);
    pretended_expect(pretended,
            "OnStateChange(Paused)\nOnAdditionsUninstalled()\nOnReset()\nOnStateChange(Running)\n");
}

static void test_a_pause_before_the_firmware_is_done(void **state)
{
    struct pretended *pretended = *state;

    pretended_reset(pretended);
    pretended_wait(pretended, 10);
    pretended->run_state = "paused";
    pretended_say(pretended, "STOP", NULL);
    pretended_wait(pretended, 60000);
    pretended->run_state = "running";
    pretended_say(pretended, "RESUME", NULL);
    pretended_wait(pretended, 30);
    pretended_reset_by_guest(pretended);
    pretended_expect(pretended, "OnReset()\nOnStateChange(Paused)\nOnStateChange(Running)\n");
}

/* A host that cannot tell the time. */
static void test_events_without_a_time(void **state)
{
    struct pretended *pretended = *state;

    pretended->without_time = true;
    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 60);
    pretended_reset_by_guest(pretended);
    pretended_wait(pretended, 60000);
    pretended_reset_by_guest(pretended);
    pretended_say(pretended, "POWERDOWN", NULL);
    pretended_expect(pretended, "OnReset()\nOnReset()\nOnRequestShutdown()\n");
    pretended->without_time = false;
    pretended_say(pretended, "RTC_CHANGE", "{\"offset\": 1}");
    pretended->without_time = true;
    pretended_say(pretended, "POWERDOWN", NULL);
    pretended_wait(pretended, 2000);
    pretended_expect(pretended, "OnConfigurationChanged(hardware/bios/time_offset=1)\nOnRequestShutdown()\n");
}

#define NO_SPACE(disk) "{\"device\": \"\", \"node-name\": \"" disk "\", \"qom-path\": \"/machine/peripheral/" disk "\", " \
    "\"nospace\": true, \"reason\": \"No space left on device\", \"operation\": \"write\", \"action\": \"stop\"}"

/* As QEMU 10 tells of it: at most once a second for each device, and late. */
static void test_a_full_disk_that_is_told_of_late(void **state)
{
    struct pretended *pretended = *state;

    pretended->run_state = "io-error";
    pretended_say(pretended, "BLOCK_IO_ERROR", NO_SPACE("d"));
    pretended_expect(pretended, "OnDiskOutOfSpace(True)\n");
    pretended_say(pretended, "STOP", NULL);
    pretended_wait(pretended, 300);
    pretended->run_state = "running";
    pretended_say(pretended, "RESUME", NULL);
    pretended_wait(pretended, 10);
    pretended->run_state = "io-error";
    pretended_wait(pretended, 10);
    pretended_say(pretended, "STOP", NULL);
    pretended_say(pretended, "BLOCK_IO_ERROR", NO_SPACE("e"));
    pretended_wait(pretended, 600);
    pretended_expect(pretended, "");
    pretended_say_late(pretended, "BLOCK_IO_ERROR", NO_SPACE("d"), 610);
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnStateChange(Paused)\nOnStateChange(Running)\nOnDiskOutOfSpace(True)\n"
                                "OnStateChange(Paused)\nOnDiskOutOfSpace(True)\n");
}

/* What the host's clock was before does not matter. */
static void test_a_full_disk_and_a_clock_that_is_set_back(void **state)
{
    static const char report[] = "{\"device\": \"d\", \"nospace\": true, \"action\": \"report\"}";
    struct pretended *pretended = *state;

    pretended_say(pretended, "BLOCK_IO_ERROR", report);
    pretended_wait(pretended, 100000);
    pretended_say_late(pretended, "BLOCK_IO_ERROR", report, 200000);
    pretended_expect(pretended, "OnDiskOutOfSpace(False)\nOnDiskOutOfSpace(False)\n");
}

/* Connections */

/* As QEMU does before it is set up (-preconfig), and once it is it answers. */
static void test_qemu_refuses_a_question(void **state)
{
    static const char *const commands[] = {
            "query-status", "query-block", "query-cpus-fast", "qom-list", "query-chardev"};
    struct pretended *pretended = *state;

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); ++i)
    {
        char expected[64];

        pretended_lose(pretended);
        pretended->refuses = commands[i];
        pretended_connect(pretended);
        snprintf(expected, sizeof(expected), "QEMU refuses %s: not now", commands[i]);
        assert_non_null(pretended->fault);
        assert_string_equal(pretended->fault, expected);
        pretended->refuses = NULL;
        pretended_wait(pretended, 5000);
        assert_null(pretended->fault);
    }
}

static void test_a_lost_connection_is_no_end(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", " BOB "]");
    pretended_lose(pretended);
    pretended->run_state = "paused";
    pretended_wait(pretended, 60000);
    pretended_expect(pretended, "");
    pretended_connect(pretended);
    pretended_expect(pretended, "OnStateChange(Paused)\n");
}

/* What QEMU told others before may have made it hold back what it tells us. */
static void test_a_late_event_right_behind_the_connection(void **state)
{
    struct pretended *pretended = *state;

    pretended_lose(pretended);
    pretended_connect(pretended);
    pretended_wait(pretended, 300);
    pretended_say(pretended, "SUSPEND", NULL);
    pretended_wait(pretended, 500);
    pretended_say_late(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": false}", 600);
    pretended_wait(pretended, 2000);
    pretended_expect(pretended, "OnAdditionsUninstalled()\nOnStateChange(Paused)\n");
}

static void test_another_qemu_in_its_place(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", " BOB "]");
    pretended_lose(pretended);
    pretended->process = 101;
    pretended->users = "[]";
    pretended_connect(pretended);
    pretended_wait(pretended, 5000);
    pretended_expect(pretended,
            "OnGuestLogoff(Forced)\nOnGuestLogoff(Forced)\nOnStateChange(TurnedOff)\nOnStateChange(Running)\n"
            "OnAdditionsAvailable()\n");
}

#define DISK(name, node, reads) \
    "{\"device\": \"\", \"qdev\": \"" name "\", \"node-name\": \"" node "\", " \
    "\"stats\": {\"rd_operations\": " reads ", \"wr_operations\": 7, \"rd_bytes\": 7, \"wr_bytes\": 7}}"
#define FILE_OF(drive) "[{\"qdev\": \"" drive "\", \"removable\": true, \"tray_open\": false}]"

/* In a container its threads have the same numbers. */
static void test_another_qemu_with_the_same_threads(void **state)
{
    static const struct
    {
        const char *before, *later, *after;
        bool is_other;
    } disks[] = {
            {"[" DISK("d", "named", "10") "]", "[" DISK("d", "named", "10") "]", "[" DISK("d", "named", "10") "]", false},
            {"[" DISK("d", "named", "10") "]", "[" DISK("d", "named", "90") "]", "[" DISK("d", "named", "50") "]", true},
            {"[" DISK("d", "#block1", "10") "]", "[" DISK("d", "#block1", "10") "]", "[" DISK("d", "#block2", "50") "]", true},
            {"[" DISK("d", "#block1", "10") ", " DISK("e", "#block2", "10") "]", "[]",
                    "[" DISK("d", "#block1", "50") ", " DISK("e", "#block7", "50") "]", false},
            {"[" DISK("d", "#block1", "10") ", " DISK("e", "#block2", "10") "]",
                    "[" DISK("d", "#block1", "10") ", " DISK("e", "#block2", "10") "]",
                    "[" DISK("d", "#block1", "50") ", " DISK("e", "#block7", "50") "]", false},
            /* Another medium, and another disk. */
            {"[" DISK("cd0", "#block1", "10") "]", "[" DISK("cd0", "#block1", "10") "]", "[" DISK("cd0", "#block2", "50") "]",
                    false},
            {"[" DISK("d", "#block1", "10") "]", "[" DISK("d", "#block1", "10") "]", "[" DISK("e", "#block2", "0") "]", false},
            /* While it is connected a disk is exchanged. */
            {"[" DISK("d", "#block1", "10") "]", "[" DISK("d", "#block2", "0") "]", "[" DISK("d", "#block2", "5") "]", false},
            {"[]", "[]", "[" DISK("d", "#block2", "0") "]", false},
    };
    struct pretended *pretended = *state;

    for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); ++i)
    {
        pretended_end(pretended);
        *state = pretended = pretended_create("qemu:127.0.0.1:1,agent=2");
        pretended->drives = FILE_OF("cd0");
        pretended->stats = disks[i].before;
        assert_true(pretended_init(pretended));
        pretended_connect(pretended);
        pretended->stats = disks[i].later;
        pretended_wait(pretended, 2 * POLL_SELDOM_MS);
        pretended_lose(pretended);
        pretended->stats = disks[i].after;
        pretended_connect(pretended);
        pretended_wait(pretended, 5000);
        if (disks[i].is_other)
            pretended_expect(pretended, "OnStateChange(TurnedOff)\nOnStateChange(Running)\nOnAdditionsAvailable()\n");
        else
            pretended_expect(pretended, "");
    }
}

static void test_the_end_without_a_word(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended_lose(pretended);
    vm_end(&pretended->vm, pretended->now_ms);
    vm_end(&pretended->vm, pretended->now_ms);
    pretended_expect(pretended, "OnGuestLogoff(Forced)\nOnStateChange(TurnedOff)\n");
}

/* What is held back or not decided yet when it is killed has happened all the same. */
static void test_the_end_right_behind_a_stop(void **state)
{
    struct pretended *pretended = *state;

    for (uint64_t ms = 0; ms < 3000; ms += 500)
    {
        pretended_end(pretended);
        *state = pretended = pretended_start("qemu:127.0.0.1:1,agent=2");
        pretended_lose(pretended);
        pretended_connect(pretended);
        pretended_wait(pretended, ms);
        pretended->is_busy = true;
        pretended_say(pretended, "STOP", NULL);
        pretended_lose(pretended);
        vm_end(&pretended->vm, pretended->now_ms);
        pretended_expect(pretended, "OnStateChange(Paused)\nOnStateChange(TurnedOff)\n");
    }
}

static void test_a_saved_machine_keeps_its_users(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", " BOB "]");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"setup\"}");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"active\"}");
    pretended->run_state = "finish-migrate";
    pretended_say(pretended, "STOP", NULL);
    pretended->run_state = "postmigrate";
    pretended_say(pretended, "MIGRATION", "{\"status\": \"completed\"}");
    pretended_say(pretended, "SHUTDOWN", "{\"guest\": false, \"reason\": \"host-qmp-quit\"}");
    pretended_lose(pretended);
    pretended_expect(pretended, "OnStateChange(Saving)\nOnStateChange(Saved)\n");
    /* Bob is missing in what is restored. */
    pretended->process = 101;
    pretended->run_state = "inmigrate";
    pretended->port_open = false;
    pretended->users = "[" ALICE "]";
    pretended_connect(pretended);
    pretended->run_state = "running";
    pretended->port_open = true;
    pretended_say(pretended, "RESUME", NULL);
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": true}");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"completed\"}");
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnStateChange(Restoring)\nOnStateChange(Running)\nOnGuestLogoff(Forced)\n");
}

/* -no-shutdown: QEMU stays, with the port as the guest has left it. */
static void test_turned_off_while_nobody_was_connected(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended_lose(pretended);
    pretended->run_state = "shutdown";
    pretended->agent_answers = false;
    pretended_connect(pretended);
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "OnGuestLogoff(Forced)\nOnStateChange(TurnedOff)\n");
}

static void test_a_port_that_goes_while_nobody_is_connected(void **state)
{
    struct pretended *pretended = *state;

    pretended_lose(pretended);
    pretended->has_port = pretended->agent_answers = false;
    pretended_connect(pretended);
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "OnConfigurationChanged(hardware/devices/agent0=False)\nOnAdditionsUninstalled()\n");
}

/* What was under way when the connection was lost is over when there is another. */
static void test_a_save_that_fails_unseen(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "MIGRATION", "{\"status\": \"setup\"}");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"active\"}");
    pretended_lose(pretended);
    pretended_connect(pretended);
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnStateChange(Saving)\nOnStateChange(Running)\n");
}

static void pause_and_go_on(struct pretended *pretended)
{
    pretended->run_state = "paused";
    pretended_say(pretended, "STOP", NULL);
    pretended->run_state = "running";
    pretended_say(pretended, "RESUME", NULL);
    pretended_expect(pretended, "OnStateChange(Paused)\nOnStateChange(Running)\n");
}

static void test_a_snapshot_that_ends_unseen(void **state)
{
    struct pretended *pretended = *state;

    pretended->jobs = "[{\"id\": \"j\", \"type\": \"snapshot-save\"}]";
    pretended_say(pretended, "JOB_STATUS_CHANGE", "{\"id\": \"j\", \"status\": \"created\"}");
    pretended_lose(pretended);
    pretended_connect(pretended);
    pretended_wait(pretended, 2000);
    pause_and_go_on(pretended);
}

/* QEMU lists a job until it is dismissed. */
static void test_a_snapshot_of_before(void **state)
{
    struct pretended *pretended = *state;

    pretended->jobs = "[{\"id\": \"new\", \"type\": \"backup\"}, {\"id\": \"old\", \"type\": \"snapshot-load\"}]";
    pretended_say(pretended, "JOB_STATUS_CHANGE", "{\"id\": \"new\", \"status\": \"created\"}");
    pause_and_go_on(pretended);
}

static void test_run_states(void **state)
{
    static const struct
    {
        const char *name;
        enum vm_state state;
    } run_states[] = {
            {"suspended", VM_PAUSED},
            {"internal-error", VM_PAUSED},
            {"watchdog", VM_PAUSED},
            {"guest-panicked", VM_PAUSED},
            {"io-error", VM_PAUSED},
            {"debug", VM_PAUSED},
            {"colo", VM_PAUSED},
            {"prelaunch", VM_PAUSED},
            {"shutdown", VM_TURNED_OFF},
            {"preconfig", VM_TURNED_OFF},
            {"restore-vm", VM_RESTORING},
            {"save-vm", VM_SAVING},
            {"postmigrate", VM_SAVED},
            {"running", VM_RUNNING},
    };
    struct pretended *pretended = *state;

    for (size_t i = 0; i < sizeof(run_states) / sizeof(run_states[0]); ++i)
    {
        pretended_lose(pretended);
        pretended->run_state = run_states[i].name;
        pretended_connect(pretended);
        if (pretended->vm.power.state != run_states[i].state)
            fail_msg("%s: %d", run_states[i].name, pretended->vm.power.state);
    }
}

/* ShutdownCause of QEMU's qapi/run-state.json, and one that no QEMU has yet: whether the guest did it has its own
 * member. */
static void test_why_qemu_shuts_down(void **state)
{
    static const struct
    {
        const char *data, *events;
    } shutdowns[] = {
            {"{\"guest\": false, \"reason\": \"host-error\"}", "OnStateChange(TurningOff)\n"},
            {"{\"guest\": false, \"reason\": \"host-qmp-quit\"}", "OnStateChange(TurningOff)\n"},
            {"{\"guest\": false, \"reason\": \"host-qmp-system-reset\"}", "OnStateChange(TurningOff)\n"},
            {"{\"guest\": false, \"reason\": \"host-signal\"}", "OnStateChange(TurningOff)\n"},
            {"{\"guest\": false, \"reason\": \"host-ui\"}", "OnStateChange(TurningOff)\n"},
            {"{\"guest\": true, \"reason\": \"guest-shutdown\"}", "OnGuestShutdown()\nOnStateChange(TurningOff)\n"},
            {"{\"guest\": true, \"reason\": \"guest-reset\"}", "OnGuestShutdown()\nOnStateChange(TurningOff)\n"},
            {"{\"guest\": true, \"reason\": \"guest-panic\"}", "OnGuestShutdown()\nOnStateChange(TurningOff)\n"},
            {"{\"guest\": true, \"reason\": \"some-other\", \"more\": {}}",
                    "OnGuestShutdown()\nOnStateChange(TurningOff)\n"},
    };
    struct pretended *pretended;

    (void)state;
    for (size_t i = 0; i < sizeof(shutdowns) / sizeof(shutdowns[0]); ++i)
    {
        pretended = pretended_start("qemu:127.0.0.1:1,agent=2");
        pretended_say(pretended, "SHUTDOWN", shutdowns[i].data);
        pretended_expect(pretended, shutdowns[i].events);
        pretended_end(pretended);
    }
}

/* Devices */

static void test_the_agents_port_is_replaced(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = pretended->port_open = false;
    pretended->port = "agent1";
    pretended_say(pretended, "DEVICE_DELETED", "{\"device\": \"agent0\", \"path\": \"/machine/peripheral/agent0\"}");
    pretended_wait(pretended, 5000);
    pretended->agent_answers = pretended->port_open = true;
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent1\", \"open\": true}");
    pretended_wait(pretended, 20000);
    pretended_expect(pretended,
            "OnConfigurationChanged(hardware/devices/agent0=False)\nOnAdditionsUninstalled()\n"
            "OnConfigurationChanged(hardware/devices/agent1=True)\nOnAdditionsAvailable()\n");
    pretended_log_on(pretended, "[" ALICE "]");
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
}

/* Stops */

static void test_a_save_that_is_only_seen_in_the_run_state(void **state)
{
    struct pretended *pretended = *state;

    pretended->run_state = "finish-migrate";
    pretended_say(pretended, "STOP", NULL);
    pretended->run_state = "postmigrate";
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnStateChange(Saving)\nOnStateChange(Saved)\n");
}

/* The event comes from the thread that saves, which sets the run state a moment later. */
static void test_a_run_state_that_lags_behind_the_save(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "MIGRATION", "{\"status\": \"setup\"}");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"active\"}");
    pretended->run_state = "finish-migrate";
    pretended_say(pretended, "STOP", NULL);
    pretended_say(pretended, "MIGRATION", "{\"status\": \"completed\"}");
    pretended->run_state = "postmigrate";
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnStateChange(Saving)\nOnStateChange(Saved)\n");
    /* It can be saved once more. */
    pretended_say(pretended, "MIGRATION", "{\"status\": \"setup\"}");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"completed\"}");
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnStateChange(Saving)\nOnStateChange(Saved)\n");
}

/* The guest runs on while most of it is being saved. */
static void test_a_save_that_takes_long(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "MIGRATION", "{\"status\": \"setup\"}");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"active\"}");
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "OnStateChange(Saving)\n");
}

static void test_a_save_that_fails(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "MIGRATION", "{\"status\": \"setup\"}");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"failed\"}");
    pretended_expect(pretended, "OnStateChange(Saving)\nOnStateChange(Running)\n");
}

static void test_a_snapshot_is_loaded(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", " BOB "]");
    pretended_say(pretended, "JOB_STATUS_CHANGE", "{\"id\": \"j\", \"status\": \"created\"}");
    pretended->run_state = "restore-vm";
    pretended_say(pretended, "STOP", NULL);
    pretended->run_state = "running";
    pretended->users = "[" BOB "]";
    pretended_say(pretended, "RESUME", NULL);
    pretended_say(pretended, "JOB_STATUS_CHANGE", "{\"id\": \"j\", \"status\": \"concluded\"}");
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnStateChange(Restoring)\nOnStateChange(Running)\nOnGuestLogoff(Forced)\n");
}

/* QEMU does not say what a job is before it is done with it. */
static void test_a_snapshot_is_loaded_before_qemu_answers(void **state)
{
    struct pretended *pretended = *state;

    pretended->is_busy = true;
    pretended_say(pretended, "JOB_STATUS_CHANGE", "{\"id\": \"j\", \"status\": \"created\"}");
    pretended_say(pretended, "STOP", NULL);
    pretended_say(pretended, "RESUME", NULL);
    pretended_say(pretended, "JOB_STATUS_CHANGE", "{\"id\": \"j\", \"status\": \"concluded\"}");
    pretended_expect(pretended, "");
    pretended->is_busy = false;
    pretended_wait(pretended, 1000);
    pretended_expect(pretended, "OnStateChange(Restoring)\nOnStateChange(Running)\n");
}

/* Another job is created before QEMU has said what the first one is. */
static void test_a_snapshot_is_loaded_beside_another_job(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", " BOB "]");
    pretended->jobs = "[{\"id\": \"other\", \"type\": \"backup\"}, {\"id\": \"j\", \"type\": \"snapshot-load\"}]";
    pretended->is_busy = true;
    pretended_say(pretended, "JOB_STATUS_CHANGE", "{\"id\": \"j\", \"status\": \"created\"}");
    pretended_say(pretended, "JOB_STATUS_CHANGE", "{\"id\": \"other\", \"status\": \"created\"}");
    pretended_say(pretended, "STOP", NULL);
    pretended_say(pretended, "RESUME", NULL);
    pretended->users = "[" BOB "]";
    pretended->is_busy = false;
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnStateChange(Restoring)\nOnStateChange(Running)\nOnGuestLogoff(Forced)\n");
}

/* By loadvm, of which nothing tells but the port, which the guest could not close. */
static void test_a_state_is_loaded_into_a_stopped_machine(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", " BOB "]");
    pretended->run_state = "paused";
    pretended_say(pretended, "STOP", NULL);
    pretended_wait(pretended, 5000);
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": false}");
    pretended->run_state = "running";
    pretended->users = "[" BOB "]";
    pretended_wait(pretended, 5000);
    pretended_say(pretended, "RESUME", NULL);
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": true}");
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnStateChange(Paused)\nOnAdditionsUninstalled()\nOnStateChange(Running)\n"
                                "OnAdditionsAvailable()\nOnGuestLogoff(Forced)\n");
}

/* Settings */

/* A guest sets its clock again and again, and so does the host with the memory. */
static void test_what_is_set_to_what_it_was(void **state)
{
    struct pretended *pretended = *state;

    for (int i = 0; i < 3; ++i)
    {
        pretended_say(pretended, "RTC_CHANGE", "{\"offset\": -7}");
        pretended_say(pretended, "BALLOON_CHANGE", "{\"actual\": 2097152}");
        pretended_wait(pretended, 2000);
    }
    pretended_say(pretended, "RTC_CHANGE", "{\"offset\": 7}");
    pretended_say(pretended, "BALLOON_CHANGE", "{\"actual\": 1048576}");
    pretended_wait(pretended, 2000);
    pretended_expect(pretended, "OnConfigurationChanged(hardware/bios/time_offset=-7)\n"
                                "OnConfigurationChanged(hardware/memory/ram_size=2)\n"
                                "OnConfigurationChanged(hardware/bios/time_offset=7)\n"
                                "OnConfigurationChanged(hardware/memory/ram_size=1)\n");
}

/* Disks */

static void test_a_full_disk_is_told_of_once(void **state)
{
    static const char report[] =
            "{\"device\": \"\", \"node-name\": \"d\", \"reason\": \"No space left on device\", \"action\": \"report\"}";
    struct pretended *pretended = *state;

    for (int i = 0; i < 1000; ++i)
    {
        pretended_say(pretended, "BLOCK_IO_ERROR", report);
        pretended_wait(pretended, 100);
    }
    pretended_expect(pretended, "OnDiskOutOfSpace(False)\n");
    pretended_wait(pretended, 100000);
    pretended_say(pretended, "BLOCK_IO_ERROR", report);
    pretended_expect(pretended, "OnDiskOutOfSpace(False)\n");
    pretended_say(pretended, "BLOCK_IO_ERROR",
            "{\"device\": \"\", \"node-name\": \"e\", \"nospace\": false, \"reason\": \"Input/output error\", "
            "\"action\": \"report\"}");
    pretended_expect(pretended, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, pretended_set_up, pretended_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(ten_resets_close_together),
            TEST(a_burst_of_the_firmware),
            TEST(a_firmware_that_takes_long),
            TEST(a_clock_that_is_set_back),
            TEST(a_reset_while_stopped),
            TEST(a_pause_before_the_firmware_is_done),
            TEST(events_without_a_time),
            TEST(a_full_disk_that_is_told_of_late),
            TEST(a_full_disk_and_a_clock_that_is_set_back),
            TEST(qemu_refuses_a_question),
            TEST(a_lost_connection_is_no_end),
            TEST(turned_off_while_nobody_was_connected),
            TEST(a_port_that_goes_while_nobody_is_connected),
            TEST(a_late_event_right_behind_the_connection),
            TEST(another_qemu_in_its_place),
            TEST(another_qemu_with_the_same_threads),
            TEST(the_end_without_a_word),
            TEST(the_end_right_behind_a_stop),
            TEST(a_saved_machine_keeps_its_users),
            TEST(a_save_that_is_only_seen_in_the_run_state),
            TEST(a_run_state_that_lags_behind_the_save),
            TEST(a_save_that_takes_long),
            TEST(a_save_that_fails),
            TEST(a_save_that_fails_unseen),
            TEST(a_snapshot_that_ends_unseen),
            TEST(a_snapshot_of_before),
            TEST(run_states),
            cmocka_unit_test(test_why_qemu_shuts_down),
            TEST(the_agents_port_is_replaced),
            TEST(a_snapshot_is_loaded),
            TEST(a_snapshot_is_loaded_before_qemu_answers),
            TEST(a_snapshot_is_loaded_beside_another_job),
            TEST(a_state_is_loaded_into_a_stopped_machine),
            TEST(what_is_set_to_what_it_was),
            TEST(a_full_disk_is_told_of_once),
    };

    return cmocka_run_group_tests_name("a live machine", tests, NULL, NULL);
}

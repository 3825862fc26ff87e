/* What the machine makes of what seldom happens, or cannot be had on demand. */
#include "pretended.h"
#include "support/test.h"

#include <string.h>

#define ADDRESS "qemu:127.0.0.1:1,agent=2"
#define ALICE "{\"user\": \"alice\", \"login-time\": 700}"
#define BOB "{\"user\": \"bob\", \"login-time\": 900.25}"

static int set_up(void **state)
{
    *state = pretended_start(ADDRESS);
    return 0;
}

static int tear_down(void **state)
{
    pretended_end(*state);
    return 0;
}

static void log_on(struct pretended *pretended, const char *users)
{
    pretended->users = users;
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "");
}

static void reset_by_host(struct pretended *pretended)
{
    pretended_say(pretended, "RESET", "{\"guest\": false, \"reason\": \"host-qmp-system-reset\"}");
}

static void reset_by_guest(struct pretended *pretended)
{
    pretended_say(pretended, "RESET", "{\"guest\": true, \"reason\": \"guest-reset\"}");
}

/* Resets */

static void test_ten_resets_close_together(void **state)
{
    struct pretended *pretended = *state;

    for (int i = 0; i < 10; ++i)
    {
        reset_by_host(pretended);
        pretended_wait(pretended, 35);
        reset_by_guest(pretended);
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
        reset_by_guest(pretended);
        pretended_wait(pretended, 25);
    }
    pretended_expect(pretended, "OnReset()\n");
    pretended_wait(pretended, 5000);
    reset_by_guest(pretended);
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
    reset_by_host(pretended);
    pretended_wait(pretended, 60000);
    pretended->run_state = "running";
    pretended_say(pretended, "RESUME", NULL);
    pretended_wait(pretended, 40);
    reset_by_guest(pretended);
    pretended_wait(pretended, 5000);
    pretended_expect(pretended,
            "OnStateChange(Paused)\nOnAdditionsUninstalled()\nOnReset()\nOnStateChange(Running)\n");
}

static void test_a_pause_before_the_firmware_is_done(void **state)
{
    struct pretended *pretended = *state;

    reset_by_host(pretended);
    pretended_wait(pretended, 10);
    pretended->run_state = "paused";
    pretended_say(pretended, "STOP", NULL);
    pretended_wait(pretended, 60000);
    pretended->run_state = "running";
    pretended_say(pretended, "RESUME", NULL);
    pretended_wait(pretended, 30);
    reset_by_guest(pretended);
    pretended_expect(pretended, "OnReset()\nOnStateChange(Paused)\nOnStateChange(Running)\n");
}

/* Users */

static void test_one_of_two_sessions_ends(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    /* Her other session began three seconds ago; that of 700 has ended now. */
    pretended_wait(pretended, 10000);
    pretended->users = "[{\"user\": \"alice\", \"login-time\": 1512}]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "");
}

static void test_off_and_on_between_two_polls(void **state)
{
    struct pretended *pretended = *state;
    char users[80];

    log_on(pretended, "[" ALICE "]");
    pretended_wait(pretended, 600);
    snprintf(users, sizeof(users), "[{\"user\": \"alice\", \"login-time\": %.3f}]",
            pretended->guest_clock + (double)pretended->now_ms / 1e3 - 0.1);
    pretended->users = users;
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
}

/* systemd ends the sessions first, and the agent still lists who is there. */
static void test_sessions_end_before_the_shutdown(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE ", " BOB "]");
    pretended_say(pretended, "POWERDOWN", NULL);
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnRequestShutdown()\n");
    pretended_say(pretended, "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    pretended_expect(pretended,
            "OnGuestShutdown()\nOnStateChange(TurningOff)\nOnGuestLogoff(Forced)\nOnGuestLogoff(Forced)\n");
}

static void test_a_request_to_shut_down_that_is_ignored(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "POWERDOWN", NULL);
    pretended_wait(pretended, 2000);
    pretended->users = "[]";
    pretended_wait(pretended, 10000);
    pretended_expect(pretended, "OnRequestShutdown()\nOnGuestLogoff(Normal)\n");
}

static void test_a_logoff_long_after_a_request_to_shut_down(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "POWERDOWN", NULL);
    pretended_wait(pretended, 180000);
    pretended->users = "[]";
    pretended_wait(pretended, 2000);
    pretended_expect(pretended, "OnRequestShutdown()\nOnGuestLogoff(Normal)\n");
}

static void test_silence_is_no_logoff(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    pretended->agent_answers = false;
    pretended_wait(pretended, 60000);
    pretended_expect(pretended, "OnHeartbeatStopped()\n");
    pretended->agent_answers = true;
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "");
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
}

/* What the agent said before the reset arrives behind it. */
static void test_a_list_of_before_the_reset(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": false}");
    reset_by_host(pretended);
    assert_null(vm_take_agent(&pretended->vm, "{\"return\": [" ALICE "]}\n", strlen("{\"return\": [" ALICE "]}\n"),
            pretended->now_ms));
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": true}");
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnAdditionsUninstalled()\nOnReset()\nOnGuestLogoff(Forced)\nOnAdditionsAvailable()\n");
}

static void hear_from_agent(struct pretended *pretended, const char *text)
{
    assert_null(vm_take_agent(&pretended->vm, text, strlen(text), pretended->now_ms));
}

/* What was asked by others, or long ago, is answered before the synchronisation is. */
static void test_answers_to_nothing_that_was_asked(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = false;
    pretended_wait(pretended, 5000);
    assert_int_equal(pretended->vm.agent.state, AGENT_SYNCING);
    hear_from_agent(pretended, "{\"return\": [" ALICE "]}\n");
    hear_from_agent(pretended, "{\"return\": 1}\n");
    hear_from_agent(pretended, "{\"error\": {\"desc\": \"JSON parse error\"}}\n");
    assert_int_equal(pretended->vm.agent.state, AGENT_SYNCING);
    pretended->agent_answers = true;
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "");
}

/* The agent is asked once more while the end waits for what may have happened before it. */
static void test_a_list_of_after_the_end(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": true}");
    pretended_wait(pretended, 100);
    pretended_say(pretended, "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    pretended_expect(pretended, "");
    pretended_wait(pretended, 3000);
    pretended_lose(pretended);
    pretended_expect(pretended,
            "OnGuestShutdown()\nOnStateChange(TurningOff)\nOnGuestLogoff(Forced)\nOnStateChange(TurnedOff)\n");
}

/* The heartbeat */

static void test_the_heartbeat_stops_once(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = false;
    pretended_wait(pretended, 9000);
    pretended_expect(pretended, "");
    pretended_wait(pretended, 300000);
    pretended_expect(pretended, "OnHeartbeatStopped()\n");
    pretended->agent_answers = true;
    pretended_wait(pretended, 20000);
    pretended->agent_answers = false;
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "OnHeartbeatStopped()\n");
}

static void test_a_paused_guest_owes_no_answer(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = false;
    pretended->run_state = "paused";
    pretended_say(pretended, "STOP", NULL);
    pretended_wait(pretended, 300000);
    pretended_expect(pretended, "OnStateChange(Paused)\n");
    pretended->run_state = "running";
    pretended_say(pretended, "RESUME", NULL);
    pretended_wait(pretended, 5000);
    pretended->agent_answers = true;
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "OnStateChange(Running)\n");
}

static void test_another_program_has_the_channel(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = false;
    pretended->agent_client = 8;
    pretended_wait(pretended, 60000);
    pretended_expect(pretended, "");
    assert_non_null(pretended->trouble);
    assert_non_null(strstr(pretended->trouble, "another program"));
}

/* Panics and the agent's silence are one and the same trouble. */
static void test_a_panic_and_then_silence(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "GUEST_PANICKED", "{\"action\": \"run\"}");
    pretended->agent_answers = false;
    pretended_wait(pretended, 60000);
    pretended_expect(pretended, "OnHeartbeatStopped()\n");
}

/* Without a port that has events */

static void test_an_agent_on_a_serial_line(void **state)
{
    struct pretended *pretended = *state;

    pretended_lose(pretended);
    pretended->has_port = false;
    pretended->process = 101;
    pretended_connect(pretended);
    pretended_wait(pretended, 2000);
    pretended_expect(pretended, "OnStateChange(TurnedOff)\nOnStateChange(Running)\nOnAdditionsAvailable()\n");
    reset_by_host(pretended);
    pretended->agent_answers = false;
    pretended_wait(pretended, 60000);
    pretended_expect(pretended, "OnReset()\nOnAdditionsUninstalled()\n");
    pretended->agent_answers = true;
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "OnAdditionsAvailable()\n");
    pretended->agent_answers = false;
    pretended_wait(pretended, 60000);
    pretended_expect(pretended, "OnHeartbeatStopped()\n");
}

/* Connections */

static void test_a_lost_connection_is_no_end(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE ", " BOB "]");
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

    log_on(pretended, "[" ALICE ", " BOB "]");
    pretended_lose(pretended);
    pretended->process = 101;
    pretended->users = "[]";
    pretended_connect(pretended);
    pretended_wait(pretended, 5000);
    pretended_expect(pretended,
            "OnGuestLogoff(Forced)\nOnGuestLogoff(Forced)\nOnStateChange(TurnedOff)\nOnStateChange(Running)\n"
            "OnAdditionsAvailable()\n");
}

static void test_the_end_without_a_word(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    pretended_lose(pretended);
    vm_end(&pretended->vm, pretended->now_ms);
    vm_end(&pretended->vm, pretended->now_ms);
    pretended_expect(pretended, "OnGuestLogoff(Forced)\nOnStateChange(TurnedOff)\n");
}

static void test_a_saved_machine_keeps_its_users(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE ", " BOB "]");
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

    log_on(pretended, "[" ALICE ", " BOB "]");
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

/* By loadvm, of which nothing tells but the port, which the guest could not close. */
static void test_a_state_is_loaded_into_a_stopped_machine(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE ", " BOB "]");
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

/* Logging off */

static void test_logging_off(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE ", " BOB "]");
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, 1000);
    assert_int_equal(pretended->executions, 1);
    assert_int_equal(pretended->logoff_result, -1);
    pretended->users = "[" BOB "]";
    pretended_wait(pretended, 500);
    pretended_expect(pretended, "OnGuestLogoff(External)\n");
    pretended->users = "[]";
    pretended_wait(pretended, 500);
    pretended_expect(pretended, "OnGuestLogoff(External)\n");
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_DONE);
    /* Who comes and goes later goes by herself. */
    log_on(pretended, "[" ALICE "]");
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
}

static void test_nobody_to_log_off(void **state)
{
    struct pretended *pretended = *state;

    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, 1000);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_DONE);
    assert_int_equal(pretended->executions, 0);
}

static void test_the_agent_refuses(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    pretended->agent_executes = false;
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, 1000);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_REFUSED);
    assert_string_equal(pretended->logoff_text, "guest-exec is disabled");
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
}

static void test_a_user_who_stays(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, VM_LOGOFF_MS + 1000);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_TIMED_OUT);
    pretended_expect(pretended, "");
}

static void test_no_agent_to_log_off_by(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": false}");
    vm_logoff(&pretended->vm, pretended->now_ms);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_NO_AGENT);
    pretended->run_state = "paused";
    pretended_say(pretended, "STOP", NULL);
    pretended_wait(pretended, 2000);
    vm_logoff(&pretended->vm, pretended->now_ms);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_NOT_RUNNING);
}

static void test_a_machine_that_ends_meanwhile(void **state)
{
    struct pretended *pretended = *state;

    log_on(pretended, "[" ALICE "]");
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, 1000);
    reset_by_guest(pretended);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_ENDED);
    pretended_expect(pretended, "OnReset()\nOnGuestLogoff(Forced)\n");
}

/* Floppies */

static void test_a_floppy_has_no_events(void **state)
{
    struct pretended *pretended = *state;

    pretended->drives = "[{\"qdev\": \"/machine/unattached/device[16]\", \"removable\": true, "
                        "\"inserted\": {\"file\": \"a.img\", \"node-name\": \"#1\"}}]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "");
    pretended->drives = "[{\"qdev\": \"/machine/unattached/device[16]\", \"removable\": true}]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "Floppy.OnMediaEject(a.img)\n");
}

/* The same file, opened again: the node has another name. */
static void test_a_medium_is_changed_for_itself(void **state)
{
    struct pretended *pretended = *state;

    pretended->drives = "[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false, "
                        "\"inserted\": {\"file\": \"a.iso\", \"node-name\": \"#1\"}}]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_expect(pretended, "");
    pretended->drives = "[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false, "
                        "\"inserted\": {\"file\": \"a.iso\", \"node-name\": \"#2\"}}]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_expect(pretended, "DVD.OnMediaEject(a.iso)\nDVD.OnMediaInsert(a.iso)\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(ten_resets_close_together),
            TEST(a_burst_of_the_firmware),
            TEST(a_reset_while_stopped),
            TEST(a_pause_before_the_firmware_is_done),
            TEST(one_of_two_sessions_ends),
            TEST(off_and_on_between_two_polls),
            TEST(sessions_end_before_the_shutdown),
            TEST(a_request_to_shut_down_that_is_ignored),
            TEST(a_logoff_long_after_a_request_to_shut_down),
            TEST(silence_is_no_logoff),
            TEST(a_list_of_before_the_reset),
            TEST(a_list_of_after_the_end),
            TEST(answers_to_nothing_that_was_asked),
            TEST(the_heartbeat_stops_once),
            TEST(a_paused_guest_owes_no_answer),
            TEST(another_program_has_the_channel),
            TEST(a_panic_and_then_silence),
            TEST(an_agent_on_a_serial_line),
            TEST(a_lost_connection_is_no_end),
            TEST(a_late_event_right_behind_the_connection),
            TEST(another_qemu_in_its_place),
            TEST(the_end_without_a_word),
            TEST(a_saved_machine_keeps_its_users),
            TEST(a_save_that_is_only_seen_in_the_run_state),
            TEST(a_save_that_takes_long),
            TEST(a_save_that_fails),
            TEST(a_snapshot_is_loaded),
            TEST(a_snapshot_is_loaded_before_qemu_answers),
            TEST(a_state_is_loaded_into_a_stopped_machine),
            TEST(a_full_disk_is_told_of_once),
            TEST(logging_off),
            TEST(nobody_to_log_off),
            TEST(the_agent_refuses),
            TEST(a_user_who_stays),
            TEST(no_agent_to_log_off_by),
            TEST(a_machine_that_ends_meanwhile),
            TEST(a_floppy_has_no_events),
            TEST(a_medium_is_changed_for_itself),
    };

    return cmocka_run_group_tests_name("a live machine", tests, NULL, NULL);
}

/* What the machine makes of its guest: users, heartbeat and agent, where that seldom happens or cannot be had on demand. */
#include "pretended.h"
#include "support/test.h"

#include <string.h>

/* Users */

static void hear_from_agent(struct pretended *pretended, const char *text)
{
    assert_null(vm_take_agent(&pretended->vm, text, strlen(text), pretended->now_ms));
}

static void test_one_of_two_sessions_ends(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
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

    pretended_log_on(pretended, "[" ALICE "]");
    pretended_wait(pretended, 600);
    snprintf(users, sizeof(users), "[{\"user\": \"alice\", \"login-time\": %.3f}]",
            pretended->guest_clock + (double)pretended->now_ms / 1e3 - 0.1);
    pretended->users = users;
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
}

/* Its clock was set back by an hour before her second session began, which ends; the first is still there. */
static void test_a_session_of_before_the_clock_was_set_back(void **state)
{
    struct pretended *pretended = *state;
    char first[80], second[80];

    snprintf(first, sizeof(first), "[{\"user\": \"alice\", \"login-time\": %.3f}]",
            pretended->guest_clock + (double)pretended->now_ms / 1e3);
    pretended_log_on(pretended, first);
    pretended->guest_clock -= 3600;
    pretended_wait(pretended, 10000);
    snprintf(second, sizeof(second), "[{\"user\": \"alice\", \"login-time\": %.3f}]",
            pretended->guest_clock + (double)pretended->now_ms / 1e3);
    pretended->users = second;
    pretended_wait(pretended, 10000);
    pretended->users = first;
    pretended_wait(pretended, 10000);
    pretended_expect(pretended, "");
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
}

/* The second session ends at the very second at which the first began by the clock of then. */
static void test_a_clock_that_was_set_back_a_little(void **state)
{
    struct pretended *pretended = *state;
    char first[80], second[80];

    snprintf(first, sizeof(first), "[{\"user\": \"alice\", \"login-time\": %.3f}]",
            pretended->guest_clock + (double)pretended->now_ms / 1e3);
    pretended_log_on(pretended, first);
    pretended->guest_clock -= 13.5;
    snprintf(second, sizeof(second), "[{\"user\": \"alice\", \"login-time\": %.3f}]",
            pretended->guest_clock + (double)pretended->now_ms / 1e3);
    pretended->users = second;
    for (int i = 0; i < 8; ++i)
    {
        pretended_wait(pretended, 1000);
        pretended->users = i % 2 ? second : first;
    }
    pretended_wait(pretended, 2000);
    pretended->users = first;
    pretended_wait(pretended, 10000);
    pretended_expect(pretended, "");
}

/* It is set back and on between two polls, and she stays. */
static void test_a_clock_that_is_set_between_two_polls(void **state)
{
    static const double steps[] = {-3600, 7200, -10, 10, -86400, 500};
    struct pretended *pretended = *state;
    char first[80], second[80];

    snprintf(first, sizeof(first), "[{\"user\": \"alice\", \"login-time\": %.3f}]",
            pretended->guest_clock + (double)pretended->now_ms / 1e3 - 5);
    snprintf(second, sizeof(second), "[{\"user\": \"alice\", \"login-time\": %.3f}]",
            pretended->guest_clock + (double)pretended->now_ms / 1e3 - 3);
    pretended_log_on(pretended, first);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); ++i)
    {
        pretended->users = i % 2 ? first : second;
        pretended->guest_clock += steps[i];
        pretended_wait(pretended, 3000);
    }
    pretended_expect(pretended, "");
}

/* systemd ends the sessions first, and the agent still lists who is there. */
static void test_sessions_end_before_the_shutdown(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", " BOB "]");
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

    pretended_log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "POWERDOWN", NULL);
    pretended_wait(pretended, 2000);
    pretended->users = "[]";
    pretended_wait(pretended, 10000);
    pretended_expect(pretended, "OnRequestShutdown()\nOnGuestLogoff(Normal)\n");
}

static void test_a_logoff_long_after_a_request_to_shut_down(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "POWERDOWN", NULL);
    pretended_wait(pretended, 180000);
    pretended->users = "[]";
    pretended_wait(pretended, 2000);
    pretended_expect(pretended, "OnRequestShutdown()\nOnGuestLogoff(Normal)\n");
}

static void test_silence_is_no_logoff(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
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

static void test_a_poll_that_fails_is_no_logoff(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended->users = NULL;
    pretended_wait(pretended, 10000);
    pretended->users = "[" ALICE "]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "");
}

/* As an agent does that has been told not to tell (--block-rpcs). */
static void test_the_agent_refuses_to_tell(void **state)
{
    static const char reason[] = "the guest agent refuses guest-get-users: guest-get-users is disabled";
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    assert_null(pretended->fault);
    pretended->users = NULL;
    pretended_wait(pretended, 2000);
    assert_string_equal(pretended->fault, reason);
    pretended_wait(pretended, 60000);
    assert_string_equal(pretended->fault, reason);
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, 100);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_REFUSED);
    assert_string_equal(pretended->logoff_text, reason);
    pretended->users = "[" ALICE "]";
    pretended_wait(pretended, 2000);
    assert_null(pretended->fault);
    pretended_expect(pretended, "");
}

static void test_the_agent_answers_by_no_list(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended->users = "{}";
    pretended_wait(pretended, 2000);
    assert_string_equal(pretended->fault, "the guest agent refuses guest-get-users: it answers by no list");
    pretended_expect(pretended, "");
}

/* The name is Latin-1; and nothing at all that could be read. */
static void test_an_agent_that_makes_no_sense(void **state)
{
    static const char *const answers[] = {"{\"return\": [{\"user\": \"andr\xe9\", \"login-time\": 1}]}", "{:}"};
    struct pretended *pretended = *state;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); ++i)
    {
        pretended_log_on(pretended, "[" ALICE "]");
        pretended->nonsense = answers[i];
        pretended->asked = 0;
        pretended_wait(pretended, 3000);
        assert_string_equal(pretended->fault, "the guest agent sends what is no JSON");
        /* Each time it is synchronised and asked. */
        assert_in_range(pretended->asked, 2, 8);
        pretended_wait(pretended, 60000);
        pretended->asked = 0;
        pretended_wait(pretended, 300000);
        assert_in_range(pretended->asked, 20, 2 * 300 / 15 + 2);
        assert_string_equal(pretended->fault, "the guest agent sends what is no JSON");
        vm_logoff(&pretended->vm, pretended->now_ms);
        pretended_wait(pretended, 100);
        assert_int_equal(pretended->logoff_result, VM_LOGOFF_REFUSED);
        assert_string_equal(pretended->logoff_text, "the guest agent sends what is no JSON");
        pretended->nonsense = NULL;
        pretended_wait(pretended, 20000);
        assert_null(pretended->fault);
        pretended->logoff_result = -1;
    }
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
}

/* It is JSON, whatever it is for. */
static void test_a_name_with_a_nul(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[{\"user\": \"al\\u0000ice\", \"login-time\": 7}, {\"user\": \"al\", \"login-time\": 7, "
                                "\"domain\": \"\\u0000\"}]");
    pretended->users = "[{\"user\": \"al\\u0000ice\", \"login-time\": 7}]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
    assert_null(pretended->fault);
}

/* An old agent. */
static void test_the_agent_cannot_be_synchronised(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = false;
    pretended_reconnect_agent(pretended);
    pretended_wait(pretended, 1000);
    assert_null(pretended->fault);
    hear_from_agent(pretended, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}\n");
    assert_null(pretended->fault);
    hear_from_agent(pretended, "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"what?\"}}\n");
    assert_string_equal(pretended->fault, "the guest agent refuses guest-sync-delimited: what?");
}

/* Whatever an agent says of its reasons is a line of text of ours. */
static void test_a_refusal_in_many_words(void **state)
{
    static char answer[600];
    struct pretended *pretended = *state;

    strcpy(answer, "{\"error\": {\"desc\": \"\\u001b[31m\\r\\nNo ");
    for (int i = 0; i < 200; ++i)
        strcat(answer, "\xc3\xa9");
    strcat(answer, "\"}}");
    pretended->nonsense = answer;
    pretended_wait(pretended, 2000);
    assert_non_null(pretended->fault);
    assert_non_null(strstr(pretended->fault, "guest-get-users:  [31m  No \xc3\xa9\xc3\xa9"));
    assert_in_range(strlen(pretended->fault), 240, FAULT_MAX - 1);
    assert_int_equal((unsigned char)pretended->fault[strlen(pretended->fault) - 1], 0xa9);
}

/* Nobody can tell any more that she left before. */
static void test_who_leaves_right_before_the_end(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended->users = "[]";
    pretended_say(pretended, "SHUTDOWN", "{\"guest\": false, \"reason\": \"host-qmp-quit\"}");
    pretended_expect(pretended, "OnStateChange(TurningOff)\nOnGuestLogoff(Forced)\n");
}

/* What the agent said before the reset arrives behind it. */
static void test_a_list_of_before_the_reset(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": false}");
    pretended_reset(pretended);
    assert_null(vm_take_agent(&pretended->vm, "{\"return\": [" ALICE "]}\n", strlen("{\"return\": [" ALICE "]}\n"),
            pretended->now_ms));
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": true}");
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnAdditionsUninstalled()\nOnReset()\nOnGuestLogoff(Forced)\nOnAdditionsAvailable()\n");
}

/* What was asked by others, or long ago, is answered before the synchronisation is. */
static void test_answers_to_nothing_that_was_asked(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = false;
    pretended_wait(pretended, 5000);
    assert_int_equal(pretended->vm.guest.agent.state, AGENT_SYNCING);
    hear_from_agent(pretended, "{\"return\": [" ALICE "]}\n");
    hear_from_agent(pretended, "{\"return\": 1}\n");
    hear_from_agent(pretended, "{\"error\": {\"desc\": \"JSON parse error\"}}\n");
    assert_int_equal(pretended->vm.guest.agent.state, AGENT_SYNCING);
    pretended->agent_answers = true;
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "");
}

/* The agent is asked once more while the end waits for what may have happened before it. */
static void test_a_list_of_after_the_end(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
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
    pretended_reconnect_agent(pretended);
    pretended_wait(pretended, 60000);
    pretended_expect(pretended, "");
    assert_non_null(pretended->fault);
    assert_non_null(strstr(pretended->fault, "another program"));
    /* It leaves the channel to us. */
    pretended->agent_answers = true;
    pretended_wait(pretended, 20000);
    assert_null(pretended->fault);
}

/* QEMU sees the tunnel's connection. */
static void test_the_channel_goes_through_a_tunnel(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_client = 8;
    pretended->agent_answers = false;
    pretended_wait(pretended, 60000);
    pretended_expect(pretended, "OnHeartbeatStopped()\n");
}

/* Each guest has a heartbeat of its own. */
static void test_silence_before_and_after_a_reset(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = false;
    pretended_wait(pretended, 60000);
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": false}");
    pretended_reset(pretended);
    pretended_wait(pretended, 5000);
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": true}");
    pretended_wait(pretended, 60000);
    pretended_expect(pretended,
            "OnHeartbeatStopped()\nOnAdditionsUninstalled()\nOnReset()\nOnAdditionsAvailable()\n"
            "OnHeartbeatStopped()\n");
}

static void test_panics_before_and_after_a_reset(void **state)
{
    struct pretended *pretended = *state;

    for (int i = 0; i < 2; ++i)
    {
        pretended_say(pretended, "GUEST_PANICKED", "{\"action\": \"run\"}");
        pretended_reset(pretended);
        pretended_wait(pretended, 5000);
        pretended_expect(pretended, "OnHeartbeatStopped()\nOnReset()\n");
    }
    pretended_log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "GUEST_CRASHLOADED", "{\"action\": \"run\"}");
    pretended_expect(pretended, "OnHeartbeatStopped()\nOnGuestLogoff(Forced)\n");
}

/* As a panic with Windows' details brings them. */
static void test_integers_of_64_bits(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "GUEST_PANICKED", "{\"action\": \"run\", \"info\": {\"type\": \"hyper-v\", "
            "\"arg1\": 18446744073709551615, \"arg2\": 9295712554570792960}}");
    pretended_expect(pretended, "OnHeartbeatStopped()\nOnGuestLogoff(Forced)\n");
}

/* Panics and the agent's silence are one and the same event. */
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
    pretended_reset(pretended);
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

/* The machine was there before, its agent was not. */
static void test_an_agent_on_a_serial_line_that_comes_late(void **state)
{
    static const uint64_t after_ms[] = {2000, 8000, 60000};
    struct pretended *pretended;

    (void)state;
    for (size_t i = 0; i < sizeof(after_ms) / sizeof(after_ms[0]); ++i)
    {
        pretended = pretended_create("qemu:127.0.0.1:1,agent=2");
        pretended->has_port = pretended->agent_answers = false;
        assert_true(pretended_init(pretended));
        pretended_connect(pretended);
        pretended_wait(pretended, after_ms[i] - 1000);
        pretended->agent_answers = true;
        pretended_wait(pretended, 20000);
        pretended_expect(pretended, after_ms[i] < GUEST_ADDITIONS_MS ? "" : "OnAdditionsAvailable()\n");
        pretended_end(pretended);
    }
}

/* While it is paused no agent can answer; it has its time when it goes on. */
static void test_an_agent_on_a_serial_line_of_a_paused_machine(void **state)
{
    struct pretended *pretended = pretended_create("qemu:127.0.0.1:1,agent=2");

    (void)state;
    pretended->has_port = pretended->agent_answers = false;
    pretended->run_state = "paused";
    assert_true(pretended_init(pretended));
    pretended_connect(pretended);
    pretended_wait(pretended, 60000);
    pretended->run_state = "running";
    pretended_say(pretended, "RESUME", NULL);
    pretended_wait(pretended, 500);
    pretended->agent_answers = true;
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "OnStateChange(Running)\n");
    pretended_end(pretended);
}

/* It answers now at once, now after most of a second, and may take a second. */
static void test_an_agent_that_is_slow(void **state)
{
    struct pretended *pretended = pretended_start("qemu:127.0.0.1:1,agent=2,heartbeat=1");

    (void)state;
    pretended_lose(pretended);
    pretended->has_port = false;
    pretended->process = 101;
    pretended_connect(pretended);
    pretended_wait(pretended, 2000 + 500 - pretended->now_ms % 1000);
    pretended_expect(pretended, "OnStateChange(TurnedOff)\nOnStateChange(Running)\nOnAdditionsAvailable()\n");
    for (uint64_t i = 0; i < 20; ++i)
    {
        uint64_t takes = i % 2 ? 10 : 400;

        pretended->is_busy = true;
        pretended_wait(pretended, 500 + takes);
        pretended->is_busy = false;
        pretended_wait(pretended, 500 - takes);
    }
    pretended_expect(pretended, "");
    pretended->is_busy = true;
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnHeartbeatStopped()\n");
    pretended_end(pretended);
}

/* Logging off */

static void test_logging_off(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", " BOB "]");
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
    pretended_log_on(pretended, "[" ALICE "]");
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

    pretended_log_on(pretended, "[" ALICE "]");
    pretended->agent_executes = false;
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, 1000);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_REFUSED);
    assert_string_equal(pretended->logoff_text, "the guest agent refuses guest-exec: guest-exec is disabled");
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
}

static void test_a_user_who_stays(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, LOGOFF_MS + 1000);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_TIMED_OUT);
    pretended_expect(pretended, "");
}

/* The machine was paused meanwhile, so that the agent still owes a list, and what became of the first request. */
static void test_logging_off_once_more(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, 1000);
    assert_int_equal(pretended->executions, 1);
    pretended->agent_answers = false;
    pretended_wait(pretended, 500);
    pretended->run_state = "paused";
    pretended_say(pretended, "STOP", NULL);
    pretended_wait(pretended, LOGOFF_MS);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_TIMED_OUT);

    pretended->run_state = "running";
    pretended_say(pretended, "RESUME", NULL);
    pretended->logoff_result = -1;
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended->agent_answers = true;
    pretended->agent_executes = false;
    hear_from_agent(pretended, "{\"return\": [" ALICE "]}\n");
    /* That the first is not known any more is not the answer to the second. */
    pretended_wait(pretended, 0);
    assert_int_equal(pretended->logoff_result, -1);
    pretended->agent_executes = true;
    pretended_wait(pretended, 1000);
    assert_int_equal(pretended->executions, 2);
    pretended->users = "[]";
    pretended_wait(pretended, 1000);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_DONE);
    pretended_expect(pretended, "OnStateChange(Paused)\nOnStateChange(Running)\nOnGuestLogoff(External)\n");
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

    pretended_log_on(pretended, "[" ALICE "]");
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, 1000);
    pretended_reset_by_guest(pretended);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_ENDED);
    pretended_expect(pretended, "OnReset()\nOnGuestLogoff(Forced)\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, pretended_set_up, pretended_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(one_of_two_sessions_ends),
            TEST(off_and_on_between_two_polls),
            TEST(a_session_of_before_the_clock_was_set_back),
            TEST(a_clock_that_was_set_back_a_little),
            TEST(a_clock_that_is_set_between_two_polls),
            TEST(sessions_end_before_the_shutdown),
            TEST(a_request_to_shut_down_that_is_ignored),
            TEST(a_logoff_long_after_a_request_to_shut_down),
            TEST(silence_is_no_logoff),
            TEST(a_poll_that_fails_is_no_logoff),
            TEST(the_agent_refuses_to_tell),
            TEST(the_agent_answers_by_no_list),
            TEST(an_agent_that_makes_no_sense),
            TEST(a_name_with_a_nul),
            TEST(the_agent_cannot_be_synchronised),
            TEST(a_refusal_in_many_words),
            TEST(who_leaves_right_before_the_end),
            TEST(a_list_of_before_the_reset),
            TEST(answers_to_nothing_that_was_asked),
            TEST(a_list_of_after_the_end),
            TEST(the_heartbeat_stops_once),
            TEST(a_paused_guest_owes_no_answer),
            TEST(another_program_has_the_channel),
            TEST(the_channel_goes_through_a_tunnel),
            TEST(silence_before_and_after_a_reset),
            TEST(panics_before_and_after_a_reset),
            TEST(integers_of_64_bits),
            TEST(a_panic_and_then_silence),
            TEST(an_agent_on_a_serial_line),
            cmocka_unit_test(test_an_agent_on_a_serial_line_that_comes_late),
            cmocka_unit_test(test_an_agent_on_a_serial_line_of_a_paused_machine),
            cmocka_unit_test(test_an_agent_that_is_slow),
            TEST(logging_off),
            TEST(logging_off_once_more),
            TEST(nobody_to_log_off),
            TEST(the_agent_refuses),
            TEST(a_user_who_stays),
            TEST(no_agent_to_log_off_by),
            TEST(a_machine_that_ends_meanwhile),
    };

    return cmocka_run_group_tests_name("a live guest", tests, NULL, NULL);
}

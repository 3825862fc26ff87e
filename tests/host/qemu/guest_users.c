/* Who of the users of a guest has logged off, and how, where that seldom happens or cannot be had on demand. */
#include "pretended.h"
#include "support/test.h"

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
    pretended_expect(
            pretended, "OnGuestShutdown()\nOnStateChange(TurningOff)\nOnGuestLogoff(Forced)\nOnGuestLogoff(Forced)\n");
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

/* It is JSON, whatever it is for. */
static void test_a_name_with_a_nul(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended,
            "[{\"user\": \"al\\u0000ice\", \"login-time\": 7}, {\"user\": \"al\", \"login-time\": 7, "
            "\"domain\": \"\\u0000\"}]");
    pretended->users = "[{\"user\": \"al\\u0000ice\", \"login-time\": 7}]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnGuestLogoff(Normal)\n");
    assert_null(pretended->fault);
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
    pretended_say_as_agent(pretended, "{\"return\": [" ALICE "]}\n");
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_say(pretended, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": true}");
    pretended_wait(pretended, 5000);
    pretended_expect(pretended, "OnAdditionsUninstalled()\nOnReset()\nOnGuestLogoff(Forced)\nOnAdditionsAvailable()\n");
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

/* The switch-over may come at once: what is known of the users then is not a second old. */
static void test_users_are_asked_for_when_a_migration_begins(void **state)
{
    struct pretended *pretended = *state;
    unsigned int asked;

    pretended_wait(pretended, 500);
    asked = pretended->asked;
    pretended->users = "[" ALICE "]";
    pretended_say(pretended, "MIGRATION", "{\"status\": \"setup\"}");
    assert_int_equal(pretended->asked, asked + 1);
    pretended_say(pretended, "MIGRATION", "{\"status\": \"active\"}");
    assert_int_equal(pretended->asked, asked + 2);
    pretended->run_state = "finish-migrate";
    pretended_say(pretended, "STOP", NULL);
    pretended->users = "[]";
    pretended->run_state = "postmigrate";
    pretended_say(pretended, "MIGRATION", "{\"status\": \"completed\"}");
    pretended_move(pretended);
    pretended_wait(pretended, 3000);
    pretended_expect(
            pretended, "OnStateChange(Saving)\nOnStateChange(Saved)\nOnStateChange(Running)\nOnGuestLogoff(Normal)\n");
}

/* The guest runs on until the last of it is sent. */
static void test_users_while_a_migration_goes_on(void **state)
{
    struct pretended *pretended = *state;
    unsigned int asked;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"setup\"}");
    pretended_wait(pretended, 5000);
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "OnStateChange(Saving)\nOnGuestLogoff(Normal)\n");
    /* It does not run any more, and is not missed. */
    pretended->run_state = "finish-migrate";
    pretended->agent_answers = false;
    pretended_say(pretended, "STOP", NULL);
    asked = pretended->asked;
    pretended_wait(pretended, 60000);
    assert_int_equal(pretended->asked, asked);
    pretended->run_state = "running";
    pretended->agent_answers = true;
    pretended_say(pretended, "RESUME", NULL);
    pretended_wait(pretended, 60000);
    pretended_expect(pretended, "OnStateChange(Running)\n");
}

/* Who is asked to leave, and leaves when the machine is elsewhere. */
static void test_a_logoff_that_takes_longer_than_the_migration(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE "]");
    pretended_say(pretended, "MIGRATION", "{\"status\": \"setup\"}");
    vm_logoff(&pretended->vm, pretended->now_ms);
    pretended_wait(pretended, 1000);
    assert_int_equal(pretended->executions, 1);
    pretended->run_state = "postmigrate";
    pretended_say(pretended, "STOP", NULL);
    pretended_say(pretended, "MIGRATION", "{\"status\": \"completed\"}");
    pretended_wait(pretended, 1000);
    pretended_move(pretended);
    pretended_wait(pretended, 1000);
    assert_int_equal(pretended->logoff_result, -1);
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    assert_int_equal(pretended->logoff_result, VM_LOGOFF_DONE);
    pretended_expect(pretended,
            "OnStateChange(Saving)\nOnStateChange(Saved)\nOnStateChange(Running)\nOnGuestLogoff(External)\n");
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
            TEST(a_name_with_a_nul),
            TEST(who_leaves_right_before_the_end),
            TEST(a_list_of_before_the_reset),
            TEST(a_list_of_after_the_end),
            TEST(users_are_asked_for_when_a_migration_begins),
            TEST(users_while_a_migration_goes_on),
            TEST(a_logoff_that_takes_longer_than_the_migration),
    };

    return cmocka_run_group_tests_name("a live guest's users", tests, NULL, NULL);
}

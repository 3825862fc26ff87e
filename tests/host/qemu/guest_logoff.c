/* Logging off the users of a guest by its agent. */
#include "pretended.h"
#include "support/test.h"

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
    pretended_say_as_agent(pretended, "{\"return\": [" ALICE "]}\n");
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
            TEST(logging_off),
            TEST(logging_off_once_more),
            TEST(nobody_to_log_off),
            TEST(the_agent_refuses),
            TEST(a_user_who_stays),
            TEST(no_agent_to_log_off_by),
            TEST(a_machine_that_ends_meanwhile),
    };

    return cmocka_run_group_tests_name("logging off a live guest's users", tests, NULL, NULL);
}

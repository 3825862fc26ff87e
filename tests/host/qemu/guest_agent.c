/* What the machine makes of a guest agent that refuses, makes no sense, or is somebody else's. */
#include "pretended.h"
#include "support/test.h"

#include <string.h>

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

/* An old agent. */
static void test_the_agent_cannot_be_synchronised(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = false;
    pretended_reconnect_agent(pretended);
    pretended_wait(pretended, 1000);
    assert_null(pretended->fault);
    pretended_say_as_agent(pretended, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}\n");
    assert_null(pretended->fault);
    pretended_say_as_agent(pretended, "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"what?\"}}\n");
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

/* What was asked by others, or long ago, is answered before the synchronisation is. */
static void test_answers_to_nothing_that_was_asked(void **state)
{
    struct pretended *pretended = *state;

    pretended->agent_answers = false;
    pretended_wait(pretended, 5000);
    assert_int_equal(pretended->vm.guest.agent.state, AGENT_SYNCING);
    pretended_say_as_agent(pretended, "{\"return\": [" ALICE "]}\n");
    pretended_say_as_agent(pretended, "{\"return\": 1}\n");
    pretended_say_as_agent(pretended, "{\"error\": {\"desc\": \"JSON parse error\"}}\n");
    assert_int_equal(pretended->vm.guest.agent.state, AGENT_SYNCING);
    pretended->agent_answers = true;
    pretended_wait(pretended, 20000);
    pretended_expect(pretended, "");
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

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, pretended_set_up, pretended_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(the_agent_refuses_to_tell),
            TEST(the_agent_answers_by_no_list),
            TEST(an_agent_that_makes_no_sense),
            TEST(the_agent_cannot_be_synchronised),
            TEST(a_refusal_in_many_words),
            TEST(answers_to_nothing_that_was_asked),
            TEST(another_program_has_the_channel),
            TEST(the_channel_goes_through_a_tunnel),
    };

    return cmocka_run_group_tests_name("a live guest's agent", tests, NULL, NULL);
}

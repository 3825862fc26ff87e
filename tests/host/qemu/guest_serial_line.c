/* A guest agent on a serial line: QEMU has no events for its port, so that only its own answers show that it is
 * there. */
#include "pretended.h"
#include "support/test.h"

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

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, pretended_set_up, pretended_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(an_agent_on_a_serial_line),
            cmocka_unit_test(test_an_agent_on_a_serial_line_that_comes_late),
            cmocka_unit_test(test_an_agent_on_a_serial_line_of_a_paused_machine),
    };

    return cmocka_run_group_tests_name("a live guest's agent on a serial line", tests, NULL, NULL);
}

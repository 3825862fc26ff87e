/* When the heartbeat of a guest stops: its agent is silent, or it has crashed. */
#include "pretended.h"
#include "support/test.h"

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
    pretended_say(pretended, "GUEST_PANICKED",
            "{\"action\": \"run\", \"info\": {\"type\": \"hyper-v\", "
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

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, pretended_set_up, pretended_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(the_heartbeat_stops_once),
            TEST(a_paused_guest_owes_no_answer),
            TEST(silence_before_and_after_a_reset),
            TEST(panics_before_and_after_a_reset),
            TEST(integers_of_64_bits),
            TEST(a_panic_and_then_silence),
            cmocka_unit_test(test_an_agent_that_is_slow),
    };

    return cmocka_run_group_tests_name("a live guest's heartbeat", tests, NULL, NULL);
}

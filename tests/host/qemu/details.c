/* What is known of an event besides its arguments: who it was, which drive, QEMU's own reason. */
#include "pretended.h"
#include "support/test.h"

static void test_who_has_logged_off(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", {\"user\": \"bob\", \"domain\": \"OFFICE\", \"login-time\": 900}]");
    pretended->users = "[" ALICE "]";
    pretended_wait(pretended, 3000);
    pretended_expect_details(pretended, "user=bob domain=OFFICE\n");
    pretended->users = "[]";
    pretended_wait(pretended, 3000);
    pretended_expect_details(pretended, "user=alice\n");
}

/* She is in doubt after a request to shut down, and is known by name all the while. */
static void test_who_was_in_doubt(void **state)
{
    struct pretended *pretended = *state;

    pretended_log_on(pretended, "[" ALICE ", " BOB "]");
    pretended_say(pretended, "POWERDOWN", NULL);
    pretended->users = "[" BOB "]";
    pretended_wait(pretended, 3000);
    pretended_expect_details(pretended, "\n");
    pretended_wait(pretended, USERS_SHUTDOWN_MS + 3000);
    pretended_expect_details(pretended, "user=alice\n");
    pretended_say(pretended, "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    pretended_wait(pretended, 3000);
    pretended_expect_details(pretended, "reason=guest-shutdown\n\nuser=bob\n");
}

static void test_why_it_was_reset(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "RESET", "{\"guest\": false, \"reason\": \"host-qmp-system-reset\"}");
    pretended_wait(pretended, 3000);
    pretended_expect_details(pretended, "reason=host-qmp-system-reset\n");
    pretended_say(pretended, "RESET", "{\"guest\": false}");
    pretended_wait(pretended, 3000);
    pretended_expect_details(pretended, "\n");
}

static void test_which_disk_is_full(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "BLOCK_IO_ERROR",
            "{\"device\": \"system\", \"node-name\": \"n1\", \"nospace\": true, \"action\": \"report\", \"reason\": "
            "\"No space left "
            "on device\"}");
    pretended_say(pretended, "BLOCK_WRITE_THRESHOLD", "{\"node-name\": \"n2\", \"amount-exceeded\": 1}");
    pretended_wait(pretended, 1000);
    pretended_expect_details(pretended, "disk=system reason=No space left on device\ndisk=n2\n");
}

static void test_which_drive_it_was(void **state)
{
    struct pretended *pretended = *state;

    pretended->drives =
            "[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false, \"inserted\": {\"file\": \"a.iso\", "
            "\"node-name\": \"n\"}}]";
    pretended_say(pretended, "DEVICE_TRAY_MOVED", "{\"id\": \"cd0\"}");
    pretended_wait(pretended, POLL_MS);
    pretended_expect_details(pretended, "");
    pretended->drives = "[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false}]";
    pretended_wait(pretended, POLL_MS);
    pretended_expect_details(pretended, "drive=cd0\n");
}

static void test_why_the_heartbeat_has_stopped(void **state)
{
    struct pretended *pretended = *state;

    pretended_say(pretended, "WATCHDOG", "{\"action\": \"none\"}");
    pretended_expect_details(pretended, "reason=watchdog\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, pretended_set_up, pretended_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(who_has_logged_off),
            TEST(who_was_in_doubt),
            TEST(why_it_was_reset),
            TEST(which_disk_is_full),
            TEST(which_drive_it_was),
            TEST(why_the_heartbeat_has_stopped),
    };

    return cmocka_run_group_tests_name("details", tests, NULL, NULL);
}

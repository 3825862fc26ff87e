/* What the machine makes of what QEMU and a guest's agent really said. */
#include "conversation.h"
#include "support/test.h"

struct recording
{
    const char *name;
    const char *expected;
};

static const struct recording recordings[] = {
        {"login_logoff", ""},
        {"boot", ""},
        {"system_reset", ""},
        {"guest_reboot", ""},
        {"guest_poweroff", ""},
        {"guest_halt", ""},
        {"powerdown", ""},
        {"quit", ""},
        {"sigterm", ""},
        {"sigkill", ""},
        {"panic", ""},
        {"panic_pause", ""},
        {"panic_none", ""},
        {"watchdog_reset", ""},
        {"enospc", ""},
        {"media", ""},
        {"stop_cont", ""},
        {"suspend_wakeup", ""},
        {"migrate_to_file", ""},
        {"incoming", ""},
        {"savevm_loadvm", ""},
        {"snapshot_jobs", ""},
        {"configuration", ""},
        {"agent_silent", ""},
};

static void play(void **state)
{
    const struct recording *recording = *state;
    struct conversation *conversation = malloc(sizeof(*conversation));

    assert_non_null(conversation);
    for (int by_bytes = 0; by_bytes < 2; ++by_bytes)
    {
        conversation_play(conversation, recording->name, by_bytes);
        conversation_expect(conversation, recording->expected);
        conversation_end(conversation);
    }
    free(conversation);
}

int main(void)
{
    enum
    {
        COUNT = sizeof(recordings) / sizeof(recordings[0])
    };
    struct CMUnitTest tests[COUNT];

    for (int i = 0; i < COUNT; ++i)
        tests[i] = (struct CMUnitTest){recordings[i].name, play, NULL, NULL, (void *)&recordings[i]};
    return cmocka_run_group_tests_name("what QEMU says", tests, NULL, NULL);
}

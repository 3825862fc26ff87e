/* What the machine makes of what QEMU and a guest's agent really said. */
#include "conversation.h"
#include "support/test.h"

struct recording
{
    const char *name;
    const char *expected;
};

static const struct recording recordings[] = {
        {"login_logoff",
                "OnGuestLogoff(Normal)\n"
                "OnGuestLogoff(Normal)\n"
                "OnGuestLogoff(Normal)\n"
                "OnGuestLogoff(Normal)\n"
                "OnGuestLogoff(Normal)\n"
                "OnGuestLogoff(Normal)\n"},
        {"boot",
                "OnAdditionsAvailable()\n"},
        {"system_reset",
                "OnAdditionsUninstalled()\n"
                "OnReset()\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnAdditionsAvailable()\n"},
        {"guest_reboot",
                "OnAdditionsUninstalled()\n"
                "OnReset()\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnAdditionsAvailable()\n"},
        {"guest_poweroff",
                "OnAdditionsUninstalled()\n"
                "OnGuestShutdown()\n"
                "OnStateChange(TurningOff)\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnStateChange(TurnedOff)\n"},
        {"guest_halt",
                "OnAdditionsUninstalled()\n"},
        {"powerdown",
                "OnRequestShutdown()\n"
                "OnAdditionsUninstalled()\n"
                "OnGuestShutdown()\n"
                "OnStateChange(TurningOff)\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnStateChange(TurnedOff)\n"},
        {"quit",
                "OnStateChange(TurningOff)\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnStateChange(TurnedOff)\n"},
        {"sigterm",
                "OnStateChange(TurningOff)\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnStateChange(TurnedOff)\n"},
        {"sigkill",
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnStateChange(TurnedOff)\n"},
        {"panic",
                "OnHeartbeatStopped()\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestShutdown()\n"
                "OnStateChange(TurningOff)\n"
                "OnStateChange(TurnedOff)\n"},
        {"panic_pause",
                "OnHeartbeatStopped()\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnStateChange(Paused)\n"},
        {"panic_none",
                "OnHeartbeatStopped()\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"},
        {"watchdog_reset",
                "OnHeartbeatStopped()\n"
                "OnAdditionsUninstalled()\n"
                "OnReset()\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnAdditionsAvailable()\n"},
        {"enospc",
                "OnDiskOutOfSpace(True)\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"},
        {"enospc_report",
                "OnDiskOutOfSpace(False)\n"},
        {"enospc_again",
                "OnDiskOutOfSpace(True)\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"
                "OnDiskOutOfSpace(True)\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"
                "OnDiskOutOfSpace(True)\n"
                "OnStateChange(Paused)\n"},
        {"enospc_reports",
                "OnDiskOutOfSpace(False)\n"},
        {"write_threshold",
                "OnDiskOutOfSpace(False)\n"},
        {"media",
                "DVD.OnMediaEject(/vm/first.iso)\n"
                "DVD.OnMediaInsert(/vm/second.iso)\n"
                "DVD.OnMediaEject(/vm/second.iso)\n"
                "DVD.OnMediaInsert(/vm/first.iso)\n"},
        {"floppy",
                "Floppy.OnMediaEject(/vm/floppy.img)\n"
                "Floppy.OnMediaInsert(/vm/floppy.img)\n"},
        {"stop_cont",
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"},
        {"suspend_wakeup",
                "OnAdditionsUninstalled()\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"
                "OnAdditionsAvailable()\n"},
        {"migrate_to_file",
                "OnStateChange(Saving)\n"
                "OnStateChange(Saved)\n"
                "OnStateChange(Running)\n"},
        {"incoming",
                "OnStateChange(Running)\n"
                "OnAdditionsAvailable()\n"},
        {"savevm_loadvm",
                "OnStateChange(Saving)\n"
                "OnStateChange(Saved)\n"
                "OnStateChange(Running)\n"
                "OnGuestLogoff(Normal)\n"
                "OnStateChange(Restoring)\n"
                "OnAdditionsUninstalled()\n"
                "OnStateChange(Running)\n"
                "OnAdditionsAvailable()\n"},
        {"snapshot_jobs",
                "OnStateChange(Saving)\n"
                "OnStateChange(Saved)\n"
                "OnStateChange(Running)\n"
                "OnGuestLogoff(Normal)\n"
                "OnStateChange(Restoring)\n"
                "OnAdditionsUninstalled()\n"
                "OnStateChange(Running)\n"
                "OnAdditionsAvailable()\n"},
        {"configuration",
                "OnConfigurationChanged(hardware/memory/ram_size=127)\n"
                "OnConfigurationChanged(hardware/memory/ram_size=96)\n"
                "OnConfigurationChanged(hardware/bios/time_offset=97869233)\n"
                "OnConfigurationChanged(hardware/devices/rng0=True)\n"
                "OnConfigurationChanged(hardware/devices/disk0=False)\n"},
        {"agent_silent",
                "OnHeartbeatStopped()\n"
                "OnAdditionsUninstalled()\n"
                "OnAdditionsAvailable()\n"},

        /* QEMU 10: the same, though it has more to say of each. */
        {"qemu10/enospc",
                "OnDiskOutOfSpace(True)\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"},
        {"qemu10/enospc_again",
                "OnDiskOutOfSpace(True)\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"
                "OnDiskOutOfSpace(True)\n"
                "OnStateChange(Paused)\n"
                "OnStateChange(Running)\n"
                "OnDiskOutOfSpace(True)\n"
                "OnStateChange(Paused)\n"},
        {"qemu10/enospc_report",
                "OnDiskOutOfSpace(False)\n"},
        {"qemu10/enospc_reports",
                "OnDiskOutOfSpace(False)\n"},
        {"qemu10/powerdown",
                "OnRequestShutdown()\n"
                "OnAdditionsUninstalled()\n"
                "OnGuestShutdown()\n"
                "OnStateChange(TurningOff)\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnStateChange(TurnedOff)\n"},
        {"qemu10/quit",
                "OnStateChange(TurningOff)\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnStateChange(TurnedOff)\n"},
        {"qemu10/sigterm",
                "OnStateChange(TurningOff)\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnStateChange(TurnedOff)\n"},
        {"qemu10/panic",
                "OnHeartbeatStopped()\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestShutdown()\n"
                "OnStateChange(TurningOff)\n"
                "OnStateChange(TurnedOff)\n"},
        {"qemu10/media",
                "DVD.OnMediaEject(/vm/first.iso)\n"
                "DVD.OnMediaInsert(/vm/second.iso)\n"
                "DVD.OnMediaEject(/vm/second.iso)\n"
                "DVD.OnMediaInsert(/vm/first.iso)\n"},
        {"qemu10/migrate_to_file",
                "OnStateChange(Saving)\n"
                "OnStateChange(Saved)\n"
                "OnStateChange(Running)\n"},
        {"qemu10/savevm_loadvm",
                "OnStateChange(Saving)\n"
                "OnStateChange(Saved)\n"
                "OnStateChange(Running)\n"
                "OnGuestLogoff(Normal)\n"
                "OnStateChange(Restoring)\n"
                "OnAdditionsUninstalled()\n"
                "OnStateChange(Running)\n"
                "OnAdditionsAvailable()\n"},
        {"qemu10/snapshot_jobs",
                "OnStateChange(Saving)\n"
                "OnStateChange(Saved)\n"
                "OnStateChange(Running)\n"
                "OnGuestLogoff(Normal)\n"
                "OnStateChange(Restoring)\n"
                "OnAdditionsUninstalled()\n"
                "OnStateChange(Running)\n"
                "OnAdditionsAvailable()\n"},
        {"qemu10/system_reset",
                "OnAdditionsUninstalled()\n"
                "OnReset()\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnAdditionsAvailable()\n"},
        {"qemu10/watchdog_reset",
                "OnHeartbeatStopped()\n"
                "OnAdditionsUninstalled()\n"
                "OnReset()\n"
                "OnGuestLogoff(Forced)\n"
                "OnGuestLogoff(Forced)\n"
                "OnAdditionsAvailable()\n"},
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

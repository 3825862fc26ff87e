"""Machines that are paused, saved, restored, suspended."""
from events import (ADDITIONS_AVAILABLE, ADDITIONS_UNINSTALLED, LOGOFF_FORCED, LOGOFF_NORMAL, PAUSED, RESTORING, RUNNING,
                    SAVED, SAVING)


def test_pause(machine, watch):
    for _ in range(3):
        machine.monitor.command("stop")
        machine.monitor.command("stop")
        watch.expect(PAUSED)
        machine.monitor.command("cont")
        machine.monitor.command("cont")
        watch.expect(RUNNING)
    watch.expect_nothing_more()


def test_a_thousand_pauses(machine, watch):
    for _ in range(1000):
        machine.monitor.command("stop")
        machine.monitor.command("cont")
    watch.expect(*[PAUSED, RUNNING] * 1000)
    watch.expect_nothing_more()


def test_save_and_go_on(machine, watch):
    machine.terminals[0].login("alice")
    machine.wait_for_polls()
    machine.save(machine.folder / "state")
    watch.expect(SAVING, SAVED)
    machine.monitor.command("cont")
    watch.expect(RUNNING)
    watch.expect_nothing_more()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)


def test_save_and_restore(machine, watch):
    """A machine that is saved, ends, and is restored has its users back: none of them has logged off."""
    state = machine.folder / "state"
    machine.terminals[0].login("alice")
    machine.wait_for_polls()
    machine.save(state)
    watch.expect(SAVING, SAVED)
    machine.monitor.command("quit")
    machine.wait_for_end()
    watch.wait_until("Connected", False)
    machine.launch("-incoming", "defer")
    watch.expect(RESTORING)
    watch.wait_until("Connected", True)
    machine.monitor.command("migrate-incoming", uri=f"exec:cat {state}")
    watch.expect(RUNNING)
    watch.expect_nothing_more()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_a_restore_that_is_watched(machine_with, watch_of, booted):
    machine = machine_with.idle()
    machine.launch("-incoming", "defer")
    watch = watch_of(machine)
    assert watch.get("State") == "4"
    machine.monitor.command("migrate-incoming", uri=f"exec:cat {booted}")
    watch.expect(RUNNING, ADDITIONS_AVAILABLE)
    watch.expect_nothing_more()


def test_a_snapshot(machine, watch):
    machine.terminals[0].login("alice")
    machine.wait_for_polls()
    machine.hmp("savevm one")
    watch.expect(SAVING, SAVED, RUNNING)
    machine.terminals[1].login("bob")
    machine.wait_for_polls()
    machine.hmp("loadvm one")
    # Bob's session is no more, and nobody in the guest has ended it.
    watch.expect(RESTORING, ADDITIONS_UNINSTALLED, RUNNING, ADDITIONS_AVAILABLE, LOGOFF_FORCED)
    watch.expect_nothing_more()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()

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
    machine.monitor.commands(*["stop", "cont"] * 1000)
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


def test_snapshots_by_jobs(machine, watch):
    disk = next(block for block in machine.monitor.command("query-block") if block["device"] == "disk")
    node = disk["inserted"]["node-name"]

    def snapshot(act):
        machine.monitor.command(f"snapshot-{act}", job_id=act, tag="one", vmstate=node, devices=[node])
        machine.monitor.event("JOB_STATUS_CHANGE", id=act, status="concluded")
        machine.monitor.command("job-dismiss", id=act)

    machine.terminals[0].login("alice")
    machine.wait_for_polls()
    snapshot("save")
    watch.expect(SAVING, SAVED, RUNNING)
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    snapshot("load")
    watch.expect(RESTORING, ADDITIONS_UNINSTALLED, RUNNING, ADDITIONS_AVAILABLE)
    watch.expect_nothing_more()
    # She is logged on again, as she was then.
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()


def test_suspend_and_wake(machine_with, watch_of):
    """Debian's own kernel, since an unpacked one does not wake."""
    machine = machine_with.idle(kernel="vmlinuz")
    machine.boot()
    watch = watch_of(machine)
    machine.terminals[0].login("alice")
    machine.wait_for_polls()
    machine.monitor.forget()
    machine.control.start("echo mem >/sys/power/state")
    # Which of the two comes first is the guest's affair, and shows in QEMU's time stamps.
    told = {"SUSPEND": PAUSED, "VSERPORT_CHANGE": ADDITIONS_UNINSTALLED}
    watch.subscriber.wait_for("two events", lambda: len(watch.heard) >= 2)
    watch.expect(*[told[name] for name in machine.monitor.names_by_time()])
    machine.monitor.command("system_wakeup")
    watch.expect(RUNNING, ADDITIONS_AVAILABLE)
    watch.expect_nothing_more()
    machine.terminals[0].logout()
    watch.expect(LOGOFF_NORMAL)
    watch.expect_nothing_more()
